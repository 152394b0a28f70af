"""The business database: SQLite beside the program by default, PostgreSQL by URL; one writer either way."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from business.remembered import remember

BUSY_TIMEOUT_MS = 5000
"""How long a connection waits for a lock of the database."""
STATEMENT_S = 60
"""PostgreSQL ends a statement that takes longer; migrations may."""
WRITER_LOCK = int.from_bytes(b"STEWARD", "big")
"""The advisory lock that the one writer of a PostgreSQL database holds as long as it is connected."""


class Base(DeclarativeBase):
    """The mapped classes of all modules share one catalogue of tables."""


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def open_writer(url: str | URL) -> Engine:
    """The engine of `office`, which alone writes: one connection: writes queue here, not in the database."""
    engine = _open(make_url(url), read_only=False, pool_size=1, max_overflow=0)
    remember(engine)
    return engine


def open_reader(url: str | URL) -> Engine:
    """An engine that cannot write, for everybody else. The database must exist."""
    return _open(make_url(url), read_only=True, pool_size=2, max_overflow=2)


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def begun(session: Session) -> Connection:
    """The connection of a session at its beginning, in a transaction that savepoints may divide.

    The driver of SQLite begins one with the first change only, and takes a savepoint before that for it.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    return connection


def is_begun(connection: Connection) -> bool:
    """Whether the transaction stands after an error in it: a full disk may end it, a lost server does."""
    if connection.invalidated or connection.closed:
        return False
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return bool(driver.in_transaction)
    return bool(driver.info.transaction_status == driver.info.transaction_status.INTRANS)


def _open(url: URL, *, read_only: bool, pool_size: int, max_overflow: int) -> Engine:
    # Personal data is among the parameters, and errors end in logs.
    pool: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": max_overflow,
        "hide_parameters": True,
    }
    if url.get_backend_name() == "postgresql":
        return _open_postgresql(url, pool, read_only=read_only)
    engine = create_engine(url, **pool)

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
            cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    return engine


def _open_postgresql(url: URL, pool: dict[str, Any], *, read_only: bool) -> Engine:
    """A server may go and come back: each use of a connection begins with a look whether it is there."""
    server = {
        "timezone": "UTC",
        "statement_timeout": f"{STATEMENT_S}s",
        "lock_timeout": f"{BUSY_TIMEOUT_MS}ms",
        "default_transaction_read_only": "on" if read_only else "off",
        "synchronous_commit": "on",
        # A plan for any name and any building is a bad one for most: each question gets its own.
        "plan_cache_mode": "force_custom_plan",
        # A writer whose machine is gone must not keep its lock: the server asks after it.
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
    }
    client = {
        "connect_timeout": 5,
        "tcp_user_timeout": 15_000,
        "application_name": f"steward {'reader' if read_only else 'writer'}",
        "options": " ".join(f"-c {name}={value}" for name, value in server.items()),
    }
    # A reader's statement is a transaction of its own: the same as READ COMMITTED, without two round trips.
    isolation = {"isolation_level": "AUTOCOMMIT"} if read_only else {}
    try:
        engine = create_engine(url, **pool, **isolation, pool_pre_ping=True, connect_args=client)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{url!r} needs the driver of PostgreSQL; run: pip install 'campus-steward[postgresql]'"
        ) from None
    if not read_only:
        event.listen(engine, "connect", _claim)
    return engine


def _claim(connection: Any, _record: Any) -> None:
    """Be the one writer, or raise the driver's OperationalError that says who is."""
    import psycopg

    if (encoding := connection.info.encoding) != "utf-8":
        raise psycopg.OperationalError(f"the database is in {encoding}; create it with ENCODING 'UTF8'")
    connection.autocommit = True
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", (WRITER_LOCK,))
    except psycopg.errors.LockNotAvailable:
        raise psycopg.OperationalError(
            f"another office writes to this database ({_holder(connection)}); stop that one first"
        ) from None
    finally:
        connection.autocommit = False


def _holder(connection: Any) -> str:
    """Who holds the writer's lock, as far as the server tells us."""
    row = connection.execute(
        "SELECT pid, coalesce(host(client_addr), 'the same machine') FROM pg_locks JOIN pg_stat_activity"
        " USING (pid) WHERE locktype = 'advisory' AND granted AND objsubid = 1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32) + objid::bigint = %s",
        (WRITER_LOCK,),
    ).fetchone()
    return f"server process {row[0]}, from {row[1]}" if row else "it has just left; try again"
