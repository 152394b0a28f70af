"""Time stamps as foreign systems write them, often without a zone."""

import math
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

EARLIEST_NS = 946_684_800_000_000_000
"""The start of 2000: a device that says less has not set its clock."""
LATEST_NS = 4_102_444_800_000_000_000
"""The start of 2100."""
LONGEST = 40

_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(\.\d+)?)?"
)
_COMPACT = re.compile(r"(?:19|20|21)\d{6}(?:\d{6})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_NS = 2**63 - 1
_BEYOND = 1e20
_UNITS = ((1e11, 10**9), (1e14, 10**6), (1e17, 10**3), (_BEYOND, 1))
"""A number of the epoch below the first is in units of so many nanoseconds."""

Number = int | float | Decimal


class Clock(StrEnum):
    """How a moment is written."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"
    ISO = "iso"


UNIT_NS = {Clock.SECONDS: 10**9, Clock.MILLISECONDS: 10**6, Clock.MICROSECONDS: 10**3, Clock.NANOSECONDS: 1}


def stamp_ns(value: object, zone: ZoneInfo, after_ns: int = 0) -> int | None:
    """UTC nanoseconds of a date, a text or a number of the epoch (s, ms, us or ns); None if it is no time.

    What has no zone is of `zone`. An hour that comes twice is the second one where the first would lie before
    `after_ns`, the stamp before; an hour that never was (a clock put forward) lies behind the gap.
    """
    match value:
        case datetime():
            return _of_datetime(value, zone, after_ns)
        case date():
            return _of_datetime(datetime.combine(value, time()), zone, after_ns)
        case bytes():
            return stamp_ns(value.decode("ascii", "replace"), zone, after_ns)
    number = _number(value)
    if number is None:
        return _of_text(value, zone, after_ns)
    if isinstance(number, int) and _COMPACT.fullmatch(str(number)):
        return _of_text(str(number), zone, after_ns)
    return _scaled(number, next(unit for below, unit in _UNITS if number < below))


def moment(value: object, clock: Clock, zone: ZoneInfo) -> int | None:
    """UTC nanoseconds of a time that is written so; None for what is no moment from 2000 to 2100."""
    if clock is Clock.ISO:
        time_ns = _of_text(value, zone)
    else:
        number = _number(value)
        time_ns = None if number is None else _scaled(number, UNIT_NS[clock])
    return time_ns if time_ns is not None and EARLIEST_NS <= time_ns < LATEST_NS else None


def written(text: str) -> datetime | None:
    """What a text says, with its zone if it names one. Digits alone are a date and an hour, or nothing."""
    try:
        if text.isdigit():
            if not _COMPACT.fullmatch(text):
                return None
            text = f"{text:0<14}"
            return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - its zone is the caller's matter
        if found := _WRITTEN.fullmatch(text):
            year, month, day, hour, minute, second, fraction = found.groups()
            micros = int(float(fraction or 0) * 1e6)
            day_of = int(year), int(month), int(day)
            hour_of = int(hour or 0), int(minute or 0), int(second or 0)
            return datetime(*day_of, *hour_of, micros)  # noqa: DTZ001 - as above
        return datetime.fromisoformat(text.replace("/", "-"))
    except (ValueError, OverflowError):
        return None


def _number(value: object) -> Number | None:
    """What may be one of the epoch, also as a text."""
    if isinstance(value, str):
        text = value.strip()[:LONGEST]
        try:
            value = int(text) if text.isascii() and text.isdigit() else float(text)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, Number):
        return None
    if isinstance(value, Decimal) and value.is_nan():
        return None
    return value if 0 <= value < _BEYOND else None


def _scaled(number: Number, unit_ns: int) -> int | None:
    whole = math.floor(number)
    return _told(whole * unit_ns + round((number - whole) * unit_ns))


def _of_text(text: object, zone: ZoneInfo, after_ns: int = 0) -> int | None:
    said = written(text.strip()[:LONGEST]) if isinstance(text, str) else None
    return None if said is None else _of_datetime(said, zone, after_ns)


def _of_datetime(moment: datetime, zone: ZoneInfo, after_ns: int) -> int | None:
    try:
        if moment.tzinfo is not None:
            return _told(_ns(moment))
        first = _ns(moment.replace(tzinfo=zone, fold=0))
        return _told(first if first >= after_ns else _ns(moment.replace(tzinfo=zone, fold=1)))
    except (ValueError, OverflowError):
        return None


def _ns(moment: datetime) -> int:
    since = moment.astimezone(UTC) - _EPOCH
    return ((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def _told(time_ns: int) -> int | None:
    return time_ns if 0 <= time_ns <= _LAST_NS else None
