"""Statistics by what records have in common (B17, S1-1.8b)."""

from decimal import Decimal

import pytest

from actors.said import in_language
from business.access.person import EVERYTHING, Reach
from business.property.entities import ENTITIES
from business.registry.conditions import Condition, ConditionRefused, Operator
from business.registry.queries import Wanted
from business.registry.statistics import addable, groupable, statistics
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases
HOUSE = ENTITIES["house"]


@pytest.fixture
def houses(estate: Estate) -> Estate:
    for room, layout, built_on, area in (
        ("101", "3-2", "1998-05-01", "120.55"),
        ("102", "3-2", "1998-12-31", "80.45"),
        ("103", "2-1", "2010-01-01", "60.10"),
        ("104", None, None, None),
    ):
        estate.house(room=room, layout=layout, built_on=built_on, built_area=area)
    return estate


def test_houses_are_counted_and_their_areas_added(houses: Estate) -> None:
    with houses.read() as session:
        found = statistics(session, HOUSE, EVERYTHING, Wanted(), ("layout",), ("built_area",))
    assert found.lines[0].keys == ("3-2",)
    assert {line.keys: (line.count, line.sums) for line in found.lines} == {
        ("3-2",): (2, (Decimal(201),)),
        ("2-1",): (1, (Decimal("60.1"),)),
        (None,): (1, (None,)),
    }
    assert (found.total.count, found.total.sums) == (4, (Decimal("261.1"),))


def test_ages_are_years(houses: Estate) -> None:
    """By house age."""
    with houses.read() as session:
        found = statistics(session, HOUSE, EVERYTHING, Wanted(), ("built_on", "layout"))
    assert {line.keys: line.count for line in found.lines} == {
        (1998, "3-2"): 2,
        (2010, "2-1"): 1,
        (None, None): 1,
    }


def test_conditions_and_reach_hold_for_statistics_too(houses: Estate) -> None:
    only = Wanted(conditions=(Condition("layout", Operator.IS, "3-2"),))
    with houses.read() as session:
        assert statistics(session, HOUSE, EVERYTHING, only, ("layout",)).total.count == 2
        assert statistics(session, HOUSE, Reach(()), Wanted(), ("layout",)).total.count == 0


def test_what_cannot_be_counted_by_is_refused(houses: Estate) -> None:
    with houses.read() as session, pytest.raises(ConditionRefused) as refused:
        statistics(session, HOUSE, EVERYTHING, Wanted(), ("code",))
    assert "code" in in_language(str(refused.value), "en")


def test_sealed_and_unique_fields_are_never_grouped() -> None:
    person = ENTITIES["person"]
    assert not groupable(person.by_name["identity_number"])
    assert not groupable(HOUSE.by_name["certificate"])
    assert addable(HOUSE.by_name["built_area"])
    assert not addable(HOUSE.by_name["floor"])
