"""What the providers of mainland China have in common: how they write numbers and times, and settings."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from pydantic import Field

from actors.said import said
from business.fields.phone import mask
from business.notifier.channels.port import BadReceiver
from config.table import shown

CHINA = timezone(timedelta(hours=8))
"""One time for the whole country, without summer time; the providers' dates are all in it."""
_AROUND_NS = 60_000_000_000

_MOBILE = re.compile(r"\+86(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"\+86((?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7})")


def mobile(to: str) -> str:
    """13800138000 of +8613800138000. Raises BadReceiver for what is no mobile number of the mainland."""
    found = _MOBILE.fullmatch(to)
    if not found:
        raise _foreign(to, "不是中国内地手机号", "is no mobile number of mainland China")
    return found[1]


def called(to: str) -> str:
    """A mobile number as above, a landline with its area code: 057112345678. Raises BadReceiver."""
    if found := _MOBILE.fullmatch(to):
        return found[1]
    if found := _LANDLINE.fullmatch(to):
        return "0" + found[1]
    raise _foreign(to, "不是中国内地电话号码", "is no telephone number of mainland China")


def e164(number: str) -> str:
    """+8613800138000 of a number however a provider wrote it; what is no number stays as it is."""
    digits = number.removeprefix("+").removeprefix("0086")
    if re.fullmatch("(?:86)?1[3-9][0-9]{9}", digits):
        return "+86" + digits[-11:]
    if re.fullmatch("0[1-9][0-9]{8,10}", digits):
        return "+86" + digits[1:]
    return number


def in_china(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns // 1_000_000_000, CHINA)


def days_around(time_ns: int) -> list[datetime]:
    """The day of what a provider may have dated up to a minute earlier or later: two around midnight."""
    before, after = in_china(time_ns - _AROUND_NS), in_china(time_ns + _AROUND_NS)
    return [after] if before.date() == after.date() else [before, after]


def told_ns(text: str) -> int:
    """Of '2021-09-06 15:53:20', a time of China. Raises ValueError."""
    time = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    return int(time.astimezone(UTC).timestamp()) * 1_000_000_000


def _foreign(to: str, zh: str, en: str) -> BadReceiver:
    shown = mask(to) if re.fullmatch(r"\+[0-9]{8,15}", to) else "****"
    return BadReceiver(
        said(
            f"{shown} {zh}；此渠道只发往中国内地，请改用其他渠道或更正号码",
            f"{shown} {en}, which is all that this channel reaches; use another channel or correct it",
        )
    )


def signature_field() -> Any:
    """By the law a message names who sends it, and providers send no other than what they have approved."""
    return Field(
        pattern=r"^[^\s【】]([^【】]*[^\s【】])?$",
        max_length=40,
        title="Signature",
        description="the approved name in brackets that every message begins with, without the brackets",
        json_schema_extra=shown("短信签名", "已审核通过的签名，不含【】"),
    )


def times_field() -> Any:
    return Field(
        2,
        ge=1,
        le=3,
        title="Times read out",
        description="how often the text is read",
        json_schema_extra=shown("播放次数", "内容播放几遍"),
    )
