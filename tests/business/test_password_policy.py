"""How long a password lasts, and what follows it (S-02)."""

from itertools import pairwise

import pytest

from actors.messages import Stage
from business.access import Refusal
from business.identity.account_queries import own_account, password_warning
from business.identity.entry import CODE_AWAITED, LOG_IN_ANEW, PASSWORD_AWAITED, WRONG_ENTRY_CODE
from business.identity.entry_messages import RenewPassword
from business.identity.messages import ChangePassword, SetPassword
from config.settings import Security
from tests.business.conftest import GOOD, Office
from tests.business.logging_in import Browser, enrol, is_in

ANOTHER = "Another-Horse-8"

pytestmark = pytest.mark.both_databases


def test_a_password_expires_for_staff_who_may_command(office: Office) -> None:
    """S-02: 90 days."""
    office.create("wang", "operator")
    office.create("li", "viewer")
    office.pass_minutes(90 * 1440 - 1)
    assert is_in(Browser(office).password("wang"))
    office.pass_minutes(2)
    assert is_in(Browser(office).password("li"))
    browser = Browser(office)
    assert browser.password("wang").detail == PASSWORD_AWAITED
    assert browser.code("000000").detail == WRONG_ENTRY_CODE
    assert office.do(RenewPassword(browser.visit, GOOD)).stage is Stage.REFUSED, "not the same one"
    assert office.do(RenewPassword(browser.visit, "short")).detail == Refusal.PASSWORD_LENGTH
    assert is_in(office.do(RenewPassword(browser.visit, ANOTHER)))
    assert is_in(Browser(office).password("wang", ANOTHER))
    assert office.do(RenewPassword(browser.visit, "Third-Horse-99")).detail == LOG_IN_ANEW


def test_a_password_set_by_an_administrator_lets_in_once_to_be_changed(office: Office) -> None:
    """S-02."""
    office.create("wang", "viewer")
    assert office.do(SetPassword("wang", ANOTHER), office.chief()).stage is Stage.DONE
    browser = Browser(office)
    assert browser.password("wang", ANOTHER).detail == PASSWORD_AWAITED
    assert is_in(office.do(RenewPassword(browser.visit, "Third-Horse-99")))
    assert is_in(Browser(office).password("wang", "Third-Horse-99"))


def test_an_expired_password_and_a_second_factor_are_asked_one_after_the_other(
    office: Office,
) -> None:
    office.create("wang", "operator")
    phone = enrol(office, "wang", office.log_in("wang"))
    assert office.do(SetPassword("wang", ANOTHER), office.chief()).stage is Stage.DONE
    browser = Browser(office)
    assert browser.password("wang", ANOTHER).detail == CODE_AWAITED
    assert office.do(RenewPassword(browser.visit, "Third-Horse-99")).detail == LOG_IN_ANEW, "not yet"
    assert browser.code(phone.code()).detail == PASSWORD_AWAITED
    assert is_in(office.do(RenewPassword(browser.visit, "Third-Horse-99")))


def test_the_last_five_passwords_are_not_used_again(office: Office) -> None:
    """S-02."""
    office.create("wang", "operator")
    wang = office.log_in("wang")
    past = [GOOD, *(f"Correct-Horse-{number}{number}" for number in range(1, 6))]
    for old, new in pairwise(past):
        assert office.do(ChangePassword(old, new), wang).stage is Stage.DONE
    for again in past[1:]:
        assert "5" in office.do(ChangePassword(past[-1], again), wang).detail
    assert office.do(ChangePassword(past[-1], past[0]), wang).stage is Stage.DONE, "the sixth last is free"
    assert len(office.rows("old_passwords")["old_passwords"]) == 4


def test_its_owner_is_told_a_week_before(office: Office) -> None:
    """S-02."""
    office.create("wang", "operator")
    browser = Browser(office)
    assert is_in(browser.password("wang"))
    told = []
    with office.authority.open() as session:
        for days in (82.9, 0.2, 6.0, 0.8):
            office.pass_minutes(days * 1440)
            told.append(password_warning(session, Security(), browser.visit.token_hash, office.now_ns))
        assert told == [None, 6, 0, 0]
        assert (
            password_warning(session, Security(expiry_days=0), browser.visit.token_hash, office.now_ns)
            is None
        )
        row = own_account(session, Security(), "wang", "10.0.0.1", office.now_ns)
        assert row is not None and row.password_ends_ns is not None
