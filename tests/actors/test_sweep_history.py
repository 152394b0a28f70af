"""What of a sweep goes into the history: everything that moved, once, in the smaller of two forms."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis.extra.numpy import arrays

from actors.messages import History, HistoryChanges, HistoryTexts, TableDefined
from actors.sweep_history import DENSE, HistoryWriter
from actors.table import Table, tables
from config.site import HistoryPolicy, Point, PointKind
from drivers.driver import Quality
from tests.actors.small_site import point, site

ROWS, POINTS = 3, 4
TIME_NS = np.arange(100, 100 + ROWS, dtype=np.int64)
AT = np.array([4, 0, 2], np.int32)
VALUES = np.arange(ROWS * POINTS, dtype=np.float64).reshape(ROWS, POINTS)
QUALITY = np.zeros((ROWS, POINTS), np.uint8)


def table(*points: Point) -> Table:
    given = points or tuple(point(f"p{at}") for at in range(POINTS))
    (found,) = tables(site(*given, devices=[f"d{at}" for at in range(5)]))
    return found


def writing(on: Table) -> tuple[HistoryWriter, list[Any]]:
    """A writer, and what it has appended."""
    found: list[Any] = []
    return HistoryWriter(on, lambda messages, _state: found.extend(messages)), found


def written(kept: Any, on: Table | None = None) -> list[Any]:
    writer, found = writing(on or table())
    writer.write(AT, TIME_NS, 500, VALUES, QUALITY, np.array(kept, np.bool_))
    writer.commit()
    return found


def cells(messages: Sequence[History | HistoryChanges]) -> dict[tuple[int, int], tuple[int, float]]:
    """(row, column) -> (time, value)."""
    found: dict[tuple[int, int], tuple[int, float]] = {}
    for message in messages:
        if isinstance(message, History):
            for at, row in enumerate(message.rows):
                for column, value in enumerate(message.values[at]):
                    found[int(row), column] = int(message.time_ns[at]), float(value)
        else:
            for row, column, time_ns, value in zip(
                message.rows, message.columns, message.time_ns, message.values, strict=True
            ):
                assert (int(row), int(column)) not in found
                found[int(row), int(column)] = int(time_ns), float(value)
    return found


@given(kept=arrays(np.bool_, (ROWS, POINTS)))
def test_whatever_moved_is_written_with_its_time_and_value(kept: Any) -> None:
    stored = cells(written(kept))
    for at in range(ROWS):
        for column in range(POINTS):
            if kept[at, column]:
                assert stored[int(AT[at]), column] == (TIME_NS[at], VALUES[at, column])
    if kept.sum() < DENSE * kept.size:
        assert len(stored) == kept.sum()


def test_nothing_is_written_when_nothing_moved() -> None:
    assert written(np.zeros((ROWS, POINTS))) == []


def test_from_half_of_the_points_on_it_is_dense() -> None:
    half = np.arange(ROWS * POINTS).reshape(ROWS, POINTS) % 2 == 0
    (message,) = written(half)
    assert isinstance(message, History)
    assert message.received_ns.tolist() == [500] * ROWS
    half[0, 0] = False
    (message,) = written(half)
    assert isinstance(message, HistoryChanges)


def test_a_table_with_a_point_that_is_not_kept_is_never_dense() -> None:
    """Its values would enter the history by the back door."""
    secret = replace(point("p3"), history=HistoryPolicy.NONE)
    (message,) = written(
        np.array([[True, True, True, False]] * ROWS), table(point("p0"), point("p1"), point("p2"), secret)
    )
    assert isinstance(message, HistoryChanges)
    assert 3 not in message.columns


def test_texts_are_written_by_column() -> None:
    texts = table(*(point(f"p{at}", kind=PointKind.TEXT) for at in range(POINTS)))
    writer, found = writing(texts)
    kept = np.array([True, False, True])
    writer.write_texts(AT, TIME_NS, 500, 2, ("a", "b", "c"), QUALITY, kept)
    writer.write_texts(AT, TIME_NS, 500, 2, ("a", "b", "c"), QUALITY, np.zeros(ROWS, np.bool_))
    assert not found, "nothing is appended before the whole of a sweep is"
    writer.commit()
    (message,) = found
    assert isinstance(message, HistoryTexts)
    assert (message.rows.tolist(), message.columns.tolist(), message.texts) == ([4, 2], [2, 2], ("a", "c"))


def test_a_table_says_what_its_rows_and_columns_are() -> None:
    writer, found = writing(table())
    writer.define()
    devices, points = tuple(f"d{at}" for at in range(5)), tuple(f"p{at}" for at in range(POINTS))
    assert found == [TableDefined(table().digest, devices, points)]


def test_of_the_past_only_what_was_brought_is_written_even_of_one_row_several_times() -> None:
    on = table(
        point("p0"), point("p1", kind=PointKind.TEXT), replace(point("p2"), history=HistoryPolicy.NONE)
    )
    quality = np.array([[0, 0, 0], [Quality.BAD_NOT_READ, 0, 0], [0, Quality.BAD_NOT_READ, 0]], np.uint8)
    rows = np.array([2, 2, 2], np.int32)
    writer, found = writing(on)
    writer.write_past(rows, TIME_NS, 500, VALUES[:, :3].copy(), quality, {1: ("a", "b", "c")})
    writer.commit()
    numbers, texts = found
    assert (numbers.rows.tolist(), numbers.columns.tolist()) == ([2, 2], [0, 0])
    assert numbers.time_ns.tolist() == [100, 102]
    assert (texts.texts, texts.time_ns.tolist()) == (("a", "b"), [100, 101])
