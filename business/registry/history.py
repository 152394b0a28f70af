"""What became of a record: read off the audit trail.

Whose own the record is does not read it here: it tells of those before him, and of who works for the estate.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from business.access import Reach
from business.audit.model import AuditChange, AuditRecord
from business.registry.entity import Entity
from business.registry.queries import is_kept_by


def history(session: Session, entity: Entity, reach: Reach, id_: int, limit: int) -> tuple[AuditRecord, ...]:
    """The commands that changed it, the newest first."""
    if not is_kept_by(session, entity, reach, id_):
        return ()
    table = entity.model.__tablename__
    changed = select(AuditChange.sequence).where(AuditChange.object == f"{table}/{id_}")
    query = select(AuditRecord).where(AuditRecord.sequence.in_(changed))
    query = query.options(selectinload(AuditRecord.changes.and_(AuditChange.object == f"{table}/{id_}")))
    return tuple(session.scalars(query.order_by(AuditRecord.sequence.desc()).limit(limit)))
