"""What became of a record, and who looked at what is hidden in it: read off the audit trail."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from business.audit.model import AuditChange, AuditRecord
from business.registry.entity import Entity
from business.registry.messages import RevealFields


def history(session: Session, entity: Entity, id_: int, limit: int) -> tuple[AuditRecord, ...]:
    """The commands that changed it, the newest first."""
    table = entity.model.__tablename__
    changed = select(AuditChange.sequence).where(AuditChange.object == f"{table}/{id_}")
    query = select(AuditRecord).where(AuditRecord.sequence.in_(changed))
    query = query.options(selectinload(AuditRecord.changes.and_(AuditChange.object == f"{table}/{id_}")))
    return tuple(session.scalars(query.order_by(AuditRecord.sequence.desc()).limit(limit)))


def reveals(session: Session, entity: Entity, id_: int, limit: int) -> tuple[AuditRecord, ...]:
    """Who was shown its personal numbers, the newest first."""
    query = select(AuditRecord).where(
        AuditRecord.object == f"{entity.name}/{id_}",
        AuditRecord.kind == RevealFields.__name__,
        AuditRecord.result == "done",
    )
    return tuple(session.scalars(query.order_by(AuditRecord.sequence.desc()).limit(limit)))
