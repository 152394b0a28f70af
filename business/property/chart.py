"""The graphic house chart (S1-1.4b): a building's houses by floor and unit, and what colours them."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from string import digits

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access import Reach
from business.property.estate import Building, Unit
from business.property.house import House
from business.registry.entity import Entities
from business.registry.queries import visible

_PARTS = re.compile("[0-9]+|[^0-9]+")


@dataclass(frozen=True, slots=True)
class Door:
    """One house of the chart."""

    id: int
    room: str
    value: str
    """Code of the coded field that colours the chart; '' where it is not filled in."""
    area: str


@dataclass(frozen=True, slots=True)
class Chart:
    building: Building
    units: tuple[str, ...]
    """From left to right; at last one without a name for houses without a unit."""
    floors: tuple[int | None, ...]
    """From the top down; None for houses whose floor nobody has entered."""
    doors: Mapping[tuple[int | None, str], tuple[Door, ...]]
    """By floor and unit."""
    counts: Mapping[str, int]
    """How many houses have each value."""


def coloured_by(entities: Entities) -> tuple[str, ...]:
    """The fields that a chart may be coloured by: those with a dictionary."""
    return tuple(field.name for field in entities["house"].fields if field.dictionary)


def buildings(session: Session, entities: Entities, reach: Reach) -> tuple[Building, ...]:
    """The buildings whose chart somebody may see, in the order of their numbers."""
    query = select(Building).where(visible(entities["building"], reach), Building.removed_ns.is_(None))
    return tuple(sorted(session.scalars(query), key=lambda one: natural(one.code)))


def chart(session: Session, entities: Entities, reach: Reach, building: Building, colour: str) -> Chart:
    """The houses that the reader may see."""
    units = dict(session.execute(select(Unit.id, Unit.code).where(Unit.building_id == building.id)).all())
    houses = session.scalars(
        select(House).where(
            House.building_id == building.id,
            House.removed_ns.is_(None),
            visible(entities["house"], reach),
        )
    )
    doors: dict[tuple[int | None, str], list[Door]] = {}
    counts: Counter[str] = Counter()
    for house in houses:
        unit = units.get(house.unit_id, "") if house.unit_id is not None else ""
        value = getattr(house, colour) or ""
        counts[value] += 1
        area = "" if house.built_area is None else str(house.built_area)
        doors.setdefault((house.floor, unit), []).append(Door(house.id, house.room, value, area))
    return Chart(
        building,
        tuple(sorted({unit for _, unit in doors}, key=lambda unit: (not unit, natural(unit)))),
        tuple(sorted({floor for floor, _ in doors}, key=lambda f: (f is None, -(f or 0)))),
        {place: tuple(sorted(row, key=lambda one: natural(one.room))) for place, row in doors.items()},
        counts,
    )


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts 2 before 10, and numbers before letters."""
    return tuple((0, int(part), "") if part[0] in digits else (1, 0, part) for part in _PARTS.findall(text))
