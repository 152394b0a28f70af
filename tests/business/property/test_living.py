"""Who owns, lives in and pays for a house, from when until when."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.said import in_language
from business.property.living import overlap
from business.property.messages import NewOwner, SetHouseState, TransferHouse
from business.registry.messages import ChangeRecord, CreateRecord, Raws, RemoveRecords, RestoreRecords
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


def test_a_house_is_called_by_building_unit_and_room(estate: Estate) -> None:
    """B02."""
    house = estate.get("house", estate.house("3", "2", "501a"))
    assert house.code == "3-2-501A"
    detail = estate.refused(
        CreateRecord("house", {"building_id": house.building_id, "unit_id": house.unit_id, "room": "501A"})
    )
    assert "3-2-501A 已存在" in detail
    other = estate.create("building", code="4")
    detail = estate.refused(
        CreateRecord("house", {"building_id": other, "unit_id": house.unit_id, "room": "1"})
    )
    assert "不在 4 号楼" in detail


def test_shares_never_make_more_than_the_whole(estate: Estate) -> None:
    """Several owners of a house with shares."""
    house = estate.house()
    husband, wife, third = (estate.create("person", name=name) for name in ("张三", "李四", "王五"))
    estate.create("ownership", house_id=house, person_id=husband, share="50", since="2020-01-01")
    second = estate.create("ownership", house_id=house, person_id=wife, share="50", since="2021-01-01")
    detail = estate.refused(
        CreateRecord(
            "ownership", {"house_id": house, "person_id": third, "share": "0.5%", "since": "2019-06-01"}
        )
    )
    assert "100.5%" in in_language(detail, "zh")
    assert "2021-01-01" in detail
    estate.do(ChangeRecord("ownership", second, 1, {"until": "2022-01-01"}))
    estate.create("ownership", house_id=house, person_id=third, share="50", since="2022-01-01")


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "个人或单位"),
        ({"share": "0"}, "份额"),
        ({"since": "2020-02-01", "until": "2020-02-01"}, "须晚于"),
    ],
)
def test_a_wrong_ownership_is_refused(estate: Estate, values: dict[str, str], word: str) -> None:
    house, person = estate.house(), estate.create("person", name="张三")
    whole: Raws = {"house_id": house, "share": "100", "since": "2020-01-01", **values}
    if values:
        whole["person_id"] = person
    assert word in estate.refused(CreateRecord("ownership", whole))


def test_nobody_lives_twice_in_one_house_at_a_time(estate: Estate) -> None:
    """Stays with dates: who lived where when."""
    house, person = estate.house(), estate.create("person", name="张三")
    first = estate.create("stay", house_id=house, person_id=person, role="tenant", since="2020-01-01")
    again: Raws = {"house_id": house, "person_id": person, "role": "tenant", "since": "2021-01-01"}
    assert "2020-01-01" in estate.refused(CreateRecord("stay", dict(again)))
    estate.do(ChangeRecord("stay", first, 1, {"until": "2021-01-01"}))
    estate.create("stay", **again)


def test_one_payer_a_fee_item(estate: Estate) -> None:
    house, person = estate.house(), estate.create("person", name="张三")
    company = estate.create("company", name="某某有限公司")
    estate.create("payer", house_id=house, fee="property", person_id=person, since="2020-01-01")
    estate.create("payer", house_id=house, fee="water", company_id=company, since="2020-01-01")
    detail = estate.refused(
        CreateRecord(
            "payer", {"house_id": house, "fee": "property", "company_id": company, "since": "2020-05-01"}
        )
    )
    assert "已有缴费人" in detail


def test_states_follow_each_other_and_the_house_shows_the_last(estate: Estate) -> None:
    """B05: the state now and what was before, each with its day."""
    house = estate.house()
    for status, since in (("sold", "2020-01-01"), ("occupied", "2021-03-01"), ("delivered", "2020-06-01")):
        estate.do(SetHouseState((house,), status, since))
    rows = estate.list("house_state", sort="since", descending=False).rows
    assert [(row.status, str(row.since), str(row.until)) for row in rows] == [
        ("sold", "2020-01-01", "2020-06-01"),
        ("delivered", "2020-06-01", "2021-03-01"),
        ("occupied", "2021-03-01", "None"),
    ]
    found = estate.get("house", house)
    assert (found.status, str(found.status_since)) == ("occupied", "2021-03-01")
    assert "一天一个状态" in estate.refused(SetHouseState((house,), "vacant", "2021-03-01"))
    estate.do(RemoveRecords("house_state", (rows[2].id,)))
    found = estate.get("house", house)
    assert (found.status, str(found.status_since)) == ("delivered", "2020-06-01")
    assert estate.get("house_state", rows[1].id).until is None
    estate.do(RemoveRecords("house_state", (rows[0].id, rows[1].id)))
    assert (estate.get("house", house).status, estate.get("house", house).status_since) == ("unsold", None)
    estate.do(RestoreRecords("house_state", tuple(row.id for row in rows)))
    assert estate.get("house", house).status == "occupied"
    assert str(estate.get("house_state", rows[1].id).until) == "2021-03-01"


def test_a_house_changes_hands_in_one_act(estate: Estate) -> None:
    """过户: shares, stays, fees and accounts follow, and nothing of what was is lost."""
    house = estate.house()
    old, tenant, new = (estate.create("person", name=name) for name in ("张三", "李四", "王五"))
    estate.create("ownership", house_id=house, person_id=old, share=100, since="2015-01-01")
    estate.create("stay", house_id=house, person_id=old, role="owner", since="2015-02-01")
    estate.create("stay", house_id=house, person_id=tenant, role="tenant", since="2020-01-01")
    estate.create("payer", house_id=house, fee="property", person_id=old, since="2015-01-01")
    estate.create("payer", house_id=house, fee="water", person_id=tenant, since="2020-01-01")
    estate.create("utility_account", house_id=house, number="W-1", utility="water", holder="张三")
    estate.do(
        TransferHouse(
            house,
            "2026-03-01",
            (NewOwner(new, None, "60"), NewOwner(tenant, None, "40")),
            contract="C-9",
            certificate="沪房-7",
        )
    )
    owners = estate.list("ownership", sort="since", descending=False).rows
    assert [(row.person_id, str(row.share), str(row.since), str(row.until)) for row in owners] == [
        (old, "100", "2015-01-01", "2026-03-01"),
        (new, "60", "2026-03-01", "None"),
        (tenant, "40", "2026-03-01", "None"),
    ]
    ended = {row.person_id: row.until for row in estate.list("stay").rows}
    assert (str(ended[old]), ended[tenant]) == ("2026-03-01", None)
    paying = {row.fee: row.person_id for row in estate.list("payer").rows if row.until is None}
    assert paying == {"property": new, "water": tenant}
    assert estate.list("utility_account").rows[0].holder == "王五"
    found = estate.get("house", house)
    assert (found.contact_id, found.certificate) == (new, "沪房-7")


@pytest.mark.parametrize(
    ("on", "shares", "word"),
    [
        ("2026-03-01", ("60", "30"), "90%"),
        ("2026-03-01", (), "至少"),
        ("2014-03-01", ("100",), "须晚于"),
        ("gestern", ("100",), "gestern"),
        ("2026-03-01", ("viele",), "数字"),
    ],
)
def test_a_wrong_transfer_changes_nothing(
    estate: Estate, on: str, shares: tuple[str, ...], word: str
) -> None:
    house, old = estate.house(), estate.create("person", name="张三")
    new = estate.create("person", name="王五")
    estate.create("ownership", house_id=house, person_id=old, share=100, since="2015-01-01")
    detail = estate.refused(TransferHouse(house, on, tuple(NewOwner(new, None, one) for one in shares)))
    assert word in detail
    assert [row.until for row in estate.list("ownership").rows] == [None]


DAYS = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(n))
SPANS = st.tuples(DAYS, st.one_of(st.none(), DAYS)).filter(lambda span: span[1] is None or span[0] < span[1])


@settings(max_examples=300)
@given(one=SPANS, other=SPANS)
def test_spans_overlap_when_they_share_a_day(
    one: tuple[date, date | None], other: tuple[date, date | None]
) -> None:
    far = date(2026, 3, 15)

    def days(span: tuple[date, date | None]) -> set[date]:
        end = span[1] or far
        return {span[0] + timedelta(n) for n in range((end - span[0]).days)}

    assert overlap(*one, *other) is bool(days(one) & days(other))
