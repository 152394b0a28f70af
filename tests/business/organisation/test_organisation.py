"""Departments, posts and who holds them (A08, A09, S0-3.1.dept, S0-3.1.post)."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from actors.messages import Stage
from business.organisation.departments import DEEPEST
from business.organisation.messages import (
    AssignMember,
    ChangeDepartment,
    ChangeMembership,
    ChangePost,
    CreateDepartment,
    CreatePost,
    DisableDepartment,
    DisablePost,
    EnableDepartment,
    EnablePost,
    MoveDepartment,
    RemoveDepartment,
    RemoveMembership,
    RemovePost,
)
from business.organisation.queries import departments, memberships, posts
from business.organisation.service import Organisation
from tests.business.conftest import Office
from tests.business.desk import Desk

TODAY = date(2026, 3, 15)


@pytest.fixture
def desk(office: Office) -> Desk:
    desk = Desk(office, Organisation())
    office.create("wang", "operator")
    office.create("li", "viewer")
    return desk


@pytest.fixture
def reading(desk: Desk) -> Iterator[Session]:
    with desk.office.authority.open() as session:
        yield session


def department(desk: Desk, name: str, parent: int = 0) -> int:
    (event,) = desk.done(CreateDepartment(name, parent))
    return int(event.department)


def post(desk: Desk, name: str, certificates: str = "") -> int:
    (event,) = desk.done(CreatePost(name, certificates))
    return int(event.post)


def member(desk: Desk, user: str, of: int, since: str = "2026-01-01", until: str = "", at: int = 0) -> int:
    (event,) = desk.done(AssignMember(user, of, at, since, until))
    return int(event.membership)


def tree(reading: Session) -> list[tuple[str, int, str]]:
    return [(row.name, row.depth, row.path) for row in departments(reading, TODAY)]


@pytest.mark.both_databases
def test_departments_are_a_tree_that_moves_with_all_below(desk: Desk, reading: Session) -> None:
    company = department(desk, "物业公司")
    service, works = department(desk, "客服部", company), department(desk, "工程部", company)
    power = department(desk, "强电组", works)
    assert tree(reading) == [
        ("物业公司", 0, f"/{company}/"),
        ("客服部", 1, f"/{company}/{service}/"),
        ("工程部", 1, f"/{company}/{works}/"),
        ("强电组", 2, f"/{company}/{works}/{power}/"),
    ]
    desk.done(MoveDepartment(works, service))
    reading.rollback()
    assert [name for name, *_ in tree(reading)] == ["物业公司", "工程部", "强电组", "客服部"]
    desk.done(ChangeDepartment(works, "工程部", 0))
    reading.expire_all()
    assert (tree(reading)[-1]) == ("强电组", 1, f"/{works}/{power}/")
    desk.done(ChangeDepartment(works, "工程维修部", service), MoveDepartment(works, 0))
    reading.expire_all()
    assert ("强电组", 3, f"/{company}/{service}/{works}/{power}/") in tree(reading)


def test_a_department_never_hangs_below_itself(desk: Desk) -> None:
    top = department(desk, "总部")
    below = department(desk, "分部", top)
    assert "cannot stand below itself" in desk.refused(ChangeDepartment(top, "总部", below))
    assert "cannot stand below itself" in desk.refused(ChangeDepartment(top, "总部", top))


def test_a_tree_has_an_end(desk: Desk) -> None:
    last = 0
    for level in range(DEEPEST):
        last = department(desk, f"第{level}层", last)
    assert f"at most {DEEPEST}" in desk.refused(CreateDepartment("太深", last))
    other = department(desk, "另一个")
    top = 1
    assert f"at most {DEEPEST}" in desk.refused(ChangeDepartment(top, "第0层", other))


@pytest.mark.both_databases
def test_who_belongs_where_on_a_day(desk: Desk, reading: Session) -> None:
    works = department(desk, "工程部")
    power = department(desk, "强电组", works)
    electrician = post(desk, "高压电工", "高压电工证")
    member(desk, "wang", power, "2026-01-01", "2026-03-14", electrician)
    member(desk, "li", works, "2026-03-15")
    rows = memberships(reading, under=f"/{works}/")
    assert [(row.user, row.department_name, row.post_name, row.is_current(TODAY)) for row in rows] == [
        ("li", "工程部", "", True),
        ("wang", "强电组", "高压电工", False),
    ]
    assert [row.user for row in memberships(reading, user="wang")] == ["wang"]
    assert {row.name: row.members for row in departments(reading, TODAY)} == {"工程部": 1, "强电组": 0}
    assert [row.holders for row in posts(reading, date(2026, 3, 14))] == [1]


@pytest.mark.both_databases
def test_nobody_belongs_twice_on_one_day(desk: Desk) -> None:
    works = department(desk, "工程部")
    first = member(desk, "wang", works, "2026-01-01", "2026-06-30")
    for since, until in (("2026-06-30", ""), ("2025-01-01", ""), ("2025-01-01", "2026-01-01")):
        refused = desk.refused(AssignMember("wang", works, 0, since, until))
        assert "from 2026-01-01 to 2026-06-30 already" in refused
    second = member(desk, "wang", works, "2026-07-01")
    assert "already" in desk.refused(ChangeMembership(first, 0, "2026-01-01", ""))
    desk.done(
        ChangeMembership(second, 0, "2026-08-01", ""), ChangeMembership(first, 0, "2026-01-01", "2026-07-31")
    )
    member(desk, "wang", department(desk, "客服部"), "2026-01-01")


def test_what_has_people_is_disabled_and_not_removed(desk: Desk, reading: Session) -> None:
    works, guard = department(desk, "工程部"), post(desk, "保安", "保安员证")
    kept = member(desk, "wang", works, at=guard)
    assert "stands in 1 memberships" in desk.refused(RemoveDepartment(works))
    assert "stands in 1 memberships" in desk.refused(RemovePost(guard))
    desk.done(DisableDepartment(works), DisablePost(guard))
    assert "'工程部' is disabled" in desk.refused(AssignMember("li", works, 0, "2026-01-01"))
    other = department(desk, "秩序部")
    assert "'保安' is disabled" in desk.refused(AssignMember("li", other, guard, "2026-01-01"))
    desk.done(ChangeMembership(kept, guard, "2026-01-01", "2026-12-31"))
    desk.done(EnableDepartment(works), EnablePost(guard), RemoveMembership(kept))
    desk.done(RemoveDepartment(works), RemovePost(guard))
    assert memberships(reading) == ()


def test_a_department_with_others_below_it_stays(desk: Desk) -> None:
    top = department(desk, "总部")
    department(desk, "分部", top)
    assert "has 1 departments below it" in desk.refused(RemoveDepartment(top))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (CreateDepartment(""), "the name of the department has 0 characters"),
        (CreateDepartment("总部"), "there is a department '总部' beside it"),
        (CreateDepartment("组", 99), "no department 99"),
        (ChangeDepartment(99, "x", 0), "no department 99"),
        (ChangeDepartment(1, "总部", 99), "no department 99"),
        (MoveDepartment(1, 1), "no sibling"),
        (CreatePost("保安"), "there is a post '保安'"),
        (CreatePost("x", "证" * 501), "the certificates has 501 characters"),
        (ChangePost(99, "x", ""), "there is no post 99"),
        (AssignMember("nobody", 1, 0, "2026-01-01"), "unknown-user"),
        (AssignMember("wang", 99, 0, "2026-01-01"), "no department 99"),
        (AssignMember("wang", 1, 99, "2026-01-01"), "no post 99"),
        (AssignMember("wang", 1, 0, "1 May"), "'1 May' is no date"),
        (AssignMember("wang", 1, 0, ""), "'' is no date"),
        (AssignMember("wang", 1, 0, "2026-02-30"), "is no date"),
        (AssignMember("wang", 1, 0, "2026-02-02", "2026-02-01"), "is before the first day"),
        (ChangeMembership(9, 0, "2026-01-01", ""), "no membership 9"),
        (RemoveMembership(9), "no membership 9"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_way_out(desk: Desk, command: object, said: str) -> None:
    assert department(desk, "总部") == 1
    post(desk, "保安")
    assert said in desk.refused(command)


def test_an_id_is_never_given_again(desk: Desk) -> None:
    first = department(desk, "总部")
    desk.done(RemoveDepartment(first))
    assert department(desk, "总部") > first


def test_only_an_administrator_arranges_the_organisation(desk: Desk) -> None:
    outcome = desk.do(CreateDepartment("mine"), desk.office.log_in("wang"))
    assert (outcome.stage, outcome.detail) == (Stage.REFUSED, "not-permitted")
