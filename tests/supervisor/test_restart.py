"""Restart limits, back-off and breakers: pure, so against a model and at their edges."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.restart import Backoff, Breaker, RestartLimit


def test_up_to_the_intensity_is_allowed_and_one_more_is_not() -> None:
    limit = RestartLimit(3, 60.0)
    assert [limit.allows(now) for now in (0, 1, 2, 3)] == [True, True, True, False]


def test_a_restart_counts_until_its_period_has_passed() -> None:
    limit = RestartLimit(1, 60.0)
    assert limit.allows(0)
    assert not limit.allows(60.0)
    assert limit.allows(120.1)


def test_an_intensity_of_zero_allows_nothing() -> None:
    assert not RestartLimit(0, 1.0).allows(0)


@given(st.lists(st.floats(0, 20), max_size=50), st.integers(0, 5), st.floats(0.1, 60))
def test_the_limit_is_a_count_within_the_window(gaps: list[float], intensity: int, period_s: float) -> None:
    limit, now, seen = RestartLimit(intensity, period_s), 0.0, list[float]()
    for gap in gaps:
        now += gap
        seen.append(now)
        assert limit.allows(now) == (sum(now - then <= period_s for then in seen) <= intensity)


def test_the_back_off_doubles_up_to_its_most() -> None:
    backoff = Backoff(first_s=1, most_s=10, jitter=0)
    assert [backoff.delay_s(failures, 0.5) for failures in (1, 2, 3, 4, 5, 6)] == [1, 2, 4, 8, 10, 10]


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_the_back_off_stays_within_its_bounds_and_its_jitter(failures: int, chance: float) -> None:
    backoff = Backoff(first_s=0.5, most_s=30, factor=2, jitter=0.1)
    plain = Backoff(first_s=0.5, most_s=30, factor=2, jitter=0).delay_s(failures, chance)
    delay_s = backoff.delay_s(failures, chance)
    assert 0.9 * plain <= delay_s <= min(1.1 * plain, 30)


def test_a_breaker_allows_two_restarts_and_not_a_third_failure() -> None:
    limit = Breaker(failures=3, period_s=60).limit()
    assert [limit.allows(now) for now in (0, 1, 2)] == [True, True, False]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: RestartLimit(-1, 1), "intensity is -1 restarts"),
        (lambda: RestartLimit(1, 0), "period_s is 0 s"),
        (lambda: Backoff(first_s=0), "first_s is 0 s"),
        (lambda: Backoff(first_s=5, most_s=4), "first_s is 5 s; it must be above 0 and at most 4 s"),
        (lambda: Backoff(factor=0.5), "factor is 0.5"),
        (lambda: Backoff(jitter=1.5), "jitter is 1.5"),
        (lambda: Backoff().delay_s(0, 0.5), "failures is 0"),
        (lambda: Breaker(failures=0), "failures is 0"),
        (lambda: Breaker(retry_s=0), "retry_s 0 s"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()
