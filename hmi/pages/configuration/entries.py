"""What is defined entry by entry: a list, and a form of each that follows from the schema."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from markupsafe import Markup

from actors.said import in_language
from business.configuration.desk import Trouble
from business.configuration.messages import WRITE, FileText
from business.duty.queries import team_names
from config.export import toml
from config.problems import Key
from config.settings_fields import SettingField, as_text, fields_of, name_of, table_of, value_of
from config.text import Text
from config.versions import VersionError
from hmi.pages.configuration.entry_kinds import EntryKind, entries, place_of
from hmi.pages.configuration.inputs import Inputs
from hmi.pages.configuration.offering import Around, Row, name_of_row
from hmi.pages.configuration.proposing import Editing, opened
from hmi.pages.configuration.telling import tabs
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import configuration as said
from hmi.words import entries as words

NEW = "new"
"""Instead of an id in the address."""
_WRONG = Markup('<p class="notice" role="alert">{}</p>')


class EntryPage:
    """The form of one entry; what is entered is kept as it was typed."""

    def __init__(self, view: View, editing: Editing, kind: EntryKind, name: str, around: Around) -> None:
        """`name` is the id of the entry, '' for a new one."""
        self._view, self._editing, self._kind, self._name = view, editing, kind, name
        self._around = around
        self._file, self._at = place_of(kind, editing.base.documents, name)
        self._rows: list[Row] = list(editing.base.documents.get(self._file, {}).get(kind.key, ()))
        self._is_own = self._at < len(self._rows)
        self._fill(around.row)
        self._taken = ""
        self._turn = 0

    def _fill(self, row: Row) -> None:
        """A list of tables gets one blank row more than it has."""
        self._around = replace(self._around, row=row)
        self._fields = fields_of(self._kind.table(row), row, words.BASICS)
        self._inputs = Inputs(self._view, lambda keys: self._problems().get(keys, ""), self._offered)
        self._texts = {
            name_of(one): tuple(text.split("\n")) if self._inputs.is_ticked(one) else (text,)
            for one in self._fields
            for text in (as_text(one, value_of(row, one)),)
        }

    def draw(self, title: str) -> None:
        view, editing = self._view, self._editing
        editing.then = self._kind.home
        above = Markup('<p class="crumbs"><a href="{}">{}</a></p>').format(
            self._kind.home, view.say(self._kind.title)
        )
        with frame(view, title, above):
            html(view.block(self._form, lambda: self._turn))
            html(view.block(lambda: self._kind.under(view, self._around), lambda: self._turn))
            html(view.block(lambda: editing.markup(self._is_here), lambda: editing.turn))
        view.on_form("entry", WRITE, self._entered)
        view.on_form("save", WRITE, editing.submit)

    async def _entered(self, entered: Entered) -> None:
        row: dict[str, Any] | None = None
        if "remove" not in entered.get("do", ()):
            row = table_of(self._fields, entered)
            self._fill(row)
            known = entries(self._kind, self._editing.base.documents)
            self._taken = str(row.get("id", "")) if not self._name and row.get("id") in known else ""
        if not self._taken:
            await self._propose(row)
        self._turn += 1

    async def _propose(self, row: Row | None) -> None:
        """None takes the entry away."""
        rows = list(self._rows)
        rows[self._at : self._at + 1] = [row] if row is not None else []
        tables: dict[str, Any] = {**self._editing.base.documents.get(self._file, {}), self._kind.key: rows}
        if not rows:
            del tables[self._kind.key]
        await self._editing.check((), [FileText(self._file, toml(tables) if tables else "")])

    # -- drawing

    def _form(self) -> Markup:
        view = self._view
        groups: dict[str, list[Markup]] = {}
        for one in self._fields:
            drawn = self._inputs.entry(one, self._texts[name_of(one)])
            if one.keys == ("id",) and self._name:
                drawn = Markup('<input type="hidden" name="id" value="{}">').format(self._name)
            groups.setdefault(view.name(one.group), []).append(drawn)
        body = EMPTY.join(
            Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(heading, EMPTY.join(members))
            for heading, members in groups.items()
        )
        taken = _WRONG.format(view.say(words.TAKEN, name=self._taken)) if self._taken else EMPTY
        return Markup(
            '{}<form class="record" data-form="entry" autocomplete="off" novalidate>{}'
            '<div class="toolbar"><button class="plain main" name="do" value="check">{}</button> {}</div>'
            "</form>"
        ).format(taken, body, view.say(said.CHECK), self._removal())

    def _removal(self) -> Markup:
        if not self._name or not self._is_own:
            return EMPTY
        text = words.RESTORE if self._name in self._kind.shipped() else words.REMOVE
        return Markup('<button class="plain" name="do" value="remove">{}</button>').format(
            self._view.say(text)
        )

    def _offered(self, field: SettingField) -> Mapping[str, str] | None:
        return self._kind.offered(self._view, self._around, field)

    def _field_of(self, trouble: Trouble) -> tuple[Key, ...] | None:
        """The keys of the field that it is about; None for what is wrong elsewhere."""
        if trouble.file != self._file or trouble.keys[:2] != (self._kind.key, self._at):
            return None
        known = [one.keys for one in self._fields]
        keys = trouble.keys[2:]
        inside = next((one for one in known if one[: len(keys)] == keys), None)
        while keys and keys not in known:  # of a list its field
            keys = keys[:-1]
        return keys or inside

    def _is_here(self, trouble: Trouble) -> bool:
        return self._field_of(trouble) is not None

    def _problems(self) -> dict[tuple[Key, ...], str]:
        found: dict[tuple[Key, ...], str] = {}
        proposal = self._editing.proposal
        for trouble in proposal.troubles if proposal is not None else ():
            if (keys := self._field_of(trouble)) is not None:
                said_of_it = in_language(trouble.reason, self._view.language)
                found[keys] = f"{found.get(keys, '')} {said_of_it}".strip()
        return found


async def _list(view: View, kind: EntryKind) -> None:
    try:
        editing = await opened(view)
    except VersionError as error:
        with frame(view, view.say(said.CONFIGURATION)):
            html(tabs(view) + Markup('<p class="warning">{}</p>').format(str(error)))
        return
    with frame(view, view.say(said.CONFIGURATION)):
        html(tabs(view))
        html(Markup('<p class="sub">{}</p>').format(view.say(kind.hint)))
        html(
            Markup('<div class="toolbar"><a class="plain" href="{}/{}">{}</a></div>').format(
                kind.home, NEW, view.say(kind.new)
            )
        )
        html(_table(view, kind, editing))


def _table(view: View, kind: EntryKind, editing: Editing) -> Markup:
    documents = editing.base.documents
    heads = (("tight", words.ID), ("", words.NAME), ("", kind.told), ("tight", words.ORIGIN))
    row = Markup(
        '<tr data-entry="{0}"><td class="tight">{0}</td><td><a href="{1}/{0}"><b>{2}</b></a></td><td>{3}</td>'
        '<td class="tight">{4}</td></tr>'
    )
    listed = entries(kind, documents)
    if not listed:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NOTHING))
    return table(
        [(look, view.say(text)) for look, text in heads],
        (
            row.format(
                name,
                kind.home,
                name_of_row(view, one),
                kind.sums_up(view, documents, one),
                view.say(words.SHIPPED if one is kind.shipped().get(name) else words.OWN),
            )
            for name, one in listed.items()
        ),
    )


async def _edit(view: View, kind: EntryKind, name: str) -> None:
    try:
        editing = await opened(view)
    except VersionError as error:
        with frame(view, view.say(kind.title)):
            html(Markup('<p class="warning">{}</p>').format(str(error)))
        return
    known = await asyncio.to_thread(entries, kind, editing.base.documents)
    if name != NEW and name not in known:
        with frame(view, view.say(kind.title)):
            told = view.say(words.NO_ENTRY, version=editing.base.number, name=name[:80])
            html(Markup('<p class="notice">{}</p>').format(told))
        return
    row = known.get(name, {}) if name != NEW else {}
    title = name_of_row(view, row) if row else view.say(kind.new)
    around = Around(editing.base.documents, row, await _teams(view))
    EntryPage(view, editing, kind, name if row else "", around).draw(title)


async def _teams(view: View) -> Mapping[str, Text]:
    def read() -> Mapping[str, Text]:
        with view.house.seats.authority.open() as session:
            return team_names(session)

    return await asyncio.to_thread(read)


def entry_pages(kind: EntryKind) -> dict[str, Callable[..., Awaitable[None]]]:
    """The pages of a kind by their addresses."""
    return {kind.home: partial(_list, kind=kind), f"{kind.home}/{{name}}": partial(_named, kind)}


async def _named(kind: EntryKind, view: View, name: str) -> None:
    await _edit(view, kind, name)
