"""Which records are meant by what people write: a house code, a name and a number, an external id."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.fields.field_type import FieldError
from business.importing.draft import Draft
from business.registry.declare import Field
from business.registry.doubles import Key, alike, key_of
from business.registry.entity import Entities, Entity
from business.registry.record import Record

_NUMBERED = re.compile(r"(?P<name>.*?)\s*#(?P<id>[0-9]{1,9})")
LISTED = 5
Near = Callable[[Entity, Record], bool]
"""Whether a record is within the importer's reach."""


def resolve(
    session: Session, entities: Entities, fields: Iterable[Field], drafts: Sequence[Draft], near: Near
) -> list[Record]:
    """Put ids in the place of texts, or say at the draft what is wrong.

    The records referred to are returned: as long as somebody holds them, the session need not ask for them
    again. What stands within something that the row names, too, is looked for there.
    """
    referring = [field for field in fields if field.reference]
    order = {field.reference: 0 for field in referring}
    for field in referring:
        parent = entities[field.reference].kind.within
        order[field.reference] = 1 if any(other.name == parent for other in referring) else 0
    held: list[Record] = []
    for field in sorted(referring, key=lambda one: order[one.reference]):
        target = entities[field.reference]
        asking = {
            id(draft): Asked(draft.values[field.name], _beside(target, draft))
            for draft in drafts
            if not draft.problems and isinstance(draft.values.get(field.name), str)
        }
        found = candidates(session, target, set(asking.values()), near)
        for draft in drafts:
            if (asked := asking.get(id(draft))) is None:
                continue
            if len(meant := found[asked]) == 1:
                draft.values[field.name] = meant[0].id
                held.append(meant[0])
            else:
                text = asked.text
                draft.refuse(field.name, _several(target, text, meant) if meant else _none(target, text))
    return held


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    parent: int | None
    """The record within which it is looked for, where the row names that, too."""


def candidates(
    session: Session, entity: Entity, asked: Collection[Asked], near: Near
) -> dict[Asked, list[Record]]:
    """The records that may be meant: of the surest way to read the text, those within reach."""
    found: dict[Asked, list[Record]] = {one: [] for one in asked}
    open_ = set(asked)

    def settle(matches: Mapping[Asked, Iterable[Record]]) -> None:
        for one, records in matches.items():
            if kept := [record for record in records if near(entity, record)]:
                found[one] = kept
                open_.discard(one)

    settle(_numbered(session, entity, open_))
    settle(_external(session, entity, open_))
    meanings = {one: list(_placed(entity, one)) for one in open_}
    for turn in range(max(map(len, meanings.values()), default=0)):
        by_names: dict[tuple[str, ...], dict[Key, list[Asked]]] = {}
        for one in open_:
            if turn < len(meanings[one]):
                meaning = meanings[one][turn]
                key = tuple(meaning.values())
                by_names.setdefault(tuple(meaning), {}).setdefault(key, []).append(one)
        for names, keys in by_names.items():
            matches = alike(session, entity, names, keys.keys())
            settle({one: matches[key] for key, asking in keys.items() for one in asking})
    return found


def _placed(entity: Entity, asked: Asked) -> Iterable[Mapping[str, Any]]:
    for meaning in _meanings(entity, asked.text):
        yield meaning if asked.parent is None else {entity.kind.within: asked.parent, **meaning}


def _meanings(entity: Entity, text: str) -> Iterable[Mapping[str, Any]]:
    said_so = list(entity.model.meant(text))
    if said_so:
        yield from said_so
        return
    names = dict.fromkeys((*(entity.kind.called or entity.kind.title), *_unique(entity)))
    for name in names:
        field = entity.by_name[name]
        try:
            yield {name: field.type.parse(text)}
        except FieldError:
            continue


def _unique(entity: Entity) -> Iterable[str]:
    return (field.name for field in entity.fields if field.unique)


def _numbered(session: Session, entity: Entity, asked: Collection[Asked]) -> dict[Asked, list[Record]]:
    """'张三 #12' is record 12, if that is what it is called."""
    numbered = {one: match for one in asked if (match := _NUMBERED.fullmatch(one.text))}
    if not numbered:
        return {}
    model = entity.model
    ids = {int(match["id"]) for match in numbered.values()}
    query = select(model).where(model.id.in_(ids), model.removed_ns.is_(None))
    records = {record.id: record for record in session.scalars(query)}
    found: dict[Asked, list[Record]] = {}
    for one, match in numbered.items():
        record = records.get(int(match["id"]))
        named = record is not None and any(
            key_of(record, tuple(meaning)) == tuple(meaning.values())
            for meaning in _meanings(entity, match["name"])
        )
        if record is not None and (named or not match["name"]):
            found[one] = [record]
    return found


def _external(session: Session, entity: Entity, asked: Collection[Asked]) -> dict[Asked, list[Record]]:
    if not asked:
        return {}
    model = entity.model
    texts = {one.text for one in asked}
    query = select(model).where(model.external_id.in_(texts), model.removed_ns.is_(None))
    found: dict[str, list[Record]] = {}
    for record in session.scalars(query.order_by(model.id)):
        found.setdefault(str(record.external_id), []).append(record)
    return {one: found[one.text] for one in asked if one.text in found}


def _beside(target: Entity, draft: Draft) -> int | None:
    """Unit 2 is that of the building which the row names."""
    named = draft.values.get(target.kind.within) if target.kind.within else None
    return named if isinstance(named, int) else None


def _none(target: Entity, text: str) -> str:
    return said(
        f"没有找到{target.label.zh}“{text}”，请先登记或核对写法",
        f"no {target.label.en} {text!r} was found: enter it first, or check how it is written",
    )


def _several(target: Entity, text: str, records: Sequence[Record]) -> str:
    named = "、".join(f"#{record.id}" for record in records[:LISTED])
    return said(
        f"“{text}”对应 {len(records)} 个{target.label.zh}，请写明是哪一个，例如 “{text} #{records[0].id}”"
        f"（{named}）",
        f"{text!r} may be {len(records)} records of {target.label.en}: say which, "
        f"as in '{text} #{records[0].id}' ({named})",
    )
