"""Somebody in a session: what he holds where, and how far that reaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true

from business.access.model import Scope
from business.access.permission import ANYWHERE, OWN, READ, ROOT
from business.access.refusals import Refusal
from business.identity.model import Place
from business.packaging import WHOLE, Packaging
from config.site import Text


@dataclass(frozen=True, slots=True)
class Held:
    """One grant: the permissions of a role, at a scope and everything below it."""

    role: str
    label: Text
    path: str
    """Of the scope; ROOT for the group."""
    permissions: frozenset[str]
    own: bool = False
    """Only over what belongs to the person himself."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody has a permission."""

    paths: tuple[str, ...]
    own: bool = False
    """And over what belongs to himself."""
    person_id: int | None = None
    """Who he is as an owner or tenant; None for who is neither."""

    @property
    def everything(self) -> bool:
        return ROOT in self.paths

    def covers(self, path: str) -> bool:
        """Whether the scope of that path lies within."""
        return path.startswith(self.paths)


EVERYTHING = Reach((ROOT,))
NOWHERE = Reach(())


def within(
    reach: Reach, scope_id: SQLColumnExpression[Any], person_id: SQLColumnExpression[Any] | None = None
) -> ColumnElement[bool]:
    """The rows that a reach holds, by the column with their scope and that with the person they belong to."""
    if reach.everything:
        return true()
    found: ColumnElement[bool] = false()
    if reach.paths:
        below = or_(*(Scope.path.startswith(path, autoescape=True) for path in reach.paths))
        found = scope_id.in_(select(Scope.id).where(below))
    if reach.own and reach.person_id is not None and person_id is not None:
        found = or_(found, and_(person_id.is_not(None), person_id == reach.person_id))
    return found


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a session, as of now."""

    session: str
    user: str
    display: str
    place: Place
    idle: bool
    """In the control room: sees everything and commands nothing until the next log-in."""
    locked: bool = False
    """Tried too often what is not permitted: sees, and commands nothing until released."""
    grants: tuple[Held, ...] = ()
    """Those in force now."""
    person_id: int | None = None
    """Whom of the residents he is; None for none of them."""
    screen: bool = False
    """A registered screen: sees, and commands nothing whatever it was granted."""
    packaging: Packaging = WHOLE
    """What the site has: nobody holds what is switched off."""

    def may(self, permission: str, scope: str = ANYWHERE, owner: int | None = None) -> bool:
        """Whether it would be carried out now: anywhere, or at the scope of that path.

        `owner` is the person to whom it belongs: a grant over what is one's own counts there, and without a
        scope, but not over a scope as a whole. Who is idle or locked watches, and may still leave.
        """
        if (self.idle or self.locked or self.screen) and permission != OWN and not permission.endswith(READ):
            return False
        return self._holds(permission, scope, owner)

    def refusal(self, permission: str, scope: str = ANYWHERE, owner: int | None = None) -> Refusal | None:
        """Why not; None when it may be."""
        if self.packaging.off(permission):
            return Refusal.SWITCHED_OFF
        if not self._holds(permission, scope, owner):
            return Refusal.NOT_PERMITTED
        if self.may(permission, scope, owner):
            return None
        if self.screen:
            return Refusal.VIEW_ONLY
        return Refusal.SESSION_LOCKED if self.locked else Refusal.IDLE

    def reach(self, permission: str) -> Reach:
        """Where he has it; nowhere when he may not use it now."""
        if not self.may(permission):
            return NOWHERE
        held = [one for one in self.grants if permission in one.permissions]
        paths = tuple(dict.fromkeys(one.path for one in held if not one.own))
        return Reach(paths, any(one.own for one in held), self.person_id)

    def _holds(self, permission: str, scope: str, owner: int | None) -> bool:
        if permission == OWN:
            return True
        if self.packaging.off(permission):
            return False
        is_his = owner is not None and owner == self.person_id
        for held in self.grants:
            if permission in held.permissions and (
                not scope or (scope.startswith(held.path) and (is_his or not held.own))
            ):
                return True
        return False


def union(grants: Iterable[Held], scope: str) -> frozenset[str]:
    """Every permission that the grants give over the whole of a scope."""
    return frozenset[str]().union(
        *(one.permissions for one in grants if not one.own and scope.startswith(one.path))
    )
