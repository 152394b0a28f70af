"""The house list as offices keep it: owners in the cells of their houses (S1-4.11b)."""

from decimal import Decimal

import pytest

from tests.business.importing.counter import Counter

pytestmark = pytest.mark.both_databases


@pytest.fixture
def tower(counter: Counter) -> Counter:
    building = counter.create("building", code="3")
    counter.create("unit", building_id=building, code="2")
    return counter


def owners(counter: Counter) -> dict[str, list[tuple[str, Decimal]]]:
    found: dict[str, list[tuple[str, Decimal]]] = {}
    for one in counter.list("ownership", sort="id", descending=False).rows:
        code = counter.get("house", one.house_id).code
        found.setdefault(code, []).append((counter.get("person", one.person_id).name, one.share))
    return found


def test_several_owners_in_one_cell_become_persons_and_shares(tower: Counter) -> None:
    done = tower.imported(
        "house",
        "房号,业主,联系电话,产权日期\n"
        "3-2-501,张三、李四；50%/50%,13800138000、13900139000,2020-01-01\n"
        "3-2-502,王五(60%)、赵六(40%),,2020-01-01\n"
        "3-2-503,张三,13800138000,\n"
        "3-2-504,甲、乙、丙,,\n",
    )
    assert (done.created, done.failed) == (4, 0), tower.reasons(done.file)
    assert owners(tower) == {
        "3-2-501": [("张三", Decimal(50)), ("李四", Decimal(50))],
        "3-2-502": [("王五", Decimal(60)), ("赵六", Decimal(40))],
        "3-2-503": [("张三", Decimal(100))],
        "3-2-504": [("甲", Decimal("33.3334")), ("乙", Decimal("33.3333")), ("丙", Decimal("33.3333"))],
    }
    assert tower.list("person").total == 7


def test_the_same_list_again_changes_nothing(tower: Counter) -> None:
    text = "房号,业主,联系电话\n3-2-501,张三、李四,13800138000、13900139000\n3-2-502,王五,\n"
    tower.imported("house", text)
    again = tower.imported("house", text)
    assert (again.created, again.unchanged, again.failed) == (0, 2, 0)
    assert (tower.list("person").total, tower.list("ownership").total) == (3, 3)
    other = tower.start("house", "房号,业主\n3-2-501,钱七\n")
    assert "现有业主 张三、李四" in tower.reasons(other)[2]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("张三、李四,60%、50%,", "份额合计 110%"),
        ("张三、李四,100%,", "2 位业主，1 个份额"),
        ("张三,,13800138000、13900139000、13700137000", "1 位业主，3 个号码"),
        ("13800138000,,", "请填写业主姓名"),
    ],
)
def test_owners_that_do_not_fit_together_are_refused(tower: Counter, cells: str, reason: str) -> None:
    token = tower.start("house", f"房号,业主,产权份额,联系电话\n3-2-501,{cells}\n")
    assert reason in tower.reasons(token)[2]


def test_buildings_and_units_that_are_not_there_are_made_when_asked_for(counter: Counter) -> None:
    text = "房号\n5栋1单元101\n5-1-102\nA座1203\n5-2-101\n"
    refused = counter.found(counter.start("house", text))
    assert refused.failed == 4
    done = counter.imported("house", text, make_missing=True)
    assert (done.created, done.failed) == (4, 0), counter.reasons(done.file)
    assert [row.code for row in counter.list("building").rows] == ["5", "A"]
    assert [(row.building_code, row.code) for row in counter.list("unit").rows] == [("5", "1"), ("5", "2")]
    assert {row.code for row in counter.list("house").rows} == {"5-1-101", "5-1-102", "A-1203", "5-2-101"}
