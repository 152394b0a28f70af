"""An owner, a tenant or a company's clerk sees his own, and his neighbour's by no road (S-20, S-21)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from actors.messages import Stage
from business.access import Refusal
from business.access.catalogue import PERMISSIONS
from business.access.messages import ChangeRole, CreateScope, GrantRole
from business.access.model import Scope
from business.access.queries import grants
from business.gate import Execute
from business.identity.model import User
from business.privacy.looking import looks_at
from business.property.box import search
from business.property.chart import buildings
from business.property.entities import ENTITIES
from business.property.messages import LinkUser, NewOwner, TransferHouse
from business.registry.conditions import Condition, ConditionRefused, Operator, operators
from business.registry.custom import fields_of
from business.registry.history import history
from business.registry.messages import (
    ChangeRecord,
    CreateRecord,
    EraseRecords,
    MergeRecords,
    RemoveRecords,
    RevealFields,
    SaveView,
    TagRecords,
)
from business.registry.queries import Wanted, one, order, page, related, titles
from business.registry.statistics import addable, groupable, statistics
from business.registry.views import offered
from tests.business.estate import Estate
from tests.business.street import Street, street_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def street(estate: Estate) -> Street:
    return street_of(estate)


def test_an_owner_sees_his_own_and_nothing_else_in_any_list(street: Street) -> None:
    """S1-1.2, S1-1.5, S1-1.6: houses, his household's stays, vehicles, pets, keys, accounts, parking."""
    zhang = street.seat("zhang", "owner", person="person:zhang")
    assert street.named(zhang) == {
        "house": {"zhang"},
        "person": {"zhang"},
        "vehicle": {"zhang"},
        "parking_space": {"zhang"},
        "pet": {"zhang"},
        "key": {"zhang"},
        "utility_account": {"zhang"},
        "ownership": {"zhang"},
        "stay": {"zhang", "wife", "child"},
        "payer": {"zhang"},
    }


def test_who_shares_a_flat_does_not_see_his_flatmate(street: Street) -> None:
    lodger = street.seat("lodger", "tenant", person="person:lodger")
    assert street.named(lodger) == {"house": {"shared"}, "person": {"lodger"}, "stay": {"lodger"}}


def test_a_clerk_sees_his_company_and_what_is_its(street: Street) -> None:
    """B12. What belongs to no company and to nobody is not his either."""
    clerk = street.seat("clerk", "company-clerk", company="company:acme")
    assert street.named(clerk) == {
        "house": {"shop"},
        "person": {"worker"},
        "company": {"acme"},
        "merchant": {"acme"},
        "vehicle": {"acme"},
        "utility_account": {"shop"},
        "ownership": {"shop"},
    }


@pytest.mark.parametrize("role", ["owner", "tenant", "company-clerk"])
def test_whose_account_is_linked_with_nobody_sees_nothing(street: Street, role: str) -> None:
    """Default deny: the role alone shows nothing, though it is given over the whole group."""
    seat = street.seat("new", role)
    assert street.named(seat) == {}
    with street.estate.read() as session:
        assert [row.own for row in grants(session)] == [True]


def test_a_grant_below_shows_what_is_his_there_alone(street: Street, estate: Estate) -> None:
    office = estate.office
    office.create("chief", "security-administrator")
    chief = office.log_in("chief")
    with estate.read() as session:
        company = session.scalars(select(Scope.id).where(Scope.kind == "company")).one()
    assert office.do(CreateScope(company, "second", "二期", "Second"), chief).stage is Stage.DONE
    with estate.read() as session:
        second = session.scalars(select(Scope.id).where(Scope.code == "second")).one()
    zhang = street.seat("zhang", "owner", person="person:zhang", scope=second)
    assert street.named(zhang) == {}


