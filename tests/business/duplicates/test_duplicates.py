"""Records that share what should be one's own are found, offered, merged or dismissed (B12)."""

from typing import Any

import pytest

from actors.messages import Issuer, Stage
from actors.said import in_language
from business.access.person import EVERYTHING, Reach
from business.duplicates.finding import FEW, find_duplicates
from business.duplicates.messages import DismissDuplicate
from business.duplicates.queries import Pair, found, like, one, waiting_count
from business.duplicates.service import Duplicates
from business.gate import Execute, Outcome
from business.jobs.kinds import JobContext
from business.property.entities import ENTITIES
from business.registry.messages import ChangeRecord, CreateRecord, MergeRecords
from tests.business.estate import Estate

ALL = {entity.name: EVERYTHING for entity in ENTITIES}
NUMBER = "11010519491231002X"


def search(estate: Estate) -> None:
    """One night."""
    office = estate.office
    context = JobContext({}, lambda: False, office.wall_ns, office.sessions)
    for _ in find_duplicates(ENTITIES, estate.read).work(context):
        pass


def waiting(estate: Estate, reads: dict[str, Reach] = ALL, **how: Any) -> list[Pair]:
    with estate.read() as session:
        assert how or waiting_count(session, ENTITIES, reads) == len(found(session, ENTITIES, reads))
        return list(found(session, ENTITIES, reads, **how))


def ids(estate: Estate) -> list[tuple[str, int, int, tuple[str, ...]]]:
    return [(one.row.entity, one.older.id, one.newer.id, one.fields) for one in waiting(estate)]


def send(estate: Estate, issuer: Issuer, command: Any) -> Outcome:
    module = Duplicates(ENTITIES, estate.office.wall_ns)
    return estate.office.gate.carry_out(module, Execute(issuer, command))


def manager(estate: Estate) -> Issuer:
    estate.office.create("mia", "manager")
    return estate.office.log_in("mia")


@pytest.mark.both_databases
def test_two_people_with_one_number_are_a_pair_and_others_are_not(estate: Estate) -> None:
    """B12: sealed numbers are compared without being opened."""
    first = estate.create("person", name="王建国", identity_number=NUMBER, phone="13800138000")
    second = estate.create("person", name="王建囯", identity_number=NUMBER, phone="13800138000")
    third = estate.create("person", name="李秀英", phone="13800138000")
    estate.create("person", name="张小龙", phone="13700137002")
    estate.create("person", name="无号")
    search(estate)
    assert ids(estate) == [
        ("person", first, second, ("identity_number", "phone")),
        ("person", first, third, ("phone",)),
        ("person", second, third, ("phone",)),
    ]
    search(estate)
    assert len(waiting(estate)) == 3


@pytest.mark.both_databases
def test_whatever_an_entity_declares_its_own_is_looked_for(estate: Estate) -> None:
    """Plates and credit codes are refused twice, yet a database taken over may hold them twice."""
    cars = [estate.create("vehicle", plate=plate) for plate in ("沪A12345", "沪A12346")]
    firms = [
        estate.create("company", name=name, credit_code=code)
        for name, code in (("甲公司", "91350100M000100Y43"), ("乙公司", None))
    ]
    with estate.office.sessions.begin() as session:
        session.get_one(ENTITIES["vehicle"].model, cars[1]).plate = "沪A12345"  # type: ignore[attr-defined]
        session.get_one(ENTITIES["company"].model, firms[1]).credit_code = (  # type: ignore[attr-defined]
            "91350100M000100Y43"
        )
    search(estate)
    assert ids(estate) == [("company", *firms, ("credit_code",)), ("vehicle", *cars, ("plate",))]


def test_of_many_with_one_number_each_is_a_pair_with_the_oldest(estate: Estate) -> None:
    people = [estate.create("person", name=f"人{n}", phone="13800138000") for n in range(FEW + 3)]
    search(estate)
    assert [(older, newer) for _, older, newer, _ in ids(estate)] == [(people[0], one) for one in people[1:]]


@pytest.mark.both_databases
def test_merging_takes_the_chosen_values_and_all_that_refers(estate: Estate) -> None:
    house = estate.house()
    first = estate.create("person", name="王建国", phone="13800138000", mail="a@b.cn")
    second = estate.create("person", name="王建", phone="13800138000", address="翠湖路 1 号", mail="c@d.cn")
    stay = estate.create("stay", house_id=house, person_id=second, role="owner", since="2020-01-01")
    search(estate)
    pair = waiting(estate)[0]
    stale = MergeRecords("person", second, first, ("name",), pair.newer.version + 1, pair.older.version)
    assert "已被他人修改" in in_language(estate.refused(stale), "zh")
    unknown = MergeRecords("person", second, first, ("nickname",))
    assert "nickname" in estate.refused(unknown)
    estate.do(MergeRecords("person", second, first, ("name",), pair.newer.version, pair.older.version), None)
    kept = estate.get("person", second)
    assert (kept.name, kept.mail, kept.address, kept.phone) == (
        "王建国", "c@d.cn", "翠湖路 1 号", "+8613800138000",
    )  # fmt: skip
    assert estate.get("person", first).removed_ns is not None
    assert estate.get("stay", stay).person_id == second
    assert waiting(estate) == []
    search(estate)
    assert estate.office.rows("duplicates")["duplicates"] == []


