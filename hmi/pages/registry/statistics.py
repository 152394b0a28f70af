"""Statistics of an entity: what a list shows, counted and added up by what the records have in common."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from actors.said import in_language
from business.registry.conditions import Condition, ConditionRefused, Operator
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.queries import titles
from business.registry.statistics import Line, Statistics, addable, groupable, statistics
from hmi import drawing
from hmi.forms import options_of
from hmi.pages.registry.address import Address
from hmi.pages.registry.crumbs import crumbs
from hmi.pages.registry.drawn import Looks, looks
from hmi.pages.registry.tools import hidden
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import registry as words


@dataclass(frozen=True, slots=True)
class _Shown:
    fields: dict[str, Field]
    found: Statistics | None
    looks: Looks
    titles: dict[str, dict[int, str]]
    problem: str


class StatisticsPage:
    def __init__(self, view: View, entities: Entities, entity: Entity) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        asked = view.client.request.query_params
        self._address = Address.read(asked)
        self._by = tuple(dict.fromkeys(one for one in asked.getlist("by")[:2] if one))
        self._add = asked.get("add", "")

    async def draw(self) -> None:
        view = self._view
        shown = await asyncio.to_thread(self._read)
        here = view.say(words.STATISTICS)
        above = crumbs(view, self._entity, (), here)
        with frame(view, f"{here} · {view.name(self._entity.label)}", above):
            html(self._form(shown))
            if shown.problem:
                html(Markup('<p class="notice" role="alert">{}</p>').format(shown.problem))
            if shown.found is not None:
                html(self._table(shown, shown.found))

    def _read(self) -> _Shown:
        view, entity = self._view, self._entity
        with view.house.seats.authority.open() as session:
            fields = fields_of(session, entity)
            by = self._by or _usual(fields)
            found, problem = None, ""
            try:
                reach = view.person.reach(entity.permission("read"))
                wanted = self._address.wanted(1)
                added = (self._add,) if self._add else ()
                found = statistics(session, entity, reach, wanted, by, added)
            except ConditionRefused as error:
                problem = in_language(str(error), view.language)
            named: dict[str, dict[int, str]] = {}
            for at, field in enumerate(found.by if found else ()):
                if field.reference and found is not None:
                    ids = {line.keys[at] for line in found.lines} - {None}
                    named[field.reference] = titles(session, self._entities[field.reference], ids)
            drawn = looks(session, self._entities, fields.values(), [], view.language)
            return _Shown(fields, found, drawn, named, problem)

    def _form(self, shown: _Shown) -> Markup:
        view = self._view
        groups = [
            ("", ""),
            *((one.name, view.name(one.label)) for one in shown.fields.values() if groupable(one)),
        ]
        sums = [
            ("", ""),
            *((one.name, view.name(one.label)) for one in shown.fields.values() if addable(one)),
        ]
        chosen = (*(one.name for one in shown.found.by), "", "") if shown.found else (*self._by, "", "")
        kept = hidden(self._address.pairs())
        choice = Markup('<label>{} <select name="{}">{}</select></label>')
        return Markup(
            '<form class="toolbar" method="get">{}{}{}{}<button class="plain main">{}</button>'
            '<button class="plain" type="button" data-print>{}</button></form>'
        ).format(
            kept,
            choice.format(view.say(words.GROUP_BY), "by", options_of(groups, chosen[0])),
            choice.format(view.say(words.THEN_BY), "by", options_of(groups, chosen[1])),
            choice.format(view.say(words.ADD_UP), "add", options_of(sums, self._add)),
            view.say(words.COUNT_THEM),
            view.say(words.PRINT),
        )

    def _table(self, shown: _Shown, found: Statistics) -> Markup:
        view = self._view
        if not found.total.count:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(
                view.say(words.NOTHING_FOUND)
            )
        heads = [("", self._head(field)) for field in found.by]
        heads += [("number tight", view.say(words.COUNT)), ("share", view.say(words.SHARE))]
        heads += [("number", f"{view.name(one.label)} {one.unit}") for one in found.added]
        rows = [self._line(shown, found, line) for line in found.lines]
        total = Markup("<td>{}</td>").format(view.say(words.TOTAL))
        total += Markup("<td></td>") * max(len(found.by) - 1, 0)
        rows.append(
            Markup('<tr class="total">{}{}</tr>').format(
                total if found.by else EMPTY, _numbers(found.total, found.total.count)
            )
        )
        return table(heads, rows, "statistics")

    def _head(self, field: Field) -> str:
        label = self._view.name(field.label)
        return f"{label} {self._view.say(words.YEAR)}" if field.type.name == "date" else label

    def _line(self, shown: _Shown, found: Statistics, line: Line) -> Markup:
        keys = EMPTY.join(
            Markup("<td>{}</td>").format(self._linked(shown, field, value))
            for field, value in zip(found.by, line.keys, strict=True)
        )
        return Markup("<tr>{}{}</tr>").format(keys, _numbers(line, found.total.count))

    def _linked(self, shown: _Shown, field: Field, value: Any) -> Markup:
        """The records of this group, where a condition can name them."""
        said = Markup("{}").format(self._key(shown, field, value))
        if field.type.name == "date" or isinstance(value, bool):
            return said
        condition = Condition(field.name, Operator.EMPTY if value is None else Operator.IS, str(value or ""))
        query = self._address.with_condition(condition).query()
        return Markup('<a href="/{}?{}">{}</a>').format(self._entity.name, query, said)

    def _key(self, shown: _Shown, field: Field, value: Any) -> str:
        if value is None:
            return drawing.NOTHING
        if field.type.name == "date":
            return str(int(value))
        if field.reference:
            return shown.titles.get(field.reference, {}).get(value, f"#{value}")
        return shown.looks.shown(field, value)


def _usual(fields: Mapping[str, Field]) -> tuple[str, ...]:
    """Until somebody chooses: what the program itself keeps up to date, such as the status of a house."""
    coded = sorted((one for one in fields.values() if one.dictionary), key=lambda one: not one.derived)
    return tuple(one.name for one in coded)[:1]


def _numbers(line: Line, whole: int) -> Markup:
    share = 100 * line.count / whole
    cell = Markup('<td class="number">{}</td>')
    bar = Markup(
        '<td class="share"><span class="portion"><i style="width:{:.1f}%"></i></span> {:.1f}%</td>'
    ).format(share, share)
    return cell.format(f"{line.count:,}") + bar + EMPTY.join(cell.format(_plain(one)) for one in line.sums)


def _plain(value: Decimal | None) -> str:
    return drawing.NOTHING if value is None else f"{value:,f}"


async def statistics_page(view: View, entities: Entities, entity: Entity) -> None:
    await StatisticsPage(view, entities, entity).draw()
