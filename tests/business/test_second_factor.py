"""Logging in with a second factor, without telling strangers how far they came (S-04, S-06, S1-4.4)."""

import threading
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import URL

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.audit.queries import Wanted, search
from business.identity.account import NO_SECOND_FACTOR
from business.identity.account_messages import (
    DisableSecondFactor,
    EnrolSecondFactor,
    RenewRecoveryCodes,
    ResetSecondFactor,
    UnlockAddress,
    UnlockUser,
)
from business.identity.entry import (
    CODE_AWAITED,
    ENROLMENT_AWAITED,
    LOG_IN_ANEW,
    WRONG_ENTRY_CODE,
)
from business.identity.entry_messages import EnrolAtLogIn, GiveCode, RenewPassword, Visit
from business.identity.factors import BAD_OFFER, WRONG_FIRST_CODE
from business.identity.lockout import locked_out
from business.identity.messages import DisableUser, LoggedIn
from business.identity.model import FailedLogIns, Place
from business.identity.totp import new_recovery_codes
from config.settings import Security
from tests.business.conftest import GOOD, Office
from tests.business.logging_in import Browser, Phone, enrol, is_in

pytestmark = pytest.mark.both_databases


@pytest.fixture
def phone(office: Office) -> Phone:
    """wang's, who is enrolled."""
    office.create("wang", "operator")
    return enrol(office, "wang", office.log_in("wang"))


def test_a_log_in_with_a_second_factor_has_two_steps(office: Office, phone: Phone) -> None:
    """S-06."""
    browser = Browser(office)
    first = browser.password("wang")
    assert (first.stage, first.detail) == (Stage.REFUSED, CODE_AWAITED)
    assert office.authority.has_users()
    assert is_in(browser.code(phone.code()))


def test_the_code_of_the_step_before_and_after_is_accepted_and_no_other(office: Office, phone: Phone) -> None:
    """S-06: window +-1."""
    for minutes, right in ((-1.0, False), (1.0, False), (-0.5, True), (0.5, True)):
        browser = Browser(office)
        browser.password("wang")
        assert is_in(browser.code(phone.code(minutes))) == right, minutes
        office.do(UnlockUser("wang"), office.chief())
        office.do(UnlockAddress("10.0.0.1"), office.chief())


def test_a_code_is_accepted_once(office: Office, phone: Phone) -> None:
    """S-06: replay."""
    code = phone.code()
    for right in (True, False):
        browser = Browser(office)
        browser.password("wang")
        assert is_in(browser.code(code)) == right


def test_a_code_older_than_the_last_one_is_not_accepted(office: Office, phone: Phone) -> None:
    late, early = phone.code(0.5), phone.code()
    for code, right in ((late, True), (early, False)):
        browser = Browser(office)
        browser.password("wang")
        assert is_in(browser.code(code)) == right


def test_the_code_of_enrolment_is_spent(office: Office) -> None:
    office.create("wang", "operator")
    phone = Phone(office)
    wang = office.log_in("wang")
    code = phone.code()
    assert office.do(EnrolSecondFactor(GOOD, phone.secret, code, phone.hashes), wang).stage is Stage.DONE
    browser = Browser(office)
    browser.password("wang")
    assert not is_in(browser.code(code))


