"""The tables of `docs/operations.md`, from the lists in the code: `python -m scrubber.worker.handbook FILE` renews.

A table stands between `<!-- table: name -->` and `<!-- end -->`; everything else in the file is written by hand.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from scrubber.contract import DEAD_LETTER_ACTIONS, DEAD_LETTER_REASONS
from scrubber.kafka.metrics import METRICS, STANDARD
from scrubber.kafka.unreachable import REASONS
from scrubber.log import Event
from scrubber.settings import Settings, allowed, settings_fields, type_of
from scrubber.web.reasons import NOT_READY
from scrubber.worker.exits import ExitCode

_TABLE = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def renew(text: str) -> str:
    """The document with every table made anew. KeyError for a table nobody knows."""
    tables = _tables()
    return _TABLE.sub(lambda found: f"{found[1]}{tables[found[2]]}{found[3]}", text)


def _tables() -> dict[str, str]:
    return {
        "settings": _table(
            ("Setting", "Default", "Allowed", "Meaning"),
            (
                (f"`{item.name}`", _default(item.default), allowed(item, kind), item.metadata["text"])
                for item in settings_fields()
                for kind in (type_of(Settings, item.name),)
            ),
        ),
        "exit-codes": _table(
            ("Code", "Name", "Meaning", "Restart?"),
            ((str(int(code)), f"`{code.name}`", code.meaning, code.restart) for code in ExitCode),
        ),
        "metrics": _table(
            ("Metric", "Kind", "Labels", "Meaning"),
            (
                (f"`{metric.name}{'_total' if metric.kind == 'counter' else ''}`", metric.kind,
                 ", ".join(f"`{label}`" for label in metric.labels), metric.text)
                for metric in (*METRICS, *STANDARD)
            ),
        ),
        "events": _table(
            ("Event", "Level", "Keys", "Meaning", "What to do"),
            (
                (f"`{event.label}`", event.value.level, " ".join(f"`{key}`" for key in event.value.keys),
                 event.value.meaning, event.value.doing)
                for event in Event
            ),
        ),
        "dead-letters": _table(
            ("Reason", "Meaning", "What to do"),
            ((f"`{reason}`", text, DEAD_LETTER_ACTIONS[reason]) for reason, text in DEAD_LETTER_REASONS.items()),
        ),
        "unreachable": _table(("Reason", "Meaning"), ((f"`{reason}`", text) for reason, text in REASONS.items())),
        "not-ready": _table(("Status", "Meaning"), ((f"`{reason}`", text) for reason, text in NOT_READY.items())),
    }  # fmt: skip


def _default(value: object) -> str:
    return "" if value is None or str(value) in {"", "<hidden>"} else f"`{value}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renew(path.read_text(encoding="utf-8")), encoding="utf-8")
