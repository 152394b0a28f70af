"""Everything about one hit at one place (B16, S1-1.8a)."""

from typing import Any

import pytest

from business.access.person import EVERYTHING, NOWHERE
from business.cards import CARDS
from business.property.around import Around, Told, around
from business.property.box import search
from business.property.entities import ENTITIES
from business.registry.messages import ChangeRecord, RemoveRecords
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


@pytest.fixture
def home(estate: Estate) -> int:
    """A house with its owner, his wife, a vehicle, a pet and a water account; a former tenant."""
    house = estate.house()
    owner = estate.create("person", name="王建国", phone="13800138000")
    wife = estate.create("person", name="李秀英")
    former = estate.create("person", name="张小龙")
    estate.create("ownership", house_id=house, person_id=owner, share="100", since="2016-03-01")
    estate.create("stay", house_id=house, person_id=owner, role="owner", since="2016-03-01")
    estate.create("stay", house_id=house, person_id=wife, role="family", since="2016-03-01")
    estate.create(
        "stay", house_id=house, person_id=former, role="tenant", since="2010-01-01", until="2012-01-01"
    )
    estate.create("vehicle", plate="沪A12345", owner_id=wife)
    estate.create("pet", name="豆豆", house_id=house)
    estate.create("utility_account", number="55012", utility="water", house_id=house)
    return house


def told(estate: Estate, entity: str, id_: int, **reaches: Any) -> dict[str, Told]:
    with estate.read() as session:
        record = session.get_one(ENTITIES[entity].model, id_)
        found = around(session, ENTITIES[entity], record)
        cards = {
            card.name: card.told(session, reaches.get(card.name, EVERYTHING), found, "zh", 5)
            for card in CARDS
        }
    return {name: card for name, card in cards.items() if card.total}


def test_a_house_a_person_and_a_car_lead_to_the_same_household(estate: Estate, home: int) -> None:
    wife = next(row.id for row in estate.list("person").rows if row.name == "李秀英")
    of_house = told(estate, "house", home)
    assert set(of_house) == {"house", "person", "ownership", "stay", "vehicle", "pet", "utility_account"}
    assert {line.title for line in of_house["person"].lines} == {"王建国", "李秀英"}
    of_wife = told(estate, "person", wife)
    assert of_wife["house"].lines[0].title == "3-2-501"
    assert of_wife["stay"].total == 3
    assert set(told(estate, "vehicle", 1)) == set(of_wife)
    assert told(estate, "pet", 1)["vehicle"].lines[0].title == "沪A·12345"


def test_what_has_ended_is_told_as_such_and_numbers_stay_masked(estate: Estate, home: int) -> None:
    cards = told(estate, "house", home)
    over = [line.title for line in cards["stay"].lines if line.is_over]
    assert over == ["3-2-501 张小龙"]
    assert "13800138000" not in repr(cards)
    assert "138****8000" in repr(cards)


def test_a_card_shows_nothing_beyond_the_reach_of_its_reader(estate: Estate, home: int) -> None:
    assert "vehicle" not in told(estate, "house", home, vehicle=NOWHERE)


def test_nothing_concerns_a_building_but_itself(estate: Estate, home: int) -> None:
    assert told(estate, "building", 1) == {}
    with estate.read() as session:
        record = session.get_one(ENTITIES["building"].model, 1)
        assert around(session, ENTITIES["building"], record) == Around()


def test_the_search_tells_where_somebody_lives_from_the_day_he_moves_in(estate: Estate, home: int) -> None:
    def where(text: str) -> str:
        with estate.read() as session:
            return search(session, {"person": EVERYTHING}, text, 1)[0].subtitle

    assert where("王建国") == "3-2-501"
    assert where("张小龙") == ""
    stay = next(row for row in estate.list("stay").rows if row.person_id == 1)
    estate.do(ChangeRecord("stay", stay.id, stay.version, {"until": "2020-01-01"}))
    assert where("王建国") == ""
    other = next(row for row in estate.list("stay").rows if row.person_id == 2)
    estate.do(RemoveRecords("stay", (other.id,)))
    assert where("李秀英") == ""
