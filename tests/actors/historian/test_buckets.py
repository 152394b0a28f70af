"""Buckets against a reference that looks at every row by itself."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from actors.historian.buckets import combine, of_rows, trend
from actors.historian.columns import Columns
from drivers.driver import BAD

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf]))
ROWS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 999), VALUES, st.sampled_from([0, 0x42, 0x81, 0x85])),
    min_size=1,
    max_size=60,
    unique_by=lambda row: row[:2],
)


def columns(rows: list[tuple[int, int, float, int]]) -> Columns:
    point, time_ns, values, quality = zip(*rows, strict=True)
    times = np.array(time_ns, np.int64)
    return Columns(np.array(point, np.int32), times, times, np.array(values), np.array(quality, np.uint8))


@given(ROWS, st.integers(1, 400), st.integers(1, 5))
def test_buckets_say_what_a_look_at_every_row_says_however_the_rows_are_split(
    rows: list[tuple[int, int, float, int]], width_ns: int, split: int
) -> None:
    parts = [rows[at::split] for at in range(split) if rows[at::split]]
    buckets = combine(*(combine(of_rows(columns(part), 0, width_ns)) for part in parts))
    for point in {row[0] for row in rows}:
        found = trend(buckets, point, "name", 0, width_ns)
        expected = sorted({row[1] // width_ns for row in rows if row[0] == point})
        assert found.time_ns.tolist() == [bucket * width_ns for bucket in expected]
        for at, bucket in enumerate(expected):
            inside = sorted(
                (row for row in rows if row[0] == point and row[1] // width_ns == bucket),
                key=lambda row: row[1],
            )
            good = [row[2] for row in inside if row[3] < BAD and math.isfinite(row[2])]
            assert found.count[at] == len(inside)
            assert found.worst[at] == max(row[3] for row in inside)
            if good:
                assert (found.low[at], found.high[at], found.last[at]) == (min(good), max(good), good[-1])
                assert math.isclose(found.mean[at], sum(good) / len(good), rel_tol=1e-9, abs_tol=1e-6)
            else:
                assert np.isnan([found.low[at], found.high[at], found.mean[at], found.last[at]]).all()
