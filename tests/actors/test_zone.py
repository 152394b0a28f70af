"""The zone actor with its journal and intake: journaled before told, applied once, whatever crashes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.messages import (
    AcknowledgeAlarm,
    Alarm,
    AlarmKind,
    AlarmState,
    CommandResult,
    JournalFilter,
    Stage,
)
from actors.said import in_language
from actors.zone import ConfigurationApplied, Tick
from drivers.driver import Quality
from tests.actors.alarm_core import DEADLINE_S, Batch, Core, eventually
from tests.actors.alarm_zone import ANNA, BERT, began, ended, read
from tests.actors.small_site import point, rule, site
from tests.actors.test_alarm_book import HIGH, LOST, SITE, SMALLER

ACKNOWLEDGE = AcknowledgeAlarm(*HIGH, 1, "seen")


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    with Core(tmp_path / "alarms.db", SITE) as core:
        eventually(lambda: core.reads_asked == 1)
        yield core


def test_an_alarm_is_journaled_before_anyone_is_told(core: Core) -> None:
    journaled: list[int] = []

    def look(alarm: Alarm) -> None:
        with core.reader() as reader:
            journaled.append(len(reader.since(0)))

    core.before_publish = look
    core.apply(1, began(*HIGH, 1000))
    assert core.next_alarm().state is AlarmState.UNACKNOWLEDGED
    assert journaled == [1]


def test_two_who_acknowledge_at_the_same_moment_get_one_yes_and_one_clear_no(core: Core) -> None:
    """R-62"""
    core.apply(1, began(*HIGH, 1000))
    together = threading.Barrier(2)

    def acknowledge(id_: str) -> None:
        together.wait()
        core.ask(id_, ACKNOWLEDGE, ANNA if id_ == "a" else BERT)

    threads = [threading.Thread(target=acknowledge, args=(id_,)) for id_ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = core.results.get(timeout=DEADLINE_S), core.results.get(timeout=DEADLINE_S)
    winner = "anna" if first.id == "a" else "bert"
    assert {first.id, second.id} == {"a", "b"}
    assert first.stage is Stage.DONE
    assert (second.stage, in_language(second.detail, "en")) == (
        Stage.REFUSED,
        f"ahu-1/t/high event 1 was acknowledged by {winner} already",
    )
    assert core.transitions() == ["alarm_occurs!", "acknowledge"]
    with core.reader() as reader:
        (row,) = reader.page(limit=1)
        assert (row.user, row.note) == (winner, "seen")
        assert [alarm.by for alarm in reader.alarms()] == [winner]


def test_a_batch_that_comes_again_is_acknowledged_and_changes_nothing(core: Core) -> None:
    rows = began(*HIGH, 1000), ended(*HIGH, 1001), began(*HIGH, 1002)
    core.apply(1, *rows)
    core.apply(1, *rows)
    assert core.transitions() == ["alarm_occurs!", "return_to_normal", "re_alarm!"]
    with core.reader() as reader:
        assert (reader.applied("field-1", "e"), reader.applied("field-1", "other")) == (3, 0)


def test_a_zone_that_crashes_gets_what_it_had_not_finished_again(core: Core) -> None:
    core.apply(1, began(*HIGH, 1000))
    lost = core.zone
    core.zone_address.point(None)
    lost.stop(block=True, timeout=DEADLINE_S)
    batch = core.apply(2, ended(*HIGH, 1001), wait=False)
    core.start_zone()
    assert batch.acknowledged.wait(DEADLINE_S)
    assert core.transitions() == ["alarm_occurs!", "return_to_normal"]
    eventually(lambda: core.reads_asked == 2)


def test_a_part_that_was_told_to_nobody_is_sent_again_at_the_next_tick(core: Core) -> None:
    zone = core.zone_address.ref
    core.zone_address.point(None)
    batch = core.apply(1, began(*HIGH, 1000), wait=False)
    core.zone_address.point(zone)
    core.zone.tell(Tick())
    assert batch.acknowledged.wait(DEADLINE_S)
    assert core.transitions() == ["alarm_occurs!"]


def test_what_a_crashed_zone_had_handed_to_the_journal_counts_for_its_successor(core: Core) -> None:
    """The successor loads behind the commit of its predecessor, although that was still on its way."""
    held, entered = threading.Event(), threading.Event()

    def hold(_: Alarm) -> None:
        entered.set()
        held.wait(DEADLINE_S)

    core.before_publish = hold
    core.apply(1, began(*HIGH, 1000), wait=False)
    assert entered.wait(DEADLINE_S)  # the journal's thread is held
    second = core.apply(2, ended(*HIGH, 1001), wait=False)
    eventually(lambda: core.zone.vitals.handled >= 4)  # loaded, resumed, both parts
    core.zone.stop(block=True, timeout=DEADLINE_S)
    core.start_zone()
    core.before_publish = lambda _: None
    held.set()
    assert second.acknowledged.wait(DEADLINE_S)
    eventually(lambda: core.reads_asked == 2)
    core.apply(3, began(*HIGH, 1002))
    assert core.transitions() == ["alarm_occurs!", "return_to_normal", "re_alarm!"]


def test_a_crash_between_commit_and_telling_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The process dies when the rows are on disk and nobody has been told."""
    path = tmp_path / "alarms.db"
    with Core(path, SITE) as core:
        died = threading.Event()

        def die(_: Alarm) -> None:
            died.set()
            raise SystemExit

        core.before_publish = die
        batch = core.apply(1, began(*HIGH, 1000), wait=False)
        assert died.wait(DEADLINE_S)
        eventually(lambda: not core.journal.is_alive())
        assert not batch.acknowledged.is_set()
    with Core(path, SITE, now_s=1005) as again:
        shown = again.next_alarm()
        assert (shown.state, shown.quality) == (AlarmState.UNACKNOWLEDGED, Quality.BAD_NOT_READ)
        again.apply(1, began(*HIGH, 1000))
        assert again.transitions() == ["alarm_occurs!"]


