"""Policies, accounts of providers and templates of messages as tables of a site file."""

from typing import Annotated, Any, Literal

from pydantic import Field

from config.notification import Audience, Duties, Medium, Review, Stop, VariableKind
from config.plans import DayKind
from config.rules import Priority
from config.table import ID_RULE, Flag, Id, Number, Table, TextTable, TimeOfDay, Whole, Words, shown

DAY_S = 86_400
Language = Literal["zh", "en"]


class NotifyStepTable(Table):
    """Somebody is told."""

    after_s: Number = Field(
        0, ge=0, le=DAY_S, title="After", description="seconds from the beginning of the calls",
        json_schema_extra=shown("延时", "从开始呼叫起多少秒", unit="s"),
    )  # fmt: skip
    audience: Audience = Field(
        title="Audience", description="who of the team is told",
        json_schema_extra=shown("对象", "通知班组中的哪些人"),
    )  # fmt: skip
    team: str = Field(
        "", title="Team", description="another team than the policy's",
        json_schema_extra=shown("班组", "不同于策略的班组时填写"),
    )  # fmt: skip
    media: list[Medium] = Field(
        [], title="Media", description="by which; none for what each person's own rules say",
        json_schema_extra=shown("方式", "都不选则按各人自己的设置"),
    )  # fmt: skip
    in_order: Flag = Field(
        default=False, title="In order", description="one medium after the other, until one is answered",
        json_schema_extra=shown("依次", "各方式依次使用，无应答再换下一种；否则同时"),
    )  # fmt: skip
    wait_s: Number = Field(
        60, ge=5, le=3600, title="Wait", description="seconds between one medium and the next, 5 to 3600",
        json_schema_extra=shown("等待", "依次时两种方式之间多少秒，5 至 3600", unit="s"),
    )  # fmt: skip
    repeats: Whole = Field(
        0, ge=0, le=100, title="Repeats", description="how often it is repeated, to 100",
        json_schema_extra=shown("重复", "再重复几次，至 100"),
    )  # fmt: skip
    every_s: Number = Field(
        0, ge=0, le=DAY_S, title="Every", description="seconds between repeats; at least 10 where it repeats",
        json_schema_extra=shown("间隔", "重复之间多少秒；有重复时至少 10", unit="s"),
    )  # fmt: skip


class PromisesTable(Table):
    """How long whoever answered may be silent at a stage; 0 for ever."""

    acknowledged_s: Number = Field(
        0, ge=0, le=DAY_S, title="Acknowledged", description="seconds until he is on the way",
        json_schema_extra=shown("确认后", "多少秒内应出发；0 为不限", unit="s"),
    )  # fmt: skip
    on_the_way_s: Number = Field(
        0, ge=0, le=DAY_S, title="On the way", description="seconds until he is there",
        json_schema_extra=shown("出发后", "多少秒内应到场；0 为不限", unit="s"),
    )  # fmt: skip
    on_site_s: Number = Field(
        0, ge=0, le=DAY_S, title="On site", description="seconds until it is done",
        json_schema_extra=shown("到场后", "多少秒内应办结；0 为不限", unit="s"),
    )  # fmt: skip


