"""What the pages and other modules read of the organisation; nothing here writes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from business.identity.model import User
from business.organisation.model import Department, Membership, Post


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    id: int
    name: str
    parent: int
    """0 at the top."""
    path: str
    depth: int
    """Departments above it."""
    disabled: bool
    members: int
    """Who belong to it today, without those below it."""


@dataclass(frozen=True, slots=True)
class PostRow:
    id: int
    name: str
    certificates: str
    disabled: bool
    holders: int
    """Today."""


@dataclass(frozen=True, slots=True)
class MembershipRow:
    id: int
    user: str
    display: str
    department: int
    department_name: str
    post: int
    post_name: str
    since: date
    until: date | None

    def is_current(self, today: date) -> bool:
        return self.since <= today and (self.until is None or today <= self.until)


def on(day: date) -> ColumnElement[bool]:
    """The memberships of a day."""
    return and_(Membership.since <= day, or_(Membership.until.is_(None), Membership.until >= day))


def departments(session: Session, today: date) -> tuple[DepartmentRow, ...]:
    """Each after the one above it, siblings in their order."""
    counted = (
        select(Membership.department_id, func.count().label("n"))
        .where(on(today))
        .group_by(Membership.department_id)
        .subquery()
    )
    below: dict[int | None, list[tuple[Department, int]]] = {}
    for one, count in session.execute(
        select(Department, counted.c.n)
        .outerjoin(counted, counted.c.department_id == Department.id)
        .order_by(Department.position, Department.id)
    ):
        below.setdefault(one.parent_id, []).append((one, count or 0))
    rows: list[DepartmentRow] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        one, count = waiting.pop()
        depth = one.path.count("/") - 2
        rows.append(DepartmentRow(one.id, one.name, one.parent_id or 0, one.path, depth, one.disabled, count))
        waiting += reversed(below.get(one.id, []))
    return tuple(rows)


def posts(session: Session, today: date) -> tuple[PostRow, ...]:
    counted = (
        select(Membership.post_id, func.count().label("n"))
        .where(on(today))
        .group_by(Membership.post_id)
        .subquery()
    )
    found = session.execute(
        select(Post, counted.c.n).outerjoin(counted, counted.c.post_id == Post.id).order_by(Post.name)
    )
    return tuple(PostRow(one.id, one.name, one.certificates, one.disabled, n or 0) for one, n in found)


def memberships(
    session: Session, *, under: str = "", user: str = "", limit: int = 500
) -> tuple[MembershipRow, ...]:
    """Those of a department and all below it (`under` is its path), of one user, or of all."""
    query = (
        select(Membership, User, Department.name, Post.name)
        .join(User, User.id == Membership.user_id)
        .join(Department, Department.id == Membership.department_id)
        .outerjoin(Post, Post.id == Membership.post_id)
        .order_by(User.name, Membership.since.desc(), Membership.id)
        .limit(limit)
    )
    if under:
        query = query.where(Department.path.startswith(under, autoescape=True))
    if user:
        query = query.where(User.name == user)
    return tuple(
        MembershipRow(
            one.id,
            person.name,
            person.display,
            one.department_id,
            department,
            one.post_id or 0,
            post or "",
            one.since,
            one.until,
        )
        for one, person, department, post in session.execute(query)
    )
