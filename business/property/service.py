"""The module of the guided acts. Each is made of the registry's own commands, in one transaction."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.access.model import Scope
from business.property import linking
from business.property.estate import Building
from business.property.generating import generate
from business.property.house import House
from business.property.messages import (
    GenerateHouses,
    HouseStateSet,
    LinkUser,
    MoveIn,
    MoveOut,
    SetHouseState,
    TransferHouse,
)
from business.property.moving import move_in, move_out
from business.property.transferring import transfer
from business.registry.messages import NewRecord, Raws
from business.registry.records import Records


class Property:
    """The module of `BusinessActor` for acts that touch several records."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """The paths of the buildings that the command touches."""
        match command:
            case GenerateHouses(building=building):
                query = select(Scope.path).join(Building, Building.scope_id == Scope.id)
                return tuple(session.scalars(query.where(Building.id == building)))
            case TransferHouse(house=house) | MoveIn(house=house) | MoveOut(house=house):
                return _paths(session, (house,))
            case SetHouseState(houses=houses):
                return _paths(session, houses)
            case LinkUser():
                return linking.scopes_of(session, command)
            case _:
                return ()

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case GenerateHouses():
                return (generate(session, self._records, command),)
            case TransferHouse():
                return (transfer(session, self._records, command),)
            case SetHouseState():
                return self._set_state(session, command)
            case MoveIn():
                return (move_in(session, self._records, command),)
            case MoveOut():
                return (move_out(session, self._records, command),)
            case LinkUser():
                return (linking.link(session, issuer, command),)
            case _:
                raise TypeError(f"{type(command).__name__} is not an act on property")

    def _set_state(self, session: Session, command: SetHouseState) -> tuple[Any, ...]:
        told = {name: text for name in ("use", "remark") if (text := getattr(command, name))}
        common: Raws = {"status": command.status, "since": command.since, **told}
        self._records.create_all(
            session, "house_state", [NewRecord({"house_id": house, **common}) for house in command.houses]
        )
        return tuple(HouseStateSet(house, command.status) for house in command.houses)


def _paths(session: Session, houses: tuple[int, ...]) -> tuple[str, ...]:
    query = select(Scope.path).join(House, House.scope_id == Scope.id).where(House.id.in_(houses))
    return tuple(session.scalars(query.distinct()))
