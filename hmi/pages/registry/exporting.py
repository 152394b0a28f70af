"""Records into a file: which columns, in which form, with or without personal numbers."""

import asyncio
from dataclasses import dataclass

from markupsafe import Markup
from nicegui import ui

from business.exchange.columns import Column
from business.exchange.shelf import Shelf
from business.exporting.columns import exported
from business.exporting.messages import CancelExport, ExportRecords
from business.exporting.queries import ExportState, export_state
from business.importing.columns import EXTERNAL_ID
from business.jobs.model import OPEN, RunState
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from hmi import words as common
from hmi.commanding import carry_out
from hmi.pages.registry.address import Address
from hmi.shell import EMPTY, frame, html
from hmi.transfers import EXPORT_HOURS
from hmi.view import Entered, View
from hmi.words import jobs as job_words
from hmi.words import refusals
from hmi.words import registry as registry_words
from hmi.words import transfers as words

READ_S = 0.7


@dataclass(frozen=True, slots=True)
class _Offered:
    columns: tuple[Column, ...]
    fields: dict[str, Field]


class ExportPage:
    def __init__(self, view: View, entity: Entity) -> None:
        self._view = view
        self._entity = entity
        query = view.client.request.query_params
        self._address = Address.read(query)
        self._file = query.get("file", "")[:64]
        self._all = "all" in query
        self._offered = _Offered((), {})
        self._state: ExportState | None = None

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(words.EXPORT_TITLE, what=view.name(self._entity.label))):
            if self._file:
                html(view.block(self._progress, lambda: self._state))
                ui.timer(READ_S, self._read_on)
            else:
                html(self._form())
        permission = self._entity.permission("export")
        view.on_form("export", permission, self._export)
        view.on("cancel", permission, self._cancel)

    async def _read(self) -> None:
        def read() -> tuple[_Offered, ExportState | None]:
            with self._view.house.seats.authority.open() as session:
                return (
                    _Offered(exported(session, self._entity), fields_of(session, self._entity)),
                    export_state(session, self._file, self._view.person.user) if self._file else None,
                )

        self._offered, self._state = await asyncio.to_thread(read)

    async def _read_on(self) -> None:
        if self._state is not None and self._state.state in OPEN:
            await self._read()

    # -- the form

    def _form(self) -> Markup:
        view, query = self._view, self._address.query()
        way = Markup('<div class="way"><h2>{}</h2>{}</div>')
        ticked = self._ticked()
        tick = Markup('<label><input type="checkbox" name="column" value="{}"{}> {}</label>')
        columns = EMPTY.join(
            tick.format(one.name, Markup(" checked") if one.name in ticked else EMPTY, view.name(one.label))
            for one in self._offered.columns
        )
        other = Markup('<a href="?{}{}">{}</a>').format(
            query,
            EMPTY if self._all else "&all",
            view.say(words.LISTED_COLUMNS if self._all else words.ALL_COLUMNS),
        )
        radio = Markup('<label><input type="radio" name="format" value="{}"{}> {}</label> ')
        formats = EMPTY.join(
            radio.format(name, Markup(" checked") if name == "xlsx" else EMPTY, view.say(text))
            for name, text in words.FORMATS.items()
        )
        return Markup('<form class="record" data-form="export">{}{}{}{}{}</form>').format(
            way.format(view.say(words.WHICH), self._which()),
            way.format(view.say(words.FORMAT), Markup('<div class="toolbar">{}</div>').format(formats)),
            way.format(
                view.say(words.COLUMNS), Markup('{}<div class="ticks">{}</div>').format(other, columns)
            ),
            self._opening(),
            Markup('<div class="toolbar"><button class="plain main">{}</button></div>').format(
                view.say(words.EXPORT_NOW)
            ),
        )

    def _ticked(self) -> set[str]:
        fields = self._offered.fields
        if self._all:
            return {one.name for one in self._offered.columns}
        if self._address.columns:
            return set(self._address.columns)
        return {one.name for one in fields.values() if one.listed} | {EXTERNAL_ID.name}

    def _which(self) -> Markup:
        view, address = self._view, self._address
        said = [f"“{address.text}”"] if address.text else []
        said += [f"{view.say(registry_words.TAG)} {address.tag}"] if address.tag else []
        said += [view.say(registry_words.RECYCLE_BIN)] if address.removed else []
        for one in address.conditions:
            field = self._offered.fields.get(one.field)
            label = view.name(field.label) if field else one.field
            said.append(f"{label} {view.say(registry_words.OPERATORS[one.operator])} {one.value}".strip())
        text = view.say(words.AS_LISTED, said="；".join(said)) if said else view.say(words.ALL_RECORDS)
        return Markup("<p>{}</p>").format(text)

    def _opening(self) -> Markup:
        view = self._view
        masked = any(one.masked for one in self._offered.fields.values())
        refers = any(one.reference == "person" for one in self._offered.fields.values())
        if not (masked or refers) or not view.person.may(self._entity.permission("unmask")):
            return EMPTY
        return Markup(
            '<div class="way"><label><input type="checkbox" name="open"> {}</label>'
            '<label class="field">{}<input name="reason" maxlength="200"></label></div>'
        ).format(view.say(words.OPEN_NUMBERS), view.say(words.OPEN_REASON))

    # -- how far it is

    def _progress(self) -> Markup:
        view, state = self._view, self._state
        again = Markup('<p><a class="plain" href="?{}">{}</a></p>').format(
            self._address.query(), view.say(words.AGAIN)
        )
        if state is None:
            return Markup('<p class="notice" role="alert">{}</p>').format(view.say(words.EXPORT_GONE)) + again
        if state.state in OPEN:
            total = Markup(' max="{}" value="{}"').format(state.total, state.done) if state.total else EMPTY
            return Markup(
                '<h2>{}</h2><div class="toolbar"><progress{}></progress><span>{}</span>'
                '<button class="plain" data-act="cancel" data-key="">{}</button></div>'
            ).format(
                view.say(words.WAITING if state.state is RunState.QUEUED else words.WRITING),
                total,
                view.say(words.ROWS_DONE, done=state.done),
                view.say(common.CANCEL),
            )
        if state.state is RunState.DONE and not state.trouble:
            return (
                Markup(
                    '<h2>{}</h2><div class="toolbar"><a class="plain" href="/transfer/export/{}" download>'
                    "{} {}</a></div>"
                ).format(
                    view.say(words.READY, rows=state.rows, hours=EXPORT_HOURS),
                    state.file,
                    view.say(words.FETCH),
                    view.say(words.FORMATS[state.format]),
                )
                + again
            )
        reason = refusals.refusal(view.language, state.trouble) or view.say(job_words.RUN_STATES[state.state])
        return Markup('<p class="warning" role="alert">{}</p>').format(reason) + again

    # -- what a person does

    async def _export(self, entered: Entered) -> None:
        wanted = self._address
        file = Shelf.token()
        body = ExportRecords(
            entity=self._entity.name,
            file=file,
            format=entered.get("format", ("",))[0],
            columns=entered.get("column", ()),
            language=self._view.language,
            text=wanted.text,
            conditions=wanted.conditions,
            tags=(wanted.tag,) if wanted.tag else (),
            removed=wanted.removed,
            sort=wanted.sort,
            open="open" in entered,
            reason=entered.get("reason", ("",))[0],
        )
        if await self._send(body):
            ui.navigate.to(f"/{self._entity.name}/export?{wanted.query()}&file={file}")

    async def _cancel(self, _key: str) -> None:
        if await self._send(CancelExport(self._entity.name, self._file)):
            await self._read()

    async def _send(self, body: ExportRecords | CancelExport) -> bool:
        permission = self._entity.permission("export")
        return await carry_out(self._view, body, permission, self._view.house.ports.office)


async def export_page(view: View, entities: Entities, entity: Entity) -> None:
    del entities
    await ExportPage(view, entity).draw()
