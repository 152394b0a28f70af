"""The tree of scopes, and how far a grant reaches in it."""

import pytest
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from actors.messages import Issuer, SelectPoint, Stage
from business.access import Person, Reach, Refusal, within
from business.access.messages import CreateScope, MoveScope, PrepareAccess, RemoveScope, RenameScope
from business.access.model import Scope
from business.access.person import NOWHERE, Held
from business.access.queries import scopes
from business.database import Base
from business.identity.bootstrap import prepare_access
from business.identity.model import Place
from config.text import Text
from tests.business.access.test_granting import OPERATE, add_project, scope
from tests.business.conftest import SITE, Office

pytestmark = pytest.mark.both_databases


@pytest.fixture
def chief(office: Office) -> Issuer:
    office.create("chief", "security-administrator")
    return office.log_in("chief")


def paths(office: Office) -> dict[str, str]:
    with office.authority.open() as session:
        return {row.code: row.path for row in session.scalars(select(Scope))}


def test_a_fresh_database_has_a_group_a_company_and_the_project_of_its_site(office: Office) -> None:
    assert paths(office) == {"group": "/1/", "company": "/1/2/", SITE: "/1/2/3/"}
    assert office.authority.here() == "/1/2/3/"


def test_preparing_again_changes_nothing_but_a_removed_project_comes_back(
    office: Office, chief: Issuer
) -> None:
    before = paths(office)
    for _ in range(2):
        prepare_access(office.gate, office.authority, office.access, SITE, Text("测试", "Test"))
    assert paths(office) == before
    assert office.do(RemoveScope(scope(office, SITE)), chief).stage is Stage.DONE
    assert office.authority.here() == "/", "without a place in the tree only grants at the group count"
    prepare_access(office.gate, office.authority, office.access, SITE, Text("测试", "Test"))
    assert office.authority.here() == "/1/2/4/"


def test_nobody_prepares_the_access_by_hand(office: Office, chief: Issuer) -> None:
    assert office.do(PrepareAccess("other", "别处", "Elsewhere"), chief).detail == Refusal.NOT_PERMITTED


def test_scopes_are_made_renamed_and_removed(office: Office, chief: Issuer) -> None:
    project = scope(office, SITE)
    assert office.do(CreateScope(project, "a", "A 座", "Building A"), chief).stage is Stage.DONE
    building = scope(office, "a")
    assert office.do(RenameScope(building, "B 座", "Building B"), chief).stage is Stage.DONE
    assert "其下没有范围" in office.do(CreateScope(building, "x", "房", "House"), chief).detail
    assert "已被使用" in office.do(CreateScope(project, "a", "A 座", "Building A"), chief).detail
    assert "已被使用" in office.do(CreateScope(scope(office, "company"), SITE, "项", "P"), chief).detail
    assert "名称" in office.do(RenameScope(building, "", "B"), chief).detail
    assert "不为空" in office.do(RemoveScope(project), chief).detail
    assert "不为空" in office.do(RemoveScope(1), chief).detail
    assert "没有编号为 99" in office.do(RemoveScope(99), chief).detail
    assert office.do(RemoveScope(building), chief).stage is Stage.DONE


def test_a_scope_is_not_removed_while_somebody_is_granted_there(office: Office, chief: Issuer) -> None:
    project = add_project(office, chief, "p")
    office.create("vera", "viewer", scope=project)
    assert "不为空" in office.do(RemoveScope(project), chief).detail


def test_a_move_takes_everything_below_along_and_access_with_it(office: Office, chief: Issuer) -> None:
    east = add_project(office, chief, "east", parent="group")
    add_project(office, chief, "a", parent=SITE)
    office.create("olga", "operator", scope=east)
    olga = office.log_in("olga")
    assert office.authority.refusal(olga, OPERATE) is Refusal.NOT_PERMITTED
    assert office.do(MoveScope(scope(office, SITE), east), chief).stage is Stage.DONE
    assert paths(office)["a"] == f"/1/{east}/3/{scope(office, 'a')}/"
    assert office.authority.refusal(olga, OPERATE) is None
    assert "不能移到" in office.do(MoveScope(scope(office, SITE), 1), chief).detail
    assert "其下没有范围" in office.do(MoveScope(scope(office, "a"), scope(office, "a")), chief).detail


def test_a_tree_is_read_from_the_top_siblings_by_code(office: Office, chief: Issuer) -> None:
    for code in ("b", "a"):
        add_project(office, chief, code, parent=SITE)
    with office.authority.open() as session:
        assert [(row.code, row.depth) for row in scopes(session, Reach(("/",)))] == [
            ("group", 0), ("company", 1), (SITE, 2), ("a", 3), ("b", 3),
        ]  # fmt: skip
        below = scopes(session, Reach((paths(office)[SITE],)))
        assert [(row.code, row.depth) for row in below] == [(SITE, 0), ("a", 1), ("b", 1)]
        assert scopes(session, NOWHERE) == ()


