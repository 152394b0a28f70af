"""The made-up estate: 1,200 houses and shops, 2,000 people, 60 staff, by the program's own commands."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from stdnum import numdb

from business.audit.verify import verify
from business.demo.drafts import Draft, Ref
from business.demo.estate import Estate, Size
from business.demo.job import NAME, ask_for_it, demo_estate
from business.demo.loading import Loading, LoadingFailed
from business.demo.numbers import DISTRICT, plate
from business.duty.model import Rank
from business.duty.queries import plan
from business.duty.roster import instant_ns
from business.duty.service import Duty
from business.fields.phone import mobile
from business.fields.plate import PlateKind, kind_of
from business.identity.model import User
from business.jobs.kinds import JobContext, JobKind, Progress, catalogue
from business.jobs.model import JobRun
from business.jobs.service import Jobs
from business.organisation.model import Department, Membership
from business.organisation.service import Organisation
from business.property.entities import ENTITIES
from business.property.house import House
from business.property.living import HouseState
from business.property.people import Person
from business.search.model import SearchEntry
from config.calendar import Calendar
from tests.business.conftest import Office
from tests.business.estate import Estate as Registered

DAY = date(2026, 11, 21)
ZONE = ZoneInfo("Asia/Shanghai")
SMALL = Size(buildings=3, people=120, floors=3)


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    return list(Estate(20, DAY).drafts())


@pytest.fixture
def registered(office: Office) -> Registered:
    return Registered(office)


def of(drafts: list[Draft], entity: str) -> list[dict[str, Any]]:
    return [draft.values for draft in drafts if draft.entity == entity]


def test_it_has_the_size_that_is_promised(drafts: list[Draft]) -> None:
    counts = Counter(draft.entity for draft in drafts)
    assert (counts["building"], counts["house"], counts["person"]) == (3, 1_200, 2_000)
    assert {one["type"] for one in of(drafts, "house")} == {"flat", "shop", "office"}
    assert all(counts[entity] > 30 for entity in ("vehicle", "pet", "company", "merchant", "key", "payer"))
    assert set(counts) == set(ENTITIES.by_name)


def test_one_seed_and_day_make_one_estate() -> None:
    assert list(Estate(20, DAY, SMALL).drafts()) == list(Estate(20, DAY, SMALL).drafts())
    assert list(Estate(20, DAY, SMALL).drafts()) != list(Estate(21, DAY, SMALL).drafts())


def test_every_record_comes_after_those_that_it_refers_to(drafts: list[Draft]) -> None:
    there: set[Ref] = set()
    for draft in drafts:
        assert {value for value in draft.values.values() if isinstance(value, Ref)} <= there, draft
        there.add(Ref(draft.entity, draft.name))
    assert len(there) == len(drafts)


def test_houses_are_in_every_state_in_proportion_and_nothing_is_yet_to_happen(drafts: list[Draft]) -> None:
    last = {state["house_id"]: state["status"] for state in of(drafts, "house_state")}
    counts = Counter(last.values())
    assert set(counts) == {"unsold", "sold", "delivered", "decorating", "occupied", "let", "vacant"}
    assert counts["occupied"] + counts["let"] > len(last) / 2 > counts["vacant"] + counts["unsold"]
    for entity in ("house_state", "stay", "ownership", "payer"):
        spans = [(one["since"], one.get("until") or "9999") for one in of(drafts, entity)]
        assert all(since < until for since, until in spans), entity
        assert max(since for since, _ in spans) <= DAY.isoformat(), entity


def test_the_present_owners_of_a_house_own_the_whole_of_it(drafts: list[Draft]) -> None:
    shares: dict[Ref, Decimal] = {}
    owners: Counter[Ref] = Counter()
    for one in of(drafts, "ownership"):
        if one.get("until") is None:
            shares[one["house_id"]] = shares.get(one["house_id"], Decimal(0)) + Decimal(one["share"])
            owners[one["house_id"]] += 1
    assert set(shares.values()) == {Decimal(100)}
    assert set(owners.values()) == {1, 2, 3}


def test_no_number_belongs_to_anybody(drafts: list[Draft]) -> None:
    people, cars = of(drafts, "person"), of(drafts, "vehicle")
    cards = [one["identity_number"] for one in people if one["identity_number"]]
    assert all(card.startswith(DISTRICT) for card in cards)
    known = numdb.get("cn/loc").info(DISTRICT)[0][1]
    assert "county" not in known, "the district exists"
    assert len(set(cards)) == len(cards)
    numbers = [mobile().parse(one["phone"]) for one in people if one["phone"]]
    assert all(number.startswith("+86154") for number in numbers)
    plates = [one["plate"] for one in cars]
    assert len(set(plates)) == len(plates)
    assert {kind_of(one) for one in plates} == {PlateKind.ORDINARY, PlateKind.NEW_ENERGY_SMALL}


def test_a_hundred_thousand_plates_are_different() -> None:
    dice = random.Random(1)
    assert len({plate(dice, number, electric=False)[2:] for number in range(100_000)}) == 100_000


def small_job(registered: Registered) -> JobKind:
    office = registered.office
    duty = Duty(office.authority.here, lambda session: plan(session, ZONE, Calendar()), office.wall_ns)
    return demo_estate(office.gate, registered.registry, office.identity, Organisation(), duty, SMALL)


def work(registered: Registered, day: date = DAY) -> Iterator[Progress]:
    told = {"day": day.isoformat(), "seed": 20}
    office = registered.office
    return small_job(registered).work(JobContext(told, lambda: False, office.wall_ns, office.sessions))


@pytest.mark.both_databases
def test_a_loading_that_was_interrupted_goes_on_and_doubles_nothing(registered: Registered) -> None:
    total = 0
    for progress in work(registered):
        total = progress.total or 0
        if progress.done > total * 0.6:
            break
    *_, last = work(registered)
    assert last.done == last.total == total
    expected = Counter(draft.entity for draft in Estate(20, DAY, SMALL).drafts())
    with registered.read() as session:
        for entity, count in expected.items():
            there = session.scalar(select(func.count()).select_from(ENTITIES[entity].model))
            assert there == count, entity
        found = session.scalar(select(func.count()).select_from(SearchEntry))
        assert found == sum(expected.values())
        assert session.scalar(select(func.count()).select_from(Membership)) == 60
        assert session.scalar(select(func.count()).select_from(Department)) == 6
        assert session.scalar(select(func.count()).select_from(User)) == 60
        assert verify(session).breaks == ()
        shown = dict(session.execute(select(House.id, House.status)).all())
        states = select(HouseState).where(HouseState.until.is_(None))
        assert {one.house_id: one.status for one in session.scalars(states)} == shown
        duty = plan(session, ZONE, Calendar())
    morning = instant_ns(DAY, 0, ZONE)
    for team in duty.teams.values():
        assert duty.uncovered(team.id, morning, morning + 30 * 86_400 * 10**9) == (), team.id
        assert team.of_rank(Rank.LEADER)
        assert team.of_rank(Rank.MANAGER)
        assert session.scalar(select(func.count()).select_from(Person).where(Person.phone.is_not(None)))


def test_what_the_rules_exclude_ends_the_loading_and_is_told(registered: Registered) -> None:
    loading = Loading(registered.office.gate, registered.office.sessions, "broken")
    wrong = Draft("person", "x-1", {"name": "某某", "identity_number": "460199197010101235"})
    with pytest.raises(LoadingFailed, match="check digit"):
        list(loading.records(registered.registry, [wrong], chunk=10))
    assert registered.list("person").total == 0


def test_it_is_asked_for_once_in_the_life_of_a_database(registered: Registered) -> None:
    office = registered.office
    jobs = Jobs(catalogue(small_job(registered)), ZoneInfo("Asia/Shanghai"), office.wall_ns)
    ask_for_it(office.gate, jobs, DAY, office.sessions)
    ask_for_it(office.gate, jobs, date(2026, 11, 22), office.sessions)
    with registered.read() as session:
        runs = session.scalars(select(JobRun)).all()
    assert [run.job for run in runs] == [NAME]


@pytest.mark.parametrize("told", [{}, {"day": "soon", "seed": 1}, {"day": "2026-01-01", "seed": "1"}])
def test_arguments_that_mean_nothing_are_refused(registered: Registered, told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="arguments"):
        small_job(registered).check(told)
