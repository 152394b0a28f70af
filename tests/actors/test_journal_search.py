"""Searching the journal (S0-3.5.4): what is found is what a plain look at every row finds."""

import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.alarm_records import Change, Key, Record
from actors.alarm_tables import writer
from actors.alarm_versions import STEPS, NewerFile
from actors.journal import Journal
from actors.journal_entries import Commit
from actors.journal_reader import JournalReader
from actors.journal_search import query
from actors.messages import COUNTED, Alarm, AlarmKind, AlarmState, JournalFilter, JournalRow
from tests.actors.alarm_core import DEADLINE_S
from tests.actors.test_journal import changes

DEVICES = ("ahu-1", "AHU-1", "风机-1", "d'; DROP TABLE journal --", 'x" OR "y', "*", "a/b")
PROFILES = ("", "fan", "fan coil", "风机")
RULES = ("high", "low", "comm-loss")
SECOND_NS = 10**9
ROWS = 3_000


def _rows() -> Iterator[JournalRow]:
    """Not quite in the order of time, as several zones write them."""
    draw = random.Random(1)
    for number in range(1, ROWS + 1):
        device = draw.choice(DEVICES)
        time_ns = number * 10 * SECOND_NS + draw.randrange(-20, 20) * SECOND_NS
        yield JournalRow(
            0, time_ns, time_ns, device, draw.choice(("", "t", "t/1")), draw.choice(RULES),
            draw.choice(("a", "b")), number, draw.choice(("alarm_occurs", "acknowledge", "shelve")),
            AlarmState.UNACKNOWLEDGED, draw.randint(1, 4), draw.choice((None, 1.5)), None, "summer",
            draw.choice(("", "anna", "Anna", "王芳")), "west", "note", draw.random() < 0.5,
            draw.choice(("", "fire", "process")), PROFILES[len(device) % 4], draw.choice(("", "hvac")),
            draw.choice(("", "", "gw//comm-loss")), draw.choice(("", "test", "drill")), draw.random() < 0.5,
        )  # fmt: skip


def change(number: int, row: JournalRow) -> Change:
    alarm = Alarm(
        row.device, row.point, row.rule, row.zone, row.state, row.priority, row.event, row.time_ns,
        row.time_ns, row.value, row.limit, row.limit_set, 0, row.user, row.note,
    )  # fmt: skip
    key = Key("field-1", "e", number)
    return Change(Record(alarm, told=True, shown=True, condition=key), row, key)


def journal_of(path: Path, *parts: tuple[Change, ...]) -> None:
    """By the actor that writes it, each part a commit."""
    journal = Journal.start(path, on_disk_full=lambda: None)
    for part in parts:
        done = threading.Event()
        journal.tell(Commit(part, done.set))
        assert done.wait(DEADLINE_S)
    journal.stop(block=True, timeout=DEADLINE_S)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JournalReader]:
    path = tmp_path_factory.mktemp("journal") / "alarms.db"
    all_ = tuple(change(number, row) for number, row in enumerate(_rows()))
    journal_of(path, all_[:1000], *((one,) for one in all_[1000:1100]), all_[1100:])
    with JournalReader(path) as reader:
        yield reader


Look = Callable[[JournalFilter], list[JournalRow]]


@pytest.fixture(scope="module")
def look(reader: JournalReader) -> Look:
    """At every row, newest first."""
    rows = reader.since(0, ROWS)[::-1]
    return lambda wanted: [row for row in rows if plainly(wanted)(row)]


def some(*values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=3, unique=True).map(tuple)


kinds = st.builds(
    AlarmKind,
    st.sampled_from(("", "t", "t/1")),
    st.sampled_from((*RULES, "1/high")),
    st.sampled_from(("", "", "fan", "风机")),
)
times = st.one_of(st.just(0), st.integers(1, 11 * ROWS * SECOND_NS))
filters = st.builds(
    JournalFilter,
    devices=some(*DEVICES, "nobody"),
    profiles=some(*PROFILES),
    alarms=st.lists(kinds, max_size=3).map(tuple),
    zones=some("a", "b"),
    subsystems=some("", "hvac"),
    priorities=some(1, 2, 3, 4),
    classes=some("", "fire", "process", "water"),
    transitions=some("alarm_occurs", "acknowledge", "shelve", "reset"),
    users=some("", "anna", "Anna", "王芳"),
    modes=some("", "test", "drill"),
    roots=some("", "gw//comm-loss"),
    annunciated=st.sampled_from((None, None, True, False)),
    since_ns=times,
    until_ns=times,
)
"""Each filter is left out as often as not by an empty choice."""


