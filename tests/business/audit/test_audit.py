"""The audit trail: one record a command, and every later edit shows (A06, S1-4.6, S-30, S-31)."""

import dataclasses
import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, selectinload

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.access.messages import GrantRole
from business.audit.changes import HIDDEN, Unaudited
from business.audit.model import AuditRecord
from business.audit.queries import Wanted, search, users
from business.audit.verify import Verdict, verify
from business.gate import Execute
from business.identity.messages import COMMANDS, ContinueSession, CreateUser, DisableUser, LogIn
from business.identity.model import User
from tests.business.conftest import GOOD, NOBODY, Office

pytestmark = pytest.mark.both_databases


def trail(office: Office) -> Sequence[AuditRecord]:
    with office.sessions() as session:
        rows = select(AuditRecord).order_by(AuditRecord.sequence).options(selectinload(AuditRecord.changes))
        return session.scalars(rows).all()


def verdict(office: Office, **how: Any) -> Verdict:
    with office.sessions() as session:
        return verify(session, **how)


@pytest.fixture
def chief(office: Office) -> Issuer:
    office.create("chief", "security-administrator")
    return office.log_in("chief")


def test_a_command_leaves_who_when_where_what_before_and_after(office: Office, chief: Issuer) -> None:
    office.create("li", "viewer")
    office.pass_minutes(1)
    office.do(GrantRole("li", "operator"), chief)
    last = trail(office)[-1]
    assert (last.user, last.session, last.station) == (chief.user, chief.session, "10.0.0.1")
    assert (last.kind, last.permission, last.object) == ("GrantRole", "access.delegate", "users/li")
    assert (last.result, last.detail, last.time_ns) == ("done", str(office.grant("li")), office.now_ns)
    (change,) = last.changes
    assert change.object == f"grants/{office.grant('li')}"
    assert change.before is None
    assert '"own": false' in str(change.after)
    office.do(DisableUser("li"), chief)
    changes = {change.object: (change.before, change.after) for change in trail(office)[-1].changes}
    assert changes["users/2"] == ('{"disabled": false}', '{"disabled": true}')


def test_every_command_leaves_exactly_one_record_the_denied_ones_too(office: Office, chief: Issuer) -> None:
    office.create("li", "viewer")
    before = len(trail(office))
    li = office.log_in("li")
    told = [
        office.do(GrantRole("li", "operator"), li),
        office.do(GrantRole("nobody", "viewer"), chief),
        office.do(DisableUser("li"), Issuer("li", "no such session", "10.0.0.7")),
        office.try_to_log_in("li", "wrong"),
    ]
    records = trail(office)[before + 1 :]
    assert [record.detail for record in records] == [outcome.detail for outcome in told]
    assert {record.result for record in records} == {"refused"}
    changed = {change.object for record in records for change in record.changes}
    assert changed == {f"user_sessions/{li.session}"}  # the attempt is counted


def test_presence_is_no_deed(office: Office, chief: Issuer) -> None:
    before = len(trail(office))
    assert office.do(ContinueSession(), chief).stage is Stage.DONE
    assert len(trail(office)) == before


def test_every_command_says_what_it_is_about_and_only_presence_is_not_recorded() -> None:
    for command in COMMANDS:
        names = {field.name: "x" for field in dataclasses.fields(command)}
        assert "{" not in getattr(command, "about", "").format_map(names)
    assert [one for one in COMMANDS if not getattr(one, "audited", True)] == [ContinueSession]


def test_no_secret_reaches_the_trail(office: Office, chief: Issuer) -> None:
    """S-10."""
    office.do(CreateUser("li", "李", "viewer", "Unheard-of-Secret-9"), chief)
    rows = office.rows("audit_records", "audit_changes")
    (stored,) = [row.password_hash for row in office.rows("users")["users"] if row.name == "li"]
    told = repr(rows)
    assert "Unheard-of-Secret-9" not in told
    assert stored not in told
    assert HIDDEN in told


def test_a_command_that_comes_twice_is_carried_out_once(office: Office, chief: Issuer) -> None:
    order = Execute(chief, CreateUser("li", "李", "viewer", GOOD), "the-id")
    first, again = (office.carry_out(order) for _ in range(2))
    assert (first.stage, again.stage) == (Stage.DONE, Stage.DONE)
    office.close()
    office.open()  # across a restart too
    assert office.carry_out(order).stage is Stage.DONE
    assert len([record for record in trail(office) if record.kind == "CreateUser"]) == 1


@pytest.mark.parametrize("other", ["body", "user"])
def test_an_id_that_belongs_to_another_command_is_refused(office: Office, chief: Issuer, other: str) -> None:
    office.carry_out(Execute(chief, CreateUser("li", "李", "viewer", GOOD), "the-id"))
    user = chief if other == "body" else office.log_in("li")
    role = "operator" if other == "body" else "viewer"
    told = office.carry_out(Execute(user, CreateUser("li", "李", role, GOOD), "the-id"))
    assert (told.stage, told.detail) == (Stage.REFUSED, Refusal.ID_TAKEN)


