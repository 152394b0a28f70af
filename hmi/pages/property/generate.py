"""Houses by a pattern: the numbers are seen before anything is written (B04, S1-1.4d)."""

import re
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import in_language
from business.gate import Refused
from business.property.estate import Unit
from business.property.generating import Planned, plan
from business.property.house import House
from business.property.messages import GenerateHouses, RoomPattern
from business.registry.entity import Entities
from hmi.forms import select as chooser
from hmi.pages.property.guided import Guided, options
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import property as words

DOORS = 12
"""Doors of a floor that the form offers."""
_BETWEEN = re.compile("[,，、;；\\s]+")


@dataclass(frozen=True, slots=True)
class _Preview:
    command: GenerateHouses
    planned: tuple[Planned, ...]
    there: frozenset[tuple[str, str]]
    """Unit and room of the houses that are there already."""


class GeneratePage(Guided):
    def __init__(self, view: View, entities: Entities) -> None:
        super().__init__(view, entities, entities["building"])
        self._preview: _Preview | None = None
        self._layouts: tuple[tuple[str, str], ...] = ()
        self._orientations: tuple[tuple[str, str], ...] = ()

    async def draw(self) -> None:
        def read(session: Session) -> None:
            self._layouts = options(session, self.view, "house_layout")
            self._orientations = options(session, self.view, "orientation")

        await self.read(read)
        if await self.open(words.GENERATE, self._page):
            self.view.on_form("generate", "house.write", self._entered)

    def _page(self) -> Markup:
        view, preview = self.view, self._preview
        buttons = self.button(view.say(words.PREVIEW), "preview", main=preview is None)
        if preview is not None:
            count = len(preview.planned) - len(preview.there)
            buttons = self.button(view.say(words.GENERATE_COUNT, count=count), "generate") + buttons
        floors = (
            self.line("units", words.UNITS, "1,2", hint=view.say(words.UNITS_HINT))
            + self.line("first", words.FIRST_FLOOR, "1")
            + self.line("last", words.LAST_FLOOR, "18")
            + self.line("skipped", words.SKIPPED, "", hint=view.say(words.SKIPPED_HINT))
            + self.line("pattern", words.PATTERN, "{floor}{room:02}", hint=view.say(words.PATTERN_HINT))
            + self.line("certificate", words.CERTIFICATE, "", hint=view.say(words.CERTIFICATE_HINT))
            + self.line("from", words.COUNT_FROM, "1")
        )
        return self.form(
            "generate", ((words.FLOORS, floors), (words.DOORS, self._doors())), buttons
        ) + self._shown(preview)

    def _doors(self) -> Markup:
        """A line for each door of a floor; empty lines at the end count for nothing."""
        count = self.line("doors", words.DOORS_COUNT, "2", hint=self.view.say(words.DOORS_HINT))
        heads = [
            ("tight", "#"),
            ("", self.view.say(words.LAYOUT)),
            ("", self.view.say(words.ORIENTATION)),
            ("", self.view.say(words.BUILT_AREA)),
            ("", self.view.say(words.USABLE_AREA)),
        ]
        row = Markup("<tr{}><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>")
        text = Markup('<input name="{}" value="{}" inputmode="decimal" size="7" aria-label="{}">')

        given = self.first("doors") or "2"
        shown = int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else DOORS

        def line(at: int) -> Markup:
            built, usable = f"built{at}", f"usable{at}"
            return row.format(
                EMPTY if at <= shown else Markup(" hidden"),
                at,
                chooser(f"layout{at}", self.first(f"layout{at}"), (("", ""), *self._layouts)),
                chooser(f"orientation{at}", self.first(f"orientation{at}"), (("", ""), *self._orientations)),
                text.format(built, self.first(built), self.view.say(words.BUILT_AREA)),
                text.format(usable, self.first(usable), self.view.say(words.USABLE_AREA)),
            )

        lines = table(heads, (line(at) for at in range(1, DOORS + 1)), "doorlines")
        return count + Markup('<div class="wide">{}</div>').format(lines)

    def _shown(self, preview: _Preview | None) -> Markup:
        """The rooms as they will be, floor by floor from the top down."""
        if preview is None:
            return EMPTY
        view = self.view
        units = sorted({one.unit for one in preview.planned})
        by_place: dict[tuple[int, str], list[Markup]] = {}
        room = Markup('<span class="door tint {}">{}</span>')
        for one in preview.planned:
            is_there = (one.unit, one.room) in preview.there
            by_place.setdefault((one.floor, one.unit), []).append(
                room.format("none" if is_there else "teal", one.room)
            )
        floors = sorted({one.floor for one in preview.planned}, reverse=True)
        rows = (
            Markup('<tr><th class="tight">{}</th>{}</tr>').format(
                view.say(words.FLOOR, floor=floor),
                EMPTY.join(
                    Markup('<td><div class="doors">{}</div></td>').format(
                        EMPTY.join(by_place.get((floor, unit), ()))
                    )
                    for unit in units
                ),
            )
            for floor in floors
        )
        heads = [("", ""), *(("", view.say(words.UNIT, unit=one) if one else "") for one in units)]
        told = view.say(
            words.GENERATE_TOLD, count=len(preview.planned) - len(preview.there), kept=len(preview.there)
        )
        return Markup('<h2 id="preview">{}</h2>{}').format(told, table(heads, rows, "chart"))

    async def _entered(self, entered: Entered) -> None:
        self.entered, self.problem = entered, ""
        if self.first("do") == "generate" and self._preview is not None:
            if self._command() == self._preview.command:
                await self.carry_out(self._preview.command)
                return
            self.problem = self.view.say(words.CHANGED_SINCE_PREVIEW)
        command = self._command()
        self._preview = None
        if command is None:
            self.problem = self.view.say(words.FLOORS_ARE_NUMBERS)
        else:
            try:
                self._preview = await self.read(lambda session: _preview(session, command))
            except Refused as refused:
                self.problem = in_language(str(refused), self.view.language)
        self.turn += 1

    def _command(self) -> GenerateHouses | None:
        try:
            first, last, doors = (int(self.first(name)) for name in ("first", "last", "doors"))
            skipped = tuple(int(one) for one in _BETWEEN.split(self.first("skipped")) if one)
            count_from = int(self.first("from") or "1")
        except ValueError:
            return None
        if not 0 < doors <= DOORS or not -20 <= first <= last <= 200:
            return None
        return GenerateHouses(
            building=self.id,
            units=tuple(one for one in _BETWEEN.split(self.first("units")) if one),
            first_floor=first,
            last_floor=last,
            skipped_floors=skipped,
            rooms=tuple(
                RoomPattern(
                    layout=self.first(f"layout{at}"),
                    orientation=self.first(f"orientation{at}"),
                    built_area=self.first(f"built{at}"),
                    usable_area=self.first(f"usable{at}"),
                )
                for at in range(1, doors + 1)
            ),
            pattern=self.first("pattern"),
            certificate=self.first("certificate"),
            certificate_from=count_from,
        )


def _preview(session: Session, command: GenerateHouses) -> _Preview:
    """Raises Refused."""
    planned = plan(command)
    rooms = (
        select(Unit.code, House.room)
        .select_from(House)
        .outerjoin(Unit, Unit.id == House.unit_id)
        .where(House.building_id == command.building, House.removed_ns.is_(None))
    )
    there = {(unit or "", room) for unit, room in session.execute(rooms)}
    return _Preview(command, planned, frozenset(there & {(one.unit, one.room) for one in planned}))


async def generate(view: View, entities: Entities) -> None:
    await GeneratePage(view, entities).draw()