def plainly(wanted: JournalFilter) -> Callable[[JournalRow], bool]:
    """The same said of one row."""

    def among(values: tuple[Any, ...], value: Any) -> bool:
        return not values or value in values

    def alarm(row: JournalRow) -> bool:
        return not wanted.alarms or any(
            (kind.point, kind.rule) == (row.point, row.rule) and kind.profile in {"", row.profile}
            for kind in wanted.alarms
        )

    def whose(row: JournalRow) -> bool:
        neither = not wanted.devices and not wanted.profiles
        return neither or row.device in wanted.devices or row.profile in wanted.profiles

    return lambda row: (
        whose(row)
        and alarm(row)
        and among(wanted.zones, row.zone)
        and among(wanted.subsystems, row.subsystem)
        and among(wanted.priorities, row.priority)
        and among(wanted.classes, row.alarm_class)
        and among(wanted.transitions, row.transition)
        and among(wanted.users, row.user)
        and among(wanted.modes, row.mode)
        and among(wanted.roots, row.root)
        and wanted.annunciated in {None, row.annunciated}
        and wanted.since_ns <= row.time_ns
        and (not wanted.until_ns or row.time_ns < wanted.until_ns)
    )


@given(wanted=filters, cursor=st.one_of(st.just(0), st.integers(1, ROWS + 5)), limit=st.integers(1, ROWS))
@settings(max_examples=400)
def test_what_is_found_is_what_a_look_at_every_row_finds(
    reader: JournalReader, look: Look, wanted: JournalFilter, cursor: int, limit: int
) -> None:
    """S0-3.5.4: by device, type, alarm, level, class, zone, transition, person, time, however combined."""
    found = look(wanted)
    assert reader.count(wanted) == len(found)
    before = [row for row in found if not cursor or row.id < cursor]
    assert [*reader.page(wanted, cursor, limit)] == before[:limit]


@given(wanted=filters)
@settings(max_examples=100)
def test_pages_put_together_are_all_of_it(reader: JournalReader, look: Look, wanted: JournalFilter) -> None:
    got: list[JournalRow] = []
    while page := reader.page(wanted, got[-1].id if got else 0, 150):
        got += page
    assert got == look(wanted)


def test_many_devices_are_sought_at_once(reader: JournalReader, look: Look) -> None:
    unknown = tuple(f"never-{number}" for number in range(900))
    wanted = JournalFilter(devices=(*unknown, "风机-1", "*"), priorities=(1,))
    assert [*reader.page(wanted, 0, ROWS)] == look(wanted)
    assert reader.page(JournalFilter(devices=unknown)) == ()


