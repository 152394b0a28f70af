"""Words of the forms of policies, accounts, approvals and wordings."""

from typing import Final

from config.notification import Duties, Review, VariableKind
from config.text import Text

POLICIES = Text("呼叫策略", "Call policies")
POLICIES_HINT = Text(
    "报警或预案由谁应答、先后通知谁、用什么方式。几条都符合时，顺序数小的生效；怎样执行见“通知 / 呼叫策略”页"
    "的演练。",
    "Who answers for alarms and plans, who is told when, and by what. Of all that fit, the lowest order "
    "counts; the page “Notification / Call policies” rehearses what would happen.",
)
NEW_POLICY = Text("新建呼叫策略", "New call policy")
MEANS = Text("适用与步骤", "What it means, and its steps")
ACCOUNTS = Text("发送渠道", "Accounts")
ACCOUNTS_HINT = Text(
    "短信、电话、邮件和群机器人的服务商账号。先选类型，点“检查”后显示该渠道的参数；密钥在“密钥”页设置。",
    "Accounts at providers of SMS, calls, mail and chat. Choose the channel first; “Check” then shows its "
    "options. Their keys are set on the page of secrets.",
)
NEW_ACCOUNT = Text("新建发送渠道", "New account")
CHANNEL = Text("类型与用途", "Channel and what it carries")
APPROVALS = Text("短信模板", "Provider's templates")
APPROVALS_HINT = Text(
    "服务商要求先审核的模板：每个渠道、事件、语言一个。没有通过审核的，该事件经此渠道发不出去。",
    "Templates that a provider must approve first: one for each account, event and language. Without an "
    "approved one nothing about the event goes this way.",
)
NEW_APPROVAL = Text("新建短信模板", "New template")
STATE_OF_REVIEW = Text("渠道、事件与审核", "Account, event and review")
WORDINGS = Text("消息文字", "Wordings")
WORDINGS_HINT = Text(
    "本站自己的消息文字；没有写的用随程序提供的。",
    "What messages of this site say; what is not written here is said as the program comes with it.",
)
NEW_WORDING = Text("新建消息文字", "New wording")
SAYS = Text("事件与文字", "Event and text")

DUTIES: Final[dict[Duties, Text]] = {
    Duties.ALL: Text("所有消息", "All messages"),
    Duties.ALARMS: Text("仅报警", "Alarms only"),
    Duties.BUSINESS: Text("仅业务消息", "Business only"),
    Duties.WATCHDOG: Text("仅系统失声", "Only that Steward is silent"),
}
REVIEWS: Final[dict[Review, Text]] = {
    Review.DRAFT: Text("草稿", "Draft"),
    Review.WAITING: Text("审核中", "In review"),
    Review.APPROVED: Text("已通过", "Approved"),
    Review.REJECTED: Text("未通过", "Rejected"),
}
VARIABLE_KINDS: Final[dict[VariableKind, Text]] = {
    VariableKind.ANY: Text("不限", "Anything"),
    VariableKind.LETTERS: Text("不含数字", "No digits"),
    VariableKind.DIGITS: Text("仅数字", "Digits only"),
    VariableKind.CHARACTERS: Text("数字和字母", "Digits and Latin letters"),
}
SECURITY: Final[dict[str, Text]] = {
    "starttls": Text("先问候后加密（STARTTLS）", "STARTTLS"),
    "tls": Text("一开始即加密（TLS）", "TLS"),
    "none": Text("不加密", "None"),
}
ORDER = Text("顺序 {order}", "order {order}")
OFF = Text("已停用", "off")
STEPS = Text("{count} 步", "{count} steps")
ONE_STEP = Text("1 步", "1 step")
READS = Text("如何呈现", "How it reads")
READS_HINT = Text("以示例内容填入变量", "With examples in the place of the variables")
SHIPPED = Text("随程序提供", "as shipped")
SUBJECT = Text("标题", "Subject")
TEXT = Text("正文", "Text")
HOLDS = Text("变量内容", "What the variables hold")
HOLDS_HINT = Text("以示例内容填入，并按长度和类型截取", "With examples, cut to their length and kind")
VARIABLE = Text("变量", "Variable")
FILLED = Text("取值", "Filled with")
WHOLE = Text("示例全文", "The whole example")
CUT = Text("实际填入", "What is sent")
IS_CUT = Text("已截取", "cut")
NO_VARIABLES = Text("还没有变量", "There are no variables yet")
SECRETS_HINT = Text(
    "渠道在保存并投入使用后，其密钥出现在“密钥”页：{names}",
    "Once the account is in force, its secrets appear on the page of secrets: {names}",
)
CHOOSE_CHANNEL = Text(
    "选择类型并点“检查”，即显示该渠道的参数。", "Choose the channel and press “Check”: its options appear."
)
