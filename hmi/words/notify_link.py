"""Words of the page behind a link in a message."""

from typing import Final

from config.notification import Progress
from config.text import Text

TITLE = Text("报警应答", "Answer an alarm")
WHERE = Text("位置", "Where")
LEVEL = Text("级别", "How bad")
SINCE = Text("发生", "Since")
TEAM = Text("呼叫", "Called")
SENT_TO = Text("发给", "Sent to")
PROGRESS = Text("进展", "Progress")
BY = Text("{progress}：{name} 于 {time}", "{progress}: {name} at {time}")
OVER = Text("这次呼叫已经结束，无须再应答。", "This call is over: no answer is needed any more.")
TOO_OFTEN = Text("操作过于频繁，请一分钟后再试。", "Too many requests: try again in a minute.")
AWAY = Text(
    "系统暂时没有应答，您的操作没有记录。请稍后重试，紧急情况请致电中控室。",
    "The system does not answer, and nothing was recorded. Try again in a moment; in an emergency call the "
    "control room.",
)
INVALID = Text(
    "链接无效或已过期。请打开最新的消息，或致电中控室。",
    "This link is wrong or over. Open the newest message, or call the control room.",
)
BUTTONS: Final[dict[Progress, Text]] = {
    Progress.ACKNOWLEDGED: Text("确认收到", "Acknowledge"),
    Progress.ON_THE_WAY: Text("我已出发", "I am on the way"),
    Progress.ON_SITE: Text("我已到场", "I am there"),
    Progress.DONE: Text("处理完成", "It is done"),
    Progress.CALLING: Text("我去不了，转交下一位", "I cannot: pass it on"),
}
RECORDED: Final[dict[Progress, Text]] = {
    Progress.ACKNOWLEDGED: Text("已记录：确认收到。", "Recorded: acknowledged."),
    Progress.ON_THE_WAY: Text("已记录：在途。", "Recorded: on the way."),
    Progress.ON_SITE: Text("已记录：到场。", "Recorded: on site."),
    Progress.DONE: Text("已记录：处理完成。", "Recorded: done."),
    Progress.CALLING: Text("已转交，将呼叫下一位。", "Passed on: the next one is called."),
}
