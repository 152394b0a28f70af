"""Days, months and moments."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Date

from business.fields.field_type import FieldError, FieldType
from business.fields.written import narrow, wrong
from config.text import Text

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
_EXCEL_ZERO = date(1899, 12, 30)
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
_DAY = re.compile(
    r"(?P<year>[0-9]{4})(?:\s*年\s*(?P<m1>[0-9]{1,2})\s*月\s*(?P<d1>[0-9]{1,2})\s*[日号]?"
    r"|(?P<sign>[-/.])(?P<m2>[0-9]{1,2})(?P=sign)(?P<d2>[0-9]{1,2})"
    r"|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2}))"
)
_MONTH = re.compile(
    r"(?P<year>[0-9]{4})(?:\s*年\s*(?P<m1>[0-9]{1,2})\s*月?|[-/](?P<m2>[0-9]{1,2})|(?P<m3>[0-9]{2}))"
)
_MOMENT = re.compile(
    r"(?P<day>.{8,}?)[T\s]\s*(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?\s*(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2}(?::[0-9]{2})?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day(earliest: date = EARLIEST, latest: date = LATEST) -> FieldType[date]:
    """A calendar date. A bare number of five digits is one as Excel counts it."""

    def parse(value: object) -> date:
        if isinstance(value, datetime):
            found = value.date()
        elif isinstance(value, date):
            found = value
        else:
            text = _MIDNIGHT.sub("", narrow(value))
            read = date.fromisoformat if len(text) == 10 and text[4] == text[7] == "-" else _day
            try:
                found = read(text)
            except ValueError as cause:
                raise wrong(
                    text,
                    "不是日期；请写成 2026-03-01、2026/3/1 或 2026年3月1日",
                    "is no date: write year-month-day, as in 2026-03-01",
                ) from cause
        if not earliest <= found <= latest:
            raise _out_of_range(found.isoformat(), earliest.isoformat(), latest.isoformat())
        return found

    return FieldType("date", Text("日期", "Date"), Date, parse, lambda found, _language: found.isoformat())


def month(earliest: date = EARLIEST, latest: date = LATEST) -> FieldType[date]:
    """A month, as its first day. '2026.10' is refused: as a number it would be January."""

    def parse(value: object) -> date:
        if isinstance(value, date):
            found = date(value.year, value.month, 1)
        else:
            text = _MIDNIGHT.sub("", narrow(value))
            matched = _MONTH.fullmatch(text)
            try:
                found = _first_of(matched) if matched else _day(text).replace(day=1)
            except ValueError as cause:
                raise wrong(
                    text,
                    "不是月份；请写成 2026-03 或 2026年3月",
                    "is no month: write year-month, as in 2026-03",
                ) from cause
        if not earliest.replace(day=1) <= found <= latest:
            raise _out_of_range(found.isoformat()[:7], earliest.isoformat()[:7], latest.isoformat()[:7])
        return found

    return FieldType(
        "month", Text("月份", "Month"), Date, parse, lambda found, _language: found.isoformat()[:7]
    )


def moment(zone: str = "Asia/Shanghai") -> FieldType[int]:
    """A point of time in ns UTC, written and shown in the zone; an int is taken as it is."""
    local = ZoneInfo(zone)

    def parse(value: object) -> int:
        if type(value) is int:
            found = value
        elif isinstance(value, datetime):
            found = _ns(value if value.tzinfo else value.replace(tzinfo=local))
        else:
            text = narrow(value)
            try:
                found = _moment(text, local)
            except (ValueError, OverflowError) as cause:
                raise wrong(
                    text,
                    "不是时刻；请写成 2026-03-01 08:30 或 2026-03-01 08:30:15",
                    "is no time: write date and time, as in 2026-03-01 08:30",
                ) from cause
        if not _LEAST_NS <= found <= _MOST_NS:
            raise _out_of_range(str(found), EARLIEST.isoformat(), LATEST.isoformat())
        return found

    def show(value: int, _language: str) -> str:
        seconds, fraction = divmod(value, 10**9)
        at = (_EPOCH + timedelta(seconds=seconds)).astimezone(local)
        text = at.replace(tzinfo=None).isoformat(" ")
        if fraction:
            text += f".{fraction:09}".rstrip("0")
        # An hour that the clocks pass twice needs saying which; so do zones of odd seconds long ago.
        return text if _moment(text, local) == value else text + at.isoformat()[19:]

    return FieldType("moment", Text("时刻", "Time"), BigInteger, parse, show)


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    if found:
        return date(
            int(found["year"]),
            int(found["m1"] or found["m2"] or found["m3"]),
            int(found["d1"] or found["d2"] or found["d3"]),
        )
    if re.fullmatch("[1-9][0-9]{4}", text):
        return _EXCEL_ZERO + timedelta(days=int(text))
    raise ValueError(text)


def _first_of(found: re.Match[str]) -> date:
    return date(int(found["year"]), int(found["m1"] or found["m2"] or found["m3"]), 1)


def _moment(text: str, zone: ZoneInfo) -> int:
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(text)
    at = _day(found["day"].strip())
    second = int(found["second"] or 0)
    then = datetime(at.year, at.month, at.day, int(found["hour"]), int(found["minute"]), second, tzinfo=zone)
    if found["offset"]:
        then = datetime.fromisoformat(then.replace(tzinfo=None).isoformat() + found["offset"])
    return _ns(then) + int((found["fraction"] or "").ljust(9, "0"))


def _ns(at: datetime) -> int:
    since = at - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds) * 1000


_LEAST_NS = _ns(datetime(EARLIEST.year, 1, 1, tzinfo=UTC))
_MOST_NS = _ns(datetime(LATEST.year, 12, 31, tzinfo=UTC))


def _out_of_range(value: str, least: str, most: str) -> FieldError:
    return wrong(
        value,
        f"不在 {least} 到 {most} 之间；请核对年份",
        f"is not between {least} and {most}: check the year",
    )
