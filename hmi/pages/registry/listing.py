"""The list of an entity: search, conditions, sorting, views, many at once; its address says it all."""

import asyncio
from dataclasses import dataclass

from markupsafe import Markup
from nicegui import ui

from actors.said import in_language
from business.dictionaries.queries import choices
from business.registry import views
from business.registry.conditions import (
    WITHOUT_VALUE,
    Condition,
    ConditionRefused,
    Operator,
    operators,
)
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.messages import ChangeRecords, RemoveRecords, RemoveView, RestoreRecords, SaveView
from business.registry.paging import CursorRefused
from business.registry.queries import COUNTED, PAGE, RecordPage, page, tags_of
from hmi import words as common
from hmi.commanding import carry_out
from hmi.forms import select
from hmi.pages.registry.address import Address
from hmi.pages.registry.drawn import Looks, looks
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import registry as words


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one reading of the database gave."""

    fields: dict[str, Field]
    columns: tuple[Field, ...]
    page: RecordPage
    looks: Looks
    tags: dict[int, tuple[str, ...]]
    views: tuple[views.ViewRow, ...]
    choices: dict[str, tuple[tuple[str, str], ...]]
    problem: str


class Listing:
    def __init__(self, view: View, entities: Entities, entity: Entity) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        self._address = Address.read(view.client.request.query_params)
        self._turn = 0
        self._shown: _Shown

    async def draw(self) -> None:
        view, entity = self._view, self._entity
        await self._read()
        with frame(view, view.name(entity.label)):
            html(self._tools())
            html(self._conditions())
            if self._shown.problem:
                html(Markup('<p class="notice" role="alert">{}</p>').format(self._shown.problem))
            html(view.block(self._table, lambda: self._turn))
            html(self._pages())
            if self._shown.page.rows and view.person.may(entity.permission("write")):
                html(self._many())
        view.on_form("condition", entity.permission("read"), self._add_condition)
        view.on_form("view", entity.permission("read"), self._save_view)
        view.on("drop-view", entity.permission("read"), self._drop_view)
        view.on_form("many", "", self._change_many)

    async def _read(self) -> None:
        def read() -> _Shown:
            with self._view.house.seats.authority.open() as session:
                entity, language = self._entity, self._view.language
                fields = fields_of(session, entity)
                columns = tuple(fields[one] for one in self._address.columns if one in fields) or tuple(
                    one for one in fields.values() if one.listed
                )
                problem, found = "", RecordPage((), 0, None)
                reach = self._view.person.reach(entity.permission("read"))
                try:
                    found = page(session, entity, reach, self._address.wanted(PAGE))
                except (ConditionRefused, CursorRefused) as error:
                    problem = in_language(str(error), language)
                return _Shown(
                    fields,
                    columns,
                    found,
                    looks(session, self._entities, fields.values(), found.rows, language),
                    tags_of(session, entity, [row.id for row in found.rows]),
                    views.offered(session, entity, self._view.person.user),
                    {
                        one.dictionary: tuple(
                            (row.code, row.label.in_language(language))
                            for row in choices(session, one.dictionary)
                        )
                        for one in fields.values()
                        if one.dictionary
                    },
                    problem,
                )

        self._shown = await asyncio.to_thread(read)
        self._turn += 1

    # -- drawing

    def _tools(self) -> Markup:
        view, entity, address = self._view, self._entity, self._address
        home = f"/{entity.name}"
        link = Markup('<a class="plain" href="{}">{}</a>')
        links = EMPTY
        for action, path, text in (
            ("write", f"{home}/new", words.NEW),
            ("import", f"{home}/import", words.IMPORT),
            ("export", f"{home}/export?{address.query()}", words.EXPORT),
            ("configure", f"{home}/fields", words.FIELDS),
        ):
            if view.person.may(entity.permission(action)):
                links += link.format(path, view.say(text))
        links += link.format(f"{home}/statistics?{address.query()}", view.say(words.STATISTICS))
        if view.person.may(entity.permission("remove")):
            links += (
                link.format(home, view.say(words.BACK_TO_LIST))
                if address.removed
                else link.format(f"{home}?removed=1", view.say(words.RECYCLE_BIN))
            )
        return Markup(
            '<form class="toolbar" method="get" action="{home}"><label class="field">'
            '<input type="search" name="q" value="{text}" size="24" placeholder="{find}" aria-label="{find}">'
            '</label><button class="plain">{find}</button>{kept}{links}</form>{views}'
        ).format(
            home=home,
            text=address.text,
            find=view.say(words.FIND),
            kept=self._kept(),
            links=links,
            views=self._views(),
        )

    def _kept(self) -> Markup:
        """What the search box keeps of the address."""
        address = self._address
        hidden = Markup('<input type="hidden" name="{}" value="{}">')
        pairs = [("removed", "1")] if address.removed else []
        pairs += [("sort", address.sort)] if address.sort else []
        return EMPTY.join(hidden.format(*pair) for pair in pairs)

    def _views(self) -> Markup:
        view = self._view
        saved = EMPTY.join(
            Markup('<a class="tagged" href="/{}?{}">{}</a>{}').format(
                self._entity.name,
                row.query,
                row.name,
                Markup(
                    '<button class="quiet" data-act="drop-view" data-key="{}" title="{}">✕</button>'
                ).format(row.id, view.say(words.REMOVE))
                if row.own
                else EMPTY,
            )
            for row in self._shown.views
        )
        return Markup(
            '<form class="toolbar" data-form="view">{}<details><summary>{}</summary><label class="field">{}'
            '<input name="name" maxlength="64"></label><label><input type="checkbox" name="shared"> '
            '{}</label><button class="plain">{}</button></details></form>'
        ).format(
            saved,
            view.say(words.SAVE_VIEW),
            view.say(words.VIEW_NAME),
            view.say(words.SHARED),
            view.say(common.SAVE),
        )

    def _conditions(self) -> Markup:
        view, entity = self._view, self._entity
        chips = EMPTY.join(
            Markup('<span class="tagged">{} {} {} <a href="/{}?{}" title="{}">✕</a></span>').format(
                view.name(field.label) if (field := self._shown.fields.get(one.field)) else one.field,
                view.say(words.OPERATORS[one.operator]),
                self._condition_value(one),
                entity.name,
                self._address.without(one).query(),
                view.say(words.REMOVE_CONDITION),
            )
            for one in self._address.conditions
        )
        fields = [(one.name, view.name(one.label)) for one in self._shown.fields.values()]
        asked = [(one.value, view.say(text)) for one, text in words.OPERATORS.items()]
        return Markup(
            '<form class="toolbar" data-form="condition">{}<details><summary>{}</summary>{} {} '
            '<label class="field"><input name="value" size="16" aria-label="{}"></label>'
            '<button class="plain">{}</button></details></form>'
        ).format(
            chips,
            view.say(words.CONDITION),
            select("field", "", fields),
            select("operator", "", asked),
            view.say(words.VALUE),
            view.say(words.ADD_CONDITION),
        )

    def _condition_value(self, one: Condition) -> str:
        field = self._shown.fields.get(one.field)
        labels = self._shown.looks.labels.get(field.dictionary, {}) if field else {}
        return "、".join(labels.get(code, code) for code in one.value.split("|"))

    def _table(self) -> Markup:
        view, shown, entity = self._view, self._shown, self._entity
        if not shown.page.rows:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(
                view.say(words.NOTHING_FOUND)
            )
        heads: list[tuple[str, str | Markup]] = [("tight", "")]
        heads += [("", self._head(field)) for field in shown.columns]
        heads.append(("hide-small", view.say(words.TAGS)))
        rows = []
        for row in shown.page.rows:
            first = True
            cells = EMPTY
            for field in shown.columns:
                value = shown.looks.markup(row, field)
                if first and not field.reference:
                    value = Markup('<a href="/{}/{}"><b>{}</b></a>').format(entity.name, row.id, value)
                    first = False
                cells += Markup("<td>{}</td>").format(value)
            tags = EMPTY.join(
                Markup('<span class="tagged">{}</span> ').format(tag) for tag in shown.tags.get(row.id, ())
            )
            rows.append(
                Markup(
                    '<tr><td class="tight"><input type="checkbox" form="many" name="record" value="{}" '
                    'aria-label="#{}"></td>{}<td class="hide-small">{}</td></tr>'
                ).format(row.id, row.id, cells, tags)
            )
        return table(heads, rows)

    def _head(self, field: Field) -> Markup:
        mark = {field.name: " ▴", f"-{field.name}": " ▾"}.get(self._address.sort, "")
        return Markup('<a href="/{}?{}" title="{}">{}{}</a>').format(
            self._entity.name,
            self._address.sorted_by(field.name).query(),
            self._view.say(words.SORT_BY),
            self._view.name(field.label),
            mark,
        )

    def _pages(self) -> Markup:
        view, address, shown = self._view, self._address, self._shown
        count = shown.page.total
        said = (
            view.say(words.FOUND_MORE, count=COUNTED)
            if count > COUNTED
            else view.say(words.FOUND, count=count)
        )
        link = Markup('<a class="plain" href="/{}?{}">{}</a>')
        first = link.format(self._entity.name, address.query(), view.say(words.FIRST_PAGE))
        after = EMPTY
        if shown.page.next is not None:
            further = address.at(shown.page.next.text()).query(without_page=False)
            after = link.format(self._entity.name, further, view.say(words.NEXT_PAGE))
        return Markup('<div class="toolbar"><span>{}</span>{}{}</div>').format(
            said, first if address.after else EMPTY, after
        )

    def _many(self) -> Markup:
        """What is done to all records whose box is ticked."""
        view, shown = self._view, self._shown
        button = Markup('<button class="plain" name="do" value="{}">{}</button>')
        if self._address.removed:
            buttons = button.format("restore", view.say(words.RESTORE))
            fields = EMPTY
        else:
            offered = [
                (one.name, view.name(one.label))
                for one in shown.fields.values()
                if not one.derived and not one.unique and one.sensitive is None
            ]
            fields = Markup(
                '{} <label class="field"><input name="value" size="16" aria-label="{}"></label>'
            ).format(select("field", "", offered), view.say(words.VALUE))
            buttons = button.format("change", view.say(words.CHANGE_SELECTED))
            if view.person.may(self._entity.permission("remove")):
                buttons += button.format("remove", view.say(words.REMOVE_SELECTED))
        return Markup('<form class="toolbar" id="many" data-form="many">{}{}</form>').format(fields, buttons)

    # -- what a person does

    async def _add_condition(self, entered: Entered) -> None:
        field = self._shown.fields.get(_first(entered, "field"))
        operator = Operator(_first(entered, "operator"))
        value = _first(entered, "value").strip()
        if field is None or operator not in operators(field):
            said = self._view.say(words.OPERATORS[operator])
            ui.notify(f"{said} ✕", type="warning")
            return
        condition = Condition(
            field.name, operator, "" if operator in WITHOUT_VALUE else self._code(field, value)
        )
        ui.navigate.to(f"/{self._entity.name}?{self._address.with_condition(condition).query()}")

    def _code(self, field: Field, value: str) -> str:
        """The code of a dictionary's entry that is called so."""
        offered = self._shown.choices.get(field.dictionary, ())
        return next((code for code, label in offered if label == value), value)

    async def _save_view(self, entered: Entered) -> None:
        body = SaveView(
            self._entity.name, _first(entered, "name"), self._address.query(), "shared" in entered
        )
        await self._send(body, "read", reload=True)

    async def _drop_view(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await self._send(RemoveView(int(key)), "read", reload=True)

    async def _change_many(self, entered: Entered) -> None:
        ids = tuple(int(one) for one in entered.get("record", ()) if one.isascii() and one.isdecimal())
        name = self._entity.name
        match _first(entered, "do"):
            case "change":
                field = _first(entered, "field")
                held = self._shown.fields.get(field)
                value = _first(entered, "value")
                raw = self._code(held, value) if held else value
                await self._send(ChangeRecords(name, ids, {field: raw}), "write", reload=True)
            case "remove":
                await self._send(RemoveRecords(name, ids), "remove", reload=True)
            case "restore":
                await self._send(RestoreRecords(name, ids), "remove", reload=True)

    async def _send(
        self,
        body: ChangeRecords | RemoveRecords | RestoreRecords | SaveView | RemoveView,
        action: str,
        *,
        reload: bool = False,
    ) -> None:
        permission = self._entity.permission(action)
        if await carry_out(self._view, body, permission, self._view.house.ports.office) and reload:
            self._view.client.run_javascript("window.location.reload()")


def _first(entered: Entered, name: str) -> str:
    return entered.get(name, ("",))[0]


async def listing(view: View, entities: Entities, entity: Entity) -> None:
    await Listing(view, entities, entity).draw()
