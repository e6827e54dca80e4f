"""Which pairs of procedures go on which claim, and what the PTP file says of those on one."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scrubber.contract.claim import MAX_LINES
from scrubber.engine.scrub import MOST_FINDINGS
from tests.oracle.published import Edits, History, Span
from tests.oracle.scrubbing import Said, batches

Expected = dict[tuple[int, int], frozenset[int]]
"""Column 1's line and column 2's, from 0 -> modifier indicators, any of which is right."""
_NONE: frozenset[str] = frozenset()
_HEADS = 10
_MISSES = 20
_FEW = 12
"""Beside one column-1 code: so few lines have fewer pairs among them, both ways, than a verdict holds findings."""


def in_force(history: History, day: dt.date) -> list[Span]:
    return [span for span in history if span.first <= day <= span.last and span.indicator in (0, 1)]


def expected(edits: Edits, codes: Sequence[str], day: dt.date) -> Expected:
    """The edits in force between codes on lines of one date.

    The file's effective dates are placeholders for the most part, so that rows of a pair overlap that never did.
    """
    places = {code: number for number, code in enumerate(codes)}
    found = {}
    for one in codes:
        partners = edits.get(one, {})
        for two in partners.keys() & places.keys():
            if spans := in_force(partners[two], day):
                found[places[one], places[two]] = frozenset(span.indicator for span in spans)
    return found


def agrees(expects: Expected, codes: Sequence[str], said: list[Said]) -> bool:
    """Whether a verdict names these edits and no others, each once and with a right indicator."""
    found = {}
    for finding in said:
        two = int(finding.path.split("/")[2])
        (one,) = {number - 1 for number in finding.lines} - {two}
        cites, indicator = finding.source[:-1], finding.source[-1]
        if not cites.endswith(f": {codes[one]}/{codes[two]} indicator "):
            return False
        found[one, two] = int(indicator)
    right = all(indicator in expects.get(pair, ()) for pair, indicator in found.items())
    return right and len(found) == len(said) == len(expects)


def in_few_lines(pairs: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """Claims on which each of these pairs stands."""
    by_first: dict[str, list[str]] = {}
    for one, two in pairs:
        by_first.setdefault(one, []).append(two)
    for one, partners in by_first.items():
        yield from ([one, *some] for some in batches(partners, _FEW))


class Packer:
    """Claims on which, between them, every edit in force on a day stands, with as many on each as a verdict can name.

    Codes that follow each other take away much the same others, so some column-1 codes share a claim.
    """

    def __init__(self, edits: Edits, day: dt.date) -> None:
        live: dict[History, bool] = {}
        self.takes: dict[str, frozenset[str]] = {}
        self._taken_by: dict[str, set[str]] = {}
        for one, partners in edits.items():
            live |= {history: bool(in_force(history, day)) for history in set(partners.values()) - live.keys()}
            self.takes[one] = frozenset(two for two, history in partners.items() if live[history])
            for two in self.takes[one]:
                self._taken_by.setdefault(two, set()).add(one)
        self._left = {one: set(partners) for one, partners in self.takes.items()}

    def claims(self) -> Iterator[list[str]]:
        """The codes of each claim's lines."""
        order = sorted(self._left, reverse=True)
        while order:
            if not self._left[order[-1]]:
                order.pop()
                continue
            heads = [one for one in order[: -4 * _HEADS : -1] if self._left[one]][:_HEADS]
            codes = self._fill(heads)
            for one in codes:
                if one in self._left:
                    self._left[one] -= codes.keys()
            yield list(codes)

    def _fill(self, heads: list[str]) -> dict[str, None]:
        """The first of the heads, others, and codes that they take away."""
        codes: dict[str, None] = {}
        edits = misses = 0
        wanted = Counter(two for one in heads for two in self._left[one])
        first = self._left[heads[0]]
        for code in (*heads, *sorted(wanted, key=lambda two: (two not in first, -wanted[two], two))):
            if code in codes:
                continue
            more = len(self.takes.get(code, _NONE) & codes.keys()) + len(self._taken_by.get(code, _NONE) & codes.keys())
            if edits + more < MOST_FINDINGS:
                codes[code] = None
                edits += more
            else:
                misses += 1
            if len(codes) == MAX_LINES or misses > _MISSES:
                break
        return codes
