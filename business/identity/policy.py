"""What the site demands of whoever logs in (S-02, S-06)."""

from ipaddress import ip_address

from sqlalchemy.orm import Session

from business.access import OWN, SECOND_NS
from business.access.held import holding
from business.access.permission import READ
from business.identity.model import Place, User, UserKind
from config.settings import Security

DAY_NS = 86_400 * SECOND_NS

_AT_A_SCREEN = frozenset({UserKind.STAFF, UserKind.OWNER, UserKind.TENANT})
"""Kinds of accounts that a person logs in to; the others belong to programs and screens."""


def may_enter(user: User, place: str) -> bool:
    """Whether this account may log in at this site at all: the control room is for staff alone."""
    kind = UserKind(user.kind)
    return not user.disabled and kind in _AT_A_SCREEN and (kind is UserKind.STAFF or place != Place.CONTROL)


def demands_second_factor(
    session: Session, security: Security, user: User, address: str, now_ns: int
) -> bool:
    """By what the user may do, wherever it be, or from where."""
    if user.kind != UserKind.STAFF:
        return False
    if security.second_factor_for & _permissions(session, user, now_ns):
        return True
    return bool(security.inside_networks) and not _is_inside(security, address)


def password_ends_ns(session: Session, security: Security, user: User, now_ns: int) -> int | None:
    """When the password of this user expires; None for one that does not."""
    if user.kind != UserKind.STAFF or not security.expiry_days:
        return None
    if not any(one != OWN and not one.endswith(READ) for one in _permissions(session, user, now_ns)):
        return None
    return user.password_set_ns + security.expiry_days * DAY_NS


def password_is_over(session: Session, security: Security, user: User, now_ns: int) -> bool:
    ends = password_ends_ns(session, security, user, now_ns)
    return user.password_forced or (ends is not None and now_ns >= ends)


def warned_days(session: Session, security: Security, user: User, now_ns: int) -> int | None:
    """Full days until the password of this user expires, when its owner is to be told."""
    ends = password_ends_ns(session, security, user, now_ns)
    if ends is None or ends - now_ns > security.expiry_warning_days * DAY_NS:
        return None
    return max(0, (ends - now_ns) // DAY_NS)


def _permissions(session: Session, user: User, now_ns: int) -> frozenset[str]:
    grants = holding(session, user.id, now_ns).grants
    return frozenset[str]().union(*(one.permissions for one in grants))


def _is_inside(security: Security, address: str) -> bool:
    try:
        where = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(where, "ipv4_mapped", None)
    return any((mapped or where) in network for network in security.inside_networks)
