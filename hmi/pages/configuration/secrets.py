"""Secrets: which are set, since when and by whom. They are written here and never shown."""

from collections.abc import Sequence

from markupsafe import Markup

from business.configuration.messages import WRITE, RemoveSecret, SetSecret
from business.configuration.secrets import KnownSecret, SecretRow
from hmi import drawing, words
from hmi.editing import Kept, button, confirm
from hmi.pages.configuration.telling import tabs
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import configuration as said


class SecretsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._kept: Kept[Sequence[SecretRow]] = Kept(view, WRITE, view.house.ports.secrets)
        self._chosen = ""

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        with frame(view, view.say(said.CONFIGURATION)):
            html(tabs(view))
            html(Markup("<p>{}</p>").format(view.say(said.WRITE_ONLY)))
            html(self._kept.block(self._table))
            html(view.block(self._form, lambda: self._chosen))
            self._ask = confirm(view)
        view.on("set", WRITE, self._open)
        view.on("remove", WRITE, self._remove)
        view.on_form("secret", WRITE, self._set)

    async def _open(self, name: str) -> None:
        self._chosen = name if name in self._known() else ""

    def _known(self) -> dict[str, KnownSecret]:
        return {row.name: row.known for row in self._kept.rows}

    async def _set(self, entered: Entered) -> None:
        value = entered.get("value", ("",))[0]
        if self._chosen and await self._kept.send(SetSecret(self._chosen, value)):
            self._chosen = ""

    async def _remove(self, name: str) -> None:
        if (known := self._known().get(name)) is not None:
            label = self._view.name(known.label)
            self._ask(label, lambda: self._kept.send(RemoveSecret(name)))

    def _table(self) -> Markup:
        view = self._view
        heads = [("", view.say(said.SECRET)), ("", view.say(said.STATE)), ("", "")]
        return table(heads, map(self._row, self._kept.rows))

    def _row(self, row: SecretRow) -> Markup:
        view = self._view
        buttons = EMPTY
        if not row.given:
            buttons = button(view, "set", row.name, said.REPLACE)
            if row.set_ns:
                buttons += button(view, "remove", row.name, said.REMOVE)
        return Markup(
            '<tr data-secret="{}"><td><b>{}</b><br><small class="sub">{}</small></td><td>{}</td>'
            "<td>{}</td></tr>"
        ).format(row.name, view.name(row.known.label), view.name(row.known.hint), self._state(row), buttons)

    def _state(self, row: SecretRow) -> str:
        view = self._view
        if row.given:
            return view.say(said.GIVEN, name=row.given)
        if not row.set_ns:
            return view.say(said.NOT_SET)
        time = drawing.date_and_clock(view.zone, row.set_ns)
        if row.set_by:
            return view.say(said.SET_BY, time=time, user=row.set_by)
        return view.say(said.SET_ON_SERVER, time=time)

    def _form(self) -> Markup:
        view = self._view
        if not self._chosen:
            return EMPTY
        return Markup(
            '<form class="record" data-form="secret" autocomplete="off" novalidate><fieldset>'
            '<legend>{}</legend><label class="field wide"><span>{}</span>'
            '<input type="password" name="value" maxlength="4096" '
            'autocomplete="new-password"></label></fieldset><div class="toolbar">'
            '<button class="plain main">{}</button></div></form>'
        ).format(view.name(self._known()[self._chosen].label), view.say(said.NEW_VALUE), view.say(words.SAVE))


async def secrets(view: View) -> None:
    await SecretsPage(view).draw()
