"""The houses of a building by a pattern: what will be made, and making it."""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.gate import Refused
from business.property.estate import Building, Floor, Unit
from business.property.house import House
from business.property.messages import GenerateHouses, HousesGenerated, RoomPattern
from business.registry.messages import CreateRecord, NewRecord, Raws
from business.registry.records import Records

MOST = 2_000
"""Houses that one command makes."""


@dataclass(frozen=True, slots=True)
class Planned:
    unit: str
    floor: int
    room: str
    pattern: RoomPattern


def plan(command: GenerateHouses) -> tuple[Planned, ...]:
    """What the command makes, for a preview too. Raises Refused for one that makes no sense."""
    floors = [
        floor
        for floor in range(command.first_floor, command.last_floor + 1)
        if floor != 0 and floor not in command.skipped_floors
    ]
    units = command.units or ("",)
    count = len(units) * len(floors) * len(command.rooms)
    if not 0 < count <= MOST:
        raise Refused(
            said(
                f"将生成 {count} 套房屋，须为 1 至 {MOST} 套，请调整楼层、单元或每层户数",
                f"{count} houses would be made; 1 to {MOST} at a time: change floors, units or rooms",
            )
        )
    planned = tuple(
        Planned(unit, floor, _room(command.pattern, floor, position), pattern)
        for unit in units
        for floor in floors
        for position, pattern in enumerate(command.rooms, 1)
    )
    if len({(one.unit, one.room) for one in planned}) < count:
        raise Refused(
            said(
                f"室号规则“{command.pattern}”生成了重复的室号，请同时使用 {{floor}} 和 {{room}}",
                f"the pattern {command.pattern!r} gives the same room twice: use both {{floor}} and {{room}}",
            )
        )
    return planned


def generate(session: Session, records: Records, command: GenerateHouses) -> HousesGenerated:
    building = session.get(Building, command.building)
    if building is None or building.removed_ns is not None:
        raise Refused(
            said(f"没有编号为 {command.building} 的楼栋", f"there is no building with id {command.building}")
        )
    planned = plan(command)
    units = _units(session, records, building, command)
    _floors(session, records, building, {one.floor for one in planned})
    there = {
        (unit, room)
        for unit, room in session.execute(
            select(House.unit_id, House.room).where(
                House.building_id == building.id, House.removed_ns.is_(None)
            )
        )
    }
    made: list[NewRecord] = []
    certificates = _certificates(command)
    for one in planned:
        unit_id = units.get(one.unit)
        certificate = next(certificates)
        if (unit_id, one.room) in there:
            continue
        values: Raws = {
            "building_id": building.id,
            "room": one.room,
            "floor": one.floor,
            "built_on": building.built_on.isoformat() if building.built_on else None,
        }
        if unit_id is not None:
            values["unit_id"] = unit_id
        pattern = one.pattern
        for name in ("type", "layout", "orientation", "built_area", "usable_area"):
            if value := getattr(pattern, name):
                values[name] = value
        if certificate:
            values["certificate"] = certificate
        made.append(NewRecord(values))
    records.create_all(session, "house", made)
    return HousesGenerated(building.id, len(made), len(planned) - len(made))


def _units(session: Session, records: Records, building: Building, command: GenerateHouses) -> dict[str, int]:
    query = select(Unit.code, Unit.id).where(Unit.building_id == building.id, Unit.removed_ns.is_(None))
    found = dict(session.execute(query).all())
    for code in command.units:
        if code not in found:
            event = records.create(session, CreateRecord("unit", {"building_id": building.id, "code": code}))[
                0
            ]
            found[code] = event.record
    return found


def _floors(session: Session, records: Records, building: Building, wanted: set[int]) -> None:
    query = select(Floor.level).where(Floor.building_id == building.id, Floor.removed_ns.is_(None))
    missing = sorted(wanted - set(session.scalars(query)))
    names = {level: f"{level}F" if level > 0 else f"B{-level}" for level in missing}
    new = [NewRecord({"building_id": building.id, "level": level, "name": names[level]}) for level in missing]
    records.create_all(session, "floor", new)


def _room(pattern: str, floor: int, room: int) -> str:
    try:
        names = {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}
        if not names <= {"floor", "room"}:
            raise ValueError(pattern)
        return pattern.format(floor=floor, room=room)
    except (ValueError, KeyError, IndexError) as error:
        raise Refused(
            said(
                f"室号规则“{pattern}”无效，请写成例如 {{floor}}{{room:02}}",
                f"the pattern {pattern!r} is none: write it as {{floor}}{{room:02}}",
            )
        ) from error


def _certificates(command: GenerateHouses) -> Iterator[str]:
    number = command.certificate_from
    while True:
        try:
            yield command.certificate.format(number=number) if command.certificate else ""
        except (ValueError, KeyError, IndexError) as error:
            raise Refused(
                said(
                    f"房产证号规则“{command.certificate}”无效，请写成例如 沪房-{{number:06}}",
                    f"the rule for titles {command.certificate!r} is none: write it as T-{{number:06}}",
                )
            ) from error
        number += 1
