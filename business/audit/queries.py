"""What the pages read of the trail, the newest first; nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from business.audit.model import AuditChange, AuditRecord

PAGE = 1_000
"""Records read at once for a file."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; '' and 0 leave a field open."""

    user: str = ""
    kind: str = ""
    object: str = ""
    """The beginning of an object's name: 'users/' finds all users."""
    result: str = ""
    since_ns: int = 0
    until_ns: int = 0
    """Before this."""
    before: int = 0
    """Sequences below this one: the next page."""


def search(session: Session, wanted: Wanted, limit: int) -> tuple[AuditRecord, ...]:
    """At most `limit` records with their changes, the newest first."""
    query = matching(wanted).options(selectinload(AuditRecord.changes))
    return tuple(session.scalars(query.order_by(AuditRecord.sequence.desc()).limit(limit)))


def every(session: Session, wanted: Wanted) -> Iterator[AuditRecord]:
    """All that match, a page at a time: as many may match as there are."""
    while page := search(session, wanted, PAGE):
        yield from page
        wanted = replace(wanted, before=page[-1].sequence)
        session.expunge_all()


def matching(wanted: Wanted) -> Select[AuditRecord]:
    query = select(AuditRecord)
    for column, value in (
        (AuditRecord.user, wanted.user),
        (AuditRecord.kind, wanted.kind),
        (AuditRecord.result, wanted.result),
    ):
        if value:
            query = query.where(column == value)
    if wanted.object:
        changed = select(AuditChange.sequence).where(
            AuditChange.object.startswith(wanted.object, autoescape=True)
        )
        query = query.where(
            or_(
                AuditRecord.object.startswith(wanted.object, autoescape=True),
                AuditRecord.sequence.in_(changed),
            )
        )
    if wanted.since_ns:
        query = query.where(AuditRecord.time_ns >= wanted.since_ns)
    if wanted.until_ns:
        query = query.where(AuditRecord.time_ns < wanted.until_ns)
    if wanted.before:
        query = query.where(AuditRecord.sequence < wanted.before)
    return query


def users(session: Session) -> tuple[str, ...]:
    """Who stands in the trail, for choosing."""
    found = session.scalars(select(AuditRecord.user).distinct().order_by(AuditRecord.user).limit(1_000))
    return tuple(user for user in found if user)
