"""Moving in and out as one act (B09 to B11), and what a transfer would do."""

from datetime import date

import pytest

from business.property.house import House
from business.property.messages import HouseholdMoved, MoveIn, MoveOut, Mover
from business.property.moving import residents
from business.property.transferring import outlook
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


@pytest.fixture
def house(estate: Estate) -> int:
    for name in ("王建国", "李秀英", "张小龙"):
        estate.create("person", name=name)
    return estate.house()


def test_a_household_moves_in_together_or_not_at_all(estate: Estate, house: int) -> None:
    movers = (Mover(1, "owner", "head"), Mover(2, "family", "spouse"))
    assert estate.do(MoveIn(house, "2020-01-01", movers, status="occupied")) == (HouseholdMoved(house, 2, 0),)
    assert estate.get("house", house).status == "occupied"
    detail = estate.refused(MoveIn(house, "2021-01-01", (Mover(3, "tenant"), Mover(2, "family"))))
    assert "已登记在此房屋" in detail
    assert estate.list("stay").total == 2
    assert "至少填写一位" in estate.refused(MoveIn(house, "2021-01-01", ()))
    assert "没有编号为 99" in estate.refused(MoveIn(99, "2021-01-01", (Mover(3, "tenant"),)))


def test_who_moves_out_gives_back_the_keys_and_leaves_the_others(estate: Estate, house: int) -> None:
    estate.do(MoveIn(house, "2020-01-01", (Mover(1, "owner"), Mover(2, "family"))))
    mine = estate.create("key", code="K1", house_id=house, holder_id=1, taken_on="2020-01-01")
    hers = estate.create("key", code="K2", house_id=house, holder_id=2, taken_on="2020-01-01")
    stay = next(row.id for row in estate.list("stay").rows if row.person_id == 1)
    assert estate.do(MoveOut(house, "2024-05-01", (stay,), status="vacant")) == (HouseholdMoved(house, 0, 1),)
    assert estate.get("stay", stay).until == date(2024, 5, 1)
    assert (estate.get("key", mine).back_on, estate.get("key", mine).holder_id) == (date(2024, 5, 1), None)
    assert estate.get("key", hers).back_on is None
    assert estate.get("house", house).status == "vacant"
    with estate.read() as session:
        assert [one.person_id for one in residents(session, house, date(2024, 6, 1))] == [2]
    assert "不属于此房屋" in estate.refused(MoveOut(house, "2024-06-01", (stay,)))
    assert "至少勾选一位" in estate.refused(MoveOut(house, "2024-06-01", ()))


def test_the_state_of_the_same_day_is_corrected_and_not_refused(estate: Estate, house: int) -> None:
    estate.create("house_state", house_id=house, status="sold", since="2020-01-01")
    estate.do(MoveIn(house, "2020-01-01", (Mover(1, "owner"),), status="occupied"))
    assert [row.status for row in estate.list("house_state").rows] == ["occupied"]


def test_an_outlook_tells_what_a_transfer_ends_and_what_it_leaves(estate: Estate, house: int) -> None:
    estate.create("ownership", house_id=house, person_id=1, share="100", since="2016-01-01")
    estate.do(MoveIn(house, "2016-01-01", (Mover(1, "owner"), Mover(2, "family"), Mover(3, "tenant"))))
    estate.create("payer", house_id=house, fee="property", person_id=1, since="2016-01-01")
    estate.create("payer", house_id=house, fee="water", person_id=3, since="2016-01-01")
    estate.create("utility_account", number="1", utility="water", house_id=house)
    estate.create("utility_account", number="2", utility="gas", house_id=house, until="2019-01-01")
    with estate.read() as session:
        seen = outlook(session, session.get_one(House, house), date(2025, 1, 1))
        assert [one.person_id for one in seen.owners] == [1]
        assert {one.person_id for one in seen.stays} == {1, 2}
        assert [one.person_id for one in seen.others] == [3]
        assert [one.fee for one in seen.payers] == ["property"]
        assert [one.number for one in seen.accounts] == ["1"]
