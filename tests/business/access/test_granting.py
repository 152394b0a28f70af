"""Giving and taking roles: separation of duties and delegation (S-21, G36)."""

import pytest
from sqlalchemy import select

from actors.messages import Issuer, SelectPoint, Stage
from business.access import Refusal
from business.access.messages import ChangeRole, CreateRole, CreateScope, GrantRole, RemoveRole, WithdrawGrant
from business.access.model import Scope
from business.access.queries import vacant_duties
from business.identity.messages import (
    CreateFirstAdministrator,
    CreateUser,
    DisableUser,
    EndSession,
    SetPassword,
)
from business.identity.queries import open_sessions, users
from business.identity.service import NOBODY
from tests.business.conftest import CODE, GOOD, SITE, Office

pytestmark = pytest.mark.both_databases

OPERATE = SelectPoint("ahu-1", "setpoint", 21.0)


@pytest.fixture
def chief(office: Office) -> Issuer:
    office.create("chief", "security-administrator")
    return office.log_in("chief")


def scope(office: Office, code: str) -> int:
    with office.authority.open() as session:
        return session.scalars(select(Scope.id).where(Scope.code == code)).one()


def add_project(office: Office, chief: Issuer, code: str, parent: str = "company") -> int:
    assert office.do(CreateScope(scope(office, parent), code, "项目", "Project"), chief).stage is Stage.DONE
    return scope(office, code)


def test_the_first_user_is_the_security_administrator_and_the_other_duties_are_vacant(office: Office) -> None:
    assert office.do(CreateFirstAdministrator(CODE, "wang", "王", GOOD, ""), NOBODY).stage is Stage.DONE
    wang = office.log_in("wang")
    assert office.authority.refusal(wang, GrantRole("li", "viewer")) is None
    assert office.authority.refusal(wang, OPERATE) is Refusal.NOT_PERMITTED
    with office.authority.open() as session:
        assert [duty.value for duty in vacant_duties(session)] == ["system", "audit"]


@pytest.mark.parametrize("second", ["system-administrator", "security-administrator"])
def test_no_user_has_two_duties(office: Office, chief: Issuer, second: str) -> None:
    """S-21: neither at once nor later, nor at different scopes."""
    office.create("anna", "auditor")
    for where in (0, scope(office, SITE)):
        refused = office.do(GrantRole("anna", second, where), chief)
        assert (refused.stage, "三员分立" in refused.detail) == (Stage.REFUSED, True)
    assert office.do(GrantRole("anna", "operator"), chief).stage is Stage.DONE, "no duty"


def test_a_role_does_not_mix_duties_and_its_holders_get_no_second_one_by_a_change(
    office: Office, chief: Issuer
) -> None:
    """S-21: the way round by changing a role that somebody holds already."""
    mixed = ("audit.read", "job.manage")
    assert "三员分立" in office.do(CreateRole("both", "二者", "Both", mixed), chief).detail
    assert office.do(CreateRole("extra", "附加", "Extra", ("plant.read",)), chief).stage is Stage.DONE
    office.create("anna", "auditor")
    assert office.do(GrantRole("anna", "extra"), chief).stage is Stage.DONE
    assert "三员分立" in office.do(ChangeRole("extra", ("job.manage",)), chief).detail
    assert office.do(ChangeRole("extra", ("audit.read", "plant.read")), chief).stage is Stage.DONE
    assert "三员分立" in office.do(ChangeRole("extra", mixed), chief).detail


def test_nobody_gives_or_takes_for_himself_nor_changes_his_own_role(office: Office, chief: Issuer) -> None:
    """S-21."""
    office.create("deputy", "security-administrator")
    for command in (
        GrantRole("chief", "operator"),
        WithdrawGrant(1),
        ChangeRole("security-administrator", ("access.manage", "point.operate")),
    ):
        assert "另一位安全管理员" in office.do(command, chief).detail


def test_the_last_security_administrator_stays_whichever_way_he_might_go(
    office: Office, chief: Issuer
) -> None:
    """S-21: by withdrawal, disabling, or a role that loses its permissions."""
    office.create("deputy", "security-administrator")
    deputy = office.log_in("deputy")
    assert office.do(WithdrawGrant(1), deputy).stage is Stage.DONE
    assert office.do(DisableUser("deputy"), deputy).detail == Refusal.LAST_ADMINISTRATOR
    assert office.do(CreateRole("keeper", "看守", "Keeper", ("access.manage",)), deputy).stage is Stage.DONE
    assert office.do(GrantRole("chief", "keeper"), deputy).stage is Stage.DONE
    chief = office.log_in("chief")
    assert office.do(WithdrawGrant(office.grant("deputy")), chief).detail == Refusal.NOT_PERMITTED
    assert (
        office.do(ChangeRole("security-administrator", ("access.manage",)), chief).detail
        == Refusal.LAST_ADMINISTRATOR
    )


