"""Words of the dialog that writes a point, and of what comes back."""

from config.text import Text

SET_POINT = Text("设定 {point}", "Set {point}")
CURRENT_VALUE = Text("当前值", "Current value")
NEW_VALUE = Text("新值", "New value")
LIMITS = Text("允许范围", "Allowed range")
ANY_TEXT = Text("任意文字；留空为清除", "Any text; empty clears it")
VERIFIED_BY = Text("确认方式", "Confirmed by")
READ_BACK = Text("回读", "Read-back")
FEEDBACK = Text("反馈点 {point}", "Feedback point {point}")
NOT_VERIFIED = Text("无回读", "Nothing to read back")
REASON = Text("理由", "Reason")
REASON_DETAIL = Text("说明（户号、文号等）", "Details (account, document ...)")
TAKES_TWO = Text(
    "须由两人操作：您提出，另一人在 5 分钟内执行",
    "Takes two persons: you ask, another carries it out within 5 minutes",
)
ASK = Text("提出操作", "Ask for it")
ASKED_FOR = Text("已提出，等待另一人执行", "Asked for; another person carries it out")
WAITS = Text(
    "{by} 提出：{point} = {value}，理由：{reason}；{until} 前有效",
    "{by} asks for {point} = {value}, reason: {reason}; until {until}",
)
CARRY_OUT = Text("核对并执行", "Check and carry out")
WITHDRAW = Text("撤回", "Withdraw")
DECLINE = Text("不执行", "Decline")
SECOND_SURE = Text("确认执行此操作？", "Carry this out?")
WAITING = Text("{count} 项操作等待第二人执行", "Operations waiting for a second person: {count}")
SELECT = Text("核对", "Check")
CONFIRM_WRITE = Text("确认执行", "Confirm")
SELECTED = Text("检查通过，请在 10 秒内确认执行", "Checks passed; confirm within 10 seconds")
VALUE_MISSING = Text("请输入数值", "Enter a value")
NOT_A_NUMBER = Text("“{value}” 不是数值", "“{value}” is not a number")
OUT_OF_LIMITS = Text(
    "{value} 超出允许范围 {low} 至 {high} {unit}", "{value} is outside the allowed {low} to {high} {unit}"
)
READ_BACK_VALUE = Text("回读值 {value}", "read back {value}")
SENT = Text("已发送", "Sent")
COMMAND_NO_ANSWER = Text("没有应答", "No answer")