def test_what_ends_in_a_defect_is_recorded_as_failed_and_undone(
    office: Office, chief: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(session: Session, _issuer: Issuer, _command: object) -> tuple[object, ...]:
        session.add(User(name="half", display="", password_hash="", created_ns=0))
        raise ZeroDivisionError

    monkeypatch.setattr(office.identity, "handle", broken)
    with pytest.raises(ZeroDivisionError):
        office.gate.carry_out(office.identity, Execute(chief, GrantRole("chief", "viewer")))
    last = trail(office)[-1]
    assert (last.result, last.detail, last.changes) == ("failed", "ZeroDivisionError", [])
    with office.sessions() as session:
        assert session.scalar(select(User).where(User.name == "half")) is None


def test_a_bulk_statement_that_would_leave_no_trace_is_an_error(office: Office) -> None:
    with office.sessions.begin() as session, pytest.raises(Unaudited, match="User"):
        session.execute(update(User).values(disabled=False))


def test_a_trail_nobody_touched_verifies(office: Office, chief: Issuer) -> None:
    for number in range(20):
        office.do(CreateUser(f"user{number}", "", "viewer", GOOD), chief)
    found = verdict(office)
    assert found.breaks == ()
    assert found.records == len(trail(office))
    assert verdict(office, anchor=(found.records, found.last_seal)).breaks == ()


_COLUMNS = {
    "audit_records": ("time_ns", "command", "kind", "user", "session", "station", "permission", "object",
                      "reason", "result", "detail", "body_digest", "changes_digest", "previous", "seal"),
    "audit_changes": ("object", "before", "after", "salt", "digest", "sequence"),
}  # fmt: skip

WITHOUT_FOREIGN_KEYS = {
    "sqlite": "PRAGMA foreign_keys = OFF",
    "postgresql": "SET LOCAL session_replication_role = replica",
}


def test_each_of_a_hundred_edits_is_detected(office: Office, chief: Issuer) -> None:
    """S-31: edit, delete, exchange; every one alone, at a random place."""
    dice = random.Random(31)
    for number in range(10):
        office.do(CreateUser(f"user{number}", "", "viewer", GOOD), chief)
        office.do(GrantRole(f"user{number}", "operator"), chief)
    whole = verdict(office)
    anchor = (whole.records, whole.last_seal)
    for _ in range(100):
        with office.sessions() as session:
            session.execute(text(WITHOUT_FOREIGN_KEYS[session.get_bind().dialect.name]))
            _spoil(session, dice)
            session.flush()
            assert verify(session, anchor=anchor).breaks
            session.rollback()
    assert verdict(office, anchor=anchor).breaks == ()


def _spoil(session: Session, dice: random.Random) -> None:
    table = dice.choice(list(_COLUMNS))
    key = "sequence" if table == "audit_records" else "id"
    rows = [row[0] for row in session.execute(text(f"SELECT {key} FROM {table}"))]
    one, two = dice.sample(rows, 2)
    # The id of a change only orders the changes of its record: exchanging two changes nothing.
    match dice.choice(("edit", "delete", "exchange") if key == "sequence" else ("edit", "delete")):
        case "edit":
            column = dice.choice(_COLUMNS[table])
            value = "0" if column in {"time_ns", "sequence"} else "'forged'"
            session.execute(text(f'UPDATE {table} SET "{column}" = {value} WHERE {key} = {one}'))
        case "delete":
            session.execute(text(f"DELETE FROM {table} WHERE {key} = {one}"))
        case _:
            for old, new in ((one, -1), (two, one), (-1, two)):
                session.execute(text(f"UPDATE {table} SET {key} = {new} WHERE {key} = {old}"))


def test_a_reader_may_look_and_not_append(office: Office) -> None:
    office.do(LogIn("nobody", GOOD, "", "office", "10.0.0.1", "", ""), NOBODY)
    with office.authority.open() as session:
        assert session.scalars(select(AuditRecord)).all()
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.execute(text("DELETE FROM audit_records"))


def found(office: Office, **wanted: Any) -> list[tuple[str, str]]:
    with office.authority.open() as session:
        return [(row.kind, row.object) for row in search(session, Wanted(**wanted), 100)]


def test_the_trail_is_searched_by_who_what_which_result_and_when(office: Office, chief: Issuer) -> None:
    """A06, S0-3.1.log."""
    office.do(CreateUser("li", "李", "viewer", GOOD), chief)
    office.pass_minutes(10)
    office.do(GrantRole("li", "operator"), chief)
    office.do(GrantRole("nobody_%", "operator"), chief)
    assert found(office, user="chief", kind="GrantRole") == [
        ("GrantRole", "users/nobody_%"),
        ("GrantRole", "users/li"),
    ]
    assert found(office, kind="GrantRole", result="refused") == [("GrantRole", "users/nobody_%")]
    assert found(office, object="users/nobody_%") == [("GrantRole", "users/nobody_%")]
    assert found(office, object="users/li") == [("GrantRole", "users/li"), ("CreateUser", "users/li")]
    assert found(office, since_ns=office.now_ns, object="users/li") == [("GrantRole", "users/li")]
    assert found(office, until_ns=office.now_ns, object="users/li") == [("CreateUser", "users/li")]
    last = trail(office)[-1].sequence
    assert found(office, before=last)[0] == ("GrantRole", "users/li")
    with office.authority.open() as session:
        assert users(session) == ("chief", "steward")
        assert len(search(session, Wanted(), 2)) == 2


def test_an_object_is_found_by_what_was_changed_about_it_too(office: Office, chief: Issuer) -> None:
    """Disabling a person ends his sessions: the command stands in the history of both."""
    office.create("li", "viewer")
    seat = office.log_in("li")
    office.do(DisableUser("li"), chief)
    assert found(office, object=f"user_sessions/{seat.session}")[0] == ("DisableUser", "users/li")
