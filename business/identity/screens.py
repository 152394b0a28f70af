"""Registered screens: created by an administrator, opened by a one-time code, view-only while they hang.

Nobody sits before a wall display to log in again, so that its session neither idles nor ages; what ends it is
an administrator: a new code, the end of its session, or the account disabled.
"""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import SECOND_NS, Refusal
from business.access.granting import check_above, giver, home_of
from business.access.held import path_of
from business.access.scopes import find
from business.gate import Denied, Refused
from business.identity.account import user_named
from business.identity.entry_model import ScreenCode
from business.identity.lockout import count_failure, is_locked, of_address
from business.identity.messages import CreateUser
from business.identity.model import User, UserKind, UserSession
from business.identity.screen_messages import CreateScreen, RegisterScreen, RenewScreenCode, ScreenCodeSet
from business.identity.seating import end_seats, open_seat
from business.identity.totp import recovery_fingerprint

CODE_NS = 3600 * SECOND_NS
"""How long somebody has to walk to the screen."""
WAY = "screen"
WRONG_SCREEN_CODE = said(
    "登记码不对或已过期；请在“屏幕”页面重新生成",
    "the code is wrong or too old; make a new one on the page Screens",
)
_HASH = re.compile(r"[0-9a-f]{64}")

Create = Callable[[Session, Issuer, CreateUser, UserKind], User]


class Screens:
    def __init__(self, create: Create, wall_ns: Callable[[], int]) -> None:
        self._create_user = create
        self._wall_ns = wall_ns
        self.handlers: dict[type, Callable[[Session, Issuer, Any], tuple[Any, ...]]] = {
            CreateScreen: self._create,
            RenewScreenCode: self._renew,
            RegisterScreen: self._register,
        }

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """As of `Identity`."""
        match command:
            case CreateScreen():
                return (path_of(find(session, command.scope)),)
            case RenewScreenCode():
                return (home_of(session, user_named(session, command.user).id),)
            case _:
                return ()

    def _create(self, session: Session, issuer: Issuer, command: CreateScreen) -> tuple[Any, ...]:
        account = CreateUser(command.user, command.display, command.role, "", command.scope)
        user = self._create_user(session, issuer, account, UserKind.SCREEN)
        return self._set_code(session, user, command.code_hash)

    def _renew(self, session: Session, issuer: Issuer, command: RenewScreenCode) -> tuple[Any, ...]:
        user = user_named(session, command.user)
        check_above(session, giver(session, issuer, self._wall_ns()), user)
        if user.kind != UserKind.SCREEN:
            raise Refused(said(f"“{user.name}”不是登记的屏幕", f"{user.name!r} is no registered screen"))
        ended = end_seats(session, self._wall_ns(), UserSession.user_id == user.id)
        return (*self._set_code(session, user, command.code_hash), *ended)

    def _set_code(self, session: Session, user: User, code_hash: str) -> tuple[Any, ...]:
        if not _HASH.fullmatch(code_hash):
            raise Refused(WRONG_SCREEN_CODE)
        code = session.get(ScreenCode, user.id) or ScreenCode(user_id=user.id)
        code.code_hash, code.until_ns = code_hash, self._wall_ns() + CODE_NS
        session.add(code)
        return (ScreenCodeSet(user.name),)

    def _register(self, session: Session, _issuer: Issuer, command: RegisterScreen) -> tuple[Any, ...]:
        now, visit = self._wall_ns(), command.visit
        subjects = (of_address(visit.address),)
        if is_locked(session, subjects, now):
            raise Refused(Refusal.LOCKED_OUT)
        fits = ScreenCode.code_hash == recovery_fingerprint(command.code)
        code = session.scalar(select(ScreenCode).where(fits, ScreenCode.until_ns > now))
        user = session.get_one(User, code.user_id) if code is not None else None
        if code is None or user is None or user.disabled or user.kind != UserKind.SCREEN:
            count_failure(session, subjects, now)
            return (Denied(WRONG_SCREEN_CODE),)
        session.delete(code)
        ended = end_seats(session, now, UserSession.user_id == user.id)
        return (*ended, *open_seat(session, user, visit, WAY, now))
