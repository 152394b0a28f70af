"""A business database in PostgreSQL: dumped and restored by its own programs, counted in the same moment."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, text

from actors.said import said
from business.backup.tables import Table, summary
from business.backup.trouble import BackupError

NAME = "business.dump"


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a dump holds."""

    revision: str
    anchor: str
    tables: dict[str, Table]


def dump(url: URL, target: Path, *, compressed: bool = True) -> Dumped:
    """Write the database to `target` in the custom format; what is told of it is of the same moment. Raises
    BackupError."""
    with _opened(url) as engine, engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        how = ["--format=custom", "--no-owner", *([] if compressed else ["--compress=0"])]
        _run("pg_dump", url, *how, f"--snapshot={snapshot}", f"--file={target}")
        row = connection.execute(
            text("SELECT sequence, seal FROM audit_records ORDER BY sequence DESC LIMIT 1")
        ).one_or_none()
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        return Dumped(str(revision), f"{row[0]}:{row[1]}" if row else "", tables(connection))


def restore(url: URL, source: Path) -> None:
    """Into a database without tables: what stands in another is not ours to remove. Raises BackupError."""
    with _opened(url) as engine:
        found = inspect(engine).get_table_names()
    if found:
        raise BackupError(
            said(
                f"数据库 {url} 不是空的（有 {len(found)} 张表）；请新建一个空数据库，再用 --database 指定",
                f"the database {url} is not empty ({len(found)} tables); create an empty one and name it "
                "with --database",
            )
        )
    _run("pg_restore", url, "--exit-on-error", "--single-transaction", "--no-owner", str(source))


def tables(connection: Connection) -> dict[str, Table]:
    return {
        name: summary(tuple(row) for row in _rows(connection, name))
        for name in sorted(inspect(connection).get_table_names())
    }


def tables_of(url: URL) -> dict[str, Table]:
    with _opened(url) as engine, engine.connect() as connection:
        return tables(connection)


def _rows(connection: Connection, name: str) -> Any:
    quoted = connection.dialect.identifier_preparer.quote(name)
    return connection.execution_options(yield_per=5_000).exec_driver_sql(f"SELECT * FROM {quoted}")  # noqa: S608


@contextmanager
def _opened(url: URL) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _run(program: str, url: URL, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(
            said(
                f"找不到 {program}；请安装 PostgreSQL 客户端（apt install postgresql-client）",
                f"there is no {program}; install its client programs (apt install postgresql-client)",
            )
        )
    # The password goes through the environment: arguments can be read by everybody on the machine.
    environment = os.environ | {"PGPASSWORD": str(url.password or "")}
    where = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = [path, f"--dbname={where}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    if done.returncode:
        why = done.stderr.strip()[-500:]
        raise BackupError(said(f"{program} 失败：{why}", f"{program} failed: {why}"))