class PolicyTable(Table):
    """Who is called for what. The first policy that fits counts."""

    id: Id = Field(
        title="Id", description=f"the policy's id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符，最多 64 个"),
    )  # fmt: skip
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "策略的名称")
    )
    enabled: Flag = Field(
        default=True, title="Enabled", description="whether it counts",
        json_schema_extra=shown("启用", "停用时不起作用"),
    )  # fmt: skip
    order: Whole = Field(
        50, ge=1, le=999, title="Order", description="of all that fit the lowest counts, 1 to 999",
        json_schema_extra=shown("顺序", "几条都符合时，数小的生效，1 至 999"),
    )  # fmt: skip
    team: str = Field(
        "", title="Team", description="who answers for it; none for the team that a plan asks for",
        json_schema_extra=shown("班组", "由谁负责；留空为预案所指的班组"),
    )  # fmt: skip
    priorities: list[Priority] = Field(
        [], title="Priorities", description="of which alarms; none for all",
        json_schema_extra=shown("级别", "哪些级别的报警；都不选为全部"),
    )  # fmt: skip
    zones: list[str] = Field(
        [], title="Zones", description="with all below them; none for all",
        json_schema_extra=shown("区域", "包括其下级；都不选为全部"),
    )  # fmt: skip
    subsystems: list[str] = Field(
        [], title="Subsystems", description="none for all", json_schema_extra=shown("子系统", "都不选为全部")
    )
    classes: list[str] = Field(
        [], title="Classes", description="of alarms; none for all",
        json_schema_extra=shown("报警类别", "都不选为全部"),
    )  # fmt: skip
    days: list[DayKind] = Field(
        [], title="Days", description="kinds of the day on which its hours begin; none for every day",
        json_schema_extra=shown("日子", "时段开始那天属于哪类；都不选为每天"),
    )  # fmt: skip
    start: TimeOfDay = Field(
        "00:00", title="From", description="time of day, HH:MM",
        json_schema_extra=shown("从", "时:分"),
    )  # fmt: skip
    end: TimeOfDay = Field(
        "00:00", title="To", description="time of day, HH:MM; on the next day where it is not after from",
        json_schema_extra=shown("至", "时:分；不晚于开始则为次日"),
    )  # fmt: skip
    step: Annotated[list[NotifyStepTable], Field(max_length=30)] = Field(
        [], title="Step", description="who is told, one after the other",
        json_schema_extra=shown("步骤", "先后通知谁"),
    )  # fmt: skip
    stops: list[Stop] = Field(
        [Stop.ANSWER], title="Stops", description="what ends the calls; none: every step is taken",
        json_schema_extra=shown("停止", "什么情况下停止呼叫；都不选则走完全部步骤"),
    )  # fmt: skip
    again_s: Number = Field(
        0, ge=0, le=DAY_S, title="Again", description="seconds to the next round; 0 for none",
        json_schema_extra=shown("再来一轮", "最后一步之后多少秒从头再来；0 为不再", unit="s"),
    )  # fmt: skip
    promises: PromisesTable = Field(
        PromisesTable(), title="Promises", description="how long whoever answered may be silent",
        json_schema_extra=shown("时限", "应答者各阶段最多多久没有消息，超时重新呼叫"),
    )  # fmt: skip


class NumberLimitTable(Table):
    """What a provider takes to one receiver."""

    most: Whole = Field(
        ge=1, le=100_000, title="Most", description="messages", json_schema_extra=shown("至多", "条数")
    )
    within_s: Number = Field(
        gt=0, le=31 * DAY_S, title="Within", description="seconds",
        json_schema_extra=shown("时长", "多少秒内", unit="s"),
    )  # fmt: skip
    equal: Flag = Field(
        default=False, title="Equal texts", description="only equal texts count",
        json_schema_extra=shown("仅相同内容", "只计内容相同的"),
    )  # fmt: skip


