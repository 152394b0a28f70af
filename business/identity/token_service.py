"""What the commands of bearer tokens and service accounts do, each in one transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import LIFETIME_NS, REFRESH_NS, Refusal
from business.access.granting import Giver, check_above, giver, home_of
from business.access.held import path_of
from business.access.scopes import find
from business.gate import Denied, Refused
from business.identity.account import user_named
from business.identity.entry_messages import Visit
from business.identity.lockout import count_failure, is_known_at, is_locked, of_address
from business.identity.messages import CreateUser
from business.identity.model import (
    Place,
    User,
    UserKind,
    UserSession,
    count_access_up,
)
from business.identity.seating import open_seat
from business.identity.service import new_user
from business.identity.token_messages import (
    CreateServiceAccount,
    CreateServiceKey,
    LogInWithKey,
    RefreshSession,
    RevokeServiceKey,
    ServiceAccountCreated,
    ServiceKeyCreated,
    ServiceKeyRevoked,
)
from business.identity.token_model import KEY_NAME_LENGTH, RefreshToken, ServiceKey

KEY = "key"
"""A way in."""
MOST_KEYS = 20
"""Keys of one account that are not revoked."""


class Tokens:
    """The module of `BusinessActor` that owns refresh tokens, service accounts and their keys."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Of an account: what holds all its grants. Raises Refused."""
        match command:
            case CreateServiceAccount() if command.role:
                return (path_of(find(session, command.scope)),)
            case CreateServiceKey():
                return (home_of(session, user_named(session, command.user).id),)
            case RevokeServiceKey():
                return (home_of(session, _in_force(session, command.key).user_id),)
            case _:
                return ()

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case LogInWithKey():
                return self._log_in(session, command)
            case RefreshSession():
                return self._refresh(session, command)
            case CreateServiceAccount():
                return self._create_account(session, issuer, command)
            case CreateServiceKey():
                return self._create_key(session, giver(session, issuer, self._wall_ns()), command)
            case RevokeServiceKey():
                return self._revoke(session, giver(session, issuer, self._wall_ns()), command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of tokens")

    def _log_in(self, session: Session, command: LogInWithKey) -> tuple[Any, ...]:
        now = self._wall_ns()
        subjects = (of_address(command.address),)
        key = session.scalar(select(ServiceKey).where(ServiceKey.key_hash == command.key_hash))
        user = session.get(User, key.user_id) if key is not None else None
        if is_locked(session, subjects, now) and not is_known_at(session, user, command.address, now):
            raise Refused(Refusal.LOCKED_OUT)
        if key is None or user is None or not _may_enter(user) or not _is_good(key, now):
            count_failure(session, subjects, now)
            return (Denied(Refusal.LOG_IN_FAILED),)
        visit = Visit(
            token_hash=command.token_hash,
            challenge_hash="",
            place=Place.API.value,
            address=command.address,
            browser=command.program,
            refresh_hash=command.refresh_hash,
        )
        return open_seat(session, user, visit, KEY, now, key=key.id)

    def _refresh(self, session: Session, command: RefreshSession) -> tuple[Any, ...]:
        now = self._wall_ns()
        token = session.get(RefreshToken, command.refresh_hash)
        seat = session.get(UserSession, token.session_id) if token is not None else None
        if token is None or seat is None or seat.ended_ns is not None:
            raise Refused(Refusal.NOT_LOGGED_IN)
        if token.used_ns is not None:
            seat.ended_ns = now
            count_access_up(session)
            return (Denied(Refusal.TOKEN_REUSED),)
        user = session.get(User, seat.user_id)
        key = session.get(ServiceKey, token.key_id) if token.key_id is not None else None
        if (
            user is None
            or user.disabled
            or (key is not None and not (_may_enter(user) and _is_good(key, now)))
            or now - token.issued_ns > REFRESH_NS
            or now - seat.created_ns > LIFETIME_NS[Place.API]
        ):
            raise Refused(Refusal.NOT_LOGGED_IN)
        token.used_ns = now
        seat.token_hash, seat.seen_ns = command.token_hash, now
        following = RefreshToken(
            fingerprint=command.next_hash, session_id=seat.id, key_id=token.key_id, issued_ns=now
        )
        session.add(following)
        session.execute(
            delete(RefreshToken)
            .where(RefreshToken.session_id == seat.id, RefreshToken.issued_ns < now - REFRESH_NS)
            .execution_options(synchronize_session=False)
        )
        return ()

    def _create_account(
        self, session: Session, issuer: Issuer, command: CreateServiceAccount
    ) -> tuple[Any, ...]:
        as_user = CreateUser(command.user, command.display, command.role, "", command.scope)
        account = new_user(session, issuer, as_user, UserKind.SERVICE, self._wall_ns())
        return (ServiceAccountCreated(account.name, command.role),)

    def _create_key(self, session: Session, by: Giver, command: CreateServiceKey) -> tuple[Any, ...]:
        now, user = self._wall_ns(), user_named(session, command.user)
        if user.kind != UserKind.SERVICE:
            raise Refused(
                said(
                    f"“{user.name}”不是服务账号，不能有密钥；请先创建服务账号",
                    f"{user.name!r} is no service account and has no keys; create a service account",
                )
            )
        check_above(session, by, user)
        name = command.name.strip()[:KEY_NAME_LENGTH]
        if not name:
            raise Refused(said("密钥要有名称；请写明用途", "a key needs a name; say what it is for"))
        if 0 < command.expires_ns <= now:
            raise Refused(
                said("密钥的到期时间已过；请填将来的时间", "the key's expiry has passed; give a time to come")
            )
        mine = select(func.count()).where(ServiceKey.user_id == user.id, ServiceKey.revoked_ns.is_(None))
        if (session.scalar(mine) or 0) >= MOST_KEYS:
            raise Refused(
                said(
                    f"“{user.name}”已有 {MOST_KEYS} 个有效密钥，最多 {MOST_KEYS} 个；请先吊销不用的",
                    f"{user.name!r} has {MOST_KEYS} keys, the most there may be; revoke one first",
                )
            )
        key = ServiceKey(
            user_id=user.id,
            name=name,
            key_hash=command.key_hash,
            created_ns=now,
            expires_ns=command.expires_ns or None,
        )
        session.add(key)
        session.flush()
        return (ServiceKeyCreated(key.id, user.name),)

    def _revoke(self, session: Session, by: Giver, command: RevokeServiceKey) -> tuple[Any, ...]:
        key = _in_force(session, command.key)
        check_above(session, by, session.get_one(User, key.user_id))
        key.revoked_ns = now = self._wall_ns()
        opened = select(RefreshToken.session_id).where(RefreshToken.key_id == key.id)
        seats = session.scalars(
            select(UserSession).where(UserSession.id.in_(opened), UserSession.ended_ns.is_(None))
        ).all()
        for seat in seats:
            seat.ended_ns = now
        count_access_up(session)
        return (ServiceKeyRevoked(key.id, tuple(seat.id for seat in seats)),)


def _in_force(session: Session, number: int) -> ServiceKey:
    """Raises Refused."""
    key = session.get(ServiceKey, number)
    if key is None or key.revoked_ns is not None:
        raise Refused(
            said(
                f"没有编号为 {number} 的有效密钥；请刷新列表",
                f"there is no key {number} in force; reload the list",
            )
        )
    return key


def _is_good(key: ServiceKey, now_ns: int) -> bool:
    return key.revoked_ns is None and (key.expires_ns is None or now_ns < key.expires_ns)


def _may_enter(user: User) -> bool:
    return user.kind == UserKind.SERVICE and not user.disabled