def test_a_built_in_role_is_changed_and_not_removed_a_granted_one_neither(
    office: Office, chief: Issuer
) -> None:
    assert "内置角色" in office.do(RemoveRole("guard"), chief).detail
    assert office.do(ChangeRole("guard", ("alarm.acknowledge",)), chief).stage is Stage.DONE
    office.do(CreateRole("extra", "附加", "Extra", ("plant.read",)), chief)
    office.create("li", "extra")
    assert "先全部收回" in office.do(RemoveRole("extra"), chief).detail
    assert office.do(WithdrawGrant(office.grant("li")), chief).stage is Stage.DONE
    assert office.do(RemoveRole("extra"), chief).stage is Stage.DONE
    assert office.do(RemoveRole("extra"), chief).detail == Refusal.UNKNOWN_ROLE


def test_a_changed_role_counts_at_once_for_whoever_holds_it(office: Office, chief: Issuer) -> None:
    """S-08."""
    office.create("olga", "operator")
    olga = office.log_in("olga")
    assert office.authority.refusal(olga, OPERATE) is None
    assert office.do(ChangeRole("operator", ("plant.read",)), chief).stage is Stage.DONE
    assert office.authority.refusal(olga, OPERATE) is Refusal.NOT_PERMITTED


def test_a_grant_begins_and_ends_by_itself(office: Office, chief: Issuer) -> None:
    office.create("olga", "viewer")
    olga = office.log_in("olga")
    minute = 60 * 10**9
    since, until = office.now_ns + minute, office.now_ns + 3 * minute
    order = GrantRole("olga", "operator", since_ns=since, until_ns=until)
    assert office.do(order, chief).stage is Stage.DONE
    found = []
    for _ in range(5):
        found.append(office.authority.refusal(olga, OPERATE))
        office.pass_minutes(1)
    refused = Refusal.NOT_PERMITTED
    assert found == [refused, None, None, refused, refused]
    assert "截止时间" in office.do(GrantRole("olga", "guard", until_ns=office.now_ns), chief).detail


def test_the_same_grant_is_not_given_twice(office: Office, chief: Issuer) -> None:
    office.create("li", "viewer")
    assert "已有角色" in office.do(GrantRole("li", "viewer"), chief).detail
    assert office.do(GrantRole("li", "viewer", scope(office, SITE)), chief).stage is Stage.DONE


@pytest.fixture
def region(office: Office, chief: Issuer) -> Issuer:
    """A regional manager of the company `east`; the project of the site stands in another one."""
    add_project(office, chief, "east", parent="group")
    add_project(office, chief, "east-1", parent="east")
    office.create("rita", "regional-manager", scope=scope(office, "east"))
    return office.log_in("rita")


def test_a_delegate_grants_inside_his_scope_what_he_has_himself(
    office: Office, chief: Issuer, region: Issuer
) -> None:
    """G36."""
    inside, outside = scope(office, "east-1"), scope(office, SITE)
    assert office.do(CreateUser("vera", "", "viewer", GOOD, inside), region).stage is Stage.DONE
    assert "没有的权限" in office.do(GrantRole("vera", "operator", inside), region).detail
    assert "没有的权限" in office.do(CreateUser("olga", "", "operator", GOOD, inside), region).detail
    for order in (
        GrantRole("vera", "viewer", outside),
        GrantRole("vera", "viewer"),
        CreateUser("li", "", "viewer", GOOD, outside),
        CreateUser("li", "", "viewer", GOOD),
        CreateUser("li", "", "", GOOD),
    ):
        assert office.do(order, office.log_in("rita")).detail == Refusal.NOT_PERMITTED
    assert office.do(WithdrawGrant(office.grant("vera")), region).stage is Stage.DONE


def test_a_delegate_touches_only_users_who_are_wholly_inside_and_below_him(
    office: Office, chief: Issuer, region: Issuer
) -> None:
    """A password set for somebody is his account: never of one with more, or with anything outside."""
    inside = scope(office, "east-1")
    office.create("vera", "viewer", scope=inside)
    office.create("olga", "operator", scope=inside)
    office.create("gert", "viewer", scope=scope(office, SITE))
    office.create("nina", "")
    another = "Another-Horse-8"
    assert office.do(SetPassword("vera", another), region).stage is Stage.DONE
    assert "没有的权限" in office.do(SetPassword("olga", another), region).detail
    for user in ("gert", "nina", "chief"):
        assert office.do(SetPassword(user, another), office.log_in("rita")).detail == Refusal.NOT_PERMITTED
    office.do(GrantRole("vera", "viewer"), chief)
    assert office.do(DisableUser("vera"), region).detail == Refusal.NOT_PERMITTED, "she reaches further now"
    gert = office.log_in("gert")
    assert office.do(EndSession(gert.session), region).detail == Refusal.UNKNOWN_SESSION
    olga = office.log_in("olga")
    assert office.do(EndSession(olga.session), region).stage is Stage.DONE


def test_a_delegate_sees_the_users_of_his_scope(office: Office, region: Issuer) -> None:
    office.create("vera", "viewer", scope=scope(office, "east-1"))
    office.create("gert", "viewer", scope=scope(office, SITE))
    office.log_in("vera")
    office.log_in("gert")
    person = office.authority.person(region.session)
    assert person is not None
    reach = person.reach("user.manage")
    with office.authority.open() as session:
        assert [one.name for one in users(session, reach)] == ["rita", "vera"]
        seen = {one.user for one in open_sessions(session, "rita", office.now_ns, reach)}
    assert seen == {"rita", "vera"}
