"""Values, qualities, times and alarms as text: pure, in the reader's language and the site's time zone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from actors.messages import Alarm
from config.rules import Rule, RuleKind
from config.site import LimitSpan, Point, PointKind, Site
from drivers.driver import Quality
from hmi import words
from hmi.live import Reading
from hmi.words import limits, say

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
    """good, uncertain, substituted, test, stale or bad: the value's look; write-only where there is none."""
    word: str
    """Says what is wrong, or that it is only written; '' when nothing is."""
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
    if point.write_only:
        return Drawn(NOTHING, "write-only", say(language, words.WRITE_ONLY), None, on=False)
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


def span(language: str, seconds: float) -> str:
    """How long something takes: hours and minutes, minutes and seconds, or seconds."""
    whole = max(int(seconds), 0)
    if whole >= 3600:
        return say(language, words.SPAN_HOURS, hours=whole // 3600, minutes=whole % 3600 // 60)
    if whole >= 60:
        return say(language, words.SPAN_MINUTES, minutes=whole // 60, seconds=whole % 60)
    return say(language, words.SPAN_SECONDS, seconds=whole)


def limit_span(language: str, seconds: float) -> str:
    """A span that somebody set: whole minutes and hours are said as such."""
    whole = int(seconds)
    if whole >= 3600 and not whole % 3600:
        return say(language, words.WHOLE_HOURS, hours=whole // 3600)
    if 60 <= whole < 3600 and not whole % 60:
        return say(language, words.WHOLE_MINUTES, minutes=whole // 60)
    return span(language, seconds)


def clock(zone: ZoneInfo, time_ns: int) -> str:
    """hh:mm:ss in the site's time zone."""
    return datetime.fromtimestamp(time_ns / 1e9, zone).strftime("%H:%M:%S") if time_ns else NOTHING


def moment(zone: ZoneInfo, time_ns: int, now_ns: int) -> str:
    """hh:mm:ss, with month and day in front when it was not today."""
    if not time_ns:
        return NOTHING
    then, now = (datetime.fromtimestamp(one / 1e9, zone) for one in (time_ns, now_ns))
    return then.strftime("%H:%M:%S" if then.date() == now.date() else "%m-%d %H:%M:%S")


def date_and_clock(zone: ZoneInfo, time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, zone).strftime("%Y-%m-%d %H:%M:%S") if time_ns else NOTHING


@dataclass(frozen=True, slots=True)
class AlarmText:
    """An alarm in words."""

    place: str
    device: str
    message: str
    value: str
    limit: str


def alarm(language: str, site: Site, one: Alarm) -> AlarmText:
    owner = site.devices.get(one.device) or site.nodes.get(one.device)
    zone = site.zones.get(one.zone)
    point = site.point(one.device, one.point)
    rule = site.rule(one.device, one.point, one.rule)
    return AlarmText(
        place=zone.name.in_language(language) if zone else one.zone,
        device=owner.name.in_language(language) if owner else one.device,
        message=rule_text(language, point, rule, one.rule),
        value=judged(language, point, rule, one.value),
        limit=limit(language, point, rule, one.limit),
    )


def judged(language: str, point: Point | None, rule: Rule | None, number: float | None) -> str:
    """What a rule was judged by: the point's value, or the rate or growth that two readings made."""
    if point is None:
        return NOTHING
    if rule is not None and number is not None and rule.kind is RuleKind.RATE:
        return _rate(point, number)
    text = with_unit(language, point, number)
    grew = rule is not None and rule.kind is RuleKind.LEAP and number is not None and number > 0
    return f"+{text}" if grew else text


def limit(language: str, point: Point | None, rule: Rule | None, number: float | None) -> str:
    """The limit as its kind means it; nothing where it is none."""
    if point is None or rule is None or number is None:
        return NOTHING
    match rule.kind:
        case RuleKind.HIGH_HIGH | RuleKind.HIGH | RuleKind.LOW | RuleKind.LOW_LOW:
            return with_unit(language, point, number)
        case RuleKind.RATE:
            return _rate(point, number)
        case RuleKind.LEAP:
            return f"+{with_unit(language, point, number)}"
        case RuleKind.DEVIATION:
            return f"±{with_unit(language, point, number)}"
        case RuleKind.MISMATCH if point.kind is not PointKind.DISCRETE:
            return f"±{with_unit(language, point, number)}"
        case _:
            return NOTHING


def bounds(site: Site, point: Point, limit_set: str) -> tuple[list[float], list[float]]:
    """The low and the high limits of a point while a limit set is in force. What is only an event, such as
    the value that starts a plan, is no limit."""
    alarms = [
        rule
        for rule in point.rules
        if (found := site.classes.get(rule.alarm_class)) is None or not found.event
    ]
    low, high = (
        [rule.sets.get(limit_set, rule.limit) for rule in alarms if rule.kind in kinds]
        for kinds in ({RuleKind.LOW, RuleKind.LOW_LOW}, {RuleKind.HIGH, RuleKind.HIGH_HIGH})
    )
    return low, high


def limit_schedule(language: str, spans: Sequence[LimitSpan]) -> str:
    """When which limit set holds, in one line."""
    told = []
    for span in spans:
        days = "/".join(say(language, limits.DAYS[day]) for day in span.days)
        hours = f"{_time_of_day(span.start)}–{_time_of_day(span.end)}"
        told.append(f"{span.limit_set} {hours} {days or say(language, limits.EVERY_DAY)}")
    return say(language, limits.BY_SCHEDULE) + " · ".join(told) if told else ""


def _time_of_day(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _rate(point: Point, number: float) -> str:
    return f"{number:.3g} {point.unit}/s" if math.isfinite(number) else NOTHING


def rule_text(language: str, point: Point | None, rule: Rule | None, name: str) -> str:
    """What an alarm says; a rule that the site has no more is called by its name."""
    if rule is None:
        return name
    said = rule.text.in_language(language)
    if said or point is None:
        return said
    return f"{point.name.in_language(language)} {say(language, words.RULES[rule.kind])}"


def number(text: str) -> float | None:
    """A finite number as people type it, also with a full-width or thousands comma; None when it is none."""
    try:
        value = float(text.strip().replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
