"""Houses by a pattern (B04, S1-1.4d), and the chart that shows them (B03, S1-1.4b)."""

import pytest

from business.access.person import EVERYTHING
from business.gate import Refused
from business.property.chart import buildings, chart, coloured_by, natural
from business.property.entities import ENTITIES
from business.property.generating import plan
from business.property.messages import GenerateHouses, HousesGenerated, RoomPattern, SetHouseState
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases
LEFT = RoomPattern(type="flat", layout="3-2", orientation="south", built_area="120.50", usable_area="98")
RIGHT = RoomPattern(type="flat", layout="2-1", orientation="north", built_area="80")


def order(building: int, **changed: object) -> GenerateHouses:
    whole: dict[str, object] = {
        "building": building,
        "units": ("1", "2"),
        "first_floor": -1,
        "last_floor": 6,
        "skipped_floors": (4,),
        "rooms": (LEFT, RIGHT),
    }
    return GenerateHouses(**{**whole, **changed})  # type: ignore[arg-type]


def test_floors_units_and_houses_are_made_and_what_is_there_stays(estate: Estate) -> None:
    building = estate.create("building", code="5", built_on="2010-05-01")
    command = order(building, certificate="沪-{number:04}")
    assert estate.do(command) == (HousesGenerated(building, 24, 0),)
    house = next(row for row in estate.list("house", limit=100).rows if row.code == "5-2-602")
    assert (house.floor, house.layout, str(house.built_area)) == (6, "2-1", "80")
    assert (house.certificate, str(house.built_on)) == ("沪-0024", "2010-05-01")
    assert {row.name for row in estate.list("floor").rows} == {"B1", "1F", "2F", "3F", "5F", "6F"}
    assert estate.do(order(building, last_floor=7)) == (HousesGenerated(building, 4, 24),)
    assert estate.list("unit").total == 2


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"pattern": "{floor}"}, "重复"),
        ({"pattern": "{floor.__class__}{room}"}, "无效"),
        ({"pattern": "{floor"}, "无效"),
        ({"pattern": "{}{room}"}, "无效"),
        ({"rooms": ()}, "0 套"),
        ({"last_floor": 20_000}, "最多|须为"),
        ({"units": ("1", "1")}, "重复"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused(changed: dict[str, object], word: str) -> None:
    with pytest.raises(Refused, match=word):
        plan(order(1, **changed))


def test_the_chart_shows_each_house_at_its_place(estate: Estate) -> None:
    building = estate.create("building", code="5")
    estate.do(order(building, first_floor=1, last_floor=11, rooms=(LEFT,), units=("10", "2")))
    top = next(row.id for row in estate.list("house", limit=100).rows if row.code == "5-2-1101")
    estate.do(SetHouseState((top,), "let", "2026-01-01"))
    with estate.read() as session:
        (shown,) = buildings(session, ENTITIES, EVERYTHING)
        drawn = chart(session, ENTITIES, EVERYTHING, shown, "status")
    assert drawn.units == ("2", "10")
    assert drawn.floors == (11, 10, 9, 8, 7, 6, 5, 3, 2, 1)
    assert [(door.id, door.value) for door in drawn.doors[11, "2"]] == [(top, "let")]
    assert drawn.counts == {"unsold": 19, "let": 1}
    assert {"status", "layout", "type", "orientation", "use"} <= set(coloured_by(ENTITIES))


def test_numbers_sort_as_people_count() -> None:
    assert sorted(["10", "2", "A2", "A10", "B1", "1"], key=natural) == ["1", "2", "10", "A2", "A10", "B1"]
