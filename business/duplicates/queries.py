"""What the page reads of possible duplicates; a pair is shown to whoever reaches both of its records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from business.access import Reach, below
from business.duplicates.model import Duplicate
from business.identity.model import User
from business.registry.doubles import alike, distinguishing
from business.registry.entity import Entities, Entity
from business.registry.queries import visible
from business.registry.record import Record

MOST = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records side by side."""

    row: Duplicate
    older: Record
    newer: Record
    dismissed_by: str

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.row.fields.split(","))


def waiting_count(session: Session, entities: Entities, reads: Mapping[str, Reach]) -> int:
    query = select(func.count()).select_from(Duplicate).where(Duplicate.dismissed_ns.is_(None))
    return session.scalar(query.where(_within(entities, reads))) or 0


def found(
    session: Session,
    entities: Entities,
    reads: Mapping[str, Reach],
    *,
    dismissed: bool = False,
    limit: int = MOST,
) -> tuple[Pair, ...]:
    """Those that wait, the oldest first; or those that were dismissed, the newest first."""
    at = Duplicate.dismissed_ns
    query = select(Duplicate).where(_within(entities, reads), at.is_not(None) if dismissed else at.is_(None))
    query = query.order_by(at.desc() if dismissed else Duplicate.found_ns, Duplicate.id).limit(limit)
    return _pairs(session, entities, session.scalars(query).all())


def one(session: Session, entities: Entities, reads: Mapping[str, Reach], id_: int) -> Pair | None:
    """None when there is none that he may see."""
    query = select(Duplicate).where(Duplicate.id == id_, _within(entities, reads))
    return next(iter(_pairs(session, entities, session.scalars(query).all())), None)


def _within(entities: Entities, reads: Mapping[str, Reach]) -> ColumnElement[bool]:
    """Both are there, outside the recycle bin, and within reach."""
    clauses: list[ColumnElement[bool]] = [false()]
    for entity in entities:
        if (reach := reads.get(entity.name)) is None or not reach.paths:
            continue
        both = [Duplicate.entity == entity.name]
        for id_ in (Duplicate.older_id, Duplicate.newer_id):
            record = aliased(entity.model)
            live = and_(record.id == id_, record.removed_ns.is_(None), below(reach.paths, record.scope_id))
            both.append(select(record.id).where(live).exists())
        clauses.append(and_(*both))
    return or_(*clauses)


def _pairs(session: Session, entities: Entities, rows: Sequence[Duplicate]) -> tuple[Pair, ...]:
    users = {one.dismissed_by for one in rows} - {None}
    names: dict[Any, str] = dict(session.execute(select(User.id, User.name).where(User.id.in_(users))).all())
    records: dict[tuple[str, int], Record] = {}
    for entity in entities:
        ids = {id_ for one in rows if one.entity == entity.name for id_ in (one.older_id, one.newer_id)}
        if ids:
            for record in session.scalars(select(entity.model).where(entity.model.id.in_(ids))):
                records[entity.name, record.id] = record
    return tuple(
        Pair(
            one,
            records[one.entity, one.older_id],
            records[one.entity, one.newer_id],
            names.get(one.dismissed_by, ""),
        )
        for one in rows
    )


def like(
    session: Session, entity: Entity, reach: Reach, values: Mapping[str, Any], but: Collection[int] = ()
) -> dict[str, tuple[int, ...]]:
    """Records within reach that have what should be one's own, by field: for whoever enters such a value."""
    hits: dict[str, tuple[int, ...]] = {}
    for name in distinguishing(entity):
        if (value := values.get(name)) is None or entity.by_name[name].unique:
            continue  # what is unique is refused where it is written
        ids = [record.id for record in alike(session, entity, (name,), [(value,)])[(value,)]]
        seen = select(entity.model.id).where(entity.model.id.in_(ids), visible(entity, reach))
        if kept := tuple(id_ for id_ in session.scalars(seen.order_by(entity.model.id)) if id_ not in but):
            hits[name] = kept
    return hits
