"""Cutting JSON text into values, whatever pieces it is read in."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.cli.json_values import split_values, stays_open

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def cut(text: bytes, *, array: bool, piece: int, limit: int = 1 << 20) -> list[tuple[int, bytes | str]]:
    """`piece`: bytes that each reading gives, however many are asked for."""
    stream = io.BytesIO(text)
    first = stream.read(max(piece, text.find(b"[") + 1) if array else piece)
    return list(split_values(first, lambda _asked: stream.read(piece), limit, line=1, array=array))


@given(values=st.lists(JSON), indent=st.sampled_from([None, 0, 2]), ascii_=st.booleans(), piece=st.integers(1, 50))
def test_members_of_any_array_come_out_as_they_went_in(
    values: list[object], indent: int | None, ascii_: bool, piece: int
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_).encode()
    found = cut(text, array=True, piece=piece)
    assert [json.loads(value) for _, value in found] == values


@given(values=st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4)), piece=st.integers(1, 50))
def test_objects_one_after_another_come_out_with_the_line_they_begin_on(
    values: list[dict[str, object]], piece: int
) -> None:
    texts = [json.dumps(value, indent=1) for value in values]
    found = cut("\n".join(texts).encode(), array=False, piece=piece)
    assert [json.loads(value) for _, value in found] == values
    begins = [1 + sum(text.count("\n") + 1 for text in texts[:index]) for index in range(len(texts))]
    assert [line for line, _ in found] == begins


def test_a_broken_member_costs_only_itself() -> None:
    text = b'[\n{"a": 1,, "b": }\n,\n{"a": "open\n}, {"c": 2}]'
    values = [value for _, value in cut(text, array=True, piece=7)]
    assert values[0] == b'{"a": 1,, "b": }'
    assert values[-1] == b'{"c": 2}'
    assert len(values) == 3


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (b'[{"a": 1},', (1, "cut-off")),
        (b'[{"a": 1}\n, {"b": 2', (2, b'{"b": 2')),
        (b"[" * 5000, (1, "too-deep")),
        (b'[\n{"a": "' + b"x" * 5000, (2, "too-large")),
        (b"[\n" + b"1" * 5000, (2, "too-large")),
    ],
)
def test_what_does_not_end_is_told(text: bytes, last: tuple[int, bytes | str]) -> None:
    assert cut(text, array=True, piece=100, limit=2000)[-1] == last


@pytest.mark.parametrize(
    ("line", "goes_on"),
    [
        (b"{\n", True),
        (b'{"a": 1,\n', True),
        (b'{"lines": [\n', True),
        (b'{"a": 1}\n', False),
        (b'{"a": "{"}\n', False),
        (b'{"a": "cut off\n', False),
        (b'{"a": {"b": 1}\n', False),
    ],
)
def test_a_pretty_printed_object_is_told_from_a_broken_line(line: bytes, goes_on: bool) -> None:
    assert stays_open(line) is goes_on
