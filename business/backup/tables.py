"""How many rows a table has, and a checksum over them that does not ask in which order they come."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

_ALL = 1 << 256


@dataclass(frozen=True, slots=True)
class Table:
    rows: int
    checksum: str
    """Sum of the SHA-256 of all rows, modulo 2^256, hexadecimal."""


def summary(rows: Iterable[tuple[Any, ...]]) -> Table:
    """Of the rows as the driver gives them; floats and bytes to the last bit."""
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest())
    return Table(count, f"{total % _ALL:064x}")


def names(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    return sorted(name for (name,) in found)


def sqlite_tables(path: Path) -> dict[str, Table]:
    """Every table of a database that nobody writes. Raises sqlite3.DatabaseError."""
    with reading(path) as connection:
        return {name: summary(_rows(connection, name)) for name in names(connection)}


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A database at rest: nothing is written beside it."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        yield connection


def _rows(connection: sqlite3.Connection, name: str) -> Iterator[tuple[Any, ...]]:
    quoted = name.replace('"', '""')
    with closing(connection.execute(f'SELECT * FROM "{quoted}"')) as rows:  # noqa: S608  # from its catalogue
        yield from rows
