"""Finding the records that a command names, or saying which is not there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.gate import Refused
from business.registry.entity import Entities, Entity
from business.registry.messages import MANY
from business.registry.record import Record


def entity_named(entities: Entities, name: str) -> Entity:
    """Raises Refused."""
    entity = entities.get(name)
    if entity is None:
        raise Refused(said(f"没有“{name}”这类档案", f"there are no records of kind {name!r}"))
    return entity


def several(session: Session, entity: Entity, ids: tuple[int, ...], *, removed: bool = False) -> list[Record]:
    """The records in the order of their ids as given. Raises Refused when one is not there."""
    if not 0 < len(ids) <= MANY or len(set(ids)) != len(ids):
        raise Refused(
            said(
                f"一次可处理 1 至 {MANY} 条不重复的记录，收到 {len(ids)} 条",
                f"1 to {MANY} different records at a time; {len(ids)} were given",
            )
        )
    if len(ids) == 1:
        one = session.get(entity.model, ids[0])
        found = {} if one is None else {one.id: one}
    else:
        query = select(entity.model).where(entity.model.id.in_(ids))
        found = {one.id: one for one in session.scalars(query)}
    for id_ in ids:
        record = found.get(id_)
        if record is None:
            raise Refused(absent(entity, id_))
        if (record.removed_ns is not None) is not removed:
            raise Refused(_in_bin(entity, id_, removed=removed))
    return [found[id_] for id_ in ids]


def absent(entity: Entity, id_: object) -> str:
    return said(f"没有编号为 {id_} 的{entity.label.zh}", f"there is no {entity.label.en} with id {id_}")


def _in_bin(entity: Entity, id_: int, *, removed: bool) -> str:
    if removed:
        return said(
            f"{entity.label.zh} {id_} 不在回收站中", f"{entity.label.en} {id_} is not in the recycle bin"
        )
    return said(
        f"{entity.label.zh} {id_} 在回收站中，请先恢复",
        f"{entity.label.en} {id_} is in the recycle bin; restore it first",
    )
