"""The job of an export: rows are read page by page and written as they come."""

import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.said import said
from business.access import Reach
from business.access.model import Scope
from business.access.rights import reach_of
from business.exchange.columns import Values
from business.exchange.refusal import FileRefused
from business.exchange.shelf import Shelf
from business.exchange.table import Table, Written
from business.exporting.columns import Rows, exported
from business.exporting.formats import FORMATS
from business.exporting.model import Export
from business.exporting.service import EXPORT
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from business.registry.conditions import Condition, Operator
from business.registry.entity import Entities, Entity
from business.registry.paging import Cursor, beyond
from business.registry.queries import Wanted, matching, order, visible
from business.registry.record import Record
from config.text import Text

LABEL = Text("导出档案", "Export records")
PAGE: Final = 500
"""Rows read at once."""
LOOK_S: Final = 0.2
"""How often progress is told."""


class _Cancelled(Exception):
    """The rows end before their end."""


def export_job(entities: Entities, shelf: Shelf, read: Callable[[], Session], zone: ZoneInfo) -> JobKind:
    """`read` opens a session that cannot write."""

    def work(context: JobContext) -> Generator[Progress, None, None]:
        return _work(_Exporter(entities, shelf, read, zone), context)

    return JobKind(EXPORT, LABEL, work, Lane.TRANSFER, _check)


def _check(arguments: Mapping[str, Any]) -> None:
    if set(arguments) != {"export"} or type(arguments["export"]) is not int:
        raise ValueError(said("请从导出页面开始导出", "start an export on its page"))


def _work(exporter: "_Exporter", context: JobContext) -> Generator[Progress, None, None]:
    """The writers take rows and give nothing back until the end, so that one works beside."""
    export_id = int(context.arguments["export"])
    trouble, rows = "", 0
    with ThreadPoolExecutor(1, thread_name_prefix="export") as beside:
        writing = beside.submit(exporter.write, export_id, context.wall_ns())
        try:
            while not wait((writing,), timeout=LOOK_S).done:
                yield Progress(exporter.done, exporter.total, _told(exporter.done))
            rows = writing.result().rows
        except FileRefused as refusal:
            trouble = str(refusal)
        finally:
            exporter.stop.set()
    with context.sessions.begin() as session:
        row = session.get_one(Export, export_id)
        row.rows, row.trouble = rows, trouble
    yield Progress(rows, rows, trouble or _told(rows))


def _told(rows: int) -> str:
    return said(f"已导出 {rows} 行", f"{rows} rows exported")


class _Exporter:
    def __init__(self, entities: Entities, shelf: Shelf, read: Callable[[], Session], zone: ZoneInfo) -> None:
        self._entities = entities
        self._shelf = shelf
        self._read = read
        self._zone = zone
        self.done = 0
        self.total: int | None = None
        self.stop = threading.Event()

    def write(self, export_id: int, now_ns: int) -> Written:
        """Raises FileRefused."""
        with self._read() as session:
            row = session.get_one(Export, export_id)
            entity = self._entities[row.entity]
            known = {column.name: column for column in exported(session, entity)}
            permitted = {
                action: reach_of(session, row.user, entity.permission(action), now_ns)
                for action in ("read", "export", "unmask")
            }
            paths: dict[int, str] = dict(session.execute(select(Scope.id, Scope.path)).all())
        unmasked = permitted["unmask"] if row.open else None
        rows = Rows(
            self._entities,
            entity,
            row.columns,
            row.language,
            lambda record: unmasked is not None and unmasked.covers(paths[record.scope_id]),
        )
        table = Table(
            title=entity.label.in_language(row.language),
            columns=tuple(known[name] for name in row.columns if name in known),
            rows=self._rows(entity, permitted["export"], permitted["read"], _wanted(row.wanted), rows),
            language=row.language,
            day=_day(now_ns, self._zone),
        )
        target = self._shelf.path(row.file, row.format)
        part = target.with_suffix(".part")
        try:
            with part.open("wb") as file:
                written = FORMATS[row.format](file, table)
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
        return written

    def _rows(
        self, entity: Entity, reach: Reach, seen: Reach, wanted: Wanted, rows: Rows
    ) -> Iterator[Values]:
        with self._read() as session:
            query = matching(session, entity, reach, wanted).where(visible(entity, seen))
            column, ascending = order(session, entity, wanted)
            nulls_low = session.get_bind().dialect.name == "sqlite"
            self.total = session.scalar(select(func.count()).select_from(query.subquery()))
        keys = (column, entity.model.id)
        query = query.add_columns(column.label("sorted_by"))
        query = query.order_by(*(key.asc() if ascending else key.desc() for key in keys)).limit(PAGE)
        after: Cursor | None = None
        while True:
            page = query
            if after is not None:
                page = page.where(
                    beyond(column, entity.model.id, after, ascending=ascending, nulls_low=nulls_low)
                )
            with self._read() as session:
                found = session.execute(page).all()
                records: list[Record] = [row[0] for row in found]
                shown = rows.of(session, records)
            for values in shown:
                if self.stop.is_set():
                    raise _Cancelled
                yield values
                self.done += 1
            if len(found) < PAGE:
                return
            after = Cursor(found[-1][1], records[-1].id)


def _wanted(held: Mapping[str, Any]) -> Wanted:
    return Wanted(
        conditions=tuple(
            Condition(field, Operator(operator), value) for field, operator, value in held["conditions"]
        ),
        text=held["text"],
        tags=tuple(held["tags"]),
        removed=held["removed"],
        sort=held["sort"].removeprefix("-"),
        descending=held["sort"].startswith("-") if held["sort"] else None,
    )


def _day(now_ns: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now_ns / 1e9, zone).date()
