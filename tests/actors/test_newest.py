"""The newest of everything: what a newcomer is brought to, and what is passed over."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from actors.messages import (
    Alarm,
    AlarmChanged,
    AlarmState,
    Beat,
    CanaryHeard,
    ConfigurationAnnounced,
    DeviceState,
    Link,
    LinkageState,
    RunState,
    Scans,
    StationCalled,
    SubsystemState,
)
from actors.newest import NOT_READ, LiveMessage, Newest
from tests.hmi.linkage_runs import run_row

DEVICES, POINTS = 4, 3


def scans(rows: list[int], time_ns: int, *, version: int = 1, table: str = "t") -> Scans:
    """Values tell row and time; the last column is a text."""
    count = len(rows)
    return Scans(
        version,
        table,
        np.array(rows, np.int32),
        np.full(count, time_ns, np.int64),
        np.array([[row + time_ns] * POINTS for row in rows], np.float64).reshape(count, POINTS),
        np.zeros((count, POINTS), np.uint8),
        ((2, tuple(f"{row}@{time_ns}" for row in rows)),),
    )


def alarm(state: AlarmState) -> Alarm:
    return Alarm("d", "p", "high", "z", state, 2, 1, 1, 1, 1.0, 1.0, "", 0, "", "")


def shaped(version: int = 1) -> Newest:
    newest = Newest()
    newest.shape(version, {"t": (DEVICES, POINTS)})
    return newest


@given(st.lists(st.lists(st.integers(0, DEVICES - 1), min_size=1, max_size=DEVICES, unique=True), max_size=6))
def test_a_newcomer_is_brought_to_the_same_state(batches: list[list[int]]) -> None:
    newest = shaped()
    for at, rows in enumerate(batches):
        assert newest.apply(scans(rows, at + 1))
    newcomer = shaped()
    for message in newest.messages():
        assert newcomer.apply(message)
    one, other = newest.matrices["t"], newcomer.matrices["t"]
    for name in ("time_ns", "values", "quality"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.texts == other.texts


def test_before_the_first_scan_nothing_is_known_and_nothing_is_sent() -> None:
    newest = shaped()
    assert (newest.matrices["t"].quality == NOT_READ).all()
    assert np.isnan(newest.matrices["t"].values).all()
    assert not list(newest.messages())


def test_only_rows_that_were_read_are_sent() -> None:
    newest = shaped()
    newest.apply(scans([3, 1], 5))
    (sent,) = newest.messages()
    assert sent.rows.tolist() == [1, 3]
    assert sent.texts == ((2, ("1@5", "3@5")),)


def test_scans_of_another_version_or_table_are_passed_over() -> None:
    newest = shaped(version=2)
    assert not newest.apply(scans([0], 1, version=1))
    assert not newest.apply(scans([0], 1, version=2, table="other"))
    assert not list(newest.messages())


def test_a_new_shape_begins_empty() -> None:
    newest = shaped()
    newest.apply(scans([0], 1))
    newest.shape(2, {"t": (1, POINTS)})
    assert not list(newest.messages())
    assert newest.apply(scans([0], 1, version=2))


def test_the_newest_of_each_key_is_kept() -> None:
    newest = shaped()
    up = DeviceState("d", Link.UP, 2, "", "", "", ())
    sent: list[LiveMessage] = [
        DeviceState("d", Link.DOWN, 1, "gone", "", "", ()),
        up,
        SubsystemState("s", 1, 1, 0, "day"),
        Beat("p", 1, 1, 1, 1, {}),
        Beat("p", 1, 1, 2, 1, {}),
        ConfigurationAnnounced(1),
        ConfigurationAnnounced(2),
    ]
    for message in sent:
        assert newest.apply(message)
    assert list(newest.messages()) == [sent[6], sent[4], up, sent[2]]


def test_an_alarm_that_is_normal_is_no_more_sent() -> None:
    newest = shaped()
    newest.apply(AlarmChanged(alarm(AlarmState.UNACKNOWLEDGED)))
    assert list(newest.messages()) == [AlarmChanged(alarm(AlarmState.UNACKNOWLEDGED))]
    newest.apply(AlarmChanged(alarm(AlarmState.NORMAL)))
    newest.apply(AlarmChanged(alarm(AlarmState.NORMAL)))
    assert not list(newest.messages())


def test_a_newcomer_sees_the_cameras_of_runs_that_go_on_and_hears_nothing_spoken_before() -> None:
    newest = shaped()
    camera = StationCalled("a", 1, "fire", "camera", "", "cam-1", "", 1)
    for message in (camera, replace(camera, id="b", run=2), replace(camera, id="c", kind="speak")):
        assert newest.apply(message)
    going = LinkageState(2, (run_row(1, "", state=RunState.RUNNING),), (), 0, 0)
    assert newest.apply(going)
    assert list(newest.messages()) == [going, camera]
    over = LinkageState(3, (), (), 0, 0)
    newest.apply(over)
    assert list(newest.messages()) == [over]


def test_a_newcomer_hears_of_no_old_canary() -> None:
    newest = shaped()
    assert newest.apply(CanaryHeard("1", "field", 1, 2, ""))
    assert not list(newest.messages())
