"""An owner's account and the person that he is in the registry (S1-4.4, B09): what is his own becomes his."""

import pytest
from sqlalchemy import select

from actors.messages import Stage
from business.access import Refusal
from business.access.messages import CreateScope
from business.access.model import Scope
from business.identity.account_messages import SetUserKind
from business.property.people import Person
from business.registry.messages import RemoveRecords
from tests.business.conftest import SITE
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


def person_of(estate: Estate, user: str) -> int | None:
    person = estate.office.authority.person(estate.office.log_in(user).session)
    assert person is not None
    return person.person_id


def scope(estate: Estate, code: str) -> int:
    with estate.read() as session:
        return session.scalars(select(Scope.id).where(Scope.code == code)).one()


def test_an_owner_is_a_person_of_the_registry_and_nobody_else_is_that_one(estate: Estate) -> None:
    office = estate.office
    chief = office.chief()
    li, wang = estate.create("person", name="李雷"), estate.create("person", name="王梅")
    for user in ("li", "wang", "olga"):
        office.create(user, "viewer")
    session = office.log_in("li")
    assert office.do(SetUserKind("li", "owner", li), chief).stage is Stage.DONE
    assert office.authority.person(session.session) is None, "he logs in anew as who he is now"
    assert person_of(estate, "li") == li
    refused = (
        SetUserKind("wang", "tenant", li),
        SetUserKind("wang", "tenant", 4711),
        SetUserKind("olga", "staff", wang),
        SetUserKind("olga", "nonsense"),
    )
    for command in refused:
        assert office.do(command, chief).stage is Stage.REFUSED
    assert office.do(SetUserKind("li", "staff"), chief).stage is Stage.DONE
    assert person_of(estate, "li") is None
    assert office.do(SetUserKind("wang", "tenant", li), chief).stage is Stage.DONE


def test_a_person_who_was_removed_is_nobody(estate: Estate) -> None:
    li = estate.create("person", name="李雷")
    estate.do(RemoveRecords("person", (li,), "搬走"))
    estate.office.create("li", "viewer")
    assert estate.office.do(SetUserKind("li", "owner", li), estate.office.chief()).stage is Stage.REFUSED


def test_a_delegate_makes_nobody_a_person_of_elsewhere(estate: Estate) -> None:
    """G36: both the account and the person must lie within his scope."""
    office = estate.office
    li = estate.create("person", name="李雷")
    made = office.do(CreateScope(scope(estate, "company"), "other", "别处", "Elsewhere"), office.chief())
    assert made.stage is Stage.DONE
    project = scope(estate, SITE)
    with office.sessions.begin() as session:
        session.get_one(Person, li).scope_id = scope(estate, "other")
    office.create("mei", "regional-manager", scope=project)
    office.create("near", "viewer", scope=project)
    mei = office.log_in("mei")
    assert office.do(SetUserKind("near", "owner", li), mei).detail == Refusal.NOT_PERMITTED
    with office.sessions.begin() as session:
        session.get_one(Person, li).scope_id = project
    done = office.do(SetUserKind("near", "owner", li), mei)
    assert done.stage is Stage.DONE, done
