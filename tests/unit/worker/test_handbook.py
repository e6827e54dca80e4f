from pathlib import Path

from scrubber.worker.handbook import renew

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"


def test_the_tables_in_the_docs_are_those_of_the_code() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    assert text.count("<!-- table:") == 7
    assert renew(text) == text, "run: python -m scrubber.worker.handbook docs/operations.md"
