"""Words of the pages of notification: policies and their rehearsal, the message log, calls, accounts."""

from typing import Final

from business.notifier.escalation import End
from business.notifier.messages import MessageState
from business.notifier.policy import Misfit
from config.text import Text

# --- policies and their rehearsal
POLICIES = Text("呼叫策略", "Call policies")
POLICIES_HINT = Text(
    "报警或预案发生时，从上到下第一条符合的策略生效。时间从开始呼叫算起；有人应答即停止，除非另有说明。",
    "Of an alarm or plan the first policy that fits counts, from the top. Times are from the beginning of "
    "the calls; an answer ends them unless it is said otherwise.",
)
NO_POLICIES = Text(
    "本站没有呼叫策略：报警不会通知任何人。请在“配置 / 通知”中建立。",
    "This site has no call policy: alarms call nobody. Make one under “Configuration / Notification”.",
)
EDIT = Text("修改", "Edit")
OFF = Text("已停用", "off")
NO_TEAM = Text(
    "没有班组：只用于预案点名的班组，报警不会通知任何人",
    "No team: it is for plans, which name one; of alarms it tells nobody",
)
UNKNOWN_TEAM = Text("班组 {team} 还没有建立", "the team {team} does not exist yet")
ALL_ALARMS = Text("所有报警和预案", "All alarms and plans")
EVERY = Text("每 {every}，{count} 次", "every {every}, {count} times")
IN_ORDER = Text("依次，间隔 {wait}", "one after the other, {wait} apart")
AT_ONCE = Text("立即", "at once")
AFTER = Text("{after}后", "after {after}")
AGAIN_AFTER = Text("{after}后从头再来", "all of it anew after {after}")
GIVES_UP = Text("全部走完后不再呼叫", "after all of it nobody is called any more")
ENDS_WITH = Text("停止：{what}", "Ends when: {what}")
NEVER_ENDS = Text("不因应答而停止：每一步都执行", "No answer ends it: every step is taken")
PROMISES: Final[dict[str, Text]] = {
    "acknowledged": Text("确认后 {limit} 内应出发", "on the way within {limit} of acknowledging"),
    "on-the-way": Text("出发后 {limit} 内应到场", "there within {limit} of leaving"),
    "on-site": Text("到场后 {limit} 内应办结", "done within {limit} of arriving"),
}
OR_ANEW = Text("否则重新呼叫", "or all of it begins anew")
REHEARSAL = Text("演练", "Rehearsal")
REHEARSAL_HINT = Text(
    "假如在某一时刻发生某个报警，谁会在何时被什么方式通知。不发送任何消息。",
    "If an alarm occurred at some time: who would be told, when, and by what. Nothing is sent.",
)
AT = Text("时刻", "At")
ALARM = Text("报警（设备/测点/规则）", "Alarm (device/point/rule)")
ALARM_HINT = Text(
    "填写后以报警为准；也可从报警页点“谁会被呼叫”",
    "It counts before what stands beside it; an alarm's page leads here too",
)
OR_ITS_KIND = Text("或按属性", "or by its properties")
PRIORITY = Text("级别", "Priority")
ZONE = Text("区域", "Zone")
SUBSYSTEM = Text("子系统", "Subsystem")
CLASS = Text("类别", "Class")
PLAN_TEAM = Text("预案点名的班组", "Team that a plan names")
AN_ALARM = Text("（报警，不是预案）", "(an alarm, no plan)")
REHEARSE = Text("演练", "Rehearse")
NO_SUCH_ALARM = Text(
    "没有报警 {name}；请写成 设备/测点/规则，例如 {example}",
    "There is no alarm {name}; write device/point/rule, such as {example}",
)
WHICH_COUNTS = Text("哪条策略生效", "Which policy counts")
COUNTS = Text("生效", "counts")
LATER = Text("符合，但前面已有生效的", "fits, but one before it counts")
MISFITS: Final[dict[Misfit, Text]] = {
    Misfit.DISABLED: Text("已停用", "is off"),
    Misfit.PRIORITY: Text("级别不符", "other priorities"),
    Misfit.ZONE: Text("区域不符", "other zones"),
    Misfit.SUBSYSTEM: Text("子系统不符", "other subsystems"),
    Misfit.CLASS: Text("类别不符", "other classes"),
    Misfit.HOURS: Text("不在时段内", "other hours"),
    Misfit.DAYS: Text("日子不符", "other days"),
}
NO_POLICY_COUNTS = Text("没有策略符合：谁也不会被通知", "No policy fits: nobody would be told")
WHO_IS_TOLD = Text("谁会被通知", "Who would be told")
OFFSET = Text("之后", "After")
TIME = Text("时间", "Time")
STEP = Text("步骤", "Step")
STEP_NUMBER = Text("第 {round} 轮第 {step} 步", "round {round}, step {step}")
REPEAT = Text("第 {repeat} 次重复", "repeat {repeat}")
PERSON = Text("人员", "Person")
MEDIUM = Text("方式", "By")
NOBODY = Text("谁也通知不到", "Nobody")
NOBODY_ON_DUTY = Text("{team}此时无人当值", "nobody of {team} is on duty then")
NOBODY_OF_RANK = Text("{team}没有这样的人", "{team} has nobody of that kind")
NO_PHONE = Text("{team}没有值班电话", "{team} has no duty phone")
NO_SUCH_TEAM = Text("没有班组 {team}", "there is no team {team}")
NO_TEAM_NAMED = Text("没有指定班组", "no team is named")
NO_WAY = Text(
    "没有可用的方式：没有号码、邮箱，或其设置此时不接收",
    "no way: no number or address, or the person's rules are silent then",
)
WHO_WOULD_BE_CALLED = Text("谁会被呼叫", "Who would be called")

