"""Somebody in a session: what he holds where, and how far that reaches."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true

from business.access.model import Scope
from business.access.permission import ANYWHERE, OWN, READ, ROOT
from business.access.refusals import Refusal
from business.identity.model import Place
from business.packaging import WHOLE, Packaging
from config.text import Text


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
    own_paths: tuple[str, ...] = ()
    """Where only over what belongs to himself."""
    person_id: int | None = None
    """Who he is as an owner or tenant; None for who is neither."""
    company_id: int | None = None
    """The company for which he acts; None for who acts for none."""
    today: date = date.min
    """By the site's calendar: what was his yesterday need not be his today."""

    @property
    def everything(self) -> bool:
        return ROOT in self.paths

    @property
    def own(self) -> bool:
        """Whether anything can be his own."""
        return bool(self.own_paths) and (self.person_id is not None or self.company_id is not None)

    def of_person(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """The rows whose column names him; none for who is nobody, not those that name nobody."""
        return false() if self.person_id is None else column == self.person_id

    def of_company(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """As `of_person`, of the company for which he acts."""
        return false() if self.company_id is None else column == self.company_id

    def covers(self, path: str) -> bool:
        """Whether the scope of that path lies within."""
        return path.startswith(self.paths)


EVERYTHING = Reach((ROOT,))
NOWHERE = Reach(())


def within(
    reach: Reach, scope_id: SQLColumnExpression[Any], person_id: SQLColumnExpression[Any] | None = None
) -> ColumnElement[bool]:
    """The rows that a reach holds, by the column with their scope and that with the person they belong to."""
    found = below(reach.paths, scope_id)
    if reach.own and person_id is not None:
        found = or_(found, and_(below(reach.own_paths, scope_id), reach.of_person(person_id)))
    return found


def below(paths: tuple[str, ...], scope_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The rows at the scopes of these paths and below them, by the column with their scope."""
    if ROOT in paths:
        return true()
    if not paths:
        return false()
    found = or_(*(Scope.path.startswith(path, autoescape=True) for path in paths))
    return scope_id.in_(select(Scope.id).where(found))


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
    company_id: int | None = None
    """The company for which he acts."""
    today: date = field(default=date.min, compare=False)
    """By the site's calendar."""

    def may(self, permission: str, scope: str = ANYWHERE, *, own: bool = False) -> bool:
        """Whether it would be carried out now: anywhere, or at the scope of that path.

        `own` says that what is touched there is all his: a grant over what is one's own counts then, and
        without a scope, but not over a scope as a whole. Who is idle or locked watches, and may still leave.
        """
        if (self.idle or self.locked or self.screen) and permission != OWN and not permission.endswith(READ):
            return False
        return self._holds(permission, scope, own=own)

    def refusal(self, permission: str, scope: str = ANYWHERE, *, own: bool = False) -> Refusal | None:
        """Why not; None when it may be."""
        if self.packaging.off(permission):
            return Refusal.SWITCHED_OFF
        if not self._holds(permission, scope, own=own):
            return Refusal.NOT_PERMITTED
        if self.may(permission, scope, own=own):
            return None
        if self.screen:
            return Refusal.VIEW_ONLY
        return Refusal.SESSION_LOCKED if self.locked else Refusal.IDLE

    def reach(self, permission: str) -> Reach:
        """Where he has it; nowhere when he may not use it now."""
        if not self.may(permission):
            return NOWHERE
        return reach_by(self.grants, permission, self.person_id, self.company_id, self.today)

    def _holds(self, permission: str, scope: str, *, own: bool) -> bool:
        if permission == OWN:
            return True
        return not self.packaging.off(permission) and any(
            permission in held.permissions
            and (not scope or (scope.startswith(held.path) and (own or not held.own)))
            for held in self.grants
        )


def reach_by(
    grants: Iterable[Held], permission: str, person_id: int | None, company_id: int | None, today: date
) -> Reach:
    """How far the grants of somebody let him use a permission."""
    held = [one for one in grants if permission in one.permissions]
    paths = tuple(dict.fromkeys(one.path for one in held if not one.own))
    own_paths = tuple(dict.fromkeys(one.path for one in held if one.own))
    return Reach(paths, own_paths, person_id, company_id, today) if own_paths else Reach(paths)


def union(grants: Iterable[Held], scope: str) -> frozenset[str]:
    """Every permission that the grants give over the whole of a scope."""
    return frozenset[str]().union(
        *(one.permissions for one in grants if not one.own and scope.startswith(one.path))
    )
