"""The alarm journal, newest first, a page at a time."""

from urllib.parse import quote

from markupsafe import Markup

from actors.channels.query import QueryFailed
from actors.messages import Journal, JournalRow, ReadJournal
from actors.said import in_language
from config.site import RuleKind
from hmi import drawing, words
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View

ROWS_A_PAGE = 100


async def journal(view: View) -> None:
    query = view.client.request.query_params
    cursor = int(query.get("before", "0")) if query.get("before", "0").isdecimal() else 0
    device = query.get("device", "")[:200]
    rows: list[JournalRow] = []
    problem = ""
    try:
        async for chunk in view.house.ports.journal.ask(ReadJournal(cursor, ROWS_A_PAGE, device)):
            assert isinstance(chunk, Journal)
            rows += chunk.rows
    except QueryFailed as error:
        problem = view.say(words.JOURNAL_AWAY, error=in_language(str(error), view.language))
    with frame(view, view.say(words.JOURNAL)):
        html(_pages(rows, cursor, device, view))
        if problem:
            html(Markup('<p class="warning">{}</p>').format(problem))
        html(_table(view, rows))


def _pages(rows: list[JournalRow], cursor: int, device: str, view: View) -> Markup:
    link = Markup('<a href="/journal?before={}&device={}">{}</a>')
    named = view.live.site.devices.get(device)
    return Markup('<div class="toolbar">{} {} {}</div>').format(
        Markup("<span>{} <b>{}</b> <a href='/journal'>{}</a></span>").format(
            view.say(words.DEVICE), view.name(named.name) if named else device, view.say(words.ALL)
        )
        if device
        else EMPTY,
        link.format(0, quote(device), view.say(words.NEWEST)) if cursor else EMPTY,
        link.format(rows[-1].id, quote(device), view.say(words.OLDER)) if len(rows) == ROWS_A_PAGE else EMPTY,
    )


def _table(view: View, rows: list[JournalRow]) -> Markup:
    if not rows:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_ROWS))
    heads = (
        ("tight", view.say(words.TIME)),
        ("tight", ""),
        ("tight", view.say(words.TRANSITION)),
        ("", view.say(words.ALARM)),
        ("number hide-small", view.say(words.VALUE)),
        ("number hide-small", view.say(words.LIMIT)),
        ("hide-small", view.say(words.BY)),
        ("hide-small", view.say(words.NOTE)),
    )
    return table(heads, (_row(view, row) for row in rows))


def _row(view: View, row: JournalRow) -> Markup:
    site = view.live.site
    device = site.devices.get(row.device)
    point = drawing.point_of(device, row.point) if device else None
    rule = drawing.rule_of(site, row.device, row.point, row.rule)
    transition = words.TRANSITIONS.get(row.transition)
    return Markup(
        '<tr><td class="tight">{time}</td><td class="tight">{symbol}</td>'
        '<td class="tight">{transition}{quiet}</td>'
        '<td><a href="/device/{id}"><b>{device}</b></a> {message}</td>'
        '<td class="number hide-small">{value}</td>'
        '<td class="number hide-small">{limit}</td><td class="hide-small">{by}</td>'
        '<td class="hide-small">{note}</td></tr>'
    ).format(
        time=drawing.date_and_clock(view.zone, row.time_ns),
        # In the past nothing waits: no symbol blinks here.
        symbol=Markup('<span class="sym p{0}">{0}</span>').format(row.priority),
        transition=view.say(transition) if transition else row.transition,
        quiet=EMPTY
        if row.annunciated
        else Markup(" <small>({})</small>").format(view.say(words.NOT_ANNUNCIATED)),
        id=row.device,
        device=view.name(device.name) if device else row.device,
        message=drawing.rule_text(view.language, point, rule, row.rule),
        value=drawing.with_unit(view.language, point, row.value) if point else drawing.NOTHING,
        limit=drawing.with_unit(view.language, point, row.limit)
        if point and rule and rule.kind is not RuleKind.STATE
        else drawing.NOTHING,
        by=row.user,
        note=in_language(row.note, view.language),
    )
