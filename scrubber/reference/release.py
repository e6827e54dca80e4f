"""The tables between two days on which any of them changes: within a release, a date makes no difference."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from scrubber.reference.diagnoses import Diagnoses, normal, unknown
from scrubber.reference.editions import Editions
from scrubber.reference.facts import Diagnosis, Modifier, Pair, Place, Procedure
from scrubber.reference.lines import SortedLines
from scrubber.reference.memo import Budget, Memo
from scrubber.reference.procedures import Procedures
from scrubber.reference.small import modifier_on

_ids = count(1)
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")


class Tables:
    """All tables, read; what releases draw on. `every`: what is known of each, by kind."""

    def __init__(
        self,
        every: Mapping[str, Editions[Any]],
        procedures: Procedures,
        diagnoses: Callable[[dt.date], Diagnoses],
        modifiers: Editions[Mapping[str, Modifier]],
        places: Editions[Mapping[str, Place]],
        taxonomies: Editions[SortedLines],
    ) -> None:
        """`diagnoses` gives the tables of diagnoses that speak of a day."""
        self.every = every
        self.procedures = procedures
        self.diagnoses = diagnoses
        self.modifiers = modifiers
        self.places = places
        self.taxonomies = taxonomies


class Release:
    """What all tables say on any of the days they share; `id` is unique within the process.

    The memos resolve a code on first touch. `modifiers` and `places` give None for what no table knows; `taxonomies`
    gives whether a provider taxonomy code is one, None where only a table could tell and none is loaded.
    """

    def __init__(self, tables: Tables, day: dt.date, budget: Budget, like: "Release | None" = None) -> None:
        """`like`: a release on whose days the tables of diagnoses say the same; what it has resolved is shared."""
        self.id = next(_ids)
        self._tables = tables
        self.day = day
        self._infos = {kind: info for kind, each in tables.every.items() if (info := each.info(day))}
        self._diagnoses: Diagnoses = like._diagnoses if like else tables.diagnoses(day)  # noqa: SLF001  of our own kind
        places = tables.places.table(day) or tables.places.every()[0]
        self._known_modifiers = tables.modifiers.table(day) or tables.modifiers.every()[0]
        self.procedures: Memo[Procedure] = Memo(self._procedure, budget)
        self.diagnoses: Memo[Diagnosis] = like.diagnoses if like else Memo(self._diagnosis, budget)
        self.modifiers: Memo[Modifier | None] = Memo(self._modifier, budget)
        self.places: Memo[Place | None] = Memo(places.get, budget)
        self._known_taxonomies = tables.taxonomies.table(day)
        self.taxonomies: Memo[bool | None] = Memo(self._taxonomy, budget)
        self._children: Memo[tuple[Diagnosis, ...]] = (
            like._children if like else Memo(self._billable_under, budget)  # noqa: SLF001
        )

    def pair(self, column_1: str, column_2: str) -> Pair | None:
        """The edit in force that takes `column_2` away beside `column_1`. Ask both ways: order matters."""
        return self._tables.procedures.pair(column_1, column_2, self.day)

    def pair_history(self, column_1: str, column_2: str) -> list[Pair]:
        """Every row that the table of these days has of the pair, in force or not, by first and then by last day."""
        return self._tables.procedures.pair_history(column_1, column_2, self.day)

    def children(self, code: str) -> tuple[Diagnosis, ...]:
        """The billable diagnoses under a heading, in order; empty when `code` heads none."""
        plain = normal(code)
        return () if plain is None else self._children[plain]

    def reaches(self, kind: str) -> bool:
        """Whether a table of this kind is loaded and speaks of these days."""
        return kind in self._infos

    def label(self, kind: str) -> str:
        """Source and release of the table, such as `MCE v44.0`. KeyError when none is loaded."""
        info = self._infos.get(kind) or self._tables.every[kind].newest
        return info.label

    def _billable_under(self, heading: str) -> tuple[Diagnosis, ...]:
        return tuple(self.diagnoses[child] for child in self._diagnoses.children(heading, self.day))

    def _procedure(self, code: str) -> Procedure:
        upper = code.upper()
        if upper != code:
            return self.procedures[upper]
        return self._tables.procedures.on(code, self.day)

    def _diagnosis(self, code: str) -> Diagnosis:
        plain = normal(code)
        if plain is None:
            return unknown(code)
        if plain != code:
            return self.diagnoses[plain]
        return self._diagnoses.on(code, self.day, excludes=self.reaches("icd10cm-excludes1"))

    def _taxonomy(self, code: str) -> bool | None:
        plain = code.strip().upper()
        if not _TAXONOMY.fullmatch(plain):
            return False
        return bool(self._known_taxonomies.at(plain)) if self._known_taxonomies else None

    def _modifier(self, code: str) -> Modifier | None:
        modifier = self._known_modifiers.get(code)
        return modifier and modifier_on(modifier, self.day)
