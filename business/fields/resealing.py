"""The job after a new sealing key: what older keys sealed is sealed anew, and found by new indexes."""

import logging
from collections.abc import Generator, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from actors.said import said
from business.fields.keyring import SealError
from business.fields.sealed import indexes, keyring_of, opened, sealed_columns
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from config.text import Text

logger = logging.getLogger(__name__)

ROWS_A_CHUNK = 200
KEY, NEW = "row_key", "new_"
"""Names of parameters, none of which may be that of a column."""
LABEL = Text("用新密钥重新加密", "Encrypt anew under the newest key")


class NotResealed(Exception):
    """Raised at the end when values could not be opened; all others are under the newest key."""


def reseal(metadata: MetaData) -> JobKind:
    """The job, for all sealed columns of these tables."""

    def work(context: JobContext) -> Generator[Progress, None, None]:
        tables = [table for table in metadata.sorted_tables if sealed_columns(table.columns)]
        with context.sessions() as session:
            total = sum(_stale_rows(session, table) for table in tables)
        done = 0
        broken: list[str] = []
        for table in tables:
            for rows in _chunks(context, table, broken):
                done += rows
                yield Progress(done, total, said(f"已处理 {done} 行", f"{done} rows seen to"))
        if broken:
            raise NotResealed(f"{len(broken)} values stay as they are; the first: {broken[0]}")

    return JobKind("reseal", LABEL, work, Lane.HEAVY)


def _chunks(context: JobContext, table: Table, broken: list[str]) -> Iterator[int]:
    """Rows done, one transaction after the other."""
    (key,) = table.primary_key
    columns = sealed_columns(table.columns)
    last: Any = None
    while True:
        with context.sessions.begin() as session:
            stale = select(key, *map(_raw, columns)).where(_is_stale(session, table))
            if last is not None:
                stale = stale.where(key > last)
            rows = session.execute(stale.order_by(key).limit(ROWS_A_CHUNK)).all()
            found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
            for identity, *values in rows:
                renewed = _renewed(session, identity, columns, values, broken)
                found.setdefault(tuple(renewed), []).append({KEY: identity, **renewed})
            for names, parameters in found.items():
                if names:
                    written: dict[str, Any] = {name.removeprefix(NEW): bindparam(name) for name in names}
                    renewal = update(table).where(key == bindparam(KEY)).values(written)
                    session.connection().execute(renewal, parameters)
        if not rows:
            return
        last = rows[-1][0]
        yield len(rows)


def _renewed(
    session: Session,
    identity: Any,
    columns: list[Column[Any]],
    values: list[bytes | None],
    broken: list[str],
) -> dict[str, Any]:
    """What the row is given, as parameters; one that cannot be opened keeps nobody else from it."""
    keyring = keyring_of(session.get_bind())
    found: dict[str, Any] = {}
    for column, value in zip(columns, values, strict=True):
        if value is None:
            continue
        try:
            text = opened(column, bytes(value), keyring)
        except SealError as error:
            broken.append(f"row {identity}: {error}")
            logger.warning("not encrypted anew: %s", broken[-1])
        else:
            written = {column.name: text, **indexes(column, text, keyring)}
            found |= {f"{NEW}{name}": one for name, one in written.items()}
    return found


def _stale_rows(session: Session, table: Table) -> int:
    counted = select(func.count()).select_from(table).where(_is_stale(session, table))
    return session.scalar(counted) or 0


def _is_stale(session: Session, table: Table) -> ColumnElement[bool]:
    header = keyring_of(session.get_bind()).header
    stale: list[ColumnElement[bool]] = [
        func.substr(_raw(column), 1, len(header)) != header for column in sealed_columns(table.columns)
    ]
    return or_(*stale)


def _raw(column: Column[Any]) -> ColumnElement[bytes]:
    return type_coerce(column, LargeBinary)
