"""Which records are meant by what people write: a house code, a name and a number, an external id."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.fields.field_type import FieldError
from business.importing.draft import Draft
from business.registry.declare import Field
from business.registry.doubles import alike, key_of
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
        asking = [
            draft for draft in drafts if not draft.problems and isinstance(draft.values.get(field.name), str)
        ]
        target = entities[field.reference]
        found = candidates(session, target, {draft.values[field.name] for draft in asking}, near)
        for draft in asking:
            text = draft.values[field.name]
            meant = _beside(target, draft, found[text])
            if len(meant) == 1:
                draft.values[field.name] = meant[0].id
                held.append(meant[0])
            else:
                draft.refuse(field.name, _several(target, text, meant) if meant else _none(target, text))
    return held


def candidates(
    session: Session, entity: Entity, texts: Collection[str], near: Near
) -> dict[str, list[Record]]:
    """By text the records that may be meant: of the surest way to read it, those within reach."""
    found: dict[str, list[Record]] = {text: [] for text in texts}
    open_: set[str] = set(texts)

    def settle(matches: Mapping[str, Iterable[Record]]) -> None:
        for text, records in matches.items():
            if kept := [record for record in records if near(entity, record)]:
                found[text] = kept
                open_.discard(text)

    settle(_numbered(session, entity, open_))
    settle(_external(session, entity, open_))
    meanings = {text: list(_meanings(entity, text)) for text in open_}
    for turn in range(max(map(len, meanings.values()), default=0)):
        by_names: dict[tuple[str, ...], dict[tuple[Any, ...], list[str]]] = {}
        for text in open_:
            if turn < len(meanings[text]):
                meaning = meanings[text][turn]
                key = tuple(meaning.values())
                by_names.setdefault(tuple(meaning), {}).setdefault(key, []).append(text)
        for names, keys in by_names.items():
            matches = alike(session, entity, names, keys.keys())
            settle({text: matches[key] for key, asking in keys.items() for text in asking})
    return found


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


def _numbered(session: Session, entity: Entity, texts: Collection[str]) -> dict[str, list[Record]]:
    """'张三 #12' is record 12, if that is what it is called."""
    asked = {text: match for text in texts if (match := _NUMBERED.fullmatch(text))}
    if not asked:
        return {}
    model = entity.model
    ids = {int(match["id"]) for match in asked.values()}
    query = select(model).where(model.id.in_(ids), model.removed_ns.is_(None))
    records = {record.id: record for record in session.scalars(query)}
    found: dict[str, list[Record]] = {}
    for text, match in asked.items():
        record = records.get(int(match["id"]))
        named = record is not None and any(
            key_of(record, tuple(meaning)) == tuple(meaning.values())
            for meaning in _meanings(entity, match["name"])
        )
        if record is not None and (named or not match["name"]):
            found[text] = [record]
    return found


def _external(session: Session, entity: Entity, texts: Collection[str]) -> dict[str, list[Record]]:
    if not texts:
        return {}
    model = entity.model
    query = select(model).where(model.external_id.in_(texts), model.removed_ns.is_(None))
    found: dict[str, list[Record]] = {}
    for record in session.scalars(query.order_by(model.id)):
        found.setdefault(str(record.external_id), []).append(record)
    return found


def _beside(target: Entity, draft: Draft, records: list[Record]) -> list[Record]:
    """Of several those that stand within the same as the row's: unit 2 of the building that it names."""
    parent = target.kind.within
    named = draft.values.get(parent) if parent else None
    if not isinstance(named, int):
        return records
    return [record for record in records if getattr(record, parent) == named]


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
