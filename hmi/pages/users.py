"""Users and their grants, for security administrators and those to whom they have delegated."""

import asyncio
from collections.abc import Awaitable, Callable

from markupsafe import Markup
from nicegui import ui

from business.access.messages import DELEGATE, MANAGE, USERS, GrantRole, WithdrawGrant
from business.access.model import Duty
from business.access.person import union
from business.access.queries import GrantRow, RoleRow, ScopeRow, vacant_duties
from business.access.queries import roles as read_roles
from business.access.queries import scopes as read_scopes
from business.access.roles import VIEWER
from business.identity.messages import CreateUser, DisableUser, EnableUser, SetPassword
from business.identity.queries import UserRow
from business.identity.queries import users as read_users
from business.property.messages import LinkUser
from config.text import Text
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.days import day_after_ns
from hmi.pages.linking import Linking
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import access as said
from hmi.words import linking as linked

_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
_FIELD = "outlined dense maxlength=64"

Body = CreateUser | SetPassword | DisableUser | EnableUser | GrantRole | WithdrawGrant | LinkUser


class UsersPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[UserRow, ...] = ()
        self._roles: tuple[RoleRow, ...] = ()
        self._scopes: tuple[ScopeRow, ...] = ()
        self._vacant: tuple[Duty, ...] = ()
        self._turn = 0
        self._whose = ""
        self._linking = Linking(view, self._send)

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(words.USERS)):
            html(view.block(self._notice, lambda: self._vacant))
            toolbar = Markup('<div class="toolbar">{}</div>')
            html(toolbar.format(_BUTTON.format("add", "", view.say(words.ADD_USER))))
            html(view.block(self._table, lambda: self._turn))
            self._dialogs()
        for act, permission, handler in (
            ("add", USERS, self._open_add),
            ("password", USERS, self._open_password),
            ("disable", USERS, self._disable),
            ("enable", USERS, self._enable),
            ("grant", DELEGATE, self._open_grant),
            ("withdraw", DELEGATE, self._withdraw),
            ("link", USERS, self._open_link),
        ):
            view.on(act, permission, handler)

    def _dialogs(self) -> None:
        view = self._view
        hint = view.say(words.PASSWORD_HINT)
        with ui.dialog() as self._adding, ui.card():
            ui.label(view.say(words.ADD_USER)).classes("text-weight-bold")
            self._name = ui.input(view.say(words.USER_NAME)).props(_FIELD)
            self._display = ui.input(view.say(words.DISPLAY_NAME)).props(_FIELD)
            self._first_role, self._first_scope = self._choice()
            self._password = self._secret(words.PASSWORD)
            ui.label(hint).classes("sub")
            self._buttons(self._adding, self._add)
        with ui.dialog() as self._changing, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            self._new = self._secret(words.NEW_PASSWORD)
            ui.label(hint).classes("sub")
            self._buttons(self._changing, self._set_password)
        with ui.dialog() as self._granting, ui.card():
            self._to = ui.label().classes("text-weight-bold")
            self._role, self._scope = self._choice()
            self._own = ui.checkbox(view.say(said.OWN_ONLY)).props("dense")
            self._until = ui.input(view.say(said.LAST_DAY)).props("outlined dense maxlength=10")
            self._buttons(self._granting, self._grant)
        self._linking.dialog()

    def _choice(self) -> tuple[ui.select, ui.select]:
        """Of what the reader may give, and where."""
        view = self._view
        reach = view.person.reach(DELEGATE)
        held = frozenset[str]().union(*(union(view.person.grants, path) for path in reach.paths))
        roles = {
            one.name: view.name(one.label) for one in self._roles if MANAGE in held or one.permissions <= held
        }
        scopes = {one.id: "　" * one.depth + view.name(one.name) for one in self._scopes}
        first = VIEWER if VIEWER in roles else next(iter(roles), None)
        return (
            ui.select(roles, value=first, label=view.say(words.ROLE)).props("outlined dense"),
            ui.select(scopes, value=next(iter(scopes), None), label=view.say(said.SCOPE)).props(
                "outlined dense"
            ),
        )

    def _secret(self, text: Text) -> ui.input:
        return ui.input(self._view.say(text), password=True).props("outlined dense autocomplete=new-password")

    def _buttons(self, dialog: ui.dialog, save: Callable[[], Awaitable[None]]) -> None:
        with ui.element("div").classes("actions"):
            ui.button(self._view.say(words.CANCEL), on_click=dialog.close).props("flat")
            ui.button(self._view.say(words.SAVE), on_click=save)

    async def _read(self) -> None:
        person = self._view.person

        def read() -> None:
            with self._view.house.seats.authority.open() as session:
                self._rows = read_users(session, person.reach(USERS))
                self._roles = read_roles(session)
                self._scopes = read_scopes(session, person.reach(DELEGATE))
                self._vacant = vacant_duties(session) if person.reach(USERS).everything else ()

        await asyncio.to_thread(read)
        await self._linking.read(self._rows)
        self._turn += 1

    def _notice(self) -> Markup:
        if not self._vacant:
            return EMPTY
        duties = ", ".join(self._view.say(said.DUTIES[duty]) for duty in self._vacant)
        return Markup('<p class="notice">{}</p>').format(self._view.say(said.VACANT, duties=duties))

    def _table(self) -> Markup:
        view = self._view
        columns = (
            ("", words.USER_NAME),
            ("hide-small", words.DISPLAY_NAME),
            ("", said.GRANTS),
            ("", linked.LINKED),
            ("", words.STATE),
            ("hide-small", words.CREATED),
            ("", None),
        )
        heads = [(look, view.say(text) if text else "") for look, text in columns]
        return table(heads, map(self._row, self._rows))

    def _row(self, row: UserRow) -> Markup:
        view = self._view
        grants = EMPTY.join(map(self._granted, row.grants)) or view.say(said.NO_GRANTS)
        return Markup(
            '<tr><td><b>{}</b></td><td class="hide-small">{}</td><td>{}{}</td><td>{}{}</td><td>{}'
            '</td><td class="tight hide-small">{}</td><td>{}{}</td></tr>'
        ).format(
            row.name,
            row.display,
            grants,
            _BUTTON.format("grant", row.name, view.say(said.GRANT)),
            self._linking.markup(row),
            _BUTTON.format("link", row.name, view.say(linked.LINK)),
            view.say(words.DISABLED if row.disabled else words.ENABLED),
            drawing.date_and_clock(view.zone, row.created_ns),
            _BUTTON.format("password", row.name, view.say(words.SET_PASSWORD)),
            _BUTTON.format("enable", row.name, view.say(words.ENABLE))
            if row.disabled
            else _BUTTON.format("disable", row.name, view.say(words.DISABLE)),
        )

    def _granted(self, grant: GrantRow) -> Markup:
        view = self._view
        parts = [
            view.say(
                said.GRANTED_OWN if grant.own else said.GRANTED,
                role=view.name(grant.role),
                scope=view.name(grant.scope),
            )
        ]
        for text, at in ((said.SINCE, grant.since_ns), (said.UNTIL, grant.until_ns)):
            if at is not None:
                parts.append(view.say(text, time=drawing.date_and_clock(view.zone, at)))
        withdraw = Markup('<button class="quiet" data-act="withdraw" data-key="{}" title="{}">✕</button>')
        return Markup('<div class="grant">{}{}</div>').format(
            " ".join(parts), withdraw.format(grant.id, view.say(said.WITHDRAW))
        )

    async def _send(self, body: Body, permission: str = USERS) -> bool:
        done = await carry_out(self._view, body, permission, self._view.house.ports.office)
        await self._read()
        return done

    async def _open_add(self, _key: str) -> None:
        self._adding.open()

    async def _add(self) -> None:
        body = CreateUser(
            str(self._name.value or ""),
            str(self._display.value or ""),
            str(self._first_role.value or ""),
            str(self._password.value or ""),
            int(self._first_scope.value or 0),
        )
        if await self._send(body):
            self._adding.close()
            self._name.value = self._display.value = ""
        self._password.value = ""

    async def _open_password(self, key: str) -> None:
        self._whose = key
        self._title.text = self._view.say(words.SET_PASSWORD_OF, user=key)
        self._changing.open()

    async def _set_password(self) -> None:
        if await self._send(SetPassword(self._whose, str(self._new.value or ""))):
            self._changing.close()
        self._new.value = ""

    async def _disable(self, key: str) -> None:
        await self._send(DisableUser(key))

    async def _enable(self, key: str) -> None:
        await self._send(EnableUser(key))

    async def _open_grant(self, key: str) -> None:
        self._whose = key
        self._to.text = self._view.say(said.GRANT_TO, user=key)
        self._granting.open()

    async def _grant(self) -> None:
        try:
            until = day_after_ns(str(self._until.value or ""), self._view.zone)
        except ValueError:
            ui.notify(self._view.say(words.NOT_A_DATE, day=self._until.value), type="warning")
            return
        body = GrantRole(
            self._whose,
            str(self._role.value or ""),
            int(self._scope.value or 0),
            own=bool(self._own.value),
            until_ns=until,
        )
        if await self._send(body, DELEGATE):
            self._granting.close()

    async def _open_link(self, key: str) -> None:
        row = next((row for row in self._rows if row.name == key), None)
        if row is not None:
            self._linking.open(row)

    async def _withdraw(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await self._send(WithdrawGrant(int(key)), DELEGATE)


async def users(view: View) -> None:
    await UsersPage(view).draw()
