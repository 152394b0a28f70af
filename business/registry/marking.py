"""What is put on records or seen of them, and changes none: tags, hidden fields shown."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.audit.changes import tell
from business.gate import Refused
from business.registry.entity import Entities, Entity
from business.registry.finding import absent, entity_named, several
from business.registry.messages import RecordChanged, RevealFields, TagRecords
from business.registry.model import TAG_LENGTH, RecordTag

REVEALED = "revealed/"
"""Before what the trail calls a record of which hidden fields were shown."""
REASON_LENGTH = 4
"""Characters of the shortest reason that says something."""


def tag(session: Session, entities: Entities, command: TagRecords) -> tuple[Any, ...]:
    entity = entity_named(entities, command.entity)
    records = several(session, entity, command.records)
    added = [_tag(tag) for tag in command.add]
    gone = set(command.remove)
    held = session.scalars(tags_on(entity, [one.id for one in records])).all()
    for row in held:
        if row.tag in gone:
            session.delete(row)
    there = {(row.record_id, row.tag) for row in held}
    for record in records:
        for tag in added:
            if (record.id, tag) not in there:
                session.add(RecordTag(entity=entity.name, tag=tag, record_id=record.id))
    return tuple(RecordChanged(entity.name, one.id) for one in records)


def reveal(session: Session, entities: Entities, command: RevealFields) -> tuple[Any, ...]:
    """The person concerned is told who looked at what, so the trail says which fields."""
    check_reason(command.reason)
    entity = entity_named(entities, command.entity)
    if session.get(entity.model, command.record) is None:
        raise Refused(absent(entity, command.record))
    hidden = {field.name for field in entity.fields if field.masked}
    if not command.fields or (plain := set(command.fields) - hidden):
        names = "、".join(sorted(plain)) if command.fields else ""
        raise Refused(
            said(f"这些字段没有隐私信息可看：{names}", f"nothing is hidden in these fields: {names}")
        )
    tell(session, f"{REVEALED}{entity.name}/{command.record}", None, {"fields": sorted(command.fields)})
    return ()


def _tag(text: str) -> str:
    tag = text.strip()
    if not 0 < len(tag) <= TAG_LENGTH:
        raise Refused(
            said(
                f"标签须有 1 至 {TAG_LENGTH} 个字符，收到 {len(tag)} 个",
                f"a tag has 1 to {TAG_LENGTH} characters, this one {len(tag)}",
            )
        )
    return tag


def tags_on(entity: Entity, ids: list[int]) -> Any:
    return select(RecordTag).where(RecordTag.entity == entity.name, RecordTag.record_id.in_(ids))


def check_reason(text: str) -> None:
    if len(text.strip()) < REASON_LENGTH:
        raise Refused(
            said(f"请填写原因，至少 {REASON_LENGTH} 个字", f"say why, in at least {REASON_LENGTH} characters")
        )
