"""Tokens for OAUTHBEARER as brokers without a key take them, and an endpoint over TLS that gives them out."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl


def unsigned_token(subject: str, seconds: float = 3600) -> str:
    """A token (JWS, algorithm none) that lives for `seconds` from now; negative: it has expired."""
    now = time.time()
    claims = {"sub": subject, "iat": now - 7200, "exp": now + seconds}
    parts = [json.dumps(each).encode() for each in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), ""])


@dataclass(slots=True)
class TokenEndpoint:
    """Answers every POST with `status` and `body`, and notes what it was asked: login and form."""

    status: int = 200
    body: dict[str, Any] | bytes = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def token_endpoint(folder: Path) -> Iterator[TokenEndpoint]:
    """Serve until the end, on 127.0.0.1 with the key and certificate of `server.pem`."""
    endpoint = TokenEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kind, _, login = self.headers["Authorization"].partition(" ")
            assert kind == "Basic"
            endpoint.asked.append((base64.b64decode(login).decode(), dict(parse_qsl(form))))
            body = endpoint.body if isinstance(endpoint.body, bytes) else json.dumps(endpoint.body).encode()
            self.send_response(endpoint.status)
            for name, value in {"Content-Length": str(len(body)), **endpoint.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        endpoint.url = f"https://127.0.0.1:{server.server_port}/token"
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield endpoint
        server.shutdown()
        serving.join()
