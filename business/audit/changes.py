"""What a transaction changes, read off SQLAlchemy's unit of work: no module tells it, and none can forget."""

import datetime
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, UOWTransaction, sessionmaker
from sqlalchemy.orm.attributes import History

from business.audit.model import AuditChange

HIDDEN = "***"
"""Stands for a secret value."""
_KEY = "audit.changes"


class Unaudited(Exception):
    """Raised when code would write rows in a way that the trail does not see."""


def watch(sessions: sessionmaker[Session]) -> None:
    """Make every session of the factory collect its changes, and refuse what passes them by."""
    event.listen(sessions, "after_flush", _collect)
    event.listen(sessions, "do_orm_execute", _refuse_bulk)


def collected(session: Session) -> list[AuditChange]:
    """Flush, and take what changed since the transaction began."""
    session.flush()
    found: list[AuditChange] = session.info.pop(_KEY, [])
    return found


def tell(session: Session, object_: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    """What a command changes outside of the database: a file, say. Never a secret's value."""
    session.info.setdefault(_KEY, []).append(
        AuditChange(
            object=object_,
            before=None if before is None else _encode(before),
            after=None if after is None else _encode(after),
        )
    )


def _collect(session: Session, _context: UOWTransaction) -> None:
    found: list[AuditChange] = session.info.setdefault(_KEY, [])
    found.extend(_changes(session))


def _changes(session: Session) -> Iterator[AuditChange]:
    for row in session.new:
        if _is_audited(row):
            yield AuditChange(object=_name(row), before=None, after=_encode(_values(row)))
    for row in session.dirty:
        if _is_audited(row) and (changed := _changed(row)):
            before = {name: old for name, (old, _) in changed.items()}
            after = {name: new for name, (_, new) in changed.items()}
            yield AuditChange(object=_name(row), before=_encode(before), after=_encode(after))
    for row in session.deleted:
        if _is_audited(row):
            yield AuditChange(object=_name(row), before=_encode(_values(row)), after=None)


def _is_audited(row: object) -> bool:
    return getattr(type(row), "audited", True)


def _name(row: object) -> str:
    state = inspect(row)
    mapper: Mapper[Any] = state.mapper
    key = "/".join(str(value) for value in mapper.primary_key_from_instance(row))
    return f"{mapper.local_table.description}/{key}"


def _values(row: object) -> dict[str, Any]:
    told = _told(inspect(row).mapper)
    return {name: _shown(rule, getattr(row, name)) for name, rule in told}


def _changed(row: object) -> dict[str, tuple[Any, Any]]:
    state = inspect(row)
    found = {}
    for name, rule in _told(state.mapper):
        history: History = state.attrs[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            found[name] = (_shown(rule, old), _shown(rule, new))
    return found


@cache
def _told(mapper: Mapper[Any]) -> tuple[tuple[str, Any], ...]:
    """The attributes that the trail tells of, and by which rule."""
    rules = ((one.key, one.columns[0].info.get("audit")) for one in mapper.column_attrs)
    return tuple((name, rule) for name, rule in rules if rule != "derived")


def _shown(rule: Any, value: Any) -> Any:
    if rule is None or value is None:
        return value
    return rule(value) if callable(rule) else HIDDEN


def _encode(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime.date | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} {value!r} has no form in the audit trail; give its column one")


def _refuse_bulk(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    writes = state.is_update or state.is_delete or state.is_insert
    if writes and mapper is not None and getattr(mapper.class_, "audited", True):
        raise Unaudited(
            f"a bulk statement on {mapper.class_.__name__} leaves no audit; change its objects in the session"
        )
