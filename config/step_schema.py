"""The actions of a linkage plan as tables of a site file."""

from pydantic import Field

from config.plans import OnFailure, Restore, Role, StepKind
from config.rules import Priority
from config.table import ID_RULE, Id, Number, Table, TextTable, Whole, shown
from config.trigger_schema import ConditionTable, PointRef

Value = Number | Whole | str


class FeedbackTable(ConditionTable):
    """What shows that the step took effect."""

    within_s: Number = Field(
        10,
        gt=0,
        le=3600,
        title="Within",
        description="seconds until it must hold, to 3600",
        json_schema_extra=shown("期限", "须在多少秒内成立，至多 3600", unit="s"),
    )


class StepTable(Table):
    """One action of a plan; the kind says which keys count."""

    id: Id = Field(
        title="Id",
        description=f"the step's id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符"),
    )
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "动作的名称")
    )
    kind: StepKind = Field(
        title="Kind", description="what it does", json_schema_extra=shown("动作", "做什么")
    )
    after: list[str] = Field(
        [],
        title="After",
        description="ids of the steps before; none to begin at once",
        json_schema_extra=shown("前序", "在哪些动作之后；留空为立即"),
    )
    delay_s: Number = Field(
        0,
        ge=0,
        le=86400,
        title="Delay",
        description="seconds to wait, 0 to 86400",
        json_schema_extra=shown("延时", "等待多少秒", unit="s"),
    )
    point: PointRef = Field(
        "", title="Point", description="device/point to write", json_schema_extra=shown("测点", "设备/测点")
    )
    value: Value | None = Field(
        None, title="Value", description="what is written", json_schema_extra=shown("值", "写入的值")
    )
    group: str = Field(
        "", title="Group", description="id of a group of points", json_schema_extra=shown("组", "测点组")
    )
    device: str = Field(
        "",
        title="Camera",
        description="id of the camera to call up",
        json_schema_extra=shown("摄像机", "要调出的摄像机"),
    )
    zone: str = Field(
        "",
        title="Zone",
        description="where it is meant; none for everywhere",
        json_schema_extra=shown("区域", "针对的区域；留空为全部"),
    )
    text: TextTable | None = Field(
        None,
        title="Text",
        description="what is said, shown or ordered",
        json_schema_extra=shown("文字", "播报、显示或下达的内容"),
    )
    roster: str = Field(
        "",
        title="Roster",
        description="who is notified: a roster's id",
        json_schema_extra=shown("值班表", "通知哪个值班表"),
    )
    team: str = Field(
        "",
        title="Team",
        description="who gets the work order",
        json_schema_extra=shown("班组", "工单派给哪个班组"),
    )
    priority: Priority = Field(
        Priority.MEDIUM,
        title="Priority",
        description="of the work order or notification",
        json_schema_extra=shown("优先级", "工单或通知的优先级"),
    )
    alarm_class: str = Field(
        "",
        title="Alarm class",
        description="the class that is shelved",
        json_schema_extra=shown("报警类别", "要搁置的类别"),
    )
    hours: Number = Field(
        1,
        gt=0,
        le=72,
        title="Hours",
        description="how long it is shelved, to 72",
        json_schema_extra=shown("时长", "搁置多久，至多 72", unit="h"),
    )
    plan: str = Field(
        "",
        title="Plan",
        description="id of the plan to start",
        json_schema_extra=shown("预案", "要启动的预案"),
    )
    feedback: FeedbackTable | None = Field(
        None,
        title="Feedback",
        description="what shows that it took effect",
        json_schema_extra=shown("反馈", "以何判断已生效"),
    )
    on_failure: OnFailure = Field(
        OnFailure.GO_ON,
        title="On failure",
        description="what follows when it fails",
        json_schema_extra=shown("失败时", "继续、停止或重试"),
    )
    retries: Whole = Field(
        0,
        ge=0,
        le=10,
        title="Retries",
        description="further attempts, to 10",
        json_schema_extra=shown("重试次数", "至多 10"),
    )
    role: Role = Field(
        Role.AUXILIARY,
        title="Role",
        description="primary or beside the primary one",
        json_schema_extra=shown("主辅", "主要动作或辅助动作"),
    )
    restore: Restore = Field(
        Restore.NOTHING,
        title="Restore",
        description="what the point gets when the plan ends",
        json_schema_extra=shown("恢复", "预案结束时测点恢复为何值"),
    )
    restore_value: Value | None = Field(
        None,
        title="Restored value",
        description="with restore = 'value'",
        json_schema_extra=shown("恢复值", "恢复方式为指定值时"),
    )
