"""The pattern of a number, such as `WO{yyyy}{MM}{dd}-{seq:4}`: read, checked, filled in."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from actors.said import said
from config.text import Text

LONGEST = 60
"""Characters of the longest pattern."""
MOST_DIGITS = 12

_FORMATS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d"}
_FIELDS = "{yyyy} {yy} {MM} {dd} {project} {seq:4}"
_SEQUENCE = re.compile(r"seq(?::([0-9]{1,2}))?")
_PART = re.compile(r"\{([^{}]*)\}|([^{}]+)|([{}])")


class Reset(StrEnum):
    """When counting begins at 1 again."""

    NEVER = "never"
    YEARLY = "yearly"
    MONTHLY = "monthly"
    DAILY = "daily"


RESETS: dict[Reset, Text] = {
    Reset.NEVER: Text("不重新计数", "never"),
    Reset.YEARLY: Text("每年", "every year"),
    Reset.MONTHLY: Text("每月", "every month"),
    Reset.DAILY: Text("每天", "every day"),
}
_PERIODS = {Reset.NEVER: "", Reset.YEARLY: "%Y", Reset.MONTHLY: "%Y%m", Reset.DAILY: "%Y%m%d"}
_NEEDED = {
    Reset.NEVER: (),
    Reset.YEARLY: (("yyyy", "yy"),),
    Reset.MONTHLY: (("yyyy", "yy"), ("MM",)),
    Reset.DAILY: (("yyyy", "yy"), ("MM",), ("dd",)),
}


class PatternError(ValueError):
    """A pattern that makes no numbers, said in both languages."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Parts in their order: (field, literal or digits)."""

    parts: tuple[tuple[str, str], ...]

    def number(self, now: datetime, sequence: int, project: str = "") -> str:
        """`now` is in the site's time zone."""
        return "".join(self._shown(now, sequence, project))

    def _shown(self, now: datetime, sequence: int, project: str) -> Iterator[str]:
        for field, value in self.parts:
            match field:
                case "":
                    yield value
                case "seq":
                    yield f"{sequence:0{value}d}"
                case "project":
                    yield project
                case _:
                    yield now.strftime(_FORMATS[field])


def period(reset: Reset, now: datetime) -> str:
    """Names the span of time within which numbers are counted on."""
    return now.strftime(_PERIODS[reset])


def read(text: str, reset: Reset, *, per_project: bool = False) -> Pattern:
    """Raises PatternError, which names the place in the pattern, what is wrong there, and the way out."""
    if not 1 <= len(text) <= LONGEST:
        raise PatternError(
            said(
                f"编号格式有 {len(text)} 个字符；请填写 1 到 {LONGEST} 个字符",
                f"the pattern has {len(text)} characters; give 1 to {LONGEST}",
            )
        )
    parts = tuple(_part(found) for found in _PART.finditer(text))
    fields = [field for field, _ in parts]
    if fields.count("seq") != 1:
        raise PatternError(
            said(
                f"编号格式“{text}”里 {{seq}} 出现了 {fields.count('seq')} 次；请写一个，如 {{seq:4}}",
                f"the pattern {text!r} has {{seq}} {fields.count('seq')} times; write it once, as {{seq:4}}",
            )
        )
    if "project" in fields and not per_project:
        at = text.index("{project}") + 1
        raise PatternError(
            said(
                f"第 {at} 个字符：全局编号没有 {{project}}；请删去它，或改为按项目编号",
                f"character {at}: global numbers have no {{project}}; take it out, or number per project",
            )
        )
    if re.search(r"\{project\}\w*\{seq|\{seq[^}]*\}\w*\{project", text):
        at = text.index("{project}") + 1
        raise PatternError(
            said(
                f"第 {at} 个字符：{{project}} 与 {{seq}} 相连，不同项目的编号会混淆；请在中间加 - 或 /",
                f"character {at}: {{project}} runs into {{seq}}, and projects would share numbers; "
                "put - or / between them",
            )
        )
    for needed in _NEEDED[reset]:
        if not set(needed) & set(fields):
            raise PatternError(
                said(
                    f"{RESETS[reset].zh}重新计数时，编号格式“{text}”缺少 {{{needed[0]}}}，编号会重复；"
                    f"请加上 {{{needed[0]}}}，或减少重新计数",
                    f"numbers of {text!r} that begin anew {RESETS[reset].en} would repeat without "
                    f"{{{needed[0]}}}; "
                    "add it, or begin anew less often",
                )
            )
    return Pattern(parts)


def _part(found: re.Match[str]) -> tuple[str, str]:
    field, literal, brace = found.groups()
    at = found.start() + 1
    if brace:
        raise PatternError(
            said(
                f"第 {at} 个字符：括号 {brace} 没有配对；字段写成 {{yyyy}} 这样，编号里不能有单独的括号",
                f"character {at}: {brace} has no partner; a field is written as {{yyyy}}, "
                "and a number holds no braces",
            )
        )
    if literal is not None:
        for place, one in enumerate(literal, start=at):
            if one.isspace() or unicodedata.category(one)[0] in "CZ":
                raise PatternError(
                    said(
                        f"第 {place} 个字符是空白或控制字符（U+{ord(one):04X}）；请用 - 或 / 分隔",
                        f"character {place} is a space or control character (U+{ord(one):04X}); "
                        "separate with - or /",
                    )
                )
        return "", literal
    if sequence := _SEQUENCE.fullmatch(field):
        digits = int(sequence[1] or 1)
        if not 1 <= digits <= MOST_DIGITS:
            raise PatternError(
                said(
                    f"第 {at} 个字符：{{{field}}} 的位数 {digits} 不在 1 到 {MOST_DIGITS} 之间",
                    f"character {at}: the {digits} digits of {{{field}}} are not within 1 to {MOST_DIGITS}",
                )
            )
        return "seq", str(digits)
    if field not in {*_FORMATS, "project"}:
        raise PatternError(
            said(
                f"第 {at} 个字符：没有字段 {{{field}}}；可用 {_FIELDS}{_hint(field, 'zh')}",
                f"character {at}: there is no field {{{field}}}; there are {_FIELDS}{_hint(field, 'en')}",
            )
        )
    return field, ""


def _hint(field: str, language: str) -> str:
    """A field that is only written in the wrong case."""
    meant = next((one for one in (*_FORMATS, "project") if one.lower() == field.lower()), "")
    if not meant:
        return ""
    return f"（是不是 {{{meant}}}？）" if language == "zh" else f" (did you mean {{{meant}}}?)"
