"""What commands ask again and again and what hardly ever changes, kept from one transaction to the next.

The one writer alone remembers: whatever changes these rows passes by its own sessions, and makes it forget.
"""

import weakref
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

from sqlalchemy import Engine, UpdateBase, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

Row = TypeVar("Row")
T = TypeVar("T")

MOST = 10_000
"""Answers about the rows of one class; beyond that they begin anew."""
_Memory = dict[type, dict[Hashable, Any]]
_memories: weakref.WeakKeyDictionary[Engine, _Memory] = weakref.WeakKeyDictionary()


def remember(engine: Engine) -> None:
    """Let the sessions of this engine, the only one that writes, remember."""
    memory: _Memory = {}
    _memories[engine] = memory

    def forget(*_of: Any) -> None:
        memory.clear()

    # What was read after a change that is taken back never was.
    event.listen(engine, "rollback", forget)
    event.listen(engine, "rollback_savepoint", forget)
    event.listen(engine, "connect", forget)  # somebody else may have been the writer since


def remembered(session: Session, of: type, key: Hashable, read: Callable[[], T]) -> T:
    """What `read` reads from the rows of `of`, and from nothing else: a value, no object of the session."""
    if any(isinstance(row, of) for row in _changing(session)):
        return read()
    return _kept(session, of, key, read)


def told(session: Session, of: type[Row], id_: int, tell: Callable[[Row], T]) -> T | None:
    """What `tell` tells of a row, from its own columns alone; None when there is none."""
    held: Row | None = session.identity_map.get(session.identity_key(of, id_))
    if held is not None:  # perhaps changed in this very transaction
        return tell(held)

    def read() -> T | None:
        row = session.get(of, id_)
        return None if row is None else tell(row)

    return _kept(session, of, (id_, tell), read)


def _kept(session: Session, of: type, key: Hashable, read: Callable[[], T]) -> T:
    memory = _memories.get(session.get_bind().engine)
    if memory is None:
        return read()
    answers = memory.setdefault(of, {})
    if key not in answers:
        found = read()  # which may well forget
        answers = memory.setdefault(of, {})
        if len(answers) >= MOST:
            answers.clear()
        if found is not None:  # what is not there may come in ways that nobody tells of
            answers[key] = found
        return found
    answer: T = answers[key]
    return answer


def _changing(session: Session) -> Iterator[object]:
    yield from session.new
    yield from session.dirty
    yield from session.deleted


@event.listens_for(Session, "after_flush")
def _forget_rows(session: Session, _context: UOWTransaction) -> None:
    if memory := _memories.get(session.get_bind().engine):
        for kind in {type(row) for row in _changing(session)}:
            memory.pop(kind, None)


@event.listens_for(Session, "do_orm_execute")
def _forget_tables(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, UpdateBase) and (memory := _memories.get(state.session.get_bind().engine)):
        name = statement.table.description  # it may be a copy of the table
        for kind in [kind for kind in memory if inspect(kind).local_table.description == name]:
            del memory[kind]
