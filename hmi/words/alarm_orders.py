"""Words of the page of alarm orders."""

from typing import Final

from config.text import Text

TEAMS: Final[dict[str, Text]] = {
    "engineering": Text("工程维修", "Engineering"),
    "lift-maintenance": Text("电梯维保", "Lift maintenance"),
    "electrical": Text("电工", "Electrical"),
    "plumbing": Text("管道", "Plumbing"),
}
"""Of the classes and plans that come with the program; a site names its own as it likes."""

ORDERS = Text("报警工单", "Alarm orders")
NUMBER = Text("工单号", "Number")
WHAT = Text("事由", "What")
CAUSE = Text("报警类别或预案", "Class or plan")
TEAM = Text("班组", "Team")
OPENED = Text("开单时间", "Opened")
TIMES = Text("次数", "Times")
RESULT = Text("处理结果", "Result")
ACTIONS = Text("操作", "Actions")
STATE = Text("状态", "State")
OPEN = Text("未关闭", "Open")
CLOSED = Text("已关闭", "Closed")
ALL = Text("全部", "All")
DEVICE = Text("设备编号", "Device number")
SEARCH = Text("查询", "Search")
STANDS = Text("报警未消除", "The alarm stands")
OVER = Text("报警已消除 {at}", "The alarm is over since {at}")
ASKED_BY_PLAN = Text("预案要求", "Asked for by a plan")
CLOSED_AT = Text("{at} {by} 关闭", "Closed {at} by {by}")
VERDICT = Text("结论：{verdict}", "Verdict: {verdict}")
CLOSE = Text("关闭工单", "Close the order")
CLOSE_ONE = Text("关闭工单 {number}", "Close order {number}")
RESULT_HINT = Text(
    "报警以本工单退出服务的，同时恢复服务；未确认的，同时确认。",
    "An alarm that is out of service under this order is put back; one that waits is acknowledged.",
)
TAKE_OUT = Text("退出服务", "Take out of service")
TAKE_OUT_ONE = Text("报警退出服务，工单 {number}", "Take the alarm out of service under order {number}")
UNTIL = Text("到（含当日，可空）", "Until, that day included; may be left open")
REASON = Text("原因", "Reason")
BAD_DAY = Text("“{day}”不是今天或以后的日期", "{day} is no date from today on")
ALARM_LEFT = Text(
    "工单已关闭；您没有“{permission}”权限，报警仍待处理",
    "The order is closed; without the permission {permission!r} you leave the alarm as it is",
)
POLICY = Text(
    "报警类别设有班组的，报警时自动开工单；同一报警在工单未关闭时再次发生，计入该工单。测试、演练、施工状态下不开工单。",
    "An alarm of a class that names a team opens an order; while it is open, further occurrences join it. "
    "None is opened under a test, drill or works mode.",
)
NO_ORDERS = Text("没有工单", "No order")
