"""Claims through the public engine, in several processes: as bytes in, and what their verdicts say of them out."""

import datetime as dt
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from scrubber.contract import Claim, Payer, ServiceLine, decode_claim, encode_claim
from scrubber.contract.claim import MAX_MODIFIERS, MAX_POINTERS
from scrubber.engine import Engine, load_engine
from scrubber.engine.scrub import MOST_FINDINGS
from scrubber.rules import RULES

T = TypeVar("T")
AS_OF = dt.date(2027, 12, 31)
_CLAIMS = 40
"""A task: enough that handing it over costs little, few enough that all processes end together."""
STUBBORN = ("KX", "GC", "Q5", "CR")
"""Modifiers that lift nothing."""


def stubborn(*modifiers: str) -> tuple[str, ...]:
    """These modifiers, and others that lift nothing, until there is room for no more: no fix that adds one to prove."""
    return (*modifiers, *STUBBORN)[:MAX_MODIFIERS]


class Said(NamedTuple):
    """What the oracles ask of a finding."""

    rule: str
    path: str
    lines: tuple[int, ...]
    source: str


def batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """The items in tuples of so many, and what is left."""
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some


def write_policies(folder: Path) -> None:
    """A payer for each family, who has all other edits off: what they find would only hide what is asked for."""
    for family in ("default", *{rule.family for rule in RULES.values()}):
        off = (f'{rule.id} = "off"\n' for rule in RULES.values() if rule.family != family)
        text = f'id = "{family}"\ntitle = "{family} alone"\nversion = "1"\n[severity]\n{"".join(off)}'
        (folder / f"{family}.toml").write_text(text)


def line(
    code: str, day: dt.date, units: int = 1, modifiers: tuple[str, ...] = (), pointers: tuple[int, ...] = (1,)
) -> ServiceLine:
    """A line as the oracles bill it; see `stubborn` for its modifiers."""
    return ServiceLine(
        code, modifiers=modifiers, units=units, charge="1.00", service_date_from=day, service_date_to=day,
        diagnosis_pointers=pointers,
    )  # fmt: skip


def claim(family: str, lines: Sequence[ServiceLine], diagnoses: Sequence[str] = ("L57.0",)) -> bytes:
    """A claim that is judged by one family of edits.

    Its total is zero, so that no line can be taken off it: with no fix to prove a verdict takes a fifth of the time.
    Fixes are another test's business.
    """
    made = Claim(
        "ORACLE", "professional", Payer("ORACLE", policy=family), tuple(lines), place_of_service="11",
        total_charge="0.00", diagnoses=tuple(diagnoses),
    )  # fmt: skip
    return encode_claim(made)


def pointing(diagnoses: int, day: dt.date) -> list[ServiceLine]:
    """Lines that point at so many diagnoses."""
    return [line("99213", day, pointers=some) for some in batches(range(1, diagnoses + 1), MAX_POINTERS)]


class Scrubbers:
    """Processes that scrub claims over one set of policies."""

    def __init__(self, policies: Path) -> None:
        self._policies = policies
        # Not forked: the test run may have threads. Each process opens the bundle for itself, as a worker would.
        self._count = os.cpu_count() or 1
        self._pool = ProcessPoolExecutor(self._count, mp_context=get_context("spawn"))

    def ask(self, bundle: Path | None, questions: Iterable[tuple[bytes, T]]) -> Iterator[tuple[T, list[Said]]]:
        """For each claim what came with it, and what its verdict says."""
        under_way: deque[tuple[list[T], Future[list[list[Said]]]]] = deque()
        for some in batches(questions, _CLAIMS):
            claims = [each for each, _ in some]
            under_way.append(([about for _, about in some], self._pool.submit(_scrub, bundle, self._policies, claims)))
            if len(under_way) > 2 * self._count:
                yield from _answers(*under_way.popleft())
        for each in under_way:
            yield from _answers(*each)

    def close(self) -> None:
        self._pool.shutdown()


def _answers(about: list[T], future: "Future[list[list[Said]]]") -> Iterator[tuple[T, list[Said]]]:
    yield from zip(about, future.result(), strict=True)


@cache
def _engine(bundle: Path | None, policies: Path) -> Engine:
    return load_engine(payer_folder=policies, reference_bundle=bundle)


def _scrub(bundle: Path | None, policies: Path, claims: list[bytes]) -> list[list[Said]]:
    engine, found = _engine(bundle, policies), []
    for each in claims:
        findings = engine.scrub(decode_claim(each), as_of=AS_OF).findings
        assert len(findings) < MOST_FINDINGS, "some may have been left out"
        found.append([Said(said.rule, said.path, said.lines, said.source) for said in findings])
    return found