# --- the message log
MESSAGES = Text("消息记录", "Message log")
MESSAGE = Text("消息", "Message")
SEARCH = Text("查询", "Search")
CLEAR = Text("清除条件", "Clear")
TEXT = Text("文字", "Text")
USER = Text("人员（用户名）", "Person (user name)")
ACCOUNT = Text("渠道", "Account")
EVENT = Text("事件", "Event")
STATE = Text("状态", "State")
SINCE = Text("从", "From")
UNTIL = Text("到", "To")
NEWEST = Text("最新", "Newest")
OLDER = Text("更早", "Older")
NO_MESSAGES = Text("没有消息", "No messages")
DECIDED = Text("时间", "Time")
TOLD = Text("内容", "What")
RECEIVER = Text("接收人", "Receiver")
DETAIL = Text("说明", "Detail")
ABOUT_ALARM = Text("只看报警 {name}", "Only about the alarm {name}")
ABOUT_CALL = Text("只看这次呼叫", "Only of this call")
STATES: Final[dict[MessageState, Text]] = {
    MessageState.WAITING: Text("等待发送", "Waiting"),
    MessageState.SENDING: Text("发送中", "Sending"),
    MessageState.HANDED: Text("已提交", "Handed over"),
    MessageState.DELIVERED: Text("已送达", "Delivered"),
    MessageState.FAILED: Text("失败", "Failed"),
    MessageState.GATHERED: Text("已并入汇总", "In a digest"),
    MessageState.WITHDRAWN: Text("已撤回", "Withdrawn"),
    MessageState.EXPIRED: Text("已过期", "Expired"),
}
ANSWERED = Text("{time} 应答", "answered at {time}")
PRIVATE = Text("内容涉及个人，不显示", "It is private and not shown")
ATTEMPTS = Text("尝试", "Attempts")
COST = Text("费用", "Cost")
HANDED = Text("提交时间", "Handed over at")
DUE = Text("计划时间", "Due at")
LANGUAGE = Text("语言", "Language")
CALL_OF = Text("呼叫", "Call")
ROUND_STEP = Text("第 {round} 轮，第 {step} 步", "round {round}, step {step}")
TRACE = Text("经过", "What came of it")
WHAT = Text("事情", "What")
NO_TRACE = Text("还没有经过", "Nothing has come of it yet")
NO_SUCH_MESSAGE = Text(
    "没有消息 {name}；可能已超过保留期限", "There is no message {name}; it may be older than what is kept"
)
TRACES: Final[dict[str, Text]] = {
    "sending": Text("开始发送", "sending"),
    "handed": Text("服务商已接收", "handed over"),
    "delivered": Text("已送达", "delivered"),
    "failed": Text("失败", "failed"),
    "unclear": Text("结果不明", "nobody knows"),
    "later": Text("稍后再试", "to be tried again"),
    "answered": Text("已应答", "answered"),
    "refused": Text("应答被拒绝", "answer refused"),
    "gathered": Text("并入汇总", "put into a digest"),
    "withdrawn": Text("撤回", "withdrawn"),
    "expired": Text("过期", "expired"),
}

