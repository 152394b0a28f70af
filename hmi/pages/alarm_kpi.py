"""How well the alarms of an operator's position are: figures against targets, charts, the worst alarms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from actors.channels.query import QueryFailed
from actors.said import in_language
from business.alarm_kpi.labels import (
    FIGURES,
    HIDDEN,
    PRIORITIES,
    VERDICTS,
    WHOLE_SITE,
    alarm_of,
    device_of,
    number,
    target_of,
    value_of,
)
from business.alarm_kpi.messages import AlarmCount, AlarmKpis, Figure, ReadAlarmKpis
from config.text import Text
from hmi import drawing
from hmi.alarm_naming import alarm_link, with_links
from hmi.bars import Column, columns
from hmi.pages.alarm_offers import Offers
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import alarm_kpi as words

USUAL_DAYS: Final = 30
FIRST_YEAR, LAST_YEAR = 1971, 2261
TEN_MINUTES_NS: Final = 600 * 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """Whole days of the site, both included."""

    station: str
    since: date
    until: date

    def query(self, view: View) -> ReadAlarmKpis:
        def midnight(day: date) -> int:
            return round(datetime.combine(day, time(), view.zone).timestamp()) * 10**9

        return ReadAlarmKpis(midnight(self.since), midnight(self.until + timedelta(days=1)), self.station)


async def alarm_kpi(view: View) -> None:
    asked, problem = _asked(view)
    found: AlarmKpis | None = None
    try:
        async for answer in view.house.ports.figures.ask(asked.query(view)):
            found = answer
    except QueryFailed as error:
        problem = view.say(words.AWAY, error=in_language(str(error), view.language))
    with frame(view, view.say(words.KPIS)):
        html(_form(view, asked))
        if problem:
            html(Markup('<p class="warning">{}</p>').format(problem))
        if found is not None:
            html(_drawn(view, found, Offers(view, found)))


def _asked(view: View) -> tuple[Asked, str]:
    query = view.client.request.query_params
    today = datetime.fromtimestamp(view.live.wall_ns() / 1e9, view.zone).date()
    usual = {"since": today - timedelta(days=USUAL_DAYS - 1), "until": today}
    problem = ""
    for name in usual:
        text = query.get(name, "")[:20]
        try:
            usual[name] = _day(text) if text else usual[name]
        except ValueError:
            problem = view.say(words.NOT_A_DAY, day=text)
    return Asked(query.get("station", "")[:64], usual["since"], usual["until"]), problem


def _day(text: str) -> date:
    """Raises ValueError, also for a day that no clock of this program can tell."""
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    return day


def _form(view: View, asked: Asked) -> Markup:
    stations = [("", view.name(WHOLE_SITE))]
    stations += [(one.id, view.name(one.name)) for one in view.live.site.stations.values()]
    option = Markup('<option value="{}"{}>{}</option>')
    field = Markup('<label class="field">{} <input type="date" name="{}" value="{}" required></label>')
    today = datetime.fromtimestamp(view.live.wall_ns() / 1e9, view.zone).date()
    first = today.replace(day=1)
    spans = (
        (view.say(words.TODAY), today, today),
        (view.say(words.LAST_DAYS, count=7), today - timedelta(days=6), today),
        (view.say(words.LAST_DAYS, count=30), today - timedelta(days=29), today),
        (view.say(words.LAST_MONTH), (first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)),
    )
    link = Markup('<a href="/alarm-kpi?{}">{}</a>')
    return Markup(
        '<form method="get" class="toolbar"><label>{} <select name="station">{}</select></label>{}{}'
        '<button class="plain">{}</button>{}</form>'
    ).format(
        view.say(words.STATION),
        EMPTY.join(
            option.format(key, Markup(" selected") if key == asked.station else EMPTY, name)
            for key, name in stations
        ),
        field.format(view.say(words.SINCE), "since", asked.since.isoformat()),
        field.format(view.say(words.UNTIL), "until", asked.until.isoformat()),
        view.say(words.SHOW),
        EMPTY.join(
            link.format(urlencode({"station": asked.station, "since": since, "until": until}), said)
            for said, since, until in spans
        ),
    )


def _drawn(view: View, found: AlarmKpis, offers: Offers) -> Markup:
    targets = view.live.site.settings.alarm_targets
    judged = [one.is_met for one in found.figures if one.is_met is not None]
    chattering = offers.buttons(
        found.chattering, words.CHATTERS, seconds=targets.chatter_s, returns=targets.chatter_returns
    )
    fleeting = offers.buttons(found.fleeting, words.FLEETS, seconds=targets.fleeting_s)
    parts = (
        Markup("<p><b>{}</b></p>").format(
            view.say(words.SUMMARY, met=judged.count(True), missed=judged.count(False))
        ),
        Markup('<div class="kpis">{}</div>').format(EMPTY.join(_card(view, one) for one in found.figures)),
        _section(view, words.PER_DAY, _days(view, found)),
        _section(view, words.PER_TEN_MINUTES, _rate(view, found)),
        _section(view, words.PRIORITIES, _priorities(view, found)),
        _section(view, words.TOP, _counts(view, found.top)),
        _section(view, words.CHATTERING, _counts(view, found.chattering, chattering)),
        _section(view, words.FLEETING, _counts(view, found.fleeting, fleeting)),
        _section(view, words.STANDING, _standing(view, found)),
        _section(view, words.HIDDEN, _hidden(view, found)),
        _section(view, words.VERDICTS, _verdicts(view, found)),
    )
    return EMPTY.join(parts)


def _card(view: View, figure: Figure) -> Markup:
    """Its look, a sign and a word all say whether the target is met."""
    look, word = {None: ("", None), True: ("met", words.MET), False: ("missed", words.MISSED)}[figure.is_met]
    if figure.is_met is False and figure.is_manageable:
        look, word = "manageable", words.MANAGEABLE
    target = target_of(figure, view.language)
    return Markup(
        '<section class="kpi {}" data-figure="{}"><h3>{}</h3><b>{}</b><small>{} <i>{}</i></small></section>'
    ).format(
        look,
        figure.name,
        view.name(FIGURES[figure.name].text),
        value_of(figure, view.language),
        view.say(words.TARGET, target=target) if target else "",
        view.say(word) if word else "",
    )


def _section(view: View, title: Text, content: Markup) -> Markup:
    return Markup("<h2>{}</h2>{}").format(view.say(title), content)


def _target(found: AlarmKpis, name: str) -> float | None:
    return next((one.target for one in found.figures if one.name == name), None)


def _days(view: View, found: AlarmKpis) -> Markup:
    drawn = [
        Column(
            day.day[5:],
            day.alarms,
            view.say(words.OF_DAY, day=day.day, alarms=day.alarms, peak=day.peak, minutes=day.flood_minutes),
        )
        for day in found.days
    ]
    return columns(drawn, target=_target(found, "per_day"), title=view.say(words.PER_DAY))


def _rate(view: View, found: AlarmKpis) -> Markup:
    def column(at: int, count: int) -> Column:
        said = drawing.date_and_clock(view.zone, found.since_ns + at * TEN_MINUTES_NS)[5:-3]
        return Column(said, count, view.say(words.OF_PERIOD, time=said, count=count))

    drawn = [column(at, count) for at, count in enumerate(found.rate)]
    return columns(drawn, target=_target(found, "peak"), title=view.say(words.PER_TEN_MINUTES))


def _priorities(view: View, found: AlarmKpis) -> Markup:
    def seconds(value: float | None) -> str:
        return drawing.NOTHING if value is None else view.say(words.SECONDS, seconds=number(value, 1))

    heads = (words.PRIORITY, words.COUNT, words.SHARE, words.TARGET_SHARE, words.MEDIAN, words.P90)
    rows = (
        (
            Markup('<span class="sym p{0}">{0}</span> {1}').format(
                line.priority, view.name(PRIORITIES[line.priority])
            ),
            number(line.count),
            f"{line.share:.1%}",
            f"≤ {line.target:.1%}" if line.target is not None else "",
            seconds(line.median_s),
            seconds(line.p90_s),
            number(line.waiting),
        )
        for line in found.priorities
    )
    return _table(view, (*heads, words.WAITING), rows, numbers=6)


def _counts(view: View, counts: Sequence[AlarmCount], offers: Sequence[Markup] = ()) -> Markup:
    """`offers` stand beside the alarms."""

    def whose(one: AlarmCount, offer: Markup) -> tuple[str, Markup]:
        device, alarm = _whose(view, one.device, one.point, one.rule)
        return device, Markup("{} {}").format(alarm, offer)

    rows = (
        (*whose(one, offer), number(one.count), f"{one.share:.1%}")
        for one, offer in zip(counts, offers or [EMPTY] * len(counts), strict=True)
    )
    return _table(view, (words.DEVICE, words.ALARM, words.COUNT, words.SHARE), rows, numbers=2)


def _standing(view: View, found: AlarmKpis) -> Markup:
    rows = (
        (*_whose(view, one.device, one.point, one.rule), drawing.date_and_clock(view.zone, one.since_ns))
        for one in found.standing
    )
    return _table(view, (words.DEVICE, words.ALARM, words.SINCE_WHEN), rows)


def _hidden(view: View, found: AlarmKpis) -> Markup:
    heads = (words.KIND, words.DEVICE, words.ALARM, words.SINCE_WHEN, words.BY, words.REASON)
    rows = (
        (
            view.name(HIDDEN[one.kind]),
            *_whose(view, one.device, one.point, one.rule),
            drawing.date_and_clock(view.zone, one.since_ns),
            one.user or drawing.NOTHING,
            with_links(view, in_language(one.note, view.language)),
        )
        for one in found.hidden
    )
    return _table(view, heads, rows)


def _verdicts(view: View, found: AlarmKpis) -> Markup:
    """A line for each zone, then for each of its detectors."""
    site = view.live.site
    rows = (
        (
            view.name(site.zones[line.zone].name) if line.zone in site.zones else line.zone,
            device_of(site, line.device, view.language) if line.device else "",
            *(number(line.verdicts.get(verdict, 0)) for verdict in VERDICTS),
            f"{line.false_share:.0%}",
        )
        for line in found.verdicts
    )
    heads = (words.ZONE, words.DEVICE, *VERDICTS.values(), words.FALSE_RATE)
    return _table(view, heads, rows, numbers=len(VERDICTS) + 1)


def _whose(view: View, device: str, point: str, rule: str) -> tuple[str, Markup]:
    """The device and its alarm, which in the control room leads to its page."""
    said = alarm_of(view.live.site, device, point, rule, view.language)
    linked = alarm_link(view, (device, point, rule), said)
    return device_of(view.live.site, device, view.language), linked


def _table(
    view: View, heads: Sequence[Text], rows: Iterable[Sequence[str | Markup]], *, numbers: int = 0
) -> Markup:
    """The last `numbers` columns hold numbers."""
    looks = ["number" if at >= len(heads) - numbers else "" for at in range(len(heads))]
    cell = Markup('<td class="{}">{}</td>')
    drawn = [Markup("<tr>{}</tr>").format(EMPTY.join(map(cell.format, looks, row))) for row in rows]
    if not drawn:
        return Markup('<p class="sub">{}</p>').format(view.say(words.NONE_OF_THEM))
    return table([(look, view.say(head)) for look, head in zip(looks, heads, strict=True)], drawn)
