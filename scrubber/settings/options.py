"""What is known about one setting beside its name, type and default: words, bounds, choices."""

import types
from collections.abc import Iterator
from dataclasses import Field, field, fields
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from scrubber.settings.secret import Secret


def setting(
    default: object,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401 - dataclasses.field is typed so as well: the declared type of the field counts
    """A field of a settings class. `text`: what it is for; `low` and `high` are allowed themselves."""
    return field(default=default, metadata={"text": text, "low": low, "high": high, "choices": choices})


_MOST_BITS: Final = 1000


def options(kind: type) -> Iterator[Field[Any]]:
    """The fields of a settings class that a user sets, in the order of the documentation."""
    return (item for item in fields(kind) if item.metadata)


def type_of(kind: type, name: str) -> type:
    """The type of a field's values, without the None that says it may be unset."""
    hint = get_type_hints(kind)[name]
    if isinstance(hint, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return hint  # type: ignore[no-any-return]


def allowed(item: Field[Any], kind: type) -> str:
    """Words for what a setting of this type may be."""
    choices, low, high = item.metadata["choices"], item.metadata["low"], item.metadata["high"]
    if choices:
        return "one of " + ", ".join(choices)
    noun = {int: "a whole number", float: "a number", Path: "a path"}.get(kind, "a text")
    if low is not None and high is not None:
        return f"{noun} from {low} to {high}"
    return f"{noun}, at least {low}" if low is not None else noun


def shown(value: object) -> str:
    """Words for a value, for people; never a secret's."""
    if isinstance(value, Secret):
        return "<hidden>" if value.reveal() else "<unset>"
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number of more than 300 digits"  # which Python may refuse to write out
    return "<unset>" if value is None or value == "" else str(value)
