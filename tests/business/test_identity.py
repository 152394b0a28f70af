"""Users, passwords, sessions: the rules of S-01 to S-08 and S-10."""

import pytest

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.identity.bootstrap import create_first_users, random_password
from business.identity.messages import (
    ChangePassword,
    ContinueSession,
    CreateFirstAdministrator,
    CreateUser,
    DisableUser,
    EnableUser,
    EndSession,
    LogIn,
    LogOut,
    SetPassword,
)
from business.identity.model import Place
from business.identity.passwords import weakness
from business.identity.queries import open_sessions, users
from business.identity.tokens import fingerprint, new_token
from config.site import BootstrapUser
from tests.business.conftest import CODE, GOOD, Office

pytestmark = pytest.mark.both_databases


def test_a_fresh_database_has_no_user_at_all(office: Office) -> None:
    """S-01."""
    assert not office.authority.has_users()


def test_the_first_administrator_needs_the_code_of_the_terminal(office: Office) -> None:
    """S-01."""
    wrong = office.do(CreateFirstAdministrator("guess", "wang", "王", GOOD, "10.0.0.9"))
    assert (wrong.stage, wrong.detail) == (Stage.REFUSED, Refusal.WRONG_CODE)
    assert not office.authority.has_users()
    right = office.do(CreateFirstAdministrator(CODE, "wang", "王", GOOD, "10.0.0.9"))
    assert right.stage is Stage.DONE
    assert office.log_in("wang").user == "wang"


def test_the_code_is_worth_nothing_once_somebody_exists(office: Office) -> None:
    office.create("li", "viewer")
    late = office.do(CreateFirstAdministrator(CODE, "mallory", "", GOOD, "10.0.0.9"))
    assert late.detail == Refusal.ALREADY_STARTED


def test_guessing_the_code_locks_the_address_out(office: Office) -> None:
    for _ in range(5):
        office.do(CreateFirstAdministrator("guess", "wang", "", GOOD, "10.0.0.9"))
    locked = office.do(CreateFirstAdministrator(CODE, "wang", "", GOOD, "10.0.0.9"))
    assert locked.detail == Refusal.LOCKED_OUT


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Short-1", "password-length"),
        ("x" * 300, "password-length"),
        ("alllowercaseletters", "password-classes"),
        ("lowercase12345", "password-classes"),
        ("Wang-Laoban-7", "password-has-name"),
        ("Password123!", "password-common"),
        ("P@ssw0rd2026", "password-common"),
        ("Qwertyuiop1!", "password-common"),
        ("Woaini5201314!", "password-common"),
        ("Admin@123456", "password-common"),
        ("1qaz2wsx3EDC", "password-common"),
        ("Correct-Horse-7", ""),
        ("园区管家Steward-值班室7", ""),
    ],
)
def test_a_password_is_long_varied_and_not_the_name(password: str, code: str) -> None:
    """S-02."""
    assert weakness(password, "wang") == code


def test_a_weak_password_creates_nobody(office: Office) -> None:
    office.create("chief", "security-administrator")
    chief = office.log_in("chief")
    refused = office.do(CreateUser("li", "李", "viewer", "password"), chief)
    assert refused.detail == Refusal.PASSWORD_LENGTH
    with office.authority.open() as session:
        assert [one.name for one in users(session)] == ["chief"]


def test_names_differ_by_more_than_capitals_and_widths(office: Office) -> None:
    """S-01."""
    office.create("wang", "security-administrator")
    chief = office.log_in("WANG")
    assert office.do(CreateUser(" Ｗang ", "", "viewer", GOOD), chief).detail == Refusal.NAME_TAKEN


def test_unknown_user_and_wrong_password_cost_and_say_the_same(office: Office) -> None:
    """S-04: counted in hashes, which are all the time there is."""
    office.create("wang", "operator")
    office.try_to_log_in("wang")  # the first check of all also makes the hash that nobody has
    costs = []
    for user, password in (("wang", "Wrong-Horse-77"), ("nobody", GOOD)):
        before = office.hasher.checks
        outcome = office.try_to_log_in(user, password)
        costs.append((office.hasher.checks - before, outcome.stage, outcome.detail))
    assert costs[0] == costs[1] == (1, Stage.REFUSED, Refusal.LOG_IN_FAILED)