def test_what_was_his_until_yesterday_is_his_no_longer(street: Street, estate: Estate) -> None:
    """A transfer takes effect on its day, and the house's past is not the new owner's."""
    zhang, li = (street.seat(name, "owner", person=f"person:{name}") for name in ("zhang", "li"))
    house = street["house:zhang"]
    estate.do(TransferHouse(house, "2027-01-17", (NewOwner(street["person:li"], None, "100"),)))
    assert house in street.seen(zhang, "house")
    assert house not in street.seen(li, "house")
    estate.office.pass_minutes(2 * 24 * 60)
    zhang, li = estate.office.log_in("zhang"), estate.office.log_in("li")
    assert house not in street.seen(zhang, "house")
    assert house in street.seen(li, "house")
    with estate.read() as session:
        assert history(session, ENTITIES["house"], street.reach(li, "house"), house, 50) == ()
        assert {
            row.person_id
            for row in page(session, ENTITIES["ownership"], street.reach(li, "ownership"), Wanted()).rows
        } == {street["person:li"]}


def test_a_day_that_begins_is_seen_without_a_new_log_in(street: Street, estate: Estate) -> None:
    office, midnight_s = estate.office, 1_800_057_600
    office.now_ns = (midnight_s - 60) * 10**9
    zhang = street.seat("zhang", "owner", person="person:zhang")
    new = (NewOwner(street["person:li"], None, "100"),)
    estate.do(TransferHouse(street["house:zhang"], "2027-01-16", new))
    assert street.seen(zhang, "house") == {street["house:zhang"]}
    office.now_ns = midnight_s * 10**9
    assert street.seen(zhang, "house") == set()


def test_no_address_and_no_filter_leads_to_a_neighbour(street: Street) -> None:
    """The id in the address; a condition on any field; sorting; the recycle bin; a text."""
    zhang = street.seat("zhang", "owner", person="person:zhang")
    with street.estate.read() as session:
        for name, id_ in street.ids.items():
            entity = ENTITIES[name.split(":")[0]]
            reach = street.reach(zhang, entity.name)
            mine = id_ in street.seen(zhang, entity.name)
            assert (one(session, entity, reach, id_) is not None) == mine, name
            assert titles(session, entity, [id_], reach).keys() == ({id_} if mine else set()), name
    for conditions in (
        (Condition("owner_id", Operator.IS, str(street["person:li"])),),
        (Condition("owner_id", Operator.IS_NOT, str(street["person:zhang"])),),
        (Condition("owner_id", Operator.EMPTY),),
        (Condition("plate", Operator.CONTAINS, "12341"),),
    ):
        assert street.seen(zhang, "vehicle", conditions=conditions) == set()
    assert street.seen(zhang, "vehicle", text="沪A12341") == set()
    assert street.seen(zhang, "vehicle", removed=True) == set()
    street.estate.do(RemoveRecords("vehicle", (street["vehicle:zhang"],)))
    assert street.seen(zhang, "vehicle", removed=True) == set()


def test_a_neighbour_is_found_neither_by_his_number_nor_by_part_of_it(street: Street) -> None:
    zhang = street.seat("zhang", "owner", person="person:zhang")
    phone = street.estate.get("person", street["person:li"]).phone
    for condition in (
        Condition("phone", Operator.IS, phone), Condition("mail", Operator.IS, "li@example.com"),
        Condition("name", Operator.IS, "李四"),
    ):  # fmt: skip
        assert street.seen(zhang, "person", conditions=(condition,)) == set()
    own = street.estate.get("person", street["person:zhang"]).phone
    assert street.seen(zhang, "person", conditions=(Condition("phone", Operator.IS, own),)) == {
        street["person:zhang"]
    }


def test_what_is_hidden_is_not_guessed_letter_by_letter_nor_by_sorting(street: Street) -> None:
    """Not by staff who may see the record but not its numbers, either."""
    street.estate.office.create("guard", "guard")
    guard = street.estate.office.log_in("guard")
    with street.estate.read() as session:
        fields = fields_of(session, ENTITIES["person"])
        for name in ("mail", "phone", "phone_2", "identity_number"):
            field = fields[name]
            assert set(operators(field)) == {Operator.IS, Operator.EMPTY, Operator.NOT_EMPTY}
            assert not groupable(field)
            assert not addable(field)
            column, _ = order(session, ENTITIES["person"], Wanted(sort=name))
            assert column.key == "name"
            found = page(
                session, ENTITIES["person"], street.reach(guard, "person"), Wanted(sort=name, limit=2)
            )
            assert found.next is not None
            assert found.next.value == found.rows[-1].name
        begins = Wanted(conditions=(Condition("mail", Operator.BEGINS, "l"),))
        with pytest.raises(ConditionRefused):
            page(session, ENTITIES["person"], street.reach(guard, "person"), begins)


