"""Conditions on fields of every type (B16, S1-1.8a)."""

import pytest

from business.access.person import EVERYTHING
from business.property.entities import ENTITIES
from business.registry.conditions import Condition, ConditionRefused, Operator
from business.registry.queries import Wanted, ids_of
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


@pytest.fixture
def people(estate: Estate) -> Estate:
    estate.create("person", name="王建国", phone="13800138000", category="owner", born_on="1960-02-01")
    estate.create("person", name="李秀英", phone="13900139001", category="family", level="vip")
    estate.create("person", name="张小龙", category="tenant", born_on="1990-07-08")
    return estate


@pytest.mark.parametrize(
    ("field", "operator", "value", "ids"),
    [
        ("name", Operator.CONTAINS, "小", [3]),
        ("name", Operator.BEGINS, "王", [1]),
        ("category", Operator.IS, "owner|tenant", [1, 3]),
        ("category", Operator.IS_NOT, "owner|tenant", [2]),
        ("level", Operator.IS_NOT, "vip", [1, 3]),
        ("born_on", Operator.FROM, "1980-01-01", [3]),
        ("born_on", Operator.TO, "1980-01-01", [1]),
        ("born_on", Operator.EMPTY, "", [2]),
        ("phone", Operator.IS, "138 0013 8000", [1]),
        ("phone", Operator.IS, "13800138000|13900139001", [1, 2]),
        ("phone", Operator.EMPTY, "", [3]),
        ("phone", Operator.NOT_EMPTY, "", [1, 2]),
        ("photo", Operator.EMPTY, "", [1, 2, 3]),
    ],
)
def test_a_condition_finds_what_it_says(
    people: Estate, field: str, operator: Operator, value: str, ids: list[int]
) -> None:
    found = people.list("person", conditions=(Condition(field, operator, value),), sort="id")
    assert [row.id for row in found.rows] == ids


def test_what_is_encrypted_is_found_by_its_whole_alone_and_has_no_order(people: Estate) -> None:
    with pytest.raises(ConditionRefused, match="不支持条件"):
        people.list("person", conditions=(Condition("phone", Operator.BEGINS, "138"),))
    assert [row.name for row in people.list("person", sort="phone").rows] == ["张小龙", "李秀英", "王建国"]


def test_all_that_a_list_finds_is_named_up_to_the_limit(people: Estate) -> None:
    with people.read() as session:
        wanted = Wanted(conditions=(Condition("born_on", Operator.NOT_EMPTY),), limit=1000)
        assert ids_of(session, ENTITIES["person"], EVERYTHING, wanted) == (1, 3)
        assert ids_of(session, ENTITIES["person"], EVERYTHING, Wanted(limit=2)) == (1, 2)