def test_a_disabled_user_is_refused_in_the_same_words(office: Office) -> None:
    office.create("chief", "security-administrator")
    office.create("wang", "operator")
    office.do(DisableUser("wang"), office.log_in("chief"))
    assert office.try_to_log_in("wang").detail == Refusal.LOG_IN_FAILED


@pytest.mark.parametrize("user", ["wang", "nobody"])
def test_five_failures_lock_a_name_for_fifteen_minutes(office: Office, user: str) -> None:
    """S-03; also for names that nobody has, so that a lock tells nothing."""
    office.create("wang", "operator")
    for number in range(5):
        assert (
            office.try_to_log_in(user, "Wrong-1-wrong", address=f"10.0.1.{number}").detail == "log-in-failed"
        )
    assert office.try_to_log_in(user, address="10.0.1.77").detail == Refusal.LOCKED_OUT
    office.pass_minutes(14.9)
    assert office.try_to_log_in(user, address="10.0.1.77").detail == Refusal.LOCKED_OUT
    office.pass_minutes(0.2)
    assert office.try_to_log_in("wang", address="10.0.1.77").stage is Stage.DONE


def test_five_failures_lock_an_address(office: Office) -> None:
    """S-03."""
    office.create("wang", "operator")
    for number in range(5):
        office.try_to_log_in(f"user-{number}", "Wrong-1-wrong", address="10.0.0.66")
    assert office.try_to_log_in("wang", address="10.0.0.66").detail == Refusal.LOCKED_OUT
    assert office.try_to_log_in("wang", address="10.0.0.67").stage is Stage.DONE


def test_the_lock_of_a_shared_address_keeps_nobody_out_who_was_in_from_there(office: Office) -> None:
    """S-03, S1-4.6b: never an office-wide lock; and whoever is wrong learns nothing from it (S-04)."""
    for user in ("wang", "li"):
        office.create(user, "operator")
    office.log_in("wang", address="10.0.0.66")
    for number in range(7):
        office.try_to_log_in(f"user-{number}", "Wrong-1-wrong", address="10.0.0.66")
    costs = []
    for user in ("wang", "li", "nobody"):
        before = office.hasher.checks
        refused = office.try_to_log_in(user, "Wrong-1-wrong", address="10.0.0.66")
        costs.append((refused.detail, office.hasher.checks - before))
    assert costs == [(Refusal.LOCKED_OUT.value, 1)] * 3
    assert office.try_to_log_in("wang", address="10.0.0.66").stage is Stage.DONE
    assert office.try_to_log_in("li", address="10.0.0.66").detail == Refusal.LOCKED_OUT
    office.pass_minutes(15.1)
    assert office.try_to_log_in("li", address="10.0.0.66").stage is Stage.DONE, (
        "trying on has not kept it shut"
    )


def test_nobody_is_known_at_an_address_for_ever(office: Office) -> None:
    office.create("wang", "operator")
    office.log_in("wang", address="10.0.0.66")
    office.pass_minutes(31 * 1440)
    for number in range(5):
        office.try_to_log_in(f"user-{number}", "Wrong-1-wrong", address="10.0.0.66")
    assert office.try_to_log_in("wang", address="10.0.0.66").detail == Refusal.LOCKED_OUT


def test_one_s_own_success_takes_back_one_s_own_failures_alone(office: Office) -> None:
    """S-03: who has an account does not clean an address for trying other people's."""
    office.create("wang", "operator")
    for number in range(5):
        office.try_to_log_in(f"user-{number}", "Wrong-1-wrong", address="10.0.0.66")
        office.try_to_log_in("wang", address="10.0.0.66")
    assert office.try_to_log_in("li", address="10.0.0.66").detail == Refusal.LOCKED_OUT


def test_a_lock_survives_a_restart(office: Office) -> None:
    """S-03."""
    office.create("wang", "operator")
    for _ in range(5):
        office.try_to_log_in("wang", "Wrong-1-wrong")
    office.close()
    office.open()
    assert office.try_to_log_in("wang", address="10.9.9.9").detail == Refusal.LOCKED_OUT


def test_a_success_forgets_the_failures(office: Office) -> None:
    office.create("wang", "operator")
    for _ in range(3):
        for _ in range(4):
            office.try_to_log_in("wang", "Wrong-1-wrong")
        assert office.try_to_log_in("wang").stage is Stage.DONE


