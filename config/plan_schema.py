"""Linkage plans, and groups of points that they write together, as tables of a site file."""

from pydantic import Field

from config.plans import EndWhen, PlanGroup
from config.step_schema import StepTable, Value
from config.table import ID_RULE, Flag, Id, Number, Table, TextTable, Whole, shown
from config.trigger_schema import ConditionTable, TriggerTable


class EndTable(Table):
    """How the plan ends, and who puts back what it wrote."""

    when: EndWhen = Field(
        title="When", description="when it ends", json_schema_extra=shown("结束", "何时结束")
    )
    after_s: Number = Field(
        0,
        ge=0,
        le=604800,
        title="After",
        description="with when = 'after': seconds, to 604800",
        json_schema_extra=shown("时长", "到时结束：多少秒，至多 604800", unit="s"),
    )
    by_hand: Flag = Field(
        default=False,
        title="By hand",
        description="a person says when it is restored",
        json_schema_extra=shown("人工恢复", "由人员确认后恢复"),
    )


class PlanTable(Table):
    """A linkage plan."""

    id: Id = Field(
        title="Id",
        description=f"the plan's id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符"),
    )
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "预案的名称")
    )
    level: Whole = Field(
        5,
        ge=1,
        le=9,
        title="Level",
        description="1 wins over all others, to 9",
        json_schema_extra=shown("级别", "1 最高，至 9"),
    )
    enabled: Flag = Field(
        default=False,
        title="Enabled",
        description="whether anything starts it",
        json_schema_extra=shown("启用", "停用时不会启动"),
    )
    group: PlanGroup = Field(
        PlanGroup.OTHER,
        title="Group",
        description="what it is for",
        json_schema_extra=shown("类型", "火灾、漏水、入侵、停电、舒适、节能、其他"),
    )
    trigger: list[TriggerTable] = Field(
        [],
        max_length=50,
        title="Triggers",
        description="what starts it, any of them",
        json_schema_extra=shown("触发", "任一成立即启动"),
    )
    independent: Whole = Field(
        1,
        ge=1,
        le=5,
        title="Independent signals",
        description="from so many points, 1 to 5",
        json_schema_extra=shown("独立信号数", "须有几个不同测点的信号，1 至 5"),
    )
    within_s: Number = Field(
        300,
        gt=0,
        le=3600,
        title="Within",
        description="seconds in which these must come, to 3600",
        json_schema_extra=shown("时限", "这些信号须在多少秒内出现", unit="s"),
    )
    verification_s: Number = Field(
        180,
        gt=0,
        le=3600,
        title="Verification",
        description="seconds for a person to verify one signal alone, to 3600",
        json_schema_extra=shown("核实时限", "单个信号须在多少秒内核实", unit="s"),
    )
    condition: list[ConditionTable] = Field(
        [],
        max_length=50,
        title="Conditions",
        description="all must hold",
        json_schema_extra=shown("条件", "须全部成立"),
    )
    step: list[StepTable] = Field(
        [],
        max_length=200,
        title="Steps",
        description="what it does",
        json_schema_extra=shown("动作", "做什么"),
    )
    end: EndTable | None = Field(
        None, title="End", description="how it ends", json_schema_extra=shown("结束", "如何结束")
    )
    min_interval_s: Number = Field(
        60,
        ge=0,
        le=86400,
        title="Interval",
        description="seconds between two starts at least, to 86400",
        json_schema_extra=shown("最小间隔", "两次启动之间至少多少秒", unit="s"),
    )
    max_a_day: Whole = Field(
        0,
        ge=0,
        le=1000,
        title="A day",
        description="starts a day at most; 0 for no limit",
        json_schema_extra=shown("每日上限", "每天至多启动几次；0 为不限"),
    )
    modes: list[str] = Field(
        [],
        title="Modes",
        description="marks (test, drill, works) under which it runs all the same",
        json_schema_extra=shown("标记下运行", "带测试、演练、施工标记的信号是否也启动"),
    )


class MemberTable(Table):
    """Points of a group: one by name, or the same point of all devices that fit."""

    point: str = Field(
        title="Point",
        description="device/point, or a point's id with zone, profile or subsystem",
        json_schema_extra=shown("测点", "设备/测点；或仅测点代号，并指明区域、模板或子系统"),
    )
    value: Value = Field(title="Value", description="what it gets", json_schema_extra=shown("值", "写入的值"))
    zone: str = Field(
        "",
        title="Zone",
        description="devices in it or below",
        json_schema_extra=shown("区域", "该区域及其下级"),
    )
    profile: str = Field(
        "", title="Profile", description="devices of it", json_schema_extra=shown("模板", "该模板的设备")
    )
    subsystem: str = Field(
        "",
        title="Subsystem",
        description="devices of it",
        json_schema_extra=shown("子系统", "该子系统的设备"),
    )


class GroupTable(Table):
    """Points that are written together, such as a lighting scene."""

    id: Id = Field(
        title="Id",
        description=f"the group's id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符"),
    )
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "组的名称")
    )
    member: list[MemberTable] = Field(
        [],
        min_length=1,
        max_length=1000,
        title="Members",
        description="its points and their values",
        json_schema_extra=shown("成员", "测点及其值"),
    )
