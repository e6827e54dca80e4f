import os
from pathlib import Path

import pytest

from scrubber.reference import ReferenceDataError
from scrubber.reference.bundle.place import VARIABLE, bundle_in_use, bundle_place


def test_a_named_file_goes_before_the_environment_and_that_before_the_usual_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    usual = tmp_path / "claim-scrubber" / "reference.bundle"
    assert bundle_place() == usual
    monkeypatch.setenv(VARIABLE, str(tmp_path / "of-the-environment"))
    assert bundle_place() == bundle_in_use() == tmp_path / "of-the-environment"
    assert bundle_place(tmp_path / "named") == bundle_in_use(tmp_path / "named") == tmp_path / "named"
    monkeypatch.setenv(VARIABLE, "")
    assert bundle_place() == usual


def test_the_usual_place_is_read_only_when_something_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert bundle_in_use() is None
    bundle_place().parent.mkdir()
    bundle_place().touch()
    assert bundle_in_use() == bundle_place()


def test_a_user_without_a_home_has_no_usual_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert bundle_in_use() is None
    with pytest.raises(ReferenceDataError, match=VARIABLE):
        bundle_place()
    assert bundle_place(Path(os.devnull)) == Path(os.devnull)
