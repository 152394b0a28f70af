"""A town of 100,000 houses and 300,000 people in a business database, made once and kept for the next run.

It is the demo's estate, many times over, written by the registry's own rules; of the trail only what follows
is measured. The copies lie in ~/.cache/steward, one for each state of the code that shapes them.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Engine, make_url, text
from sqlalchemy.orm import Session

import business
from business.access import Authority
from business.access.service import Access
from business.database import open_reader, open_writer, sessions, sqlite_url
from business.demo.drafts import Draft, Ref
from business.demo.estate import Estate, Size
from business.demo.loading import chunks
from business.dictionaries.messages import AddShippedEntries
from business.dictionaries.service import Dictionaries
from business.fields.keyring import Keyring
from business.fields.sealed import supply
from business.gate import Execute, Gate
from business.identity.bootstrap import ITSELF, prepare_access
from business.migrations import migrate
from business.property.entities import ENTITIES
from business.registry.messages import NewRecord, Raws
from business.registry.service import Registry
from config.text import Text
from tests.business.postgresql import Server, running_server

KEYS = ("0123456789abcdef0123456789abcdef",)
DAY, SEED, SITE = date(2026, 11, 21), 20, "town"
PEOPLE = 3_600
"""Of every three buildings, or 1,200 houses."""
KEPT = frozenset({"area", "contractor", "building", "unit", "company", "person", "house", "vehicle"})
CHUNK = 500


class Town:
    """A business database as `office` has it, with its one gate."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.writer: Engine = open_writer(url)
        migrate(self.writer)
        self.reader: Engine = open_reader(url)
        for engine in (self.writer, self.reader):
            supply(engine, Keyring(KEYS))
        self.authority = Authority(self.reader, time.time_ns, SITE)
        self.sessions = sessions(self.writer)
        self.gate = Gate(self.sessions, self.authority, time.time_ns)
        self.access = Access(time.time_ns)
        self.registry = Registry(ENTITIES, time.time_ns)

    def read(self) -> Session:
        return self.authority.open()

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()


@contextmanager
def town(database: str, houses: int) -> Iterator[Town]:
    """On a copy, which goes with the block; `database` is sqlite or postgresql."""
    kept = _cache(database, houses)
    with (_on_sqlite if database == "sqlite" else _on_postgresql)(kept) as (url, keep):
        made = Town(url)
        try:
            if not kept.exists():
                _fill(made, houses)
                partial = kept.with_suffix(".part")
                keep(partial)
                partial.rename(kept)
            with made.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))  # as the nightly job or vacuum of a server does
            yield made
        finally:
            made.close()


Place = tuple[URL, Callable[[Path], None]]
"""Where a database is, and how it is kept in a file."""


@contextmanager
def _on_sqlite(kept: Path) -> Iterator[Place]:
    with TemporaryDirectory(prefix="st-town-") as directory:
        file = Path(directory) / "business.db"
        if kept.exists():
            shutil.copy(kept, file)

        def keep(copy: Path) -> None:
            with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
                source.backup(target)

        yield make_url(sqlite_url(file)), keep


@contextmanager
def _on_postgresql(kept: Path) -> Iterator[Place]:
    with running_server(shared_buffers="512MB", max_wal_size="4GB") as server:
        server.create("town")
        if kept.exists():
            _run(server, "pg_restore", "--no-owner", "--dbname=town", str(kept))

        def keep(copy: Path) -> None:
            _run(server, "pg_dump", "--format=custom", "--compress=1", f"--file={copy}", "town")

        yield server.url("town"), keep


def _run(server: Server, program: str, *arguments: str) -> None:
    url = server.url("town")
    subprocess.run(
        [server.program(program), f"--host={url.query['host']}", f"--username={url.username}", *arguments],
        check=True,
        env={**os.environ, "PGPASSWORD": server.password},
    )


def _fill(made: Town, houses: int) -> None:
    made.gate.on_own_account(Dictionaries(), Execute(ITSELF, AddShippedEntries()))
    prepare_access(made.gate, made.authority, made.access, SITE, Text("城", "Town"))
    ids: dict[Ref, int] = {}
    unwatched = sessions(made.writer)
    for entity, group in chunks(_drafts(houses), CHUNK):
        new = [NewRecord(_resolved(draft, ids), draft.name) for draft in group]
        with unwatched.begin() as session:
            events = made.registry.records.create_all(session, entity, new)
        ids |= {Ref(entity, draft.name): event.record for draft, event in zip(group, events, strict=True)}


def _drafts(houses: int) -> Iterator[Draft]:
    """Whole buildings, until there are so many houses."""
    found = 0
    small = houses < 1_000
    size = Size(houses // (30 if small else 400) + 3, 90 if small else PEOPLE, 3 if small else 99)
    for draft in Estate(SEED, DAY, size).drafts():
        if draft.entity == "building" and found >= houses:
            return
        found += draft.entity == "house"
        if draft.entity in KEPT:
            yield draft


def _resolved(draft: Draft, ids: dict[Ref, int]) -> Raws:
    """What refers to records that are left out stays empty."""
    return {name: ids.get(value) if isinstance(value, Ref) else value for name, value in draft.values.items()}


def _cache(database: str, houses: int) -> Path:
    root = Path(business.__file__).parent
    shaping = [root / name for name in ("demo", "search", "migrations/versions")]
    digest = hashlib.sha256(f"{SEED} {houses}".encode())
    for file in sorted(file for folder in shaping for file in folder.rglob("*.py")):
        digest.update(file.read_bytes())
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "steward"
    base.mkdir(parents=True, exist_ok=True)
    return base / f"town-{houses}-{digest.hexdigest()[:12]}.{database}"
