"""Many new records by one command: all or none, each by the rules that hold for one."""

import pytest
from sqlalchemy import func, select

from actors.messages import Stage
from business.access.model import Scope
from business.access.refusals import Refusal
from business.audit.model import AuditRecord
from business.property.estate import Building
from business.registry.messages import (
    MANY,
    ChangeRecords,
    CreateRecords,
    NewRecord,
    Raws,
    RecordCreated,
    RemoveRecords,
)
from business.search.model import SearchEntry
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


def test_many_are_created_in_their_order_searched_and_told_in_one_record(estate: Estate) -> None:
    names = [f"王{sign}" for sign in "一二三四五"]
    events = estate.do(CreateRecords("person", tuple(NewRecord({"name": name}) for name in names)))
    made = [event.record for event in events if isinstance(event, RecordCreated)]
    assert [estate.get("person", id_).name for id_ in made] == names
    with estate.read() as session:
        assert session.scalar(select(func.count()).select_from(SearchEntry)) == 5
        query = select(AuditRecord).where(AuditRecord.kind == "CreateRecords")
        assert len(session.scalars(query).one().changes) == 5


def test_one_that_cannot_be_keeps_out_all_and_is_named(estate: Estate) -> None:
    rows = (
        NewRecord({"plate": "粤B12345"}),
        NewRecord({"plate": "粤B12346"}),
        NewRecord({"plate": "粤B12345"}),
    )
    assert "record 3" in estate.refused(CreateRecords("vehicle", rows))
    assert estate.list("vehicle").total == 0


def test_those_before_count_for_the_rules_of_those_behind(estate: Estate) -> None:
    house, owner = estate.house(), estate.create("person", name="李四")
    half: Raws = {"house_id": house, "person_id": owner, "share": "60", "since": "2026-01-01"}
    refusal = estate.refused(CreateRecords("ownership", (NewRecord(half), NewRecord(half))))
    assert "record 2" in refusal
    assert "120" in refusal


@pytest.mark.parametrize("count", [0, MANY + 1])
def test_how_many_is_limited(estate: Estate, count: int) -> None:
    assert str(MANY) in estate.refused(CreateRecords("person", (NewRecord({"name": "王"}),) * count))


def test_somebody_of_one_building_creates_there_alone(estate: Estate) -> None:
    here, there = estate.house(building="1"), estate.house(building="2")
    with estate.read() as session:
        scope = session.scalars(
            select(Scope.id).join(Building, Building.scope_id == Scope.id).where(Building.code == "1")
        ).one()
    estate.office.create("keeper", "steward", scope=scope)
    keeper = estate.office.log_in("keeper")

    def accounts(*houses: int | None) -> CreateRecords:
        rows: list[Raws] = [
            {"number": f"W{at}", "utility": "water", "house_id": house} for at, house in enumerate(houses)
        ]
        return CreateRecords("utility_account", tuple(NewRecord(row) for row in rows))

    assert estate.try_(accounts(here, here), keeper).stage is Stage.DONE
    for beyond in (accounts(here, there), accounts(here, None), accounts(here, 4711)):
        assert estate.refused(beyond, keeper) == Refusal.NOT_PERMITTED.value
    nobody_s = CreateRecords("person", (NewRecord({"name": "王"}),))
    assert estate.refused(nobody_s, keeper) == Refusal.NOT_PERMITTED.value


def test_two_that_are_changed_to_the_same_are_refused(estate: Estate) -> None:
    cars = tuple(estate.create("vehicle", plate=plate) for plate in ("粤B12345", "粤B12346"))
    assert "粤B·99999" in estate.refused(ChangeRecords("vehicle", cars, {"plate": "粤B99999"}))


def test_where_somebody_lives_is_told_beside_his_name_as_soon_as_it_is_known(estate: Estate) -> None:
    house, other = estate.house(room="501"), estate.house(room="502")
    anna = estate.create("person", name="安娜")

    def told() -> str:
        with estate.read() as session:
            query = select(SearchEntry.subtitle).where(
                SearchEntry.entity == "person", SearchEntry.record_id == anna
            )
            return session.scalars(query).one()

    assert told() == ""
    stay = estate.create("stay", house_id=house, person_id=anna, role="owner", since="2026-01-01")
    assert told() == "3-2-501"
    estate.create("stay", house_id=other, person_id=anna, role="owner", since="2026-02-01")
    assert told() == "3-2-502、3-2-501"
    estate.do(ChangeRecords("stay", (stay,), {"until": "2026-03-01"}))
    assert told() == "3-2-502"
    estate.do(RemoveRecords("stay", (stay + 1,)))
    assert told() == ""


def test_an_external_id_names_one_record_in_the_recycle_bin_too(estate: Estate) -> None:
    (made,) = estate.do(CreateRecords("person", (NewRecord({"name": "李四"}, "v5m"),)))
    estate.do(RemoveRecords("person", (made.record,), "登记错误"))
    twice = (NewRecord({"name": "王五"}, "w"), NewRecord({"name": "赵六"}, "w"))
    for rows, told in (
        ((NewRecord({"name": "王五"}, " v5m "),), f"Person {made.record}"),
        (twice, "record 2"),
    ):
        assert told in estate.refused(CreateRecords("person", rows))
    assert estate.list("person").total == 0
