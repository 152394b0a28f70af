"""Who is being called now: of which alarm, who was told, who has answered, and what comes next."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup
from nicegui import ui

from actors.channels.query import QueryFailed
from business.notifier.commands import ANSWER
from business.notifier.escalation import End
from business.notifier.messages import EscalationRow, Escalations, MessageFilter, MessageRow, ReadEscalations
from config.notification import Progress
from hmi import drawing
from hmi import words as common
from hmi.editing import empty
from hmi.pages.notify import telling
from hmi.pages.notify.asking import asked, away, displays, messages, say_progress
from hmi.pages.notify.log import address
from hmi.progress import STAGES, offered
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import notify
from hmi.words import notify_pages as words

READ_S: Final = 5.0
MOST_OPEN: Final = 50
MOST_ENDED: Final = 20
MOST_TOLD: Final = 100


@dataclass(frozen=True, slots=True)
class Shown:
    open: tuple[EscalationRow, ...] = ()
    ended: tuple[EscalationRow, ...] = ()
    told: Mapping[str, tuple[MessageRow, ...]] = field(default_factory=dict)
    """Of each that is open, the newest first."""
    trouble: Markup = EMPTY


class CallsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._shown = Shown()
        self._names: Mapping[str, str] = {}
        self._turn = 0

    async def draw(self) -> None:
        view = self._view
        self._names = await displays(view)
        await self._read()
        with frame(view, view.say(words.CALLS)):
            html(view.block(lambda: self._shown.trouble, lambda: self._turn))
            html(Markup("<h2>{}</h2>").format(view.say(words.OPEN_CALLS)))
            html(view.block(self._open, lambda: (self._turn, int(view.live.clock()))))
            html(Markup("<h2>{}</h2>").format(view.say(words.ENDED_CALLS)))
            html(view.block(self._ended, lambda: self._turn))
            ui.timer(READ_S, self._read, immediate=False)
        view.on("progress", ANSWER, self._say)

    async def _read(self) -> None:
        view = self._view
        try:
            open_ = (await asked(view, ReadEscalations(0, MOST_OPEN), Escalations)).rows
            all_ = ReadEscalations(0, MOST_OPEN + MOST_ENDED, open=False)
            both = (await asked(view, all_, Escalations)).rows
            told = await asyncio.gather(
                *(messages(view, MessageFilter(escalation=one.id), MOST_TOLD) for one in open_)
            )
        except QueryFailed as error:
            self._shown = Shown(trouble=away(view, error))
        else:
            ended = tuple(one for one in both if one.end)[:MOST_ENDED]
            self._shown = Shown(open_, ended, {one.id: rows for one, rows in zip(open_, told, strict=True)})
        self._turn += 1

    async def _say(self, key: str) -> None:
        """The key names stage and call: what was seen is what is answered."""
        stage, _, escalation = key.partition(" ")
        if stage in STAGES and any(one.id == escalation for one in self._shown.open):
            await say_progress(self._view, escalation, Progress(stage))
            await self._read()

    # -- drawing

    def _open(self) -> Markup:
        view = self._view
        if not self._shown.open:
            return EMPTY if self._shown.trouble else empty(view, words.NO_CALLS)
        heads = (
            ("tight", words.OPENED), ("", words.CAUSE), ("tight hide-small", words.POLICY),
            ("", words.CALLED), ("tight", words.PROGRESS), ("tight", words.NEXT), ("", None),
        )  # fmt: skip
        return table(telling.heads(view, heads), map(self._row, self._shown.open))

    def _row(self, row: EscalationRow) -> Markup:
        view = self._view
        return Markup(
            '<tr data-call="{}"><td class="tight">{}</td>'
            '<td><span class="sym p{}" title="{}">{}</span> {}</td>'
            '<td class="tight hide-small">{}<br><small>{}</small></td><td>{}</td><td class="tight">{}</td>'
            '<td class="tight">{}</td><td>{}</td></tr>'
        ).format(
            row.id,
            drawing.moment(view.zone, row.opened_ns, view.live.wall_ns()),
            row.priority,
            view.say(common.PRIORITIES.get(row.priority, common.ALARM)),
            row.priority,
            telling.about(view, row.subject, row.text),
            telling.policy(view, row.policy),
            view.say(words.ROUND, round=row.round + 1),
            self._told(row),
            self._progress(row),
            self._next(row),
            self._buttons(row),
        )

    def _told(self, row: EscalationRow) -> Markup:
        """Each with what has come of the newest message by each medium."""
        view = self._view
        people: dict[str, dict[str, MessageRow]] = {}
        for one in self._shown.told.get(row.id, ()):
            people.setdefault(one.person or one.receiver, {}).setdefault(one.medium, one)
        if not people:
            return Markup('<span class="sub">{}</span>').format(view.say(words.NOBODY_TOLD))
        lines = (
            Markup("{} <small>{}</small>").format(
                self._names.get(who, who),
                view.listed(
                    f"{telling.medium(view, by)} {view.say(words.STATES[one.state])}"
                    for by, one in ways.items()
                ),
            )
            for who, ways in people.items()
        )
        link = Markup('<br><a href="{}"><small>{}</small></a>').format(
            address(escalation=row.id), view.say(words.LOG_OF_CALL)
        )
        return Markup("<br>").join(lines) + link

    def _progress(self, row: EscalationRow) -> Markup:
        view = self._view
        by = EMPTY
        if row.by:
            time = drawing.moment(view.zone, row.since_ns, view.live.wall_ns())
            said = view.say(words.BY, name=self._names.get(row.by, row.by), time=time)
            by = Markup("<br><small>{}</small>").format(said)
        return Markup("<b>{}</b>{}").format(view.say(notify.PROGRESS[row.progress]), by)

    def _next(self, row: EscalationRow) -> str:
        view = self._view
        if not row.next_ns:
            return view.say(words.NO_NEXT)
        left_s = (row.next_ns - view.live.wall_ns()) / 1e9
        if left_s <= 0:
            return view.say(words.NEXT_NOW)
        return view.say(words.NEXT_IN, left=drawing.span(view.language, left_s))

    def _buttons(self, row: EscalationRow) -> Markup:
        view = self._view
        if not view.can(ANSWER):
            return EMPTY
        button = Markup('<button class="plain" data-act="progress" data-key="{} {}">{}</button> ')
        return EMPTY.join(
            button.format(stage.value, row.id, view.say(notify.SAY_PROGRESS[stage]))
            for stage in offered(row.progress)
        )

    def _ended(self) -> Markup:
        view = self._view
        if not self._shown.ended:
            return EMPTY if self._shown.trouble else empty(view, words.NO_ENDED)
        heads = (
            ("tight", words.OPENED), ("", words.CAUSE), ("tight hide-small", words.POLICY),
            ("tight", words.PROGRESS), ("tight", None),
        )  # fmt: skip
        return table(telling.heads(view, heads), map(self._over, self._shown.ended))

    def _over(self, row: EscalationRow) -> Markup:
        view = self._view
        end = words.ENDS.get(End(row.end)) if row.end in set(End) else None
        by = f" · {self._names.get(row.by, row.by)}" if row.by else ""
        return Markup(
            '<tr data-ended="{}"><td class="tight">{}</td><td>{}</td><td class="tight hide-small">{}</td>'
            '<td class="tight"><span class="{}">{}</span>{}</td>'
            '<td class="tight"><a href="{}">{}</a></td></tr>'
        ).format(
            row.id,
            drawing.date_and_clock(view.zone, row.opened_ns),
            telling.about(view, row.subject, row.text),
            telling.policy(view, row.policy),
            "problem" if row.end == End.UNANSWERED else "",
            view.say(end) if end is not None else row.end,
            by,
            address(escalation=row.id),
            view.say(words.LOG_OF_CALL),
        )


async def calls(view: View) -> None:
    await CallsPage(view).draw()
