"""Values, qualities, times and alarms as text: pure, in the reader's language and the site's time zone."""

import math
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from actors.messages import Alarm
from config.site import COMM_LOSS, DEVICE_FAULT, Device, Point, PointKind, Rule, RuleKind, Site, Text
from drivers.driver import Quality
from hmi import words
from hmi.live import Reading
from hmi.words import say

NOTHING = "—"

_QUALITIES = {
    Quality.UNCERTAIN_SUBSTITUTED: ("substituted", words.SUBSTITUTED),
    Quality.UNCERTAIN_IN_TEST: ("test", words.IN_TEST),
    Quality.UNCERTAIN_STALE: ("stale", words.STALE),
    Quality.BAD_COMM_LOSS: ("bad", words.COMM_LOSS),
    Quality.BAD_STALE: ("stale", words.STALE),
    Quality.BAD_SENSOR_FAULT: ("bad", words.SENSOR_FAULT),
    Quality.BAD_OUT_OF_RANGE: ("bad", words.OUT_OF_RANGE),
    Quality.BAD_FROZEN: ("bad", words.FROZEN),
    Quality.BAD_NOT_READ: ("bad", words.NOT_READ),
    Quality.BAD_ADDRESS: ("bad", words.BAD_ADDRESS),
    Quality.BAD_INPUT: ("bad", words.BAD_INPUT),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A reading as the screen shows it."""

    text: str
    quality: str
    """good, uncertain, substituted, test, stale or bad: the value's look."""
    word: str
    """Says what is wrong; '' when nothing is."""
    fraction: float | None
    """Where in the point's range it lies, 0 to 1, for bars."""
    on: bool
    """A discrete point that is not at 0: drawn bright."""


def quality(language: str, code: int, *, stale: bool) -> tuple[str, str]:
    """The look of a quality and its word."""
    if stale and code < Quality.BAD_COMM_LOSS:
        return "stale", say(language, words.STALE)
    look, word = _QUALITIES.get(Quality(code) if code in set(Quality) else Quality.GOOD, ("", words.GOOD))
    if look:
        return look, say(language, word)
    if code >= Quality.BAD_COMM_LOSS:
        return "bad", say(language, words.BAD)
    if code:
        return "uncertain", say(language, words.UNCERTAIN)
    return "good", ""


def draw(language: str, point: Point, reading: Reading) -> Drawn:
    look, word = quality(language, reading.quality, stale=reading.stale)
    if point.kind is PointKind.TEXT:
        return Drawn(reading.text or NOTHING, look, word, None, on=False)
    known = math.isfinite(reading.value)
    return Drawn(
        text=value(language, point, reading.value),
        quality=look,
        word=word,
        fraction=fraction(point, reading.value) if known and point.kind is PointKind.ANALOGUE else None,
        on=known and point.kind is PointKind.DISCRETE and reading.value != 0,
    )


def value(language: str, point: Point, number: float | str | None) -> str:
    """Without its unit: a discrete value as its state's text, others with the point's decimals."""
    if number is None or isinstance(number, str):
        return number or NOTHING
    if not math.isfinite(number):
        return NOTHING
    if point.kind is PointKind.DISCRETE and (state := point.states.get(int(number))) is not None:
        return state.in_language(language)
    return f"{number:,.{point.decimals}f}"


def with_unit(language: str, point: Point, number: float | str | None) -> str:
    text = value(language, point, number)
    return f"{text} {point.unit}" if point.unit and text != NOTHING else text


def fraction(point: Point, number: float) -> float:
    span = point.high - point.low
    return min(max((number - point.low) / span, 0.0), 1.0) if span > 0 else 0.0


def age(language: str, seconds: float) -> str:
    if not math.isfinite(seconds):
        return say(language, words.NEVER)
    for limit, size, text in (
        (100, 1, words.SECONDS_AGO),
        (6000, 60, words.MINUTES_AGO),
        (100 * 3600, 3600, words.HOURS_AGO),
    ):
        if seconds < limit:
            return say(language, text, count=int(seconds // size))
    return say(language, words.DAYS_AGO, count=int(seconds // 86_400))


def clock(zone: ZoneInfo, time_ns: int) -> str:
    """hh:mm:ss in the site's time zone."""
    return datetime.fromtimestamp(time_ns / 1e9, zone).strftime("%H:%M:%S") if time_ns else NOTHING


def date_and_clock(zone: ZoneInfo, time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, zone).strftime("%Y-%m-%d %H:%M:%S") if time_ns else NOTHING


def point_of(device: Device, point: str) -> Point | None:
    at = device.template.index.get(point)
    return None if at is None else device.template.points[at]


def rule_of(site: Site, device: str, point: str, rule: str) -> Rule | None:
    found = site.devices.get(device)
    drawn = point_of(found, point) if found else None
    return next((one for one in drawn.rules if one.name == rule), None) if drawn else None


@dataclass(frozen=True, slots=True)
class AlarmText:
    """An alarm in words."""

    place: str
    device: str
    message: str
    value: str
    limit: str


def alarm(language: str, site: Site, one: Alarm) -> AlarmText:
    device = site.devices.get(one.device)
    zone = site.zones.get(one.zone)
    point = point_of(device, one.point) if device else None
    rule = rule_of(site, one.device, one.point, one.rule)
    return AlarmText(
        place=zone.name.in_language(language) if zone else one.zone,
        device=device.name.in_language(language) if device else one.device,
        message=rule_text(language, point, rule, one.rule),
        value=with_unit(language, point, one.value) if point else NOTHING,
        limit=with_unit(language, point, one.limit)
        if point and rule and rule.kind not in {RuleKind.STATE, RuleKind.RATE}
        else NOTHING,
    )


def rule_text(language: str, point: Point | None, rule: Rule | None, name: str) -> str:
    if rule is not None and point is not None:
        said = rule.text.in_language(language)
        return said or f"{point.name.in_language(language)} {say(language, words.RULES[rule.kind])}"
    known: dict[str, Text] = {COMM_LOSS: words.RULE_COMM_LOSS, DEVICE_FAULT: words.RULE_DEVICE_FAULT}
    return say(language, known[name]) if name in known else name


def number(text: str) -> float | None:
    """A finite number as people type it, also with a full-width or thousands comma; None when it is none."""
    try:
        value = float(text.strip().replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
