"""Frames of DL/T 645 and CJ/T 188 are found in whatever a line brings, and no others."""

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cjt188 import frame as cjt188
from drivers.dlt645 import frame as dlt645

CONTROLS = st.integers(0, 255)
FRAMES: dict[ModuleType, st.SearchStrategy[Any]] = {
    dlt645: st.builds(
        dlt645.Frame, st.from_regex(r"[0-9]{12}", fullmatch=True), CONTROLS, st.binary(max_size=200)
    ),
    cjt188: st.builds(
        cjt188.Frame,
        st.integers(0x10, 0x49),
        st.from_regex(r"[0-9]{14}", fullmatch=True),
        CONTROLS,
        st.binary(max_size=120),
    ),
}
both = pytest.mark.parametrize("protocol", FRAMES, ids=lambda module: module.__name__)


@both
@given(data=st.data(), wake=st.integers(0, 8))
def test_every_frame_comes_through_noise_and_waking_bytes(
    protocol: ModuleType, data: st.DataObject, wake: int
) -> None:
    frame = data.draw(FRAMES[protocol])
    noise = data.draw(st.binary(max_size=30).filter(lambda noise: 0x68 not in noise))
    [found] = [protocol.parsed(raw) for raw in protocol.frames(noise + frame.framed(wake) + noise)]
    assert found == frame


@both
@given(data=st.data())
def test_a_changed_byte_is_noticed(protocol: ModuleType, data: st.DataObject) -> None:
    frame = data.draw(FRAMES[protocol])
    raw = bytearray(frame.framed())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    assert frame not in [protocol.parsed(found) for found in protocol.frames(bytes(raw))]


@both
@given(received=st.binary(max_size=300))
def test_any_bytes_can_be_looked_through(protocol: ModuleType, received: bytes) -> None:
    for raw in protocol.frames(received):
        assert raw in received
        assert protocol.parsed(raw).framed() == raw
