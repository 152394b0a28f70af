"""Raw columns become values that can be trusted; what changed is kept."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.history_filter import REFRESH_S, HistoryFilter
from actors.quality import Floats, Qualities, QualityState, Substitution, comm_loss, compile_quality, judge
from config.site import HistoryPolicy, Point, PointKind
from drivers.driver import Columns, Quality
from tests.actors.small_site import point, template

NAN, INF = float("nan"), float("inf")
S = 1_000_000_000


class Devices:
    """Two devices of one template."""

    def __init__(self, *points: Point) -> None:
        self.plan = compile_quality(template(*points))
        self.state = QualityState(self.plan, 2)

    def scan(
        self, *values: float, at: float = 0.0, row: int = 0, quality: int = 0
    ) -> tuple[Floats, Qualities]:
        columns = Columns(np.array([values], float), np.full((1, len(values)), quality, np.uint8))
        scaled, judged = judge(self.plan, self.state, np.array([row]), columns, at, int(at * S))
        return scaled[0], judged[0]


def test_values_are_scaled_and_good_ones_stay_good() -> None:
    values, quality = Devices(point("t", scale=0.1, offset=-40.0), point("n")).scan(650, 3)
    assert list(values) == pytest.approx([25.0, 3.0])
    assert list(quality) == [Quality.GOOD, Quality.GOOD]


def test_a_fault_code_of_the_raw_value_means_a_broken_sensor() -> None:
    devices = Devices(point("t", scale=0.1, fault_codes=(32767.0, -999.0)), point("n", fault_codes=(5.0,)))
    for raw in (32767, -999):
        values, quality = devices.scan(raw, 32767)
        assert list(quality) == [Quality.BAD_SENSOR_FAULT, Quality.GOOD]
        assert np.isnan(values[0])
    assert list(devices.scan(-99.9, 5)[1]) == [Quality.GOOD, Quality.BAD_SENSOR_FAULT]


@pytest.mark.parametrize(
    ("value", "kept"), [(101.0, 101.0), (-1.0, -1.0), (NAN, NAN), (INF, NAN), (-INF, NAN)]
)
def test_what_cannot_be_is_out_of_range(value: float, kept: float) -> None:
    values, quality = Devices(point("t", plausible_low=0.0, plausible_high=100.0)).scan(value)
    assert list(quality) == [Quality.BAD_OUT_OF_RANGE]
    np.testing.assert_equal(values[0], kept)


def test_infinity_is_implausible_also_without_a_range() -> None:
    assert list(Devices(point("t")).scan(INF)[1]) == [Quality.BAD_OUT_OF_RANGE]


def test_a_text_has_no_range() -> None:
    assert list(Devices(point("name", kind=PointKind.TEXT)).scan(NAN)[1]) == [Quality.GOOD]


def test_quality_is_never_improved() -> None:
    devices = Devices(point("t", plausible_high=1.0, fault_codes=(7.0,), frozen_s=1.0))
    for raw in (7, 9, 0):
        for at in (0.0, 10.0):
            assert list(devices.scan(raw, at=at, quality=Quality.BAD_ADDRESS)[1]) == [Quality.BAD_ADDRESS]


def test_a_value_that_does_not_move_is_frozen_until_it_does() -> None:
    devices = Devices(point("t", frozen_s=60.0), point("n"))
    assert devices.scan(21, 5, at=0)[1][0] == Quality.GOOD
    assert devices.scan(21, 5, at=59)[1][0] == Quality.GOOD
    values, quality = devices.scan(21, 5, at=60)
    assert list(quality) == [Quality.BAD_FROZEN, Quality.GOOD]
    assert list(values) == [21, 5]
    assert devices.scan(21, 5, at=60, row=1)[1][0] == Quality.GOOD
    assert devices.scan(21.1, 5, at=61)[1][0] == Quality.GOOD
    assert devices.scan(21.1, 5, at=120)[1][0] == Quality.GOOD
    assert devices.scan(21.1, 5, at=121)[1][0] == Quality.BAD_FROZEN


def test_the_time_of_a_lost_link_does_not_freeze_a_value() -> None:
    devices = Devices(point("t", frozen_s=60.0))
    last, _ = devices.scan(21, at=0)
    values, quality = comm_loss(devices.state, np.array([0]), last[None, :], 0)
    assert (values.tolist(), quality.tolist()) == ([[21.0]], [[Quality.BAD_COMM_LOSS]])
    assert devices.scan(21, at=600)[1][0] == Quality.GOOD
    assert devices.scan(21, at=660)[1][0] == Quality.BAD_FROZEN


def test_a_substituted_value_replaces_good_and_bad_until_its_end() -> None:
    devices = Devices(point("t", plausible_high=100.0), point("n"))
    devices.state.substitutions[0, 0] = Substitution(19.5, until_ns=10 * S)
    for raw in (21.0, 999.0):
        values, quality = devices.scan(raw, 1, at=5)
        assert (list(values), list(quality)) == ([19.5, 1], [Quality.UNCERTAIN_SUBSTITUTED, Quality.GOOD])
    values, quality = comm_loss(devices.state, np.array([1, 0]), np.zeros((2, 2)), 5 * S)
    assert values[1].tolist() == [19.5, 0]
    assert quality[:, 0].tolist() == [Quality.BAD_COMM_LOSS, Quality.UNCERTAIN_SUBSTITUTED]
    assert devices.state.ended(9 * S) == []
    assert list(devices.scan(21, 1, at=10)[1]) == [Quality.GOOD, Quality.GOOD]
    assert devices.state.ended(10 * S) == [(0, 0)]
    assert devices.state.substitutions == {}


def kept(history: HistoryFilter, *values: float, quality: int = 0, now: float = 1.0) -> list[bool]:
    matrix = np.array([values], float)
    flags = history.keep(np.array([0]), matrix, np.full(matrix.shape, quality, np.uint8), now)
    return [bool(flag) for flag in flags[0]]


def test_history_keeps_changes_beyond_the_deadband_every_scan_or_nothing() -> None:
    history = HistoryFilter(
        template(
            point("slow", deadband=0.5),
            point("exact"),
            point("scan", history=HistoryPolicy.SCAN),
            point("none", history=HistoryPolicy.NONE),
            point("text", kind=PointKind.TEXT),
        ),
        1,
    )
    assert kept(history, 1.0, 1.0, 1.0, 1.0, NAN) == [True, True, True, False, False]
    assert kept(history, 1.5, 1.0, 1.0, 2.0, NAN) == [False, False, True, False, False]
    assert kept(history, 1.6, 1.1, 1.0, 2.0, NAN) == [True, True, True, False, False]
    assert kept(history, 1.6, 1.1, 1.0, 2.0, NAN, quality=0x81) == [True, True, True, False, False]
    assert kept(history, NAN, NAN, 1.0, 2.0, NAN, quality=0x81) == [True, True, True, False, False]
    assert kept(history, NAN, NAN, 1.0, 2.0, NAN, quality=0x81) == [False, False, True, False, False]


def test_a_slow_drift_is_kept_although_no_step_of_it_passes_the_deadband() -> None:
    history = HistoryFilter(template(point("t", deadband=1.0)), 1)
    assert [kept(history, value)[0] for value in (0.0, 0.6, 1.2, 1.8, 2.4)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_history_keeps_texts_that_changed() -> None:
    history = HistoryFilter(
        template(
            point("serial", kind=PointKind.TEXT),
            point("note", kind=PointKind.TEXT, history=HistoryPolicy.NONE),
            point("log", kind=PointKind.TEXT, history=HistoryPolicy.SCAN),
        ),
        2,
    )
    rows, quality = np.array([0, 1]), np.zeros((2, 3), np.uint8)
    assert history.keep_texts(rows, 0, ["a", "b"], quality).tolist() == [True, True]
    assert history.keep_texts(rows, 0, ["a", "c"], quality).tolist() == [False, True]
    assert history.keep_texts(rows, 0, ["a", "c"], quality + np.uint8(0x81)).tolist() == [True, True]
    assert history.keep_texts(rows, 1, ["a", "c"], quality).tolist() == [False, False]
    assert [history.keep_texts(rows, 2, ["a", "c"], quality).tolist() for _ in "12"] == [[True, True]] * 2


raw_values = st.sampled_from([0.0, 1.0, 2.0, 7.0, 99.0, -5.0, NAN, INF])
raw_quality = st.sampled_from([0, 0, 0, Quality.UNCERTAIN_IN_TEST, Quality.BAD_ADDRESS])


@given(st.lists(st.tuples(raw_values, raw_quality, st.sampled_from([0, 1])), max_size=12))
def test_the_matrix_agrees_with_judging_one_value_at_a_time(scans: list[tuple[float, int, int]]) -> None:
    devices = Devices(
        point("t", scale=2.0, offset=1.0, fault_codes=(7.0,), plausible_high=50.0, frozen_s=3.0)
    )
    last: dict[int, tuple[float, float]] = {}
    for at, (raw, quality, row) in enumerate(scans):
        value, expected = raw * 2 + 1, quality
        if raw == 7.0 and quality < 0x80:
            expected = Quality.BAD_SENSOR_FAULT
        elif not value <= 50 or value == -INF:
            expected = max(quality, Quality.BAD_OUT_OF_RANGE) if quality >= 0x80 else Quality.BAD_OUT_OF_RANGE
        if expected < 0x80:
            if row not in last or last[row][0] != value:
                last[row] = value, at
            if at - last[row][1] >= 3:
                expected = Quality.BAD_FROZEN
        assert devices.scan(raw, at=at, row=row, quality=quality)[1][0] == expected


def test_500_devices_of_100_points_take_less_than_a_millisecond() -> None:
    points = [point(f"p{at}", scale=0.1, fault_codes=(32767.0,), plausible_high=900.0) for at in range(100)]
    plan, history = compile_quality(template(*points)), HistoryFilter(template(*points), 500)
    state, rows, random = QualityState(plan, 500), np.arange(500), np.random.default_rng(1)
    spent = []
    for at in range(20):
        columns = Columns(random.uniform(0, 8000, (500, 100)), np.zeros((500, 100), np.uint8))
        begun = time.perf_counter()
        values, quality = judge(plan, state, rows, columns, at, at)
        history.keep(rows, values, quality, 1.0)
        spent.append(time.perf_counter() - begun)
    assert min(spent) < 0.001


def test_what_does_not_change_is_kept_again_before_a_trend_would_have_to_look_back_too_far() -> None:
    history = HistoryFilter(
        template(point("still"), point("none", history=HistoryPolicy.NONE)),
        1,
    )
    assert kept(history, 1.0, 1.0, now=10.0) == [True, False]
    seen = [now for now in range(11, 1900) if kept(history, 1.0, 1.0, now=float(now))[0]]
    assert len(seen) == 3
    assert all(later - earlier <= REFRESH_S for earlier, later in itertools.pairwise([10, *seen]))