@pytest.mark.parametrize("kind", ["authenticator", "paper"])
def test_of_two_who_give_the_same_code_at_once_one_comes_in(office: Office, phone: Phone, kind: str) -> None:
    """S-06: concurrency."""
    code = phone.code() if kind == "authenticator" else phone.paper[3]
    browsers = [Browser(office) for _ in range(4)]
    for browser in browsers:
        browser.password("wang")
        office.do(UnlockUser("wang"), office.chief())
    start, outcomes = threading.Barrier(len(browsers)), []

    def give(browser: Browser) -> None:
        start.wait()
        outcomes.append(browser.code(code))

    threads = [threading.Thread(target=give, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(is_in, outcomes)) == [False, False, False, True]


def test_a_recovery_code_lets_in_once_however_it_is_typed(office: Office, phone: Phone) -> None:
    """S-06."""
    code = phone.paper[0]
    for typed, right in ((code.upper().replace("-", " "), True), (code, False), (phone.paper[1], True)):
        browser = Browser(office)
        browser.password("wang")
        assert is_in(browser.code(typed)) == right


def test_new_recovery_codes_end_the_old_ones(office: Office, phone: Phone) -> None:
    browser = Browser(office)
    browser.password("wang")
    opened = browser.code(phone.code()).events[-1]
    assert isinstance(opened, LoggedIn)
    wang = Issuer("wang", opened.session, "")
    old, phone.paper = phone.paper, new_recovery_codes()
    assert office.do(RenewRecoveryCodes("Wrong-1-wrong", phone.hashes), wang).detail == Refusal.WRONG_PASSWORD
    assert office.do(RenewRecoveryCodes(GOOD, phone.hashes), wang).stage is Stage.DONE
    for code, right in ((old[0], False), (phone.paper[0], True)):
        browser = Browser(office)
        browser.password("wang")
        assert is_in(browser.code(code)) == right


def test_the_code_alone_and_the_password_alone_let_nobody_in(office: Office, phone: Phone) -> None:
    assert office.do(GiveCode(Browser(office).visit, phone.code())).detail == WRONG_ENTRY_CODE
    browser = Browser(office)
    browser.password("wang", "Wrong-1-wrong")
    assert browser.code(phone.code()).detail == WRONG_ENTRY_CODE


def test_a_half_log_in_is_worth_nothing_in_another_browser_place_or_time(
    office: Office, phone: Phone
) -> None:
    browser = Browser(office)
    browser.password("wang")
    other = Browser(office, place=Place.CONTROL)
    other.visit = Visit(**{**fields(browser.visit), "place": Place.CONTROL.value})
    assert other.code(phone.code()).detail == WRONG_ENTRY_CODE
    assert Browser(office).code(phone.code()).detail == WRONG_ENTRY_CODE
    office.pass_minutes(11)
    assert browser.code(phone.code()).detail == WRONG_ENTRY_CODE


def test_a_half_log_in_is_used_once(office: Office, phone: Phone) -> None:
    browser = Browser(office)
    browser.password("wang")
    assert is_in(browser.code(phone.code()))
    office.pass_minutes(1)
    assert browser.code(phone.code()).detail == WRONG_ENTRY_CODE


def test_a_half_log_in_survives_a_restart(office: Office, phone: Phone) -> None:
    browser = Browser(office)
    browser.password("wang")
    office.close()
    office.open()
    assert is_in(browser.code(phone.code()))


def test_who_is_disabled_between_the_steps_stays_out(office: Office, phone: Phone) -> None:
    browser = Browser(office)
    browser.password("wang")
    office.do(DisableUser("wang"), office.chief())
    assert browser.code(phone.code()).detail == WRONG_ENTRY_CODE


def fields(visit: Visit) -> dict[str, Any]:
    return {name: getattr(visit, name) for name in visit.__slots__}


def test_nothing_tells_a_right_password_from_a_wrong_one(office: Office, phone: Phone) -> None:
    """S-04: the same hashes, the same failures counted, the same answer to the same code; in the trail alone
    they differ."""
    told = []
    for number, (user, password) in enumerate([("wang", GOOD), ("wang", "Wrong-1-wrong"), ("nobody", GOOD)]):
        browser = Browser(office, address=f"10.1.0.{number}")
        costs = []
        for give in (partial(browser.password, user, password), partial(browser.code, "000000")):
            before = office.hasher.checks
            outcome = give()
            costs.append((office.hasher.checks - before, outcome.stage))
        with office.authority.open() as session:
            row = session.get(FailedLogIns, f"address:10.1.0.{number}")
            assert row is not None
            told.append((costs, row.failures, browser.code("000000").detail))
        office.do(UnlockUser("wang"), office.chief())
    assert told[0] == told[1] == told[2]
    assert told[0][0] == [(1, Stage.REFUSED), (0, Stage.REFUSED)]


def test_wrong_codes_lock_out_and_an_administrator_unlocks(office: Office, phone: Phone) -> None:
    """S-03: also codes count; the unlocking is a deed of its own."""
    chief = office.chief()
    browser = Browser(office)
    browser.password("wang")
    assert [browser.code("000000").detail for _ in range(5)] == [WRONG_ENTRY_CODE] * 4 + [Refusal.LOCKED_OUT]
    assert Browser(office, address="10.2.2.2").password("wang").detail == Refusal.LOCKED_OUT
    with office.authority.open() as session:
        assert {one.subject for one in locked_out(session, office.now_ns)} == {
            "user:wang",
            "address:10.0.0.1",
        }
    wang = office.do(UnlockUser("wang"), Issuer("wang", "no session", ""))
    assert wang.detail == Refusal.NOT_LOGGED_IN
    assert office.do(UnlockUser("wang"), chief).stage is Stage.DONE
    assert office.do(UnlockAddress("10.0.0.1"), chief).stage is Stage.DONE
    assert office.do(UnlockUser("wang"), chief).stage is Stage.REFUSED
    with office.authority.open() as session:
        trail = search(session, Wanted(kind="UnlockUser"), 10)
    assert [(one.user, one.object, one.result) for one in trail if one.result == "done"] == [
        ("chief", "users/wang", "done")
    ]
    browser = Browser(office)
    browser.password("wang")
    assert is_in(browser.code(phone.code()))


def test_enrolment_wants_ones_own_password_and_a_first_code(office: Office) -> None:
    office.create("wang", "operator")
    wang, phone = office.log_in("wang"), Phone(office)
    for password, secret, code, hashes, reason in (
        ("Wrong-1-wrong", phone.secret, phone.code(), phone.hashes, Refusal.WRONG_PASSWORD),
        (GOOD, phone.secret, "000000", phone.hashes, WRONG_FIRST_CODE),
        (GOOD, "SHORT", phone.code(), phone.hashes, BAD_OFFER),
        (GOOD, phone.secret, phone.code(), phone.hashes[:9], BAD_OFFER),
        (GOOD, phone.secret, phone.code(), phone.hashes[:9] * 2, BAD_OFFER),
        (GOOD, phone.secret, phone.code(), ("plain",) * 10, BAD_OFFER),
    ):
        assert office.do(EnrolSecondFactor(password, secret, code, hashes), wang).detail == reason
    assert office.try_to_log_in("wang").stage is Stage.DONE, "nothing was written"


def test_enrolment_ends_the_other_sessions(office: Office) -> None:
    """S-07: what was opened without the second factor goes."""
    office.create("wang", "operator")
    wang, other = office.log_in("wang"), office.log_in("wang")
    enrol(office, "wang", wang)
    assert office.authority.person(wang.session) is not None
    assert office.authority.person(other.session) is None


def test_it_is_disabled_with_ones_own_password_and_reset_by_an_administrator(
    office: Office, phone: Phone
) -> None:
    browser = Browser(office)
    browser.password("wang")
    opened = browser.code(phone.code()).events[-1]
    wang = Issuer("wang", opened.session, "10.0.0.1")
    assert office.do(DisableSecondFactor("Wrong-1-wrong"), wang).detail == Refusal.WRONG_PASSWORD
    assert office.do(DisableSecondFactor(GOOD), wang).stage is Stage.DONE
    assert office.do(DisableSecondFactor(GOOD), wang).detail == NO_SECOND_FACTOR
    assert is_in(Browser(office).password("wang"))
    enrol(office, "wang", wang)
    assert office.do(ResetSecondFactor("wang"), wang).detail == Refusal.NOT_PERMITTED
    assert office.do(ResetSecondFactor("wang"), office.chief()).stage is Stage.DONE
    assert office.authority.person(wang.session) is None
    assert is_in(Browser(office).password("wang"))


def test_the_database_holds_neither_secret_nor_codes(office: Office, phone: Phone) -> None:
    """S-10; the trail neither."""
    stored = str(office.rows())
    assert phone.secret not in stored
    assert not [code for code in phone.paper if code in stored]
    assert phone.hashes[0] in stored


def test_secrets_do_not_show_in_a_command_s_text(office: Office) -> None:
    """S-10."""
    phone, visit = Phone(office), Browser(office).visit
    for command in (
        GiveCode(visit, "123456"),
        EnrolAtLogIn(visit, phone.secret, "123456", phone.hashes),
        EnrolSecondFactor(GOOD, phone.secret, "123456", phone.hashes),
        RenewPassword(visit, GOOD),
        DisableSecondFactor(GOOD),
    ):
        for secret in (GOOD, phone.secret, "123456", phone.hashes[0], visit.token_hash, visit.challenge_hash):
            assert secret not in repr(command)


# --- what the site demands


class Strict(Office):
    def __init__(self, database: URL, security: Security) -> None:
        self._wanted = security
        super().__init__(database)

    def open(self) -> None:
        self.security = self._wanted
        super().open()


@pytest.fixture
def strict(database: URL, request: pytest.FixtureRequest) -> Any:
    office = Strict(database, request.param)
    yield office
    office.close()


DEMANDED = Security(second_factor_for=frozenset({"user.manage"}))
REMOTE = Security(inside_networks=(ip_network("10.0.0.0/8"), ip_network("fd00::/8")))


@pytest.mark.parametrize("strict", [DEMANDED], indirect=True)
def test_who_must_have_a_second_factor_enrols_at_the_log_in(strict: Office) -> None:
    """S-06: administrators."""
    strict.create("chief", "security-administrator")
    strict.create("wang", "operator")
    assert is_in(Browser(strict).password("wang"))
    browser, phone = Browser(strict), Phone(strict)
    assert browser.password("chief").detail == ENROLMENT_AWAITED
    assert browser.code(phone.code()).detail == WRONG_ENTRY_CODE
    body = EnrolAtLogIn(browser.visit, phone.secret, "000000", phone.hashes)
    assert strict.do(body).detail == WRONG_FIRST_CODE
    outcome = strict.do(EnrolAtLogIn(browser.visit, phone.secret, phone.code(), phone.hashes))
    assert is_in(outcome)
    again = strict.do(EnrolAtLogIn(browser.visit, phone.secret, phone.code(0.5), phone.hashes))
    assert again.detail == LOG_IN_ANEW
    opened = outcome.events[-1]
    chief = Issuer("chief", opened.session, "10.0.0.1")
    assert strict.do(DisableSecondFactor(GOOD), chief).stage is Stage.REFUSED
    strict.pass_minutes(1)
    browser = Browser(strict)
    assert browser.password("chief").detail == CODE_AWAITED
    assert is_in(browser.code(phone.code()))


@pytest.mark.parametrize("strict", [REMOTE], indirect=True)
@pytest.mark.parametrize(
    ("address", "demanded"),
    [
        ("10.3.4.5", False),
        ("::ffff:10.3.4.5", False),
        ("fd00::7", False),
        ("203.0.113.9", True),
        ("2001:db8::7", True),
        ("no address", True),
    ],
)
def test_from_outside_staff_need_a_second_factor(strict: Office, address: str, demanded: bool) -> None:
    """S-06: remote users."""
    strict.create("wang", "viewer")
    outcome = Browser(strict, address=address).password("wang")
    assert (outcome.detail == ENROLMENT_AWAITED) == demanded
    assert is_in(outcome) != demanded
