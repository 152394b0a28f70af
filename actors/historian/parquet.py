"""Parquet files through DuckDB: written whole or not at all, read by point and time."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from actors.historian.columns import Columns, Values

_READ = (
    "SELECT point, time, lag, value, quality FROM read_parquet($files)"
    " WHERE point BETWEEN $first AND $last AND time >= $since AND time < $until"
)
_OLDEST = " ORDER BY time LIMIT $limit"


def session(memory_mb: int = 128) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own for one thread: one core, bounded memory, nothing fetched from anywhere."""
    return duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": f"{memory_mb}MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_file_cache": False,
            "preserve_insertion_order": True,
        }
    )


def write(duck: duckdb.DuckDBPyConnection, path: Path, columns: Columns) -> int:
    """Write sorted columns to `path`, on disk when this returns; returns the size in bytes.

    time and lag (received - time) are ns, value DOUBLE or VARCHAR. zstd costs what snappy costs and takes
    a half of the space.
    """
    temporary = path.with_name(path.name + ".tmp")
    part: dict[str, Any] = {
        "point": columns.point,
        "time": columns.time_ns,
        "lag": columns.received_ns - columns.time_ns,
        "value": columns.values,
        "quality": columns.quality,
    }
    duck.register("part", part)
    try:
        duck.execute(
            f"COPY part TO {_quoted(temporary)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"
        )
    finally:
        duck.unregister("part")
    _sync(temporary)
    size = temporary.stat().st_size
    temporary.rename(path)
    _sync(path.parent)
    return size


def read(
    duck: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    points: tuple[int, int],
    since_ns: int,
    until_ns: int,
    limit: int | None = None,
) -> Columns:
    """Rows with first <= point <= last and since <= time < until, file after file.

    With `limit` only the oldest, by time."""
    found = duck.execute(
        _READ + _OLDEST if limit is not None else _READ,
        {
            "files": [str(path) for path in paths],
            "first": points[0],
            "last": points[1],
            "since": since_ns,
            "until": until_ns,
        }
        | ({} if limit is None else {"limit": limit}),
    ).fetchnumpy()
    time_ns = _plain(found["time"]).astype(np.int64)
    values: Values = _plain(found["value"])
    return Columns(
        _plain(found["point"]).astype(np.int32),
        time_ns,
        time_ns + _plain(found["lag"]).astype(np.int64),
        values,
        _plain(found["quality"]).astype(np.uint8),
    )


def _plain(column: Any) -> Any:
    """The column without the mask that DuckDB may add: it stores NaN as NULL, and nothing else is NULL."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    return column.filled(np.nan) if column.dtype.kind == "f" else column.data


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