def test_related_statistics_chart_and_search_stay_within_his_own(street: Street) -> None:
    zhang = street.seat("zhang", "owner", person="person:zhang")
    reaches = {entity.name: street.reach(zhang, entity.name) for entity in ENTITIES}
    with street.estate.read() as session:
        for name, id_ in street.ids.items():
            entity = ENTITIES[name.split(":")[0]]
            for each in related(session, ENTITIES, entity, reaches, id_, 50):
                assert {row.id for row in each.page.rows} <= street.seen(zhang, each.entity.name)
        found = statistics(session, ENTITIES["vehicle"], reaches["vehicle"], Wanted(), ("owner_id",))
        assert [(line.keys, line.count) for line in found.lines] == [((street["person:zhang"],), 1)]
        neighbours = Wanted(conditions=(Condition("owner_id", Operator.IS, str(street["person:li"])),))
        assert statistics(session, ENTITIES["vehicle"], reaches["vehicle"], neighbours, ()).total.count == 0
        for text in ("李四", "lisi", "沪A12341", "3-2-502", "502", "8008", "尖峰"):
            assert search(session, reaches, text, 20) == (), text
        hits = {
            (hit.entity, hit.record_id)
            for text in ("张三", "沪A12340", "3-2-501")
            for hit in search(session, reaches, text, 20)
        }
        assert hits == {
            ("person", street["person:zhang"]),
            ("vehicle", street["vehicle:zhang"]),
            ("house", street["house:zhang"]),
        }
        assert buildings(session, ENTITIES, reaches["building"]) == ()


def test_history_reveals_and_shared_views_are_for_those_who_keep_the_records(street: Street) -> None:
    estate = street.estate
    estate.office.create("manager", "manager")
    manager = estate.office.log_in("manager")
    zhang = street.seat("zhang", "owner", person="person:zhang")
    person = street["person:zhang"]
    estate.do(RevealFields("person", person, ("phone",), "核对电话"), manager)
    estate.do(SaveView("person", "催收对象", "q=李四", shared=True), manager)
    with estate.read() as session:
        kept, own = street.reach(manager, "person"), street.reach(zhang, "person")
        entity = ENTITIES["person"]
        assert history(session, entity, kept, person, 50)
        assert history(session, entity, own, person, 50) == ()
        today = kept.today
        assert looks_at(session, entity, kept, person, today) == looks_at(session, entity, own, person, today)
        assert [one.reason for one in looks_at(session, entity, own, person, today)] == ["核对电话"]
        assert [row.name for row in offered(session, entity, "manager", kept)] == ["催收对象"]
        assert offered(session, entity, "zhang", own) == ()


def test_he_may_look_at_his_own_numbers_and_at_no_others(street: Street) -> None:
    estate, zhang = street.estate, street.seat("zhang", "owner", person="person:zhang")
    estate.do(RevealFields("person", street["person:zhang"], ("phone",), "本人核对"), zhang)
    for name in ("person:wife", "person:li", "person:nobody"):
        assert (
            estate.refused(RevealFields("person", street[name], ("phone",), "本人核对"), zhang)
            == Refusal.NOT_PERMITTED
        )


