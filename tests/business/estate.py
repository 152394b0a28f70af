"""A small estate on a database of its own, and somebody who may do everything in it."""

from typing import Any

from sqlalchemy.orm import Session

from actors.messages import Issuer, Stage
from business.access.person import EVERYTHING
from business.dictionaries.messages import AddShippedEntries
from business.dictionaries.seed import SEED
from business.dictionaries.service import Dictionaries
from business.fields.keyring import Keyring
from business.fields.sealed import supply
from business.gate import Execute, Outcome
from business.property.entities import ENTITIES
from business.property.service import Property
from business.registry.entity import Entity
from business.registry.messages import CreateRecord, Raw, RecordCreated
from business.registry.queries import RecordPage, Wanted, page
from business.registry.service import Registry
from business.shipped import ship
from tests.business.conftest import Office

KEYS = ("0123456789abcdef0123456789abcdef",)
PROGRAM = Issuer("steward", "", "office")


class Estate:
    """Commands of the registry and of the guided acts, through the one gate."""

    def __init__(self, office: Office) -> None:
        self.office = office
        for engine in (office.writer, office.reader):
            supply(engine, Keyring(KEYS))
        ship(office.gate, Dictionaries(), AddShippedEntries(), SEED)
        self.registry = Registry(ENTITIES, office.wall_ns)
        self.property = Property(self.registry.records)

    def try_(self, command: Any, issuer: Issuer | None = None) -> Outcome:
        module = self.property if type(command).__module__.startswith("business.property") else self.registry
        if issuer is None:
            return self.office.gate.on_own_account(module, Execute(PROGRAM, command))
        return self.office.gate.carry_out(module, Execute(issuer, command))

    def do(self, command: Any, issuer: Issuer | None = None) -> tuple[Any, ...]:
        outcome = self.try_(command, issuer)
        assert outcome.stage is Stage.DONE, outcome.detail
        return outcome.events

    def refused(self, command: Any, issuer: Issuer | None = None) -> str:
        outcome = self.try_(command, issuer)
        assert outcome.stage is Stage.REFUSED, outcome
        return outcome.detail

    def create(self, entity: str, **values: Raw) -> int:
        created = self.do(CreateRecord(entity, dict(values)))[0]
        assert isinstance(created, RecordCreated)
        return created.record

    def read(self) -> Session:
        return self.office.authority.open()

    def get(self, entity: str, id_: int) -> Any:
        with self.read() as session:
            return session.get_one(ENTITIES[entity].model, id_)

    def list(self, entity: str, **wanted: Any) -> RecordPage:
        with self.read() as session:
            return page(session, self.entity(entity), EVERYTHING, Wanted(**wanted))

    def entity(self, name: str) -> Entity:
        return ENTITIES[name]

    def house(self, building: str = "3", unit: str = "2", room: str = "501", **values: Raw) -> int:
        """A house, with the building and the unit that it stands in."""
        buildings = self.list("building", text=building).rows
        building_id = buildings[0].id if buildings else self.create("building", code=building)
        with self.read() as session:
            units = page(session, ENTITIES["unit"], EVERYTHING, Wanted()).rows
        unit_id = next((one.id for one in units if (one.building_id, one.code) == (building_id, unit)), None)
        unit_id = unit_id or self.create("unit", building_id=building_id, code=unit)
        return self.create("house", building_id=building_id, unit_id=unit_id, room=room, **values)
