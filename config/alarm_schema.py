"""The tables of a site file that say how alarms are handled: classes, topology, stations."""

from typing import Annotated

from pydantic import Field

from config.rules import Priority
from config.site import NodeKind
from config.table import ID_RULE, Flag, Id, Number, Table, TextTable, shown

Telephone = Annotated[str, Field(max_length=40)]


class StepTable(Table):
    """A line of a checklist."""

    text: TextTable = Field(
        title="Text",
        description="what the operator does",
        json_schema_extra=shown("步骤", "值班员要做什么"),
    )
    within_s: Number = Field(
        0,
        ge=0,
        title="Within",
        description="seconds from the alarm on; 0 for no hurry",
        json_schema_extra=shown("时限", "从报警起多少秒内；0 为不限", unit="s"),
    )
    camera: str = Field(
        "",
        title="Camera",
        description="device/point of the preset that it calls up",
        json_schema_extra=shown("摄像机", "调看的预置位：设备/测点"),
    )
    telephone: Telephone = Field(
        "",
        title="Telephone",
        description="a number that is shown, never dialled",
        json_schema_extra=shown("电话", "只显示，不自动拨打"),
    )


class AlarmClassTable(Table):
    id: Id = Field(
        title="Id",
        description=f"the class's id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符，最多 64 个"),
    )
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "类别的名称")
    )
    event: Flag = Field(
        default=False,
        title="Event",
        description="journaled only: neither shown nor told to anybody",
        json_schema_extra=shown("只记录", "只记入报警记录，不显示也不通知"),
    )
    acknowledge_return: Flag = Field(
        default=True,
        title="Acknowledge return",
        description="an alarm that returned unseen waits for an acknowledgement",
        json_schema_extra=shown("恢复后须确认", "未确认就恢复的报警仍等待确认"),
    )
    latched: Flag = Field(
        default=False,
        title="Latched",
        description="stays until it is reset",
        json_schema_extra=shown("锁定", "恢复后仍保留，直到复位"),
    )
    re_alarm_s: Number = Field(
        0,
        ge=0,
        title="Re-alarm",
        description="seconds to a second annunciation; 0 for none",
        json_schema_extra=shown("再次提示", "确认后仍存在，多少秒后再次提示；0 为不提示", unit="s"),
    )
    verdict: Flag = Field(
        default=False,
        title="Verdict",
        description="reset only with a verdict; such alarms latch",
        json_schema_extra=shown("须有结论", "登记结论后才能复位；这类报警会锁定"),
    )
    shelve_limit_s: Number = Field(
        28_800,
        ge=0,
        title="Shelve limit",
        description="longest time on the shelf in seconds; 0 for never",
        json_schema_extra=shown("最长搁置", "一次最多搁置多少秒；0 为不能搁置", unit="s"),
    )
    checklist: list[StepTable] = Field(
        [],
        title="Checklist",
        description="what the operator ticks",
        json_schema_extra=shown("处置清单", "值班员逐项完成"),
    )
    order_team: str = Field(
        "",
        title="Work order",
        description="the team that gets one; none if left out",
        json_schema_extra=shown("工单班组", "报警时给哪个班组开工单；空为不开"),
    )
    order_priority: Priority = Field(
        Priority.LOW,
        title="Work order from",
        description="the least urgent alarm that gets a work order",
        json_schema_extra=shown("开单最低级别", "低于这个级别的报警不开工单"),
    )
    order_after_s: Number = Field(
        0,
        ge=0,
        le=604_800,
        title="Work order after",
        description="seconds that an alarm must stand before it gets a work order; 0 for at once",
        json_schema_extra=shown("持续多久开单", "持续多少秒仍未消除才开工单；0 为立即", unit="s"),
    )


class NodeTable(Table):
    id: Id = Field(title="Id", description=f"the node's id: {ID_RULE}")
    name: TextTable = Field(title="Name", description="what people call it")
    kind: NodeKind = Field(title="Kind", description="feeder, gateway or network")
    zone: str = Field("", title="Zone", description="id of the zone whose alarm it is; the root if left out")
    parent: str = Field("", title="Parent", description="id of the node on which it hangs")
    alarm: str = Field("", title="Alarm", description="device/point/rule that says it is out")


class StationTable(Table):
    id: Id = Field(
        title="Id",
        description=f"the station's id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符，最多 64 个"),
    )
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "值班台的名称")
    )
    zones: list[str] = Field(
        [],
        title="Zones",
        description="ids of its zones, all below included; none: all",
        json_schema_extra=shown("负责区域", "包括其下级；都不选为全园区"),
    )
