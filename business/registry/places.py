"""Where a record belongs in the tree of scopes, and which scopes a command touches."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.access import ANYWHERE, Reach
from business.access.model import Scope, ScopeKind
from business.fields.field_type import FieldError
from business.gate import Refused
from business.registry.declare import RECORD_ID
from business.registry.entity import Entities, Entity
from business.registry.messages import (
    ChangeRecord,
    ChangeRecords,
    CreateRecord,
    CreateRecords,
    SetCustomField,
)
from business.registry.record import Record
from business.remembered import remembered, told
from config.text import Text

_HELD = "registry.held"


class Places:
    """An entity whose kind says `within` belongs where the record belongs that this field names."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    def of(self, session: Session, command: Any) -> tuple[str, ...]:
        """The paths of all that a command touches.

        ANYWHERE when it touches no record that there is: the deed itself then says so. A field that is added
        is one of the whole group.
        """
        entity = self._entities.get(getattr(command, "entity", ""))
        if isinstance(command, SetCustomField):
            return ()
        if entity is None:
            return (ANYWHERE,)
        scopes = {self._named(session, entity, raw) for raw in _parents(entity, command)}
        if isinstance(command, CreateRecord | CreateRecords) and None in scopes:
            scopes.add(command.scope or only_project(session))
        if ids := _records(command):
            scopes.update(_held(session, entity, ids))
        paths = [_path(session, scope) for scope in scopes if scope is not None]
        return tuple(path for path in paths if path is not None) or (ANYWHERE,)

    def default(self, session: Session, scope: int | None) -> int | None:
        """Where new records belong of which nothing else tells it; None when that is nowhere."""
        if scope is None:
            return only_project(session)
        return scope if session.get(Scope, scope) is not None else None

    def new(self, session: Session, entity: Entity, values: Any, default: int | None) -> int:
        """Where a new record belongs. Raises Refused when that does not follow from anything."""
        within = entity.kind.within
        if within and values.get(within) is not None:
            scope = told(session, self._parent(entity).model, values[within], _scope_of)
            assert scope is not None  # Known has found it
            return scope
        if default is None:
            raise Refused(
                said(
                    f"请指定{entity.label.zh}所属的项目（有多个项目）",
                    f"say to which project the {entity.label.en} belongs: there are several",
                )
            )
        return default

    def follow(self, session: Session, entity: Entity, record: Record) -> None:
        """A record moves with the record within which it is."""
        within = entity.kind.within
        if not within or (parent_id := getattr(record, within)) is None:
            return
        scope = told(session, self._parent(entity).model, parent_id, _scope_of)
        assert scope is not None  # Known has found it, or the database holds it
        record.scope_id = scope

    def _parent(self, entity: Entity) -> Entity:
        return self._entities[entity.by_name[entity.kind.within].reference]

    def _named(self, session: Session, entity: Entity, raw: Any) -> int | None:
        try:
            id_ = RECORD_ID.parse(raw)
        except FieldError:
            return None  # the command is refused for it where it is carried out
        model = self._parent(entity).model
        return session.scalar(select(model.scope_id).where(model.id == id_))


def _held(session: Session, entity: Entity, ids: tuple[int, ...]) -> Iterable[int]:
    """The scopes of these records. One alone is fetched whole: the deed that follows needs it."""
    if len(ids) > 1:
        return session.connection().scalars(entity.scopes_of, {"ids": ids})
    record = session.get(entity.model, ids[0])
    session.info[_HELD] = record  # or else the session would forget it
    return () if record is None else (record.scope_id,)


def _scope_of(record: Record) -> int:
    return record.scope_id


def _parents(entity: Entity, command: Any) -> Iterable[Any]:
    """What a command says of the record within which its own shall be; None where it says nothing."""
    within = entity.kind.within
    match command:
        case CreateRecord():
            return (command.values.get(within),)
        case CreateRecords():
            return {new.values.get(within) for new in command.records}
        case ChangeRecord() | ChangeRecords() if within in command.values:
            return (command.values[within],)
        case _:
            return ()


def _records(command: Any) -> tuple[int, ...]:
    if isinstance(command, CreateRecords):
        return ()
    one = [getattr(command, name) for name in ("record", "kept", "other") if hasattr(command, name)]
    return (*getattr(command, "records", ()), *one)


@dataclass(frozen=True, slots=True)
class ProjectRow:
    id: int
    name: Text


def projects(session: Session, reach: Reach) -> tuple[ProjectRow, ...]:
    """Where records may come to belong: the projects that the reach covers, or reaches into."""
    rows = session.scalars(select(Scope).where(Scope.kind == ScopeKind.PROJECT).order_by(Scope.id))
    return tuple(
        ProjectRow(row.id, Text(row.name_zh, row.name_en))
        for row in rows
        if reach.covers(row.path) or any(path.startswith(row.path) for path in reach.paths)
    )


def only_project(session: Session) -> int | None:
    """The project of a program that has one only."""

    def read() -> int | None:
        projects = session.scalars(select(Scope.id).where(Scope.kind == ScopeKind.PROJECT).limit(2)).all()
        return projects[0] if len(projects) == 1 else None

    return remembered(session, Scope, "only project", read)


def _path(session: Session, scope: int) -> str | None:
    def read() -> str | None:
        return session.scalar(select(Scope.path).where(Scope.id == scope))

    return remembered(session, Scope, scope, read)
