"""The database itself: how it is opened, who may write, and that it can be migrated up, down and up."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, MetaData, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.types import Boolean, Date, DateTime, Integer, LargeBinary, Numeric, String, TypeEngine

from business.database import Base, open_reader, open_writer, sqlite_url
from business.migrations import migrate

GIVEN_UP = ("outgoing_messages",)
"""Tables that a later step drops with what they hold, since it is worth nothing by then."""

pytestmark = pytest.mark.both_databases


@pytest.fixture
def writer(database: URL) -> Iterator[Engine]:
    engine = open_writer(database)
    yield engine
    engine.dispose()


def test_sqlite_is_opened_durable_and_strict(tmp_path: Path) -> None:
    engine = open_writer(sqlite_url(tmp_path / "b.db"))
    with engine.connect() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1, 5000]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_is_opened_durable_bounded_and_in_utc(writer: Engine) -> None:
    with writer.connect() as connection:
        found = [
            connection.execute(text(f"SHOW {name}")).scalar()
            for name in ("synchronous_commit", "statement_timeout", "lock_timeout", "timezone")
        ]
    assert found == ["on", "1min", "5s", "UTC"]


def test_a_reader_cannot_write(database: URL, writer: Engine) -> None:
    migrate(writer)
    reader = open_reader(database)
    with reader.connect() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(text("INSERT INTO access_version VALUES (1, 1)"))
    reader.dispose()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_offices_cannot_both_write(
    database: URL, writer: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audit chain has one appender: the second is told who the first is, and may follow it."""
    monkeypatch.setattr("business.database.BUSY_TIMEOUT_MS", 50)
    with writer.connect() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    second = open_writer(database)
    with pytest.raises(OperationalError, match=rf"another office .* \(server process {pid}, from the same"):
        second.connect()
    writer.dispose()
    with second.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    second.dispose()


def test_a_session_of_nobody_is_refused(writer: Engine) -> None:
    migrate(writer)
    with writer.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text(
                "INSERT INTO user_sessions (id, token_hash, user_id, place, address, browser, created_ns,"
                " seen_ns) VALUES ('s', 't', 42, 'office', '', '', 0, 0)"
            )
        )


def test_migrations_lead_to_the_tables_of_the_classes_and_back(writer: Engine) -> None:
    for _ in range(2):
        migrate(writer)
        inspector = inspect(writer)
        for table in Base.metadata.sorted_tables:
            found = {
                column["name"]: column["type"].compile(writer.dialect)
                for column in inspector.get_columns(table.name)
            }
            wanted = {column.name: column.type.compile(writer.dialect) for column in table.columns}
            assert found == wanted, table.name
        migrate(writer, "base")
        assert set(inspect(writer).get_table_names()) <= {"alembic_version"}


def test_every_step_goes_down_and_up_with_rows_in_the_tables(writer: Engine) -> None:
    """What stood before a step stands after it, and again when it is taken back."""
    steps = _steps()
    migrate(writer, "base")
    before: dict[str, int] = {}
    for step in steps:
        migrate(writer, step)
        tables = _tables(writer)
        assert _counts(writer, tables).items() >= before.items()
        _fill(writer, tables)
        before = _counts(writer, tables)
    for step in reversed(["base", *steps[:-1]]):
        migrate(writer, step, down=True)
        after = _counts(writer, _tables(writer))
        assert before.items() >= after.items()
        before = after
    assert before == {}
    migrate(writer)


def _steps() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "business:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in scripts][::-1]


def _tables(writer: Engine) -> list[Table]:
    catalogue = MetaData()
    # How each database keeps the terms of the search index is its own.
    left_out = ("search_terms", *GIVEN_UP)
    catalogue.reflect(writer, only=lambda name, _: not name.startswith(left_out))
    return [table for table in catalogue.sorted_tables if table.name != "alembic_version"]


def _counts(writer: Engine, tables: list[Table]) -> dict[str, int]:
    with writer.connect() as connection:
        return {table.name: len(connection.execute(select(table)).all()) for table in tables}


def _fill(writer: Engine, tables: list[Table]) -> None:
    """A row in every table that is empty."""
    for table in tables:
        values = {
            column.name: _value(column.type)
            for column in table.columns
            if column is not table.autoincrement_column
        }
        with writer.begin() as connection:
            if not connection.execute(select(table)).first():
                connection.execute(table.insert().values(**values))


def _value(kind: TypeEngine[object]) -> object:
    match kind:
        case Boolean():
            return False
        case Integer() | Numeric():
            return 1
        case DateTime():
            return None
        case Date():
            return date(2026, 3, 1)
        case String():
            return "x"
        case LargeBinary():
            return b"x"
        case _:
            return {}
