"""Erasing a record: its values, all copies of them in other tables, and a note of what lies in files."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from business.access.held import holding
from business.duplicates.finding import forget_record
from business.identity.model import User, UserSession, count_access_up
from business.privacy.model import Erasure
from business.push.model import PushSubscription
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.indexing import Index
from business.registry.model import RecordTag, SavedView
from business.registry.record import Record
from business.reviews.model import State, Submission

SHORTEST = 2
"""Characters of the shortest text that is looked for in what others have written."""


def pseudonym(entity: Entity, id_: int) -> str:
    """What stands where a name has to stand."""
    return f"已清除{entity.label.zh}{id_}"


class Eraser:
    """Erases in the caller's transaction; what lies in files is for the job that follows."""

    def __init__(self, entities: Entities, index: Index, wall_ns: Callable[[], int]) -> None:
        self._entities = entities
        self._index = index
        self._wall_ns = wall_ns

    def fields(
        self, session: Session, entity: Entity, record: Record, names: Collection[str], reason: str
    ) -> None:
        """Empty some fields; the record stays."""
        texts, files = self._traces(entity, record, names)
        for name in names:
            setattr(record, name, None)
        session.flush()
        self._index.put_all(session, entity, [record] if record.removed_ns is None else [])
        self._forget_submissions(session, {(entity.name, record.id)}, texts)
        self._note(session, entity, record, ",".join(names), reason, texts, files)

    def whole(self, session: Session, entity: Entity, record: Record, reason: str) -> None:
        """A shell stays, to which the history of houses refers; what belonged to it goes."""
        texts, files = self._traces(entity, record, entity.by_name)
        gone = {(entity.name, record.id)}
        for other, field in self._entities.referring.get(entity.name, ()):
            if field.belongs:
                column = other.column(field.name)
                for one in session.scalars(select(other.model).where(column == record.id)).all():
                    more, pictures = self._traces(other, one, other.by_name)
                    texts |= more
                    files |= pictures
                    gone.add((other.name, one.id))
                    self._drop(session, other, one)
        self._forget_written(session, entity, record, texts)
        self._forget_users(session, record, pseudonym(entity, record.id))
        for field in entity.fields:
            setattr(record, field.name, pseudonym(entity, record.id) if field.required else None)
        record.custom, record.external_id = {}, None
        record.removed_ns = record.removed_ns or self._wall_ns()
        self._untie(session, entity, record)
        session.flush()
        self._forget_submissions(session, gone, texts)
        self._forget_views(session, texts)
        self._note(session, entity, record, "", reason, texts, files)

    def _drop(self, session: Session, entity: Entity, record: Record) -> None:
        """A record that belongs to the one erased; what mentioned it mentions nothing."""
        for other, field in self._entities.referring.get(entity.name, ()):
            column = other.column(field.name)
            for one in session.scalars(select(other.model).where(column == record.id)):
                setattr(one, field.name, None)
        session.flush()
        self._untie(session, entity, record)
        session.delete(record)

    def _untie(self, session: Session, entity: Entity, record: Record) -> None:
        about = RecordTag.entity == entity.name, RecordTag.record_id == record.id
        for tag in session.scalars(select(RecordTag).where(*about)):
            session.delete(tag)
        forget_record(session, entity.name, record.id)
        record.hand_over(session, None)
        self._index.remove(session, entity, record)

    def _traces(self, entity: Entity, record: Record, names: Iterable[str]) -> tuple[set[str], set[str]]:
        """The texts by which it would be found elsewhere, and the files that it held."""
        texts: set[str] = set()
        files: set[str] = set()
        for name in names:
            field, value = entity.by_name[name], getattr(record, name)
            if value is None:
                continue
            if field.type.name == "files":
                files.update(value)
            elif field.sensitive is not None and isinstance(value, str) and len(value) >= SHORTEST:
                texts.add(value)
        return texts, files

    def _forget_written(self, session: Session, entity: Entity, record: Record, texts: set[str]) -> None:
        """The name, where somebody has written it into another record of one of his houses."""
        houses = set()
        for other, field in self._entities.referring.get(entity.name, ()):
            if (at := other.kind.within) and other.by_name[at].reference == "house":
                column = other.column(field.name)
                houses |= set(session.scalars(select(other.column(at)).where(column == record.id)))
        for other, field in self._entities.referring.get("house", ()):
            for written in _personal(other):
                named = other.column(written.name).in_(texts)
                at_house = other.column(field.name).in_(houses)
                changed = session.scalars(select(other.model).where(at_house, named)).all()
                for one in changed:
                    setattr(one, written.name, None)
                session.flush()
                self._index.put_all(session, other, [one for one in changed if one.removed_ns is None])

    def _forget_users(self, session: Session, record: Record, name: str) -> None:
        """His account opens nothing any more, and says nothing of him but its own name."""
        for user in session.scalars(select(User).where(User.person_id == record.id)):
            if not all(one.own for one in holding(session, user.id, self._wall_ns()).grants):
                continue  # who works here keeps his account; it is no longer linked
            user.display, user.email, user.phone, user.disabled = name, "", None, True
            ended = UserSession.user_id == user.id, UserSession.ended_ns.is_(None)
            for one in session.scalars(select(UserSession).where(*ended)):
                one.ended_ns = self._wall_ns()
            for device in session.scalars(
                select(PushSubscription).where(PushSubscription.user_id == user.id)
            ):
                session.delete(device)
            count_access_up(session)

    def _forget_submissions(self, session: Session, gone: set[tuple[str, int]], texts: set[str]) -> None:
        written = or_(Submission.content.is_not(None), Submission.note != "", Submission.reason != "")
        for row in session.scalars(select(Submission).where(written)):
            told = json.loads(row.content) if row.content else {}
            about = (row.entity, row.record_id) in gone or bool(gone & set(self._named(row.entity, told)))
            if about or _mentions((row.content or "", row.note, row.reason), texts):
                row.content, row.note, row.reason = None, "", ""
                if row.state in {State.WAITING, State.RETURNED}:
                    row.state = State.WITHDRAWN

    def _named(self, entity: str, told: dict[str, Any]) -> Iterator[tuple[str, int]]:
        """The records that a proposal refers to."""
        for field in self._entities[entity].fields:
            raw = str(told.get("values", {}).get(field.name, ""))
            if field.reference and raw.isascii() and raw.isdecimal():
                yield field.reference, int(raw)

    def _forget_views(self, session: Session, texts: set[str]) -> None:
        for view in session.scalars(select(SavedView)):
            if _mentions((unquote_plus(view.query), view.name), texts):
                session.delete(view)

    def _note(
        self,
        session: Session,
        entity: Entity,
        record: Record,
        fields: str,
        reason: str,
        texts: set[str],
        files: set[str],
    ) -> None:
        traces = json.dumps({"texts": sorted(texts), "files": sorted(files)}, ensure_ascii=False)
        session.add(
            Erasure(
                entity=entity.name,
                record_id=record.id,
                fields=fields,
                reason=reason,
                erased_ns=self._wall_ns(),
                traces=traces,
            )
        )


def _personal(entity: Entity) -> Iterator[Field]:
    """The fields into which somebody may have written a name."""
    for field in entity.fields:
        fixed = field.sealed or field.required or field.reference
        if field.sensitive is not None and not fixed and field.type.column().python_type is str:
            yield field


def _mentions(written: Iterable[str], texts: Collection[str]) -> bool:
    plain = [one.replace(" ", "") for one in written]
    return any(needle(text) in one for text in texts for one in plain)


def needle(text: str) -> str:
    """As somebody would have written it: a telephone number without its country."""
    return text.removeprefix("+86").replace(" ", "")
