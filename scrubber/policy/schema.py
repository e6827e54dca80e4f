"""A TOML table against the Structs of a policy: all mistakes at once; msgspec stops at the first."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from scrubber.policy.errors import Where, did_you_mean, shown
from scrubber.policy.forms import ALLOWED
from scrubber.policy.model import Policy

_FILLED_IN = "digest"


class Mistake(NamedTuple):
    """Where in the file, and what is wrong there, in words that go on from the field's name."""

    path: Where
    words: str


def fields_of(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    """The fields that a file may give of a part of a policy."""
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)  # noqa: S101  what a Struct is, to the type checker
    return tuple(field for field in kind.fields if field.name != _FILLED_IN)


def mistakes(table: dict[str, Any]) -> list[Mistake]:
    """Everything in a policy's own table that a policy may not say, in the order of its fields."""
    return list(_of_struct(table, Policy, ()))


def _of_struct(table: Any, struct: type[msgspec.Struct], path: Where) -> Iterator[Mistake]:  # noqa: ANN401  from TOML
    if not isinstance(table, dict):
        yield Mistake(path, f"is {shown(table)}; it must be a table")
        return
    fields = {field.name: field for field in fields_of(struct)}
    found: list[Mistake] = []
    for key in table.keys() - fields.keys():
        hint = did_you_mean(key, fields, f"it may be {_one_of(sorted(fields))}")
        found.append(Mistake((*path, key), f"is no field here; {hint}"))
    for name, field in fields.items():
        if name in table:
            found += _of_value(table[name], field.type, (*path, name))
        elif field.required:
            found.append(Mistake((*path, name), f"is missing; it must be {allowed(field.type)}"))
    yield from found
    if not found and path:
        # What the fields say together, which only the Struct itself can tell.
        try:
            msgspec.convert(table, struct)
        except msgspec.ValidationError as error:
            yield Mistake(path, str(error))


def _of_value(value: Any, kind: inspect.Type, path: Where) -> Iterator[Mistake]:  # noqa: ANN401  from TOML
    bare = plain(kind)
    if isinstance(bare, inspect.StructType):
        yield from _of_struct(value, bare.cls, path)
    elif isinstance(bare, inspect.DictType) and isinstance(value, dict):
        for key, item in value.items():
            if (words := _wrong(key, bare.key_type)) is not None:
                yield Mistake((*path, key), words)
            yield from _of_value(item, bare.value_type, (*path, key))
    elif isinstance(bare, inspect.VarTupleType | inspect.FrozenSetType) and isinstance(value, list):
        if len(value) < (bare.min_length or 0):
            yield Mistake(path, "is empty; it must have at least one entry")
        for position, item in enumerate(value):
            yield from _of_value(item, bare.item_type, (*path, position))
    elif (words := _wrong(value, kind)) is not None:
        yield Mistake(path, words)


def _wrong(value: Any, kind: inspect.Type) -> str | None:  # noqa: ANN401  from TOML
    """What is wrong with a single value, or None."""
    bare = plain(kind)
    test = _TESTS.get(type(bare))
    if test is not None and test(value, bare):
        return None
    return f"is {shown(value)}; it must be {allowed(kind)}{_hint(value, bare)}"


def _text(value: Any, kind: Any) -> bool:  # noqa: ANN401  one of inspect's types, by the table below
    fits = isinstance(value, str) and (kind.max_length is None or len(value) <= kind.max_length)
    return fits and (kind.pattern is None or re.search(kind.pattern, value) is not None)


def _number(value: Any, kind: Any) -> bool:  # noqa: ANN401
    wanted = int if isinstance(kind, inspect.IntType) else int | float
    if not isinstance(value, wanted) or isinstance(value, bool):
        return False
    above = (kind.ge is None or value >= kind.ge) and (kind.gt is None or value > kind.gt)
    return above and (kind.le is None or value <= kind.le)


_TESTS: dict[type, Callable[[Any, Any], bool]] = {
    inspect.StrType: _text,
    inspect.IntType: _number,
    inspect.FloatType: _number,
    inspect.BoolType: lambda value, _: isinstance(value, bool),
    inspect.DateType: lambda value, _: isinstance(value, dt.date) and not isinstance(value, dt.datetime),
    inspect.LiteralType: lambda value, kind: isinstance(value, str) and value in kind.values,
}
"""Kind of a single value -> whether a value is of it; what is of none of these kinds is a table or a list."""


def plain(kind: inspect.Type) -> inspect.Type:
    """A type without its metadata, and without None, which TOML cannot say; literals of a union as one."""
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        else:
            said = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
            if len(said) > 1:
                values = (value for each in said if isinstance(each, inspect.LiteralType) for value in each.values)
                return inspect.LiteralType(tuple(values))
            kind = said[0]
    return kind


def allowed(kind: inspect.Type) -> str:
    """What a field takes, in words that go on from 'it must be'."""
    of_form = kind
    while isinstance(of_form, inspect.Metadata | inspect.UnionType):
        if isinstance(of_form, inspect.Metadata):
            if of_form.extra and ALLOWED in of_form.extra:
                return str(of_form.extra[ALLOWED])
            of_form = of_form.type
        else:
            of_form = next(each for each in of_form.types if not isinstance(each, inspect.NoneType))
    bare = plain(kind)
    match bare:
        case inspect.LiteralType():
            return _one_of([str(value) for value in bare.values])
        case inspect.VarTupleType() | inspect.FrozenSetType():
            item = plain(bare.item_type)
            return (
                "a list of tables"
                if isinstance(item, inspect.StructType)
                else f"a list, each {allowed(bare.item_type)}"
            )
        case inspect.BoolType():
            return "true or false"
        case inspect.DateType():
            return "a date without quotes, such as 2026-01-31"
        case _:
            return "a table"


def _hint(value: Any, kind: inspect.Type) -> str:  # noqa: ANN401  from TOML
    """How to write what was probably meant."""
    if isinstance(kind, inspect.LiteralType) and isinstance(value, str):
        hint = did_you_mean(value, map(str, kind.values), "")
        return f"; {hint}" if hint else ""
    if not isinstance(kind, inspect.StrType):
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        meant = [text for text in (str(value), f"{value:.2f}") if _text(text, kind)]
    else:
        meant = [text for text in (str(value).strip().upper(),) if isinstance(value, str) and _text(text, kind)]
    return f'; write "{meant[0]}"' if meant else ""


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
