"""The journal: exactly once, together, in order, whatever the disk does; and pages of it are quick."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actors.alarm_book import AlarmBook
from actors.alarm_records import Change, Key
from actors.alarm_tables import CommandRecord
from actors.journal import CommitMeter, Journal
from actors.journal_entries import (
    Commit,
    LoadAlarms,
    LoadOpenCommands,
    MarkApplied,
    RecordCommand,
    RecordStage,
)
from actors.journal_reader import JournalReader
from actors.messages import AlarmKind, AlarmState, CommandResult, Issuer, JournalFilter, Stage
from actors.spare_log import SpareLog, waiting
from tests.actors.alarm_core import DEADLINE_S, eventually
from tests.actors.alarm_zone import began, ended
from tests.actors.small_site import point, rule, site

ISSUER = Issuer("anna", "s1", "west")
HIGH = AlarmKind("t", "high")


def changes(*devices: str, end: bool = False) -> tuple[Change, ...]:
    """One occurrence, and perhaps its end, on each device."""
    book = AlarmBook(
        "building-a", site(point("t", rule("high")), devices=devices), started_ns=0, annunciate_within_s=10
    )
    for at, device in enumerate(devices):
        book.row(began(device, "t", "high", 1 + at), Key("field-1", "e", 2 * at + 1), (1 + at) * 10**9)
        if end:
            book.row(ended(device, "t", "high", 2 + at), Key("field-1", "e", 2 * at + 2), (2 + at) * 10**9)
    return tuple(book.decided().changes)


class Disk:
    """An `alarms.db` that may be full."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked_for_space = 0
        self.space_after = 0
        """How many waits it takes until there is space again."""
        self.fills = False
        """Whether there is no more space once the journal's thread is no longer held."""
        self.meter = CommitMeter()
        self.spare = path.with_name("commands.spare")
        self.journal = Journal.start(
            path,
            on_disk_full=self.on_disk_full,
            spare=SpareLog(self.spare),
            meter=self.meter,
            sleep=self.sleep,
        )
        actor = self.journal._actor_weakref()
        assert isinstance(actor, Journal)
        self.actor = actor

    def on_disk_full(self) -> None:
        self.asked_for_space += 1

    def sleep(self, _: float) -> None:
        self.space_after -= 1
        if self.space_after == 0:
            self.limit_pages(1 << 20)

    def limit_pages(self, more: int) -> None:
        """How far the file may grow; in the journal's thread."""
        assert self.actor._db is not None
        (pages,) = self.actor._db.execute("PRAGMA page_count").fetchone()
        self.actor._db.execute(f"PRAGMA max_page_count = {pages + more}")

    def settle(self) -> None:
        """Until all that was told is on disk."""
        done = threading.Event()
        self.journal.tell(Commit((), done.set))
        assert done.wait(DEADLINE_S)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "alarms.db")
    yield disk
    if disk.journal.is_alive():
        disk.journal.stop(block=True, timeout=DEADLINE_S)


@pytest.fixture
def reader(disk: Disk) -> Iterator[JournalReader]:
    disk.settle()
    with JournalReader(disk.path) as reader:
        yield reader


def hold(disk: Disk) -> threading.Event:
    """Hold the journal's thread, so that what is told meanwhile is one group; set the event to end it."""
    held, holding = threading.Event(), threading.Event()

    def wait() -> None:
        holding.set()
        held.wait(DEADLINE_S)
        if disk.fills:
            disk.limit_pages(0)

    disk.journal.tell(Commit((), wait))
    assert holding.wait(DEADLINE_S)
    return held


def test_what_waits_together_is_committed_together_and_called_back_in_order(
    disk: Disk, reader: JournalReader
) -> None:
    seen: list[tuple[int, int]] = []
    held = hold(disk)
    for number, change in enumerate(changes("a", "b", "c")):
        disk.journal.tell(Commit((change,), lambda n=number: seen.append((n, len(reader.since(0))))))  # type: ignore[misc]
    held.set()
    disk.settle()
    assert seen == [(0, 3), (1, 3), (2, 3)]


def test_a_transition_is_journaled_once(disk: Disk, reader: JournalReader) -> None:
    for _ in "123":
        disk.journal.tell(Commit(changes("a", end=True), lambda: None))
    disk.settle()
    assert [row.transition for row in reader.since(0)] == ["alarm_occurs", "return_to_normal"]


def test_alarms_come_back_as_they_were_kept(disk: Disk, reader: JournalReader) -> None:
    kept = changes("a", "b")
    loaded: list[Any] = []
    disk.journal.tell(Commit(kept, lambda: None))
    disk.journal.tell(LoadAlarms(loaded.append))
    disk.settle()
    assert loaded == [tuple(change.record for change in kept)]
    assert reader.alarms() == tuple(change.record.alarm for change in reversed(kept))
    (row,) = reader.page(limit=1)
    assert replace(row, id=0) == kept[1].row


