"""What the commands of identity do, each in one transaction."""

import hmac
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import IDLE_NS, Refusal
from business.access.granting import (
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
from business.identity.account import Account, user_named
from business.identity.entry import Entry
from business.identity.external import External
from business.identity.factors import Factors
from business.identity.keeping import Keeping
from business.identity.lockout import count_failure, is_locked, of_address
from business.identity.messages import (
    ChangePassword,
    ContinueSession,
    CreateFirstAdministrator,
    CreateUser,
    DisableUser,
    EnableUser,
    EndSession,
    LogOut,
    NoteOverreach,
    PasswordSet,
    ReleaseSession,
    SessionContinued,
    SessionReleased,
    SetPassword,
    UserCreated,
    UserDisabled,
    UserEnabled,
)
from business.identity.model import (
    NAME_LENGTH,
    User,
    UserKind,
    UserSession,
    count_access_up,
    plain_name,
)
from business.identity.passwords import NO_PASSWORD, Passwords, weakness
from business.identity.phone_codes import PhoneCodes
from business.identity.screens import Screens
from business.identity.seating import end_seats
from business.notifier.outbox import Outbox
from config.settings import Security

NOBODY = Issuer("", "", "")
_ORDINARY = Security()


class Identity:
    """The module of `BusinessActor` that owns users and sessions."""

    def __init__(
        self,
        passwords: Passwords,
        wall_ns: Callable[[], int],
        first_start_code: str = "",
        *,
        security: Security = _ORDINARY,
    ) -> None:
        self._passwords = passwords
        self._wall_ns = wall_ns
        self._code = first_start_code
        self._keeping = Keeping(passwords, security.remembered, wall_ns)
        factors = Factors(wall_ns)
        phone_codes = PhoneCodes(Outbox(wall_ns), wall_ns)
        entry = Entry(passwords, self._keeping, factors, phone_codes, security, wall_ns)
        self._account = Account(passwords, factors, security, wall_ns)
        self._external = External(entry, security, wall_ns)
        self._screens = Screens(self._new_user, wall_ns)
        parts = (entry, self._account, self._external, self._screens)
        self._more = {kind: handler for part in parts for kind, handler in part.handlers.items()}

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Of a user: what holds all his grants; a user without any is the group's. Raises Refused."""
        match command:
            case CreateUser() if command.role:
                return (path_of(find(session, command.scope)),)
            case SetPassword() | DisableUser() | EnableUser():
                return (home_of(session, user_named(session, command.user).id),)
            case ReleaseSession() if seat := session.get(UserSession, command.session):
                return (home_of(session, seat.user_id),)
            case _:
                parts = (self._account, self._external, self._screens)
                return next(filter(None, (part.scopes_of(session, command) for part in parts)), ())

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case LogOut():
                _check_leaves(user_named(session, issuer.user))
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
                return self._create(session, issuer, command)
            case ChangePassword():
                return self._change_password(session, issuer, command)
            case SetPassword():
                user = user_named(session, command.user)
                by = giver(session, issuer, self._wall_ns())
                check_above(session, by, user)
                by_somebody = by.user_id is not None  # not by the program itself
                return self._set_password(session, user, command.password, but="", forced=by_somebody)
            case DisableUser():
                return self._disable(session, issuer, command)
            case EnableUser():
                user = user_named(session, command.user)
                check_above(session, giver(session, issuer, self._wall_ns()), user)
                user.disabled = False
                count_access_up(session)
                return (UserEnabled(user.name),)
            case _ if type(command) in self._more:
                return self._more[type(command)](session, issuer, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of identity")

    def _revoke(self, session: Session, issuer: Issuer, command: EndSession) -> tuple[Any, ...]:
        seat = session.get(UserSession, command.session)
        owner = session.get(User, seat.user_id) if seat else None
        asking = user_named(session, issuer.user)
        if owner is None or (owner.id != asking.id and not self._manages(session, asking, owner)):
            raise Refused(Refusal.UNKNOWN_SESSION)
        _check_leaves(asking)
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
        subjects = (of_address(command.address),)
        if is_locked(session, subjects, now):
            raise Refused(Refusal.LOCKED_OUT)
        if not self._code or not hmac.compare_digest(self._code.encode(), command.code.strip().encode()):
            count_failure(session, subjects, now)
            return (Denied(Refusal.WRONG_CODE),)
        first = CreateUser(command.user, command.display, SECURITY, command.password)
        return self._create(session, NOBODY, first)

    def _create(self, session: Session, issuer: Issuer, command: CreateUser) -> tuple[Any, ...]:
        _check_strength(command.password, plain_name(command.user))
        user = self._new_user(session, issuer, command, UserKind.STAFF)
        user.password_hash = self._passwords.hash(command.password)
        return (UserCreated(user.name, command.role),)

    def _new_user(self, session: Session, issuer: Issuer, command: CreateUser, kind: UserKind) -> User:
        return new_user(session, issuer, command, kind, self._wall_ns())

    def _change_password(self, session: Session, issuer: Issuer, command: ChangePassword) -> tuple[Any, ...]:
        user = user_named(session, issuer.user)
        if denied := self._account.own_password(session, user, command.old):
            return (denied,)
        return self._set_password(session, user, command.new, but=issuer.session, forced=False)

    def _set_password(
        self, session: Session, user: User, password: str, *, but: str, forced: bool
    ) -> tuple[Any, ...]:
        self._keeping.set(session, user, password, forced=forced)
        ended = self._end(session, UserSession.user_id == user.id, UserSession.id != but)
        return (PasswordSet(user.name), *ended)

    def _disable(self, session: Session, issuer: Issuer, command: DisableUser) -> tuple[Any, ...]:
        user = user_named(session, command.user)
        check_above(session, giver(session, issuer, self._wall_ns()), user)
        with keeping_a_security_administrator(session):
            user.disabled = True
        count_access_up(session)
        return (UserDisabled(user.name), *self._end(session, UserSession.user_id == user.id))

    def _end(self, session: Session, *which: Any) -> tuple[Any, ...]:
        return end_seats(session, self._wall_ns(), *which)


def new_user(session: Session, issuer: Issuer, command: CreateUser, kind: UserKind, now_ns: int) -> User:
    """With a password that nobody knows, until it gets another. Raises Refused."""
    by = giver(session, issuer, now_ns)
    name = plain_name(command.user)
    if not name:
        raise Refused(Refusal.NAME_EMPTY)
    role = existing_role(session, command.role) if command.role else None
    if session.scalar(select(User).where(User.name == name)):
        raise Refused(Refusal.NAME_TAKEN)
    user = User(
        name=name,
        display=command.display.strip()[:NAME_LENGTH] or name,
        password_hash=NO_PASSWORD,
        kind=kind.value,
        created_ns=now_ns,
        password_set_ns=now_ns,
    )
    session.add(user)
    session.flush()
    if role is not None:
        give(session, by, user, Grant(role_id=role.id, scope_id=find(session, command.scope).id))
    count_access_up(session)
    return user


def _check_leaves(user: User) -> None:
    """Whoever walks past a registered screen does not put it out. Raises Refused."""
    if user.kind == UserKind.SCREEN:
        raise Refused(
            said(
                "这是登记的屏幕；请由管理员在“屏幕”页面停用",
                "this is a registered screen; an administrator ends it on the page Screens",
            )
        )


def _check_strength(password: str, name: str) -> None:
    if code := weakness(password, name):
        raise Refused(Refusal(code))
