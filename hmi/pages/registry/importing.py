"""Records out of a file, step by step: choose it, say what its columns mean, look what would become of it,
import."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from actors.said import in_language
from business.exchange.columns import Column
from business.exchange.layout import Header, header_of, records_of
from business.exchange.layouts import proposed
from business.exchange.reading import shown
from business.exchange.refusal import FileRefused
from business.exchange.sheet import FILE_BYTES, HEADER_ROWS, ROWS, Row, Sheet
from business.exchange.stored import stored
from business.importing.columns import columns
from business.importing.messages import CancelImport, CommitImport, StartImport
from business.importing.model import Phase
from business.importing.queries import (
    ImportState,
    RowErrors,
    errors,
    import_state,
    recent,
)
from business.importing.uploads import ABOUT, header_row
from business.importing.uploads import ROWS as STORED
from business.jobs.model import RunState
from business.property.importing import special_columns
from business.registry.custom import fields_of
from business.registry.entity import Entities, Entity
from business.registry.places import ProjectRow, projects
from config.site import Text
from hmi import drawing
from hmi import words as common
from hmi.commanding import carry_out
from hmi.forms import select
from hmi.guard import UPLOADS
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import transfers as words

READ_S = 0.7
RECENT = 8
PREVIEWED = 4
"""Rows of the file that the mapping shows."""
CELL_LENGTH = 40
ERRORS = 200
"""Rows with errors that the page shows."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class _Upload:
    """A file whose columns are to be mapped."""

    name: str
    sheets: tuple[str, ...]
    at: int
    header: Header
    headers: tuple[int, ...]
    """Rows that may hold the headings."""
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    mapping: dict[int, str]
    required: tuple[Column, ...]
    projects: tuple[ProjectRow, ...]