def test_the_database_knows_the_tokens_fingerprint_only(office: Office) -> None:
    token = new_token()
    office.create("wang", "operator")
    office.log_in("wang", token=token)
    stored = repr(office.rows())
    assert token not in stored
    assert fingerprint(token) in stored
    assert GOOD not in stored
    person = office.authority.bearer(token)
    assert person is not None
    assert person.user == "wang"


def test_a_log_in_ends_the_session_that_the_browser_had(office: Office) -> None:
    """S-07: rotation."""
    office.create("wang", "operator")
    first = office.log_in("wang")
    second = office.log_in("wang", previous=first.session)
    assert first.session != second.session
    assert office.authority.person(first.session) is None
    assert office.authority.person(second.session) is not None


def test_a_log_out_counts_the_access_version_up(office: Office) -> None:
    """S-07: the pages read the version once a second."""
    office.create("wang", "operator")
    wang = office.log_in("wang")
    before = office.authority.version()
    assert office.do(LogOut(), wang).stage is Stage.DONE
    assert office.authority.version() > before
    assert office.authority.person(wang.session) is None
    assert office.do(LogOut(), wang).detail == Refusal.NOT_LOGGED_IN


def test_an_office_session_ends_after_fifteen_idle_minutes(office: Office) -> None:
    """S-05."""
    office.create("wang", "operator")
    wang = office.log_in("wang")
    office.pass_minutes(14)
    assert office.do(ContinueSession(), wang).stage is Stage.DONE
    office.pass_minutes(14)
    assert office.authority.person(wang.session) is not None
    office.pass_minutes(2)
    assert office.authority.person(wang.session) is None


def test_an_idle_control_room_watches_on_and_commands_nothing(office: Office) -> None:
    """S-05."""
    office.create("wang", "operator")
    wang = office.log_in("wang", place=Place.CONTROL)
    office.pass_minutes(16)
    person = office.authority.person(wang.session)
    assert person is not None
    assert person.idle
    assert not person.may("point.operate")
    assert office.do(ContinueSession(), wang).detail == Refusal.IDLE, "only a log-in wakes it"
    assert office.do(LogOut(), wang).stage is Stage.DONE


def test_no_session_lives_for_ever(office: Office) -> None:
    office.create("wang", "operator")
    wang = office.log_in("wang")
    for _ in range(12 * 6):
        office.pass_minutes(10)
        office.do(ContinueSession(), wang)
    assert office.authority.person(wang.session) is not None
    office.pass_minutes(1)
    assert office.authority.person(wang.session) is None


def test_one_may_end_ones_own_sessions_and_nobody_elses(office: Office) -> None:
    office.create("wang", "operator")
    office.create("li", "operator")
    wang, phone, li = office.log_in("wang"), office.log_in("wang"), office.log_in("li")
    assert office.do(EndSession(li.session), wang).detail == Refusal.UNKNOWN_SESSION
    assert office.do(EndSession(phone.session), wang).stage is Stage.DONE
    with office.authority.open() as session:
        assert [one.id for one in open_sessions(session, "wang", office.now_ns)] == [wang.session]


def test_a_new_password_ends_the_other_sessions(office: Office) -> None:
    office.create("wang", "operator")
    wang, phone = office.log_in("wang"), office.log_in("wang")
    assert (
        office.do(ChangePassword("Wrong-1-wrong", "Another-Horse-8"), wang).detail == Refusal.WRONG_PASSWORD
    )
    assert office.do(ChangePassword(GOOD, "Another-Horse-8"), wang).stage is Stage.DONE
    assert office.authority.person(wang.session) is not None
    assert office.authority.person(phone.session) is None
    assert office.try_to_log_in("wang").detail == Refusal.LOG_IN_FAILED


def test_a_password_set_by_an_administrator_ends_all_sessions(office: Office) -> None:
    office.create("chief", "security-administrator")
    office.create("wang", "operator")
    wang = office.log_in("wang")
    assert office.do(SetPassword("wang", "Another-Horse-8"), office.log_in("chief")).stage is Stage.DONE
    assert office.authority.person(wang.session) is None


