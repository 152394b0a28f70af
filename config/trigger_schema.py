"""What starts a linkage plan, and what must hold then, as tables of a site file."""

from typing import Annotated

from pydantic import Field, StringConstraints

from config.plans import DayKind, Occasion, Op, PlanEvent, TriggerKind
from config.rules import Priority
from config.table import Number, Table, TimeOfDay, Whole, shown

PointRef = Annotated[str, StringConstraints(pattern=r"^[^/\s]+/[^/\s]+$")]
"""device/point"""
AlarmRef = Annotated[str, StringConstraints(pattern=r"^[^/\s]+/[^/\s]*/[^/\s]+$")]
"""device/point/rule; the point is '' for an alarm of the device itself"""
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class ConditionTable(Table):
    """What must hold when the plan is to start; a bad or stale value does not hold."""

    point: PointRef = Field(
        title="Point", description="device/point", json_schema_extra=shown("测点", "设备/测点")
    )
    op: Op = Field(
        Op.EQUAL,
        title="Comparison",
        description="how the value is compared",
        json_schema_extra=shown("比较", "=、!=、>、>=、<、<="),
    )
    value: Number | Whole = Field(
        title="Value", description="in the point's unit", json_schema_extra=shown("值", "按测点的单位")
    )


class TriggerTable(Table):
    """What starts a plan; the kind says which keys count."""

    kind: TriggerKind = Field(
        title="Kind",
        description="what starts the plan",
        json_schema_extra=shown("触发方式", "报警、数值、定时、日历、按钮、预案、业务事件"),
    )
    alarm: AlarmRef = Field(
        "",
        title="Alarm",
        description="device/point/rule of one alarm",
        json_schema_extra=shown("报警", "设备/测点/规则"),
    )
    alarm_class: str = Field(
        "",
        title="Alarm class",
        description="any alarm of this class",
        json_schema_extra=shown("报警类别", "该类别的任一报警"),
    )
    zone: str = Field(
        "",
        title="Zone",
        description="only alarms in this zone or below",
        json_schema_extra=shown("区域", "仅此区域及其下级"),
    )
    priority: Priority | None = Field(
        None,
        title="Priority",
        description="only alarms at least as urgent",
        json_schema_extra=shown("优先级", "至少这样紧急"),
    )
    point: PointRef = Field(
        "",
        title="Point",
        description="device/point whose value starts it",
        json_schema_extra=shown("测点", "设备/测点"),
    )
    op: Op = Field(
        Op.ABOVE,
        title="Comparison",
        description="> or < for numbers, = for states",
        json_schema_extra=shown("比较", "数值用 > 或 <，状态用 ="),
    )
    value: Number | Whole = Field(
        0, title="Value", description="in the point's unit", json_schema_extra=shown("值", "按测点的单位")
    )
    deadband: Number = Field(
        0,
        ge=0,
        title="Deadband",
        description="how far back the value must come, from 0",
        json_schema_extra=shown("回差", "须退回多少才算结束，至少 0"),
    )
    for_s: Number = Field(
        0,
        ge=0,
        title="For",
        description="seconds that it must hold, from 0",
        json_schema_extra=shown("持续", "须持续多少秒", unit="s"),
    )
    at: TimeOfDay = Field(
        "00:00",
        title="Time",
        description="time of day, HH:MM, in the site's time zone",
        json_schema_extra=shown("时刻", "时:分，按站点时区，如 18:30"),
    )
    days: list[DayKind] = Field(
        [],
        title="Days",
        description="any of these kinds of days; none for every day",
        json_schema_extra=shown("日期类型", "其中任一；留空为每天"),
    )
    weekdays: list[DayKind] = Field(
        [],
        title="Weekdays",
        description="and any of these days of the week; none for every one",
        json_schema_extra=shown("星期", "并且为其中任一；留空为不限"),
    )
    season: Annotated[list[MonthDay], Field(min_length=2, max_length=2)] | None = Field(
        None,
        title="Season",
        description="first and last day, MM-DD, both included",
        json_schema_extra=shown("季节", "起止日（月-日），含当日"),
    )
    occasion: Occasion = Field(
        Occasion.FIRST_DAY_OF_HOLIDAY,
        title="Occasion",
        description="which day of the calendar",
        json_schema_extra=shown("日子", "日历中的哪一天"),
    )
    holiday: str = Field(
        "",
        title="Holiday",
        description="only of this holiday; none for any",
        json_schema_extra=shown("节日", "仅此节日；留空为任一"),
    )
    plan: str = Field(
        "", title="Plan", description="id of another plan", json_schema_extra=shown("预案", "另一预案")
    )
    plan_event: PlanEvent = Field(
        PlanEvent.ENDED,
        title="When",
        description="what the other plan must have done",
        json_schema_extra=shown("何时", "另一预案启动、结束或失败时"),
    )
    event: str = Field(
        "",
        pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$",
        title="Event",
        description="type of a business event, as webhooks have them",
        json_schema_extra=shown("业务事件", "事件类型，与 Webhook 相同"),
    )
    subject: str = Field(
        "",
        max_length=200,
        title="Subject",
        description="how the name of the object begins, such as houses/; none for any",
        json_schema_extra=shown("对象", "对象名称的开头，如 houses/；留空为不限"),
    )
