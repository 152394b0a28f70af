"""Words of calls and messages: who is told, by what, how far it has come."""

from typing import Final

from config.notification import Audience, Medium, Progress, Stop
from config.text import Text

NOTIFICATION = Text("通知", "Notification")
MEDIA: Final[dict[Medium, Text]] = {
    Medium.SMS: Text("短信", "SMS"),
    Medium.VOICE: Text("电话", "Call"),
    Medium.EMAIL: Text("邮件", "E-mail"),
    Medium.CHAT: Text("群机器人", "Chat"),
    Medium.PUSH: Text("手机推送", "Push"),
    Medium.SPEAKER: Text("音箱", "Speaker"),
}
OWN_MEDIA = Text("按各人设置", "each person's own")
AUDIENCES: Final[dict[Audience, Text]] = {
    Audience.ON_DUTY: Text("当值人员", "Whoever is on duty"),
    Audience.LEADER: Text("班长", "Leader"),
    Audience.MANAGER: Text("经理", "Manager"),
    Audience.MEMBERS: Text("全体成员", "Everybody in it"),
    Audience.PHONE: Text("值班电话", "Duty phone"),
}
STOPS: Final[dict[Stop, Text]] = {
    Stop.ANSWER: Text("有人应答", "Somebody answers"),
    Stop.RETURN: Text("报警恢复", "The alarm is over"),
}
PROGRESS: Final[dict[Progress, Text]] = {
    Progress.CALLING: Text("呼叫中", "Calling"),
    Progress.ACKNOWLEDGED: Text("已确认", "Acknowledged"),
    Progress.ON_THE_WAY: Text("在途", "On the way"),
    Progress.ON_SITE: Text("已到场", "On site"),
    Progress.DONE: Text("已完成", "Done"),
}
SAY_PROGRESS: Final[dict[Progress, Text]] = {
    Progress.ACKNOWLEDGED: Text("确认", "Acknowledge"),
    Progress.ON_THE_WAY: Text("出发", "On the way"),
    Progress.ON_SITE: Text("到场", "On site"),
    Progress.DONE: Text("完成", "Done"),
    Progress.CALLING: Text("转交", "Pass on"),
}
LANGUAGES: Final[dict[str, Text]] = {"zh": Text("中文", "Chinese"), "en": Text("英文", "English")}
DUTY_PHONE_OF = Text("{team}值班电话", "Duty phone of {team}")
AWAY = Text(
    "通知进程没有应答：{error}。正在进行的呼叫不受此页影响",
    "The notifier does not answer: {error}. Calls under way do not depend on this page",
)
