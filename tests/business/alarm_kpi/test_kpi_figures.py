"""The figures about alarms (S4-7.5a), by hand and against plain loops over the same rows."""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.messages import AlarmState, JournalRow
from business.alarm_kpi.columns import ACKNOWLEDGES, AGAIN, ENDS, OCCURS, OTHER, ROW, Named, Period
from business.alarm_kpi.figures import days, kpis
from business.alarm_kpi.hidden import hidden, verdicts
from business.alarm_kpi.lives import OPEN, acknowledged, chattering, fleeting, lives, stale_by_day, standing
from business.alarm_kpi.messages import AlarmKpis, Figure
from business.alarm_kpi.rates import Flood, floods
from config.alarm_targets import AlarmTargets

SECOND, MINUTE, HOUR = 10**9, 60 * 10**9, 3600 * 10**9
DAY = 24 * HOUR
SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = round(datetime(2026, 11, 1, tzinfo=SHANGHAI).timestamp()) * SECOND
TARGETS = AlarmTargets()

Row = tuple[int, int, int, int, int, bool]
"""time, alarm, event, kind, priority, sounded"""


def period(rows: list[Row], until_ns: int = MIDNIGHT + DAY, held: dict[int, int] | None = None) -> Period:
    numbers = {row[1] for row in rows} | {*(held or {})}
    alarms = {number: Named(f"d{number}", "t", "high", "a", active=False) for number in numbers}
    return Period(MIDNIGHT, until_ns, np.array(rows, ROW), alarms, held or {})


def occurs(time_ns: int, alarm: int = 1, event: int = 1, priority: int = 4) -> Row:
    return MIDNIGHT + time_ns, alarm, event, OCCURS, priority, True


def ends(time_ns: int, alarm: int = 1, event: int = 1) -> Row:
    return MIDNIGHT + time_ns, alarm, event, ENDS, 4, False


def acknowledges(time_ns: int, alarm: int = 1, event: int = 1, priority: int = 4) -> Row:
    return MIDNIGHT + time_ns, alarm, event, ACKNOWLEDGES, priority, False


def of(found: AlarmKpis) -> dict[str, Figure]:
    return {one.name: one for one in found.figures}


def computed(rows: list[Row], **more: Any) -> AlarmKpis:
    return kpis(period(rows, **more), (), (), TARGETS, SHANGHAI)


# -- by hand


def test_rates_are_of_the_whole_time() -> None:
    figures = of(computed([occurs(number * MINUTE, number, number) for number in range(144)]))
    assert figures["total"].value == 144
    assert figures["per_ten_minutes"].value == 1.0
    assert figures["per_hour"].value == 6.0
    assert figures["per_day"].value == 144
    assert figures["per_day"].is_met
    assert figures["peak"].value == 10
    assert figures["peak"].is_met


def test_what_is_above_the_target_may_be_manageable() -> None:
    figures = of(computed([occurs(number * MINUTE * 4, number, number) for number in range(288)]))
    assert (figures["per_ten_minutes"].value, figures["per_ten_minutes"].is_met) == (2.0, False)
    assert figures["per_ten_minutes"].is_manageable
    assert not Figure("per_ten_minutes", 2.1, 1.0, manageable=2.0).is_manageable


def test_an_acknowledgement_and_a_silent_row_are_no_alarm() -> None:
    rows: list[Row] = [
        occurs(0), acknowledges(1), ends(2), (MIDNIGHT + 3, 2, 1, OCCURS, 1, False),
    ]  # fmt: skip
    assert of(computed(rows))["total"].value == 1


def test_a_flood_begins_above_ten_and_ends_below_five() -> None:
    """>10 in ten minutes begin it, <5 end it: between the two it goes on."""
    counts = np.array([0, 11, 5, 10, 4, 11, 3, 10, 0])
    assert floods(counts, start=10, end=5) == [Flood(1, 3, 26), Flood(5, 1, 11)]
    assert floods(np.array([12, 12]), start=10, end=5) == [Flood(0, 2, 24)]
    assert floods(np.zeros(0, np.int64), start=10, end=5) == []


