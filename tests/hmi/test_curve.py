"""What a chart shows between what was stored."""

from dataclasses import replace

import numpy as np
import pytest

from actors.messages import Trend
from config.site import HistoryPolicy
from hmi.curve import LOOK_BACK_NS, Curve, curve
from tests.actors.small_site import point

S = 1_000_000_000
HELD = replace(point("t"), history=HistoryPolicy.CHANGE)
SCANNED = replace(point("t"), history=HistoryPolicy.SCAN)
SINCE, UNTIL, WIDTH = 1_000 * S, 4_600 * S, 10 * S


def stored(*rows: tuple[int, float, int]) -> Trend:
    """(second, last value, worst quality)"""
    values = np.array([value for _, value, _ in rows], np.float64)
    times = np.array([second * S for second, _, _ in rows], np.int64)
    worst = np.array([quality for _, _, quality in rows], np.uint8)
    return Trend("ahu-1/t", times, values, values, values, values, worst, np.ones(len(rows), np.int64))


def drawn(
    trend: Trend | None, *, scanned: bool = False, live: float | None = None
) -> list[tuple[int, float | None]]:
    found: Curve = curve(
        SCANNED if scanned else HELD,
        trend,
        since_ns=SINCE,
        until_ns=UNTIL,
        width_ns=WIDTH,
        period_s=1.0,
        live=live,
    )
    return [
        (time // S, None if np.isnan(value) else value)
        for time, value in zip(found.time_ns.tolist(), found.last.tolist(), strict=True)
    ]


def test_a_value_stored_before_the_window_holds_from_its_start_to_now() -> None:
    assert drawn(stored((4_400, 21.0, 0)), live=21.0) == [(4_400, 21.0), (4_600, 21.0)]
    assert drawn(stored((900, 21.0, 0), (1_500, 22.0, 0)))[:2] == [(1_000, 21.0), (1_500, 22.0)]


def test_without_a_good_value_of_now_the_line_ends_with_the_last_stored_one() -> None:
    assert drawn(stored((4_400, 21.0, 0))) == [(4_400, 21.0)]


def test_with_nothing_stored_there_is_only_the_present() -> None:
    assert drawn(None, live=5.0) == [(4_600, 5.0)]
    assert drawn(None) == []


def test_a_bad_value_is_a_gap() -> None:
    assert drawn(stored((4_000, 1.0, 0), (4_100, np.nan, 192), (4_200, 2.0, 0)), live=2.0) == [
        (4_000, 1.0),
        (4_100, None),
        (4_200, 2.0),
        (4_600, 2.0),
    ]


def test_a_value_that_went_bad_within_its_bucket_does_not_hold() -> None:
    assert drawn(stored((4_000, 1.0, 192), (4_200, 2.0, 0)), live=2.0)[:2] == [(4_000, 1.0), (4_010, None)]


def test_what_was_not_refreshed_in_time_is_not_known() -> None:
    seconds = 1_000 + LOOK_BACK_NS // S + 1
    rows = drawn(stored((1_000, 1.0, 0), (seconds, 2.0, 0)))
    assert rows == [(1_000, 1.0), (1_010, None), (seconds, 2.0)]


@pytest.mark.parametrize(("second", "gap"), [(2_030, False), (2_040, True)])
def test_a_scanned_point_is_missing_after_three_buckets(second: int, gap: bool) -> None:
    rows = drawn(stored((900, 0.5, 0), (2_000, 1.0, 0), (second, 2.0, 0)), scanned=True)
    assert rows[-1] == (second, 2.0)
    assert ((2_010, None) in rows) == gap
    assert rows[0][0] >= 1_000, "what lies before the window is not drawn"