class AccountTable(Table):
    """An account at a provider. Its secrets are set on the page of secrets as account-ID-NAME."""

    id: Id = Field(
        title="Id", description=f"the account's id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符，最多 64 个"),
    )  # fmt: skip
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "渠道的名称")
    )
    kind: Id = Field(
        title="Channel", description="such as email, aliyun-sms, tencent-voice, wecom-robot",
        json_schema_extra=shown("类型", "用哪种渠道"),
    )  # fmt: skip
    enabled: Flag = Field(
        default=True, title="Enabled", description="whether messages go this way",
        json_schema_extra=shown("启用", "停用时不经此发送"),
    )  # fmt: skip
    order: Whole = Field(
        50, ge=1, le=999, title="Order", description="of one medium the lowest is used first, 1 to 999",
        json_schema_extra=shown("顺序", "同一方式的渠道中，数小的先用，1 至 999"),
    )  # fmt: skip
    duties: Duties = Field(
        Duties.ALL, title="Carries", description="what goes this way",
        json_schema_extra=shown("用于", "哪些消息走这条渠道"),
    )  # fmt: skip
    languages: list[Language] = Field(
        [], title="Languages", description="that it can send; none for all",
        json_schema_extra=shown("语言", "能发送的语言；都不选为全部"),
    )  # fmt: skip
    per_minute: Number = Field(
        0, ge=0, le=600_000, title="A minute", description="messages that the provider takes; 0: no limit",
        json_schema_extra=shown("每分钟", "服务商每分钟接受多少条；0 为不限"),
    )  # fmt: skip
    limit: Annotated[list[NumberLimitTable], Field(max_length=10)] = Field(
        [], title="Limit of a number", description="what it takes to one receiver",
        json_schema_extra=shown("单号限制", "对同一接收人的限制"),
    )  # fmt: skip
    cost_each: Number = Field(
        0, ge=0, le=1000, title="Cost", description="of a message, where the provider does not say",
        json_schema_extra=shown("单价", "每条费用（元），服务商不回报时按此计"),
    )  # fmt: skip
    cost_a_day: Number = Field(
        0, ge=0, le=1_000_000, title="Ceiling", description="cost a day; beyond it only critical; 0: none",
        json_schema_extra=shown("费用上限", "每天费用（元）；超过后只发紧急的；0 为不限"),
    )  # fmt: skip
    options: dict[str, Any] = Field(
        {},
        title="Options",
        description="what the channel needs",
        json_schema_extra=shown("参数", "渠道的参数"),
    )


class VariableTable(Table):
    name: Words = Field(
        title="Name", description="as the provider's template has it",
        json_schema_extra=shown("变量名", "服务商模板中的变量名或序号"),
    )  # fmt: skip
    source: Id = Field(
        title="Filled with", description="variable of the event: device, what ...",
        json_schema_extra=shown("取值", "事件的变量：device、what 等"),
    )  # fmt: skip
    most: Whole = Field(
        20, ge=1, le=1000, title="Longest", description="characters, 1 to 1000",
        json_schema_extra=shown("最长", "多少个字符，1 至 1000"),
    )  # fmt: skip
    kind: VariableKind = Field(
        VariableKind.ANY, title="Kind", description="what may stand in it",
        json_schema_extra=shown("类型", "允许的内容"),
    )  # fmt: skip


class ApprovalTable(Table):
    """A template that a provider has approved, or is to approve."""

    id: Id = Field(
        title="Id", description=f"its id here: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符，最多 64 个"),
    )  # fmt: skip
    account: str = Field(
        title="Account", description="at which provider", json_schema_extra=shown("渠道", "属于哪条渠道")
    )
    event: str = Field(
        title="Event", description="what it is about", json_schema_extra=shown("事件", "用于哪种事件")
    )
    language: Language = Field(
        "zh", title="Language", description="of its text", json_schema_extra=shown("语言", "模板的语言")
    )
    template: Words = Field(
        title="Template", description="the provider's id of it, such as SMS_123456789",
        json_schema_extra=shown("模板编号", "服务商给的编号，如 SMS_123456789"),
    )  # fmt: skip
    variable: Annotated[list[VariableTable], Field(max_length=20)] = Field(
        [], title="Variable", description="what it leaves open",
        json_schema_extra=shown("变量", "模板中的变量"),
    )  # fmt: skip
    review: Review = Field(
        Review.DRAFT, title="Review", description="how far the provider has come; used once approved",
        json_schema_extra=shown("审核", "服务商审核到哪一步；通过后才使用"),
    )  # fmt: skip
    remark: str = Field(
        "", max_length=400, title="Remark", description="what the reviewer said",
        json_schema_extra=shown("备注", "审核意见等", long=True),
    )  # fmt: skip


