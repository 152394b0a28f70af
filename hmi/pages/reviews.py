"""What waits for review, side by side with what is; and one's own submissions."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from business.access import OWN, Reach
from business.fields.field_type import FieldError
from business.property.entities import ENTITIES
from business.registry.columns import value_of
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.queries import titles
from business.reviews.messages import AcceptSubmission, ReturnSubmission, WithdrawSubmission
from business.reviews.model import State
from business.reviews.queries import Proposal, SubmissionRow, mine, proposal, reviewed
from hmi import drawing
from hmi import words as common
from hmi.commanding import carry_out
from hmi.pages.missing import missing
from hmi.pages.registry.drawn import Looks, looks
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import reviews as words


def writes(view: View) -> dict[str, Reach]:
    """How far the reader may decide, by entity."""
    return {one.name: view.person.reach(one.permission("write")) for one in ENTITIES}


class Submissions:
    """A list: of all that the reader may decide, or of his own."""

    def __init__(self, view: View, *, own: bool) -> None:
        self._view = view
        self._own = own
        self._rows: tuple[SubmissionRow, ...] = ()
        self._turn = 0

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(words.MINE if self._own else words.REVIEWS)):
            html(view.block(self._table, lambda: self._turn))
        if self._own:
            view.on("withdraw", OWN, self._withdraw)

    async def _read(self) -> None:
        def read(session: Session) -> tuple[SubmissionRow, ...]:
            if self._own:
                return mine(session, self._view.person.user)
            return reviewed(session, writes(self._view))

        def look() -> tuple[SubmissionRow, ...]:
            with self._view.house.seats.authority.open() as session:
                return read(session)

        self._rows = await asyncio.to_thread(look)
        self._turn += 1

    def _table(self) -> Markup:
        view = self._view
        if not self._rows:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NOTHING))
        heads = (words.WHAT, words.SUBMITTER, words.SUBMITTED, common.STATE, words.REVIEWER, words.REASON)
        return table([*(("", view.say(one)) for one in heads), ("", "")], map(self._row, self._rows))

    def _row(self, row: SubmissionRow) -> Markup:
        view = self._view
        act = Markup('<button class="plain" data-act="withdraw" data-key="{}">{}</button>')
        may = self._own and row.state in {State.WAITING, State.RETURNED}
        return Markup(
            '<tr><td>{}</td><td>{}</td><td class="tight">{}</td><td>{}</td><td>{}</td><td>{}</td>'
            "<td>{}</td></tr>"
        ).format(
            self._what(row),
            row.submitter,
            drawing.date_and_clock(view.zone, row.submitted_ns),
            view.say(words.STATES[row.state]),
            row.reviewer or drawing.NOTHING,
            row.reason or drawing.NOTHING,
            act.format(row.id, view.say(words.WITHDRAW)) if may else EMPTY,
        )

    def _what(self, row: SubmissionRow) -> Markup:
        text = called(self._view, row)
        if self._own:
            return Markup("{}").format(text)
        return Markup('<a href="/reviews/{}">{}</a>').format(row.id, text)

    async def _withdraw(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await carry_out(self._view, WithdrawSubmission(int(key)), OWN, self._view.house.ports.office)
            await self._read()


def called(view: View, row: SubmissionRow) -> str:
    label = view.name(ENTITIES[row.entity].label)
    return f"{label} {row.record_id}" if row.record_id else view.say(words.NEW, what=label)


class Review:
    """One submission: what was, what is, what is proposed."""

    def __init__(self, view: View, id_: int) -> None:
        self._view = view
        self._id = id_
        self._turn = 0
        self._shown: Proposal
        self._fields: dict[str, Field] = {}
        self._looks: Looks
        self._title = ""

    async def draw(self) -> None:
        view = self._view
        if not await self._read():
            missing(view)
            return
        with frame(view, f"{view.say(words.REVIEWS)} · {called(view, self._shown.row)}"):
            html(view.block(self._page, lambda: self._turn))
        write = ENTITIES[self._shown.row.entity].permission("write")
        view.on("accept", write, self._accept)
        view.on_form("return", write, self._return)

    async def _read(self) -> bool:
        view = self._view

        def read() -> Proposal | None:
            with view.house.seats.authority.open() as session:
                found = proposal(session, ENTITIES, writes(view), self._id)
                if found is None:
                    return None
                entity = ENTITIES[found.row.entity]
                self._fields = fields_of(session, entity)
                proposed = [self._fields[name] for name in found.values if name in self._fields]
                rows = (found.record,) if found.record is not None else ()
                self._looks = looks(session, ENTITIES, self._fields.values(), rows, view.language)
                self._name(session, proposed, found.values)
                if found.record is not None:
                    self._title = titles(session, entity, [found.record.id])[found.record.id]
                return found

        shown = await asyncio.to_thread(read)
        if shown is None:
            return False
        self._shown = shown
        self._turn += 1
        return True

    def _name(self, session: Session, fields: Iterable[Field], values: Mapping[str, Any]) -> None:
        """Titles of what is proposed to be referred to."""
        named = {entity: dict(known) for entity, known in self._looks.titles.items()}
        for field in fields:
            raw = str(values[field.name])
            if field.reference and raw.isascii() and raw.isdecimal():
                known = titles(session, ENTITIES[field.reference], [int(raw)])
                named.setdefault(field.reference, {}).update(known)
        self._looks = Looks(self._view.language, self._looks.labels, named)

    def _page(self) -> Markup:
        view, row = self._view, self._shown.row
        gone = row.record_id is not None and self._shown.record is None
        notice = words.GONE if gone else words.STALE if self._shown.is_stale else None
        if row.state is not State.WAITING:
            notice = None
        warning = (
            Markup('<p class="notice" role="alert">{}</p>').format(view.say(notice)) if notice else EMPTY
        )
        link = EMPTY
        if self._shown.record is not None:
            link = Markup('<p><a href="/{}/{}">{}</a></p>').format(row.entity, row.record_id, self._title)
        facts = Markup('<p class="sub">{} {} · {} · {}</p>').format(
            view.say(words.SUBMITTER),
            row.submitter,
            drawing.date_and_clock(view.zone, row.submitted_ns),
            view.say(words.STATES[row.state]),
        )
        note = Markup("<p>{}：{}</p>").format(view.say(words.NOTE), row.note) if row.note else EMPTY
        return warning + link + facts + note + self._beside() + (self._deciding(gone=gone))

    def _beside(self) -> Markup:
        """Field by field; what is hidden elsewhere is hidden here."""
        view, record = self._view, self._shown.record
        heads = [("", view.say(one)) for one in (words.FIELD, words.BEFORE, words.NOW, words.PROPOSED)]
        line = Markup("<tr><td>{}</td><td>{}</td><td{}>{}</td><td><b>{}</b></td></tr>")
        differs = Markup(' class="changed"')
        rows = []
        for name, raw in self._shown.values.items():
            field = self._fields.get(name)
            if field is None:
                continue
            before = self._shown.before.get(name, "")
            now = (
                field.type.show(value, "zh")
                if record is not None and (value := value_of(record, field)) is not None
                else ""
            )
            shown = self._looks.text(record, field) if record is not None else ""
            rows.append(
                line.format(
                    view.name(field.label),
                    self._told(field, before) or drawing.NOTHING,
                    differs if now != before else EMPTY,
                    shown or drawing.NOTHING,
                    self._told(field, raw) or drawing.NOTHING,
                )
            )
        return table(heads, rows) if rows else EMPTY

    def _told(self, field: Field, raw: Any) -> str:
        if raw in (None, "", ()):
            return ""
        try:
            value = field.type.parse(raw)
        except FieldError:
            return "***" if field.masked else str(raw)
        if field.masked and field.type.mask is not None:
            return field.type.mask(value)
        return self._looks.shown(field, value)

    def _deciding(self, *, gone: bool) -> Markup:
        view = self._view
        if self._shown.row.state is not State.WAITING:
            return EMPTY
        accept = Markup(
            '<div class="toolbar"><button class="plain main" data-act="accept" data-key="">{}</button></div>'
        )
        return (EMPTY if gone else accept.format(view.say(words.ACCEPT))) + Markup(
            '<form class="toolbar" data-form="return"><label class="field">{} '
            '<input name="reason" size="40" maxlength="500"></label><button class="plain">{}</button></form>'
        ).format(view.say(words.REASON), view.say(words.RETURN))

    async def _accept(self, _key: str) -> None:
        row, record = self._shown.row, self._shown.record
        version = record.version if record is not None else 0
        await self._send(AcceptSubmission(row.entity, row.id, row.submitter, version))

    async def _return(self, entered: Entered) -> None:
        row = self._shown.row
        reason = entered.get("reason", ("",))[0]
        await self._send(ReturnSubmission(row.entity, row.id, row.submitter, reason))

    async def _send(self, body: AcceptSubmission | ReturnSubmission) -> None:
        write = ENTITIES[self._shown.row.entity].permission("write")
        if await carry_out(self._view, body, write, self._view.house.ports.office):
            ui.navigate.to("/reviews")
        else:
            await self._read()


async def reviews(view: View) -> None:
    await Submissions(view, own=False).draw()


async def submissions(view: View) -> None:
    await Submissions(view, own=True).draw()


async def review(view: View, name: str) -> None:
    if not name.isascii() or not name.isdecimal() or len(name) > 9:
        missing(view)
        return
    await Review(view, int(name)).draw()
