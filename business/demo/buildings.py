"""Buildings with their units, floors and doors: residential towers with shops below, and an office tower."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from business.demo.drafts import Ref, Sheet


@dataclass(frozen=True, slots=True)
class Door:
    """A house that is to be, before anything has happened to it."""

    unit: Ref | None
    room: str
    floor: int
    type: str
    layout: str
    orientation: str
    built: float
    """Square metres, as the next two."""
    usable: float
    code: str
    """As the registry will derive it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A building with its doors."""

    ref: Ref
    code: str
    built_on: date
    doors: tuple[Door, ...]


_FLATS = (
    ("3-2", "north-south", 118.62, 94.10),
    ("2-2", "south", 89.37, 70.52),
    ("2-1", "south", 76.84, 60.31),
    ("4-2", "north-south", 143.55, 115.20),
)
"""From one door of a landing to the next."""
UNITS = ("1", "2", "3")
TOWER_FLOORS, OFFICE_FLOORS = 34, 26
SHOPS_BELOW, SHOPS_A_FLOOR, OFFICES_A_FLOOR = 8, 16, 15
SHOP_FLOORS = 2
"""Of the office tower."""


def tower(sheet: Sheet, code: str, built_on: date, floors: int, **common: Ref) -> Block:
    """396 flats over 8 shops, unless it has fewer `floors`."""
    floors = min(floors, TOWER_FLOORS)
    building = _building(sheet, code, "residence", floors, built_on, **common)
    units = {unit: sheet.add("unit", building_id=building, code=unit, lifts=2) for unit in UNITS}
    doors = [_shop(sheet, code, 1, number) for number in range(1, SHOPS_BELOW + 1)]
    for unit, ref in units.items():
        for floor in range(2, floors + 1):
            for position, (layout, orientation, built, usable) in enumerate(_FLATS, 1):
                room = f"{floor}{position:02}"
                doors.append(
                    Door(
                        ref, room, floor, "flat", layout, orientation, built, usable, f"{code}-{unit}-{room}"
                    )
                )
    return Block(building, code, built_on, tuple(doors))


def office_tower(sheet: Sheet, code: str, built_on: date, floors: int, **common: Ref) -> Block:
    """360 offices over 32 shops, unless it has fewer `floors`."""
    floors = min(floors, OFFICE_FLOORS)
    building = _building(sheet, code, "office", floors, built_on, **common)
    doors = [
        _shop(sheet, code, floor, number)
        for floor in range(1, SHOP_FLOORS + 1)
        for number in range(1, SHOPS_A_FLOOR + 1)
    ]
    doors += _offices(sheet, code, floors)
    return Block(building, code, built_on, tuple(doors))


def _offices(sheet: Sheet, code: str, floors: int) -> Iterator[Door]:
    sizes = [round(sheet.dice.uniform(62, 310), 2) for _ in range(OFFICES_A_FLOOR)]
    for floor in range(SHOP_FLOORS + 1, floors + 1):
        for position, built in enumerate(sizes, 1):
            room = f"{floor}{position:02}"
            facing = ("south", "southeast", "west", "north", "east")[position % 5]
            yield Door(
                None, room, floor, "office", "open", facing, built, round(built * 0.72, 2), f"{code}-{room}"
            )


def _shop(sheet: Sheet, code: str, floor: int, number: int) -> Door:
    built = round(sheet.dice.uniform(38, 160), 2)
    room = f"{floor}{number:02}"
    return Door(None, room, floor, "shop", "open", "south", built, round(built * 0.85, 2), f"{code}-{room}")


def _building(sheet: Sheet, code: str, use: str, floors: int, built_on: date, **common: Ref) -> Ref:
    names = sheet.words.place.towers if use == "residence" else sheet.words.place.offices
    building = sheet.add(
        "building",
        code=code,
        name=names[sheet.number % len(names)],
        use=use,
        address=sheet.words.place.address,
        floors_above=floors,
        floors_below=2,
        built_on=built_on,
        **common,
    )
    for level in (-2, -1, *range(1, floors + 1)):
        sheet.add(
            "floor",
            building_id=building,
            level=level,
            name=f"{level}F" if level > 0 else f"B{-level}",
            use="garage" if level < 0 else use,
        )
    return building
