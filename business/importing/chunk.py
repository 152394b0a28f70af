"""The rows of one chunk become records: what they refer to, what is there already, what is refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from actors.said import said
from business.exchange.columns import Column
from business.gate import Refused
from business.importing.columns import EXTERNAL_ID
from business.importing.draft import Draft, Fate
from business.importing.model import Existing
from business.importing.plan import Near, Plan
from business.importing.references import resolve
from business.registry.columns import value_of
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.doubles import Key, alike, doubled, key_of, telling
from business.registry.entity import Entities, Entity
from business.registry.record import Record
from business.registry.records import Records
from business.row_ids import next_ids


class Special(Protocol):
    """Columns of an entity that mean more than one field, or records of other entities."""

    @property
    def columns(self) -> tuple[Column, ...]: ...

    def expand(self, session: Session, drafts: Sequence[Draft], plan: Plan, carrier: "Carrier") -> None:
        """Put into the drafts what the columns say of fields."""

    def locate(self, session: Session, drafts: Sequence[Draft]) -> None:
        """Say what follows from what a draft refers to, so that its record can be found."""

    def check(self, session: Session, drafts: Sequence[Draft], plan: Plan) -> None:
        """Refuse what could not be done afterwards, once it is known which record a draft means."""

    def follow(self, session: Session, drafts: Sequence[Draft], plan: Plan, carrier: "Carrier") -> None:
        """What is to be done beside, once the records have their ids."""


Specials = Mapping[str, Special]
"""By the name of the entity."""
Seen = dict[tuple[tuple[str, ...], Key], int]
"""By fields and their values: the row of this file that had them first."""


class Carrier:
    def __init__(
        self, entities: Entities, records: Records, specials: Specials, wall_ns: Callable[[], int]
    ) -> None:
        self.entities = entities
        self._records = records
        self._specials = specials
        self._wall_ns = wall_ns

    def special(self, entity: str) -> tuple[Column, ...]:
        """The columns that a file may have beside the fields."""
        found = self._specials.get(entity)
        return found.columns if found is not None else ()

    def carry(
        self, session: Session, plan: Plan, drafts: Sequence[Draft], seen: Seen, *, index: bool = True
    ) -> None:
        """In the caller's transaction. What becomes of each row stands in its draft."""
        entity = self.entities[plan.entity]
        fields = fields_of(session, entity)
        special = self._specials.get(entity.name)
        if plan.scope is None and not entity.kind.within:
            plan = replace(plan, scope=self._records.places.default(session, plan.scope))
        near = Near(session, plan)
        if special is not None:
            special.expand(session, drafts, plan, self)
        held = resolve(session, self.entities, fields.values(), drafts, near)
        if special is not None:
            special.locate(session, _good(drafts))
        held += self._find(session, entity, plan, drafts, near, seen)
        if special is not None:
            special.check(session, _good(drafts), plan)
        self._settle(session, entity, fields, plan, _good(drafts), near, seen)
        session.flush()
        done = [one for one in _good(drafts) if one.fate is not Fate.SKIPPED]
        if special is not None:
            special.follow(session, done, plan, self)
            session.flush()
        if index:
            for fate in (Fate.CREATED, Fate.UPDATED):
                records = [one.record for one in done if one.fate is fate and one.record is not None]
                self._records.index.put_all(session, entity, records, new=fate is Fate.CREATED)
                self._records.retell(session, entity, records)
        del held  # until now: the session itself holds them weakly

    # -- which record a row means

    def _find(
        self,
        session: Session,
        entity: Entity,
        plan: Plan,
        drafts: Sequence[Draft],
        near: Near,
        seen: Seen,
    ) -> list[Record]:
        held: list[Record] = []
        self._find_external(session, entity, _good(drafts), near)
        for names in dict.fromkeys((*telling(entity), *entity.kind.known_by)):
            open_ = [one for one in _good(drafts) if one.record is None]
            keys = {id(one): key for one in open_ if (key := _key(one, names)) is not None}
            found = alike(session, entity, names, set(keys.values()))
            for draft in open_:
                records = found.get(keys[id(draft)], []) if id(draft) in keys else []
                there = [one for one in records if near(entity, one)]
                if len(there) > 1:
                    draft.refuse(names[0], _ambiguous(entity, there))
                elif there:
                    draft.record = there[0]
        for draft in _good(drafts):
            if draft.record is not None:
                held.append(draft.record)
                if _is_first(draft, entity, ("id",), (draft.record.id,), seen):
                    self._as_wished(entity, plan, draft)
        return held

    def _find_external(self, session: Session, entity: Entity, drafts: Sequence[Draft], near: Near) -> None:
        named = {text: one for one in drafts if (text := one.values.get(EXTERNAL_ID.name))}
        if not named:
            return
        model = entity.model
        found: dict[str, list[Record]] = {}
        for record in session.scalars(select(model).where(model.external_id.in_(named))):
            if near(entity, record):
                found.setdefault(str(record.external_id), []).append(record)
        for text, records in found.items():
            draft = named[text]
            if len(records) > 1:
                draft.refuse(EXTERNAL_ID.name, _ambiguous(entity, records))
            elif records[0].removed_ns is not None:
                reason = said(
                    f"{entity.label.zh} {records[0].id} 有此外部编号，但在回收站中，请先恢复",
                    f"{entity.label.en} {records[0].id} has this id and is in the recycle bin: restore it",
                )
                draft.refuse(EXTERNAL_ID.name, reason)
            else:
                draft.record = records[0]

    def _as_wished(self, entity: Entity, plan: Plan, draft: Draft) -> None:
        assert draft.record is not None
        draft.fate = Fate.UPDATED
        if plan.existing is Existing.SKIP:
            draft.fate = Fate.SKIPPED
        elif plan.existing is Existing.REFUSE:
            draft.refuse(
                "",
                said(
                    f"{entity.label.zh}已存在（编号 {draft.record.id}）；如需更新，请选择“更新已有记录”",
                    f"the {entity.label.en} is there already (id {draft.record.id}); "
                    "to change it, choose to update",
                ),
            )

    # -- writing

    def _settle(
        self,
        session: Session,
        entity: Entity,
        fields: Mapping[str, Field],
        plan: Plan,
        drafts: Sequence[Draft],
        near: Near,
        seen: Seen,
    ) -> None:
        ways = tuple(telling(entity))
        waiting: list[Draft] = []
        ids = iter(next_ids(session, cast(Table, entity.model.__table__), len(drafts)) or ())
        for draft in drafts:
            if draft.fate is Fate.SKIPPED:
                continue
            try:
                if draft.record is None:
                    self._make(session, entity, fields, plan, draft, near)
                    self._refuse_repeated(entity, draft, seen)
                    if ways:
                        waiting.append(draft)
                    elif draft.record is not None and not draft.problems:
                        # What settles the next row asks the database for this one.
                        _add(session, draft.record, ids)
                else:
                    self._change(session, entity, fields, draft, near, ways)
            except Refused as refused:
                draft.refuse("", refused.reason)
        self._refuse_doubles(session, entity, _good(waiting), ways)
        for draft in _good(waiting):
            if draft.record is not None:
                _add(session, draft.record, ids)

    def _make(
        self,
        session: Session,
        entity: Entity,
        fields: Mapping[str, Field],
        plan: Plan,
        draft: Draft,
        near: Near,
    ) -> None:
        for name, field in fields.items():
            if field.required and not field.derived and draft.values.get(name) is None:
                draft.refuse(name, said(f"{field.label.zh}必填", f"{field.label.en} is required"))
        if draft.problems:
            return
        now = self._wall_ns()
        record = entity.model(
            scope_id=self._records.places.new(session, entity, draft.values, plan.scope),
            external_id=draft.values.get(EXTERNAL_ID.name),
            created_ns=now,
            changed_ns=now,
            custom={},
        )
        if not near.writable(record.scope_id):
            draft.refuse("", _out_of_reach(entity))
            return
        values = {name: value for name, value in draft.values.items() if name in fields}
        self._records.put(session, entity, fields, record, values)
        draft.record = record

    def _change(
        self,
        session: Session,
        entity: Entity,
        fields: Mapping[str, Field],
        draft: Draft,
        near: Near,
        ways: Sequence[tuple[str, ...]],
    ) -> None:
        record = draft.record
        assert record is not None
        values = {
            name: value
            for name, value in draft.values.items()
            if name in fields and not fields[name].derived and value is not None
        }
        news = {name: value for name, value in values.items() if value_of(record, fields[name]) != value}
        external = draft.values.get(EXTERNAL_ID.name)
        if not near.writable(record.scope_id):
            draft.refuse("", _out_of_reach(entity))
        elif not news and external in {None, record.external_id}:
            draft.fate = Fate.UNCHANGED
        else:
            session.flush()
            with session.no_autoflush:
                try:
                    self._overwrite(session, entity, fields, record, news, external, ways)
                    if not near.writable(record.scope_id):
                        raise Refused(_out_of_reach(entity))
                except Refused:
                    session.expire(record)
                    raise

    def _overwrite(
        self,
        session: Session,
        entity: Entity,
        fields: Mapping[str, Field],
        record: Record,
        values: Mapping[str, Any],
        external: str | None,
        ways: Sequence[tuple[str, ...]],
    ) -> None:
        self._records.put(session, entity, fields, record, values)
        for names in ways:
            if values.keys() & set(names) and (key := key_of(record, names)) is not None:
                for other in alike(session, entity, names, {key})[key]:
                    if other is not record:
                        raise Refused(doubled(session, entity, names, key, other))
        record.external_id = external or record.external_id
        record.changed_ns = self._wall_ns()

    def _refuse_repeated(self, entity: Entity, draft: Draft, seen: Seen) -> None:
        for names in (*telling(entity), *entity.kind.known_by):
            if draft.record is not None and (key := key_of(draft.record, names)) is not None:
                _is_first(draft, entity, names, key, seen)

    def _refuse_doubles(
        self, session: Session, entity: Entity, drafts: Sequence[Draft], ways: Sequence[tuple[str, ...]]
    ) -> None:
        for names in ways:
            keys = {id(one): key_of(one.record, names) for one in drafts if one.record is not None}
            found = alike(session, entity, names, {key for key in keys.values() if key is not None})
            for draft in _good(drafts):
                key = keys[id(draft)]
                if key is not None and found[key]:
                    draft.refuse(names[0], doubled(session, entity, names, key, found[key][0]))