def test_what_came_and_went_while_core_was_away_is_journaled_and_not_told(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    with Core(path, SITE) as core:
        core.apply(1, began("ahu-2", "t", "high", 1000))
    with Core(path, SITE, now_s=5000) as core:
        assert core.next_alarm().device == "ahu-2"
        core.apply(2, began(*HIGH, 2000), began("ahu-1", "t", "low", 2000))
        core.apply(4, ended(*HIGH, 3000))
        core.apply(5, ended("ahu-2", "t", "high", 3500))
        core.apply(6, read("ahu-1", 5000, ("t", "low")))
        assert core.transitions()[1:] == [
            "alarm_occurs", "alarm_occurs", "return_to_normal", "return_to_normal", "annunciate!",
        ]  # fmt: skip
        seen = [core.next_alarm() for _ in range(2)]
        assert [(alarm.device, alarm.rule, alarm.state) for alarm in seen] == [
            ("ahu-2", "high", AlarmState.RETURNED),
            ("ahu-1", "low", AlarmState.UNACKNOWLEDGED),
        ]
        assert seen[1].occurred_ns == 2000 * 10**9


def test_an_old_occurrence_is_told_when_its_source_stays_silent(core: Core) -> None:
    """A device whose clock is wrong must not have silent alarms."""
    core.now_s = 5000
    core.apply(1, began(*HIGH, 1))
    core.zone.tell(Tick())
    core.now_s = 5004
    core.zone.tell(Tick())
    core.now_s = 5005
    core.zone.tell(Tick())
    assert core.next_alarm().state is AlarmState.UNACKNOWLEDGED
    assert core.transitions() == ["alarm_occurs", "annunciate!"]


def test_another_batch_that_is_new_tells_zones_without_rows_that_the_backlog_ended(core: Core) -> None:
    core.now_s = 5000
    core.apply(1, began(*HIGH, 2000))
    result = CommandResult("c", Stage.CONFIRMED, "", None, 5000 * 10**9)
    core.apply(2, result, wait=False)
    assert core.next_alarm().state is AlarmState.UNACKNOWLEDGED
    (part,) = core.sent_to_gate
    assert part.results == (result,)


def test_batches_are_acknowledged_in_order_and_only_when_all_parts_are_done(core: Core) -> None:
    first = Batch("field-1", "e", [(1, b"rubbish")])
    core.sent_to_gate.clear()
    waiting = core.apply(1, CommandResult("c", Stage.DONE, "", None, 0), wait=False)
    second = core.apply(2, began(*HIGH, 1000), wait=False)
    assert core.next_alarm().rule == "high"
    assert not second.acknowledged.is_set()
    core.sent_to_gate[0].done()
    assert waiting.acknowledged.wait(DEADLINE_S)
    assert second.acknowledged.wait(DEADLINE_S)
    core.intake.apply(first)
    assert first.acknowledged.wait(DEADLINE_S)
    assert core.intake.unreadable == 1


def test_a_zone_that_is_removed_holds_up_no_batch(core: Core) -> None:
    core.zone_address.point(None)
    batch = core.apply(1, began(*HIGH, 1000), wait=False)
    core.intake.use(SITE, {})
    assert batch.acknowledged.wait(DEADLINE_S)


def test_a_row_about_a_device_that_is_no_more_is_passed_over(core: Core) -> None:
    core.apply(1, began("gone", "t", "high", 1000))
    assert core.intake.unreadable == 1


def test_a_removed_rule_retires_its_alarm_and_later_rows_still_count(core: Core) -> None:
    core.apply(1, began(*HIGH, 1000), began("ahu-1", "t", "low", 1000))
    core.intake.use(SMALLER, {"building-a": core.zone_address})
    core.zone.tell(ConfigurationApplied(SMALLER))
    eventually(lambda: core.reads_asked == 2)
    core.apply(3, ended("ahu-1", "t", "low", 1001))
    assert core.transitions() == ["alarm_occurs!", "alarm_occurs!", "remove", "return_to_normal"]
    with core.reader() as reader:
        assert [
            in_language(row.note, "en")
            for row in reader.page(JournalFilter(alarms=(AlarmKind("t", "high"),)), limit=1)
        ] == ["removed by version 2"]


def test_alarms_of_a_device_that_was_removed_while_core_was_down_are_retired(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    with Core(path, SITE) as core:
        core.apply(1, began(*HIGH, 1000), began(*LOST, 1000))
    with Core(path, site(point("t", rule("high")), devices=("ahu-2",), version=3), now_s=1005) as core:
        eventually(lambda: core.transitions()[2:] == ["remove", "remove"])
        with core.reader() as reader:
            assert reader.alarms() == ()
