"""The simulated twin of a foreign system's database: a SQLite file that fills with rows as the physics go."""

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from config.site import Device, Point
from drivers.database.schema import Connection, Options, Source
from drivers.twin import Fault, OnWrite, Twin

MOST_AT_ONCE = 1000
"""Rows that one put may add to let a count grow."""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class SqlTwin:
    """Every put of a value inserts a row; a count that is put grows by rows, a sum by one row."""

    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        """All in one file. Nobody writes through it, so `on_write` is never called."""
        del on_write
        self._devices = {device.id: device for device in devices}
        connections = [device.connection for device in self._devices.values()]
        assert isinstance(connections[0], Connection)
        self._file = Path(connections[0].file)
        self._away = self._file.with_name(self._file.name + ".away")
        self._shown: dict[tuple[str, str], float | str] = {}
        self._waiting: list[tuple[str, str, float | str]] = []
        self._base: sqlite3.Connection | None = None
        self._lock: sqlite3.Connection | None = None

    async def start(self) -> None:
        """The file is there, with its tables."""
        if self._away.exists():
            self._away.replace(self._file)
        self._base = sqlite3.connect(self._file, isolation_level=None, timeout=1)
        for device in self._devices.values():
            self._create(device)
        waiting, self._waiting = self._waiting, []
        for put in waiting:
            self.put(*put)

    async def stop(self) -> None:
        """The file is not there any more."""
        self._release()
        if self._base is not None:
            self._base.close()
            self._base = None
            self._file.replace(self._away)

    def drop(self) -> None:
        """There is no connection to cut."""

    def misbehave(self, device_id: str, fault: Fault) -> None:
        """All devices of the file share the trouble: it is locked, or its tables are gone."""
        self._release()
        if fault is Fault.FAILED:
            self._rename(device_id, "", " gone")
        elif fault is not Fault.NONE:
            self._lock = sqlite3.connect(self._file, isolation_level=None)
            self._lock.execute("BEGIN EXCLUSIVE")
        else:
            with contextlib.suppress(sqlite3.OperationalError):  # it was not gone
                self._rename(device_id, " gone", "")

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        device = self._devices[device_id]
        point, source = _point(device, point_id)
        if source.fact is not None:
            return
        if self._base is None:
            self._waiting.append((device_id, point_id, value))
            return
        if isinstance(value, float | int) and not raw:
            value = (value - point.offset) / point.scale
        before = self._shown.get((device_id, point_id), 0.0)
        self._shown[device_id, point_id] = value
        if source.count:
            more = 0 if isinstance(value, str) or isinstance(before, str) else round(value - before)
            for _ in range(min(max(more, 0), MOST_AT_ONCE)):
                self._insert(device, source, {})
        elif source.sum is not None:
            assert not isinstance(value, str)
            assert not isinstance(before, str)
            self._insert(device, source, {source.sum: value - before})
        else:
            self._insert(device, source, self._values(device))

    def value(self, device_id: str, point_id: str) -> float | str:
        point, _ = _point(self._devices[device_id], point_id)
        shown = self._shown[device_id, point_id]
        return shown if isinstance(shown, str) else shown * point.scale + point.offset

    # -- rows

    def _values(self, device: Device) -> dict[str, object]:
        """A row shows all of the device, in its own words."""
        values: dict[str, object] = {}
        for point in device.template.points:
            shown = self._shown.get((device.id, point.id))
            _, source = _point(device, point.id)
            if shown is None or source.count or source.sum or source.fact:
                continue
            words = {number: word for word, number in source.map.items()}
            values[source.column or source.text or ""] = (
                words.get(shown, shown) if isinstance(shown, float) else shown
            )
        return values

    def _insert(self, device: Device, source: Source, values: Mapping[str, object]) -> None:
        assert self._base is not None
        connection, options = device.connection, device.template.options
        assert isinstance(connection, Connection)
        assert isinstance(options, Options)
        row = {**connection.match, **{held.column: held.one_of[0] for held in source.where}, **values}
        if options.time_column:
            now = datetime.now(ZoneInfo(options.zone))
            row[options.time_column] = now.replace(tzinfo=None).isoformat(" ", "milliseconds")
        names = ", ".join(map(_quoted, row)) or _quoted(options.watermark)
        marks = ", ".join("?" * len(row)) or "NULL"
        table = _quoted(_table(options))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names are quoted
        with contextlib.suppress(sqlite3.OperationalError):  # locked or gone: the row is lost, as it would be
            self._base.execute(statement, list(row.values()))

    def _create(self, device: Device) -> None:
        assert self._base is not None
        connection, options = device.connection, device.template.options
        assert isinstance(connection, Connection)
        assert isinstance(options, Options)
        names = {*connection.match, *options.key, *filter(None, (options.time_column,))}
        for point in device.template.points:
            _, source = _point(device, point.id)
            names |= {name for name in (source.column, source.text, source.sum) if name}
            names |= {held.column for held in source.where}
        names.discard(options.watermark)
        table, watermark = _quoted(_table(options)), _quoted(options.watermark)
        kind = "INTEGER PRIMARY KEY AUTOINCREMENT" if options.by == "number" else "TEXT"
        self._base.execute(f"CREATE TABLE IF NOT EXISTS {table} ({watermark} {kind})")
        there = {row[1] for row in self._base.execute(f"PRAGMA table_info({table})")}
        for name in sorted(names - there):
            self._base.execute(f"ALTER TABLE {table} ADD COLUMN {_quoted(name)}")

    # -- faults

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _rename(self, device_id: str, before: str, after: str) -> None:
        options = self._devices[device_id].template.options
        assert isinstance(options, Options)
        assert self._base is not None
        name = _table(options)
        self._base.execute(f"ALTER TABLE {_quoted(name + before)} RENAME TO {_quoted(name + after)}")


def _point(device: Device, point_id: str) -> tuple[Point, Source]:
    point = device.template.point(point_id)
    assert isinstance(point.source, Source)
    return point, point.source


def _table(options: Options) -> str:
    """SQLite knows no schemas; the name of a query's table is nobody's but the query's."""
    return options.table.rpartition(".")[2] or "query"


class SqlTwins:
    """The twins of databases as the simulators know them."""

    def home(self, connection: BaseModel) -> str:
        assert isinstance(connection, Connection)
        if not connection.file:
            raise OSError(f"a twin plays a SQLite file only, not {connection.product} at {connection.host}")
        return connection.file

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return SqlTwin(devices, on_write)
