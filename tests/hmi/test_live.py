"""The live store: order, gaps, new epochs, snapshots, staleness."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.messages import (
    AlarmChanged,
    AlarmState,
    Beat,
    ConfigurationAnnounced,
    Frame,
    Link,
    LinkageState,
    Scans,
    SubsystemState,
)
from actors.table import tables
from drivers.driver import Quality
from hmi.live import SILENT_S, Live
from hmi.stream import BUFFERED_FRAMES, Stream
from tests.hmi.campus import alarm, campus, device_state, scans

SITE = campus()
TABLE = next(one for one in tables(SITE) if "hvac-1" in one.row)
FAN = TABLE.template.index["fan"]


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def wall_ns(self) -> int:
        return int(self.now_s * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(clock: Clock) -> Live:
    return Live(SITE, clock, clock.wall_ns)


def values(number: float, *, time_ns: int = 10**12, version: int = 1) -> Scans:
    """All of hvac-1 at `number`."""
    width = len(TABLE.template.points)
    row = np.array([TABLE.row["hvac-1"]], np.int32)
    quality = np.zeros((1, width), np.uint8)
    text = (TABLE.template.index["mode"], (f"mode {number:g}",))
    return Scans(version, TABLE.id, row, np.array([time_ns]), np.full((1, width), number), quality, (text,))


def frame(sequence: int, *, epoch: str = "e", publisher: str = "field") -> Frame:
    return Frame(publisher, epoch, sequence)


def started(live: Live) -> Live:
    live.restore(frame(0), [])
    return live


def test_nothing_is_applied_before_the_first_snapshot(live: Live) -> None:
    assert live.receive(frame(1), values(21.0))
    assert live.reading("hvac-1", "fan").quality == Quality.BAD_NOT_READ
    assert live.reading("hvac-1", "fan").time_ns == 0


def test_frames_after_the_snapshot_follow_it_and_older_ones_do_not(live: Live) -> None:
    for sequence in range(1, 6):
        live.receive(frame(sequence), values(float(sequence)))
    assert not live.restore(frame(3), [values(3.0)])
    assert live.reading("hvac-1", "fan").value == 5.0
    assert not live.receive(frame(5), values(-1.0)), "a frame seen is not applied again"
    assert live.reading("hvac-1", "fan").value == 5.0


def test_a_gap_asks_for_a_snapshot_and_applies_nothing_until_it_comes(live: Live) -> None:
    started(live)
    assert not live.receive(frame(1), values(1.0))
    assert live.receive(frame(3), values(3.0))
    assert live.reading("hvac-1", "fan").value == 1.0
    assert not live.restore(frame(3), [values(3.0)])
    assert live.reading("hvac-1", "fan").value == 3.0


def test_a_new_epoch_asks_for_a_snapshot(live: Live) -> None:
    started(live)
    assert not live.receive(frame(1), values(1.0))
    assert live.receive(frame(1, epoch="f"), values(2.0))
    assert live.restore(frame(1), [values(1.0)]), "an answer of the old epoch is of no use"
    assert not live.restore(frame(1, epoch="f"), [values(2.0)])
    assert live.reading("hvac-1", "fan").value == 2.0


def test_a_snapshot_replaces_what_its_publisher_said(live: Live) -> None:
    started(live)
    live.restore(frame(0, publisher="core"), [])
    live.receive(frame(1, publisher="core"), AlarmChanged(alarm("hvac-1")))
    live.receive(frame(2, publisher="core"), AlarmChanged(alarm("hvac-2")))
    assert len(list(live.alarms())) == 2
    live.restore(frame(9, publisher="core"), [AlarmChanged(alarm("hvac-2"))])
    assert [one.device for one in live.alarms()] == ["hvac-2"]


def test_an_alarm_back_to_normal_leaves_the_list(live: Live) -> None:
    live.restore(frame(0, publisher="core"), [AlarmChanged(alarm("hvac-1"))])
    before = live.alarm_revision
    live.receive(frame(1, publisher="core"), AlarmChanged(alarm("hvac-1", state=AlarmState.NORMAL)))
    assert not list(live.alarms())
    assert live.alarm_revision > before


def test_a_value_is_stale_after_three_periods(live: Live, clock: Clock) -> None:
    started(live).receive(frame(1), values(1.0))
    clock.now_s += 2.9
    live.receive(frame(2), Beat("field", 1, 0, 0, 1, {}))
    assert not live.reading("hvac-1", "fan").stale
    clock.now_s += 0.2
    reading = live.reading("hvac-1", "fan")
    assert reading.stale
    assert reading.age_s == pytest.approx(3.1)
    assert not live.is_silent("field")


def test_everything_of_a_silent_publisher_is_stale(live: Live, clock: Clock) -> None:
    started(live).receive(frame(1), scans(TABLE, 0.0, 1, 10**12))
    clock.now_s += 3.1
    assert live.is_silent("field")
    assert all(live.reading(device.id, "fan").stale for device in TABLE.devices)
    live.receive(frame(2), values(1.0))
    assert not live.reading("hvac-1", "fan").stale


def test_what_a_snapshot_brings_is_as_old_as_it_says(live: Live, clock: Clock) -> None:
    live.restore(frame(7), [values(1.0, time_ns=clock.wall_ns() - 60 * 10**9)])
    assert live.reading("hvac-1", "fan").age_s == pytest.approx(60.0)
    assert live.reading("hvac-1", "fan").stale


def test_a_source_whose_clock_is_off_is_not_stale_for_that(live: Live, clock: Clock) -> None:
    started(live).receive(frame(1), values(1.0, time_ns=clock.wall_ns() - 3600 * 10**9))
    assert not live.reading("hvac-1", "fan").stale


def test_a_lost_device_is_bad_whatever_was_read_last(live: Live) -> None:
    started(live).receive(frame(1), values(1.0))
    live.receive(frame(2), device_state("hvac-1", Link.DOWN))
    assert live.reading("hvac-1", "fan").quality == Quality.BAD_COMM_LOSS


def test_texts_are_read_beside_the_numbers(live: Live) -> None:
    started(live).receive(frame(1), values(4.0))
    assert live.reading("hvac-1", "mode").text == "mode 4"
    assert live.reading("hvac-2", "mode").text == ""


def test_scans_of_another_version_are_ignored(live: Live) -> None:
    started(live).receive(frame(1), values(1.0, version=2))
    assert live.reading("hvac-1", "fan").time_ns == 0


def test_another_configuration_starts_empty_and_behind(live: Live) -> None:
    started(live).receive(frame(1), values(1.0))
    live.receive(frame(2), ConfigurationAnnounced(2))
    assert live.announced() == 2
    live.use(campus())
    assert live.reading("hvac-1", "fan").time_ns == 0
    assert live.receive(frame(3), values(1.0)), "a snapshot is needed first"


def test_unknown_points_are_key_errors(live: Live) -> None:
    with pytest.raises(KeyError):
        live.reading("hvac-1", "nothing")
    with pytest.raises(KeyError):
        live.reading("nobody", "fan")


def test_the_buffer_of_a_stream_is_bounded() -> None:
    stream: Stream[int] = Stream()
    for sequence in range(1, BUFFERED_FRAMES + 100):
        stream.receive(frame(sequence), sequence)
    stream.restore(frame(10))
    assert stream.behind, "what was dropped shows as a gap"


@given(st.data())
def test_any_interleaving_of_frames_losses_restarts_and_snapshots_ends_in_the_same_state(data: Any) -> None:
    """The publisher counts; what the subscriber has added up must be what the publisher has."""
    stream: Stream[tuple[str, int]] = Stream()
    epoch, sequence, total = 0, 0, 0
    mine = 0
    answers: list[tuple[Frame, int]] = []

    def publish(*, lost: bool) -> None:
        nonlocal sequence, total, mine
        sequence += 1
        total += sequence
        if not lost:
            for _, amount in stream.receive(frame(sequence, epoch=f"e{epoch}"), ("add", sequence)):
                mine += amount

    def answer(at: int) -> None:
        nonlocal mine
        asked, then = answers.pop(at)
        after = stream.restore(asked)
        if after is not None:
            mine = then + sum(amount for _, amount in after)

    for step in data.draw(st.lists(st.sampled_from("pplkaar"), max_size=40)):
        match step:
            case "p" | "l":
                publish(lost=step == "l")
            case "k":
                epoch, sequence, total = epoch + 1, 0, 0
            case "a":
                answers.append((frame(sequence, epoch=f"e{epoch}"), total))
            case "r" if answers:
                answer(0)
    answers.clear()
    publish(lost=False)  # the next beat shows whatever was missed
    if stream.behind:
        answers.append((frame(sequence, epoch=f"e{epoch}"), total))
        answer(0)
    assert not stream.behind
    assert mine == total


def test_a_process_without_snapshots_is_heard_by_its_beats_alone() -> None:
    now = [100.0]
    live = Live(campus(), lambda: now[0], lambda: 10**18)
    live.hear("watchdog", Beat("watchdog", 7, 1, 2, 1, {"canary_field_ms": 4.2}))
    assert live.beats()["watchdog"].rates == {"canary_field_ms": 4.2}
    assert not live.is_silent("watchdog")
    now[0] += SILENT_S + 0.1
    assert live.is_silent("watchdog")


def test_linkage_is_off_when_it_says_so_or_says_nothing(live: Live, clock: Clock) -> None:
    def says(sequence: int, off: str = "") -> None:
        live.receive(frame(sequence, publisher="core"), LinkageState(1, (), (), 0, 0, off=off))

    assert (live.linkage(), live.linkage_trouble()) == (None, "")
    live.restore(frame(0, publisher="core"), [])
    says(1)
    assert live.linkage() is not None
    says(2, "the disk is full")
    assert (live.linkage(), live.linkage_trouble()) == (None, "the disk is full")
    clock.now_s += 10
    assert (live.linkage(), live.linkage_trouble()) == (None, "")  # nobody knows any more
    says(3)
    assert live.linkage() is not None


def test_a_subsystem_of_two_processes_is_their_sum(clock: Clock) -> None:
    beside = {
        id_: replace(device, process="field-opcua" if id_ == "hvac-2" else "field")
        for id_, device in SITE.devices.items()
    }
    live = Live(replace(SITE, devices=beside), clock, clock.wall_ns)
    assert live.subsystem_state("hvac") is None
    for publisher, state in (
        ("field-opcua", SubsystemState("hvac", 1, 0, 1, "winter")),
        ("field", SubsystemState("hvac", 3, 2, 0, "summer")),
        ("stranger", SubsystemState("hvac", 9, 9, 9, "")),
    ):
        live.restore(frame(0, publisher=publisher), [])
        live.receive(frame(1, publisher=publisher), state)
    assert live.subsystem_state("hvac") == SubsystemState("hvac", 4, 2, 1, "summer")


def test_overviews_leave_out_what_is_only_written(live: Live) -> None:
    device = SITE.devices["hvac-1"]
    template = device.template
    assert [point.id for point in live.main_points(device)] == ["supply-temperature", "fan"]
    points = tuple(replace(point, write_only=point.id == "fan") for point in template.points)
    commanded = replace(device, template=replace(template, points=points))
    assert [point.id for point in live.main_points(commanded)] == ["supply-temperature"]
