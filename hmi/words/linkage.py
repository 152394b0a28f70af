"""Words of linkage: plans, what starts them, what they do, and what came of it."""

from typing import Final

from actors.messages import Outcome, RunState, StepState
from config.plans import (
    DayKind,
    EndWhen,
    Occasion,
    OnFailure,
    PlanEvent,
    PlanGroup,
    Restore,
    Role,
    StepKind,
    TriggerKind,
)
from config.text import Text

LINKAGE = Text("联动", "Linkage")
PLANS = Text("联动预案", "Linkage plans")
PLAN = Text("预案", "Plan")
RUNS = Text("联动记录", "Runs of plans")
RUN = Text("联动运行", "Run of a plan")
RUN_NUMBER = Text("第 {run} 次运行", "Run {run}")

GROUPS: Final[dict[PlanGroup, Text]] = {
    PlanGroup.FIRE: Text("火灾", "Fire"),
    PlanGroup.FLOOD: Text("漏水", "Flood"),
    PlanGroup.INTRUSION: Text("入侵", "Intrusion"),
    PlanGroup.POWER: Text("停电", "Power loss"),
    PlanGroup.COMFORT: Text("舒适", "Comfort"),
    PlanGroup.ENERGY: Text("节能", "Energy"),
    PlanGroup.OTHER: Text("其他", "Other"),
}
TRIGGERS: Final[dict[TriggerKind, Text]] = {
    TriggerKind.ALARM: Text("报警", "Alarm"),
    TriggerKind.VALUE: Text("数值", "Value"),
    TriggerKind.SCHEDULE: Text("定时", "Schedule"),
    TriggerKind.CALENDAR: Text("日历", "Calendar"),
    TriggerKind.BUTTON: Text("手动按钮", "Button"),
    TriggerKind.PLAN: Text("其他预案", "Another plan"),
    TriggerKind.BUSINESS: Text("业务事件", "Business event"),
}
DAYS: Final[dict[DayKind, Text]] = {
    DayKind.WORKDAY: Text("工作日", "workdays"),
    DayKind.DAY_OFF: Text("休息日", "days off"),
    DayKind.HOLIDAY: Text("节假日", "holidays"),
    DayKind.MAKE_UP: Text("调休上班日", "make-up workdays"),
    DayKind.MONDAY: Text("星期一", "Mondays"),
    DayKind.TUESDAY: Text("星期二", "Tuesdays"),
    DayKind.WEDNESDAY: Text("星期三", "Wednesdays"),
    DayKind.THURSDAY: Text("星期四", "Thursdays"),
    DayKind.FRIDAY: Text("星期五", "Fridays"),
    DayKind.SATURDAY: Text("星期六", "Saturdays"),
    DayKind.SUNDAY: Text("星期日", "Sundays"),
}
OCCASIONS: Final[dict[Occasion, Text]] = {
    Occasion.FIRST_DAY_OF_HOLIDAY: Text("节假日第一天", "first day of a holiday"),
    Occasion.LAST_DAY_OF_HOLIDAY: Text("节假日最后一天", "last day of a holiday"),
    Occasion.LAST_WORKDAY_BEFORE_HOLIDAY: Text("节前最后一个工作日", "last workday before a holiday"),
    Occasion.FIRST_WORKDAY_AFTER_HOLIDAY: Text("节后第一个工作日", "first workday after a holiday"),
    Occasion.MAKE_UP_WORKDAY: Text("调休上班日", "make-up workday"),
}
PLAN_EVENTS: Final[dict[PlanEvent, Text]] = {
    PlanEvent.STARTED: Text("启动时", "has started"),
    PlanEvent.ENDED: Text("结束时", "has ended"),
    PlanEvent.FAILED: Text("失败时", "has failed"),
}
STEPS: Final[dict[StepKind, Text]] = {
    StepKind.WRITE: Text("写测点", "Write a point"),
    StepKind.GROUP: Text("执行测点组", "Run a group"),
    StepKind.WATCH: Text("查看反馈", "Watch a feedback"),
    StepKind.CAMERA: Text("调出摄像机", "Call up a camera"),
    StepKind.SPEAK: Text("中控播报", "Speak in the control room"),
    StepKind.BROADCAST: Text("广播", "Broadcast"),
    StepKind.NOTICE: Text("发布通知", "Publish a notice"),
    StepKind.NOTIFY: Text("通知值班人员", "Notify a roster"),
    StepKind.ORDER: Text("派工单", "Open a work order"),
    StepKind.SHELVE: Text("搁置报警类别", "Shelve a class"),
    StepKind.PLAN: Text("启动其他预案", "Start a plan"),
}
ROLES: Final[dict[Role, Text]] = {
    Role.PRIMARY: Text("主要", "Primary"),
    Role.AUXILIARY: Text("辅助", "Auxiliary"),
}
FAILURES: Final[dict[OnFailure, Text]] = {
    OnFailure.GO_ON: Text("继续", "Go on"),
    OnFailure.STOP: Text("停止预案", "Stop the plan"),
    OnFailure.RETRY: Text("重试", "Try again"),
}
RESTORES: Final[dict[Restore, Text]] = {
    Restore.NOTHING: Text("不恢复", "Nothing"),
    Restore.BEFORE: Text("恢复原值", "What it was before"),
    Restore.VALUE: Text("恢复为指定值", "A given value"),
}
ENDS: Final[dict[EndWhen, Text]] = {
    EndWhen.DONE: Text("动作全部完成", "When every step is done"),
    EndWhen.CLEARED: Text("触发消失", "When what started it is over"),
    EndWhen.AFTER: Text("到时结束", "After a time"),
    EndWhen.HAND: Text("人工结束", "By hand"),
}
RUN_STATES: Final[dict[RunState, Text]] = {
    RunState.VERIFYING: Text("待核实", "To be verified"),
    RunState.PREPARING: Text("准备中", "Preparing"),
    RunState.RUNNING: Text("执行中", "Running"),
    RunState.HOLDING: Text("保持中", "Holding"),
    RunState.AWAITING: Text("待人工恢复", "To be restored by hand"),
    RunState.RESTORING: Text("恢复中", "Restoring"),
    RunState.ENDED: Text("已结束", "Ended"),
}
OUTCOMES: Final[dict[Outcome, Text]] = {
    Outcome.OPEN: Text("进行中", "Under way"),
    Outcome.DONE: Text("完成", "Done"),
    Outcome.INCOMPLETE: Text("未全部完成", "Incomplete"),
    Outcome.FAILED: Text("有动作失败", "Failed"),
    Outcome.STOPPED: Text("已停止", "Stopped"),
    Outcome.REJECTED: Text("核实为误报", "Rejected"),
    Outcome.EXPIRED: Text("核实前信号消失", "Over before anybody confirmed"),
    Outcome.REFUSED: Text("未启动", "Did not start"),
}
STEP_STATES: Final[dict[StepState, Text]] = {
    StepState.PENDING: Text("等待", "Waiting"),
    StepState.ORDERED: Text("已下达", "Ordered"),
    StepState.CHECKING: Text("等待反馈", "Awaiting feedback"),
    StepState.DONE: Text("完成", "Done"),
    StepState.FAILED: Text("失败", "Failed"),
    StepState.LOST: Text("让位", "Lost the point"),
    StepState.UNKNOWN: Text("结果不明", "Nobody knows"),
    StepState.SKIPPED: Text("跳过", "Skipped"),
}
ORDER_STAGES: Final[dict[str, Text]] = {
    "": Text("已下达", "Ordered"),
    "lost": Text("让位", "Lost"),
    "skipped": Text("无须执行", "Not needed"),
}
"""Of commands beyond those of `words.STAGES`."""