# --- calls
CALLS = Text("正在呼叫", "Calls")
OPEN_CALLS = Text("未结束", "Open")
ENDED_CALLS = Text("最近结束", "Ended lately")
NO_CALLS = Text("没有未结束的呼叫", "No call is open")
NO_ENDED = Text("还没有结束的呼叫", "No call has ended yet")
CAUSE = Text("事由", "About")
POLICY = Text("策略", "Policy")
CALLED = Text("已通知", "Told")
PROGRESS = Text("进展", "Progress")
BY = Text("{name} 于 {time}", "{name} at {time}")
NEXT = Text("下一步", "Next")
NEXT_IN = Text("{left} 后", "in {left}")
NEXT_NOW = Text("就要开始", "now")
NO_NEXT = Text("等待答复", "waits for an answer")
OPENED = Text("开始", "Since")
ROUND = Text("第 {round} 轮", "round {round}")
NOBODY_TOLD = Text("还没有人收到", "nobody yet")
ENDS: Final[dict[End, Text]] = {
    End.OPEN: Text("进行中", "Open"),
    End.DONE: Text("已办结", "Done"),
    End.ANSWERED: Text("已应答", "Answered"),
    End.RETURNED: Text("报警已恢复", "The alarm is over"),
    End.WITHDRAWN: Text("已撤回", "Withdrawn"),
    End.UNANSWERED: Text("无人应答", "Nobody answered"),
    End.TOLD: Text("已通知", "Told"),
}
LOG_OF_CALL = Text("消息", "Messages")

# --- accounts
ACCOUNTS = Text("渠道状态", "Accounts")
ACCOUNTS_HINT = Text(
    "各渠道是否正常、排队多少、今天发了多少。账号在“配置 / 通知 / 发送渠道”中建立，密钥在“配置 / 密钥”中"
    "设置。",
    "Whether each works, what waits and what went today. Accounts are made under “Configuration / "
    "Notification”, their secrets set under “Configuration / Secrets”.",
)
NO_ACCOUNTS = Text(
    "没有发送渠道：消息只显示在本系统中，不会发到手机。",
    "There is no account: messages stay in this system and reach no phone.",
)
CHANNEL = Text("类型", "Channel")
WORKS = Text("正常", "Works")
UNKNOWN = Text("尚未使用", "Not used yet")
NOT_RUNNING = Text("通知进程还不知道它", "The notifier does not know it yet")
WRONG_SINCE = Text("{time} 起", "since {time}")
LAST = Text("最近成功", "Last handed over")
WAITING = Text("排队", "Waiting")
TODAY = Text("今天提交", "Handed today")
FAILED_TODAY = Text("今天失败", "Failed today")
COST_TODAY = Text("今天费用（元）", "Cost today (yuan)")
IS_DEAR = Text("已到上限，只发紧急的", "ceiling reached: only critical")
TEST = Text("给我试发", "Send me a test")
MISSING = Text(
    "{account}：下列事件没有通过审核的{spoken}模板，经此渠道发不出去：{events}",
    "{account}: of these events it has no approved {spoken} template and can tell nobody: {events}",
)
IN_REVIEW = Text("{event}（审核：{review}）", "{event} (review: {review})")
DIRECTORY_AT = Text(
    "通知进程所知的人员与排班：{time}", "People and rosters as the notifier knows them: {time}"
)
NO_DIRECTORY = Text(
    "通知进程还不知道人员与排班，无法通知任何人",
    "The notifier does not know people and rosters yet and can tell nobody",
)
MESSAGES_ABOUT = Text("通知与应答", "Messages and answers")
NO_MESSAGES_ABOUT = Text("这个报警还没有通知过任何人", "Nobody was told of this alarm")
ALL_MESSAGES = Text("全部消息", "All messages")