def test_the_last_security_administrator_stays(office: Office) -> None:
    """S-21."""
    office.create("chief", "security-administrator")
    chief = office.log_in("chief")
    assert office.do(DisableUser("chief"), chief).detail == Refusal.LAST_ADMINISTRATOR
    office.create("deputy", "security-administrator")
    assert office.do(DisableUser("chief"), chief).stage is Stage.DONE


def test_a_disabled_user_can_come_back(office: Office) -> None:
    office.create("chief", "security-administrator")
    office.create("wang", "operator")
    chief, wang = office.log_in("chief"), office.log_in("wang")
    office.do(DisableUser("wang"), chief)
    assert office.authority.person(wang.session) is None
    office.do(EnableUser("wang"), chief)
    assert office.authority.person(wang.session) is None, "the old session stays ended"
    assert office.try_to_log_in("wang").stage is Stage.DONE


def test_events_are_told_after_the_commit_only(office: Office) -> None:
    office.create("chief", "security-administrator")
    chief = office.log_in("chief")
    office.events.clear()
    office.do(CreateUser("li", "李", "viewer", "weak"), chief)
    assert office.events == []
    office.do(CreateUser("li", "李", "viewer", GOOD), chief)
    assert [type(event).__name__ for event in office.events] == ["UserCreated"]


def test_secrets_do_not_show_in_a_command_s_text() -> None:
    """S-10."""
    commands = (
        LogIn("wang", GOOD, "hash-of-token", "office", "10.0.0.1", "", ""),
        CreateUser("wang", "", "viewer", GOOD),
        SetPassword("wang", GOOD),
        ChangePassword(GOOD, GOOD),
        CreateFirstAdministrator("the-code", "wang", "", GOOD, "10.0.0.1"),
    )
    for command in commands:
        for secret in (GOOD, "hash-of-token", "the-code"):
            assert secret not in repr(command)


NAMES = {"viewer": "viewer", "operator": "operator", "chief": "security-administrator", "audit": "auditor"}
FIRST = tuple(BootstrapUser(user, user.title(), role) for user, role in NAMES.items())


def test_the_first_users_of_a_site_have_random_passwords(office: Office) -> None:
    made = create_first_users(office.gate, office.authority, office.identity, FIRST)
    assert {one.user: one.role for one in made} == NAMES
    assert len({one.password for one in made}) == len(NAMES)
    for one in made:
        assert office.try_to_log_in(one.user, one.password).stage is Stage.DONE
        assert one.password not in repr(one)
    assert create_first_users(office.gate, office.authority, office.identity, FIRST) == ()


def test_the_demo_renews_passwords_but_revives_nobody_who_was_disabled(office: Office) -> None:
    made = create_first_users(office.gate, office.authority, office.identity, FIRST)
    passwords = {one.user: one.password for one in made}
    chief = office.log_in("chief", password=passwords["chief"])
    assert office.do(DisableUser("viewer"), chief).stage is Stage.DONE
    again = create_first_users(office.gate, office.authority, office.identity, FIRST, renew=True)
    assert {one.user for one in again} == {one.user for one in made} - {"viewer"}
    assert {one.password for one in again}.isdisjoint(one.password for one in made)


def test_a_first_user_with_an_unknown_role_is_left_out_and_the_log_says_what_was_meant(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    users = (BootstrapUser("wang", "王", "enginer"), BootstrapUser("li", "李", "viewer"))
    made = create_first_users(office.gate, office.authority, office.identity, users)
    assert [one.user for one in made] == ["li"]
    assert "user wang" in caplog.text
    assert "there is no role 'enginer'; did you mean 'engineer'?" in caplog.text


def test_random_passwords_obey_the_policy() -> None:
    assert not [
        password for password in (random_password() for _ in range(300)) if weakness(password, "operator")
    ]


def test_an_unknown_role_is_refused(office: Office) -> None:
    office.create("chief", "security-administrator")
    chief = office.log_in("chief")
    assert office.do(CreateUser("li", "", "god", GOOD), chief).detail == Refusal.UNKNOWN_ROLE


def test_a_stranger_s_issuer_does_not_pass_for_the_session_s_user(office: Office) -> None:
    office.create("wang", "operator")
    wang = office.log_in("wang")
    assert office.do(LogOut(), Issuer("li", wang.session, "")).detail == Refusal.NOT_LOGGED_IN
