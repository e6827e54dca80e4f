"""Whatever a policy file holds, it is either used or refused with PolicyError."""

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scrubber.policy import PolicyError, check_file, load_policies
from scrubber.policy.model import Policy
from scrubber.policy.schema import fields_of
from scrubber.rules import RULES

HEAD = {"id": "default", "title": "T", "version": "1"}
_NAMES = sorted(
    {field.name for field in fields_of(Policy)} | {"group", "carc", "procedures", "source", "code", "units"}
)
_TEXTS = st.sampled_from(["", "20983", "L57.0", "off", "F", "0.01", "CO", "02", "default"]) | st.text(max_size=8)
_SCALARS = (
    _TEXTS
    | st.integers(-(10**6), 10**30)
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes(min_value=dt.datetime(1000, 1, 1))  # noqa: DTZ001  TOML's local times
    | st.times()
)
_KEYS = st.sampled_from([*_NAMES, *RULES]) | _TEXTS
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=12
)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, str) else str(value)


def _used_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "default.toml"
        file.write_bytes(content)
        problems = check_file(file, Path(name))
        try:
            assert [policy.id for policy in load_policies(Path(name))] == ["default"]
        except PolicyError as error:
            assert list(error.problems) == problems
            assert all(str(problem) for problem in problems)
        else:
            assert not problems


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_any_table_is_used_or_refused(table: dict[str, Any]) -> None:
    said = HEAD | table
    _used_or_refused("".join(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in said.items()).encode())


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_used_or_refused(content: bytes) -> None:
    _used_or_refused(content)
