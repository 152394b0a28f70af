"""What the commands of identity do, each in one transaction."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.access import IDLE_NS, SECOND_NS, Refusal
from business.access.granting import (
    Giver,
    check_above,
    give,
    giver,
    home_of,
    keeping_a_security_administrator,
)
from business.access.held import holding, path_of
from business.access.messages import USERS
from business.access.model import Grant
from business.access.person import union
from business.access.roles import SECURITY
from business.access.scopes import find
from business.access.service import existing_role
from business.gate import Denied, Refused
from business.identity.messages import (
    ChangePassword,
    ContinueSession,
    CreateFirstAdministrator,
    CreateUser,
    DisableUser,
    EnableUser,
    EndSession,
    LoggedIn,
    LogIn,
    LogOut,
    NoteOverreach,
    PasswordSet,
    ReleaseSession,
    SessionContinued,
    SessionReleased,
    SessionsEnded,
    SetPassword,
    UserCreated,
    UserDisabled,
    UserEnabled,
)
from business.identity.model import (
    NAME_LENGTH,
    FailedLogIns,
    Place,
    User,
    UserSession,
    count_access_up,
    plain_name,
)
from business.identity.passwords import MAX_LENGTH, Passwords, weakness

NOBODY = Issuer("", "", "")
FAILURES = 5
LOCKED_NS = 15 * 60 * SECOND_NS
"""How long a user name or an address is locked out after FAILURES failures (S-03)."""


class Identity:
    """The module of `BusinessActor` that owns users and sessions."""

    def __init__(self, passwords: Passwords, wall_ns: Callable[[], int], first_start_code: str = "") -> None:
        self._passwords = passwords
        self._wall_ns = wall_ns
        self._code = first_start_code

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Of a user: what holds all his grants; a user without any is the group's. Raises Refused."""
        match command:
            case CreateUser() if command.role:
                return (path_of(find(session, command.scope)),)
            case SetPassword() | DisableUser() | EnableUser():
                return (home_of(session, _user(session, command.user).id),)
            case ReleaseSession() if seat := session.get(UserSession, command.session):
                return (home_of(session, seat.user_id),)
            case _:
                return ()

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case LogIn():
                return self._log_in(session, command)
            case LogOut():
                return self._end(session, UserSession.id == issuer.session)
            case EndSession():
                return self._revoke(session, issuer, command)
            case ReleaseSession():
                return self._release(session, command)
            case NoteOverreach():
                raise Refused(Refusal.NOT_PERMITTED)
            case ContinueSession():
                return self._continue(session, issuer)
            case CreateFirstAdministrator():
                return self._first(session, command)
            case CreateUser():
                return self._create(session, giver(session, issuer, self._wall_ns()), command)
            case ChangePassword():
                return self._change_password(session, issuer, command)
            case SetPassword():
                user = _user(session, command.user)
                check_above(session, giver(session, issuer, self._wall_ns()), user)
                return self._set_password(session, user, command.password, but="")
            case DisableUser():
                return self._disable(session, issuer, command)
            case EnableUser():
                user = _user(session, command.user)
                check_above(session, giver(session, issuer, self._wall_ns()), user)
                user.disabled = False
                count_access_up(session)
                return (UserEnabled(user.name),)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of identity")

    def _log_in(self, session: Session, command: LogIn) -> tuple[Any, ...]:
        now = self._wall_ns()
        name = plain_name(command.user)
        subjects = (f"user:{name}", f"address:{command.address[:64]}")
        if _is_locked(session, subjects, now):
            raise Refused(Refusal.LOCKED_OUT)
        user = session.scalar(select(User).where(User.name == name))
        active = user is not None and not user.disabled
        right = self._passwords.verify(
            user.password_hash if user is not None and active else None, command.password[:MAX_LENGTH]
        )
        if user is None or not right:
            _count_failure(session, subjects, now)
            return (Denied(Refusal.LOG_IN_FAILED),)
        session.execute(delete(FailedLogIns).where(FailedLogIns.subject.in_(subjects)))
        ended = self._end(session, UserSession.id == command.previous) if command.previous else ()
        seat = UserSession(
            id=secrets.token_hex(16),
            token_hash=command.token_hash,
            user_id=user.id,
            place=Place(command.place).value,
            address=command.address[:64],
            browser=command.browser[:200],
            created_ns=now,
            seen_ns=now,
        )
        session.add(seat)
        return (*ended, LoggedIn(user.name, seat.id))

    def _revoke(self, session: Session, issuer: Issuer, command: EndSession) -> tuple[Any, ...]:
        seat = session.get(UserSession, command.session)
        owner = session.get(User, seat.user_id) if seat else None
        asking = _user(session, issuer.user)
        if owner is None or (owner.id != asking.id and not self._manages(session, asking, owner)):
            raise Refused(Refusal.UNKNOWN_SESSION)
        return self._end(session, UserSession.id == command.session)

    def _manages(self, session: Session, asking: User, owner: User) -> bool:
        return USERS in union(holding(session, asking.id, self._wall_ns()).grants, home_of(session, owner.id))

    def _release(self, session: Session, command: ReleaseSession) -> tuple[Any, ...]:
        seat = session.get(UserSession, command.session)
        if seat is None or seat.ended_ns is not None:
            raise Refused(Refusal.UNKNOWN_SESSION)
        if seat.locked_ns is None:
            raise Refused(Refusal.NOT_LOCKED)
        seat.locked_ns, seat.overreaches = None, 0
        count_access_up(session)
        return (SessionReleased(seat.id),)

    def _continue(self, session: Session, issuer: Issuer) -> tuple[Any, ...]:
        seat = session.get(UserSession, issuer.session)
        now = self._wall_ns()
        if seat is None or now - seat.seen_ns > IDLE_NS:
            raise Refused(Refusal.IDLE)
        seat.seen_ns = now
        return (SessionContinued(seat.id),)

    def _first(self, session: Session, command: CreateFirstAdministrator) -> tuple[Any, ...]:
        now = self._wall_ns()
        if session.scalar(select(func.count()).select_from(User)):
            raise Refused(Refusal.ALREADY_STARTED)
        subjects = (f"address:{command.address[:64]}",)
        if _is_locked(session, subjects, now):
            raise Refused(Refusal.LOCKED_OUT)
        if not self._code or not hmac.compare_digest(self._code.encode(), command.code.strip().encode()):
            _count_failure(session, subjects, now)
            return (Denied(Refusal.WRONG_CODE),)
        first = CreateUser(command.user, command.display, SECURITY, command.password)
        return self._create(session, giver(session, NOBODY, now), first)

    def _create(self, session: Session, by: Giver, command: CreateUser) -> tuple[Any, ...]:
        name = plain_name(command.user)
        if not name:
            raise Refused(Refusal.NAME_EMPTY)
        role = existing_role(session, command.role) if command.role else None
        if session.scalar(select(User).where(User.name == name)):
            raise Refused(Refusal.NAME_TAKEN)
        _check_strength(command.password, name)
        now = self._wall_ns()
        user = User(
            name=name,
            display=command.display.strip()[:NAME_LENGTH] or name,
            password_hash=self._passwords.hash(command.password),
            created_ns=now,
            password_set_ns=now,
        )
        session.add(user)
        session.flush()
        if role is not None:
            give(session, by, user, Grant(role_id=role.id, scope_id=find(session, command.scope).id))
        count_access_up(session)
        return (UserCreated(name, command.role),)

    def _change_password(self, session: Session, issuer: Issuer, command: ChangePassword) -> tuple[Any, ...]:
        now = self._wall_ns()
        user = _user(session, issuer.user)
        subjects = (f"user:{user.name}",)
        if _is_locked(session, subjects, now):
            raise Refused(Refusal.LOCKED_OUT)
        if not self._passwords.verify(user.password_hash, command.old[:MAX_LENGTH]):
            _count_failure(session, subjects, now)
            return (Denied(Refusal.WRONG_PASSWORD),)
        return self._set_password(session, user, command.new, but=issuer.session)

    def _set_password(self, session: Session, user: User, password: str, *, but: str) -> tuple[Any, ...]:
        _check_strength(password, user.name)
        user.password_hash = self._passwords.hash(password)
        user.password_set_ns = self._wall_ns()
        ended = self._end(session, UserSession.user_id == user.id, UserSession.id != but)
        return (PasswordSet(user.name), *ended)

    def _disable(self, session: Session, issuer: Issuer, command: DisableUser) -> tuple[Any, ...]:
        user = _user(session, command.user)
        check_above(session, giver(session, issuer, self._wall_ns()), user)
        with keeping_a_security_administrator(session):
            user.disabled = True
        count_access_up(session)
        return (UserDisabled(user.name), *self._end(session, UserSession.user_id == user.id))

    def _end(self, session: Session, *which: Any) -> tuple[Any, ...]:
        seats = session.scalars(select(UserSession).where(UserSession.ended_ns.is_(None), *which)).all()
        if not seats:
            return ()
        for seat in seats:
            seat.ended_ns = self._wall_ns()
        count_access_up(session)
        return (SessionsEnded(tuple(seat.id for seat in seats)),)


def _user(session: Session, name: str) -> User:
    user = session.scalar(select(User).where(User.name == plain_name(name)))
    if user is None:
        raise Refused(Refusal.UNKNOWN_USER)
    return user


def _check_strength(password: str, name: str) -> None:
    if code := weakness(password, name):
        raise Refused(Refusal(code))


def _is_locked(session: Session, subjects: Sequence[str], now: int) -> bool:
    rows = session.scalars(
        select(FailedLogIns).where(
            FailedLogIns.subject.in_(subjects),
            FailedLogIns.failures >= FAILURES,
            FailedLogIns.last_ns > now - LOCKED_NS,
        )
    )
    return rows.first() is not None


def _count_failure(session: Session, subjects: Sequence[str], now: int) -> None:
    session.execute(delete(FailedLogIns).where(FailedLogIns.last_ns <= now - LOCKED_NS))
    for subject in subjects:
        row = session.get(FailedLogIns, subject)
        if row is None:
            session.add(FailedLogIns(subject=subject, failures=1, last_ns=now))
        else:
            row.failures += 1
            row.last_ns = now
