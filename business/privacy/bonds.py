"""What still ties the estate to people, and since when nothing does: read off whatever refers to them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from business.registry.declare import Field
from business.registry.entity import Entities, Entity

OF_ITSELF = frozenset({"consent"})
"""Entities that tell of a person and are no dealing with him."""


@dataclass(frozen=True, slots=True)
class Bond:
    """Records that refer to somebody and still hold."""

    entity: Entity
    field: Field
    count: int


def referring(entities: Entities, name: str) -> Iterator[tuple[Entity, Field]]:
    """What of other records is a dealing with such a record; what belongs to it is not."""
    for other, field in entities.referring.get(name, ()):
        if not field.belongs and other.name not in OF_ITSELF:
            yield other, field


def holds(other: Entity, today: date) -> ColumnElement[bool]:
    """Records of an entity that are there and have not ended."""
    live = other.model.removed_ns.is_(None)
    if not other.kind.until:
        return live
    until: Any = other.column(other.kind.until)
    return and_(live, or_(until.is_(None), until > today))


def bonds(session: Session, entities: Entities, entity: Entity, id_: int, today: date) -> tuple[Bond, ...]:
    """What keeps a record from being erased as a whole."""
    found = []
    for other, field in referring(entities, entity.name):
        query = select(func.count()).where(other.column(field.name) == id_, holds(other, today))
        if count := session.scalar(query):
            found.append(Bond(other, field, count))
    return tuple(found)


def unbound(entities: Entities, entity: Entity, today: date) -> ColumnElement[bool]:
    """Records to which nothing ties the estate."""
    model = entity.model
    return and_(
        *(
            ~select(other.model.id).where(other.column(field.name) == model.id, holds(other, today)).exists()
            for other, field in referring(entities, entity.name)
        )
    )


def free_since(session: Session, entities: Entities, entity: Entity, ids: Collection[int]) -> dict[int, date]:
    """The day of the last dealing with each: the last end of what referred to it, or its own last change."""
    ends: dict[int, list[date]] = defaultdict(list)
    for other, field in referring(entities, entity.name):
        at = other.column(field.name)
        until: Any = other.column(other.kind.until) if other.kind.until else None
        columns = [at, other.model.removed_ns, *((until,) if until is not None else ())]
        for row in session.execute(select(*columns).where(at.in_(ids))):
            removed = [_day(row[1])] if row[1] is not None else []
            ended = [row[2]] if until is not None and row[2] is not None else []
            ends[row[0]].append(min(removed + ended, default=date.max))
    model = entity.model
    rows = session.execute(select(model.id, model.changed_ns, model.removed_ns).where(model.id.in_(ids)))
    return {
        id_: max(ends[id_]) if ends.get(id_) else _day(removed or changed) for id_, changed, removed in rows
    }


def _day(at_ns: int) -> date:
    return datetime.fromtimestamp(at_ns / 1e9, UTC).date()
