"""What TLS needs out of the files that settings name."""

import ssl
from pathlib import Path


def tls_context(ca: Path | None, cert: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """A client's context that checks certificate and host name of the other side.

    `ca`: authorities in PEM, None for the system's. `cert` and `key`: our own, PEM, not encrypted. Raises OSError, of
    which ssl.SSLError is one.
    """
    context = ssl.create_default_context(cafile=ca)
    if cert is not None:
        # With a password, even an empty one, an encrypted key is an error; without, OpenSSL asks at the terminal.
        context.load_cert_chain(cert, key, password="")
    return context
