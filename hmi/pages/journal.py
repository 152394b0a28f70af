"""The alarm journal, newest first, a page at a time: searched by a form, and exported."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from nicegui import ui

from actors.channels.query import QueryFailed
from actors.messages import COUNTED, Journal, JournalFilter, JournalRow, Mode, ReadJournal
from actors.said import in_language
from business.access.plant import WATCH
from business.exchange.table import Native
from business.exchange.xlsx_file import write_cells
from config.text import Text
from hmi import drawing, words
from hmi.alarm_naming import alarm_link, message_of, owner_of, with_links
from hmi.journal_filter import Asked, Unclear, types, wanted
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import alarm_journal as own
from hmi.words.alarms import MODES

ROWS_A_PAGE: Final = 100
EXPORT_ROWS: Final = 50_000
_CHUNK: Final = 5_000


async def journal(view: View) -> None:
    query = view.client.request.query_params
    before = query.get("before", "")
    cursor = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else 0
    asked = Asked.of(query)
    found, problem, sought = Journal(()), "", None
    try:
        sought = wanted(asked, view.live.site, view.zone, view.language)
        found = await _read(view, sought, cursor, ROWS_A_PAGE)
    except Unclear as unclear:
        problem = str(unclear)
    except QueryFailed as error:
        problem = view.say(words.JOURNAL_AWAY, error=in_language(str(error), view.language))
    with frame(view, view.say(words.JOURNAL)):
        html(_form(view, asked))
        if problem:
            html(Markup('<p class="warning">{}</p>').format(problem))
        html(_pages(view, asked, cursor, found))
        html(_table(view, found.rows))
    if sought is not None:
        _exporting(view, sought)


async def _read(view: View, sought: JournalFilter, cursor: int, limit: int) -> Journal:
    rows: list[JournalRow] = []
    count = 0
    async for chunk in view.house.ports.journal.ask(ReadJournal(cursor, limit, sought)):
        assert isinstance(chunk, Journal)
        rows += chunk.rows
        count = chunk.count
    return Journal(tuple(rows), count)


# -- the form


def _form(view: View, asked: Asked) -> Markup:
    site = view.live.site
    named = sorted((view.name(name), profile) for profile, name in types(site).items())
    field = Markup('<label class="field">{} <input type="{}" name="{}" value="{}" size="{}"></label>')
    return Markup(
        '<form method="get" class="toolbar" role="search">{}{}{}{}{}{}{}{}{}{}{}{}'
        '<button class="plain">{}</button><a href="/journal">{}</a></form>'
    ).format(
        field.format(view.say(own.DEVICE), "search", "device", asked.device, 16),
        _choice(view, own.TYPE, "type", asked.type, ((profile, name) for name, profile in named)),
        field.format(view.say(own.ALARM), "search", "alarm", asked.alarm, 12),
        field.format(view.say(own.SINCE), "datetime-local", "since", asked.since, 16),
        field.format(view.say(own.UNTIL), "datetime-local", "until", asked.until, 16),
        _choice(view, own.LEVEL, "level", asked.level, _said(view, words.PRIORITIES)),
        _choice(view, own.TRANSITION, "transition", asked.transition, _said(view, words.TRANSITIONS)),
        field.format(view.say(own.PERSON), "search", "user", asked.user, 10),
        _choice(view, own.ZONE, "zone", asked.zone, _zones(view)),
        _choice(
            view,
            own.CLASS,
            "alarm_class",
            asked.alarm_class,
            ((one.id, view.name(one.name)) for one in site.classes.values()),
        ),
        _choice(view, own.MODE, "mode", asked.mode, _said(view, MODES)),
        Markup('<label><input type="checkbox" name="annunciated" value="1"{}> {}</label>').format(
            Markup(" checked") if asked.annunciated else EMPTY, view.say(own.ANNUNCIATED)
        ),
        view.say(own.SEARCH),
        view.say(own.CLEAR),
    )


def _choice(view: View, label: Text, name: str, chosen: str, options: Iterable[tuple[str, str]]) -> Markup:
    option = Markup('<option value="{}"{}>{}</option>')
    return Markup('<label>{} <select name="{}">{}</select></label>').format(
        view.say(label),
        name,
        EMPTY.join(
            option.format(value, Markup(" selected") if value == chosen else EMPTY, shown)
            for value, shown in (("", view.say(own.ALL)), *options)
        ),
    )


def _said(view: View, texts: Mapping[Any, Text]) -> Iterable[tuple[str, str]]:
    return ((str(key), view.say(text)) for key, text in texts.items())


def _zones(view: View) -> Iterable[tuple[str, str]]:
    """As a tree, each zone after the one it lies in."""
    site = view.live.site

    def below(parent: str, depth: int) -> Iterable[tuple[str, str]]:
        for zone in site.zones.values():
            if zone.parent == parent:
                yield zone.id, "\u3000" * depth + view.name(zone.name)
                yield from below(zone.id, depth + 1)

    return below("", 0)


def _pages(view: View, asked: Asked, cursor: int, found: Journal) -> Markup:
    filled = asked.filled()
    link = Markup('<a href="/journal?{}"{}>{}</a>')
    more = found.count >= COUNTED
    count = view.say(own.FOUND_MORE if more else own.FOUND, count=f"{found.count:,}")
    return Markup('<div class="toolbar">{} {} {} <b>{}</b> {}</div>').format(
        link.format(urlencode(filled), EMPTY, view.say(words.NEWEST)) if cursor else EMPTY,
        link.format(
            urlencode({**filled, "before": found.rows[-1].id}), Markup(' rel="next"'), view.say(words.OLDER)
        )
        if len(found.rows) == ROWS_A_PAGE
        else EMPTY,
        Markup('<span class="grow"></span>'),
        count if found.rows else EMPTY,
        Markup(
            '<button type="button" class="plain" data-act="export" data-key="" title="{}">{}</button>'
        ).format(view.say(own.EXPORT_LIMIT, most=f"{EXPORT_ROWS:,}"), view.say(own.EXPORT))
        if found.rows
        else EMPTY,
    )


# -- the rows


def _table(view: View, rows: Iterable[JournalRow]) -> Markup:
    drawn = [_row(view, row) for row in rows]
    if not drawn:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_ROWS))
    heads = (
        ("tight", view.say(words.TIME)),
        ("tight", ""),
        ("tight", view.say(words.TRANSITION)),
        ("", view.say(words.ALARM)),
        ("tight number hide-small", view.say(words.VALUE)),
        ("tight number hide-small", view.say(words.LIMIT)),
        ("hide-small", view.say(words.BY)),
        ("hide-small", view.say(words.NOTE)),
    )
    return table(heads, drawn)


class _Words:
    """What is said of a row, on the page as in the file."""

    def __init__(self, view: View, row: JournalRow) -> None:
        site, language = view.live.site, view.language
        device = site.devices.get(row.device)
        point = site.point(row.device, row.point)
        rule = site.rule(row.device, row.point, row.rule)
        transition = words.TRANSITIONS.get(row.transition)
        self.tag = device.tag if device else ""
        self.device = owner_of(view, site, row.device)
        self.message = message_of(view, site, (row.device, row.point, row.rule))
        self.transition = view.say(transition) if transition else row.transition
        self.value = drawing.judged(language, point, rule, row.value)
        self.limit = drawing.limit(language, point, rule, row.limit)
        self.note = in_language(row.note, language)


def _row(view: View, row: JournalRow) -> Markup:
    said = _Words(view, row)
    return Markup(
        '<tr><td class="tight" title="{source}">{time}</td><td class="tight">{symbol}</td>'
        '<td class="tight">{transition}{quiet}{mode}</td>'
        "<td>{device} {message}</td>"
        '<td class="tight number hide-small">{value}</td>'
        '<td class="tight number hide-small">{limit}</td><td class="hide-small">{by}</td>'
        '<td class="hide-small">{note}</td></tr>'
    ).format(
        source=f"{view.say(own.SOURCE_TIME)} {drawing.date_and_clock(view.zone, row.source_ns)}",
        time=drawing.date_and_clock(view.zone, row.time_ns),
        # In the past nothing waits: no symbol blinks here.
        symbol=Markup('<span class="sym p{0}">{0}</span>').format(row.priority),
        transition=said.transition,
        quiet=EMPTY
        if row.annunciated
        else Markup(" <small>({})</small>").format(view.say(words.NOT_ANNUNCIATED)),
        mode=Markup(" <small>[{}]</small>").format(view.say(MODES[Mode(row.mode)])) if row.mode else EMPTY,
        device=Markup('<a href="/device/{}"><b>{}</b></a>').format(row.device, said.device)
        if row.device in view.live.site.devices
        else Markup("<b>{}</b>").format(said.device),
        message=alarm_link(view, (row.device, row.point, row.rule), said.message),
        value=said.value,
        limit=said.limit,
        by=row.user,
        note=with_links(view, said.note),
    )


# -- the file


def _exporting(view: View, sought: JournalFilter) -> None:
    async def export(_key: str) -> None:
        rows: list[JournalRow] = []
        try:
            while len(rows) < EXPORT_ROWS:
                page = await _read(view, sought, rows[-1].id if rows else 0, _CHUNK)
                rows += page.rows
                if len(page.rows) < _CHUNK:
                    break
        except QueryFailed as error:
            ui.notify(
                view.say(words.JOURNAL_AWAY, error=in_language(str(error), view.language)), type="warning"
            )
            return
        content = await asyncio.to_thread(exported, view, rows)
        ui.download.content(content, f"{view.say(own.FILE_NAME)}.xlsx")
        cut = len(rows) >= EXPORT_ROWS
        ui.notify(view.say(own.EXPORTED_CUT if cut else own.EXPORTED, count=f"{len(rows):,}"))

    view.on("export", WATCH, export)


def exported(view: View, rows: Iterable[JournalRow]) -> bytes:
    """A workbook; no text in it is a formula."""
    labels = (
        own.SYSTEM_TIME, own.SOURCE_TIME, words.PRIORITY, words.TRANSITION, own.SOUNDED, own.NUMBER,
        own.DEVICE_NAME, words.ALARM, words.VALUE, words.LIMIT, own.PERSON, own.STATION, words.NOTE,
    )  # fmt: skip
    target = BytesIO()
    cells = (_cells(view, row) for row in rows)
    write_cells(target, view.say(words.JOURNAL), [view.say(label) for label in labels], cells)
    return target.getvalue()


def _cells(view: View, row: JournalRow) -> tuple[Native, ...]:
    def time(time_ns: int) -> datetime:
        return datetime.fromtimestamp(time_ns // 10**6 / 1e3, view.zone).replace(tzinfo=None)

    said = _Words(view, row)
    return (
        time(row.time_ns), time(row.source_ns), view.say(words.PRIORITIES.get(row.priority, words.ALARM)),
        said.transition, view.say(own.YES if row.annunciated else own.NO), said.tag or row.device,
        said.device, said.message, said.value, said.limit, row.user, row.station, said.note,
    )  # fmt: skip
