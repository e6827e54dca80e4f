"""What a repetition carries, wherever one is suggested."""

import pytest

from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.rules.example import example


@pytest.mark.parametrize(
    ("code", "again"), [("76940", "76"), ("85025", "91"), ("0240U", "91"), ("88305", "76"), ("99213", None)]
)
def test_the_modifier_of_a_repetition(engine: Engine, code: str, again: str | None) -> None:
    titles = [fix.title for fix in scrub_example(engine, example(code, code, dx="C79.51")).fixes]
    assert [title for title in titles if "done again" in title] == (
        [f"Add {again} if {code} was done again"] if again else []
    )


@pytest.mark.parametrize(
    ("lines", "swapped"),
    [
        (("85025", "85025-59"), ["Put 91 in place of 59 on 85025 (line 2) if the same was done again"]),
        (("20610-RT", "20610-RT-XS"), ["Put 76 in place of XS on 20610 (line 2) if the same was done again"]),
        (("20610-RT", "20610-LT-59"), []),
        (("99213", "99213-59"), []),
    ],
)
def test_59_on_what_stands_on_another_line(engine: Engine, lines: tuple[str, ...], swapped: list[str]) -> None:
    titles = [fix.title for fix in scrub_example(engine, example(*lines, dx="C79.51")).fixes]
    assert [title for title in titles if "in place of" in title] == swapped
