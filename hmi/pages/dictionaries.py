"""Dictionaries and their entries, for whoever keeps them (A05, B07)."""

from urllib.parse import quote

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.dictionaries.messages import (
    MANAGE,
    ChangeDictionaryEntry,
    CreateDictionary,
    CreateDictionaryEntry,
    DisableDictionaryEntry,
    EnableDictionaryEntry,
    MoveDictionaryEntry,
    RelabelDictionary,
    RemoveDictionary,
    RemoveDictionaryEntry,
)
from business.dictionaries.model import Colour
from business.dictionaries.queries import DictionaryRow, EntryRow, dictionaries, entries
from hmi import words
from hmi.editing import (
    Editor,
    Field,
    Kept,
    Kind,
    Values,
    button,
    confirm,
    empty,
    indented,
    neighbours,
    toolbar,
)
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import dictionaries as own
from hmi.words import editing as said

_LABELS = (Field("zh", said.LABEL_ZH), Field("en", said.LABEL_EN))


class DictionariesPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._chosen = str(view.client.request.query_params.get("of", ""))[:64]
        self._kept = Kept(view, MANAGE, self._read)

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        with frame(view, view.say(own.DICTIONARIES)):
            html(self._kept.block(self._toolbar))
            html(self._kept.block(self._table))
            code = Field("code", said.CODE, hint=view.say(said.CODE_HINT))
            self._dictionary = Editor(view, (code, *_LABELS))
            self._editor = Editor(
                view,
                (
                    code,
                    *_LABELS,
                    Field("parent", said.ABOVE, Kind.CHOICE),
                    Field("colour", own.COLOUR, Kind.CHOICE),
                ),
            )
            self._confirm = confirm(view)
        for act, handler in (
            ("add-dictionary", self._add_dictionary),
            ("relabel", self._relabel),
            ("remove-dictionary", self._remove_dictionary),
            ("add", self._add),
            ("edit", self._edit),
            ("up", self._up),
            ("down", self._down),
            ("disable", self._disable),
            ("enable", self._enable),
            ("remove", self._remove),
        ):
            view.on(act, MANAGE, handler)

    def _read(self, session: Session) -> tuple[tuple[DictionaryRow, ...], tuple[EntryRow, ...]]:
        found = dictionaries(session)
        names = [row.name for row in found]
        if self._chosen not in names:
            self._chosen = names[0] if names else ""
        return found, entries(session, self._chosen)

    @property
    def _row(self) -> DictionaryRow | None:
        return next((row for row in self._kept.rows[0] if row.name == self._chosen), None)

    def _entry(self, code: str) -> EntryRow | None:
        return next((entry for entry in self._kept.rows[1] if entry.code == code), None)

    # -- drawing

    def _toolbar(self) -> Markup:
        view, row = self._view, self._row
        option = Markup('<option value="/dictionaries?of={}"{}>{}</option>')
        options = EMPTY.join(
            option.format(
                quote(one.name),
                Markup(" selected") if one.name == self._chosen else EMPTY,
                view.say(own.IN_TITLE, label=view.name(one.label), count=one.entries),
            )
            for one in self._kept.rows[0]
        )
        return toolbar(
            Markup("<label>{} <select data-go>{}</select></label>").format(view.say(own.DICTIONARY), options),
            button(view, "add", "", own.ADD_ENTRY) if row else EMPTY,
            Markup('<span class="grow"></span>'),
            button(view, "add-dictionary", "", own.ADD_DICTIONARY),
            button(view, "relabel", "", own.RELABEL) if row else EMPTY,
            button(view, "remove-dictionary", "", own.REMOVE_DICTIONARY)
            if row and not row.built_in
            else EMPTY,
        )

    def _table(self) -> Markup:
        view = self._view
        if not self._kept.rows[1]:
            return empty(view, own.NO_ENTRIES)
        heads = (
            ("", words.NAME),
            ("hide-small", said.LABEL_EN if view.language == "zh" else said.LABEL_ZH),
            ("tight", said.CODE),
            ("tight hide-small", own.COLOUR),
            ("tight", words.STATE),
            ("tight hide-small", said.ORIGIN),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._line, self._kept.rows[1]),
        )

    def _line(self, entry: EntryRow) -> Markup:
        view = self._view
        other = entry.label.en if view.language == "zh" else entry.label.zh
        toggle = ("enable", words.ENABLE) if entry.disabled else ("disable", words.DISABLE)
        buttons = [
            button(view, "edit", entry.code, said.EDIT),
            button(view, "up", entry.code, said.UP),
            button(view, "down", entry.code, said.DOWN),
            button(view, toggle[0], entry.code, toggle[1]),
            EMPTY if entry.built_in else button(view, "remove", entry.code, said.REMOVE),
        ]
        return Markup(
            '<tr data-code="{}"><td>{}</td><td class="hide-small">{}</td>'
            '<td class="tight"><code>{}</code></td>'
            '<td class="tight hide-small">{}</td><td class="tight">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight">{}</td></tr>'
        ).format(
            entry.code,
            indented(view.name(entry.label), entry.depth),
            other,
            entry.code,
            swatch(view, entry.colour),
            view.say(words.DISABLED if entry.disabled else words.ENABLED),
            view.say(said.SHIPPED if entry.built_in else said.OWN),
            EMPTY.join(buttons),
        )

    # -- what a person does

    async def _add_dictionary(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            before = self._chosen
            self._chosen = values["code"].strip()
            done = await self._kept.send(CreateDictionary(values["code"], values["zh"], values["en"]))
            if not done:
                self._chosen = before
                await self._kept.read()
            return done

        self._dictionary.open(self._view.say(own.ADD_DICTIONARY), {}, save)

    async def _relabel(self, _key: str) -> None:
        row = self._row
        if row is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(RelabelDictionary(row.name, values["zh"], values["en"]))

        now = {"code": row.name, "zh": row.label.zh, "en": row.label.en}
        self._dictionary.open(self._view.say(own.RELABEL), now, save, locked=("code",))

    async def _remove_dictionary(self, _key: str) -> None:
        row = self._row
        if row is not None:
            self._confirm(self._view.name(row.label), lambda: self._kept.send(RemoveDictionary(row.name)))

    async def _add(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(
                CreateDictionaryEntry(
                    self._chosen,
                    values["code"],
                    values["zh"],
                    values["en"],
                    values["colour"],
                    values["parent"],
                )
            )

        self._editor.open(self._view.say(own.ADD_ENTRY), {}, save, choices=self._choices())

    async def _edit(self, key: str) -> None:
        entry = self._entry(key)
        if entry is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(
                ChangeDictionaryEntry(
                    self._chosen,
                    entry.code,
                    values["zh"],
                    values["en"],
                    values["colour"],
                    values["parent"],
                )
            )

        now = {
            "code": entry.code,
            "zh": entry.label.zh,
            "en": entry.label.en,
            "parent": entry.parent,
            "colour": entry.colour,
        }
        title = self._view.say(own.EDIT_ENTRY, code=entry.code)
        self._editor.open(title, now, save, choices=self._choices(), locked=("code",))

    def _choices(self) -> dict[str, dict[str, str]]:
        view = self._view
        above = {entry.code: view.name(entry.label) for entry in self._kept.rows[1]}
        return {
            "parent": {"": view.say(said.TOP), **above},
            "colour": {colour.value: view.say(text) for colour, text in own.COLOURS.items()},
        }

    async def _up(self, key: str) -> None:
        await self._move(key, 0)

    async def _down(self, key: str) -> None:
        await self._move(key, 1)

    async def _move(self, key: str, way: int) -> None:
        entry = self._entry(key)
        if entry is not None:
            siblings = [one.code for one in self._kept.rows[1] if one.parent == entry.parent]
            before = neighbours(siblings, key)[way]
            if before is not None:
                await self._kept.send(MoveDictionaryEntry(self._chosen, key, before))

    async def _disable(self, key: str) -> None:
        await self._kept.send(DisableDictionaryEntry(self._chosen, key))

    async def _enable(self, key: str) -> None:
        await self._kept.send(EnableDictionaryEntry(self._chosen, key))

    async def _remove(self, key: str) -> None:
        entry = self._entry(key)
        if entry is not None:
            self._confirm(
                self._view.name(entry.label),
                lambda: self._kept.send(RemoveDictionaryEntry(self._chosen, key)),
            )


def swatch(view: View, colour: str) -> Markup:
    """A colour of the charts with its name: never colour alone."""
    if not colour:
        return EMPTY
    name = view.say(own.COLOURS[Colour(colour)])
    return Markup('<span class="swatch"><i class="hue-{}"></i>{}</span>').format(colour, name)


async def dictionary_page(view: View) -> None:
    await DictionariesPage(view).draw()
