"""All figures of a period, held against their targets. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, SupportsFloat
from zoneinfo import ZoneInfo

import numpy as np

from actors.messages import JournalRow
from business.alarm_kpi.columns import Named, Period, Ranks, Times
from business.alarm_kpi.hidden import OUT_OF_SERVICE, SHELVED, SUPPRESSED, Judged, hidden, verdicts
from business.alarm_kpi.lives import acknowledged, chattering, fleeting, lives, stale_by_day, standing
from business.alarm_kpi.messages import (
    AlarmCount,
    AlarmKpis,
    DayLine,
    Figure,
    PriorityLine,
    StandingAlarm,
)
from business.alarm_kpi.rates import HOUR_NS, TEN_MINUTES_NS, Flood, between, counted, floods
from config.alarm_targets import AlarmTargets

TOP: Final = 10
LISTED: Final = 50
"""Chattering, fleeting and standing alarms that are named."""
PRIORITIES: Final = (1, 2, 3, 4)
DAY_NS: Final = 24 * HOUR_NS


def kpis(
    period: Period,
    hiding: Iterable[JournalRow],
    judged: Iterable[Judged],
    targets: AlarmTargets,
    zone: ZoneInfo,
    station: str = "",
) -> AlarmKpis:
    """`hiding` are the rows that `hidden` asks for."""
    sounded = period.rows[period.rows["sounded"]]
    times: Times = sounded["time"].astype(np.int64)
    rate = counted(times, period.since_ns, period.until_ns, TEN_MINUTES_NS)
    flooded = floods(rate, start=targets.flood_start, end=targets.flood_end)
    edges = days(period.since_ns, period.until_ns, zone)
    found = lives(period)
    stale = stale_by_day(found, edges, after_ns=round(targets.stale_hours * HOUR_NS))
    chatter_ns = round(targets.chatter_s * 1e9)
    chatter = chattering(found, returns=targets.chatter_returns, within_ns=chatter_ns)
    brief = fleeting(found, within_ns=round(targets.fleeting_s * 1e9), alone_ns=chatter_ns)
    away = hidden(hiding, period.since_ns)
    out_of_sight = {(one.device, one.point, one.rule) for one in away.at_end}
    held = [
        StandingAlarm(*name, since)
        for number, since in standing(found).items()
        if (name := period.alarms[number].name) not in out_of_sight
    ]
    often = Counter(sounded["alarm"].tolist())
    total = len(sounded)
    top = _named(period, often.most_common(TOP), total)
    answers = acknowledged(period.rows)
    lines = _priorities(sounded["priority"], answers.priority, answers.took_ns, answers.waiting, targets)
    took_s = answers.took_ns / 1e9
    judgements = verdicts(judged)
    known = Counter[str]()
    for line in judgements:
        if not line.device:
            known.update(line.verdicts)
    flood_periods = sum(one.periods for one in flooded)
    hours = counted(times, period.since_ns, period.until_ns, HOUR_NS)
    span = max(period.until_ns - period.since_ns, 1)
    gone = Counter(one.kind for one in away.at_end)
    busy, busy_hours = int((rate > targets.peak).sum()), int((hours > targets.busy_hour).sum())
    figures = (
        _figure("total", total),
        _rate("per_ten_minutes", total * TEN_MINUTES_NS / span, targets.per_ten_minutes),
        _rate("per_hour", total * HOUR_NS / span, targets.per_hour),
        _rate("per_day", total * DAY_NS / span, targets.per_day),
        _figure("peak", rate.max(initial=0), targets.peak),
        _figure("busy", _percent(busy, len(rate)), targets.busy_percent, below=True),
        _figure("busy_hours", _percent(busy_hours, len(hours)), targets.busy_percent, below=True),
        _figure("flood", _percent(flood_periods, len(rate)), targets.flood_percent, below=True),
        _figure("floods", len(flooded)),
        _figure("longest_flood", 10 * max((one.periods for one in flooded), default=0)),
        _share("top_ten", sum(one.count for one in top), total, targets.top_ten_percent),
        _figure("chattering", len(chatter), targets.chattering),
        _figure("fleeting", len(brief), targets.fleeting),
        _figure("stale", max(stale, default=0), targets.stale, below=True),
        _figure("standing", len(held), targets.standing, below=True),
        _figure("shelved", gone[SHELVED], targets.shelved, below=True),
        _figure("suppressed", gone[SUPPRESSED]),
        _figure("out_of_service", gone[OUT_OF_SERVICE]),
        _figure("unauthorised", away.unauthorised, 0),
        _share("critical", lines[0].count, total, targets.critical_percent),
        _share("high", lines[1].count, total, targets.high_percent),
        _share("medium", lines[2].count, total, targets.medium_percent),
        _figure("acknowledge_median", np.median(took_s) if len(took_s) else None),
        _figure("acknowledge_p90", np.percentile(took_s, 90) if len(took_s) else None),
        _figure("unacknowledged", len(answers.waiting)),
        _figure("false_alarms", _percent(known["false"], known.total()) if known else None),
    )
    return AlarmKpis(
        since_ns=period.since_ns,
        until_ns=period.until_ns,
        station=station,
        figures=figures,
        rate=tuple(rate.tolist()),
        days=_days(period, times, rate, flooded, stale, edges, zone),
        priorities=lines,
        top=top,
        chattering=_named(period, chatter.most_common(LISTED), total),
        fleeting=_named(period, brief.most_common(LISTED), total),
        standing=tuple(sorted(held, key=lambda one: one.since_ns)[:LISTED]),
        hidden=away.at_end,
        verdicts=judgements,
    )


def days(since_ns: int, until_ns: int, zone: ZoneInfo) -> list[int]:
    """The beginning, every midnight of the site within, and the end."""
    edges = [since_ns]
    day = datetime.fromtimestamp(since_ns / 1e9, zone).date() + timedelta(days=1)
    while (midnight := _midnight(day, zone)) < until_ns:
        if midnight > since_ns:
            edges.append(midnight)
        day += timedelta(days=1)
    return [*edges, until_ns]


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).timestamp()) * 10**9


def _days(
    period: Period, times: Times, rate: Times, flooded: Iterable[Flood], stale: Sequence[int],
    edges: Sequence[int], zone: ZoneInfo,
) -> tuple[DayLine, ...]:  # fmt: skip
    """Ten minutes count for the day in which they begin."""
    of_day = np.searchsorted(edges, period.since_ns + TEN_MINUTES_NS * np.arange(len(rate)), "right") - 1
    in_flood = np.zeros(len(rate), np.int64)
    for one in flooded:
        in_flood[one.first : one.first + one.periods] = 1
    lines = []
    for at, ((start, _), alarms) in enumerate(zip(pairwise(edges), between(times, edges), strict=True)):
        day = datetime.fromtimestamp(start / 1e9, zone).date().isoformat()
        mine = of_day == at
        peak = int(rate[mine].max(initial=0))
        lines.append(DayLine(day, alarms, peak, 10 * int(in_flood[mine].sum()), stale[at]))
    return tuple(lines)


def _priorities(
    sounded: Ranks, answered: Ranks, took_ns: Times, waiting: Ranks, targets: AlarmTargets
) -> tuple[PriorityLine, ...]:
    shares = (targets.critical_percent, targets.high_percent, targets.medium_percent, None)
    lines = []
    for priority, percent in zip(PRIORITIES, shares, strict=True):
        count = int((sounded == priority).sum())
        took_s = took_ns[answered == priority] / 1e9
        lines.append(
            PriorityLine(
                priority=priority,
                count=count,
                share=count / max(len(sounded), 1),
                target=None if percent is None else percent / 100,
                acknowledged=len(took_s),
                waiting=int((waiting == priority).sum()),
                median_s=float(np.median(took_s)) if len(took_s) else None,
                p90_s=float(np.percentile(took_s, 90)) if len(took_s) else None,
            )
        )
    return tuple(lines)


def _named(period: Period, counts: Iterable[tuple[int, int]], total: int) -> tuple[AlarmCount, ...]:
    def one(alarm: Named, count: int) -> AlarmCount:
        return AlarmCount(*alarm.name, count, count / max(total, 1))

    return tuple(one(period.alarms[number], count) for number, count in counts)


def _figure(
    name: str, value: SupportsFloat | None, target: float | None = None, *, below: bool = False
) -> Figure:
    told = None if value is None else float(value)
    return Figure(name, told, None if target is None else float(target), below)


def _share(name: str, part: int, whole: int, target: float) -> Figure:
    """With so few alarms that a single one would exceed the target, it is not held against it."""
    return _figure(name, _percent(part, whole), target if not target or whole * target >= 100 else None)


def _rate(name: str, value: float, target: float) -> Figure:
    """Twice as many as are acceptable are manageable."""
    return Figure(name, value, target, manageable=2 * target)


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0