class WordingTable(Table):
    """What messages about an event say, instead of what ships."""

    id: Id = Field(
        title="Id", description=f"its id: {ID_RULE}",
        json_schema_extra=shown("代号", "小写字母、数字和连字符，最多 64 个"),
    )  # fmt: skip
    event: str = Field(
        title="Event", description="what it is about", json_schema_extra=shown("事件", "用于哪种事件")
    )
    language: Language = Field(
        "zh", title="Language", description="of the text", json_schema_extra=shown("语言", "文字的语言")
    )
    medium: Literal["", "sms", "voice", "email", "chat", "push", "speaker"] = Field(
        "", title="Medium", description="for this only; none for all",
        json_schema_extra=shown("方式", "只用于这种方式；留空为全部"),
    )  # fmt: skip
    subject: str = Field(
        "", max_length=200, title="Subject", description="one line that others may see; {variables}",
        json_schema_extra=shown("标题", "一行，他人可能看到；可用 {变量}；留空为默认"),
    )  # fmt: skip
    text: Words = Field(
        title="Text",
        description="with variables in braces",
        json_schema_extra=shown("正文", "变量写在花括号内", long=True),
    )


class NotificationTable(Table):
    """How messages are sent, whatever they say."""

    link_address: str = Field(
        "", pattern=r"^(https?://[^\s/?#@]+)?$", title="Link address",
        description="of the office's pages as phones reach them, without a path; none for no links",
        json_schema_extra=shown("链接地址", "手机访问办公网页的地址，不带路径；留空则消息中没有链接"),
    )  # fmt: skip
    code_minutes: Whole = Field(
        240, ge=5, le=1440, title="Codes valid", description="minutes that a code or link answers, 5 to 1440",
        json_schema_extra=shown("应答有效期", "应答码和链接多少分钟内有效，5 至 1440", unit="min"),
    )  # fmt: skip
    digest_s: Number = Field(
        60, ge=5, le=3600, title="Digest within", description="seconds in which messages are gathered",
        json_schema_extra=shown("汇总时段", "多少秒内给同一人的消息合并，5 至 3600", unit="s"),
    )  # fmt: skip
    digest_after: Whole = Field(
        3, ge=1, le=100, title="Digest after", description="messages to one person within it, 1 to 100",
        json_schema_extra=shown("开始汇总", "该时段内给同一人超过几条后合并，1 至 100"),
    )  # fmt: skip
    quiet_from: TimeOfDay = Field(
        "21:00", title="Quiet from", description="no messages to tenants from then; the same twice: never",
        json_schema_extra=shown("免打扰从", "从此时起不给租户和业主发消息，险情除外；与结束相同则不限"),
    )  # fmt: skip
    quiet_to: TimeOfDay = Field(
        "08:00", title="Quiet to", description="until then", json_schema_extra=shown("免打扰至", "到此时止")
    )
    drill: Flag = Field(
        default=False, title="Drills call", description="whether what is marked test, drill, works calls",
        json_schema_extra=shown("演练时呼叫", "测试、演练、施工标记下的报警是否也呼叫人员"),
    )  # fmt: skip
    test_day: DayKind = Field(
        DayKind.WEDNESDAY, title="Test day", description="day of the weekly test of everybody on duty",
        json_schema_extra=shown("测试日", "每周测试值班人员和值班电话的日子"),
    )  # fmt: skip
    test_time: TimeOfDay = Field(
        "10:00", title="Test time", description="HH:MM", json_schema_extra=shown("测试时间", "时:分")
    )
    silent_receivers: list[Words] = Field(
        [], max_length=10, title="Told of silence",
        description="numbers (+86...) or addresses that the watchdog tells that Steward is silent",
        json_schema_extra=shown(
            "失声通知", "每行一个号码（+86…）或邮箱：系统失声时由看门狗直接通知", restarts=("watchdog",)
        ),
    )  # fmt: skip
