"""The whole estate as drafts, the same for every seed and day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from business.demo.belongings import furnish
from business.demo.buildings import office_tower, tower
from business.demo.drafts import Draft, Ref, Sheet
from business.demo.firms import Firms, contractors
from business.demo.households import Households
from business.demo.people import Crowd

PHASE = ("tower", "tower", "office")
"""Building by building, again and again: two of flats and one of offices, 1,200 houses and shops."""
PEOPLE = {"tower": 0.4, "office": 0.2}
"""Of the people of a phase, how many belong to a building of that kind."""


@dataclass(frozen=True, slots=True)
class Size:
    buildings: int = 3
    people: int = 2_000
    """Of every three buildings."""
    floors: int = 99
    """The most of a building: a few make a small estate of the same kind."""


WHOLE = Size()


@dataclass(frozen=True, slots=True)
class Estate:
    seed: int
    day: date
    """The present: what has happened there has happened until then."""
    size: Size = WHOLE

    def drafts(self) -> Iterator[Draft]:
        """Each after what it refers to, building by building, so that it need not be kept as a whole."""
        common = Sheet("common", self.seed, 0, self.day)
        of = contractors(common)
        area = common.add(
            "area",
            code="01",
            name=common.words.place.estate,
            address=common.words.place.address,
            ground="86400",
            green="30240",
        )
        yield from common
        for number in range(1, self.size.buildings + 1):
            refs = {"area_id": area, "developer_id": of["developer"], "builder_id": of["builder"]}
            yield from self._building(number, refs)

    def _building(self, number: int, common: dict[str, Ref]) -> Sheet:
        kind = PHASE[(number - 1) % len(PHASE)]
        sheet = Sheet(f"b{number}", self.seed, number, self.day)
        crowd = Crowd(sheet)
        firms, homes = Firms(sheet, crowd), Households(sheet, crowd)
        phase = min(3, (number - 1) // len(PHASE))
        built_on = date(self.day.year - 6 + phase // 2, 9, 28)
        make = tower if kind == "tower" else office_tower
        block = make(sheet, str(number), built_on, self.size.floors, **common)
        for door in block.doors:
            if door.type == "flat":
                homes.flat(block, door)
            elif door.type == "shop":
                firms.shop(block, door)
        if offices := [door for door in block.doors if door.type == "office"]:
            firms.offices(block, offices)
        people = round(self.size.people * PEOPLE[kind])
        if kind == "tower":
            homes.fill(people)
        else:
            firms.hire(people)
        furnish(sheet, homes, firms)
        return sheet
