"""The tree of scopes, as far as its reader's own scope reaches."""

import asyncio
from collections.abc import Awaitable, Callable

from markupsafe import Markup
from nicegui import ui

from business.access.messages import SCOPES, CreateScope, MoveScope, RemoveScope, RenameScope
from business.access.model import ScopeKind
from business.access.queries import ScopeRow
from business.access.queries import scopes as read_scopes
from hmi import words
from hmi.commanding import carry_out
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import access as said

_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
_FIELD = "outlined dense maxlength=80"
_KINDS = list(ScopeKind)


class ScopesPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[ScopeRow, ...] = ()
        self._turn = 0
        self._which = 0
        self._is_new = False

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.SCOPES)):
            html(view.block(self._tree, lambda: self._turn))
            with ui.dialog() as self._naming, ui.card():
                self._title = ui.label().classes("text-weight-bold")
                self._code = ui.input(view.say(said.CODE)).props("outlined dense maxlength=64")
                self._zh = ui.input(view.say(said.CHINESE_NAME)).props(_FIELD)
                self._en = ui.input(view.say(said.ENGLISH_NAME)).props(_FIELD)
                self._actions(self._naming, self._save)
            with ui.dialog() as self._moving, ui.card():
                self._what = ui.label().classes("text-weight-bold")
                self._parent = ui.select({}, label=view.say(said.SCOPE)).props("outlined dense")
                self._actions(self._moving, self._move)
        for act, handler in (
            ("below", self._open_below),
            ("rename", self._open_rename),
            ("move", self._open_move),
            ("remove", self._remove),
        ):
            view.on(act, SCOPES, handler)

    def _actions(self, dialog: ui.dialog, save: Callable[[], Awaitable[None]]) -> None:
        with ui.element("div").classes("actions"):
            ui.button(self._view.say(words.CANCEL), on_click=dialog.close).props("flat")
            ui.button(self._view.say(words.SAVE), on_click=save)

    async def _read(self) -> None:
        reach = self._view.person.reach(SCOPES)

        def read() -> tuple[ScopeRow, ...]:
            with self._view.house.seats.authority.open() as session:
                return read_scopes(session, reach)

        self._rows = await asyncio.to_thread(read)
        self._turn += 1

    def _tree(self) -> Markup:
        view = self._view
        columns = (("", words.NAME), ("", words.KIND), ("hide-small", said.CODE), ("tight", None))
        heads = [(look, view.say(text) if text else "") for look, text in columns]
        return table(heads, map(self._row, self._rows), "tree")

    def _row(self, row: ScopeRow) -> Markup:
        view = self._view
        acts = [("rename", said.RENAME)]
        if row.kind != ScopeKind.BUILDING:
            acts.insert(0, ("below", said.ADD_BELOW))
        if row.kind != ScopeKind.GROUP:
            acts += [("move", said.MOVE), ("remove", said.REMOVE)]
        buttons = EMPTY.join(_BUTTON.format(act, row.id, view.say(text)) for act, text in acts)
        return Markup(
            '<tr><td style="padding-left:{}px"><b>{}</b></td><td>{}</td><td class="hide-small">{}</td>'
            '<td class="tight">{}</td></tr>'
        ).format(
            10 + 22 * row.depth,
            view.name(row.name),
            view.say(said.KINDS[ScopeKind(row.kind)]),
            row.code,
            buttons,
        )

    def _find(self, key: str) -> ScopeRow | None:
        return next((row for row in self._rows if str(row.id) == key), None)

    async def _open_below(self, key: str) -> None:
        await self._open(key, is_new=True)

    async def _open_rename(self, key: str) -> None:
        await self._open(key, is_new=False)

    async def _open(self, key: str, *, is_new: bool) -> None:
        row = self._find(key)
        if row is None:
            return
        self._which, self._is_new = row.id, is_new
        title = said.ADD_BELOW_OF if is_new else said.RENAME_OF
        self._title.text = self._view.say(title, scope=self._view.name(row.name))
        self._code.set_visibility(is_new)
        self._code.value = ""
        self._zh.value, self._en.value = ("", "") if is_new else (row.name.zh, row.name.en)
        self._naming.open()

    async def _save(self) -> None:
        code, zh, en = (str(field.value or "") for field in (self._code, self._zh, self._en))
        body = CreateScope(self._which, code, zh, en) if self._is_new else RenameScope(self._which, zh, en)
        if await self._send(body):
            self._naming.close()

    async def _open_move(self, key: str) -> None:
        row = self._find(key)
        if row is None:
            return
        self._which = row.id
        above = _KINDS[_KINDS.index(ScopeKind(row.kind)) - 1]
        parents = {one.id: self._view.name(one.name) for one in self._rows if one.kind == above}
        self._what.text = self._view.say(said.MOVE_OF, scope=self._view.name(row.name))
        self._parent.set_options(parents, value=row.parent_id if row.parent_id in parents else None)
        self._moving.open()

    async def _move(self) -> None:
        if self._parent.value and await self._send(MoveScope(self._which, int(self._parent.value))):
            self._moving.close()

    async def _remove(self, key: str) -> None:
        if (row := self._find(key)) is not None:
            await self._send(RemoveScope(row.id))

    async def _send(self, body: CreateScope | RenameScope | MoveScope | RemoveScope) -> bool:
        done = await carry_out(self._view, body, SCOPES, self._view.house.ports.office)
        await self._read()
        return done


async def scopes(view: View) -> None:
    await ScopesPage(view).draw()
