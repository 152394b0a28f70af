"""Reading figures from `alarms.db` beside its writer (S4-7.5a): what held before, stations, memory."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.alarm_records import Change, Key, Record
from actors.alarm_tables import writer
from actors.channels.query import QueryFailed
from actors.journal_rows import add_change
from actors.messages import Alarm, AlarmState, JournalRow
from business.alarm_kpi.codec import OFFICE_QUERIES
from business.alarm_kpi.columns import read
from business.alarm_kpi.lives import OPEN, lives
from business.alarm_kpi.messages import AlarmKpis, ReadAlarmKpis
from business.alarm_kpi.queries import AlarmFigures, belonging
from config.site import Station
from config.text import Text
from tests.hmi.campus import campus

MINUTE = 60 * 10**9
BASE = 1_795_000_000 * 10**9
SITE = replace(
    campus(),
    stations={
        "a": Station("a", Text("甲台", "Desk A"), ("a",)),
        "floor": Station("floor", Text("一层台", "Floor desk"), ("a-1",)),
        "all": Station("all", Text("总台", "Head desk"), ()),
    },
)
STATES = {"alarm_occurs": AlarmState.UNACKNOWLEDGED, "re_alarm": AlarmState.UNACKNOWLEDGED}


def written(
    db: sqlite3.Connection, number: int, minute: int, device: str, transition: str, **more: str
) -> None:
    time_ns = BASE + minute * MINUTE
    state = STATES.get(transition, AlarmState.NORMAL)
    row = JournalRow(
        0, time_ns, time_ns, device, "t", "high", "a", number, transition, state, 2, 1.0, 2.0, "",
        more.get("user", ""), "", more.get("note", ""), transition in STATES,
    )  # fmt: skip
    alarm = Alarm(
        device, "t", "high", "a", state, 2, number, time_ns, time_ns, 1.0, 2.0, "", 0, "", "",
        active=transition in STATES,
    )  # fmt: skip
    key = Key("field", "e", number)
    add_change(db, Change(Record(alarm, told=True, shown=True, condition=key), row, key))


TRANSITIONS = st.sampled_from(("begins", "begins", "return_to_normal"))
STEPS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("xyz"), TRANSITIONS), max_size=30)


@given(steps=STEPS, since=st.integers(0, 400), length=st.integers(1, 400))
@settings(max_examples=150)
def test_what_held_before_is_known_wherever_the_time_begins_and_ends(
    steps: list[tuple[int, str, str]], since: int, length: int
) -> None:
    begin, end = BASE + since * MINUTE, BASE + (since + length) * MINUTE
    whole: list[tuple[str, int, int]] = []
    now, open_since = 0, dict[str, int]()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "alarms.db"
        with closing(writer(str(path))) as db:
            for number, (wait, device, transition) in enumerate(steps, 1):
                now += wait
                if transition == "begins":  # a first time, or a reminder of what still holds
                    transition = "re_alarm" if device in open_since else "alarm_occurs"
                written(db, number, now, device, transition)
                if transition != "return_to_normal":
                    open_since.setdefault(device, BASE + now * MINUTE)
                elif device in open_since:
                    whole.append((device, open_since.pop(device), BASE + now * MINUTE))
        period = read(path, begin, end)
    whole += [(device, at_ns, OPEN) for device, at_ns in open_since.items()]
    # What begins and ends before does not count; what ends later is still open.
    expected = [
        (device, began, ended if ended < end else OPEN)
        for device, began, ended in whole
        if began < end and ended >= begin
    ]
    found = [
        (period.alarms[alarm].device, began, ended)
        for alarm, began, ended in lives(period)[["alarm", "began", "ended"]].tolist()
    ]
    assert sorted(found) == sorted(expected)


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "alarms.db"
    with closing(writer(str(path))) as db:
        for number in range(1, 31):
            written(db, number, number, ("hvac-1", "hvac-2", "hvac-3")[number % 3], "alarm_occurs")
        written(db, 40, 40, "hvac-1", "shelve", user="anna", note="works")
    yield path


class Clock:
    def __init__(self) -> None:
        self.now_ns = BASE + 60 * MINUTE

    def __call__(self) -> int:
        return self.now_ns


def asked(station: str = "", minutes: int = 1000) -> ReadAlarmKpis:
    return ReadAlarmKpis(BASE, BASE + minutes * MINUTE, station)


def total(found: AlarmKpis) -> float | None:
    return next(one.value for one in found.figures if one.name == "total")


def test_a_station_counts_what_lies_in_its_zones(path: Path) -> None:
    figures = AlarmFigures(path, lambda: SITE, Clock())
    assert [SITE.devices[f"hvac-{number}"].zone for number in (1, 2, 3)] == ["b", "a", "a-1"]
    assert [total(figures.read(asked(station))) for station in ("", "all", "a", "floor")] == [30, 30, 20, 10]
    assert [one.device for one in figures.read(asked()).hidden] == ["hvac-1"]
    assert figures.read(asked("a")).hidden == ()


def test_what_the_site_no_longer_has_belongs_to_the_zone_that_kept_it() -> None:
    belongs = belonging(SITE, SITE.stations["a"])
    assert belongs("gone", "a")
    assert not belongs("gone", "b")
    assert not belongs("gone", "gone")
    assert not belonging(SITE, SITE.stations["floor"])("gone", "a")


def test_the_present_is_computed_anew_after_a_minute_and_the_past_is_remembered(path: Path) -> None:
    clock = Clock()
    figures = AlarmFigures(path, lambda: SITE, clock)
    now, past = figures.read(asked()), figures.read(asked(minutes=20))
    assert now.until_ns == clock.now_ns
    assert figures.read(asked()) is now
    with closing(writer(str(path))) as db:
        written(db, 50, 61, "hvac-2", "alarm_occurs")
    clock.now_ns += 2 * MINUTE
    assert total(figures.read(asked())) == 31
    assert figures.read(asked(minutes=20)) is past


def test_it_travels(path: Path) -> None:
    found = AlarmFigures(path, lambda: SITE, Clock()).read(asked())
    assert OFFICE_QUERIES.decode(OFFICE_QUERIES.encode(found)) == found
    assert OFFICE_QUERIES.decode(OFFICE_QUERIES.encode(asked("a"))) == asked("a")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (asked("nobody"), "no station nobody"),
        (asked(minutes=0), "must end after it begins"),
        (asked(minutes=-5), "must end after it begins"),
        (asked(minutes=60 * 24 * 401), "within 400 days"),
        (ReadAlarmKpis(BASE + 61 * MINUTE, BASE + 62 * MINUTE, ""), "has not begun"),
    ],
)
def test_what_cannot_be_counted_is_told(path: Path, query: ReadAlarmKpis, said: str) -> None:
    with pytest.raises(QueryFailed, match=said):
        AlarmFigures(path, lambda: SITE, Clock()).read(query)


def test_before_the_first_alarm_there_is_no_journal_to_read(tmp_path: Path) -> None:
    with pytest.raises(QueryFailed, match="the journal cannot be read"):
        AlarmFigures(tmp_path / "none.db", lambda: SITE, Clock()).read(asked())
