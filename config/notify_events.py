"""What messages are about: the events of the program, their variables, and what is said of them by default.

A text holds variables in braces, `{device}`, and nothing else: no attribute, no format, no expression.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from types import MappingProxyType

from config.text import Text

LANGUAGES = ("zh", "en")
VARIABLES: Mapping[str, Text] = MappingProxyType(
    {
        "site": Text("站点", "Site"),
        "place": Text("位置", "Place"),
        "device": Text("设备", "Device"),
        "what": Text("内容", "What"),
        "level": Text("级别", "How bad"),
        "action": Text("处置", "What to do"),
        "value": Text("数值", "Value"),
        "time": Text("时间", "Time"),
        "count": Text("数量", "Number"),
        "list": Text("清单", "List"),
        "who": Text("人员", "Who"),
        "plan": Text("预案", "Plan"),
        "code": Text("验证码", "Code"),
        "answer": Text("应答码", "Code to answer with"),
        "number": Text("单号", "Number of the record"),
        "title": Text("标题", "Title"),
        "text": Text("正文", "Text"),
        "amount": Text("金额", "Amount"),
        "until": Text("期限", "Until"),
        "house": Text("房屋", "House"),
    }
)
EXAMPLES: Mapping[str, Text] = MappingProxyType(
    {
        "site": Text("示范园区", "Model campus"),
        "place": Text("1号楼 B1层 冷冻机房", "Building 1, B1, chiller room"),
        "device": Text("3号冷水机组", "Chiller 3"),
        "what": Text("冷凝压力高", "Condensing pressure high"),
        "level": Text("紧急", "Critical"),
        "action": Text("检查冷却水泵", "Check the cooling-water pump"),
        "value": Text("1.42 MPa", "1.42 MPa"),
        "time": Text("03:12", "03:12"),
        "count": Text("12", "12"),
        "list": Text("1号楼 停电；B2层 水浸", "Building 1 power lost; B2 water"),
        "who": Text("李工", "Li"),
        "plan": Text("漏水应急", "Flood response"),
        "code": Text("482913", "482913"),
        "answer": Text("5731", "5731"),
        "number": Text("GD-20260301-0007", "GD-20260301-0007"),
        "title": Text("电梯检修通知", "Lift maintenance"),
        "text": Text("3月2日9至11时1号楼电梯检修", "The lifts of building 1 rest on 2 March from 9 to 11"),
        "amount": Text("1,280.00 元", "1,280.00 yuan"),
        "until": Text("3月15日", "15 March"),
        "house": Text("1-2-301", "1-2-301"),
    }
)
"""What a preview shows."""


@dataclass(frozen=True, slots=True)
class NotifyEvent:
    """Something that people are told of."""

    id: str
    label: Text
    variables: tuple[str, ...]
    subject: Text
    """One line, which others may see."""
    text: Text
    private: bool = False
    """What it is about is nobody else's business: it never goes where others may read."""
    danger: bool = False
    """It goes out in the quiet hours too."""
    optional: bool = False
    """Whoever gets it may opt out."""
    answered: bool = False
    """It asks for an answer."""


def _event(id_: str, label: Text, variables: str, subject: Text, text: Text, **more: bool) -> NotifyEvent:
    return NotifyEvent(id_, label, tuple(variables.split()), subject, text, **more)