def test_the_share_of_busy_and_flooded_periods() -> None:
    flood = [occurs(HOUR + number * SECOND, number, number) for number in range(11)]
    after = [occurs(HOUR + 10 * MINUTE + number * SECOND, number, 50 + number) for number in range(5)]
    found = computed([*flood, *after])
    figures = of(found)
    assert figures["busy"].value == 100 / 144
    assert figures["busy"].is_met
    assert figures["flood"].value == 200 / 144
    assert figures["flood"].is_met is False
    assert (figures["floods"].value, figures["longest_flood"].value) == (1, 20)
    assert [(day.day, day.alarms, day.peak, day.flood_minutes) for day in found.days] == [
        ("2026-11-01", 16, 11, 20)
    ]


def test_the_top_ten_and_their_share() -> None:
    rows = [occurs(number * SECOND, number % 20, number) for number in range(100)]
    rows += [occurs(HOUR + number, 3, 1000 + number) for number in range(20)]
    found = computed(rows)
    assert (found.top[0].device, found.top[0].count, found.top[0].share) == ("d3", 25, 25 / 120)
    assert len(found.top) == 10
    assert of(found)["top_ten"].value == 100 * (25 + 9 * 5) / 120


def test_three_returns_within_a_minute_chatter() -> None:
    quick = [
        row
        for at in range(3)
        for row in (occurs(at * 25 * SECOND, 1, at), ends((at * 25 + 5) * SECOND, 1, at))
    ]
    slow = [
        row
        for at in range(3)
        for row in (occurs(at * 31 * SECOND, 2, at), ends((at * 31 + 5) * SECOND, 2, at))
    ]
    mixed = [occurs(0, 3), ends(1, 3), occurs(2, 4), ends(3, 4), occurs(4, 3, 2), ends(5, 3, 2)]
    found = lives(period([*quick, *slow, *mixed]))
    assert chattering(found, returns=3, within_ns=60 * SECOND) == {1: 3}
    assert chattering(lives(period([])), returns=3, within_ns=60 * SECOND) == {}


def test_what_returns_by_itself_at_once_and_does_not_repeat_is_fleeting() -> None:
    rows = [
        occurs(0, 1), ends(5 * SECOND, 1),
        occurs(0, 2), ends(11 * SECOND, 2),
        occurs(0, 3, 1), ends(5 * SECOND, 3, 1), occurs(30 * SECOND, 3, 2), ends(31 * SECOND, 3, 2),
        occurs(0, 4, 1), ends(5 * SECOND, 4, 1), occurs(2 * HOUR, 4, 2),
    ]  # fmt: skip
    assert fleeting(lives(period(rows)), within_ns=10 * SECOND, alone_ns=60 * SECOND) == {1: 1, 4: 1}


def test_what_holds_for_more_than_a_day_is_stale_also_from_before() -> None:
    edges = [MIDNIGHT + at * DAY for at in range(4)]
    rows = [occurs(0, 1), ends(2 * DAY + HOUR, 1), ends(HOUR, 2), occurs(DAY + HOUR, 3), ends(2 * DAY, 3)]
    found = lives(period(rows, MIDNIGHT + 3 * DAY, held={2: MIDNIGHT - 5 * DAY, 4: MIDNIGHT - HOUR}))
    assert stale_by_day(found, edges, after_ns=DAY) == [2, 2, 2]
    assert standing(found) == {4: MIDNIGHT - HOUR}


def test_a_reminder_of_what_still_holds_begins_no_second_life() -> None:
    found = lives(period([occurs(0), occurs(HOUR), ends(2 * HOUR)]))
    assert found[["began", "ended"]].tolist() == [(MIDNIGHT, MIDNIGHT + 2 * HOUR)]


def test_the_time_to_acknowledge_is_from_the_first_sound_to_the_first_answer() -> None:
    rows = [
        occurs(0, 1, 1, 1), occurs(SECOND, 1, 1, 1), acknowledges(10 * SECOND, 1, 1, 1),
        acknowledges(99 * SECOND),
        occurs(0, 2, 7, 2), acknowledges(30 * SECOND, 2, 7, 2),
        occurs(0, 2, 8, 2), acknowledges(50 * SECOND, 3, 8, 2),
    ]  # fmt: skip
    found = computed(sorted(rows, key=lambda row: row[0]))
    figures = of(found)
    assert figures["acknowledge_median"].value == 20
    assert figures["acknowledge_p90"].value == 28
    assert figures["unacknowledged"].value == 1
    high = found.priorities[1]
    assert (high.acknowledged, high.waiting, high.median_s) == (1, 1, 30)
    assert found.priorities[3].median_s is None