def test_an_alarm_that_is_held_back_is_in_no_list(disk: Disk, reader: JournalReader) -> None:
    (change,) = changes("a")
    hidden = replace(change, record=replace(change.record, told=False, shown=False))
    disk.journal.tell(Commit((hidden,), lambda: None))
    disk.settle()
    assert reader.alarms() == ()
    assert [row.state for row in reader.since(0)] == [AlarmState.UNACKNOWLEDGED]


def test_pages_go_back_by_cursor_and_filter(disk: Disk, reader: JournalReader) -> None:
    disk.journal.tell(Commit(changes("a", "b", "c", end=True), lambda: None))
    disk.settle()
    newest = reader.page(limit=2)
    assert [row.id for row in newest] == [6, 5]
    assert [row.id for row in reader.page(cursor=newest[-1].id, limit=2)] == [4, 3]
    assert [row.id for row in reader.page(JournalFilter(devices=("b",)))] == [4, 3]
    assert [row.id for row in reader.page(JournalFilter(devices=("a",), alarms=(HIGH,)))] == [2, 1]
    assert reader.page(JournalFilter(alarms=(AlarmKind("t", "low"),))) == ()
    assert [row.id for row in reader.page(JournalFilter(since_ns=3 * 10**9))] == [6, 5, 4]
    assert [row.id for row in reader.page(JournalFilter(until_ns=2 * 10**9))] == [1]
    assert reader.page(JournalFilter(since_ns=99 * 10**9)) == ()
    assert [row.id for row in reader.since(4)] == [5, 6]


def test_how_far_an_outbox_is_applied_never_goes_back(disk: Disk, reader: JournalReader) -> None:
    for sequence in (5, 9, 7):
        disk.journal.tell(MarkApplied("field-1", "e", sequence, lambda: None))
    disk.settle()
    assert (reader.applied("field-1", "e"), reader.applied("field-1", "x")) == (9, 0)


def command(id_: str) -> CommandRecord:
    return CommandRecord(id_, "HangTag", b"body", ISSUER, "field-1", 10.0, 1)


def stage(id_: str, stage_: Stage, time_ns: int = 1) -> CommandResult:
    return CommandResult(id_, stage_, "", None, time_ns)


def record(disk: Disk, id_: str, *, refused: Any = None) -> list[Any]:
    heard: list[Any] = []
    disk.journal.tell(RecordCommand(command(id_), (stage(id_, Stage.ACCEPTED),), heard.append, refused))
    return heard


def test_a_command_is_new_once_and_a_stage_is_news_once(disk: Disk, reader: JournalReader) -> None:
    new = record(disk, "c")
    news: list[bool] = []
    for each in (Stage.WRITTEN, Stage.WRITTEN, Stage.UNKNOWN, Stage.WRITTEN, Stage.CONFIRMED, Stage.FAILED):
        disk.journal.tell(RecordStage(stage("c", each), news.append))
    disk.journal.tell(RecordStage(stage("nobody", Stage.DONE), news.append))
    again = record(disk, "c")
    open_: list[Any] = []
    disk.journal.tell(LoadOpenCommands(open_.append))
    other = record(disk, "d")
    disk.journal.tell(LoadOpenCommands(open_.append))
    disk.settle()
    assert (new, other) == ([None], [None])
    assert news == [True, False, True, False, True, False, False]
    assert [result.stage for result in again[0]] == [
        Stage.ACCEPTED, Stage.WRITTEN, Stage.UNKNOWN, Stage.CONFIRMED,
    ]  # fmt: skip
    assert open_ == [(), (("d", "field-1"),)]
    assert [row.id for row in reader.commands()] == ["d", "c"]
    assert [(row.id, row.ended) for row in reader.ended_commands(0)] == [("c", 1)]
    assert [row.id for row in reader.commands(2)] == ["c"]


def test_commands_are_followed_in_the_order_of_their_ends(disk: Disk, reader: JournalReader) -> None:
    for id_ in ("a", "b", "c"):
        record(disk, id_)
    for id_ in ("c", "a", "b"):
        disk.journal.tell(RecordStage(stage(id_, Stage.DONE), lambda _news: None))
    disk.settle()
    first = reader.ended_commands(0, 2)
    assert [(row.id, row.ended) for row in first] == [("c", 1), ("a", 2)]
    assert [row.stages[-1].stage for row in first] == [Stage.DONE] * 2
    assert [row.id for row in reader.ended_commands(first[-1].ended)] == ["b"]


