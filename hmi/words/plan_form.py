"""Words of the form of a linkage plan and of its simulation. Labels of its fields stand in the schema."""

from typing import Final

from actors.linkage.simulation import Kind
from config.text import Text

EDIT = Text("预案“{name}”", "Plan “{name}”")
NEW = Text("新建预案", "New plan")
NO_PLAN = Text("配置版本 {version} 中没有预案 {plan}", "Version {version} has no plan {plan}")
READ_ONLY = Text("您可以查看，不能修改", "You may look at it, not change it")
BASICS = Text("基本", "The plan")
TRIGGERS = Text("触发（任一）", "Triggers (any of them)")
CONDITIONS = Text("条件（全部成立）", "Conditions (all of them)")
STEPS = Text("动作", "Steps")
END = Text("结束与恢复", "End and restoring")
FEEDBACK = Text("反馈", "Feedback")
CHINESE = Text("{label}（中文）", "{label} (Chinese)")
ENGLISH = Text("{label}（英文）", "{label} (English)")
ADD_TRIGGER = Text("添加触发", "Add a trigger")
ADD_CONDITION = Text("添加条件", "Add a condition")
ADD_STEP = Text("添加动作", "Add a step")
REMOVE_ROW = Text("去掉", "Remove")
MOVE_UP = Text("上移", "Move up")
ROW = Text("第 {number} 项", "Number {number}")
TREE = Text("设备", "Devices")
TREE_HINT = Text(
    "先点表单中的字段，再在这里点测点、设备或报警。",
    "Click a field of the form, then a point, device or alarm here.",
)
FILTER = Text("设备或测点", "Device or point")
FIND = Text("查找", "Find")
MORE_DEVICES = Text("还有 {count} 台，请查找", "{count} more; find them by name")
PUT_DEVICE = Text("（此设备）", "(this device)")
WARNINGS = Text("请注意：", "Please note:")
NEVER_SIMULATED = Text(
    "预案将启用，但按现在的内容还没有模拟过：请先在下方模拟，确认结果。",
    "The plan is to be enabled and was never simulated as it stands: simulate it below first.",
)
NOT_YET_SIMULATED = Text("按现在的内容还没有模拟过", "It was never simulated as it stands")
SIMULATED_PAST = Text(
    "{time} 由 {user} 对照 {length}的历史模拟过：启动 {runs} 次，{failed} 个动作未成功",
    "Simulated on {time} by {user} against {length} of history: {runs} starts, {failed} steps not done",
)
SIMULATED_HAND = Text(
    "{time} 由 {user} 按假设模拟过（{length}）：启动 {runs} 次，{failed} 个动作未成功",
    "Simulated on {time} by {user} by hand, {length}: {runs} starts, {failed} steps not done",
)
DAYS = Text("{days} 天", "{days} days")
SIMULATED_ON = Text("模拟于 {day}", "simulated {day}")
NEVER = Text("从未模拟", "never simulated")
NOT_REMEMBERED = Text("模拟结果没有登记：{reason}", "The simulation was not recorded: {reason}")

SIMULATION = Text("模拟", "Simulation")
SIMULATION_HINT = Text(
    "不操作任何设备：按表单中的内容，看预案会在何时启动、做什么、被什么拒绝。",
    "Nothing is operated: what the plan as it stands in the form would start on, do, and be refused.",
)
BY_PAST = Text("按历史", "Against the past")
BY_HAND = Text("按假设", "By hand")
FROM = Text("从", "From")
TO = Text("到", "To")
AFTER = Text("第几秒", "At second")
WHAT = Text("发生什么", "What happens")
WHICH = Text("对象", "Of what")
VALUE = Text("值", "Value")
OBEYS = Text("反馈正常", "Feedback comes as it should")
LENGTH = Text("时长（秒）", "Seconds to play")
PLAY = Text("开始模拟", "Simulate")
KINDS: Final[dict[Kind, Text]] = {
    Kind.OCCURS: Text("报警发生", "An alarm occurs"),
    Kind.CLEARS: Text("报警消失", "An alarm clears"),
    Kind.VALUE: Text("测点的值为", "A point reads"),
    Kind.OPERATES: Text("人员操作测点", "A person operates a point"),
    Kind.PUSHES: Text("按下预案按钮", "A plan's button is pressed"),
    Kind.CONFIRMS: Text("人员核实属实", "A person confirms"),
    Kind.RESTORES: Text("人员恢复", "A person restores"),
    Kind.HAPPENS: Text("业务事件", "A business event"),
}
NOT_PLAYABLE = Text("请先改正预案中的错误，再模拟", "Correct the plan first, then simulate it")
WRONG_TIME = Text("请填写时间：从、到，最多 31 天", "Enter from and to, at most 31 days")
WRONG_ROW = Text(
    "第 {number} 行不完整或不存在：{named}", "Line {number} is not complete, or there is none: {named}"
)
NOTHING_STARTED = Text("没有任何预案会启动", "No plan would have started")
UNKNOWN_POINTS = Text("没有这些测点的数据：{points}", "Nothing is known of these points: {points}")
FAILED = Text("模拟没有完成：{error}", "The simulation did not end: {error}")
TIMELINE = Text("时间线", "Timeline")
WHEN = Text("时间", "Time")
EVENT = Text("事件", "What happens")
DID = Text("动作“{step}”：{state} {detail}", "step “{step}”: {state} {detail}")
STARTS = Text("“{plan}”启动（{level} 级）", "“{plan}” starts (level {level})")
OPENS = Text("“{plan}”等待核实", "“{plan}” waits to be verified")
REFUSES = Text("“{plan}”未启动：{detail}", "“{plan}” does not start: {detail}")
ENDS = Text("“{plan}”结束：{outcome}", "“{plan}” ends: {outcome}")
WRITES = Text("写 {point} = {value}", "writes {point} = {value}")
PUTS_BACK = Text("恢复 {point} = {value}", "puts back {point} = {value}")
LOSES = Text("让位，不写 {point}：{detail}", "loses {point}: {detail}")
