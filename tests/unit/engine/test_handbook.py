from pathlib import Path

from scrubber.engine import Engine
from scrubber.engine.handbook import rules_page
from scrubber.rules import RULES

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_rule_reference_is_in_sync(engine: Engine) -> None:
    assert PAGE.read_text("utf-8") == rules_page(engine), "run `make docs`"


def test_the_rule_reference_shows_every_rule_firing(engine: Engine) -> None:
    page = rules_page(engine)
    for rule_id, rule in RULES.items():
        section = page.split(f"\n## {rule_id}\n")[1].split("\n## ")[0]
        assert section.count("- Fires on") == len(rule.fires)
        assert section.count("\n  - ") >= len(rule.fires), "each example says what was found"