def test_no_question_walks_the_journal_itself(reader: JournalReader) -> None:
    """By the plan of SQLite: the terms lead, rows are fetched by id, and nothing is sorted."""
    wanted = JournalFilter(
        devices=("ahu-1",), priorities=(1, 2), since_ns=10**12, until_ns=2 * 10**12, annunciated=True
    )
    with closing(sqlite3.connect(reader._path)) as db:
        for one in (wanted, JournalFilter(), JournalFilter(since_ns=10**12)):
            sql, values = query(db, one, "journal.id", 500)
            plan = [line[3] for line in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            leads = "SCAN journal_terms VIRTUAL TABLE" if one == wanted else "SEARCH journal USING INTEGER"
            assert plan[0].startswith(leads), plan
            assert not [line for line in plan if "TEMP B-TREE" in line], plan


def test_the_end_of_time_is_a_time_too(reader: JournalReader) -> None:
    latest = JournalFilter(until_ns=(1 << 63) - 1)
    assert len(reader.page(latest)) == len(reader.page())


def test_no_more_than_so_many_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    (first,) = changes("a")
    many = tuple(
        replace(first, key=Key("field-1", "e", number), row=replace(first.row, time_ns=number))
        for number in range(COUNTED + 5)
    )
    journal_of(path, many)
    with JournalReader(path) as reader:
        assert reader.count() == reader.count(JournalFilter(devices=("a",))) == COUNTED


# -- files of earlier versions

BEFORE = """
CREATE TABLE alarm (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, point TEXT NOT NULL, rule TEXT NOT NULL, zone TEXT NOT NULL,
    state TEXT NOT NULL, priority INTEGER NOT NULL, event INTEGER NOT NULL, occurred_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL, value REAL, threshold REAL, limit_set TEXT NOT NULL,
    quality INTEGER NOT NULL, acknowledged_by TEXT NOT NULL, note TEXT NOT NULL,
    told INTEGER NOT NULL, shown INTEGER NOT NULL,
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    UNIQUE (device, point, rule)) STRICT;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time_ns INTEGER NOT NULL, source_ns INTEGER NOT NULL,
    device TEXT NOT NULL, point TEXT NOT NULL, rule TEXT NOT NULL, zone TEXT NOT NULL, event INTEGER NOT NULL,
    transition TEXT NOT NULL, state TEXT NOT NULL, priority INTEGER NOT NULL, value REAL, threshold REAL,
    limit_set TEXT NOT NULL, user TEXT NOT NULL, station TEXT NOT NULL, note TEXT NOT NULL,
    annunciated INTEGER NOT NULL, alarm INTEGER NOT NULL REFERENCES alarm,
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    UNIQUE (alarm, source, epoch, sequence, transition)) STRICT;
CREATE INDEX journal_time ON journal (time_ns);
CREATE INDEX journal_device ON journal (device);
CREATE INDEX journal_rule ON journal (rule);
CREATE TABLE applied (
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (source, epoch)) STRICT, WITHOUT ROWID;
INSERT INTO alarm VALUES (1, 'ahu-1', 't', 'high', 'a', 'acknowledged', 2, 1, 10, 30, 31.5, 30.0, '', 0,
    'anna', 'seen', 1, 1, 'field-1', 'e', 1);
INSERT INTO journal VALUES
    (1, 20, 10, 'ahu-1', 't', 'high', 'a', 1, 'alarm_occurs', 'unacknowledged', 2, 31.5, 30.0, '', '', '', '',
     1, 1, 'field-1', 'e', 1),
    (7, 30, 30, 'ahu-1', 't', 'high', 'a', 1, 'acknowledge', 'acknowledged', 2, 31.5, 30.0, '', 'anna',
     'west', 'seen', 0, 1, 'command', 'c1', 0);
INSERT INTO applied VALUES ('field-1', 'e', 1);
"""
"""What the program wrote before the journal could be searched."""


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "alarms.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(BEFORE)
    return path


def test_a_file_of_before_opens_and_goes_on(before: Path) -> None:
    journal_of(before, changes("ahu-2"))
    with JournalReader(before) as reader:
        assert [(row.id, row.device, row.user, row.profile) for row in reader.since(0)] == [
            (1, "ahu-1", "", ""),
            (7, "ahu-1", "anna", ""),
            (8, "ahu-2", "", "ahu"),
        ]
        assert [row.id for row in reader.page(JournalFilter(devices=("ahu-1",)))] == [7, 1]
        assert [row.id for row in reader.page(JournalFilter(transitions=("alarm_occurs",)))] == [8, 1]
        assert {alarm.by for alarm in reader.alarms()} == {"anna", ""}
        assert reader.applied("field-1", "e") == 1


def test_a_step_that_was_cut_off_begins_again(before: Path) -> None:
    with closing(sqlite3.connect(before, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        for statement in STEPS[0][:-1]:
            db.execute(statement)
        # the process ends here: what is not committed is not there
    with closing(writer(str(before))) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
        assert db.execute("SELECT count(*) FROM journal_terms('t616c61726d5f6f6363757273')").fetchone() == (
            1,
        )


def test_opening_twice_changes_nothing(before: Path) -> None:
    for _ in "12":
        with closing(writer(str(before))) as db:
            assert db.execute("SELECT count(*) FROM journal").fetchone() == (2,)


def test_a_file_of_a_later_version_is_left_alone(before: Path) -> None:
    with closing(sqlite3.connect(before)) as db:
        db.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    with pytest.raises(NewerFile, match=f"alarms.db is of version {len(STEPS) + 1}"):
        writer(str(before))


def test_a_backup_can_count_the_rows_of_every_table(before: Path) -> None:
    """Also of the index, which a backup reads as any other table."""
    journal_of(before, changes("ahu-2"))
    with closing(sqlite3.connect(before)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            assert db.execute(f"SELECT * FROM {name}").fetchall() is not None, name
        assert len(db.execute("SELECT * FROM journal_terms").fetchall()) == 3
