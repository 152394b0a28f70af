"""Change of owner (过户), as one act."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a transfer would end and change."""

    owners: tuple[Ownership, ...]
    """Whose shares end."""
    stays: tuple[Stay, ...]
    """Of the owners and their households: those that end when the command says so."""
    others: tuple[Stay, ...]
    """Of tenants and others: they stay whoever owns the house."""
    payers: tuple[Payer, ...]
    """What falls to the largest new share."""
    accounts: tuple[UtilityAccount, ...]
    """What is put in the name of the largest new share."""


def outlook(session: Session, house: House, on: date) -> Outlook:
    owners = _current(session, Ownership, house.id, on)
    stays = _current(session, Stay, house.id, on)
    leaving = {one.id for one in stays if one.role in {"owner", "family"} and one.since < on}
    gone = {(one.person_id, one.company_id) for one in owners}
    payers = _current(session, Payer, house.id, on)
    query = select(UtilityAccount).where(
        UtilityAccount.house_id == house.id, UtilityAccount.removed_ns.is_(None)
    )
    return Outlook(
        tuple(owners),
        tuple(one for one in stays if one.id in leaving),
        tuple(one for one in stays if one.id not in leaving),
        tuple(one for one in payers if (one.person_id, one.company_id) in gone and one.since < on),
        tuple(one for one in session.scalars(query) if one.until is None),
    )


def transfer(session: Session, records: Records, command: TransferHouse) -> HouseTransferred:
    """Raises Refused, and nothing of it has taken place."""
    house = house_of(session, command.house)
    on = day_of(command.on)
    _check(command)
    seen = outlook(session, house, on)
    if any(one.since >= on for one in seen.owners):
        raise Refused(
            said(
                f"过户日期 {on} 须晚于现有产权的起始日期，请核对",
                f"the transfer on {on} must come after the present owners began; check the day",
            )
        )
    for ownership in seen.owners:
        _end(session, records, "ownership", ownership, on)
    for owner in command.owners:
        values: Raws = {"house_id": house.id, "share": owner.share, "since": on.isoformat()}
        values["person_id"], values["company_id"] = owner.person, owner.company
        if command.contract:
            values["contract"] = command.contract
        records.create(session, CreateRecord("ownership", values))
    first = max(command.owners, key=lambda one: Decimal(one.share))
    if command.end_stays:
        for stay in seen.stays:
            _end(session, records, "stay", stay, on)
    if command.take_over_fees:
        for payer in seen.payers:
            _end(session, records, "payer", payer, on)
            fee: Raws = {"house_id": house.id, "fee": payer.fee, "since": on.isoformat()}
            fee["person_id"], fee["company_id"] = first.person, first.company
            records.create(session, CreateRecord("payer", fee))
    if command.move_utilities:
        name = _name(session, first)
        for account in seen.accounts:
            _change(session, records, "utility_account", account, {"holder": name})
    changed: Raws = {"contact_id": first.person}
    if command.certificate:
        changed |= {"certificate": command.certificate, "certified_on": on.isoformat()}
    _change(session, records, "house", house, changed)
    return HouseTransferred(house.id)


def house_of(session: Session, id_: int) -> House:
    """Raises Refused."""
    house = session.get(House, id_)
    if house is None or house.removed_ns is not None:
        raise Refused(said(f"没有编号为 {id_} 的房屋", f"there is no house with id {id_}"))
    return house


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


def day_of(text: str) -> date:
    """Raises Refused."""
    try:
        return _DAY.parse(text)
    except FieldError as error:
        raise Refused(str(error)) from error
