"""Due times: absolute, on ticks, shared; skipped periods are counted."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.backoff import LONGEST_S, Backoff
from drivers.cadence import Cadence, Ticks, first_due_ns, tick_ns
from tests.drivers.plant import until

SECOND_NS = 1_000_000_000


@given(st.integers(10_000_000, 60 * SECOND_NS), st.integers(0, 60 * SECOND_NS), st.integers(0, 10**18))
def test_the_first_due_time_is_the_next_one_on_the_grid(period: int, phase: int, now: int) -> None:
    due = first_due_ns(period, phase, now)
    assert now < due <= now + period
    assert (due - (phase - phase % tick_ns(period))) % period == 0


def test_ticks_are_a_tenth_of_the_period_between_10_and_100_ms() -> None:
    assert [tick_ns(period * 1_000_000) for period in (50, 200, 500, 1000, 60000)] == [
        10_000_000,
        20_000_000,
        50_000_000,
        100_000_000,
        100_000_000,
    ]


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
async def clock_and_ticks() -> AsyncIterator[tuple[Clock, Ticks]]:
    clock = Clock()
    ticks = Ticks(clock)
    yield clock, ticks
    ticks.close()


async def test_a_late_wake_up_skips_whole_periods_counts_them_and_does_not_drift(
    clock_and_ticks: tuple[Clock, Ticks],
) -> None:
    clock, ticks = clock_and_ticks
    due: list[float] = []
    turn = ticks.every(Cadence(0.01), lambda: due.append(clock.now_s))
    assert turn.due_ns == 100_010_000_000
    clock.now_s = 100.0455
    await until(lambda: len(due) == 1)
    assert turn.missed == 3
    assert turn.due_ns == 100_050_000_000


async def test_devices_of_one_tick_are_woken_together_and_a_cancelled_one_is_not(
    clock_and_ticks: tuple[Clock, Ticks],
) -> None:
    clock, ticks = clock_and_ticks
    woken: list[str] = []
    ticks.every(Cadence(1.0, 0.31), lambda: woken.append("a"))
    ticks.every(Cadence(1.0, 0.39), lambda: woken.append("b"))
    ticks.every(Cadence(1.0, 0.35), lambda: woken.append("c")).cancel()
    clock.now_s = 100.3
    ticks.every(Cadence(1.0, 0.9), lambda: woken.append("later"))  # arms the timer anew, by the moved clock
    await until(lambda: bool(woken))
    assert woken == ["a", "b"]


async def test_a_device_that_fails_at_its_due_time_takes_no_other_with_it() -> None:
    loop = asyncio.get_running_loop()
    reported: list[BaseException] = []
    loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))
    clock = Clock()
    ticks = Ticks(clock)
    woken: list[str] = []

    def broken() -> None:
        raise ZeroDivisionError

    ticks.every(Cadence(0.01), broken)
    ticks.every(Cadence(0.01), lambda: woken.append("healthy"))
    clock.now_s += 0.011
    await until(lambda: bool(woken))
    ticks.close()
    assert isinstance(reported[0], ZeroDivisionError)


@given(st.lists(st.floats(0, 1), min_size=20, max_size=20))
def test_back_off_begins_at_once_grows_and_never_exceeds_its_limit(jitter: list[float]) -> None:
    draws = iter(jitter * 2)
    backoff = Backoff(lambda: next(draws))
    assert backoff.delay_s(0.0) == 0.0
    for _ in range(20):
        backoff.started(0.0)
        assert 0 < backoff.delay_s(0.0) <= LONGEST_S
    backoff.succeeded()
    assert backoff.delay_s(0.0) == 0.0


def test_an_attempt_that_took_long_shortens_the_wait_after_it() -> None:
    backoff = Backoff(lambda: 1.0)
    for _ in range(10):
        backoff.started(0.0)
    assert backoff.delay_s(3.0) == pytest.approx(2.0)
