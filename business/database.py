"""The business database: SQLite beside the program by default, PostgreSQL by URL; one writer either way."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

BUSY_TIMEOUT_MS = 5000
"""How long a connection waits for SQLite's write lock."""


class Base(DeclarativeBase):
    """The mapped classes of all modules share one catalogue of tables."""


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def open_writer(url: str) -> Engine:
    """The engine of `office`, which alone writes: one connection: writes queue here, not in SQLite."""
    return _open(url, read_only=False, pool_size=1, max_overflow=0)


def open_reader(url: str) -> Engine:
    """An engine that cannot write, for everybody else. The database must exist."""
    return _open(url, read_only=True, pool_size=2, max_overflow=2)


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def _open(url: str, *, read_only: bool, pool_size: int, max_overflow: int) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=max_overflow, pool_pre_ping=False)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            cursor.execute("PRAGMA foreign_keys = ON")
            if read_only:
                cursor.execute("PRAGMA query_only = ON")
            else:
                cursor.execute("PRAGMA journal_mode = WAL")
                cursor.execute("PRAGMA synchronous = FULL")
            cursor.close()

        return engine
    return engine.execution_options(postgresql_readonly=read_only)
