"""Scans that come within a moment become one batch, and devices are spread over the period."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.gather import FULL_ROWS, LINGER_S, TICKS, Gathered, Gatherer, phase_s
from drivers.driver import Scan


def scan(time_ns: int) -> Scan:
    return Scan(time_ns, None)


async def gathered(*puts: tuple[int, int], full: int = FULL_ROWS) -> list[Gathered]:
    """What comes of (row, time) put at once, and a moment later."""
    found: list[Gathered] = []
    gatherer = Gatherer(found.append, lambda: 99, full)
    for row, time_ns in puts:
        gatherer.put(row, scan(time_ns))
    await asyncio.sleep(2 * LINGER_S)
    return found


async def test_scans_of_one_moment_are_one_batch() -> None:
    (found,) = await gathered((2, 10), (0, 11))
    (batch,) = found.batches
    assert list(batch.rows) == [2, 0]
    assert [one.time_ns for one in batch.scans] == [10, 11]
    assert found.received_ns == 99


async def test_a_full_batch_goes_at_once() -> None:
    found: list[Gathered] = []
    gatherer = Gatherer(found.append, lambda: 0, 2)
    gatherer.put(0, scan(1))
    assert not found
    gatherer.put(1, scan(1))
    assert [list(batch.rows) for one in found for batch in one.batches] == [[0, 1]]
    await asyncio.sleep(2 * LINGER_S)
    assert len(found) == 1


async def test_a_row_that_comes_twice_keeps_the_order_of_its_scans() -> None:
    (found,) = await gathered((0, 1), (1, 1), (0, 2))
    assert [list(batch.rows) for batch in found.batches] == [[0, 1], [0]]
    assert [batch.scans[0].time_ns for batch in found.batches] == [1, 2]


@given(devices=st.integers(1, 3000), period_s=st.floats(0.1, 60))
def test_devices_are_due_inside_the_period_in_whole_batches(devices: int, period_s: float) -> None:
    phases = [phase_s(row, devices, period_s) for row in range(devices)]
    assert all(0 <= phase < period_s for phase in phases)
    batches = -(-devices // FULL_ROWS)
    if batches <= TICKS:
        assert max(Counter(phases).values()) <= FULL_ROWS
        assert len(set(phases)) == batches


@pytest.mark.parametrize(("devices", "ticks"), [(1, 1), (512, 1), (513, 2), (5120, 10), (50_000, 10)])
def test_many_devices_are_spread_over_ticks(devices: int, ticks: int) -> None:
    assert len({phase_s(row, devices, 1.0) for row in range(devices)}) == ticks


async def test_what_a_device_recorded_itself_goes_apart_however_often_its_row_comes() -> None:
    found: list[Gathered] = []
    gatherer = Gatherer(found.append, lambda: 99)
    for time_ns in (1, 2, 3):
        gatherer.put(0, Scan(time_ns, None, past=True))
    gatherer.put(0, scan(9))
    await asyncio.sleep(2 * LINGER_S)
    ((past, now),) = [one.batches for one in found]
    assert past.past
    assert (list(past.rows), [one.time_ns for one in past.scans]) == ([0, 0, 0], [1, 2, 3])
    assert not now.past
    assert [one.time_ns for one in now.scans] == [9]


async def test_a_turn_stays_together_however_full_the_batch_is() -> None:
    found: list[Gathered] = []
    gatherer = Gatherer(found.append, lambda: 99, 1)
    for time_ns in range(FULL_ROWS + 1):
        gatherer.put(0, Scan(time_ns, None, past=True, goes_on=True))
    gatherer.put(0, Scan(5_000, None, goes_on=True))
    assert not found
    gatherer.put(0, scan(5_001))
    ((*past, before, now),) = [one.batches for one in found]
    assert [len(batch.scans) for batch in past] == [FULL_ROWS, 1]
    assert [batch.scans[0].time_ns for batch in (before, now)] == [5_000, 5_001]
