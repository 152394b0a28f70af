"""Every message travels unchanged, and whatever else arrives is a `WireError` that says what it is."""

import contextlib
import dataclasses
import os
import types
import typing
from enum import Enum
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from actors import messages, wire
from actors.channels.live import LIVE
from actors.codecs import CONDITIONS, CORE_COMMANDS, FIELD_COMMANDS, HISTORY, QUERIES
from actors.wire import Codec, WireError

MESSAGES: list[type] = [
    each
    for each in vars(messages).values()
    if dataclasses.is_dataclass(each)
    and isinstance(each, type)
    and each.__module__.startswith(messages.__name__)
]
ALL = Codec(*MESSAGES)
EXAMPLES = 1000 if os.environ.get("STEWARD_SOAK") else 20
"""Of each message."""
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Everything that a field of this annotation may hold."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return PLAIN
    if hint is int:
        return st.integers(-(2**63), 2**64 - 1)
    if hint is float:
        return st.floats(allow_nan=False)
    if hint is str:
        return st.text(max_size=20)
    if hint is bool:
        return st.booleans()
    if hint is bytes:
        return st.binary(max_size=20)
    if hint is type(None):
        return st.none()
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*map(values, arguments))
    if origin is tuple and arguments[1:] == (...,):
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, arguments))
    if origin is dict:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if origin is np.ndarray:
        (kind,) = typing.get_args(arguments[1])
        return arrays(kind, array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=4))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert dataclasses.is_dataclass(hint)
    return whole(hint)  # type: ignore[arg-type]


def whole(cls: type) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls)
    return st.builds(cls, **{field.name: values(hints[field.name]) for field in dataclasses.fields(cls)})


def same(one: Any, other: Any) -> bool:
    """Equality that also compares columns, and NaN in them."""
    if isinstance(one, np.ndarray):
        return bool(
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and one.shape == other.shape
            and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        )
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
        )
    if isinstance(one, tuple):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and type(one) is type(other)


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.__name__)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_every_message_comes_out_as_it_went_in(cls: type, data: st.DataObject) -> None:
    message = data.draw(whole(cls))
    assert same(ALL.decode(ALL.encode(message)), message)


@pytest.mark.parametrize("codec", [CONDITIONS, HISTORY, FIELD_COMMANDS, CORE_COMMANDS, QUERIES, LIVE])
@given(frame=st.binary(max_size=200))
def test_arbitrary_bytes_are_a_wire_error_and_nothing_else(codec: Codec, frame: bytes) -> None:
    """R-71: a poison row must be told from a defect of ours."""
    with pytest.raises(WireError):
        codec.decode(frame)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.builds(msgpack.ExtType, st.sampled_from([1, 2, 127]), st.binary(max_size=30))
    | st.just(msgpack.ExtType(1, b"B\x01\x02\x00\x00\x00\x01\x02")),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@given(
    version=st.just(1) | JUNK,
    kind=st.sampled_from([cls.__name__ for cls in MESSAGES]) | JUNK,
    fields=JUNK,
)
def test_well_formed_junk_is_a_message_or_a_wire_error(version: Any, kind: Any, fields: Any) -> None:
    try:
        message = ALL.decode(msgpack.packb([version, kind, fields]))
    except WireError:
        return
    assert type(message) in MESSAGES


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.__name__)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_message_with_one_bit_changed_is_a_message_or_a_wire_error(cls: type, data: st.DataObject) -> None:
    frame = bytearray(ALL.encode(data.draw(whole(cls))))
    at = data.draw(st.integers(0, 8 * len(frame) - 1))
    frame[at // 8] ^= 1 << at % 8
    with contextlib.suppress(WireError):
        ALL.decode(bytes(frame))


def test_a_column_is_not_copied_cell_by_cell_and_keeps_its_order() -> None:
    column = np.arange(6, dtype=np.float64).reshape(2, 3)
    scans = messages.Scans(
        1, "t", np.array([0, 1], np.int32), np.array([1, 2], np.int64), np.asfortranarray(column),
        np.zeros((2, 3), np.uint8), (),
    )  # fmt: skip
    np.testing.assert_array_equal(ALL.decode(ALL.encode(scans)).values, column)


def test_too_large_a_message_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_BYTES", 10)
    with pytest.raises(WireError, match="11 bytes are over the limit of 10 bytes a message; split it"):
        ALL.decode(bytes(11))


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ([2, "ReadAlarms", []], r"message version 2 is not 1; update the older side"),
        ([True, "ReadAlarms", []], r"message version True is not 1"),
        ([1, "Nonsense", []], r"message kind 'Nonsense' is unknown here; known: .*ReadAlarms"),
        ([1, "ReadJournal", [1, 2]], r"ReadJournal has 3 fields, got \[1, 2\]"),
        ([1, "ReadCommands", [1, "x"]], r"ReadCommands.limit = 'x': must be int, is str"),
        ([1, "AlarmChanged", [[1]]], r"Alarm has \d+ fields, got \[1\]"),
        (["ReadAlarms"], r"a message is \[version, kind, fields\]"),
        ({"a": 1}, r"a message is \[version, kind, fields\]"),
    ],
)
def test_the_error_names_thing_and_value(frame: Any, said: str) -> None:
    with pytest.raises(WireError, match=said):
        ALL.decode(msgpack.packb(frame))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"d",
        b"d\x01",
        b"d\x01\x03\x00\x00\x00" + bytes(8),
        b"z\x01\x01\x00\x00\x00" + bytes(8),
        b"\xff\x01\x01\x00\x00\x00" + bytes(8),
        b"d\xff" + bytes(40),
        b"d\x02\xff\xff\xff\xff\xff\xff\xff\xff" + bytes(8),
    ],
)
def test_a_column_with_a_wrong_header_says_so(body: bytes) -> None:
    frame = msgpack.packb([1, "Tree", ["p", 1, msgpack.ExtType(1, body)]])
    with pytest.raises(WireError, match=f"a column of {len(body)} bytes has a wrong header"):
        ALL.decode(frame)


def test_another_extension_type_says_so() -> None:
    frame = msgpack.packb([1, "Tree", ["p", 1, msgpack.ExtType(7, b"")]])
    with pytest.raises(WireError, match="extension type 7 is unknown"):
        ALL.decode(frame)


def test_a_column_of_another_type_is_refused() -> None:
    column: Any = np.zeros(1)
    trend = messages.Trend("p", *[column] * 7)
    with pytest.raises(WireError, match=r"Trend.time_ns = .*must be a column of int64"):
        ALL.decode(ALL.encode(trend))


def test_what_is_no_message_of_the_channel_is_not_sent() -> None:
    with pytest.raises(TypeError, match="ReadAlarms is not a message of this channel"):
        CONDITIONS.encode(messages.ReadAlarms())
    with pytest.raises(TypeError, match="set cannot travel"):
        ALL.encode(messages.Tree("p", 1, {1}))
    with pytest.raises(TypeError, match="a column of complex128 cannot travel"):
        ALL.encode(messages.Tree("p", 1, np.zeros(1, complex)))


def test_a_class_whose_field_cannot_travel_is_refused_when_the_codec_is_made() -> None:
    @dataclasses.dataclass(frozen=True)
    class Odd:
        field: set[int]

    Odd.__annotations__["field"] = set[int]
    with pytest.raises(TypeError, match=r"set\[int\] cannot travel"):
        Codec(Odd)