def test_what_must_be_unique_can_be_taken_from_the_other(estate: Estate) -> None:
    first = estate.create("company", name="甲公司", credit_code="91350100M000100Y43")
    second = estate.create("company", name="甲有限公司")
    estate.do(MergeRecords("company", second, first))
    assert estate.get("company", second).credit_code == "91350100M000100Y43"


@pytest.mark.both_databases
def test_a_dismissed_pair_comes_again_only_when_one_of_the_two_changes(estate: Estate) -> None:
    mia = manager(estate)
    first = estate.create("person", name="王建国", phone="13800138000")
    second = estate.create("person", name="李秀英", phone="13800138000")
    search(estate)
    pair = waiting(estate)[0].row.id
    assert send(estate, mia, DismissDuplicate("person", pair, "  ")).stage is Stage.REFUSED
    assert send(estate, mia, DismissDuplicate("vehicle", pair, "夫妻共用")).stage is Stage.REFUSED
    assert send(estate, mia, DismissDuplicate("person", pair, "夫妻共用一个号码")).stage is Stage.DONE
    assert send(estate, mia, DismissDuplicate("person", pair, "夫妻共用一个号码")).stage is Stage.REFUSED
    search(estate)
    assert waiting(estate) == []
    gone = waiting(estate, dismissed=True)[0]
    assert (gone.dismissed_by, gone.row.reason) == ("mia", "夫妻共用一个号码")
    version = estate.get("person", second).version
    estate.do(ChangeRecord("person", second, version, {"address": "翠湖路 1 号"}))
    search(estate)
    assert [(one.older.id, one.newer.id) for one in waiting(estate)] == [(first, second)]


def test_a_pair_is_shown_to_whoever_reaches_both_and_dismissed_by_nobody_else(estate: Estate) -> None:
    """S-20: default deny, page and command alike."""
    office = estate.office
    buildings = [estate.create("building", code=code) for code in ("3", "5")]
    here, there = (estate.get("building", one).scope_id for one in buildings)
    made = [
        estate.do(CreateRecord("person", {"name": name, "phone": "13800138000"}, scope))[0].record
        for name, scope in (("王建国", here), ("李秀英", there))
    ]
    search(estate)
    path = next(row.path for row in office.rows("scopes")["scopes"] if row.id == here)
    assert waiting(estate, {"person": Reach((path,))}) == []
    pair = waiting(estate)[0].row.id
    with estate.read() as session:
        assert one(session, ENTITIES, {"person": Reach((path,))}, pair) is None
        hits = like(session, ENTITIES["person"], Reach((path,)), {"phone": "+8613800138000"})
        assert hits == {"phone": (made[0],)}
    office.create("local", "manager", scope=here)
    local = office.log_in("local")
    assert send(estate, local, DismissDuplicate("person", pair, "两个人")).stage is Stage.REFUSED
    office.create("view", "viewer")
    assert (
        send(estate, office.log_in("view"), DismissDuplicate("person", pair, "两个人")).stage is Stage.REFUSED
    )


def test_the_hint_tells_of_others_with_the_number_and_not_of_itself(estate: Estate) -> None:
    first = estate.create("person", name="王建国", phone="13800138000")
    second = estate.create("person", name="李秀英", phone="13800138000")
    with estate.read() as session:
        person = ENTITIES["person"]
        hits = like(session, person, EVERYTHING, {"phone": "+8613800138000", "name": "王建国"}, (second,))
        assert hits == {"phone": (first,)}
        assert like(session, person, EVERYTHING, {"phone": None}) == {}
        assert like(session, ENTITIES["vehicle"], EVERYTHING, {"plate": "沪A12345"}) == {}


def test_the_refusal_of_what_must_be_unique_names_nobody(estate: Estate) -> None:
    """The other record may lie beyond the reach of who is refused."""
    other = estate.create("company", name="机密有限公司", credit_code="91350100M000100Y43")
    values = {"name": "乙公司", "credit_code": "91350100M000100Y43"}
    said = estate.refused(CreateRecord("company", dict(values)))
    assert "机密" not in said
    assert f"（编号 {other}）" in in_language(said, "zh")
    records = estate.office.rows("audit_records")["audit_records"]
    assert not any("机密" in row.detail for row in records)