# --- the list
NAME = Text("名称", "Name")
ENABLED = Text("启用", "Enabled")
DISABLED = Text("停用", "Not enabled")
LEVEL = Text("级别", "Level")
GROUP = Text("类型", "Group")
TRIGGER = Text("触发", "Trigger")
CAUSE = Text("起因", "Cause")
LAST_RUN = Text("最近一次", "Last run")
NEVER = Text("从未", "never")
STATE = Text("状态", "State")
RESULT = Text("结果", "Result")
BEGAN = Text("开始", "Began")
ENDED = Text("结束", "Ended")
WHO = Text("人员", "Person")
NEW_PLAN = Text("新建预案", "New plan")
NO_PLANS = Text(
    "还没有联动预案。系统管理员可在此新建。", "There are no plans yet. A system administrator adds them here."
)
NO_RUNS = Text("没有符合条件的记录", "No run fits")
NOT_UNDER_WAY = Text("没有正在运行的预案", "No plan is running")
UNDER_WAY = Text("正在运行", "Under way")
TO_VERIFY = Text("等待核实", "To be verified")
VERIFY_HINT = Text(
    "只有一个信号。请查看摄像机或派人到场，在计时结束前核实。",
    "One signal alone. Look at the camera or send somebody, and answer before the clock has run out.",
)
LEFT = Text("剩余 {time}", "{time} left")
OVERDUE = Text("已超时 {time}，请立即核实", "Overdue by {time}: answer now")
CONFIRM = Text("确认属实", "It is real")
REJECT = Text("误报", "It is none")
START = Text("启动", "Start")
STOP = Text("停止", "Stop")
RESTORE = Text("恢复", "Restore")
RELEASE = Text("释放", "Release")
REASON = Text("原因", "Reason")
NOTE = Text("说明", "Note")
REASON_NEEDED = Text("请填写原因", "Say why")
START_IT = Text("手动启动“{name}”？", "Start “{name}” by hand?")
STOP_IT = Text(
    "停止“{name}”？后续动作不再执行，已写入的按预案恢复。",
    "Stop “{name}”? Nothing further is done, and what it wrote is put back as at its end.",
)
RESTORE_IT = Text(
    "结束“{name}”并恢复它写入的值？请先确认现场安全。",
    "End “{name}” and put back what it wrote? Make sure first that the place is safe.",
)
CONFIRM_IT = Text("确认“{name}”属实并执行？", "Is “{name}” real, and is it to go on?")
REJECT_IT = Text("“{name}”是误报？", "Is “{name}” a false alarm?")
RELEASE_IT = Text("释放 {point}，允许预案写入？", "Release {point}, so that plans write it again?")
HELD = Text("被占用的测点", "Points that are held")
HELD_NONE = Text("没有测点被占用", "No point is held")
POINT = Text("测点", "Point")
VALUE = Text("值", "Value")
HOLDER = Text("由谁占用", "Held by")
BY_PERSON = Text("{user} 人工操作", "{user}, by hand")
BY_PLAN = Text("预案“{plan}”，{level} 级", "plan “{plan}”, level {level}")
SINCE = Text("自", "Since")
UNTIL = Text("至", "Until")
AS_LONG = Text("运行结束", "the run ends")
LOSERS = Text("让位的预案", "Plans that lost it")
FAILING = Text("正在运行的预案中有 {count} 个动作失败", "{count} steps of the runs under way have failed")
CALENDAR_MISSING = Text(
    "日历没有 {year} 年的节假日：按周末判断，请补充",
    "The calendar does not know the holidays of {year}: weekends alone count, enter them",
)
CALENDAR = Text("日历", "Calendar")
MARK = Text("标记：{mode}", "Marked {mode}")

