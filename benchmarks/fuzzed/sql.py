"""Databases: whatever a column holds, as text, stamp, number and watermark, and what is counted of it."""

import struct
from decimal import Decimal, InvalidOperation

from pydantic import BaseModel

from benchmarks.fuzzed.target import Target
from config.site import HistoryPolicy, Point, PointKind, Template
from config.text import Text
from drivers.database.marks import Marks
from drivers.database.plan import Plan, Row
from drivers.database.products import decoded
from drivers.database.row_times import RowTimes
from drivers.database.schema import Options, Source
from drivers.database.tally import Tally
from drivers.errors import LinkError
from drivers.readings import ReadingsDecoder

_NAME = Text("名", "name")


def _point(name: str, source: BaseModel) -> Point:
    kind, policy = PointKind.ANALOGUE, HistoryPolicy.NONE
    return Point(
        id=name, name=_NAME, kind=kind, unit="", low=0, high=1, plausible_low=0, plausible_high=1, scale=1,
        offset=0, decimals=0, deadband=0, fault_codes=(), frozen_s=0, history=policy, states={}, rules=(),
        write=None, source=source,
    )  # fmt: skip


_POINTS = (
    _point("value", Source(column="value", map={"开": 1.0})),
    _point("plate", Source(text="plate")),
    _point("rows", Source(count=True)),
    _point("sum", Source(sum="value")),
)
_OPTIONS = Options(table="t", watermark="id", key=("plate",), time="at", remember=16)
_PLAN = Plan(Template("t", "t", _NAME, "sql", 1, 1, _POINTS, _OPTIONS))


def _feed(received: bytes) -> None:
    """Rows between line feeds: the watermark, then the cells, all as their bytes."""
    tally, times = Tally(_PLAN), RowTimes(_OPTIONS.zone).reading()
    rows = []
    for line in received.split(b"\n"):
        columns = [*line.split(b"\t"), b"", b"", b""]
        told, cells = columns[0], columns[1:]
        for by in ("number", "time"):
            marks = Marks("id", "time" if by == "time" else "number")
            try:
                mark = marks.of(_cell(told) if by == "number" else decoded(told, "gb18030"))
                marks.bound(mark)
            except LinkError:
                continue
            value, plate, at = _cell(cells[0]), decoded(cells[1], "gb18030"), decoded(cells[2], "")
            row = {"id": told, "value": value, "plate": plate, "at": at}
            rows.append(Row(mark, times.of(mark, at), row))
    tally.take(rows, 10**18)
    tally.advance(max((row.mark for row in rows), default=0.0))
    again = Tally(_PLAN)
    again.restore(tally.state())
    again.restart(0.0)
    again.take(rows, 10**18)
    raws = [scan.raw for scan in (*tally.scans(10**18), *again.scans(10**18))]
    assert ReadingsDecoder().decode(raws).values.shape == (len(raws), len(_POINTS))


def _cell(data: bytes) -> object:
    """As one of the types that a library makes of it."""
    match data[:1]:
        case b"i":
            return int.from_bytes(data[1:9], "big", signed=True)
        case b"f" if len(data) >= 9:
            return float(struct.unpack(">d", data[1:9])[0])
        case b"d":
            try:
                return Decimal(data[1:40].decode("latin-1"))
            except InvalidOperation:
                return None
        case _:
            return decoded(data, "gb18030")


TARGETS = (
    Target(
        "sql-rows",
        (
            b"i\0\0\0\0\0\0\0\x05\td12.5\t" + "京A1".encode("gb18030") + b"\t2026-01-01 10:00:00",
            b"d17\tf@^\xc0\0\0\0\0\0\t\xa8\x41\t20260101100000\nd18\t-3\tB\t1767232800",
            b"2026-01-01 10:00:00.5\t" + "开".encode("gb18030") + b"\tC\t2026/1/1 9:00",
            b"20261231235959\t1e3\tC\t2026\xe5\xb9\xb41\xe6\x9c\x881\xe6\x97\xa5",
        ),
        _feed,
    ),
)