ALARM, ALARM_OVER, PLAN, DIGEST, TEST, TRIAL, SILENT, LOG_IN_CODE, ORDER = (
    "alarm", "alarm-over", "plan", "digest", "reachability", "trial", "silent", "log-in-code", "order"
)  # fmt: skip
ANNOUNCEMENT, DANGER = "announcement", "danger"
_ALL = (
    _event(
        ALARM, Text("报警", "Alarm"), "site place device what level action value time answer",
        Text("{level}报警：{device} {what}", "{level} alarm: {device} {what}"),
        Text(
            "{level}报警：{place}，{device}，{what} {value}（{time}）。{action}",
            "{level} alarm: {place}, {device}, {what} {value} ({time}). {action}",
        ),
        danger=True, answered=True,
    ),
    _event(
        ALARM_OVER, Text("报警恢复", "Alarm over"), "site place device what time",
        Text("已恢复：{device} {what}", "Over: {device} {what}"),
        Text("已恢复：{place}，{device}，{what}（{time}）。", "Over: {place}, {device}, {what} ({time})."),
    ),
    _event(
        PLAN, Text("预案通知", "Linkage plan"), "site place plan what level time answer",
        Text("{level}：{plan}", "{level}: {plan}"),
        Text("{plan}：{place} {what}（{time}）。", "{plan}: {place} {what} ({time})."),
        danger=True, answered=True,
    ),
    _event(
        DIGEST, Text("报警汇总", "Digest"), "site count list time answer",
        Text("{count} 条报警", "{count} alarms"),
        Text("{time} 起共 {count} 条报警：{list}", "{count} alarms since {time}: {list}"),
        answered=True,
    ),
    _event(
        TEST, Text("可达性测试", "Reachability test"), "site time answer",
        Text("每周可达性测试", "Weekly reachability test"),
        Text(
            "{site}每周测试，请应答以确认您能收到报警（{time}）。",
            "{site}, weekly test: please answer to show that alarms reach you ({time}).",
        ),
        danger=True, answered=True,
    ),
    _event(
        TRIAL, Text("试发", "Test message"), "site who time",
        Text("试发", "Test message"),
        Text("{site}试发，发送人{who}（{time}）。", "{site}: a test message by {who} ({time})."),
        danger=True,
    ),
    _event(
        SILENT, Text("系统失声", "Steward is silent"), "site what time",
        Text("园区管家失声", "Steward is silent"),
        Text(
            "{site}园区管家失声：{what}（{time}）。报警可能无法送达，请到中控室查看。",
            "{site}: Steward is silent: {what} ({time}). Alarms may not arrive; look in the control room.",
        ),
        danger=True,
    ),
    _event(
        LOG_IN_CODE, Text("登录验证码", "Log-in code"), "site code",
        Text("登录验证码", "Log-in code"),
        Text("登录验证码 {code}，5 分钟内有效，请勿告诉他人。", "Code {code}, valid 5 minutes. Tell nobody."),
        private=True, danger=True,
    ),
    _event(
        ORDER, Text("工单", "Work order"), "site number title place until",
        Text("工单 {number}", "Work order {number}"),
        Text("工单 {number}：{place} {title}。", "Work order {number}: {place} {title}."),
    ),
    _event(
        ANNOUNCEMENT, Text("公告", "Announcement"), "site title text",
        Text("{title}", "{title}"), Text("【{title}】{text}", "{title}: {text}"),
        optional=True,
    ),
    _event(
        DANGER, Text("紧急公告", "Urgent announcement"), "site title text",
        Text("{title}", "{title}"), Text("【{title}】{text}", "{title}: {text}"),
        danger=True,
    ),
    _event(
        "fee-due", Text("缴费提醒", "Payment due"), "site house amount until",
        Text("缴费提醒", "A reminder"),
        Text(
            "{house} 有应缴费用 {amount}，请于{until}前缴纳。",
            "{house}: {amount} is due until {until}.",
        ),
        private=True,
    ),
    _event(
        "approval", Text("待审批", "Awaiting approval"), "site number title who",
        Text("待审批：{title}", "Awaiting approval: {title}"),
        Text("{who}提交的{title}（{number}）待您审批。", "{title} ({number}) by {who} awaits your approval."),
    ),
)  # fmt: skip
EVENTS: Mapping[str, NotifyEvent] = MappingProxyType({one.id: one for one in _ALL})


def variables_of(text: str) -> tuple[str, ...]:
    """The variables of a text, in their order. Raises ValueError for braces that name none."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError("}" if "Single '}'" in str(error) else "{") from None
    found = []
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            converted = f"{name}!{conversion}" if conversion else name
            raise ValueError(f"{{{converted}:{form}}}" if form else f"{{{converted}}}")
        found.append(name)
    return tuple(found)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables; one without a value leaves nothing behind but is no error."""
    return "".join(
        literal + (values.get(name, "") if name else "") for literal, name, _, _ in Formatter().parse(text)
    )