class Thing(Base):
    """A row that belongs to a scope and to a person."""

    __tablename__ = "things_of_a_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int | None] = mapped_column(ForeignKey("scopes.id"))
    person_id: Mapped[int | None]


Base.metadata.remove(Thing.__table__)  # type: ignore[arg-type]  # no migration makes it


def things(session: Session, reach: Reach) -> list[int]:
    return list(session.scalars(select(Thing.id).where(within(reach, Thing.scope_id, Thing.person_id))))


@pytest.mark.parametrize(
    ("reach", "found"),
    [
        (Reach(("/",)), [1, 2, 3, 4]),
        (Reach(("/1/2/",)), [2, 3]),
        (Reach(("/1/2/3/",)), [3]),
        (Reach(("/1/2/3/", "/1/2/")), [2, 3]),
        (Reach((), ("/",), person_id=7), [4]),
        (Reach((), ("/1/2/",), person_id=7), []),
        (Reach((), ("/",), person_id=None), []),
        (Reach((), person_id=7), []),
        (NOWHERE, []),
    ],
)
def test_rows_are_those_within_reach_and_none_by_default(
    office: Office, reach: Reach, found: list[int]
) -> None:
    """S-20."""
    with office.writer.begin() as connection:
        Thing.__table__.create(connection)  # type: ignore[attr-defined]
    with office.sessions.begin() as session:
        for id_, scope_id, person in ((1, 1, None), (2, 2, None), (3, 3, None), (4, None, 7)):
            session.add(Thing(id=id_, scope_id=scope_id, person_id=person))
    with office.authority.open() as session:
        assert things(session, reach) == found


def test_a_removed_scope_with_another_module_s_rows_is_refused(office: Office, chief: Issuer) -> None:
    project = add_project(office, chief, "p")
    with office.writer.begin() as connection:
        Thing.__table__.create(connection)  # type: ignore[attr-defined]
    with office.sessions.begin() as session:
        session.add(Thing(id=1, scope_id=project, person_id=None))
    assert "不为空" in office.do(RemoveScope(project), chief).detail


def person(*grants: Held, person_id: int | None = None, idle: bool = False, locked: bool = False) -> Person:
    return Person("s", "u", "U", Place.CONTROL, idle, locked, grants, person_id)


def held(path: str, *permissions: str, own: bool = False) -> Held:
    return Held("r", Text("角色", "Role"), path, frozenset(permissions), own)


def test_a_grant_reaches_its_scope_and_below_and_nothing_beside_or_above() -> None:
    one = person(held("/1/2/", "house.read"))
    asked = {path: one.may("house.read", path) for path in ("", "/", "/1/", "/1/2/", "/1/2/9/", "/1/22/")}
    assert asked == {"": True, "/": False, "/1/": False, "/1/2/": True, "/1/2/9/": True, "/1/22/": False}
    assert not one.may("house.write")
    assert not one.may("")
    assert one.reach("house.read") == Reach(("/1/2/",))
    assert one.reach("house.write") == NOWHERE
    assert one.reach("house.read").covers("/1/2/9/")
    assert not one.reach("house.read").covers("/1/3/")
    assert not NOWHERE.covers("/1/")


def test_what_is_granted_over_ones_own_counts_for_that_alone() -> None:
    one = person(held("/1/2/", "pet.write", own=True), person_id=7)
    assert one.may("pet.write")
    assert one.may("pet.write", "/1/2/5/", own=True)
    assert not one.may("pet.write", "/1/2/5/")
    assert not one.may("pet.write", "/1/3/", own=True)
    assert not person(held("/", "pet.write", own=True)).may("pet.write", "/1/")
    assert one.reach("pet.write") == Reach((), ("/1/2/",), person_id=7)


@pytest.mark.parametrize("state", ["idle", "locked"])
def test_who_is_idle_or_locked_sees_and_leaves_and_does_nothing(state: str) -> None:
    one = person(held("/", "plant.read", "point.operate"), **{state: True})
    assert one.may("plant.read")
    assert one.may("own")
    assert not one.may("point.operate")
    assert one.reach("point.operate") == NOWHERE
    assert one.refusal("point.operate") == (Refusal.IDLE if state == "idle" else Refusal.SESSION_LOCKED)
    assert one.refusal("audit.read") is Refusal.NOT_PERMITTED


def test_the_plant_is_commanded_by_a_grant_at_its_project_or_above(office: Office, chief: Issuer) -> None:
    other = add_project(office, chief, "other")
    found = {}
    for user, where in (("at", scope(office, SITE)), ("above", 2), ("group", 1), ("other", other)):
        office.create(f"o-{user}", "operator", scope=where)
        found[user] = office.authority.refusal(office.log_in(f"o-{user}"), SelectPoint("d", "p", 1.0))
    assert found == {"at": None, "above": None, "group": None, "other": Refusal.NOT_PERMITTED}
