"""Alarms and their journal as JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from actors.messages import Alarm, AlarmState, Area, JournalRow, Mode, Verdict
from actors.said import in_language
from business.rest.shapes import Line, Moment, Shape, example, moment, moment_or_none

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f/]*$")]
Place = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f/]*$")]
Event = Annotated[
    int, Field(ge=1, le=2**53, description="The occurrence that was seen: `event` of the alarm")
]
Note = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]

_NAME = {"device": "ahu-3", "point": "supply-temp", "rule": "high"}


class Named(Shape):
    """Which alarm."""

    device: Id
    point: Place = Field("", description="'' for an alarm of the device itself")
    rule: Id


class Occurrence(Named):
    model_config = example({**_NAME, "event": 7})
    event: Event


class Noted(Occurrence):
    model_config = example({**_NAME, "event": 7, "note": "已派人"})
    note: Note = ""


class Shelf(Named):
    model_config = example(
        {**_NAME, "until": "2026-03-01T08:00:00Z", "one_shot": False, "reason": "传感器待换"}
    )
    until: Moment
    one_shot: bool = Field(default=False, description="Ends when the condition returns, if that is sooner")
    reason: Note


class Reasoned(Named):
    model_config = example({**_NAME, "reason": "已更换"})
    reason: Note = ""


class OutOfService(Named):
    model_config = example({**_NAME, "order": "WO-2026-0117", "reason": "检修"})
    until: Moment | None = None
    order: Line = Field(description="The work order under which it is out of service")
    reason: Note


class Ticked(Occurrence):
    model_config = example({**_NAME, "event": 7, "step": 0, "note": ""})
    step: int = Field(ge=0, le=100, description="Line of the checklist, from 0")
    note: Note = ""


class Judged(Occurrence):
    model_config = example({**_NAME, "event": 7, "verdict": "false", "cause": "蒸汽", "done": "开窗通风"})
    verdict: Verdict
    cause: Note
    done: Note = ""


class NewArea(Shape):
    model_config = example(
        {
            "mode": "works",
            "zone": "b-2",
            "device": "",
            "alarm_class": "fire",
            "until": "2026-03-01T10:00:00Z",
            "reason": "动火作业",
        }
    )
    mode: Mode
    zone: Place = Field("", description="With everything below it")
    device: Place = ""
    alarm_class: Place = Field("", description="'' for all classes")
    until: Moment
    reason: Note


class AreaOut(BaseModel):
    model_config = example(
        {
            "area": "9f0c1d4e",
            "mode": "works",
            "zone": "b-2",
            "device": "",
            "alarm_class": "fire",
            "by": "wang",
            "reason": "动火作业",
            "since": "2026-03-01T08:00:00Z",
            "until": "2026-03-01T10:00:00Z",
        }
    )
    area: str
    mode: Mode
    zone: str
    device: str
    alarm_class: str
    by: str
    reason: str
    since: datetime
    until: datetime


class Hidden(BaseModel):
    model_config = example(
        {
            "kind": "shelved",
            "by": "wang",
            "reason": "传感器待换",
            "since": "2026-03-01T07:58:40Z",
            "until": "2026-03-01T09:58:40Z",
            "one_shot": False,
            "order": "",
        }
    )
    kind: str
    by: str
    reason: str
    since: datetime
    until: datetime | None
    one_shot: bool
    order: str


class AlarmOut(BaseModel):
    model_config = example(
        {
            **_NAME,
            "zone": "building-a",
            "state": "unacknowledged",
            "active": True,
            "priority": 2,
            "alarm_class": "process",
            "event": 7,
            "occurred": "2026-03-01T07:58:11Z",
            "changed": "2026-03-01T07:58:12Z",
            "value": 31.4,
            "limit": 30.0,
            "by": "",
            "note": "",
            "root": "",
            "mode": "",
            "first_out": False,
            "repeats": 1,
            "silenced": "2026-03-01T07:58:40Z",
            "hidden": [],
        }
    )
    device: str
    point: str
    rule: str
    zone: str
    state: AlarmState
    active: bool = Field(description="The condition holds, whatever the state")
    priority: int = Field(description="1 critical to 4 low")
    alarm_class: str
    event: int = Field(description="Number of the occurrence; what is asked of an alarm names it")
    occurred: datetime
    changed: datetime
    value: float | None
    limit: float | None
    by: str
    note: str
    root: str = Field(description="device/point/rule of the alarm that explains this one")
    mode: str = Field(description="test, drill, works or ''")
    first_out: bool
    repeats: int
    silenced: datetime | None
    hidden: list[Hidden]


class JournalOut(BaseModel):
    model_config = example(
        {
            "id": 42,
            "time": "2026-03-01T07:58:12Z",
            "source_time": "2026-03-01T07:58:11Z",
            **_NAME,
            "zone": "building-a",
            "event": 7,
            "transition": "alarm_occurs",
            "state": "unacknowledged",
            "priority": 2,
            "alarm_class": "process",
            "value": 31.4,
            "limit": 30.0,
            "limit_set": "",
            "user": "",
            "station": "",
            "note": "",
            "annunciated": True,
            "root": "",
            "mode": "",
            "verdict": "",
        }
    )
    id: int
    time: datetime
    source_time: datetime
    device: str
    point: str
    rule: str
    zone: str
    event: int
    transition: str
    state: AlarmState
    priority: int
    alarm_class: str
    value: float | None
    limit: float | None
    limit_set: str
    user: str
    station: str
    note: str
    annunciated: bool
    root: str
    mode: str
    verdict: str


def alarm_out(alarm: Alarm, spoken: str) -> AlarmOut:
    return AlarmOut(
        device=alarm.device,
        point=alarm.point,
        rule=alarm.rule,
        zone=alarm.zone,
        state=alarm.state,
        active=alarm.active,
        priority=alarm.priority,
        alarm_class=alarm.alarm_class,
        event=alarm.event,
        occurred=moment(alarm.occurred_ns),
        changed=moment(alarm.changed_ns),
        value=alarm.value,
        limit=alarm.limit,
        by=alarm.by,
        note=in_language(alarm.note, spoken),
        root=alarm.root,
        mode=alarm.mode,
        first_out=alarm.first_out,
        repeats=alarm.repeats,
        silenced=moment_or_none(alarm.silenced_ns or None),
        hidden=[
            Hidden(
                kind=one.kind.value,
                by=one.by,
                reason=in_language(one.reason, spoken),
                since=moment(one.since_ns),
                until=moment_or_none(one.until_ns or None),
                one_shot=one.one_shot,
                order=one.order,
            )
            for one in alarm.suppressions
        ],
    )


def journal_out(row: JournalRow, spoken: str) -> JournalOut:
    return JournalOut(
        id=row.id,
        time=moment(row.time_ns),
        source_time=moment(row.source_ns),
        device=row.device,
        point=row.point,
        rule=row.rule,
        zone=row.zone,
        event=row.event,
        transition=row.transition,
        state=row.state,
        priority=row.priority,
        alarm_class=row.alarm_class,
        value=row.value,
        limit=row.limit,
        limit_set=row.limit_set,
        user=row.user,
        station=row.station,
        note=in_language(row.note, spoken),
        annunciated=row.annunciated,
        root=row.root,
        mode=row.mode,
        verdict=row.verdict,
    )


def area_out(area: Area) -> AreaOut:
    return AreaOut(
        area=area.id,
        mode=area.mode,
        zone=area.zone,
        device=area.device,
        alarm_class=area.alarm_class,
        by=area.by,
        reason=area.reason,
        since=moment(area.since_ns),
        until=moment(area.until_ns),
    )
