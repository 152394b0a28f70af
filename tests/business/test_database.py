"""The database itself: how it is opened, who may write, and that it can be migrated up, down and up."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError

from business.database import Base, open_reader, open_writer, sqlite_url
from business.migrations import migrate


def test_sqlite_is_opened_durable_and_strict(tmp_path: Path) -> None:
    engine = open_writer(sqlite_url(tmp_path / "b.db"))
    with engine.connect() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1, 5000]


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    writer, reader = (opened(sqlite_url(tmp_path / "b.db")) for opened in (open_writer, open_reader))
    migrate(writer)
    with reader.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("INSERT INTO access_version VALUES (1, 1)"))
    reader.dispose()
    writer.dispose()


def test_a_session_of_nobody_is_refused(tmp_path: Path) -> None:
    engine = open_writer(sqlite_url(tmp_path / "b.db"))
    migrate(engine)
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text("INSERT INTO user_sessions VALUES ('s', 't', 42, 'office', '', '', 0, 0, NULL, 0, NULL)")
        )
    engine.dispose()


def test_migrations_lead_to_the_tables_of_the_classes_and_back(tmp_path: Path) -> None:
    engine = open_writer(sqlite_url(tmp_path / "b.db"))
    for _ in range(2):
        migrate(engine)
        inspector = inspect(engine)
        for table in Base.metadata.sorted_tables:
            found = {column["name"]: str(column["type"]) for column in inspector.get_columns(table.name)}
            assert found == {column.name: column.type.compile(engine.dialect) for column in table.columns}, (
                table.name
            )
        migrate(engine, "base")
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
