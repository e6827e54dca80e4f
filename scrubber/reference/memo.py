"""Remembering what was resolved, within a bound that all memos share."""

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")
_LONGEST_KEY = 10
"""A taxonomy code has ten characters, and no code is longer. What is longer is not a code, and is not kept."""


class Budget:
    """How many entries the memos of one reference may hold together. When it is spent all start over."""

    def __init__(self, limit: int = 120_000) -> None:
        self._limit = limit
        self._spent = 0
        self._memos: list[dict[str, object]] = []

    def register(self, memo: "dict[str, object]") -> None:
        """Count the entries of `memo` from now on."""
        self._memos.append(memo)

    def spend(self) -> None:
        """One entry is about to be added."""
        if self._spent >= self._limit:
            for memo in self._memos:
                memo.clear()
            self._spent = 0
        self._spent += 1


class Memo(dict[str, V]):
    """Code -> what `resolve` says of it, worked out on first touch."""

    __slots__ = ("_budget", "_resolve")

    def __init__(self, resolve: Callable[[str], V], budget: Budget) -> None:
        super().__init__()
        self._resolve = resolve
        self._budget = budget
        budget.register(self)  # type: ignore[arg-type]  # only ever cleared there

    def __missing__(self, code: str) -> V:
        value = self._resolve(code)
        if len(code) <= _LONGEST_KEY:
            self._budget.spend()
            self[code] = value
        return value
