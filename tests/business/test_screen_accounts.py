"""Registered screens: how they come in, how long they stay, and what they may not (S-05, S1-4.6b)."""

from typing import Any

import pytest

from actors.messages import Issuer, ReadTree, SelectPoint, Stage
from business.access import Refusal
from business.access.messages import GrantRole
from business.access.person import EVERYTHING
from business.gate import Outcome
from business.identity.account_queries import screens
from business.identity.messages import (
    ContinueSession,
    DisableUser,
    EnableUser,
    EndSession,
    LogOut,
    NoteOverreach,
    ReleaseSession,
    SetPassword,
)
from business.identity.model import Place
from business.identity.queries import open_sessions
from business.identity.screen_messages import CreateScreen, RegisterScreen, RenewScreenCode
from business.identity.screens import WRONG_SCREEN_CODE
from business.identity.totp import new_recovery_codes, recovery_fingerprint
from tests.business.conftest import GOOD, Office
from tests.business.logging_in import Browser, is_in

pytestmark = pytest.mark.both_databases

OPERATE = SelectPoint("ahu-1", "setpoint", 21.0)


def add(office: Office, name: str = "wall", **how: Any) -> str:
    """The code of a new screen."""
    code = new_recovery_codes()[0]
    made = office.do(CreateScreen(name, "大屏", recovery_fingerprint(code), **how), office.chief())
    assert made.stage is Stage.DONE, made
    return code


def register(office: Office, code: str, address: str = "10.5.0.1") -> Outcome:
    browser = Browser(office, place=Place.CONTROL, address=address)
    return office.do(RegisterScreen(browser.visit, code))


@pytest.fixture
def wall(office: Office) -> Issuer:
    event = register(office, add(office)).events[-1]
    return Issuer("wall", event.session, "10.5.0.1")


def test_a_code_opens_one_browser_once_and_for_an_hour(office: Office) -> None:
    code = add(office)
    assert register(office, "aaaa-bbbb-cccc").detail == WRONG_SCREEN_CODE
    assert is_in(register(office, f" {code.upper()} "))
    assert register(office, code, "10.5.0.2").detail == WRONG_SCREEN_CODE
    late = add(office, "late")
    office.pass_minutes(60.1)
    assert register(office, late).detail == WRONG_SCREEN_CODE


def test_guessing_codes_locks_the_address(office: Office) -> None:
    """S-03."""
    code = add(office)
    for number in range(5):
        register(office, f"aaaa-bbbb-ccc{number}")
    assert register(office, code).detail == Refusal.LOCKED_OUT
    assert is_in(register(office, code, "10.5.0.2"))


def test_it_stays_for_years_and_only_shows(office: Office, wall: Issuer) -> None:
    """S-05: nobody logs in before a wall display; nor does it command, whatever it was granted."""
    office.pass_minutes(3 * 366 * 1440)
    person = office.authority.person(wall.session)
    assert person is not None and not person.idle
    assert office.authority.refusal(wall, ReadTree()) in {None, Refusal.NOT_PERMITTED}
    assert person.may("plant.read")
    office._chief = None
    office.create("boss", "security-administrator")
    assert office.do(GrantRole("wall", "operator"), office.log_in("boss")).stage is Stage.DONE
    assert office.authority.refusal(wall, OPERATE) is Refusal.VIEW_ONLY
    with office.authority.open() as session:
        assert [one.user for one in open_sessions(session, "wall", office.now_ns)] == ["wall"]


def test_it_has_no_password_and_nobody_puts_it_out_in_passing(office: Office, wall: Issuer) -> None:
    for password in ("", GOOD, "nobody has this password"):
        refused = office.try_to_log_in("wall", password, place=Place.CONTROL, address="10.6.0.1")
        assert refused.detail == Refusal.LOG_IN_FAILED
    assert office.do(SetPassword("wall", GOOD), office.chief()).stage is Stage.DONE
    event = register(office, renew(office)).events[-1]
    wall = Issuer("wall", event.session, "10.5.0.1")
    refused = office.try_to_log_in("wall", GOOD, place=Place.CONTROL, address="10.6.0.1")
    assert refused.detail == Refusal.LOG_IN_FAILED, "a screen has no log-in form"
    assert office.do(LogOut(), wall).stage is Stage.REFUSED
    assert office.do(EndSession(wall.session), wall).stage is Stage.REFUSED
    assert office.do(ContinueSession(), wall).stage in {Stage.DONE, Stage.REFUSED}
    assert office.authority.person(wall.session) is not None


def renew(office: Office) -> str:
    code = new_recovery_codes()[0]
    assert office.do(RenewScreenCode("wall", recovery_fingerprint(code)), office.chief()).stage is Stage.DONE
    return code


def test_an_administrator_ends_it_in_three_ways(office: Office, wall: Issuer) -> None:
    chief = office.chief()
    assert office.do(EndSession(wall.session), chief).stage is Stage.DONE
    assert office.authority.person(wall.session) is None
    second = register(office, renew(office)).events[-1].session
    third_code = renew(office)
    assert office.authority.person(second) is None, "a new code ends what the old one opened"
    third = register(office, third_code).events[-1].session
    assert office.do(DisableUser("wall"), chief).stage is Stage.DONE
    assert office.authority.person(third) is None
    assert register(office, renew(office)).detail == WRONG_SCREEN_CODE, "as long as it is disabled"
    assert office.do(EnableUser("wall"), chief).stage is Stage.DONE
    assert is_in(register(office, renew(office)))


def test_more_than_three_overreaching_attempts_lock_the_screen_alone_until_released(
    office: Office, wall: Issuer
) -> None:
    """S1-4.6b: audited, releasable, and never the address behind which others sit."""
    office.create("olga", "operator")
    olga = office.log_in("olga", address="10.5.0.1")
    for _ in range(4):
        office.do(NoteOverreach("plant.operate"), wall)
    with office.authority.open() as session:
        [locked] = [one for one in open_sessions(session, "wall", office.now_ns) if one.locked]
    assert locked.id == wall.session
    assert office.authority.person(wall.session) is not None, "it shows on"
    assert office.authority.refusal(olga, OPERATE) is None
    assert is_in(Browser(office, address="10.5.0.1").password("olga"))
    assert office.do(ReleaseSession(wall.session), office.chief()).stage is Stage.DONE


def test_only_who_manages_users_adds_screens_and_within_his_scope(office: Office) -> None:
    office.create("olga", "operator")
    code = recovery_fingerprint("x")
    for command in (CreateScreen("tv", "", code), RenewScreenCode("tv", code)):
        assert office.do(command, office.log_in("olga")).stage is Stage.REFUSED
    chief = office.chief()
    assert office.do(CreateScreen("tv", "", "not a fingerprint"), chief).stage is Stage.REFUSED
    assert office.do(CreateScreen("olga", "", code), chief).detail == Refusal.NAME_TAKEN
    assert office.do(CreateScreen("tv", "", code, 999), chief).stage is Stage.REFUSED
    assert office.do(RenewScreenCode("olga", code), chief).stage is Stage.REFUSED
    with office.authority.open() as session:
        assert screens(session, EVERYTHING) == ()