COMMANDS: tuple[Callable[[Street], Any], ...] = (
    lambda street: CreateRecord("pet", {"name": "小白", "owner_id": street["person:zhang"]}),
    lambda street: ChangeRecord("vehicle", street["vehicle:zhang"], 1, {"brand": "长城"}),
    lambda street: ChangeRecord("stay", street["stay:zhang"], 1, {"house_id": street["house:li"]}),
    lambda street: TagRecords("vehicle", (street["vehicle:zhang"],), add=("x",)),
    lambda street: RemoveRecords("vehicle", (street["vehicle:zhang"],)),
    lambda street: MergeRecords("person", street["person:zhang"], street["person:li"]),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_his_own_he_sees_and_does_not_write_though_a_role_says_so(
    street: Street, command: Callable[[Street], Any]
) -> None:
    """Who could write his own stays and titles could make any house his own."""
    estate, office = street.estate, street.estate.office
    office.create("chief", "security-administrator")
    chief = office.log_in("chief")

    everything = tuple(one for one in PERMISSIONS if one.split(".")[0] in ENTITIES.by_name)
    assert office.do(ChangeRole("owner", everything), chief).stage is Stage.DONE
    zhang = street.seat("zhang", "owner", person="person:zhang")
    assert estate.refused(command(street), zhang) == Refusal.NOT_PERMITTED


def test_an_account_is_linked_by_command_and_follows_its_person(street: Street, estate: Estate) -> None:
    office = estate.office
    office.create("chief", "security-administrator")
    office.create("manager", "manager")
    chief, manager = office.log_in("chief"), office.log_in("manager")
    office.create("zhang", "owner")
    zhang = office.log_in("zhang")
    assert estate.refused(LinkUser("zhang", street["person:zhang"]), manager) == Refusal.NOT_PERMITTED
    assert estate.refused(LinkUser("zhang", street["person:zhang"]), zhang) == Refusal.NOT_PERMITTED
    assert "没有编号为 4711 的人员" in estate.refused(LinkUser("zhang", 4711), chief)
    assert "自己" in estate.refused(LinkUser("chief", street["person:zhang"]), chief)
    estate.do(LinkUser("zhang", street["person:zhang"]), chief)
    assert street.seen(zhang, "person") == {street["person:zhang"]}
    double = estate.create("person", name="张三")
    estate.do(MergeRecords("person", double, street["person:zhang"]))
    assert street.seen(zhang, "person") == {double}
    assert street.seen(zhang, "house") == {street["house:zhang"]}
    estate.do(LinkUser("zhang"), chief)
    assert street.named(zhang) == {}
    with estate.read() as session:
        assert session.scalars(select(User.person_id).where(User.name == "zhang")).one() is None


def test_an_erased_person_is_nobody_s_account(street: Street, estate: Estate) -> None:
    seat = street.seat("sun", "tenant", person="person:nobody")
    estate.do(RemoveRecords("person", (street["person:nobody"],)))
    assert street.named(seat) == {}
    estate.do(EraseRecords("person", (street["person:nobody"],), "本人申请删除"))
    with estate.read() as session:
        assert session.scalars(select(User.person_id).where(User.name == "sun")).one() is None


def test_a_regional_manager_links_only_within_his_region(street: Street, estate: Estate) -> None:
    office = estate.office
    with estate.read() as session:
        project = session.scalars(select(Scope.id).where(Scope.kind == "project")).one()
    office.create("regional", "regional-manager", scope=project)
    office.create("here", "tenant", scope=project)
    office.create("elsewhere", "tenant")
    regional = office.log_in("regional")
    estate.do(LinkUser("here", street["person:li"]), regional)
    assert estate.refused(LinkUser("elsewhere", street["person:li"]), regional) == Refusal.NOT_PERMITTED


def test_a_role_over_ones_own_is_granted_once_whatever_is_ticked(estate: Estate) -> None:
    office = estate.office
    office.create("chief", "security-administrator")
    office.create("zhang", "owner")
    assert "已有角色" in office.do(GrantRole("zhang", "owner", own=False), office.log_in("chief")).detail


def test_nothing_of_the_estate_counts_as_own_for_the_gate_by_mistake(street: Street) -> None:
    """A command about several records, one of which is not his, is refused as a whole."""
    estate = street.estate
    zhang = street.seat("zhang", "owner", person="person:zhang")
    outcome = estate.office.gate.carry_out(
        estate.registry, Execute(zhang, RemoveRecords("pet", (street["pet:zhang"], street["pet:li"])))
    )
    assert outcome.detail == Refusal.NOT_PERMITTED
