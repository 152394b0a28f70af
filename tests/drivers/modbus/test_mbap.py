"""The stream parser: every split of the stream gives the same answers, nonsense is an error, never a hang."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import FramingError
from drivers.modbus.mbap import Answer, Answers

answers_ = st.lists(
    st.tuples(st.integers(0, 0xFFFF), st.integers(0, 255), st.binary(min_size=1, max_size=253)), max_size=6
)


def stream(answers: list[Answer]) -> bytes:
    return b"".join(
        transaction.to_bytes(2, "big") + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu
        for transaction, unit, pdu in answers
    )


@given(answers_, st.data())
def test_however_the_network_splits_the_stream_the_answers_are_the_same(
    answers: list[Answer], draw: st.DataObject
) -> None:
    whole = stream(answers)
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(whole)), max_size=20)))
    parser = Answers()
    got: list[Answer] = []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        got.extend(parser.feed(whole[start:end]))
    assert got == answers


@given(st.binary(max_size=600))
def test_garbage_raises_or_waits_but_nothing_else(garbage: bytes) -> None:
    """S-42, the client's framer."""
    with contextlib.suppress(FramingError):
        Answers().feed(garbage)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\0\1\0\7\0\3\1\3\0",
        b"\0\1\0\0\0\1\1\3",
        b"\0\1\0\0\xff\xff\1\3",
        b"\0\1XY",
    ],
)
def test_a_lying_header_is_found_as_early_as_it_shows(nonsense: bytes) -> None:
    with pytest.raises(FramingError):
        Answers().feed(nonsense)
