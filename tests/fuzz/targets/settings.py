"""Any settings file -> settings that hold to their bounds, or a SettingsError with a sentence for each problem."""

from dataclasses import fields
from random import Random
from typing import Final

from scrubber.settings import Secret, Settings, SettingsError
from tests.fuzz.changes import changed
from tests.fuzz.folder import scratch
from tests.fuzz.guard import WATCH

LONGEST: Final = 1 << 12
_FILE: Final = scratch() / "scrubber.toml"
_NAMES: Final = [field.name for field in fields(Settings) if field.metadata]
_VALUES: Final = [
    b'""', b"0", b"-1", b"1", b"6066", b"1048576", b"99999999999999999999", b"nan", b"inf", b"1e400", b"true", b"[]",
    b"{}", b'"static"', b'"127.0.0.1:9092"', b'"SASL_SSL"', b"2026-01-01", b'"\\u0000"', b"'''\n'''", b'"5"',
    b"0x7fffffff", b"0x" + b"f" * 4000,
]  # fmt: skip


def seeds() -> list[bytes]:
    """A line for each setting."""
    return [b"", *(name.encode() + b" = " + value for name in _NAMES for value in _VALUES[:3])]


def one(data: bytes) -> None:
    """Load a file with nothing in the environment."""
    _FILE.write_bytes(data)
    try:
        with WATCH:
            settings = Settings.load({}, {}, _FILE)
    except SettingsError as error:
        assert error.problems
        assert all(problem.strip() for problem in error.problems)
        return
    for field in fields(Settings):
        value, low, high = getattr(settings, field.name), field.metadata.get("low"), field.metadata.get("high")
        assert not isinstance(value, Secret) or "hidden" in repr(value)
        assert low is None or value is None or value >= low
        assert high is None or value is None or value <= high


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Another line, or other bytes."""
    random = Random(seed)
    if random.random() < 0.4:
        return changed(data, longest)
    lines = data.split(b"\n")
    line = random.choice(_NAMES).encode() + b" = " + random.choice(_VALUES)
    lines[random.randrange(len(lines)) : random.randint(0, len(lines))] = [line]
    return b"\n".join(lines)[:longest]
