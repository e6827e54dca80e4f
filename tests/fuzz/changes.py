"""The fuzzer's own changes of bytes, for targets that make others beside them."""


def changed(data: bytes, longest: int) -> bytes:
    """Bytes left out, put in, turned over, or taken from what the program compared with."""
    import atheris  # in the fuzzer's environment alone

    return bytes(atheris.Mutate(data, longest))
