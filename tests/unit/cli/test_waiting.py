"""The line for who waits: on a terminal, once there is something to wait for, and gone at the end."""

import pytest

from scrubber.cli import waiting as module
from scrubber.cli.waiting import waiting


def words(passed: int) -> str:
    return f"{passed:,} passed"


@pytest.mark.parametrize(("terminal", "patience", "shown"), [(True, 0, True), (True, 60, False), (False, 0, False)])
def test_a_line_only_where_somebody_waits(
    terminal: bool, patience: float, shown: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "is_terminal", lambda _: terminal)
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", patience)
    monkeypatch.setattr(module, "_BETWEEN_SECONDS", 0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with waiting(words) as line:
        line(1000)
        line(234)
        assert line.passed == 1234
    said = capsys.readouterr()
    assert ("1,234 passed" in said.err) is shown
    assert said.out == ""
