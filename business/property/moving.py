"""Moving in and moving out, each as one act: stays, and the state of the house with them (B09 to B11)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.gate import Refused
from business.property.belongings import Key
from business.property.house import House
from business.property.living import HouseState, Stay
from business.property.messages import HouseholdMoved, MoveIn, MoveOut
from business.property.transferring import day_of, house_of
from business.registry.messages import ChangeRecord, ChangeRecords, CreateRecord, Raws
from business.registry.records import Records


def residents(session: Session, house: int, on: date) -> list[Stay]:
    """Who lives or works there on a day, the longest first."""
    query = select(Stay).where(Stay.house_id == house, Stay.removed_ns.is_(None), Stay.since <= on)
    lasting = [one for one in session.scalars(query) if one.until is None or one.until > on]
    return sorted(lasting, key=lambda one: (one.since, one.id))


def keys_out(session: Session, people: Sequence[int], house: int) -> list[Key]:
    """The keys of a house that these people hold."""
    query = select(Key).where(
        Key.house_id == house,
        Key.holder_id.in_(people),
        Key.back_on.is_(None),
        Key.removed_ns.is_(None),
    )
    return list(session.scalars(query))


def move_in(session: Session, records: Records, command: MoveIn) -> HouseholdMoved:
    """Raises Refused, and nobody has moved."""
    house = house_of(session, command.house)
    if not command.people:
        raise Refused(said("请至少填写一位入住人", "name at least one who moves in"))
    since = day_of(command.since)
    for mover in command.people:
        values: Raws = {
            "house_id": house.id,
            "person_id": mover.person,
            "role": mover.role,
            "since": since.isoformat(),
        }
        if mover.relation:
            values["relation"] = mover.relation
        if command.lease:
            values["lease"] = command.lease
        records.create(session, CreateRecord("stay", values))
    _set_state(session, records, house, command.status, since)
    return HouseholdMoved(house.id, len(command.people), 0)


def move_out(session: Session, records: Records, command: MoveOut) -> HouseholdMoved:
    """Raises Refused, and nobody has moved."""
    house = house_of(session, command.house)
    on = day_of(command.on)
    there = {stay.id: stay for stay in residents(session, house.id, on)}
    if not command.stays:
        raise Refused(said("请至少勾选一位搬出的住户", "tick at least one who moves out"))
    if strangers := [id_ for id_ in command.stays if id_ not in there]:
        raise Refused(
            said(
                f"居住记录 {strangers[0]} 在 {on} 不属于此房屋，请刷新后重选",
                f"stay {strangers[0]} is none of this house on {on}; choose again",
            )
        )
    records.change_many(session, ChangeRecords("stay", command.stays, {"until": on.isoformat()}))
    if command.keys_back:
        people = [there[id_].person_id for id_ in command.stays]
        for key in keys_out(session, people, house.id):
            values: Raws = {"back_on": on.isoformat(), "holder_id": None}
            records.change(session, ChangeRecord("key", key.id, key.version, values))
    _set_state(session, records, house, command.status, on)
    return HouseholdMoved(house.id, 0, len(command.stays))


def _set_state(session: Session, records: Records, house: House, status: str, since: date) -> None:
    """The state of the house from that day on, when the command says one; the same day's is corrected."""
    if not status:
        return
    query = select(HouseState).where(
        HouseState.house_id == house.id, HouseState.since == since, HouseState.removed_ns.is_(None)
    )
    same = session.scalar(query)
    if same is None:
        values: Raws = {"house_id": house.id, "status": status, "since": since.isoformat()}
        records.create(session, CreateRecord("house_state", values))
    elif same.status != status:
        records.change(session, ChangeRecord("house_state", same.id, same.version, {"status": status}))
