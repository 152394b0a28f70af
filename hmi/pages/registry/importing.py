"""Records out of a file, step by step: choose it, say what its columns mean, look what would become of it,
import."""

import asyncio

from markupsafe import Markup
from nicegui import ui

from actors.said import in_language
from business.exchange.refusal import FileRefused
from business.importing.messages import CancelImport, CommitImport, StartImport
from business.importing.model import Phase
from business.importing.queries import ImportState, RowErrors, errors, import_state
from business.registry.entity import Entity
from hmi.commanding import carry_out
from hmi.pages.registry.import_choice import choosing
from hmi.pages.registry.import_mapping import MappingForm, number, read_upload
from hmi.pages.registry.import_progress import ImportProgress, steps
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import transfers as words

READ_S = 0.7
ERRORS = 200
"""Rows with errors that the page shows."""


class ImportPage:
    def __init__(self, view: View, entity: Entity) -> None:
        self._view = view
        self._entity = entity
        query = view.client.request.query_params
        self._file = query.get("file", "")[:64]
        self._map = "map" in query
        self._sheet = number(query.get("sheet", ""))
        self._header = number(query.get("header", ""))
        self._state: ImportState | None = None
        self._errors: tuple[RowErrors, ...] = ()
        self._form: MappingForm | None = None
        self._problem = ""
        self._shown = ImportProgress(view, entity)

    async def draw(self) -> None:
        view, name = self._view, self._view.name(self._entity.label)
        if self._file:
            await self._read()
            if (self._state is None or self._map) and not self._problem:
                await self._read_upload()
        with frame(view, view.say(words.IMPORT_TITLE, what=name)):
            html(view.block(self._steps, lambda: self._state))
            if self._problem:
                html(Markup('<p class="notice" role="alert">{}</p>').format(self._problem))
            if self._form is not None:
                html(self._form.drawn())
            elif self._state is not None:
                html(view.block(self._progress, lambda: (self._state, self._errors)))
                ui.timer(READ_S, self._read_on)
            else:
                html(await choosing(view, self._entity))
        permission = self._entity.permission("import")
        view.on_form("map", permission, self._start)
        view.on("commit", permission, self._commit)
        view.on("cancel", permission, self._cancel)

    def _steps(self) -> Markup:
        at = 1 if not self._file or self._problem else 2
        if self._state is not None and self._form is None:
            at = 3 if self._state.phase is Phase.TRIAL else 4
        return steps(self._view, at)

    def _progress(self) -> Markup:
        return EMPTY if self._state is None else self._shown.drawn(self._state, self._errors)

    # -- reading

    async def _read(self) -> None:
        def read() -> tuple[ImportState | None, tuple[RowErrors, ...]]:
            with self._view.house.seats.authority.open() as session:
                state = import_state(session, self._file, self._view.person.user)
                if state is None or state.is_open or not state.failed:
                    return state, ()
                return state, errors(session, state.id, ERRORS)

        self._state, self._errors = await asyncio.to_thread(read)

    async def _read_on(self) -> None:
        if self._state is not None and self._state.is_open:
            await self._read()

    async def _read_upload(self) -> None:
        try:
            upload = await asyncio.to_thread(
                read_upload, self._view, self._entity, self._file, self._sheet or 0, self._header
            )
            self._form = MappingForm(self._view, self._entity, self._file, upload)
        except (OSError, KeyError, IndexError):
            self._problem = self._view.say(words.UPLOAD_GONE)
        except FileRefused as refusal:
            self._problem = in_language(str(refusal), self._view.language)

    # -- what a person does

    async def _start(self, entered: Entered) -> None:
        if self._form is not None and await self._send(self._form.said(entered)):
            ui.navigate.to(f"/{self._entity.name}/import?file={self._file}")

    async def _commit(self, _key: str) -> None:
        if await self._send(CommitImport(self._entity.name, self._file)):
            await self._read()

    async def _cancel(self, _key: str) -> None:
        if await self._send(CancelImport(self._entity.name, self._file)):
            await self._read()

    async def _send(self, body: StartImport | CommitImport | CancelImport) -> bool:
        permission = self._entity.permission("import")
        return await carry_out(self._view, body, permission, self._view.house.ports.office)


async def import_page(view: View, entity: Entity) -> None:
    await ImportPage(view, entity).draw()
