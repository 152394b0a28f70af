"""Single sign-on: who comes in through another system, and who waits for consent (S1-4.4, S4-6.6.5)."""

import dataclasses
from typing import Any

import pytest

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.access.person import EVERYTHING
from business.gate import Outcome
from business.identity.account_messages import SetUserKind
from business.identity.account_queries import identities
from business.identity.entry import CODE_AWAITED
from business.identity.external import CONSENT_AWAITED, SHUT
from business.identity.external_messages import DropIdentity, LinkIdentity, LogInByProvider
from business.identity.messages import DisableUser
from business.identity.model import Place
from config.settings import Provider, Security
from config.text import Text
from tests.business.conftest import GOOD, Office
from tests.business.logging_in import Browser, enrol, is_in

pytestmark = pytest.mark.both_databases

CORP = Provider("corp", Text("集团账号", "Group account"), "https://id.example.com", "steward")
PARK = Provider("park", Text("园区账号", "Park account"), "https://id.park.example", "steward")


def over(office: Office, *providers: Provider) -> Office:
    """The office of a site that has these providers."""
    office.close()
    office.security = Security(providers=providers)
    office.open()
    return office


@pytest.fixture
def linked(office: Office) -> Office:
    """wang may come in from the group's directory, where he is '248'."""
    over(office, CORP, PARK)
    office.create("wang", "operator")
    come(office)
    assert office.do(LinkIdentity(waiting(office)[0], "wang"), office.chief()).stage is Stage.DONE
    return office


def come(
    office: Office, provider: str = "corp", subject: str = "248", name: str = "wang", **how: Any
) -> Outcome:
    browser = Browser(office, **how)
    return office.do(LogInByProvider(browser.visit, provider, subject, name, f"{name}@example.com"))


def waiting(office: Office) -> list[int]:
    with office.authority.open() as session:
        return [one.id for one in identities(session, EVERYTHING) if not one.user]


def test_nobody_is_let_in_or_created_without_consent(office: Office) -> None:
    """Not even under the name and the address of somebody who is here."""
    over(office, CORP)
    office.create("wang", "operator")
    for _ in range(3):
        assert come(office).detail == CONSENT_AWAITED
    assert len(waiting(office)) == 1
    assert [row.name for row in office.rows("users")["users"]] == ["wang"]
    assert not office.rows("user_sessions")["user_sessions"]


def test_whoever_is_linked_comes_in_by_subject_whatever_he_is_called(linked: Office) -> None:
    assert is_in(come(linked))
    assert is_in(come(linked, name="renamed"))
    assert come(linked, subject="249").detail == CONSENT_AWAITED
    assert come(linked, "park").detail == CONSENT_AWAITED, "the same subject of another provider"
    assert come(linked, "none").stage is Stage.REFUSED
    for subject in ("", "x" * 300):
        assert come(linked, subject=subject).stage is Stage.REFUSED
    ways = [row.way for row in linked.rows("user_sessions")["user_sessions"]]
    assert ways.count("oidc:corp") == 2


def test_a_link_that_is_dropped_ends_the_sessions_that_came_that_way(linked: Office) -> None:
    by_password = linked.log_in("wang")
    event = come(linked).events[-1]
    with linked.authority.open() as session:
        [identity] = [one.id for one in identities(session, EVERYTHING) if one.user == "wang"]
    assert linked.do(LinkIdentity(identity, "wang"), linked.chief()).stage is Stage.REFUSED
    assert linked.do(DropIdentity(identity), linked.chief()).stage is Stage.DONE
    assert linked.authority.person(event.session) is None
    assert linked.authority.person(by_password.session) is not None
    assert come(linked).detail == CONSENT_AWAITED
    assert linked.do(DropIdentity(identity), linked.chief()).stage is Stage.REFUSED


def test_the_second_factor_is_asked_for_unless_the_provider_asks_itself(linked: Office) -> None:
    """S-06."""
    phone = enrol(linked, "wang", linked.log_in("wang"))
    browser = Browser(linked)
    refused = linked.do(LogInByProvider(browser.visit, "corp", "248", "wang", ""))
    assert refused.detail == CODE_AWAITED
    assert is_in(browser.code(phone.code()))
    over(linked, dataclasses.replace(CORP, second_factor=True))
    assert is_in(come(linked))


def test_who_is_disabled_or_belongs_elsewhere_stays_out(linked: Office) -> None:
    chief = linked.chief()
    linked.do(SetUserKind("wang", "tenant"), chief)
    assert come(linked, place=Place.CONTROL).detail == SHUT
    assert is_in(come(linked))
    linked.do(SetUserKind("wang", "service"), chief)
    assert come(linked).detail == SHUT
    linked.do(SetUserKind("wang", "staff"), chief)
    linked.do(DisableUser("wang"), chief)
    assert come(linked).detail == SHUT


def test_where_the_site_says_so_whoever_comes_gets_an_account_that_may_only_log_in(office: Office) -> None:
    over(office, dataclasses.replace(CORP, create_users=True))
    office.create("wang", "operator")
    for subject, name in (("1", "wang"), ("2", "Wang"), ("3", "wang@example.com"), ("4", "园区 王")):
        outcome = come(office, subject=subject, name=name)
        assert is_in(outcome)
        person = office.authority.person(outcome.events[-1].session)
        assert person is not None and not person.grants
    names = [row.name for row in office.rows("users")["users"]]
    assert names == ["wang", "wang-2", "wang-3", "wang-4", "园区 王"]
    assert office.try_to_log_in("wang-2", GOOD).detail == Refusal.LOG_IN_FAILED


def test_only_who_manages_users_consents_and_not_beyond_his_scope(linked: Office) -> None:
    linked.create("olga", "operator")
    olga = linked.log_in("olga")
    come(linked, subject="300")
    [identity] = waiting(linked)
    for command in (LinkIdentity(identity, "olga"), DropIdentity(identity)):
        assert linked.do(command, olga).detail == Refusal.NOT_PERMITTED
        assert linked.do(command, Issuer("", "", "")).detail == Refusal.NOT_LOGGED_IN
    assert linked.do(LinkIdentity(identity, "nobody"), linked.chief()).detail == Refusal.UNKNOWN_USER
    assert linked.do(LinkIdentity(999, "olga"), linked.chief()).stage is Stage.REFUSED
    assert linked.do(DropIdentity(identity), linked.chief()).stage is Stage.DONE


def test_who_waits_too_long_is_forgotten_and_nobody_fills_the_list(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("business.identity.external.WAITING", 3)
    over(office, CORP)
    for subject in "abc":
        come(office, subject=subject)
    assert "3" in come(office, subject="d").detail
    office.pass_minutes(31 * 1440)
    assert come(office, subject="d").detail == CONSENT_AWAITED
    assert len(waiting(office)) == 1
