"""Numbers without gaps and without doubles, whoever asks and whatever is rolled back."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from actors.messages import Stage
from business.database import sessions
from business.gate import Refused
from business.numbering.counting import next_number
from business.numbering.messages import (
    AddShippedRules,
    ChangeNumberingRule,
    CreateNumberingRule,
    RemoveNumberingRule,
)
from business.numbering.queries import rules
from business.numbering.seed import SEED
from business.numbering.service import Numbering
from business.shipped import ship
from tests.business.conftest import Office
from tests.business.desk import Desk

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def desk(office: Office) -> Desk:
    desk = Desk(office, Numbering(ZONE, office.wall_ns))
    ship(office.gate, desk.module, AddShippedRules(), SEED)
    return desk


@pytest.fixture
def reading(desk: Desk) -> Iterator[Session]:
    with desk.office.authority.open() as session:
        yield session


def now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.office.now_ns / 1e9, ZONE)


def take(desk: Desk, rule: str, *, days: int = 0, scope: str = "") -> str:
    with desk.office.sessions.begin() as session:
        return next_number(session, rule, now(desk) + timedelta(days=days), scope)


@pytest.mark.both_databases
def test_numbers_follow_each_other_and_begin_anew_with_the_day(desk: Desk) -> None:
    day = now(desk).strftime("%Y%m%d")
    assert [take(desk, "work_order") for _ in range(3)] == [f"WO{day}-{n:04}" for n in (1, 2, 3)]
    assert take(desk, "work_order", days=1).endswith("-0001")
    assert take(desk, "work_order").endswith("-0004")
    assert [take(desk, "asset"), take(desk, "asset", days=400)] == ["ZC000001", "ZC000002"]


@pytest.mark.both_databases
def test_a_rollback_gives_the_number_back(desk: Desk) -> None:
    take(desk, "asset")
    with desk.office.sessions() as session:
        assert next_number(session, "asset", now(desk)) == "ZC000002"
        assert next_number(session, "asset", now(desk)) == "ZC000003"
        session.rollback()
    assert take(desk, "asset") == "ZC000002"


def test_each_project_counts_for_itself(desk: Desk) -> None:
    desk.done(CreateNumberingRule("letter", "信函", "Letter", "{project}-{seq:3}", "never", True))
    found = [take(desk, "letter", scope=scope) for scope in ("north", "south", "north")]
    assert found == ["north-001", "south-001", "north-002"]
    with pytest.raises(Refused, match="choose the project first"):
        take(desk, "letter")


@pytest.mark.both_databases
def test_two_connections_never_take_the_same_number(desk: Desk) -> None:
    """The statement counts under the lock of the database, not under one of the program."""
    engines = [create_engine(desk.office.url) for _ in range(4)]
    taken: list[str] = []

    def work(number: int) -> None:
        make = sessions(engines[number])
        for turn in range(25):
            with make() as session:
                found = next_number(session, "asset", now(desk))
                if turn % 5 == 4:
                    session.rollback()
                else:
                    session.commit()
                    taken.append(found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert sorted(taken) == [f"ZC{n:06}" for n in range(1, 81)]


def test_threads_that_share_the_one_writer_wait_for_each_other(desk: Desk) -> None:
    taken: list[str] = []

    def work() -> None:
        for _ in range(20):
            taken.append(take(desk, "receipt"))  # noqa: PERF401  # one transaction each

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    year = now(desk).year
    assert sorted(taken) == [f"SJ{year}-{n:06}" for n in range(1, 81)]


@pytest.mark.both_databases
def test_a_rule_that_was_changed_gives_no_number_twice(desk: Desk) -> None:
    """From per year to never, to per project, and back: the text is the same all along."""
    pattern = "X{yyyy}{MM}-{seq:2}"
    desk.done(CreateNumberingRule("x", "某", "x", pattern, "yearly"))
    taken = [take(desk, "x") for _ in range(3)]
    for reset, per_project in (("never", False), ("monthly", True), ("yearly", False), ("monthly", False)):
        desk.done(ChangeNumberingRule("x", "某", "x", pattern, reset, per_project))
        taken += [take(desk, "x", scope="p") for _ in range(3)]
    assert len(set(taken)) == len(taken), taken
    desk.done(ChangeNumberingRule("x", "某某", "renamed", pattern, "monthly", False))
    assert take(desk, "x")[-2:] == "16"


def test_what_is_changed_counts_from_one_again_in_the_next_period(desk: Desk) -> None:
    take(desk, "bill")
    desk.done(ChangeNumberingRule("bill", "账单", "Bill", "B{yyyy}-{seq:4}", "yearly", False))
    assert take(desk, "bill").endswith("-0002")
    assert take(desk, "bill", days=366).endswith("-0001")


def test_shipped_rules_are_changed_and_kept(desk: Desk, reading: Session) -> None:
    desk.done(ChangeNumberingRule("work_order", "派工单", "Job", "GD{yyyy}-{seq:5}", "yearly", False))
    desk.done(AddShippedRules())
    found = {rule.name: rule for rule in rules(reading)}
    assert found["work_order"].pattern == "GD{yyyy}-{seq:5}"
    assert "came with the program" in desk.refused(RemoveNumberingRule("work_order"))


@pytest.mark.both_databases
def test_one_s_own_rule_goes_as_long_as_it_gave_no_number(desk: Desk, reading: Session) -> None:
    desk.done(CreateNumberingRule("x", "某", "x", "X{seq}", "never"), RemoveNumberingRule("x"))
    assert "x" not in {rule.name for rule in rules(reading)}
    desk.done(CreateNumberingRule("x", "某", "x", "X{seq}", "never"))
    take(desk, "x")
    assert "has given numbers" in desk.refused(RemoveNumberingRule("x"))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (CreateNumberingRule("Bill", "账单", "Bill", "{seq}", "never"), "there is a rule 'bill'"),
        (CreateNumberingRule("x", "某", "x", "{seq", "never"), "character 1: { has no partner"),
        (CreateNumberingRule("x", "某", "x", "{seq}", "weekly"), "no reset 'weekly'; there are never"),
        (CreateNumberingRule("x", "", "x", "{seq}", "never"), "the Chinese label has 0"),
        (ChangeNumberingRule("x", "某", "x", "{seq}", "never", False), "no numbering rule 'x'"),
        (ChangeNumberingRule("bill", "账", "B", "{seq}", "daily", False), "would repeat without {yyyy}"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_way_out(desk: Desk, command: object, said: str) -> None:
    assert said in desk.refused(command)


def test_an_unknown_rule_and_a_time_without_a_zone_are_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="no numbering rule 'nothing'"):
        take(desk, "nothing")
    with desk.office.sessions() as session, pytest.raises(ValueError, match="has no time zone"):
        next_number(session, "asset", datetime(2026, 1, 1))  # noqa: DTZ001  # what is refused


def test_only_an_administrator_changes_rules(desk: Desk) -> None:
    desk.office.create("olga", "operator")
    outcome = desk.do(RemoveNumberingRule("bill"), desk.office.log_in("olga"))
    assert (outcome.stage, outcome.detail) == (Stage.REFUSED, "not-permitted")
