"""Logging in through another system: linked by the subject that the provider never gives to anybody else."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import SECOND_NS
from business.access.granting import check_above, giver, home_of
from business.gate import Denied, Refused
from business.identity.account import user_named
from business.identity.entry import Entry
from business.identity.entry_model import SUBJECT_LENGTH, ExternalIdentity
from business.identity.external_messages import (
    DropIdentity,
    IdentityDropped,
    IdentityLinked,
    LinkIdentity,
    LogInByProvider,
)
from business.identity.lockout import of_user
from business.identity.messages import UserCreated
from business.identity.model import NAME_LENGTH, User, UserSession, count_access_up, plain_name
from business.identity.passwords import NO_PASSWORD
from business.identity.policy import may_enter
from business.identity.seating import end_seats
from config.settings import Provider, Security

WAITING = 500
"""At most this many wait for consent; what waits longer than WAITING_NS is forgotten."""
WAITING_NS = 30 * 86_400 * SECOND_NS

CONSENT_AWAITED = said(
    "您的外部账号尚未绑定；请联系管理员在“登录安全”页面绑定后再试",
    "your external account is not linked yet; ask an administrator to link it on the page Log-in security",
)
SHUT = said("此账号不能在这里登录；请联系管理员", "this account cannot log in here; ask an administrator")


class External:
    def __init__(self, entry: Entry, security: Security, wall_ns: Callable[[], int]) -> None:
        self._entry = entry
        self._providers = {one.id: one for one in security.providers}
        self._wall_ns = wall_ns
        self.handlers: dict[type, Callable[[Session, Issuer, Any], tuple[Any, ...]]] = {
            LogInByProvider: self._log_in,
            LinkIdentity: self._link,
            DropIdentity: self._drop,
        }

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """As of `Identity`; whoever waits for consent is the group's."""
        match command:
            case LinkIdentity():
                return (home_of(session, user_named(session, command.user).id),)
            case DropIdentity():
                whose = _identity(session, command.identity).user_id
                return (home_of(session, whose),) if whose is not None else ()
            case _:
                return ()

    def _log_in(self, session: Session, _issuer: Issuer, command: LogInByProvider) -> tuple[Any, ...]:
        provider = self._providers.get(command.provider)
        if provider is None or not 0 < len(command.subject) <= SUBJECT_LENGTH:
            raise Refused(said("没有这个登录服务", "there is no such provider"))
        found = select(ExternalIdentity).where(
            ExternalIdentity.provider == provider.id, ExternalIdentity.subject == command.subject
        )
        identity = session.scalar(found) or self._ask(session, provider, command)
        if identity.user_id is None and not provider.create_users:
            return (Denied(CONSENT_AWAITED),)
        created: tuple[Any, ...] = ()
        if identity.user_id is None:
            user = self._create(session, command)
            identity.user_id, identity.linked_ns = user.id, self._wall_ns()
            created = (UserCreated(user.name, ""), IdentityLinked(user.name, provider.id))
        else:
            user = session.get_one(User, identity.user_id)
        if not may_enter(user, command.visit.place):
            return (Denied(SHUT),)
        pending = self._entry.begin(session, command.visit, of_user(user.name), way_of(provider.id))
        pending.user_id = user.id
        return (
            *created,
            *self._entry.go_on(session, pending, user, command.visit, factor_given=provider.second_factor),
        )

    def _ask(self, session: Session, provider: Provider, command: LogInByProvider) -> ExternalIdentity:
        """Somebody whom the provider vouches for, and of whom nobody here has said who he is."""
        waiting = ExternalIdentity.user_id.is_(None)
        long_ago = ExternalIdentity.asked_ns < self._wall_ns() - WAITING_NS
        for one in session.scalars(select(ExternalIdentity).where(waiting, long_ago)):
            session.delete(one)
        if (session.scalar(select(func.count()).where(waiting)) or 0) >= WAITING:
            raise Refused(
                said(
                    f"等待绑定的外部账号已达 {WAITING} 个；请联系管理员清理后再试",
                    f"{WAITING} external accounts wait for consent; ask an administrator to sort them",
                )
            )
        identity = ExternalIdentity(
            provider=provider.id,
            subject=command.subject,
            name=command.name[:254],
            email=command.email[:254],
            asked_ns=self._wall_ns(),
        )
        session.add(identity)
        session.flush()
        return identity

    def _create(self, session: Session, command: LogInByProvider) -> User:
        """An account that may only log in, and by this provider alone: nobody knows its password."""
        wanted = plain_name(command.name.partition("@")[0])[: NAME_LENGTH - 5] or "user"
        taken = set(session.scalars(select(User.name).where(User.name.startswith(wanted, autoescape=True))))
        names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
        now = self._wall_ns()
        user = User(
            name=next(name for name in names if name not in taken),
            display=command.name[:NAME_LENGTH],
            email=command.email[:254],
            password_hash=NO_PASSWORD,
            created_ns=now,
            password_set_ns=now,
        )
        session.add(user)
        session.flush()
        count_access_up(session)
        return user

    def _link(self, session: Session, issuer: Issuer, command: LinkIdentity) -> tuple[Any, ...]:
        identity, user = _identity(session, command.identity), user_named(session, command.user)
        check_above(session, giver(session, issuer, self._wall_ns()), user)
        if identity.user_id is not None:
            raise Refused(said("该外部账号已绑定；请先解除", "it is linked already; drop the link first"))
        identity.user_id, identity.linked_ns = user.id, self._wall_ns()
        return (IdentityLinked(user.name, identity.provider),)

    def _drop(self, session: Session, issuer: Issuer, command: DropIdentity) -> tuple[Any, ...]:
        identity = _identity(session, command.identity)
        ended: tuple[Any, ...] = ()
        if identity.user_id is not None:
            user = session.get_one(User, identity.user_id)
            check_above(session, giver(session, issuer, self._wall_ns()), user)
            way = UserSession.way == way_of(identity.provider)
            ended = end_seats(session, self._wall_ns(), UserSession.user_id == user.id, way)
        session.delete(identity)
        return (IdentityDropped(command.identity), *ended)


def way_of(provider: str) -> str:
    return f"oidc:{provider}"


def _identity(session: Session, identity_id: int) -> ExternalIdentity:
    identity = session.get(ExternalIdentity, identity_id)
    if identity is None:
        raise Refused(
            said(
                f"没有编号为 {identity_id} 的外部账号；请刷新列表",
                f"there is no external account {identity_id}; reload the list",
            )
        )
    return identity
