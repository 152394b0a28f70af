"""Sealing and merging: what comes out is what went in, whenever it is read and wherever it crashed."""

import math
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.channels.query import QueryFailed
from actors.codecs import HISTORY
from actors.historian import parquet
from actors.historian.columns import condense
from actors.historian.hot import ALWAYS, HotStore
from actors.historian.merge import Merger
from actors.historian.reader import HistoryReader
from actors.historian.seal import DAY_NS, Sealer, sweep
from actors.messages import CountHistory, HistoryCount, HistoryGap, ReadHistory, ReadTrend
from actors.paths import HistoryPaths
from tests.actors.historian.plant import BASE_NS, DENSE, SECOND_NS, Row, history, stored

LATER_NS = BASE_NS + 3 * DAY_NS
UNTIL_NS = BASE_NS + 1_000 * DAY_NS


@contextmanager
def shaping(
    paths: HistoryPaths, step: Callable[[str], None] = lambda name: None, many: int = 2
) -> Iterator[tuple[Sealer, Merger, HotStore]]:
    store, duck = HotStore(paths.hot), parquet.session(128)
    try:
        yield (
            Sealer(paths, store, duck, pass_rows=20, chunk_bytes=2_000, step=step),
            Merger(paths, store, duck, pass_rows=30, many=many, step=step),
            store,
        )
    finally:
        duck.close()
        store.close()


@contextmanager
def reading(paths: HistoryPaths) -> Iterator[HistoryReader]:
    reader = HistoryReader(paths, memory_mb=128)
    try:
        yield reader
    finally:
        reader.close()


def everything(paths: HistoryPaths, points: set[str], limit: int = 7) -> list[Row]:
    """All rows, page by page."""
    rows: list[Row] = []
    with reading(paths) as reader:
        for point in sorted(points):
            after_ns, is_last = BASE_NS - DAY_NS, False
            while not is_last:
                page = next(reader.page(ReadHistory(point, after_ns, UNTIL_NS, limit)))
                values = page.texts or page.values.tolist()
                columns = (page.time_ns.tolist(), page.received_ns.tolist(), values, page.quality.tolist())
                rows += [Row(point, *row) for row in zip(*columns, strict=True)]
                is_last = page.is_last
                after_ns = rows[-1].time_ns if rows else after_ns
    return rows


def comparable(rows: list[Row]) -> list[tuple[object, ...]]:
    return sorted((row.point, row.time_ns, row.received_ns, str(row.value), row.quality) for row in rows)


def counted(paths: HistoryPaths, *, per_point: bool = False) -> HistoryCount:
    with reading(paths) as reader:
        return next(reader.count(CountHistory(BASE_NS - DAY_NS, UNTIL_NS, per_point)))


def check(paths: HistoryPaths, rows: list[Row]) -> None:
    points = {row.point for row in rows}
    assert comparable(everything(paths, points)) == comparable(rows)
    plain, count = counted(paths), counted(paths, per_point=True)
    assert (plain.rows, plain.distinct) == (count.rows, count.distinct) == (len(rows), len(rows))
    expected = {point: sum(row.point == point for row in rows) for point in points}
    assert dict(zip(count.points, count.counts.tolist(), strict=True)) == expected


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_history_is_the_same_hot_sealed_and_merged(seed: int, scans: int) -> None:
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        first, rows = history(random.Random(seed), scans)
        paths = stored(place, first)
        check(paths, rows)
        with shaping(paths) as (sealer, merger, store):
            assert sealer.seal() == len(rows)
            assert sealer.seal() == 0
            check(paths, rows)
            while merger.merge_one(LATER_NS):
                pass
            assert {file.level for file in store.sealed(*ALWAYS)} <= {0, 1}
            check(paths, rows)
    finally:
        shutil.rmtree(place)


class Crash(Exception):
    """The process ends here."""


def crash_at(number: int) -> Callable[[str], None]:
    steps = iter(range(number + 1))

    def step(name: str) -> None:
        if next(steps, None) in {number, None}:
            raise Crash(name)

    return step


def test_a_crash_at_any_step_of_sealing_or_merging_loses_nothing_and_doubles_nothing(place: Path) -> None:
    bodies, rows = history(random.Random(5), 24)
    paths = stored(place, bodies)
    for number in range(200):
        with shaping(paths, crash_at(number)) as (sealer, merger, _):
            try:
                sealer.seal()
                while merger.merge_one(LATER_NS):
                    pass
                break
            except Crash:
                pass
        with shaping(paths) as (_, _, store):
            sweep(paths, store)
            known = {file.file for text in (False, True) for file in store.sealed(*ALWAYS, is_text=text)}
            lying = {f"{path.parent.name}/{path.name}" for path in paths.root.glob("*/*")}
            assert lying == known
        count = counted(paths)
        assert (count.rows, count.distinct) == (len(rows), len(rows))
    else:
        raise AssertionError("the work never ended")
    assert number > 10, "too few steps to mean anything"
    check(paths, rows)


def test_a_value_stored_twice_is_counted_once_as_distinct(place: Path) -> None:
    bodies, rows = history(random.Random(1), 4)
    paths = stored(place, bodies)
    with shaping(paths) as (sealer, _, _):
        sealer.seal()
    stored(place, bodies, first=1_000)
    count = counted(paths)
    assert (count.rows, count.distinct) == (2 * len(rows), len(rows))
    with shaping(paths) as (sealer, _, _):
        sealer.seal()
    count = counted(paths, per_point=True)
    assert (count.rows, count.distinct, int(count.counts.sum())) == (2 * len(rows), len(rows), 2 * len(rows))


