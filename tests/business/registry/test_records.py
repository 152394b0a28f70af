"""Records of any entity: created, changed, removed, restored, erased, merged, tagged, revealed."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from actors.messages import Stage
from actors.said import in_language
from business.access.person import EVERYTHING
from business.audit.model import AuditChange, AuditRecord
from business.gate import Execute
from business.property.entities import ENTITIES
from business.registry.conditions import Condition, Operator
from business.registry.messages import (
    ChangeRecord,
    ChangeRecords,
    CreateRecord,
    EraseRecords,
    MergeRecords,
    RemoveRecords,
    RestoreRecords,
    RevealFields,
    SetCustomField,
    TagRecords,
)
from business.registry.model import RecordTag
from business.registry.queries import related, tags_of
from business.search.queries import find
from tests.business.estate import PROGRAM, Estate

pytestmark = pytest.mark.both_databases


def test_a_vehicle_is_registered_with_canonical_values(estate: Estate) -> None:
    """B14, S1-1.6."""
    id_ = estate.create(
        "vehicle", plate="沪a·d12345", vehicle_class="small", registered_on="2026年3月1日", brand=" 比亚迪 "
    )
    vehicle = estate.get("vehicle", id_)
    assert (vehicle.plate, vehicle.registered_on, vehicle.brand) == ("沪AD12345", date(2026, 3, 1), "比亚迪")
    assert (vehicle.version, vehicle.removed_ns, vehicle.custom) == (1, None, {})


def test_every_problem_is_told_at_once_in_both_languages(estate: Estate) -> None:
    detail = estate.refused(
        CreateRecord("vehicle", {"plate": "XX", "vehicle_class": "spaceship", "owner_id": 999, "wheels": 4})
    )
    chinese, english = in_language(detail, "zh"), in_language(detail, "en")
    for label in ("车牌号", "车辆类型", "车主", "wheels"):
        assert label in chinese
    for label in ("Plate", "Class", "Owner", "wheels"):
        assert label in english
    assert not estate.list("vehicle").rows


def test_what_is_required_is_asked_for(estate: Estate) -> None:
    assert "车牌号：必填" in estate.refused(CreateRecord("vehicle", {}))
    id_ = estate.create("vehicle", plate="沪A12345")
    assert "必填" in estate.refused(ChangeRecord("vehicle", id_, 1, {"plate": "  "}))


def test_a_unique_value_names_the_record_that_has_it(estate: Estate) -> None:
    first = estate.create("vehicle", plate="沪A12345")
    detail = estate.refused(CreateRecord("vehicle", {"plate": "沪A·12345"}))
    assert f"编号 {first}" in detail
    estate.do(RemoveRecords("vehicle", (first,)))
    second = estate.create("vehicle", plate="沪A12345")
    assert f"编号 {second}" in estate.refused(RestoreRecords("vehicle", (first,)))


def test_whoever_read_an_older_version_overwrites_nothing(estate: Estate) -> None:
    id_ = estate.create("vehicle", plate="沪A12345")
    estate.do(ChangeRecord("vehicle", id_, 1, {"brand": "红旗"}))
    assert "第 2 版" in estate.refused(ChangeRecord("vehicle", id_, 1, {"brand": "长城"}))
    assert estate.get("vehicle", id_).brand == "红旗"


def test_many_records_change_together_or_not_at_all(estate: Estate) -> None:
    ids = tuple(estate.create("vehicle", plate=f"沪A1234{n}") for n in range(3))
    estate.do(ChangeRecords("vehicle", ids, {"colour": "white"}))
    assert {row.colour for row in estate.list("vehicle").rows} == {"white"}
    estate.refused(ChangeRecords("vehicle", (*ids[:2], 4711), {"colour": "black"}))
    assert {row.colour for row in estate.list("vehicle").rows} == {"white"}


def test_what_others_refer_to_stays(estate: Estate) -> None:
    owner = estate.create("person", name="张三")
    car = estate.create("vehicle", plate="沪A12345", owner_id=owner)
    detail = estate.refused(RemoveRecords("person", (owner,)))
    assert "张*" in detail
    assert "1 条车辆" in detail
    estate.do(RemoveRecords("vehicle", (car,)))
    estate.do(RemoveRecords("person", (owner,)))
    assert "车辆" in estate.refused(EraseRecords("person", (owner,), "本人申请删除"))
    estate.do(EraseRecords("vehicle", (car,), "本人申请删除"))
    estate.do(EraseRecords("person", (owner,), "本人申请删除"))
    assert not estate.list("person", removed=True).rows


def test_the_recycle_bin_holds_what_was_removed_until_it_comes_back(estate: Estate) -> None:
    id_ = estate.create("vehicle", plate="沪A12345")
    estate.do(RemoveRecords("vehicle", (id_,)))
    assert not estate.list("vehicle").rows
    assert [row.id for row in estate.list("vehicle", removed=True).rows] == [id_]
    assert "回收站" in estate.refused(ChangeRecord("vehicle", id_, 2, {"brand": "红旗"}))
    estate.do(RestoreRecords("vehicle", (id_,)))
    assert [row.id for row in estate.list("vehicle").rows] == [id_]


def test_erasing_needs_a_reason_and_the_recycle_bin(estate: Estate) -> None:
    id_ = estate.create("vehicle", plate="沪A12345")
    assert "不在回收站" in estate.refused(EraseRecords("vehicle", (id_,), "本人申请删除"))
    estate.do(RemoveRecords("vehicle", (id_,)))
    assert "原因" in estate.refused(EraseRecords("vehicle", (id_,), " "))


def test_two_records_of_one_person_become_one(estate: Estate) -> None:
    """Two people with one number are offered for merging; what hung on either hangs on the one kept."""
    kept = estate.create("person", name="张三", phone="13800138000")
    other = estate.create("person", name="张三", identity_number="11010519491231002X")
    car = estate.create("vehicle", plate="沪A12345", owner_id=other)
    estate.do(TagRecords("person", (other,), add=("业委会",)))
    estate.do(MergeRecords("person", kept, other))
    person = estate.get("person", kept)
    assert (person.phone, person.identity_number) == ("+8613800138000", "11010519491231002X")
    assert estate.get("vehicle", car).owner_id == kept
    assert estate.get("person", other).removed_ns is not None
    with estate.read() as session:
        assert tags_of(session, ENTITIES["person"], [kept]) == {kept: ("业委会",)}


def test_tags_filter_lists(estate: Estate) -> None:
    first, second = (estate.create("vehicle", plate=f"沪A1234{n}") for n in range(2))
    estate.do(TagRecords("vehicle", (first, second), add=("访客", "年审")))
    estate.do(TagRecords("vehicle", (second,), remove=("年审",)))
    assert [row.id for row in estate.list("vehicle", tags=("年审",)).rows] == [first]
    assert len(estate.list("vehicle", tags=("访客",)).rows) == 2
    estate.do(RemoveRecords("vehicle", (first,)))
    estate.do(EraseRecords("vehicle", (first,), "测试清除"))
    with estate.read() as session:
        assert session.scalar(select(func.count()).select_from(RecordTag)) == 1


def test_a_field_of_the_site_is_entered_listed_sorted_and_searched(estate: Estate) -> None:
    """S1-1.7: types that the user defines."""
    estate.do(SetCustomField("house", "rent_free_days", "免租天数", "Rent-free days", "integer"))
    free: list[dict[str, Any]] = [{"custom.rent_free_days": n * 10} for n in range(1, 4)]
    houses = [estate.house(room=f"50{n}", **values) for n, values in enumerate(free, 1)]
    found = estate.list("house", conditions=(Condition("custom.rent_free_days", Operator.FROM, "20"),))
    assert [row.id for row in found.rows] == houses[1:]
    found = estate.list("house", sort="custom.rent_free_days", descending=True)
    assert [row.id for row in found.rows] == houses[::-1]
    detail = estate.refused(ChangeRecords("house", (houses[0],), {"custom.rent_free_days": "viele"}))
    assert "免租天数" in detail
    estate.do(
        SetCustomField("house", "rent_free_days", "免租天数", "Rent-free days", "integer", disabled=True)
    )
    assert "没有" in estate.refused(ChangeRecords("house", (houses[0],), {"custom.rent_free_days": 5}))
    assert estate.get("house", houses[0]).custom == {"rent_free_days": 10}


@pytest.mark.parametrize(
    ("field", "zh", "type_", "word"),
    [("Rent", "租", "text", "小写字母"), ("rent", "租", "blob", "blob"), ("rent", " ", "text", "中文和英文")],
)
def test_a_wrong_field_of_the_site_is_refused(
    estate: Estate, field: str, zh: str, type_: str, word: str
) -> None:
    assert word in estate.refused(SetCustomField("house", field, zh, "Rent", type_))


def test_personal_numbers_stand_nowhere_in_the_clear(estate: Estate) -> None:
    """S-51: not in the row, the index, or the trail; the trail tells who looked."""
    id_ = estate.create("person", name="欧阳修", phone="13912345678", identity_number="11010519491231002X")
    estate.do(ChangeRecord("person", id_, 1, {"phone": "13987654321"}))
    with estate.read() as session:
        changes = session.scalars(select(AuditChange)).all()
        told = "".join(f"{one.before}{one.after}" for one in changes)
        assert "139****4321" in told
        for number in ("13912345678", "13987654321", "11010519491231002X", "欧阳修"):
            assert number not in told
    estate.do(RevealFields("person", id_, ("phone",), "联系住户"))
    with estate.read() as session:
        record = session.scalars(select(AuditRecord).where(AuditRecord.kind == "RevealFields")).one()
        assert (record.object, record.reason) == (f"person/{id_}", "联系住户")
    assert "没有隐私信息" in estate.refused(RevealFields("person", id_, ("gender",), "随便看看"))
    assert "原因" in estate.refused(RevealFields("person", id_, ("phone",), ""))


def test_what_is_erased_is_found_no_more(estate: Estate) -> None:
    id_ = estate.create("person", name="欧阳修")
    with estate.read() as session:
        assert [hit.record_id for hit in find(session, "欧阳")] == [id_]
    estate.do(RemoveRecords("person", (id_,)))
    with estate.read() as session:
        assert find(session, "欧阳") == ()


def test_a_record_knows_everything_that_refers_to_it(estate: Estate) -> None:
    """B16: the person, the house, cars, pets together."""
    owner = estate.create("person", name="张三")
    house = estate.house()
    estate.create("vehicle", plate="沪A12345", owner_id=owner, house_id=house)
    estate.create("pet", name="旺财", owner_id=owner)
    estate.create("ownership", house_id=house, person_id=owner, share=100, since="2020-01-01")
    with estate.read() as session:
        reaches = {entity.name: EVERYTHING for entity in ENTITIES}
        found = related(session, ENTITIES, ENTITIES["person"], reaches, owner, 10)
    assert {each.entity.name: each.page.total for each in found if each.page.total} == {
        "vehicle": 1,
        "pet": 1,
        "ownership": 1,
    }


def test_every_command_is_one_record_of_the_trail(estate: Estate) -> None:
    """S-30: with what was and what is."""
    id_ = estate.create("vehicle", plate="沪A12345")
    estate.do(ChangeRecord("vehicle", id_, 1, {"brand": "红旗"}))
    with estate.read() as session:
        changed = session.scalars(select(AuditRecord).where(AuditRecord.kind == "ChangeRecord")).one()
        change = next(one for one in changed.changes if one.object == f"vehicles/{id_}")
        assert json.loads(change.before or "")["brand"] is None
        assert json.loads(change.after or "")["brand"] == "红旗"


def test_the_same_command_twice_registers_once(estate: Estate) -> None:
    order = Execute(PROGRAM, CreateRecord("vehicle", {"plate": "沪A12345"}), "one id")
    for _ in range(2):
        assert estate.office.gate.on_own_account(estate.registry, order).stage is Stage.DONE
    assert estate.list("vehicle").total == 1


def test_numbers_are_exact(estate: Estate) -> None:
    id_ = estate.house(built_area="89.45", usable_area="71.20")
    house = estate.get("house", id_)
    assert (house.built_area, house.usable_area) == (Decimal("89.45"), Decimal("71.20"))
    assert "大于建筑面积" in estate.refused(ChangeRecord("house", id_, 1, {"usable_area": "90"}))