# --- triggers in words
OF_CLASS = Text("“{name}”类报警", "alarms of class {name}")
ANY_ALARM = Text("任一报警", "any alarm")
IN_ZONE = Text("{zone}内", "in {zone}")
AT_LEAST = Text("{priority}级及以上", "{priority} or more urgent")
FOR_SECONDS = Text("持续 {seconds} 秒", "for {seconds} s")
DAILY_AT = Text("每天 {time}", "every day at {time}")
DAYS_AT = Text("{days}的 {time}", "{days} at {time}")
SEASON = Text("{first} 至 {last}", "{first} to {last}")
OF_PLAN = Text("预案“{plan}”{event}", "plan “{plan}” {event}")
SIGNALS = Text("须有 {count} 个独立信号", "{count} independent signals needed")

# --- history and one run
SEARCH = Text("查询", "Search")
CLEAR = Text("清除条件", "Clear")
FROM = Text("从", "From")
TO = Text("到", "To")
NEWEST = Text("最新", "Newest")
OLDER = Text("更早", "Older")
RUNS_AWAY = Text("暂时查不到联动记录：{error}", "The runs cannot be read now: {error}")
NO_RUN = Text("没有第 {run} 次运行", "There is no run {run}")
REPEATED = Text("同样的原因又有 {count} 次", "and {count} times more for the same reason")
PARENT = Text("由第 {run} 次运行启动", "Started by run {run}")
VERSION = Text("配置版本 {version}", "Configuration version {version}")
SIGNALS_TITLE = Text("信号", "Signals")
SIGNAL = Text("信号", "Signal")
SOURCE_TIME = Text("发生时间", "Source time")
CLEARED = Text("消失时间", "Over at")
STANDING = Text("仍在", "still standing")
STEPS_TITLE = Text("动作", "Steps")
STEP = Text("动作", "Step")
KIND = Text("种类", "Kind")
ROLE = Text("主辅", "Role")
ATTEMPT = Text("次数", "Attempts")
DETAIL = Text("说明", "Detail")
ORDERS_TITLE = Text("命令", "Commands")
RESTORING_TITLE = Text("恢复", "What was restored")
BEFORE = Text("原值", "Before")
STAGE = Text("执行结果", "How far it came")
OPENED = Text("触发时间", "Opened")
FINISHED = Text("动作完成", "Steps finished")
