"""What pages, REST and files read of the registry; nothing here writes, and nobody sees beyond his reach."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from business.access import Reach, below
from business.access.person import EVERYTHING
from business.registry.columns import column_of, holds
from business.registry.conditions import Condition, Operator, clause
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.model import RecordTag
from business.registry.paging import Cursor, beyond
from business.registry.record import Record

PAGE = 50
COUNTED = 10_000
"""Beyond this a list says 'more than': nobody reads further, and counting is what costs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records, in which order, from where."""

    conditions: tuple[Condition, ...] = ()
    text: str = ""
    """In any searchable field."""
    tags: tuple[str, ...] = ()
    removed: bool = False
    """The recycle bin instead."""
    sort: str = ""
    descending: bool | None = None
    """None: as the entity likes it."""
    after: Cursor | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class RecordPage:
    rows: tuple[Any, ...]
    """Records of the entity."""
    total: int
    """How many there are in all; COUNTED + 1 stands for more."""
    next: Cursor | None
    """None on the last page."""


def visible(entity: Entity, reach: Reach) -> ColumnElement[bool]:
    """The records that somebody may see."""
    model = entity.model
    seen = below(reach.paths, model.scope_id)
    return or_(seen, owned(entity, reach)) if reach.own else seen


def owned(entity: Entity, reach: Reach) -> ColumnElement[bool]:
    """Those that are his own; what was removed is nobody's any more."""
    model = entity.model
    return and_(below(reach.own_paths, model.scope_id), model.own(reach), model.removed_ns.is_(None))


def matching(session: Session, entity: Entity, reach: Reach, wanted: Wanted) -> Select[Any]:
    """The records wanted, unsorted. Raises ConditionRefused."""
    model = entity.model
    fields = fields_of(session, entity)
    query = select(model).where(visible(entity, reach), clause(session, entity, fields, wanted.conditions))
    query = query.where(model.removed_ns.is_not(None) if wanted.removed else model.removed_ns.is_(None))
    if wanted.text.strip():
        query = query.where(_holds(session, entity, wanted.text.strip()))
    for tag in wanted.tags:
        tagged = select(RecordTag.record_id).where(RecordTag.entity == entity.name, RecordTag.tag == tag)
        query = query.where(model.id.in_(tagged))
    return query


def page(session: Session, entity: Entity, reach: Reach, wanted: Wanted) -> RecordPage:
    """One page. Raises ConditionRefused."""
    model = entity.model
    query = matching(session, entity, reach, wanted).with_only_columns(model.id)
    ids = session.scalars(query.limit(COUNTED + 1)).all()
    if len(ids) <= COUNTED:
        # A database that looks for a few along the order of many walks for long: it is told which.
        query = select(model.id).where(model.id.in_(ids))
    column, ascending = order(session, entity, wanted)
    if wanted.after is not None:
        nulls_low = session.get_bind().dialect.name == "sqlite"
        query = query.where(beyond(column, model.id, wanted.after, ascending=ascending, nulls_low=nulls_low))
    keys = (column, model.id)
    query = query.order_by(*(key.asc() if ascending else key.desc() for key in keys))
    narrow: Select[Any] = query.add_columns(column.label("sorted_by")).limit(wanted.limit + 1)
    found = session.execute(narrow).all() if ids else []
    shown = found[: wanted.limit]
    more = Cursor(shown[-1][1], shown[-1][0]) if len(found) > wanted.limit else None
    # Sorting what is as narrow as this costs a part of sorting whole records.
    records = session.scalars(select(model).where(model.id.in_([id_ for id_, _ in shown])))
    by_id = {one.id: one for one in records}
    return RecordPage(tuple(by_id[id_] for id_, _ in shown if id_ in by_id), len(ids), more)


def ids_of(session: Session, entity: Entity, reach: Reach, wanted: Wanted) -> tuple[int, ...]:
    """The first `limit` records wanted, by id. Raises ConditionRefused."""
    query = matching(session, entity, reach, wanted).with_only_columns(entity.model.id)
    return tuple(session.scalars(query.order_by(entity.model.id).limit(wanted.limit)))


