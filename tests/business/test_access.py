"""That rights are read at the moment of execution (S-08), and what idle and locked sessions may."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from actors import messages
from actors.messages import Issuer, SelectPoint, Stage
from business.access import Refusal
from business.access.messages import GrantRole, WithdrawGrant
from business.identity.messages import (
    ContinueSession,
    DisableUser,
    LogIn,
    LogOut,
    NoteOverreach,
    ReleaseSession,
)
from business.identity.model import Place
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases

OPERATE = SelectPoint("ahu-1", "setpoint", 21.0)


def test_what_no_role_may_send_is_refused_to_the_administrator_too(office: Office) -> None:
    office.create("chief", "security-administrator")
    chief = office.log_in("chief")
    assert office.authority.refusal(chief, messages.WritePoint("d", "p", 1.0)) is Refusal.NOT_PERMITTED


def test_a_demoted_user_is_refused_at_once(office: Office) -> None:
    """S-08."""
    office.create("chief", "security-administrator")
    office.create("wang", "operator")
    chief, wang = office.log_in("chief"), office.log_in("wang")
    assert office.authority.refusal(wang, OPERATE) is None
    before = office.authority.version()
    assert office.do(WithdrawGrant(office.grant("wang")), chief).stage is Stage.DONE
    assert office.authority.refusal(wang, OPERATE) is Refusal.NOT_PERMITTED
    assert office.authority.version() > before


def test_a_disabled_or_logged_out_user_is_refused_at_once(office: Office) -> None:
    """S-08."""
    office.create("chief", "security-administrator")
    office.create("wang", "operator")
    office.create("li", "operator")
    chief, wang, li = office.log_in("chief"), office.log_in("wang"), office.log_in("li")
    office.do(DisableUser("wang"), chief)
    office.do(LogOut(), li)
    assert office.authority.refusal(wang, OPERATE) is Refusal.NOT_LOGGED_IN
    assert office.authority.refusal(li, OPERATE) is Refusal.NOT_LOGGED_IN


def test_nobody_may_only_log_in(office: Office) -> None:
    nobody = Issuer("", "", "")
    assert office.authority.refusal(nobody, OPERATE) is Refusal.NOT_LOGGED_IN
    assert office.authority.refusal(nobody, LogIn("", "", "", "office", "", "", "")) is None


def attempts(office: Office, seat: Issuer, count: int) -> list[str]:
    return [office.do(GrantRole("vera", "operator"), seat).detail for _ in range(count)]


def test_more_than_three_overreaching_attempts_lock_the_session_until_released(office: Office) -> None:
    """A07, S1-4.6b."""
    office.create("chief", "security-administrator")
    office.create("olga", "operator")
    seat = office.log_in("olga")
    assert attempts(office, seat, 4) == [Refusal.NOT_PERMITTED] * 4
    assert office.authority.refusal(seat, OPERATE) is Refusal.SESSION_LOCKED
    person = office.authority.person(seat.session)
    assert person is not None
    assert person.locked
    assert not person.may("point.operate")
    assert attempts(office, seat, 1) == [Refusal.NOT_PERMITTED]
    chief = office.log_in("chief")
    assert office.do(ReleaseSession(seat.session), seat).detail == Refusal.NOT_PERMITTED
    assert office.do(ReleaseSession(seat.session), chief).stage is Stage.DONE
    assert office.authority.refusal(seat, OPERATE) is None
    assert office.do(ReleaseSession(seat.session), chief).detail == Refusal.NOT_LOCKED
    assert office.do(ReleaseSession("nobody's"), chief).detail == Refusal.UNKNOWN_SESSION


def test_three_attempts_do_not_lock_nor_do_those_of_another_session_at_the_address(office: Office) -> None:
    """Never a shared address behind which the whole office sits."""
    office.create("olga", "operator")
    one, other = office.log_in("olga"), office.log_in("olga")
    attempts(office, one, 3)
    assert office.authority.refusal(one, OPERATE) is None
    attempts(office, one, 1)
    assert office.authority.refusal(one, OPERATE) is Refusal.SESSION_LOCKED
    assert office.authority.refusal(other, OPERATE) is None
    assert office.log_in("olga").station == one.station


def test_a_locked_session_may_still_leave(office: Office) -> None:
    office.create("vera", "viewer")
    seat = office.log_in("vera")
    for _ in range(4):
        assert office.do(NoteOverreach("point.operate"), seat).detail == Refusal.NOT_PERMITTED
    person = office.authority.person(seat.session)
    assert person is not None
    assert person.locked
    assert office.do(LogOut(), seat).stage is Stage.DONE


def test_a_hand_on_the_keys_is_seen_although_it_is_no_change_of_access(office: Office) -> None:
    office.create("olga", "operator")
    seat = office.log_in("olga", place=Place.CONTROL)
    assert office.authority.refusal(seat, OPERATE) is None
    office.pass_minutes(10)
    assert office.do(ContinueSession(), seat).stage is Stage.DONE
    office.pass_minutes(10)
    assert office.authority.refusal(seat, OPERATE) is None
    office.pass_minutes(10)
    assert office.authority.refusal(seat, OPERATE) is Refusal.IDLE


def test_a_database_that_cannot_be_read_is_said_so(office: Office) -> None:
    office.create("olga", "operator")
    seat = office.log_in("olga")
    with office.writer.begin() as connection:
        connection.execute(text("DROP TABLE access_version"))
    with pytest.raises(DBAPIError, match="access_version"):
        office.authority.person(seat.session)
