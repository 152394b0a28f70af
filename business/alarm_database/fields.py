"""What is said of an alarm, field by field: its key in a rule's table, its heading, what a cell may hold."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import String

from business.alarm_kpi.labels import PRIORITIES
from business.exchange.text import writable
from business.fields.choices import boolean, choice
from business.fields.field_type import FieldType
from business.fields.written import as_text, wrong
from config.rules import Priority, Rule, RuleKind, Severity
from config.text import Text

LONGEST: Final = 400
"""Characters of a text, as the site's files allow."""
DIGITS: Final = 12
"""Significant digits of a number: no limit is known better, and every spreadsheet keeps as many."""

KINDS: Mapping[str, Text] = {
    RuleKind.HIGH_HIGH: Text("超高限", "high-high"),
    RuleKind.HIGH: Text("高限", "high"),
    RuleKind.LOW: Text("低限", "low"),
    RuleKind.LOW_LOW: Text("超低限", "low-low"),
    RuleKind.STATE: Text("状态", "state"),
    RuleKind.RATE: Text("变化率", "rate of change"),
    RuleKind.DEVIATION: Text("偏差", "deviation"),
    RuleKind.MISMATCH: Text("指令与反馈不符", "mismatch"),
    RuleKind.QUALITY: Text("数据质量", "quality"),
    RuleKind.UNMOVED: Text("长时间不变", "unmoved"),
    RuleKind.LEAP: Text("跳变", "leap"),
}
SEVERITIES: Mapping[str, Text] = {
    Severity.MINOR: Text("轻微", "minor"),
    Severity.MODERATE: Text("一般", "moderate"),
    Severity.MAJOR: Text("严重", "major"),
    Severity.SEVERE: Text("特别严重", "severe"),
}
PRIORITY_NAMES: Mapping[str, Text] = {str(one): PRIORITIES[one.rank] for one in Priority}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is said of an alarm, in one column, or in two where it is a text."""

    key: str
    label: Text
    about: Text
    type: FieldType[Any]
    blank: Any = None
    """What a blank cell means; None where it means that nothing is said."""
    of_rule: Callable[[Rule], Any] | None = None
    """None for the attribute of that name."""
    options: Mapping[str, Text] | None = None

    def value(self, rule: Rule) -> Any:
        """None where nobody has said anything of it."""
        if self.key in rule.follows:
            return None
        return self.of_rule(rule) if self.of_rule is not None else getattr(rule, self.key)

    @property
    def is_text(self) -> bool:
        return self.type is _TEXT


def rounded(number: float) -> float | None:
    return None if math.isnan(number) else float(f"{number:.{DIGITS}g}")


def plainly(number: float) -> str:
    return f"{number:.{DIGITS}g}" if abs(number) < 1e15 else repr(number)


def _number(value: object) -> float:
    text = as_text(value).strip().replace("，", "").replace(",", "")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise wrong(value, "不是数字；请填写数字，例如 28.5", "is no number: write one, such as 28.5")
    found = rounded(number)
    assert found is not None
    return found


def _text(value: object) -> str:
    text = as_text(value).strip()
    if len(text) > LONGEST:
        raise wrong(
            text[:40],
            f"共 {len(text)} 个字符，最多 {LONGEST} 个；请缩短",
            f"has {len(text)} characters, at most {LONGEST}: shorten it",
        )
    return text


def _kept(text: str) -> str:
    """As it comes back from a workbook."""
    return writable(text)[0].strip()


def _words(value: object) -> tuple[str, ...]:
    text = _text(value)
    for separator in ("、", "；", ";", "，", "\n"):
        text = text.replace(separator, ",")
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(_number(word) for word in _words(value))


def _sets(value: object) -> dict[str, float]:
    found = {}
    for word in _words(value):
        name, sign, number = word.partition("=")
        if not sign or not name.strip():
            raise wrong(
                word, "应形如 night=26，多个用分号隔开", "is not like night=26; several with semicolons"
            )
        found[name.strip()] = _number(number)
    return dict(sorted(found.items()))


def _type(
    name: str, label: Text, parse: Callable[[object], Any], show: Callable[[Any], str]
) -> FieldType[Any]:
    return FieldType(name, label, String, parse, lambda value, _language: show(value))


_NUMBER = _type("number", Text("数字", "Number"), _number, plainly)
_TEXT = _type("text", Text("文字", "Text"), _text, str)
_WORD = _type("name", Text("名称", "Name"), _text, str)
_WORDS = _type("names", Text("名称，多个用分号隔开", "Names, with semicolons"), _words, "; ".join)
_NUMBERS = _type("numbers", Text("数字，多个用分号隔开", "Numbers, with semicolons"), _numbers,
                 lambda value: "; ".join(map(plainly, value)))  # fmt: skip
_SETS = _type("sets", Text("限值组=限值", "set=limit"), _sets,
              lambda value: "; ".join(f"{name}={plainly(one)}" for name, one in value.items()))  # fmt: skip


def _amount(key: str, label: Text, about: Text, blank: float | None = 0.0) -> Field:
    return Field(key, label, about, _NUMBER, blank, lambda rule: rounded(getattr(rule, key)))


def _chosen(key: str, label: Text, about: Text, options: Mapping[str, Text]) -> Field:
    def of_rule(rule: Rule) -> str | None:
        value = getattr(rule, key)
        return None if value is None else str(value)

    return Field(key, label, about, choice(options), None, of_rule, options)


def _said(key: str, label: Text, about: Text) -> Field:
    def of_rule(rule: Rule) -> tuple[str, str] | None:
        text = getattr(rule, key)
        return None if text is None else (_kept(text.zh), _kept(text.en))

    return Field(key, label, about, _TEXT, None, of_rule)


FIELDS: tuple[Field, ...] = (
    _chosen("kind", Text("类型", "Kind"), Text("什么情况下报警", "Which condition alarms"), KINDS),
    _amount("limit", Text("限值", "Limit"),
            Text("用测点的单位；状态报警填状态值，变化率填每秒变化",
                 "In the point's unit; of a state its number, of a rate units a second"), None),
    Field("states", Text("多个状态", "States"),
          Text("其中任一状态报警，代替限值", "Any of these alarms, instead of the limit"), _NUMBERS, (),
          lambda rule: tuple(float(one) for one in rule.states)),
    Field("reference", Text("比较测点", "Reference"),
          Text("同一设备上与之比较的测点：设定值、指令或运行状态",
               "The point of the device to compare with: setpoint, command, or what runs"), _WORD, ""),
    _amount("within_s", Text("时段（秒）", "Within (s)"),
            Text("长时间不变：多久不变；跳变：在多长时间内", "Of unmoved: how long; of leap: over how long")),
    Field("sets", Text("限值组", "Limit sets"),
          Text("限值组在用时代替限值，例如 night=26", "Limits that count while a set is in force: night=26"),
          _SETS, {},
          lambda rule: {name: rounded(limit) for name, limit in sorted(rule.sets.items())}),
    _amount("deadband", Text("回差", "Deadband"),
            Text("须回到限值以内多远才恢复", "How far back inside the value must come")),
    _amount("on_delay_s", Text("报警延时（秒）", "On delay (s)"),
            Text("条件须持续多久才报警", "Seconds the condition must hold")),
    _amount("off_delay_s", Text("恢复延时（秒）", "Off delay (s)"),
            Text("条件须消失多久才恢复", "Seconds it must be gone")),
    _chosen("priority", Text("级别", "Priority"),
            Text("留空时由后果与响应时间得出", "Blank: it follows from severity and time to respond"),
            PRIORITY_NAMES),
    _chosen("severity", Text("后果程度", "Severity"),
            Text("不处理时后果有多严重", "How bad it is if nobody answers"), SEVERITIES),
    _amount("response_s", Text("响应时间（秒）", "Time to respond (s)"),
            Text("多长时间内必须处理，后果才不会发生", "Seconds until the consequence comes")),
    Field("alarm_class", Text("报警类别", "Class"),
          Text("类别的编号，见“类别”表", "Id of the class; see the sheet of classes"), _WORD, "process"),
    _said("text", Text("报警文字", "Text"),
          Text("报警显示的内容；留空时由测点名称得出", "What the alarm says; blank: from the point's name")),
    _said("cause", Text("原因", "Cause"), Text("通常由什么引起", "What usually brings it about")),
    _said("consequence", Text("后果", "Consequence"), Text("不处理会怎样", "What happens if it is left")),
    _said("action", Text("处置", "Action"), Text("值班员应做什么", "What the operator should do")),
    Field("latched", Text("锁存", "Latched"),
          Text("恢复后仍须复位；留空随类别", "It stays until it is reset; blank: as its class"), boolean()),
    _amount("re_alarm_s", Text("再报警（秒）", "Re-alarm (s)"),
            Text("确认后仍未恢复，多久再报一次；0 为不再报，留空随类别",
                 "Seconds to a second annunciation; 0 for none, blank: as its class"), None),
    Field("first_out", Text("首发组", "First-out group"),
          Text("同组中最先发生的一个会被标出", "The first of the group to occur is marked"), _WORD, ""),
    Field("sound", Text("声音", "Sound"), Text("留空随级别", "Blank: that of its priority"), _WORD, ""),
    _said("prompt", Text("语音", "Prompt"), Text("随声音播报的话", "What is spoken with the sound")),
    Field("suppressed_by", Text("被哪些报警抑制", "Suppressed by"),
          Text("测点/规则 或 设备/测点/规则，多个用分号隔开",
               "point/rule or device/point/rule, several with semicolons"), _WORDS, ()),
    Field("suppressed_in", Text("在哪些限值组中抑制", "Suppressed in"),
          Text("限值组的名称，多个用分号隔开", "Names of limit sets, several with semicolons"), _WORDS, ()),
)  # fmt: skip
FIELD: Mapping[str, Field] = {field.key: field for field in FIELDS}
RATIONALE: Final = ("cause", "consequence", "action", "severity", "response_s")
"""Without these an alarm has not been rationalised (ISA-18.2)."""


def values_of(rule: Rule) -> dict[str, Any]:
    """What is said of a rule, by key, as a cell can hold it."""
    return {field.key: field.value(rule) for field in FIELDS}


def missing(rule: Rule) -> tuple[str, ...]:
    """What of its rationale nobody has said."""
    return tuple(key for key in RATIONALE if not getattr(rule, key))
