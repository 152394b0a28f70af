"""What the writer remembers is never other than what the database says (B14)."""

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from business.access.model import Scope
from business.property.estate import Building
from business.registry.messages import ChangeRecords, Raw, SetCustomField
from business.remembered import remembered, told
from tests.business.conftest import Office
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


class Reads:
    """A question that counts how often it reached the database."""

    def __init__(self) -> None:
        self.count = 0

    def project(self, session: Session) -> str:
        def read() -> str:
            self.count += 1
            return session.get_one(Scope, 1, populate_existing=True).name_en

        return remembered(session, Scope, "the first", read)


def test_it_is_read_once_until_a_row_changes_by_the_unit_of_work_or_by_a_statement(office: Office) -> None:
    reads = Reads()
    with office.sessions.begin() as session:
        first = reads.project(session)
    with office.sessions.begin() as session:
        assert reads.project(session) == first
    assert reads.count == 1
    with office.sessions.begin() as session:
        session.get_one(Scope, 1).name_en = "second"
        assert reads.project(session) == "second"
    with office.sessions.begin() as session:
        assert reads.project(session) == "second"
    with Session(office.writer) as session, session.begin():
        assert reads.project(session) == "second"
        session.execute(update(Scope).where(Scope.id == 1).values(name_en="third"))
        assert reads.project(session) == "third"


def test_what_was_read_of_a_change_that_is_taken_back_is_forgotten(office: Office) -> None:
    reads = Reads()
    with office.sessions() as session:
        first = reads.project(session)
        session.get_one(Scope, 1).name_en = "never"
        session.flush()
        assert reads.project(session) == "never"
    with office.sessions() as session:
        assert reads.project(session) == first
        with session.begin_nested() as savepoint:
            session.get_one(Scope, 1).name_en = "never"
            session.flush()
            assert reads.project(session) == "never"
            savepoint.rollback()
        assert reads.project(session) == first


def test_readers_remember_nothing_of_what_another_process_changes(office: Office) -> None:
    reads = Reads()
    for _ in range(2):
        with office.authority.open() as session:
            reads.project(session)
    assert reads.count == 2


def test_a_field_that_the_site_adds_counts_in_the_next_command(office: Office) -> None:
    estate = Estate(office)
    building = estate.create("building", code="3")
    values: dict[str, Raw] = {"custom.lift": "west"}
    assert "custom.lift" in estate.refused(ChangeRecords("building", (building,), values))
    estate.do(SetCustomField("building", "lift", "电梯", "Lift", "text"))
    estate.do(ChangeRecords("building", (building,), values))
    assert estate.get("building", building).custom == {"lift": "west"}
    estate.do(SetCustomField("building", "lift", "电梯", "Lift", "text", disabled=True))
    assert "custom.lift" in estate.refused(ChangeRecords("building", (building,), values))


def test_a_building_that_is_renamed_renames_what_is_entered_next(office: Office) -> None:
    estate = Estate(office)
    estate.house(building="3", unit="2", room="501")
    with office.sessions.begin() as session:
        building = session.get_one(Building, 1)
        assert told(session, Building, 1, _code) == "3"
        building.code = "7"
        assert told(session, Building, 1, _code) == "7"  # of the object, changed and not yet written
    loads: list[object] = []
    event.listen(Building, "load", lambda one, _context: loads.append(one))
    assert estate.get("house", estate.create("house", building_id=1, room="502")).code == "7-502"
    count = len(loads)
    assert estate.get("house", estate.create("house", building_id=1, room="503")).code == "7-503"
    assert len(loads) - count <= 1  # Known has looked whether it is there; what it is called was remembered


def _code(building: Building) -> str:
    return building.code
