"""Any payer policy file -> used, or refused with what is wrong and where; the check tells the same as the load."""

from random import Random
from typing import Final

from scrubber.policy import PolicyError, check_file, load_policies
from scrubber.rules import RULES
from scrubber.shipped import shipped_folder
from tests.fuzz.changes import changed
from tests.fuzz.folder import scratch
from tests.fuzz.guard import WATCH

LONGEST: Final = 1 << 13
_FOLDER: Final = scratch()
_FILE: Final = _FOLDER / "default.toml"
_SHIPPED: Final = sorted((shipped_folder("reference_data") / "payers").glob("*.toml"))
_HEAD: Final = b'id = "default"\ntitle = "T"\nversion = "1"\n'
_BITS: Final = [
    b"[", b"]", b"[[", b"]]", b'"""', b"'''", b"{", b"}", b"=", b".", b"\\", b"\n", b" " * 300, b"\t" * 50,
    b"#", b'""',
    b"[" * 300, b"a." * 200, b"0x", b"0x" + b"f" * 4000, b"1e9999", b"9" * 400, b"nan", b"-inf",
    b"2026-02-30", b"99:99:99", b"\\U0010FFFF",
    b"\xff", b"\xc0\x80", b"\xef\xbb\xbf", b"\x00", b'extends = "default"\n', b'id = "other"\n', b"[severity]\n",
    *(rule.encode() for rule in list(RULES)[::9]),
]  # fmt: skip


def seeds() -> list[bytes]:
    """The policies that ship, and a few odd ones."""
    nested = _HEAD + b"frequency = [\n[" + b" " * 200 + b"\n]]\n"
    return [*(file.read_bytes()[:LONGEST] for file in _SHIPPED), _HEAD, nested, b"", b"[[a.b]]\n[a]\n"]


def one(data: bytes) -> None:
    """A folder with this file as its only policy."""
    _FILE.write_bytes(data)
    with WATCH:
        problems = check_file(_FILE, _FOLDER)
    try:
        assert [policy.id for policy in load_policies(_FOLDER)] == ["default"]
    except PolicyError as error:
        assert list(error.problems) == problems
        assert all(problem.file == _FILE and problem.text.strip() for problem in problems)
        lines = data.count(b"\n") + 1
        assert all(problem.line is None or 0 < problem.line <= lines for problem in problems)
    else:
        assert not problems


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Bits of TOML put in, lines moved and repeated, or bytes changed."""
    random = Random(seed)
    kind = random.randrange(4)
    if kind == 0:
        return changed(data, longest)
    if kind == 1:
        at = random.randint(0, len(data))
        return (data[:at] + random.choice(_BITS) + data[at + random.choice((0, 0, 1, 5)) :])[:longest]
    lines = data.split(b"\n")
    if kind == 2:
        lines.insert(random.randint(0, len(lines)), random.choice(random.choice(_SHIPPED).read_bytes().split(b"\n")))
    else:
        del lines[random.randrange(len(lines))]
    return b"\n".join(lines)[:longest]
