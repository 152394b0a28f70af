"""The message log: what was sent to whom by what, newest first, a page at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from markupsafe import Markup

from actors.channels.query import QueryFailed
from actors.said import in_language
from business.notifier.messages import MessageFilter, MessageRow
from config.notify_events import EVENTS
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.alarm_naming import named, title_of
from hmi.forms import options_of
from hmi.journal_filter import Unclear, time_ns
from hmi.pages.notify import telling
from hmi.pages.notify.asking import away, displays, messages
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import notify
from hmi.words import notify_pages as words

ROWS_A_PAGE: Final = 100
LONGEST: Final = 120
HOME: Final = "/notify/messages"


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the form, as they were filled in."""

    text: str = ""
    person: str = ""
    medium: str = ""
    account: str = ""
    event: str = ""
    state: str = ""
    since: str = ""
    until: str = ""
    subject: str = ""
    """device/point/rule of an alarm."""
    escalation: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        return cls(**{name: query.get(name, "").strip()[:LONGEST] for name in cls.__slots__})

    def filled(self, *without: str) -> dict[str, str]:
        """For an address."""
        names = (name for name in self.__slots__ if name not in without)
        return {name: value for name in names if (value := getattr(self, name))}

    def wanted(self, view: View) -> MessageFilter:
        """Raises Unclear."""
        given = self.filled("since", "until")
        return MessageFilter(
            **given,
            since_ns=time_ns(self.since, view.zone, view.language),
            until_ns=time_ns(self.until, view.zone, view.language),
        )


def address(**wanted: str) -> str:
    """The log with these filters."""
    return f"{HOME}?{urlencode(wanted)}"


async def log(view: View) -> None:
    query = view.client.request.query_params
    before = query.get("before", "")
    cursor = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else 0
    filled = Asked.of(query)
    rows: tuple[MessageRow, ...] = ()
    problem = EMPTY
    try:
        rows = await messages(view, filled.wanted(view), ROWS_A_PAGE, cursor)
    except Unclear as unclear:
        problem = Markup('<p class="warning">{}</p>').format(str(unclear))
    except QueryFailed as error:
        problem = away(view, error)
    names = await displays(view)
    with frame(view, view.say(words.MESSAGES)):
        html(_form(view, filled) + problem + _pages(view, filled, cursor, rows))
        html(listed(view, rows, names))


def _form(view: View, filled: Asked) -> Markup:
    field = Markup('<label class="field">{} <input type="{}" name="{}" value="{}" size="{}"></label>')
    accounts = ((one.id, view.name(one.name)) for one in view.live.site.notification.accounts.values())
    events = ((one.id, view.name(one.label)) for one in EVENTS.values())
    hidden = EMPTY.join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
        for name in ("subject", "escalation")
        if (value := getattr(filled, name))
    )
    return Markup(
        '<form method="get" class="toolbar" role="search">{}{}{}{}{}{}{}{}{}<button class="plain">{}</button>'
        '<a href="{}">{}</a></form>{}'
    ).format(
        hidden,
        field.format(view.say(words.TEXT), "search", "text", filled.text, 16),
        field.format(view.say(words.USER), "search", "person", filled.person, 10),
        _choice(view, words.MEDIUM, "medium", filled.medium, _said(view, notify.MEDIA)),
        _choice(view, words.ACCOUNT, "account", filled.account, accounts),
        _choice(view, words.EVENT, "event", filled.event, events),
        _choice(view, words.STATE, "state", filled.state, _said(view, words.STATES)),
        field.format(view.say(words.SINCE), "datetime-local", "since", filled.since, 16),
        field.format(view.say(words.UNTIL), "datetime-local", "until", filled.until, 16),
        view.say(words.SEARCH),
        HOME,
        view.say(words.CLEAR),
        _narrowed(view, filled),
    )


def _narrowed(view: View, filled: Asked) -> Markup:
    """What the address narrows it to, and the form has no field for."""
    said = []
    if filled.subject:
        name = named(filled.subject)
        title = title_of(view, view.live.site, name) if name is not None else filled.subject
        said.append(("subject", view.say(words.ABOUT_ALARM, name=title)))
    if filled.escalation:
        said.append(("escalation", view.say(words.ABOUT_CALL)))
    if not said:
        return EMPTY
    chip = Markup('<span class="mark">{} <a href="{}" title="{}">✕</a></span> ')
    return Markup('<p class="chips">{}</p>').format(
        EMPTY.join(
            chip.format(text, address(**filled.filled(name)), view.say(words.CLEAR)) for name, text in said
        )
    )


def _said(view: View, texts: Mapping[Any, Text]) -> Iterable[tuple[str, str]]:
    return ((str(key), view.say(text)) for key, text in texts.items())


def _choice(view: View, label: Text, name: str, chosen: str, options: Iterable[tuple[str, str]]) -> Markup:
    return Markup('<label>{} <select name="{}">{}</select></label>').format(
        view.say(label), name, options_of((("", view.say(common.ALL)), *options), chosen)
    )


def _pages(view: View, filled: Asked, cursor: int, rows: tuple[MessageRow, ...]) -> Markup:
    link = Markup('<a href="{}"{}>{}</a> ')
    newest = link.format(address(**filled.filled()), EMPTY, view.say(words.NEWEST)) if cursor else EMPTY
    older = EMPTY
    if len(rows) == ROWS_A_PAGE:
        at = address(**filled.filled(), before=str(rows[-1].number))
        older = link.format(at, Markup(' rel="next"'), view.say(words.OLDER))
    return Markup('<div class="toolbar">{}{}</div>').format(newest, older) if newest or older else EMPTY


def listed(view: View, rows: Iterable[MessageRow], names: Mapping[str, str]) -> Markup:
    drawn = [_row(view, row, names) for row in rows]
    if not drawn:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_MESSAGES))
    heads = (
        ("tight", words.DECIDED),
        ("tight hide-small", words.EVENT),
        ("", words.TOLD),
        ("", words.RECEIVER),
        ("tight", words.MEDIUM),
        ("tight hide-small", words.ACCOUNT),
        ("tight", words.STATE),
        ("hide-small", words.DETAIL),
    )
    return table(telling.heads(view, heads), drawn)


def _row(view: View, row: MessageRow, names: Mapping[str, str]) -> Markup:
    return Markup(
        '<tr data-message="{}"><td class="tight"><a href="{}">{}</a></td><td class="tight hide-small">{}</td>'
        '<td>{}</td><td>{}</td><td class="tight">{}</td><td class="tight hide-small">{}</td>'
        '<td class="tight">{}</td><td class="hide-small">{}</td></tr>'
    ).format(
        row.id,
        page_of(row),
        drawing.date_and_clock(view.zone, row.time_ns),
        telling.event(view, row.event),
        telling.about(view, row.subject, row.title),
        telling.receiver(view, row, names),
        telling.medium(view, row.medium),
        telling.account(view, row.account),
        telling.state(view, row),
        in_language(row.detail, view.language),
    )


def page_of(row: MessageRow) -> str:
    return f"{HOME}/{quote(row.id, safe='')}"
