"""Somebody with rights over one building only: what he sees, and what he may do (S-20, S1-4.6a)."""

from typing import Any

import pytest

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.property.messages import GenerateHouses, RoomPattern, SetHouseState, TransferHouse
from business.registry.messages import (
    ChangeRecord,
    ChangeRecords,
    CreateRecord,
    EraseRecords,
    MergeRecords,
    RemoveRecords,
    RestoreRecords,
    RevealFields,
    SaveView,
    SetCustomField,
    TagRecords,
)
from business.registry.queries import Wanted, one, page
from business.registry.statistics import statistics
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


class Two:
    """Two buildings with a house each, and a manager of the first alone."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.mine, self.other = estate.house(building="1"), estate.house(building="2")
        self.owner = estate.create("person", name="张三", phone="13800138000")
        self.buildings = [row.id for row in estate.list("building").rows]
        office = estate.office
        office.create("anna", "manager", scope=estate.get("building", self.buildings[0]).scope_id)
        self.anna: Issuer = office.log_in("anna")

    def person(self) -> Any:
        found = self.estate.office.authority.person(self.anna.session)
        assert found is not None
        return found


@pytest.fixture
def two(estate: Estate) -> Two:
    return Two(estate)


def test_lists_pages_and_statistics_hold_what_is_within_reach(two: Two) -> None:
    reach = two.person().reach("house.read")
    house = two.estate.entity("house")
    with two.estate.read() as session:
        assert [row.id for row in page(session, house, reach, Wanted()).rows] == [two.mine]
        assert statistics(session, house, reach, Wanted(), ("status",)).total.count == 1
        assert page(session, house, reach, Wanted(text="2-2-501")).rows == ()
        assert one(session, house, reach, two.mine) is not None
        assert one(session, house, reach, two.other) is None


@pytest.mark.parametrize(
    "command",
    [
        lambda two: ChangeRecord("house", two.other, 1, {"remark": "x"}),
        lambda two: ChangeRecords("house", (two.mine, two.other), {"remark": "x"}),
        lambda two: ChangeRecord("house", two.mine, 1, {"building_id": two.buildings[1]}),
        lambda two: CreateRecord("house", {"building_id": two.buildings[1], "room": "9"}),
        lambda two: CreateRecord("person", {"name": "李四"}),
        lambda two: RemoveRecords("house", (two.other,)),
        lambda two: RestoreRecords("house", (two.other,)),
        lambda two: EraseRecords("house", (two.other,), "不再需要"),
        lambda two: MergeRecords("house", two.mine, two.other),
        lambda two: TagRecords("house", (two.other,), ("x",), ()),
        lambda two: RevealFields("person", two.owner, ("phone",), "电话核实"),
        lambda _: SetCustomField("house", "free", "免租", "Free", "integer"),
        lambda two: GenerateHouses(two.buildings[1], ("1",), 1, 2, (), (RoomPattern(),)),
        lambda two: TransferHouse(two.other, "2026-01-01", ()),
        lambda two: SetHouseState((two.mine, two.other), "vacant", "2026-01-01"),
    ],
)
def test_what_is_out_of_reach_is_not_touched(two: Two, command: Any) -> None:
    outcome = two.estate.try_(command(two), two.anna)
    assert (outcome.stage, outcome.detail) == (Stage.REFUSED, Refusal.NOT_PERMITTED)


@pytest.mark.parametrize(
    "command",
    [
        lambda two: ChangeRecord("house", two.mine, 1, {"remark": "x"}),
        lambda two: CreateRecord("house", {"building_id": two.buildings[0], "room": "9"}),
        lambda two: TagRecords("house", (two.mine,), ("x",), ()),
        lambda two: SetHouseState((two.mine,), "vacant", "2026-01-01"),
        lambda two: SaveView("house", "空置房", "", shared=False),
    ],
)
def test_what_is_within_reach_is(two: Two, command: Any) -> None:
    outcome = two.estate.try_(command(two), two.anna)
    assert outcome.stage is Stage.DONE, outcome.detail


def test_a_record_that_is_not_there_is_said_so_and_is_no_overreach(two: Two) -> None:
    for _ in range(5):
        outcome = two.estate.try_(ChangeRecord("house", 10**6, 1, {"remark": "x"}), two.anna)
        assert "1000000" in outcome.detail
    assert not two.person().locked