def _add(session: Session, record: Record, ids: Iterator[int]) -> None:
    """With an id if there is one: then all are written in one go."""
    if (id_ := next(ids, None)) is not None:
        record.id = id_
    session.add(record)


def _good(drafts: Sequence[Draft]) -> list[Draft]:
    return [one for one in drafts if not one.problems]


def _out_of_reach(entity: Entity) -> str:
    return said(
        f"您无权在此范围导入{entity.label.zh}，请联系管理员",
        f"you may not import {entity.label.en} there; ask an administrator",
    )


def _ambiguous(entity: Entity, records: Sequence[Record]) -> str:
    named = "、".join(f"#{one.id}" for one in records[:5])
    return said(
        f"对应 {len(records)} 条已有{entity.label.zh}（{named}），请用外部编号或证件号区分，或先合并重复档案",
        f"{len(records)} records of {entity.label.en} are meant ({named}): tell them apart by an external id "
        "or a certificate, or merge the doubles first",
    )


def _key(draft: Draft, names: Sequence[str]) -> Key | None:
    """As far as the row itself tells."""
    key = tuple(draft.values.get(name) for name in names)
    return None if None in key else key


def _is_first(draft: Draft, entity: Entity, names: tuple[str, ...], key: Key, seen: Seen) -> bool:
    first = seen.setdefault((names, key), draft.row.number)
    if first == draft.row.number:
        return True
    label = entity.by_name[names[0]].label if names[0] in entity.by_name else entity.label
    draft.refuse(
        names[0] if names[0] in entity.by_name else "",
        said(
            f"与第 {first} 行重复：{label.zh}相同，请删除其中一行",
            f"the same {label.en} as in row {first}: delete one of the two",
        ),
    )
    return False
