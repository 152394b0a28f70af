"""Records by the values that some of their fields have together, many at a time, sealed fields too."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from actors.said import said
from business.fields.sealed import equals
from business.registry.entity import Entity
from business.registry.queries import titles
from business.registry.record import Record

Key = tuple[Any, ...]
"""Canonical values, one for each of some fields."""


def telling(entity: Entity) -> Iterator[tuple[str, ...]]:
    """The fields, alone or together, that no two records outside the recycle bin share."""
    for field in entity.fields:
        if field.unique:
            yield (field.name,)
    if entity.kind.together:
        yield entity.kind.together


def distinguishing(entity: Entity) -> Iterator[str]:
    """The fields of which two records should not have the same value."""
    return (field.name for field in entity.fields if field.unique or field.distinct)


def key_of(record: Record, names: Sequence[str]) -> Key | None:
    """None for a record in which one of them is empty: it is like no other."""
    key = tuple(getattr(record, name) for name in names)
    return None if None in key else key


def alike(
    session: Session, entity: Entity, names: Sequence[str], keys: Collection[Key]
) -> dict[Key, list[Record]]:
    """The records outside the recycle bin with one of these keys.

    The first field alone is asked of the database: with two it may well look by the one that tells less.
    """
    if not keys:
        return {}
    found: dict[Key, list[Record]] = {key: [] for key in keys}
    query = select(entity.model).where(
        _among(session, entity, names[0], {key[0] for key in keys}), entity.model.removed_ns.is_(None)
    )
    for record in session.scalars(query.order_by(entity.model.id)):
        if (key := key_of(record, names)) in found:
            found[key].append(record)
    return found


def _among(session: Session, entity: Entity, name: str, values: Collection[Any]) -> ColumnElement[bool]:
    column = entity.column(name)
    if entity.by_name[name].sealed:
        return equals(session, column, *values)
    return column.in_(values)


def doubled(session: Session, entity: Entity, names: Sequence[str], key: Key, other: Record) -> str:
    """Why a record with this key is refused while the other one is there.

    Of one that has the same number it tells the id only: it may lie beyond the reach of whoever asks.
    """
    if len(names) > 1:
        title = titles(session, entity, [other.id])[other.id]
        return said(
            f"{entity.label.zh} {title} 已存在（编号 {other.id}）",
            f"{entity.label.en} {title} is there already (id {other.id})",
        )
    field = entity.by_name[names[0]]
    zh, en = (field.type.show(key[0], language) for language in ("zh", "en"))
    if field.masked and field.type.mask is not None:
        zh = en = field.type.mask(key[0])
    return said(
        f"{field.label.zh} {zh} 已属于另一条{entity.label.zh}档案（编号 {other.id}），请核对或合并",
        f"{field.label.en} {en} belongs to another {entity.label.en} (id {other.id}) already; "
        "check it, or merge the two",
    )
