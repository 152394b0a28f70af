"""Change of owner (过户), as one act."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.fields.field_type import FieldError
from business.fields.times import day
from business.gate import Refused
from business.property.belongings import UtilityAccount
from business.property.companies import Company
from business.property.house import House
from business.property.living import WHOLE, Ownership, Payer, Stay
from business.property.messages import HouseTransferred, NewOwner, TransferHouse
from business.property.people import Person
from business.registry.messages import ChangeRecord, CreateRecord, Raws
from business.registry.record import Record
from business.registry.records import Records

_DAY = day()
Span = TypeVar("Span", Ownership, Stay, Payer)


def transfer(session: Session, records: Records, command: TransferHouse) -> HouseTransferred:
    """Raises Refused, and nothing of it has taken place."""
    house = session.get(House, command.house)
    if house is None or house.removed_ns is not None:
        raise Refused(
            said(f"没有编号为 {command.house} 的房屋", f"there is no house with id {command.house}")
        )
    on = _day(command.on)
    _check(command)
    old = _current(session, Ownership, house.id, on)
    if any(one.since >= on for one in old):
        raise Refused(
            said(
                f"过户日期 {on} 须晚于现有产权的起始日期，请核对",
                f"the transfer on {on} must come after the present owners began; check the day",
            )
        )
    for ownership in old:
        _end(session, records, "ownership", ownership, on)
    for owner in command.owners:
        values: Raws = {"house_id": house.id, "share": owner.share, "since": on.isoformat()}
        values["person_id"], values["company_id"] = owner.person, owner.company
        if command.contract:
            values["contract"] = command.contract
        records.create(session, CreateRecord("ownership", values))
    first = max(command.owners, key=lambda one: Decimal(one.share))
    if command.end_stays:
        for stay in _current(session, Stay, house.id, on):
            if stay.role in {"owner", "family"} and stay.since < on:
                _end(session, records, "stay", stay, on)
    if command.take_over_fees:
        _take_over_fees(session, records, house, old, first, on)
    if command.move_utilities:
        name = _name(session, first)
        query = select(UtilityAccount).where(
            UtilityAccount.house_id == house.id, UtilityAccount.removed_ns.is_(None)
        )
        for account in session.scalars(query).all():
            if account.until is None:
                _change(session, records, "utility_account", account, {"holder": name})
    changed: Raws = {"contact_id": first.person}
    if command.certificate:
        changed |= {"certificate": command.certificate, "certified_on": on.isoformat()}
    _change(session, records, "house", house, changed)
    return HouseTransferred(house.id)


def _check(command: TransferHouse) -> None:
    if not command.owners:
        raise Refused(said("请至少填写一位新业主", "name at least one new owner"))
    try:
        total = sum((Decimal(one.share) for one in command.owners), Decimal(0))
    except ArithmeticError:
        raise Refused(said("份额须为数字", "a share is a number of percent")) from None
    if total != WHOLE:
        raise Refused(
            said(
                f"新业主份额合计 {total}%，须为 100%",
                f"the new shares add up to {total} %; they must make 100 %",
            )
        )


def _take_over_fees(
    session: Session, records: Records, house: House, old: list[Ownership], first: NewOwner, on: date
) -> None:
    gone = {(one.person_id, one.company_id) for one in old}
    for payer in _current(session, Payer, house.id, on):
        if (payer.person_id, payer.company_id) in gone and payer.since < on:
            _end(session, records, "payer", payer, on)
            values: Raws = {"house_id": house.id, "fee": payer.fee, "since": on.isoformat()}
            values["person_id"], values["company_id"] = first.person, first.company
            records.create(session, CreateRecord("payer", values))


def _current(session: Session, model: type[Span], house: int, on: date) -> list[Span]:
    """The spans of a house that reach beyond a day."""
    query = select(model).where(model.house_id == house, model.removed_ns.is_(None))
    return [one for one in session.scalars(query) if one.until is None or one.until > on]


def _end(session: Session, records: Records, entity: str, record: Record, on: date) -> None:
    _change(session, records, entity, record, {"until": on.isoformat()})


def _change(session: Session, records: Records, entity: str, record: Record, values: Raws) -> None:
    records.change(session, ChangeRecord(entity, record.id, record.version, values))


def _name(session: Session, owner: NewOwner) -> str:
    if owner.person is not None:
        person = session.get(Person, owner.person)
        return person.name if person is not None else ""
    company = session.get(Company, owner.company) if owner.company is not None else None
    return company.name if company is not None else ""


def _day(text: str) -> date:
    try:
        return _DAY.parse(text)
    except FieldError as error:
        raise Refused(str(error)) from error