def order(session: Session, entity: Entity, wanted: Wanted) -> tuple[Any, bool]:
    """The column of the order, and whether it ascends. An unknown field sorts as the entity likes it.

    So does a hidden one: the order would tell what it holds, and the place of the next page would hold it.
    """
    fields = fields_of(session, entity) if wanted.sort else {}
    fields = {name: field_ for name, field_ in fields.items() if not (field_.masked or field_.sealed)}
    name = wanted.sort if wanted.sort in fields or wanted.sort in PLAIN else entity.kind.order
    descending = entity.kind.descending if wanted.descending is None else wanted.descending
    column = column_of(entity, fields[name]) if name in fields else entity.column(name)
    return column, not descending


PLAIN = ("id", "created_ns", "changed_ns")
"""What every list can be sorted by."""


def one(session: Session, entity: Entity, reach: Reach, id_: int) -> Any | None:
    """A record, removed ones too; None when there is none that he may see."""
    return session.scalar(select(entity.model).where(entity.model.id == id_, visible(entity, reach)))


def is_kept_by(session: Session, entity: Entity, reach: Reach, id_: int) -> bool:
    """Whether he sees the record because he looks after it, and not because it is his own."""
    model = entity.model
    return session.scalar(select(model.id).where(model.id == id_, below(reach.paths, model.scope_id))) == id_


def titles(session: Session, entity: Entity, ids: Iterable[int], reach: Reach = EVERYTHING) -> dict[int, str]:
    """How the records are called, those that exist; whoever asks by ids that a person gave says his reach."""
    columns = [entity.column(name) for name in entity.kind.title]
    query = select(entity.model.id, *columns).where(entity.model.id.in_(set(ids)), visible(entity, reach))
    types = [entity.by_name[name].type for name in entity.kind.title]
    return {
        row[0]: " ".join(
            kind.show(value, "zh") for kind, value in zip(types, row[1:], strict=True) if value is not None
        )
        for row in session.execute(query)
    }


def openly(entity: Entity, record: Record) -> str:
    """What a record is called where it stays written: personal parts of its title are masked."""
    parts = []
    for name in entity.kind.title:
        field_, value = entity.by_name[name], getattr(record, name)
        if value is not None:
            mask = field_.type.mask if field_.sensitive is not None else None
            parts.append(mask(value) if mask is not None else field_.type.show(value, "zh"))
    return " ".join(parts)


def referred(
    session: Session, entities: Entities, fields: Iterable[Field], rows: Iterable[Record]
) -> dict[str, dict[int, str]]:
    """Titles of what the rows refer to, by entity and id: one query an entity, however many rows."""
    found: dict[str, dict[int, str]] = {}
    rows = tuple(rows)
    for field_ in fields:
        if field_.reference and not field_.custom:
            ids = {getattr(row, field_.name) for row in rows} - {None}
            if ids:
                known = titles(session, entities[field_.reference], ids)
                found.setdefault(field_.reference, {}).update(known)
    return found


@dataclass(frozen=True, slots=True)
class Related:
    """What refers to a record through one field of another entity."""

    entity: Entity
    field: Field
    page: RecordPage


def related(
    session: Session, entities: Entities, entity: Entity, reaches: Mapping[str, Reach], id_: int, limit: int
) -> tuple[Related, ...]:
    """Everything that refers to a record; `reaches` says, by entity, how far the reader may see."""
    found = []
    for other, field_ in entities.referring.get(entity.name, ()):
        reach = reaches.get(other.name)
        if reach is not None:
            wanted = Wanted(conditions=(Condition(field_.name, Operator.IS, str(id_)),), limit=limit)
            found.append(Related(other, field_, page(session, other, reach, wanted)))
    return tuple(found)


def tags_of(session: Session, entity: Entity, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        select(RecordTag.record_id, RecordTag.tag)
        .where(RecordTag.entity == entity.name, RecordTag.record_id.in_(ids))
        .order_by(RecordTag.tag)
    )
    found: dict[int, tuple[str, ...]] = {}
    for id_, tag in rows:
        found[id_] = (*found.get(id_, ()), tag)
    return found


def _holds(session: Session, entity: Entity, text: str) -> ColumnElement[bool]:
    model = entity.model
    columns = [entity.column(one.name) for one in entity.fields if one.searchable and not one.sealed]
    if all(column.index or column.unique for column in columns):
        # Each asked apart, so that the narrow indexes are read through and not the wide rows.
        return or_(
            false(),
            *(model.id.in_(select(model.id).where(holds(session, column, text))) for column in columns),
        )
    return or_(false(), *(holds(session, column, text) for column in columns))