def test_priorities_are_held_against_80_15_5_and_less_than_1() -> None:
    rows = [occurs(at, at, at, 4 if at < 80 else 3 if at < 95 else 2) for at in range(100)]
    figures = of(computed(rows))
    assert [figures[name].is_met for name in ("critical", "high", "medium")] == [True, True, True]
    figures = of(computed([*rows, occurs(200, 200, 200, 1), occurs(201, 201, 201, 1)]))
    assert figures["critical"].is_met is False


def test_a_share_of_so_few_that_one_would_exceed_it_is_not_judged() -> None:
    figures = of(computed([occurs(at, at, at, 1 + at % 2) for at in range(20)]))
    judged = {name: figures[name].is_met for name in ("critical", "high", "medium", "top_ten")}
    assert judged == {"critical": None, "high": False, "medium": True, "top_ten": False}
    assert figures["critical"].value == 50


def test_nothing_at_all_is_no_failure() -> None:
    figures = of(computed([]))
    assert all(one.is_met is not False for one in figures.values())
    assert figures["acknowledge_median"].value is None
    assert figures["false_alarms"].value is None


def row(
    time_ns: int, transition: str, device: str = "a", user: str = "anna", note: str = "works"
) -> JournalRow:
    return JournalRow(
        0, MIDNIGHT + time_ns, 0, device, "t", "high", "zone-a", 1, transition, AlarmState.NORMAL, 2, None,
        None, "", user, "", note, False,
    )  # fmt: skip


def test_what_is_hidden_at_the_end_and_by_whom() -> None:
    found = hidden(
        [
            row(-HOUR, "shelve", "before"),
            row(1, "shelve"), row(2, "shelve_timeout"),
            row(3, "remove_from_service", "b"), row(4, "suppress", "b", "", ""),
            row(5, "shelve", "c", note=""), row(6, "shelve", "d", user=""), row(7, "unshelve", "d"),
        ],
        MIDNIGHT,
    )  # fmt: skip
    assert [(one.kind, one.device, one.user) for one in found.at_end] == [
        ("shelved", "before", "anna"),
        ("out-of-service", "b", "anna"),
        ("suppressed", "b", ""),
        ("shelved", "c", "anna"),
    ]
    assert found.unauthorised == 2


def test_false_alarms_are_told_by_zone_and_detector() -> None:
    """The detectors that were wrong most often come first."""
    judged = [("z", "d1", "false"), ("z", "d1", "real"), ("z", "d2", "false"), ("a", "d3", "test")]
    lines = verdicts(judged)
    assert [(line.zone, line.device, line.false_share) for line in lines] == [
        ("a", "", 0.0), ("a", "d3", 0.0), ("z", "", 2 / 3), ("z", "d2", 1.0), ("z", "d1", 0.5),
    ]  # fmt: skip
    found = kpis(period([]), (), judged, TARGETS, SHANGHAI)
    assert of(found)["false_alarms"].value == 50


