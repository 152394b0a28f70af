"""A small estate for the tests of the pages: what a clerk would have entered before."""

from collections.abc import Iterator
from typing import Any

from business.property.messages import GenerateHouses, RoomPattern, SetHouseState
from business.registry.messages import CreateRecord, Raw


def commands() -> Iterator[Any]:
    """In order; ids count from 1 in every table."""

    def record(entity: str, **values: Raw) -> CreateRecord:
        return CreateRecord(entity, dict(values))

    yield record("area", code="A", name="东区")
    yield record("contractor", name="大成建设")
    yield record(
        "building", code="3", name="翠湖苑 3 号楼", area_id=1, built_on="2015-06-01", use="residence"
    )
    yield record("building", code="5", name="翠湖苑 5 号楼", area_id=1, built_on="2018-09-01")
    large = RoomPattern(layout="3-2", orientation="south", built_area="118.50", usable_area="96.20")
    small = RoomPattern(layout="2-1", orientation="north", built_area="76.00", usable_area="61.00")
    yield GenerateHouses(1, ("1", "2"), 1, 6, (), (large, small))
    yield GenerateHouses(2, ("1",), 1, 18, (), (large, small, small, large))
    yield SetHouseState(tuple(range(1, 9)), "delivered", "2015-09-01", "residence")
    yield SetHouseState((3, 4, 5), "decorating", "2016-01-10")
    yield SetHouseState((15, 17), "let", "2020-01-01", "residence")
    yield record(
        "person", name="王建国", category="owner", phone="13800138000", identity_number="11010519491231002X"
    )
    yield record("person", name="李秀英", category="family", phone="13900139001")
    yield record("person", name="张小龙", category="tenant", phone="13700137002")
    yield record("company", name="翠湖商贸有限公司", contact="周敏")
    yield record("ownership", house_id=21, person_id=1, share="100", since="2016-03-01")
    yield record("stay", house_id=21, person_id=1, role="owner", since="2016-03-01")
    yield record("stay", house_id=21, person_id=2, role="family", relation="spouse", since="2016-03-01")
    yield record("payer", house_id=21, person_id=1, fee="property", since="2016-03-01")
    yield record("parking_space", code="B1-021", car_park="地下一层", house_id=21, owner_id=1)
    yield record("vehicle", plate="沪A12345", owner_id=1, house_id=21, space_id=1, brand="大众")
    yield record("pet", name="豆豆", owner_id=1, house_id=21)
    yield record("key", code="K-0301", house_id=21)
    yield record("utility_account", number="5501234567", utility="water", house_id=21, holder="王建国")
