"""Whether what was restored is what was backed up, and whether the program can go on from it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL

from actors.messages import Issuer, Stage
from actors.said import said
from business.access import Authority
from business.audit.verify import verify
from business.backup import postgres
from business.backup.manifest import Database, Manifest
from business.backup.messages import RecordRestore
from business.backup.service import Backups
from business.backup.tables import Table, reading, sqlite_tables
from business.backup.trouble import BackupError
from business.database import open_writer, sessions
from business.gate import Execute, Gate
from business.jobs.service import Jobs
from business.migrations import is_known, migrate

CONSOLE = Issuer("steward", "", "console")
"""Who restores, in the trail."""


def check_revisions(state: Manifest) -> None:
    """Raises BackupError when a newer program made the backup."""
    for name, database in state.databases.items():
        if database.revision and not is_known(database.revision):
            raise BackupError(
                said(
                    f"{name} 的数据结构版本 {database.revision} 不为本程序所知；请用园区管家 {state.steward}",
                    f"{name} has the schema {database.revision}, which this program does not know; restore "
                    f"with Steward {state.steward}",
                )
            )


def problems(expected: Mapping[str, Database], folder: Path, business: URL | None) -> Iterator[str]:
    """Every difference, `said`: in rows, in content, in what the database says of itself."""
    for name, database in expected.items():
        if name == postgres.NAME:
            assert business is not None, "a dump is restored into a database"
            yield from _differences(name, database.tables, postgres.tables_of(business))
            continue
        try:
            with reading(folder / name) as connection:
                found = connection.execute("PRAGMA integrity_check(3)").fetchall()
            if found != [("ok",)]:
                raise sqlite3.DatabaseError("; ".join(str(row[0]) for row in found))
            if database.tables:
                yield from _differences(name, database.tables, sqlite_tables(folder / name))
        except sqlite3.DatabaseError as error:
            yield said(f"{name}：数据库已损坏（{error}）", f"{name}: the database is damaged ({error})")


def _differences(name: str, expected: Mapping[str, Table], found: Mapping[str, Table]) -> Iterator[str]:
    for table in sorted({*expected, *found}):
        was, now = expected.get(table), found.get(table)
        if was is None or now is None:
            yield said(
                f"{name}：多出或缺少表 {table}", f"{name}: the table {table} is missing or was not there"
            )
        elif was.rows != now.rows:
            yield said(
                f"{name}：表 {table} 有 {now.rows} 行，备份时为 {was.rows} 行",
                f"{name}: the table {table} has {now.rows} rows, {was.rows} were backed up",
            )
        elif was.checksum != now.checksum:
            yield said(f"{name}：表 {table} 内容不符", f"{name}: the content of the table {table} differs")


def take_over(url: URL, state: Manifest, now_ns: Callable[[], int], by: str) -> None:
    """Bring the database to this program's schema, prove its trail, and tell there where it came from. Raises
    BackupError."""
    engine = open_writer(url)
    try:
        migrate(engine)
        factory = sessions(engine)
        sequence, _, seal = state.anchor.partition(":")
        with factory() as session:
            verdict = verify(session, anchor=(int(sequence), seal) if seal else None)
        if verdict.breaks:
            first = verdict.breaks[0]
            raise BackupError(
                said(
                    f"审计记录有 {len(verdict.breaks)} 处不完整，首处为第 {first.sequence} 条；请换备份",
                    f"the audit trail is broken in {len(verdict.breaks)} places, the first at record "
                    f"{first.sequence}; use another backup",
                )
            )
        module = Backups(Jobs({}, ZoneInfo("UTC"), now_ns), now_ns)
        gate = Gate(factory, Authority(engine, now_ns), now_ns)
        order = Execute(CONSOLE, RecordRestore(state.name, state.taken_ns, by))
        if (outcome := gate.on_own_account(module, order)).stage is not Stage.DONE:
            raise BackupError(outcome.detail)
    finally:
        engine.dispose()