def test_days_are_the_sites_and_may_be_short_or_long() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begin = round(datetime(2026, 10, 24, 12, tzinfo=berlin).timestamp()) * SECOND
    end = round(datetime(2026, 10, 26, 1, tzinfo=berlin).timestamp()) * SECOND
    edges = days(begin, end, berlin)
    assert [(later - sooner) // HOUR for sooner, later in pairwise(edges)] == [12, 25, 1]


# -- against plain loops

ALARMS = st.integers(1, 4)
STEPS = st.sampled_from((0, SECOND, 5 * SECOND, 20 * SECOND, MINUTE, 9 * MINUTE, HOUR, 13 * HOUR))
KINDS = st.sampled_from((OCCURS, AGAIN, ENDS, ENDS, ACKNOWLEDGES, OTHER))


@st.composite
def journals(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    now = MIDNIGHT
    for _ in range(draw(st.integers(0, 60))):
        now += draw(STEPS)
        kind = draw(KINDS)
        rows.append(
            (now, draw(ALARMS), draw(st.integers(1, 3)), kind, draw(st.integers(1, 4)),
             kind in {OCCURS, AGAIN} and draw(st.booleans()))
        )  # fmt: skip
    return rows


@given(rows=journals(), held=st.dictionaries(ALARMS, st.integers(MIDNIGHT - 3 * DAY, MIDNIGHT - 1)))
@settings(max_examples=300)
def test_lives_are_those_of_a_plain_loop(rows: list[Row], held: dict[int, int]) -> None:
    expected: list[tuple[int, int, int]] = []
    since = dict(held)
    for time_ns, alarm, _, kind, _, _ in rows:
        if kind in {OCCURS, AGAIN}:
            since.setdefault(alarm, time_ns)
        elif kind == ENDS and alarm in since:
            expected.append((alarm, since.pop(alarm), time_ns))
    expected += [(alarm, began, OPEN) for alarm, began in since.items()]
    found = lives(period(rows, MIDNIGHT + 90 * DAY, held))
    assert sorted(found[["alarm", "began", "ended"]].tolist()) == sorted(expected)
    assert standing(found) == since


@given(rows=journals())
@settings(max_examples=300)
def test_chattering_and_fleeting_are_those_of_plain_loops(rows: list[Row]) -> None:
    found = lives(period(rows, MIDNIGHT + 90 * DAY))
    by_alarm: dict[int, list[tuple[int, int, bool]]] = {}
    for alarm, began, ended, sounded in found[["alarm", "began", "ended", "sounded"]].tolist():
        by_alarm.setdefault(alarm, []).append((began, ended, sounded))
    chatter, brief = Counter[int](), Counter[int]()
    for alarm, own in by_alarm.items():
        returns = [ended for _, ended, _ in own if ended != OPEN]
        if any(sum(0 <= later - first <= MINUTE for later in returns) >= 3 for first in returns):
            chatter[alarm] = sum(sounded for *_, sounded in own)
        for at, (began, ended, sounded) in enumerate(own):
            near = (at > 0 and began - own[at - 1][1] < MINUTE) or (
                at + 1 < len(own) and own[at + 1][0] - ended < MINUTE
            )
            brief[alarm] += sounded and ended != OPEN and ended - began <= 10 * SECOND and not near
    assert chattering(found, returns=3, within_ns=MINUTE) == Counter({k: v for k, v in chatter.items() if v})
    assert fleeting(found, within_ns=10 * SECOND, alone_ns=MINUTE) == +brief


@given(rows=journals())
@settings(max_examples=300)
def test_times_to_acknowledge_are_those_of_a_plain_loop(rows: list[Row]) -> None:
    first: dict[tuple[int, int], tuple[int, int]] = {}
    answers: dict[tuple[int, int], int] = {}
    for time_ns, alarm, event, kind, priority, sounded in rows:
        if sounded:
            first.setdefault((alarm, event), (time_ns, priority))
        if kind == ACKNOWLEDGES:
            answers.setdefault((alarm, event), time_ns)
    took = [
        (priority, max(answers[key] - time_ns, 0))
        for key, (time_ns, priority) in first.items()
        if key in answers
    ]
    waiting = [priority for key, (_, priority) in first.items() if key not in answers]
    found = acknowledged(period(rows).rows)
    assert sorted(zip(found.priority.tolist(), found.took_ns.tolist(), strict=True)) == sorted(took)
    assert sorted(found.waiting.tolist()) == sorted(waiting)


@given(counts=st.lists(st.integers(0, 15), max_size=40))
def test_floods_are_those_of_a_plain_loop(counts: list[int]) -> None:
    flooded, inside = [], False
    for count in counts:
        inside = count >= 5 if inside else count > 10
        flooded.append(inside)
    found = floods(np.array(counts, np.int64), start=10, end=5)
    assert [at for one in found for at in range(one.first, one.first + one.periods)] == [
        at for at, inside in enumerate(flooded) if inside
    ]
    assert [one.alarms for one in found] == [
        sum(counts[one.first : one.first + one.periods]) for one in found
    ]


@given(rows=journals())
@settings(max_examples=100)
def test_counts_add_up(rows: list[Row]) -> None:
    found = computed(rows, until_ns=MIDNIGHT + 40 * DAY)
    total = sum(row[5] for row in rows)
    assert of(found)["total"].value == total
    assert sum(found.rate) == sum(day.alarms for day in found.days) == total
    assert sum(line.count for line in found.priorities) == total
    assert sum(line.acknowledged + line.waiting for line in found.priorities) == len(
        {(row[1], row[2]) for row in rows if row[5]}
    )
