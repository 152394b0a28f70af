"""What commands do to records, for every entity alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from actors.said import in_language, said
from business.gate import Refused
from business.registry.columns import set_value, value_of
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.doubles import alike, doubled, key_of, telling
from business.registry.entity import Entities, Entity
from business.registry.finding import entity_named, several
from business.registry.indexing import Index
from business.registry.known import Known
from business.registry.marking import check_reason, tags_on
from business.registry.messages import (
    MANY,
    ChangeRecord,
    ChangeRecords,
    CreateRecord,
    CreateRecords,
    EraseRecords,
    MergeRecords,
    NewRecord,
    Raw,
    RecordChanged,
    RecordCreated,
    RecordErased,
    RecordRemoved,
    RecordRestored,
    RecordsMerged,
    RemoveRecords,
    RestoreRecords,
)
from business.registry.model import RecordTag
from business.registry.places import Places
from business.registry.queries import openly
from business.registry.record import EXTERNAL_ID_LENGTH, Record
from business.registry.values import Read, read, told


class Records:
    """Writes records, with everything that goes with it: rules, uniqueness, search, the recycle bin."""

    def __init__(self, entities: Entities, wall_ns: Callable[[], int], index: Index) -> None:
        self._entities = entities
        self._wall_ns = wall_ns
        self.index = index
        self.places = Places(entities)

    def create(self, session: Session, command: CreateRecord) -> tuple[RecordCreated, ...]:
        new = NewRecord(command.values, command.external_id)
        return self.create_all(session, command.entity, (new,), command.scope)

    def create_many(self, session: Session, command: CreateRecords) -> tuple[RecordCreated, ...]:
        if not 0 < (count := len(command.records)) <= MANY:
            raise Refused(
                said(
                    f"一次新建 {count} 条档案，须为 1 至 {MANY} 条，请分批",
                    f"{count} records in one command; 1 to {MANY} at a time",
                )
            )
        return self.create_all(session, command.entity, command.records, command.scope)

    def create_all(
        self, session: Session, name: str, news: Sequence[NewRecord], scope: int | None = None
    ) -> tuple[RecordCreated, ...]:
        """Raises Refused, for the first that cannot be; which one that is it says when there are several."""
        entity = entity_named(self._entities, name)
        fields = fields_of(session, entity)
        known = Known(session, self._entities)
        known.look_up(fields.values(), (new.values for new in news))
        default = self.places.default(session, scope)
        records: list[Record] = []
        for number, new in enumerate(news, 1):
            try:
                records.append(self._new(session, entity, fields, known, new, default))
            except Refused as refused:
                raise _numbered(refused.reason, number, len(news)) from refused
        session.flush()
        self._refuse_doubles(session, entity, records)
        self.index.put_all(session, entity, records, new=True)
        self.retell(session, entity, records)
        return tuple(RecordCreated(entity.name, record.id) for record in records)

    def _new(
        self,
        session: Session,
        entity: Entity,
        fields: Mapping[str, Field],
        known: Known,
        new: NewRecord,
        default: int | None,
    ) -> Record:
        """In the session, not yet in the database: queries of those that follow bring it there."""
        values = self._read(fields, new.values, known, whole=True)
        now = self._wall_ns()
        record = entity.model(
            scope_id=self.places.new(session, entity, values, default),
            external_id=_external_id(new.external_id),
            created_ns=now,
            changed_ns=now,
            custom={},
        )
        self.put(session, entity, fields, record, values)
        _refuse_external_id(session, entity, record)
        session.add(record)
        return record

    def _refuse_doubles(self, session: Session, entity: Entity, records: Sequence[Record]) -> None:
        """Raises Refused for the first that is there already, or comes twice."""
        for names in telling(entity):
            keys = [key_of(record, names) for record in records]
            there = alike(session, entity, names, {key for key in keys if key is not None})
            for number, (key, record) in enumerate(zip(keys, records, strict=True), 1):
                # Among those with the same key it is the newest that is one too many.
                if key is not None and (first := there[key][0]) is not record:
                    raise _numbered(doubled(session, entity, names, key, first), number, len(records))

    def change(self, session: Session, command: ChangeRecord) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        record = several(session, entity, (command.record,))[0]
        _refuse_stale(entity, record, command.version)
        self._overwrite(session, entity, [record], command.values)
        return (RecordChanged(entity.name, record.id),)

    def change_many(self, session: Session, command: ChangeRecords) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        records = several(session, entity, command.records)
        self._overwrite(session, entity, records, command.values)
        return tuple(RecordChanged(entity.name, one.id) for one in records)

    def _overwrite(
        self, session: Session, entity: Entity, records: Sequence[Record], raws: Mapping[str, Raw]
    ) -> None:
        fields = fields_of(session, entity)
        values = self._read(fields, raws, Known(session, self._entities), whole=False)
        before = self.index.told(session, entity, records)
        for record in records:
            with session.no_autoflush:  # half of its values are not yet what they shall be
                self._put(session, entity, fields, record, values)
            record.changed_ns = self._wall_ns()
            session.flush()
        after = self.index.told(session, entity, records)
        changed = [one for one, was, is_ in zip(records, before, after, strict=True) if was != is_]
        if changed:
            self.index.put_all(session, entity, changed)
        self.retell(session, entity, records)

    def _put(
        self,
        session: Session,
        entity: Entity,
        fields: Mapping[str, Field],
        record: Record,
        values: Mapping[str, Any],
    ) -> None:
        self.put(session, entity, fields, record, values)
        if _has_changed(record, ("scope_id",)):
            _refuse_external_id(session, entity, record)
        for names in telling(entity):
            key = key_of(record, names) if _has_changed(record, (*names, "removed_ns")) else None
            if key is not None:
                for other in alike(session, entity, names, {key})[key]:
                    if other is not record:
                        raise Refused(doubled(session, entity, names, key, other))

    def put(
        self,
        session: Session,
        entity: Entity,
        fields: Mapping[str, Field],
        record: Record,
        values: Mapping[str, Any],
    ) -> None:
        """Write canonical values on the record, and let the entity have its say before the database does.

        Whether others have the same is left to the caller.
        """
        for name, value in values.items():
            set_value(record, fields[name], value)
        self.places.follow(session, entity, record)
        record.settle(session)

    def remove(self, session: Session, command: RemoveRecords) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        records = several(session, entity, command.records)
        for record in records:
            self._refuse_in_use(session, entity, record, live=True)
            record.removed_ns = self._wall_ns()
            record.left(session)
            self.index.remove(session, entity, record)
        self.retell(session, entity, records)
        return tuple(RecordRemoved(entity.name, one.id) for one in records)

    def retell(self, session: Session, entity: Entity, records: Sequence[Record]) -> None:
        """Index anew those of whom the search tells something that stands in these records."""
        if name := entity.kind.tells_of:
            told = self._entities[entity.by_name[name].reference]
            ids = {getattr(record, name) for record in records}
            query = select(told.model).where(told.model.id.in_(ids), told.model.removed_ns.is_(None))
            self.index.put_all(session, told, session.scalars(query).all())

    def _refuse_in_use(self, session: Session, entity: Entity, record: Record, *, live: bool) -> None:
        """A record to which others refer stays; `live` looks past those in the recycle bin."""
        for other, field in self._entities.referring.get(entity.name, ()):
            using = select(func.count()).where(other.column(field.name) == record.id)
            if live:
                using = using.where(other.model.removed_ns.is_(None))
            if count := session.scalar(using):
                name = openly(entity, record)
                raise Refused(
                    said(
                        f"{entity.label.zh} {name} 仍被 {count} 条{other.label.zh}引用（{field.label.zh}），"
                        "请先处理这些记录",
                        f"{count} records of {other.label.en} still refer to {entity.label.en} {name} "
                        f"({field.label.en}); deal with those first",
                    )
                )

    def restore(self, session: Session, command: RestoreRecords) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        records = several(session, entity, command.records, removed=True)
        fields = fields_of(session, entity)
        for record in records:
            record.removed_ns = None
            with session.no_autoflush:
                self._put(session, entity, fields, record, {})
            session.flush()
        self.index.put_all(session, entity, records)
        self.retell(session, entity, records)
        return tuple(RecordRestored(entity.name, one.id) for one in records)

    def erase(self, session: Session, command: EraseRecords) -> tuple[Any, ...]:
        check_reason(command.reason)
        entity = entity_named(self._entities, command.entity)
        records = several(session, entity, command.records, removed=True)
        for record in records:
            self._refuse_in_use(session, entity, record, live=False)
            for tag in session.scalars(tags_on(entity, [record.id])):
                session.delete(tag)
            record.hand_over(session, None)
            self.index.remove(session, entity, record)
            session.delete(record)
        return tuple(RecordErased(entity.name, one.id) for one in records)

    def merge(self, session: Session, command: MergeRecords) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        if command.kept == command.other:
            raise Refused(said("不能把一条记录与自身合并", "a record cannot be merged with itself"))
        kept, other = several(session, entity, (command.kept, command.other))
        for record, version in ((kept, command.kept_version), (other, command.other_version)):
            if version:
                _refuse_stale(entity, record, version)
        now = self._wall_ns()
        kept.changed_ns = other.removed_ns = now
        session.flush()  # what both had is free for the one
        fields = fields_of(session, entity)
        if unknown := set(command.taken) - set(fields):
            names = "、".join(sorted(unknown))
            raise Refused(said(f"没有这些字段：{names}", f"there are no fields {names}"))
        with session.no_autoflush:
            self._put(session, entity, fields, kept, _merged(fields, kept, other, command.taken))
        for referring, field in self._entities.referring.get(entity.name, ()):
            column = referring.column(field.name)
            for row in session.scalars(select(referring.model).where(column == other.id)):
                setattr(row, field.name, kept.id)
        for tag in session.scalars(tags_on(entity, [other.id])):
            session.merge(RecordTag(entity=entity.name, tag=tag.tag, record_id=kept.id))
        other.hand_over(session, kept.id)
        session.flush()
        self.index.remove(session, entity, other)
        self.index.put_all(session, entity, [kept])
        return (RecordsMerged(entity.name, kept.id, other.id),)

    def _read(
        self, fields: Mapping[str, Field], raws: Mapping[str, Raw], known: Known, *, whole: bool
    ) -> Mapping[str, Any]:
        found: Read = read(fields, raws, whole=whole, known=known)
        if found.problems:
            raise Refused(told(found.problems))
        return found.values


def _refuse_stale(entity: Entity, record: Record, version: int) -> None:
    if record.version != version:
        raise Refused(
            said(
                f"{entity.label.zh} {record.id} 已被他人修改（第 {record.version} 版，"
                f"您读到的是第 {version} 版），请重新打开后再改",
                f"{entity.label.en} {record.id} was changed meanwhile (version {record.version}, "
                f"you read {version}); open it again",
            )
        )


def _merged(fields: Mapping[str, Field], kept: Record, other: Record, taken: Sequence[str]) -> dict[str, Any]:
    """What the kept record takes from the other one: what was chosen, and what it does not say itself."""
    return {
        name: value
        for name, field in fields.items()
        if not field.derived
        and (name in taken or value_of(kept, field) is None)
        and ((value := value_of(other, field)) is not None or not field.required)
    }


def _has_changed(record: Record, names: Sequence[str]) -> bool:
    attributes = inspect(record).attrs
    return any(attributes[name].history.has_changes() for name in names)


def _numbered(reason: str, number: int, count: int) -> Refused:
    """Which of several records cannot be."""
    if count == 1:
        return Refused(reason)
    zh, en = (in_language(reason, language) for language in ("zh", "en"))
    return Refused(said(f"第 {number} 条：{zh}", f"record {number}: {en}"))


def _refuse_external_id(session: Session, entity: Entity, record: Record) -> None:
    """One of another system names one record of a project, in the recycle bin too."""
    if record.external_id is None:
        return
    model = entity.model
    there = model.external_id == record.external_id, model.scope_id == record.scope_id
    other = session.scalar(select(model.id).where(*there, model.id != (record.id or 0)))
    if other is not None:
        raise Refused(
            said(
                f"外部编号“{record.external_id}”已属于{entity.label.zh} {other}"
                "（可能在回收站），请更改那一条，或换一个编号",
                f"the external id {record.external_id!r} belongs to {entity.label.en} {other}, perhaps in "
                "the recycle bin: change that one, or take another id",
            )
        )


def _external_id(text: str) -> str | None:
    if len(text) > EXTERNAL_ID_LENGTH:
        raise Refused(
            said(
                f"外部编号长 {len(text)} 个字符，最长 {EXTERNAL_ID_LENGTH}",
                f"the external id has {len(text)} characters; at most {EXTERNAL_ID_LENGTH}",
            )
        )
    return text.strip() or None
