"""Who may touch how others log in: security administrators, and delegates within their scope (G36, S-06)."""

from typing import Any

import pytest
from sqlalchemy import select

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.access.messages import CreateScope
from business.access.model import Scope
from business.access.person import EVERYTHING
from business.access.queries import scopes as all_scopes
from business.identity.account_messages import (
    ResetSecondFactor,
    SetContact,
    SetUserKind,
    UnlockAddress,
    UnlockUser,
)
from business.identity.account_queries import accounts, lockouts
from tests.business.conftest import SITE, Office
from tests.business.logging_in import Browser, enrol

pytestmark = pytest.mark.both_databases

ON_OTHERS = (
    lambda user: ResetSecondFactor(user),
    lambda user: SetContact(user, "13800138000", "a@example.com"),
    lambda user: SetUserKind(user, "owner"),
)


@pytest.fixture
def delegate(office: Office) -> Issuer:
    """A regional manager of this site's project alone."""
    chief = office.chief()
    project = _scope(office, SITE)
    company = _scope(office, "company")
    assert office.do(CreateScope(company, "other", "别处", "Elsewhere"), chief).stage is Stage.DONE
    office.create("mei", "regional-manager", scope=project)
    office.create("near", "operator", scope=project)
    office.create("far", "operator", scope=_scope(office, "other"))
    office.create("above", "operator")
    office.create("boss", "security-administrator", scope=project)
    for user in ("near", "far", "above", "boss"):
        enrol(office, user, office.log_in(user))
    return office.log_in("mei")


def _scope(office: Office, code: str) -> int:
    with office.authority.open() as session:
        return session.scalars(select(Scope.id).where(Scope.code == code)).one()


@pytest.mark.parametrize("command", ON_OTHERS)
def test_a_delegate_touches_the_accounts_of_his_scope_alone(
    office: Office, delegate: Issuer, command: Any
) -> None:
    for user in ("far", "above"):
        assert office.do(command(user), delegate).detail == Refusal.NOT_PERMITTED
    assert office.do(command("boss"), delegate).stage is Stage.REFUSED, "it would give more than one has"


def test_a_delegate_resets_the_factor_of_who_has_no_more_than_himself(
    office: Office, delegate: Issuer
) -> None:
    office.create("watch", "viewer", scope=_scope(office, SITE))
    watch = office.log_in("watch")
    enrol(office, "watch", watch)
    assert office.do(ResetSecondFactor("watch"), delegate).stage is Stage.DONE
    assert office.authority.person(watch.session) is None, "its sessions end"


def test_a_delegate_unlocks_the_users_of_his_scope_and_no_address(office: Office, delegate: Issuer) -> None:
    for user in ("near", "far", "nobody"):
        for _ in range(5):
            Browser(office, address=f"10.1.1.{len(user)}").password(user, "wrong")
    with office.authority.open() as session:
        person = office.authority.person(delegate.session)
        assert person is not None
        reach = person.reach("user.manage")
        assert {one.subject for one in lockouts(session, reach, office.now_ns)} == {"user:near"}
        assert len(lockouts(session, EVERYTHING, office.now_ns)) == 6
        assert {one.name for one in accounts(session, reach)} == {"mei", "near", "boss"}
        assert len(all_scopes(session, reach)) == 1
    assert office.do(UnlockUser("near"), delegate).stage is Stage.DONE
    for command in (UnlockUser("far"), UnlockUser("nobody"), UnlockAddress("10.1.1.4")):
        assert office.do(command, delegate).detail == Refusal.NOT_PERMITTED
