"""What the pages read of how people log in; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from business.access import Reach
from business.identity.entry_model import ExternalIdentity, RecoveryCode, ScreenCode, TotpDevice
from business.identity.lockout import Lockout, locked_out, of_user
from business.identity.model import User, UserKind, UserSession
from business.identity.policy import demands_second_factor, password_ends_ns, warned_days
from business.identity.queries import reached
from config.settings import Security


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account, as its owner and administrators see it."""

    name: str
    display: str
    kind: str
    email: str
    has_phone: bool
    second_factor_ns: int | None
    """Since when; None for none."""
    recovery_left: int


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What the site asks of its owner, too."""

    row: AccountRow
    password_ends_ns: int | None
    factor_demanded: bool


def second_factors_in_use(session: Session) -> bool:
    return session.scalar(select(TotpDevice.user_id).limit(1)) is not None


def password_warning(session: Session, security: Security, token_hash: str, now_ns: int) -> int | None:
    """Days until the password expires of whom this session belongs to, when he is to be told."""
    user = session.scalar(select(User).join(UserSession).where(UserSession.token_hash == token_hash))
    return warned_days(session, security, user, now_ns) if user is not None else None


def own_account(
    session: Session, security: Security, name: str, address: str, now_ns: int
) -> OwnAccount | None:
    """None for nobody."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        return None
    [row] = _accounts(session, User.id == user.id)
    return OwnAccount(
        row,
        password_ends_ns(session, security, user, now_ns),
        demands_second_factor(session, security, user, address, now_ns),
    )


def accounts(session: Session, reach: Reach) -> tuple[AccountRow, ...]:
    """Those with a grant within the reach, by name."""
    return _accounts(session, reached(reach))


@dataclass(frozen=True, slots=True)
class ScreenRow:
    """A registered screen, and the session that it has."""

    name: str
    display: str
    disabled: bool
    session: str
    """'' while it has none."""
    address: str
    since_ns: int | None
    code_until_ns: int | None
    """While a code for it is good."""


def screens(session: Session, reach: Reach) -> tuple[ScreenRow, ...]:
    """Those within the reach, by name."""
    seat = and_(UserSession.user_id == User.id, UserSession.ended_ns.is_(None))
    columns = (
        User.name,
        User.display,
        User.disabled,
        func.coalesce(UserSession.id, ""),
        func.coalesce(UserSession.address, ""),
        UserSession.created_ns,
        ScreenCode.until_ns,
    )
    query = (
        select(*columns)
        .outerjoin(UserSession, seat)
        .outerjoin(ScreenCode, ScreenCode.user_id == User.id)
        .where(User.kind == UserKind.SCREEN, reached(reach))
        .order_by(User.name)
        .limit(1000)
    )
    return tuple(ScreenRow(*row) for row in session.execute(query))


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Somebody at a provider, and whom he is here; '' while he waits for consent."""

    id: int
    provider: str
    subject: str
    name: str
    email: str
    user: str
    asked_ns: int


def identities(session: Session, reach: Reach) -> tuple[IdentityRow, ...]:
    """Of the users within the reach; whoever waits for consent first, and for the whole group alone."""
    waiting = ExternalIdentity.user_id.is_(None)
    query = (
        select(ExternalIdentity, User.name)
        .outerjoin(User, User.id == ExternalIdentity.user_id)
        .where(reached(reach))
        .order_by(waiting.desc(), ExternalIdentity.asked_ns.desc())
        .limit(1000)
    )
    return tuple(
        IdentityRow(one.id, one.provider, one.subject, one.name, one.email, name or "", one.asked_ns)
        for one, name in session.execute(query)
    )


def lockouts(session: Session, reach: Reach, now_ns: int) -> tuple[Lockout, ...]:
    """Who is locked out, the longest first; addresses and phones belong to the whole group."""
    found = locked_out(session, now_ns)
    if reach.everything:
        return found
    subjects = set(map(of_user, session.scalars(select(User.name).where(reached(reach)))))
    return tuple(one for one in found if one.subject in subjects)


def _accounts(session: Session, which: ColumnElement[bool]) -> tuple[AccountRow, ...]:
    left = (
        select(RecoveryCode.user_id, func.count().label("left"))
        .where(RecoveryCode.used_ns.is_(None))
        .group_by(RecoveryCode.user_id)
        .subquery()
    )
    query = (
        select(User, User.phone.is_not(None), TotpDevice.enrolled_ns, left.c.left)
        .outerjoin(TotpDevice, TotpDevice.user_id == User.id)
        .outerjoin(left, left.c.user_id == User.id)
        .where(which)
        .order_by(User.name)
        .limit(1000)
    )
    return tuple(
        AccountRow(one.name, one.display, one.kind, one.email, has_phone, enrolled, count or 0)
        for one, has_phone, enrolled, count in session.execute(query)
    )
