"""What the pages read of the trail, the newest first; nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from business.access.model import Duty
from business.access.roles import AUDITOR
from business.audit.model import AuditChange, AuditRecord
from config.site import Text

READ = "audit.read"
"""The permission for the trail. It goes to auditors, and not to those whose deeds it tells."""
PERMISSIONS: Mapping[str, Text] = {READ: Text("查看审计记录", "Read the audit trail")}
DEFAULTS: Mapping[str, frozenset[str]] = {READ: frozenset({AUDITOR})}
DUTIES: Mapping[str, Duty] = {READ: Duty.AUDIT}


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
    """At most `limit` records with their changes."""
    query = select(AuditRecord).options(selectinload(AuditRecord.changes))
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
    return tuple(session.scalars(query.order_by(AuditRecord.sequence.desc()).limit(limit)))


def users(session: Session) -> tuple[str, ...]:
    """Who stands in the trail, for choosing."""
    found = session.scalars(select(AuditRecord.user).distinct().order_by(AuditRecord.user).limit(1_000))
    return tuple(user for user in found if user)
