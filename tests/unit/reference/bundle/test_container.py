import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.reference.bundle.container import MAGIC, Bundle, BundleError, write_bundle

SECTIONS = {"a": b"alpha" * 3000, "b": b"", "c/d": b"\0\1\2"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "folder" / "reference.bundle"
    write_bundle(place, {"said": ["of", "it"]}, SECTIONS)
    return place


def test_what_was_written_is_read(path: Path) -> None:
    bundle = Bundle(path)
    assert bundle.about == {"said": ["of", "it"]}
    assert {name: bytes(bundle[name]) for name in bundle.names()} == SECTIONS
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_equal_contents_have_equal_digests_and_others_do_not(path: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    write_bundle(again, {"said": ["of", "it"]}, dict(reversed(SECTIONS.items())))
    write_bundle(other, {"said": ["of", "it"]}, SECTIONS | {"b": b"x"})
    assert Bundle(again).digest == Bundle(path).digest != Bundle(other).digest
    assert again.read_bytes() == path.read_bytes()


def test_an_open_bundle_keeps_what_it_showed_when_the_file_is_replaced(path: Path) -> None:
    before = Bundle(path)
    write_bundle(path, {}, {"a": b"new"})
    assert bytes(before["a"]) == SECTIONS["a"]
    assert bytes(Bundle(path)["a"]) == b"new"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_bundle(path, {}, {"a": b"new"})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@given(data=st.data())
def test_damage_anywhere_that_counts_is_refused(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bundle") / "reference.bundle"
    write_bundle(path, {"x": 1}, {"a": b"alpha" * 3000})
    content = bytearray(path.read_bytes())
    whole = Bundle(path)
    start = content.index(b"alpha")
    # Between the directory and the first section stands nothing that is read.
    directory = 16 + int.from_bytes(content[8:12], sys.byteorder)
    position = data.draw(st.one_of(st.integers(0, directory - 1), st.integers(start, len(content) - 1)))
    content[position] ^= data.draw(st.integers(1, 255))
    whole.close()
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"reference\.bundle"):
        Bundle(path)


@given(size=st.integers(0, 20_000))
def test_a_bundle_that_is_cut_off_is_refused(size: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bundle") / "reference.bundle"
    write_bundle(path, {"x": 1}, {"a": b"alpha" * 3000})
    content = path.read_bytes()
    path.write_bytes(content[: min(size, len(content) - 1)])
    with pytest.raises(BundleError, match="remove it and import CMS's files again"):
        Bundle(path)


@pytest.mark.parametrize("content", [b"", b"no bundle at all, but long enough", MAGIC + b"\0" * 8])
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "reference.bundle"
    path.write_bytes(content)
    with pytest.raises(BundleError):
        Bundle(path)


def test_a_missing_bundle_is_said(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="cannot be read"):
        Bundle(tmp_path / "nothing")