def test_a_trend_of_hot_and_sealed_together_is_that_of_all_rows(place: Path) -> None:
    bodies, rows = history(random.Random(2), 40)
    half = len(bodies) // 2
    paths = stored(place, bodies[:half])
    with shaping(paths) as (sealer, _, _):
        sealer.seal()
    stored(place, bodies[half:], first=half + 1)
    with reading(paths) as reader:
        first, second = reader.trend(ReadTrend(("d1/a", "s1/x"), BASE_NS, BASE_NS + 40 * SECOND_NS, 4))
        for found, name in ((first, "d1/a"), (second, "s1/x")):
            mine = [row for row in rows if row.point == name]
            assert found.point == name
            assert found.time_ns.tolist() == [BASE_NS + at * 10 * SECOND_NS for at in range(4)]
            for at in range(4):
                inside = [row for row in mine if (row.time_ns - BASE_NS) // (10 * SECOND_NS) == at]
                good = [
                    float(row.value)
                    for row in inside
                    if row.quality < 0x80 and not math.isnan(float(row.value))
                ]
                assert (found.count[at], found.worst[at]) == (len(inside), max(row.quality for row in inside))
                assert (found.low[at], found.high[at]) == (min(good), max(good))
                assert math.isclose(found.mean[at], sum(good) / len(good))


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (ReadTrend(("d9/a",), 0, 1, 10), "no history of d9/a"),
        (ReadTrend((), 0, 1, 10), "0 points; ask for 1 to 100"),
        (ReadTrend(("d1/a",), 0, 1, 2001), "2001 buckets; ask for 1 to 2000"),
        (ReadTrend(("d1/a",), 1, 1, 10), "the end lies after the beginning"),
    ],
)
def test_a_wrong_question_says_what_is_wrong(place: Path, query: ReadTrend, reason: str) -> None:
    paths = stored(place, [HISTORY.encode(DENSE)])
    with reading(paths) as reader, pytest.raises(QueryFailed, match=reason):
        list(reader.trend(query))


def test_a_point_without_values_has_an_empty_trend_and_an_empty_page(place: Path) -> None:
    paths = stored(place, [HISTORY.encode(DENSE)])
    with reading(paths) as reader:
        (found,) = reader.trend(ReadTrend(("d1/a",), 0, 10, 10))
        assert not len(found.time_ns)
        page = next(reader.page(ReadHistory("d1/a", 0, 10, 10)))
        assert page.is_last


def test_a_batch_that_does_not_fit_its_table_is_set_aside_and_the_rest_is_stored(place: Path) -> None:
    """R-71: a poison row."""
    bodies, rows = history(random.Random(3), 3)
    undefined = bodies[2].replace(b"dense", b"other")
    paths = stored(place, [*bodies[:3], b"nonsense", undefined, *bodies[3:]])
    check(paths, rows)
    with shaping(paths) as (_, _, store):
        errors = [
            row[0] for row in store.connection.execute("SELECT error FROM quarantine ORDER BY sequence")
        ]
        assert len(errors) == 2
        assert "never defined" in errors[1]
        assert store.applied("field", "epoch") == len(bodies) + 2


def test_rows_that_were_applied_are_not_applied_again(place: Path) -> None:
    bodies, rows = history(random.Random(4), 3)
    paths = stored(place, bodies)
    stored(place, bodies)
    check(paths, rows)


def test_old_days_expire_and_their_files_go_when_no_query_reads_them(place: Path) -> None:
    bodies, _ = history(random.Random(6), 3)
    paths = stored(place, bodies)
    with shaping(paths) as (sealer, merger, _):
        sealer.seal()
        assert merger.expire(BASE_NS + 2 * DAY_NS, keep_days=10) == 0
        assert merger.expire(BASE_NS + 20 * DAY_NS, keep_days=10) > 0
        assert counted(paths).rows == 0
        assert merger.delete_retired(BASE_NS + 20 * DAY_NS) == 0
        assert any(paths.root.glob("*/*.parquet"))
        assert merger.delete_retired(BASE_NS + 21 * DAY_NS) > 0
        assert not list(paths.root.glob("2*"))


def test_a_full_disk_costs_the_oldest_finished_day_and_never_today(place: Path) -> None:
    bodies, _ = history(random.Random(7), 3)
    paths = stored(place, bodies)
    with shaping(paths) as (sealer, merger, _):
        sealer.seal()
        assert merger.delete_oldest_day(BASE_NS) == ""
        assert merger.delete_oldest_day(BASE_NS + DAY_NS) == "2023-11-14"
        assert not list(paths.root.glob("2*"))


def test_history_given_up_leaves_its_definitions_and_one_gap(place: Path) -> None:
    bodies, rows = history(random.Random(8), 5)
    kept = condense(bodies)
    assert kept[:2] == bodies[:2]
    gap = HISTORY.decode(kept[2])
    times = [row.time_ns for row in rows]
    assert gap == HistoryGap(min(times), max(times), len(rows), "the outbox was over its budget")
    assert condense(kept) == kept
    paths = stored(place, kept)
    with shaping(paths) as (_, _, store):
        assert store.connection.execute("SELECT rows FROM gap").fetchall() == [(len(rows),)]
