"""The columns that an export may have, and the values of records in them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from business.dictionaries.queries import labels
from business.exchange.columns import Column
from business.importing.columns import EXTERNAL_ID, WRITTEN
from business.registry.columns import value_of
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.record import Record


def exported(session: Session, entity: Entity) -> tuple[Column, ...]:
    """All that can be exported, in the order in which it is offered."""
    fields = fields_of(session, entity).values()
    return (*(Column(one.name, one.label, _type(one)) for one in fields), EXTERNAL_ID)


def _type(field: Field) -> Any:
    """What is looked up for many rows at once comes as text; the rest as it is."""
    return WRITTEN if field.reference or field.dictionary or field.masked else field.type


class Rows:
    """Turns records into rows of a table, many at a time."""

    def __init__(
        self,
        entities: Entities,
        entity: Entity,
        names: Iterable[str],
        language: str,
        is_open: Callable[[Record], bool],
    ) -> None:
        """`is_open` says of which records the personal numbers are shown."""
        self._entities = entities
        self._entity = entity
        self._names = frozenset(names)
        self._language = language
        self._is_open = is_open

    def of(self, session: Session, records: Sequence[Record]) -> list[dict[str, Any]]:
        fields = [one for one in fields_of(session, self._entity).values() if one.name in self._names]
        rows = [self._plain(record, fields) for record in records]
        for field in fields:
            if field.dictionary:
                named = labels(session, field.dictionary, self._language)
                _replace(rows, field.name, named)
            elif field.reference:
                target = self._entities[field.reference]
                ids = {row[field.name] for row in rows} - {None}
                _replace(rows, field.name, self._mentions(session, target, ids, records))
        return rows

    def _plain(self, record: Record, fields: Iterable[Field]) -> dict[str, Any]:
        row: dict[str, Any] = {EXTERNAL_ID.name: record.external_id}
        shown = self._is_open(record)
        for field in fields:
            value = value_of(record, field)
            if field.masked and value is not None:
                mask = field.type.mask
                value = field.type.show(value, self._language) if shown or mask is None else mask(value)
            row[field.name] = value
        return row

    def _mentions(
        self, session: Session, target: Entity, ids: Collection[int], among: Sequence[Record]
    ) -> dict[int, str]:
        """How the records referred to are written, so that an import finds them again."""
        openly = bool(target.kind.called_openly) and all(map(self._is_open, among))
        names = target.kind.called_openly if openly else target.kind.called or target.kind.title
        types = [target.by_name[name].type for name in names]
        found: dict[int, str] = {}
        for record in session.scalars(select(target.model).where(target.model.id.in_(ids))):
            values = zip(types, (getattr(record, name) for name in names), strict=True)
            found[record.id] = " ".join(
                kind.show(value, self._language) for kind, value in values if value is not None
            )
        if not target.kind.together and not openly:
            for id_ in _shared(session, target, ids):
                found[id_] += f" #{id_}"
        return found


def _shared(session: Session, target: Entity, ids: Collection[int]) -> Iterable[int]:
    """Those of the records that are called as others are."""
    columns = [target.column(name) for name in (target.kind.called or target.kind.title)]
    query = select(target.model.id, *columns).where(target.model.id.in_(ids))
    called = {row[0]: tuple(row[1:]) for row in session.execute(query)}
    first = columns[0]
    same = (
        select(*columns)
        .where(first.in_({key[0] for key in called.values()}), target.model.removed_ns.is_(None))
        .group_by(*columns)
        .having(func.count() > 1)
    )
    shared = {tuple(row) for row in session.execute(same)}
    return [id_ for id_, key in called.items() if key in shared]


def _replace(rows: Iterable[dict[str, Any]], name: str, texts: Mapping[Any, str]) -> None:
    for row in rows:
        if row[name] is not None:
            row[name] = texts.get(row[name], str(row[name]))
