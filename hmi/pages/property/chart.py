"""The graphic house chart: floors from the top down, units side by side, coloured by any coded field."""

import asyncio
from dataclasses import dataclass

from markupsafe import Markup

from business.dictionaries.queries import EntryRow, entries
from business.property.chart import Chart, Door, buildings, chart, coloured_by
from business.property.estate import Building
from business.property.messages import SetHouseState
from business.registry.entity import Entities
from hmi.commanding import carry_out
from hmi.forms import select
from hmi.pages.property.guided import options
from hmi.pages.property.moving import today
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import property as words

COLOURS = ("grey", "blue", "teal", "orange", "green", "purple", "yellow", "red")
"""Colour tokens of dictionary entries, each with a class in the style sheet."""


@dataclass(frozen=True, slots=True)
class _Shown:
    buildings: tuple[Building, ...]
    chart: Chart | None
    entries: tuple[EntryRow, ...]
    states: tuple[tuple[str, str], ...]
    uses: tuple[tuple[str, str], ...]


class HouseChart:
    def __init__(self, view: View, entities: Entities) -> None:
        self._view = view
        self._entities = entities
        asked = view.client.request.query_params
        fields = coloured_by(entities)
        self._colour = asked.get("colour", "") if asked.get("colour") in fields else "status"
        self._building = asked.get("building", "")
        self._fields = fields

    async def draw(self) -> None:
        view = self._view
        shown = await asyncio.to_thread(self._read)
        with frame(view, view.say(words.CHART)):
            if shown.chart is None:
                html(Markup('<p class="empty">{}</p>').format(view.say(words.NO_BUILDING)))
                return
            look = self._look(shown)
            html(self._choices(shown, shown.chart))
            html(self._legend(shown.chart, look))
            if self._may_set():
                html(self._setting(shown))
            html(self._grid(shown.chart, look))
        view.on_form("state", "house.write", self._set)

    def _may_set(self) -> bool:
        return self._view.person.may("house.write")

    def _setting(self, shown: _Shown) -> Markup:
        """The state that the ticked houses get; seen only when one is ticked."""
        view = self._view
        uses = (("", view.say(words.USE_AS_IT_IS)), *shown.uses)
        text = Markup('<label>{} <input type="{}" name="{}" value="{}" maxlength="200"{}></label>')
        return Markup(
            '<form class="toolbar many" id="state" data-form="state" data-ticked hidden>'
            "<span>{} <b data-tick-count>0</b></span><label>{} {}</label>{}{}{}"
            '<button class="plain main">{}</button></form>'
        ).format(
            view.say(words.TICKED),
            view.say(words.STATE),
            select("status", "", shown.states),
            text.format(view.say(words.STATE_SINCE), "date", "since", today(view), Markup(" required")),
            select("use", "", uses, label=view.say(words.USE)),
            text.format(view.say(words.REMARK), "text", "remark", "", EMPTY),
            view.say(words.SET_STATE),
        )

    async def _set(self, entered: Entered) -> None:
        def first(name: str) -> str:
            return entered.get(name, ("",))[0].strip()

        houses = tuple(int(one) for one in entered.get("house", ()) if one.isascii() and one.isdecimal())
        body = SetHouseState(houses, first("status"), first("since"), first("use"), first("remark"))
        if await carry_out(self._view, body, "house.write", self._view.house.ports.office):
            self._view.client.run_javascript("window.location.reload()")

    def _read(self) -> _Shown:
        person, entities = self._view.person, self._entities
        with self._view.house.seats.authority.open() as session:
            offered = buildings(session, entities, person.reach("building.read"))
            chosen = next((one for one in offered if str(one.id) == self._building), None)
            chosen = chosen or (offered[0] if offered else None)
            found = (
                chart(session, entities, person.reach("house.read"), chosen, self._colour) if chosen else None
            )
            dictionary = entities["house"].by_name[self._colour].dictionary
            states, uses = (options(session, self._view, one) for one in ("house_status", "house_use"))
            return _Shown(offered, found, entries(session, dictionary), states, uses)

    def _look(self, shown: _Shown) -> dict[str, tuple[str, str]]:
        """By code: the class of its colour, and its label. Entries without a colour share them out."""
        found = {"": ("none", self._view.say(words.NOT_FILLED_IN))}
        for at, entry in enumerate(shown.entries):
            token = entry.colour or COLOURS[at % len(COLOURS)]
            found[entry.code] = (token, self._view.name(entry.label))
        return found

    def _choices(self, shown: _Shown, drawn: Chart) -> Markup:
        view = self._view
        option = Markup('<option value="{}"{}>{}</option>')

        def link(building: int, colour: str) -> str:
            return f"/house-chart?building={building}&colour={colour}"

        on = Markup(" selected")
        places = EMPTY.join(
            option.format(
                link(one.id, self._colour), on if one.id == drawn.building.id else EMPTY, one.name or one.code
            )
            for one in shown.buildings
        )
        colours = EMPTY.join(
            option.format(
                link(drawn.building.id, name),
                on if name == self._colour else EMPTY,
                view.name(self._entities["house"].by_name[name].label),
            )
            for name in self._fields
        )
        choice = Markup("<label>{} <select data-go>{}</select></label>")
        return Markup('<div class="toolbar">{}{}<span>{}</span></div>').format(
            choice.format(view.say(words.BUILDING), places),
            choice.format(view.say(words.COLOURED_BY), colours),
            view.say(words.HOUSES_COUNT, count=sum(drawn.counts.values())),
        )

    def _legend(self, drawn: Chart, look: dict[str, tuple[str, str]]) -> Markup:
        line = Markup('<span class="legend"><i class="tint {}"></i>{} <b>{}</b></span>')
        return Markup('<div class="toolbar">{}</div>').format(
            EMPTY.join(
                line.format(*look.get(code, ("none", code)), count)
                for code, count in sorted(drawn.counts.items(), key=lambda pair: -pair[1])
            )
        )

    def _grid(self, drawn: Chart, look: dict[str, tuple[str, str]]) -> Markup:
        view = self._view
        if not drawn.doors:
            return Markup('<p class="empty">{}</p>').format(view.say(words.NO_HOUSES))
        heads = EMPTY.join(
            Markup("<th>{}</th>").format(view.say(words.UNIT, unit=unit) if unit else view.say(words.NO_UNIT))
            for unit in drawn.units
        )
        rows = EMPTY.join(
            Markup('<tr><th class="tight">{}</th>{}</tr>').format(
                view.say(words.NO_FLOOR) if floor is None else view.say(words.FLOOR, floor=floor),
                EMPTY.join(
                    Markup('<td><div class="doors">{}</div></td>').format(
                        EMPTY.join(self._door(one, look) for one in drawn.doors.get((floor, unit), ()))
                    )
                    for unit in drawn.units
                ),
            )
            for floor in drawn.floors
        )
        return Markup(
            '<div class="scroll"><table class="chart"><thead><tr><th></th>{}</tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(heads, rows)

    def _door(self, door: Door, look: dict[str, tuple[str, str]]) -> Markup:
        token, label = look.get(door.value, ("none", door.value))
        tick = EMPTY
        if self._may_set():
            tick = Markup(
                '<input type="checkbox" form="state" name="house" value="{}" data-row aria-label="{}">'
            ).format(door.id, self._view.say(words.TICK, room=door.room))
        return Markup(
            '<span class="door tint {}">{}<a href="/house/{}" title="{} · {}{}">'
            "{}<small>{}</small></a></span>"
        ).format(
            token,
            tick,
            door.id,
            door.room,
            label,
            f" · {door.area} m²" if door.area else "",
            door.room,
            label,
        )


async def house_chart(view: View, entities: Entities) -> None:
    await HouseChart(view, entities).draw()
