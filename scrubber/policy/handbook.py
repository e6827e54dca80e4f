"""The tables of `docs/payer-policies.md`, from the Structs: `python -m scrubber.policy.handbook FILE` renews them.

They stand between `<!-- fields -->` and `<!-- end -->`; everything else in the file is written by hand.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import inspect

from scrubber.policy.model import Policy
from scrubber.policy.schema import allowed, fields_of, plain

_BLOCK = re.compile(r"(<!-- fields -->\n).*?(<!-- end -->)", re.DOTALL)


def renew(text: str) -> str:
    """The document with its tables made anew."""
    return _BLOCK.sub(lambda found: found[1] + "\n".join(_tables()) + "\n" + found[2], text)


def _tables() -> Iterator[str]:
    yield from _table(Policy)
    for field in fields_of(Policy):
        struct = _struct_of(field.type)
        if struct is not None:
            brackets = _brackets(field)
            yield f"\n### {brackets}\n"
            yield " ".join((struct.__doc__ or "").split()) + "\n"
            yield from _table(struct)


def _table(struct: type[msgspec.Struct]) -> Iterator[str]:
    yield "| Field | Value | Meaning |"
    yield "|---|---|---|"
    for field in fields_of(struct):
        must = " (required)" if field.required else ""
        yield f"| `{field.name}`{must} | {_value(field.type)} | {_meaning(field.type)} |"


def _value(kind: inspect.Type) -> str:
    of_field = plain(kind)
    if isinstance(of_field, inspect.DictType):
        return f"a table: {allowed(of_field.key_type)} = {allowed(of_field.value_type)}"
    return allowed(kind)


def _meaning(kind: inspect.Type) -> str:
    said = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return str((said or {})["description"])


def _struct_of(kind: inspect.Type) -> type[msgspec.Struct] | None:
    """The Struct of a field that is a table, a list of tables, or a table of tables."""
    inner = plain(kind)
    if isinstance(inner, inspect.VarTupleType):
        inner = plain(inner.item_type)
    elif isinstance(inner, inspect.DictType):
        inner = plain(inner.value_type)
    return inner.cls if isinstance(inner, inspect.StructType) else None


def _brackets(field: inspect.Field) -> str:
    """How TOML heads such a table."""
    inner = plain(field.type)
    if isinstance(inner, inspect.VarTupleType):
        return f"`[[{field.name}]]`"
    return f"`[{field.name}]`, each value" if isinstance(inner, inspect.DictType) else f"`[{field.name}]`"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renew(path.read_text(encoding="utf-8")), encoding="utf-8")