def test_on_a_full_disk_commands_are_refused_and_alarms_wait_for_space(disk: Disk) -> None:
    """What must be recorded and cannot is refused; acknowledging goes on."""
    disk.space_after = 3
    refused = threading.Event()
    held = hold(disk)
    disk.fills = True
    disk.journal.tell(Commit(changes(*(f"device-{at}" for at in range(300))), lambda: None))
    heard = record(disk, "c", refused=refused.set)
    acknowledged = record(disk, "a")
    held.set()
    disk.settle()
    assert refused.is_set()
    assert (heard, acknowledged) == ([], [None])
    assert disk.asked_for_space == 4
    with JournalReader(disk.path) as reader:
        assert len(reader.since(0)) == 300
        assert [row.id for row in reader.commands()] == ["a"]


def test_while_the_disk_is_full_urgent_commands_go_on_and_come_into_the_database_later(disk: Disk) -> None:
    """What comes meanwhile is heard at once, and waits for no space; its end comes behind it."""
    refused = threading.Event()
    waited: list[Any] = []
    late: list[Any] = []

    def sleep(_wait_s: float) -> None:
        match len(waited):
            case 0:
                late.append(record(disk, "urgent"))
                late.append(record(disk, "other", refused=refused.set))
                disk.journal.tell(RecordStage(stage("urgent", Stage.DONE), lambda _news: None))
            case 1:
                waited.append((list(late[0]), list(late[1]), refused.is_set(), waiting(disk.spare)))
                with JournalReader(disk.path) as reader:
                    waited.append(reader.commands())
            case _:
                disk.limit_pages(1 << 20)
                return
        waited.append(None)

    disk.actor._sleep = sleep
    held = hold(disk)
    disk.fills = True
    disk.journal.tell(Commit(changes(*(f"device-{at}" for at in range(300))), lambda: None))
    held.set()
    disk.settle()
    assert waited[1] == ([None], [], True, 1)
    assert waited[2] == ()
    assert waiting(disk.spare) == 0
    with JournalReader(disk.path) as reader:
        (row,) = reader.commands()
        assert [one.stage for one in row.stages] == [Stage.ACCEPTED, Stage.DONE]
        assert len(reader.since(0)) == 300


def test_what_waited_when_the_process_died_is_taken_over_by_the_next(tmp_path: Path) -> None:
    spare = SpareLog(tmp_path / "commands.spare")
    spare.open()
    assert spare.append(CommandRecord("a", "AcknowledgeAlarm", b"body", ISSUER, "", 10.0, 7))
    spare.close()
    disk = Disk(tmp_path / "alarms.db")
    interrupted: list[Any] = []
    disk.journal.tell(LoadOpenCommands(interrupted.append))
    disk.settle()
    assert interrupted == [(("a", ""),)], "the gate ends it as unknown"
    assert waiting(disk.spare) == 0
    with JournalReader(disk.path) as reader:
        assert [(row.id, row.user) for row in reader.commands()] == [("a", "anna")]
    disk.journal.stop(block=True, timeout=DEADLINE_S)


def test_space_that_the_ballast_gives_is_enough_for_commands_too(disk: Disk) -> None:
    disk.on_disk_full = lambda: disk.limit_pages(1 << 20)  # type: ignore[method-assign]
    disk.actor._on_disk_full = disk.on_disk_full
    refused = threading.Event()
    held = hold(disk)
    disk.fills = True
    disk.journal.tell(Commit(changes(*(f"device-{at}" for at in range(300))), lambda: None))
    heard = record(disk, "c", refused=refused.set)
    held.set()
    disk.settle()
    assert heard == [None]
    assert not refused.is_set()


def test_an_error_of_the_disk_ends_the_journal(tmp_path: Path) -> None:
    """Its supervisor ends the process: zones that decided more than is on disk must not go on."""
    disk = Disk(tmp_path / "missing" / "alarms.db")
    eventually(lambda: not disk.journal.is_alive())


def test_the_latency_of_commits_is_measured(disk: Disk) -> None:
    disk.journal.tell(Commit(changes("a"), lambda: None))
    disk.settle()
    rates = disk.meter.rates()
    assert rates["journal_rows"] == 1
    assert 0 < rates["journal_p50_ms"] <= rates["journal_p99_ms"] < 1e3 * DEADLINE_S


def test_ten_thousand_alarms_at_once_are_all_journaled(disk: Disk) -> None:
    """R-61"""
    flood = changes(*(f"device-{at}" for at in range(10_000)))
    for change in flood:
        disk.journal.tell(Commit((change,), lambda: None))
    disk.settle()
    with JournalReader(disk.path) as reader:
        assert len(reader.since(0, 10_000)) == 10_000