class ImportPage:
    def __init__(self, view: View, entities: Entities, entity: Entity) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        query = view.client.request.query_params
        self._file = query.get("file", "")[:64]
        self._map = "map" in query
        self._sheet = _number(query.get("sheet", ""))
        self._header = _number(query.get("header", ""))
        self._state: ImportState | None = None
        self._errors: tuple[RowErrors, ...] = ()
        self._upload: _Upload | None = None
        self._problem = ""

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
            if self._upload is not None:
                html(self._mapping(self._upload))
            elif self._state is not None:
                html(view.block(self._progress, lambda: (self._state, self._errors)))
                ui.timer(READ_S, self._read_on)
            else:
                html(await self._choosing())
        permission = self._entity.permission("import")
        view.on_form("map", permission, self._start)
        view.on("commit", permission, self._commit)
        view.on("cancel", permission, self._cancel)

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
            self._upload = await asyncio.to_thread(self._uploaded)
        except (OSError, KeyError, IndexError):
            self._problem = self._view.say(words.UPLOAD_GONE)
        except FileRefused as refusal:
            self._problem = in_language(str(refusal), self._view.language)

    def _uploaded(self) -> _Upload:
        shelf, entity = self._view.house.ports.shelf, self._entity
        sheets = stored(shelf.path(self._file, STORED))
        sheet = sheets[self._sheet or 0]
        with self._view.house.seats.authority.open() as session:
            known = columns(session, entity, special_columns(entity.name))
            header = self._headed(sheet, known)
            mapping = proposed(session, entity.name, header, known)
            required = self._required(session, known)
            reach = self._view.person.reach(entity.permission("import"))
            offered = projects(session, reach) if not entity.kind.within else ()
        return _Upload(
            shelf.path(self._file, ABOUT).read_text(encoding="utf-8"),
            tuple(one.name for one in sheets),
            self._sheet or 0,
            header,
            tuple(row.number for row in islice(sheet.rows(), HEADER_ROWS)),
            tuple(islice(records_of(sheet, header), PREVIEWED)),
            known,
            mapping,
            required,
            offered,
        )

    def _headed(self, sheet: Sheet, known: tuple[Column, ...]) -> Header:
        if self._header is None:
            return header_of(sheet, known)
        return Header(self._header, header_row(sheet, self._header))

    def _required(self, session: Session, known: tuple[Column, ...]) -> tuple[Column, ...]:
        fields = fields_of(session, self._entity)
        return tuple(one for one in known if one.name in fields and fields[one.name].required)

    # -- choosing a file

    def _steps(self) -> Markup:
        view, state = self._view, self._state
        at = 1 if not self._file or self._problem else 2
        if state is not None and self._upload is None:
            at = 3 if state.phase is Phase.TRIAL else 4
        item = Markup("<li{}><b>{}</b>{}</li>")
        return Markup('<ol class="steps">{}</ol>').format(
            EMPTY.join(
                item.format(Markup(' aria-current="step"') if number == at else EMPTY, number, view.say(text))
                for number, text in words.STEPS.items()
            )
        )

    async def _choosing(self) -> Markup:
        view, entity = self._view, self._entity

        def read() -> tuple[ImportState, ...]:
            with view.house.seats.authority.open() as session:
                return recent(session, entity.name, view.person.user, RECENT)

        found = await asyncio.to_thread(read)
        megabytes = FILE_BYTES // MEGABYTE
        drop = Markup(
            '<label class="dropzone"><b>{}</b><span>{}</span><input type="file" data-upload="{}{}" '
            'data-most="{}" accept=".xlsx,.xls,.xlsm,.ods,.csv,.txt,.tsv,.xml" data-uploading="{}" '
            'data-reading="{}" data-too-big="{}"><progress hidden max="1" value="0"></progress>'
            '<span class="said"></span>'
            '<span class="problem" role="alert"></span></label>'
        ).format(
            view.say(words.CHOOSE_FILE),
            view.say(words.FILE_KINDS, megabytes=megabytes, rows=ROWS),
            UPLOADS,
            entity.name,
            FILE_BYTES,
            view.say(words.UPLOADING),
            view.say(words.READING),
            view.say(words.TOO_BIG, megabytes=megabytes),
        )
        template = Markup(
            '<p><a class="plain" href="/transfer/template/{}" download>{}</a> <span class="sub">{}</span></p>'
        ).format(entity.name, view.say(words.TEMPLATE), view.say(words.TEMPLATE_HINT))
        return drop + template + (self._recent(found) if found else EMPTY)

    def _recent(self, found: tuple[ImportState, ...]) -> Markup:
        view = self._view
        heads = (
            ("tight", common.TIME),
            ("", words.FILE),
            ("tight", words.PHASE),
            ("tight", common.STATE),
            ("tight", words.DONE["created"]),
            ("tight", words.DONE["updated"]),
            ("tight", words.DONE["failed"]),
        )
        row = Markup(
            '<tr><td class="tight">{}</td><td><a href="?file={}">{}</a></td><td class="tight">{}</td>'
            '<td class="tight">{}</td><td class="tight">{}</td><td class="tight">{}</td>'
            '<td class="tight">{}</td></tr>'
        )
        rows = (
            row.format(
                drawing.date_and_clock(view.zone, one.started_ns),
                one.file,
                one.file_name,
                view.say(words.STEPS[3 if one.phase is Phase.TRIAL else 4]),
                view.say(common.RUN_STATES[one.state]),
                one.created,
                one.updated,
                one.failed,
            )
            for one in found
        )
        return Markup("<h2>{}</h2>{}").format(
            view.say(words.RECENT), table([(look, view.say(text)) for look, text in heads], rows)
        )

    # -- saying what the columns mean

    def _mapping(self, upload: _Upload) -> Markup:
        view = self._view
        options = [("", view.say(words.NOT_IMPORTED))]
        options += [(one.name, view.name(one.label)) for one in upload.columns]
        heads = (("", words.HEADING), ("", words.MEANS), ("", words.FIRST_VALUES))
        row = Markup('<tr><td><b>{}</b></td><td>{}</td><td class="sub">{}</td></tr>')
        rows = (
            row.format(
                label,
                select(f"column{place}", upload.mapping.get(place, ""), options),
                " ｜ ".join(_previews(upload.rows, place)),
            )
            for place, label in enumerate(upload.header.labels)
            if label or any(_previews(upload.rows, place))
        )
        mapped = set(upload.mapping.values())
        missing = [view.name(one.label) for one in upload.required if one.name not in mapped]
        if "code" in mapped and self._entity.name == "house":
            missing = []
        warning = (
            Markup('<p class="notice">{}</p>').format(
                view.say(words.REQUIRED_UNMAPPED, fields="、".join(missing))
            )
            if missing
            else EMPTY
        )
        return Markup(
            '<p><b>{}</b> {}</p>{}<form class="record" data-form="map">{}<div class="way"><h2>{}</h2>{}</div>'
            '{}<div class="toolbar"><button class="plain main">{}</button>'
            '<a class="plain" href="?">{}</a></div></form>'
        ).format(
            upload.name,
            self._places(upload),
            warning,
            table([(look, view.say(text)) for look, text in heads], rows, "mapping"),
            view.say(words.IF_THERE),
            self._existing(),
            self._projects(upload) + self._missing(),
            view.say(words.CHECK),
            view.say(words.ANOTHER_FILE),
        )

    def _places(self, upload: _Upload) -> Markup:
        """Which sheet, and which of its rows holds the headings."""
        view = self._view
        go = Markup('<label class="field">{} <select data-go>{}</select></label> ')
        option = Markup('<option value="?file={}&amp;map&amp;sheet={}{}"{}>{}</option>')
        chosen = Markup(" selected")
        sheets = (
            option.format(self._file, at, EMPTY, chosen if at == upload.at else EMPTY, name or at + 1)
            for at, name in enumerate(upload.sheets)
        )
        headers = (
            option.format(
                self._file,
                upload.at,
                Markup("&amp;header={}").format(number),
                chosen if number == upload.header.row else EMPTY,
                number,
            )
            for number in upload.headers
        )
        many = go.format(view.say(words.SHEET), EMPTY.join(sheets)) if len(upload.sheets) > 1 else EMPTY
        return many + go.format(view.say(words.HEADER_ROW), EMPTY.join(headers))

    def _existing(self) -> Markup:
        radio = Markup('<label><input type="radio" name="existing" value="{}"{}> {}</label><br>')
        return EMPTY.join(
            radio.format(value, Markup(" checked") if value == "update" else EMPTY, self._view.say(text))
            for value, text in words.EXISTING.items()
        )

    def _missing(self) -> Markup:
        if self._entity.name != "house":
            return EMPTY
        return Markup(
            '<div class="way"><label><input type="checkbox" name="missing"> {}</label></div>'
        ).format(self._view.say(words.MAKE_MISSING))

    def _projects(self, upload: _Upload) -> Markup:
        if len(upload.projects) < 2:
            return EMPTY
        view = self._view
        options = [(str(one.id), view.name(one.name)) for one in upload.projects]
        return Markup('<div class="way"><h2>{}</h2>{}</div>').format(
            view.say(words.PROJECT), select("scope", options[0][0], options)
        )

    # -- how far it is

    def _progress(self) -> Markup:
        state = self._state
        if state is None:
            return EMPTY
        return self._head(state) + self._counts(state) + self._ways(state) + self._table(state)

    def _head(self, state: ImportState) -> Markup:
        view = self._view
        said = _headline(state)
        trouble = EMPTY
        if state.error and state.state in {RunState.FAILED, RunState.INTERRUPTED}:
            reason = common.refusal(view.language, state.error)
            trouble = Markup('<p class="warning" role="alert">{}</p>').format(reason)
        if not state.is_open:
            return Markup("<h2>{}：{}</h2>{}").format(state.file_name, view.say(said), trouble)
        total = Markup(' max="{}" value="{}"').format(state.total, state.done) if state.total else EMPTY
        rows = (
            view.say(words.ROWS_OF, done=state.done, total=state.total)
            if state.total
            else view.say(words.ROWS_DONE, done=state.done)
        )
        cancel = (
            Markup('<button class="plain" data-act="cancel" data-key="">{}</button>').format(
                view.say(common.CANCEL)
            )
            if not state.cancelling
            else EMPTY
        )
        return Markup(
            '<h2>{}：{}</h2><div class="toolbar"><progress{}></progress><span>{}</span>{}</div>'
        ).format(state.file_name, view.say(said), total, rows, cancel)

    def _counts(self, state: ImportState) -> Markup:
        told = words.WOULD if state.phase is Phase.TRIAL else words.DONE
        box = Markup("<div{}><b>{}</b>{}</div>")
        found = (
            (name, count, text)
            for name, text in told.items()
            if (count := getattr(state, name)) or name in {"created", "failed"}
        )
        return Markup('<div class="counts">{}</div>').format(
            EMPTY.join(
                box.format(
                    Markup(' class="bad"') if name == "failed" and count else EMPTY,
                    count,
                    self._view.say(text),
                )
                for name, count, text in found
            )
        )

    def _ways(self, state: ImportState) -> Markup:
        """What can be done next."""
        return Markup('<div class="toolbar">{}</div>{}').format(
            EMPTY.join(self._buttons(state)), self._note(state)
        )

    def _buttons(self, state: ImportState) -> Iterator[Markup]:
        view = self._view
        if state.is_open:
            return
        button = Markup('<button class="plain main" data-act="commit" data-key="">{}</button>')
        link = Markup('<a class="plain" href="{}"{}>{}</a>')
        tried = state.phase is Phase.TRIAL
        if tried and state.state is RunState.DONE and (good := state.created + state.updated):
            yield button.format(view.say(words.IMPORT_GOOD, count=good))
        if not tried and state.state is not RunState.DONE:
            yield button.format(view.say(words.GO_ON))
        if state.failed:
            path = f"/transfer/failed/{state.file}"
            yield link.format(path, Markup(" download"), view.say(words.FAILED_FILE))
        if tried:
            yield link.format(f"?file={state.file}&map", EMPTY, view.say(words.MAP_AGAIN))
        yield link.format(f"/{self._entity.name}/import", EMPTY, view.say(words.ANOTHER_FILE))
        if not tried:
            what = view.name(self._entity.label)
            yield link.format(f"/{self._entity.name}", EMPTY, view.say(words.SEE_RECORDS, what=what))

    def _note(self, state: ImportState) -> Markup:
        good = state.created + state.updated
        if state.is_open or state.phase is not Phase.TRIAL or not state.failed or not good:
            return EMPTY
        return Markup('<p class="sub">{}</p>').format(self._view.say(words.IMPORT_GOOD_ONLY, count=good))

    def _table(self, state: ImportState) -> Markup:
        view = self._view
        if state.is_open or not self._errors:
            return EMPTY
        labels = self._labels()
        heads = (
            ("tight", words.ROW),
            ("tight", words.COLUMN),
            ("", words.VALUE),
            ("", words.REASON),
            ("hide-small", words.FIX),
        )
        row = Markup(
            '<tr><td class="tight">{}</td><td class="tight">{}</td><td>{}</td><td>{}</td>'
            '<td class="hide-small">{}</td></tr>'
        )
        rows = (
            row.format(
                one.row,
                f"{error.letter} {view.name(labels[error.column]) if error.column in labels else ''}",
                error.value,
                in_language(error.reason, view.language),
                in_language(error.fix, view.language),
            )
            for one in self._errors
            for error in one.errors
        )
        more = (
            Markup('<p class="sub">{}</p>').format(
                view.say(words.ERRORS_SHOWN, shown=len(self._errors), count=state.failed)
            )
            if state.failed > len(self._errors)
            else EMPTY
        )
        heading = Markup("<h2>{}</h2>{}").format(view.say(words.ERRORS), more)
        return heading + table([(look, view.say(text)) for look, text in heads], rows, "errors")

    def _labels(self) -> dict[str, Text]:
        found = {one.name: one.label for one in self._entity.fields}
        return found | {one.name: one.label for one in special_columns(self._entity.name)}

    # -- what a person does

    async def _start(self, entered: Entered) -> None:
        upload = self._upload
        if upload is None:
            return
        mapping = []
        for place in range(len(upload.header.labels)):
            name = entered.get(f"column{place}", ("",))[0]
            if name:
                mapping.append((place, name))
        body = StartImport(
            self._entity.name,
            self._file,
            upload.name,
            upload.at,
            upload.header.row,
            tuple(mapping),
            entered.get("existing", ("update",))[0],
            _number(entered.get("scope", ("",))[0]),
            "missing" in entered,
        )
        if await self._send(body):
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


def _headline(state: ImportState) -> Text:
    if state.cancelling and state.is_open:
        return words.CANCELLING
    if state.state is RunState.QUEUED:
        return words.WAITING
    trial = state.phase is Phase.TRIAL
    match state.state:
        case RunState.RUNNING:
            return words.CHECKING if trial else words.IMPORTING
        case RunState.DONE:
            return words.CHECKED if trial else words.IMPORTED
        case RunState.CANCELLED:
            return words.CHECK_STOPPED if trial else words.STOPPED
        case _:
            return words.FAILED


def _previews(rows: tuple[Row, ...], place: int) -> list[str]:
    texts = (shown(row.cells[place]) if place < len(row.cells) else "" for row in rows)
    return [text[:CELL_LENGTH] for text in texts if text]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


async def import_page(view: View, entities: Entities, entity: Entity) -> None:
    await ImportPage(view, entities, entity).draw()
