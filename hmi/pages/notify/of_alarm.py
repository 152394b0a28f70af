"""On the page of an alarm: who was told of it by what, what came of it, and who has answered (S4-6.6.10)."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from markupsafe import Markup
from nicegui import ui

from actors.channels.query import QueryFailed
from business.notifier.commands import READ
from business.notifier.escalation import End
from business.notifier.messages import EscalationRow, Escalations, MessageFilter, MessageRow, ReadEscalations
from hmi import drawing
from hmi.alarm_index import Name
from hmi.editing import now
from hmi.pages.notify import telling
from hmi.pages.notify.asking import asked, away, displays, messages
from hmi.pages.notify.log import address, page_of
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import notify
from hmi.words import notify_pages as words

READ_S: Final = 10.0
MOST: Final = 12
_CARD: Final = Markup('<section class="card" id="told"><h2>{}</h2>{}<p>{}</p></section>')


class ToldOf:
    """A part of the page that reads by itself; nothing for who may not see messages."""

    def __init__(self, view: View, name: Name) -> None:
        self._view = view
        self._subject = "/".join(name)
        self._names: Mapping[str, str] = {}
        self._call: EscalationRow | None = None
        self._rows: tuple[MessageRow, ...] = ()
        self._trouble = EMPTY
        self._turn = 0

    def markup(self) -> Markup:
        return self._view.block(self._markup, lambda: self._turn) if self._view.can(READ) else EMPTY

    def start(self) -> None:
        if self._view.can(READ):
            ui.timer(READ_S, self._read)

    async def _read(self) -> None:
        view = self._view
        try:
            found = await asked(view, ReadEscalations(0, 1, open=False, subject=self._subject), Escalations)
            self._call = next(iter(found.rows), None)
            self._rows = await messages(view, MessageFilter(subject=self._subject), MOST)
            self._trouble = EMPTY
        except QueryFailed as error:
            self._trouble = away(view, error)
        self._names = self._names or await displays(view)
        self._turn += 1

    def _markup(self) -> Markup:
        view = self._view
        link = Markup('<a href="{}">{}</a>')
        when = f"{now(view):%Y-%m-%dT%H:%M}"
        rehearsal = f"/notify/policies?when={when}&alarm={quote(self._subject, safe='')}#rehearsal"
        links = [
            link.format(address(subject=self._subject), view.say(words.ALL_MESSAGES)),
            link.format(rehearsal, view.say(words.WHO_WOULD_BE_CALLED)),
        ]
        return _CARD.format(
            view.say(words.MESSAGES_ABOUT), self._trouble or self._told(), Markup(" · ").join(links)
        )

    def _told(self) -> Markup:
        view = self._view
        if not self._rows and self._call is None:
            return Markup('<p class="sub">{}</p>').format(view.say(words.NO_MESSAGES_ABOUT))
        lines = EMPTY.join(self._line(one) for one in self._rows)
        return self._progress() + Markup('<ul class="told-of">{}</ul>').format(lines)

    def _progress(self) -> Markup:
        view, call = self._view, self._call
        if call is None:
            return EMPTY
        said = view.say(notify.PROGRESS[call.progress])
        if call.end in set(End) and call.end:
            said = f"{said} · {view.say(words.ENDS[End(call.end)])}"
        by = ""
        if call.by:
            time = drawing.moment(view.zone, call.since_ns, view.live.wall_ns())
            by = view.say(words.BY, name=self._names.get(call.by, call.by), time=time)
        return Markup('<p><a href="/notify/calls"><b>{}</b></a> {}</p>').format(said, by)

    def _line(self, row: MessageRow) -> Markup:
        view = self._view
        return Markup('<li data-told="{}"><a href="{}">{}</a> {} · {} · {}</li>').format(
            row.id,
            page_of(row),
            drawing.moment(view.zone, row.time_ns, view.live.wall_ns()),
            self._names.get(row.person, row.person or row.receiver),
            telling.medium(view, row.medium),
            telling.state(view, row),
        )
