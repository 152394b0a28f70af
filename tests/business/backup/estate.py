"""A run directory with known rows in every store, made by the program's own parts."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import URL, func, make_url, select

from actors.alarm_tables import writer
from actors.channels.outbox_file import OutboxFile, connect
from actors.historian import hot, parquet
from actors.historian.hot import HotStore, transaction
from actors.historian.reader import HistoryReader
from actors.historian.seal import Sealer
from actors.linkage.decision import Decision
from actors.linkage.executor import JOURNAL
from actors.linkage.store import LinkageStore
from actors.messages import CountHistory, Issuer, ReadHistory
from actors.paths import RunPaths
from business.access import Authority
from business.audit.model import AuditRecord
from business.audit.verify import verify
from business.backup.archive import Origin, Wish, Work, anchor_of, back_up
from business.backup.manifest import Manifest
from business.backup.place import Places
from business.backup.restore import Plan, restore
from business.backup.snapshots import take_snapshot
from business.backup.tables import Table, sqlite_tables
from business.database import open_reader, open_writer, sessions, sqlite_url
from business.fields.keyring import Keyring
from business.gate import Execute, Gate
from business.identity.messages import CreateUser
from business.identity.model import User
from business.identity.passwords import Passwords
from business.identity.service import Identity
from business.migrations import migrate
from business.notifier.store import NotifierStore
from config.settings import BackupSettings
from tests.actors.historian.plant import history

ITSELF = Issuer("steward", "", "test")
SETTINGS = BackupSettings()
START_NS = 1_900_000_000_000_000_000
"""Long after every file was written: whether one has changed is not seen from its age."""
KEY = Keyring(("ab" * 32,)).ids[0]
MINUTE_NS = 60 * 10**9
ALL_TIME = (-(1 << 62), (1 << 62))


class Estate:
    """Everything that a site keeps, and what a test needs to change it and to look at it."""

    def __init__(self, root: Path, url: URL | None = None) -> None:
        self.paths = RunPaths(root)
        self.url = url or make_url(sqlite_url(self.paths.business))
        self.now_ns = START_NS
        self._batches = 0

    def wall_ns(self) -> int:
        self.now_ns += 1_000_000
        return self.now_ns

    def fill(self) -> "Estate":
        self.paths.create()
        self.open_business()
        for user in ("anna", "ben", "chen"):
            self.create_user(user)
        self.add_alarms(20)
        self.follow_journal(to=20)
        self.add_history(6, seal=True)
        self.add_history(4)
        self.hang_tag("u01", "anna")
        self.attach(b"a photo of a leak", b"%PDF-1.7 a plan")
        for version in (1, 2):
            self.paths.configuration_version(version).write_text(f'{{"number": {version}}}')
        self.paths.running.write_text("2")
        if self.paths.business.exists():
            self.paths.audit_anchor.write_text(anchor_of(self.paths.business))
        keys = self.paths.secrets / "sealing-keys"
        keys.write_text("ab" * 32)
        keys.chmod(0o600)
        return self

    # -- writing

    def open_business(self) -> None:
        engine = open_writer(self.url)
        migrate(engine)
        engine.dispose()

    def create_user(self, name: str) -> None:
        engine = open_writer(self.url)
        gate = Gate(sessions(engine), Authority(engine, self.wall_ns), self.wall_ns)
        identity = Identity(Passwords(PasswordHasher(1, 64, 1)), self.wall_ns)
        outcome = gate.on_own_account(
            identity, Execute(ITSELF, CreateUser(name, name.title(), "", "Correct-Horse-7"))
        )
        engine.dispose()
        assert outcome.stage == "done", outcome

    def add_alarms(self, count: int) -> None:
        with closing(writer(str(self.paths.alarms))) as connection:
            have = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
            connection.execute("BEGIN")
            for at in range(have, have + count):
                _insert(
                    connection,
                    "alarm",
                    dict.fromkeys(("priority", "event", "occurred_ns", "changed_ns", "told", "shown"), 1)
                    | {"device": f"d{at}", "point": "p", "rule": "high", "zone": "b", "state": "normal"}
                    | {"value": 1.5, "threshold": 1.0, "limit_set": "", "quality": 0, "acknowledged_by": ""}
                    | {"note": "漏水", "source": "field", "epoch": "e", "sequence": at},
                )
                _insert(
                    connection,
                    "journal",
                    dict.fromkeys(("limit_set", "user", "station", "note"), "")
                    | {"time_ns": at, "source_ns": 1, "device": f"d{at}", "point": "p", "rule": "high"}
                    | {"zone": "b", "event": 1, "transition": "alarm_occurs", "state": "normal"}
                    | {"priority": 1, "value": 1.5, "threshold": 1.0, "annunciated": 1, "alarm": at + 1}
                    | {"source": "field", "epoch": "e", "sequence": at},
                )
            connection.execute("COMMIT")

    def follow_journal(self, *, to: int) -> None:
        """Linkage and notifier have taken the rows up to this one."""
        with closing(LinkageStore(self.paths.linkage)) as store:
            store.save(Decision(), {JOURNAL: to})
        with closing(NotifierStore(self.paths.notifier, Keyring(("ab" * 32,)))) as calls, calls.transaction():
            calls.set_mark(JOURNAL, to)

    def add_history(self, scans: int, *, seal: bool = False) -> None:
        self.paths.history.root.mkdir(parents=True, exist_ok=True)
        hot.create(self.paths.history.hot)
        store = HotStore(self.paths.history.hot)
        self._batches += 1
        bodies, _ = history(random.Random(self._batches), scans)
        with transaction(store.connection):
            store.store("field", f"epoch{self._batches}", enumerate(bodies, 1))
        if seal:
            with closing(parquet.session()) as duck:
                Sealer(self.paths.history, store, duck).seal()
        store.close()

    def hang_tag(self, device: str, by: str) -> None:
        path = self.paths.field("field").conditions
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(connect(path)) as connection:
            outbox = OutboxFile(connection, self.wall_ns, False)
            with outbox.transaction():
                outbox.put_state({f"~{device}/tag": f"{by}\n检修".encode()})
                outbox.insert([b"a change that waits"])

    def attach(self, *contents: bytes) -> None:
        for content in contents:
            name = f"{len(content):02}/{content.hex()}"
            path = self.paths.files / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    # -- backing up and going back

    def origin(self) -> Origin:
        return Origin(self.paths, "small", self.url, (KEY,))

    def places(self, second: Path | None = None) -> Places:
        return Places(self.paths.backups, second)

    def back_up(
        self, second: Path | None = None, passphrase: str = "", settings: BackupSettings = SETTINGS
    ) -> Manifest:
        return done(self.backing_up(second, passphrase, settings))

    def backing_up(
        self, second: Path | None = None, passphrase: str = "", settings: BackupSettings = SETTINGS
    ) -> Work:
        self.now_ns += MINUTE_NS
        return back_up(self.origin(), self.places(second), Wish(settings, passphrase), self.wall_ns)

    def snapshot(self, second: Path | None = None, settings: BackupSettings = SETTINGS) -> Work:
        return take_snapshot(self.origin(), self.places(second), Wish(settings), self.wall_ns)

    def restore(self, plan: Plan, said: list[str] | None = None) -> Path:
        say = (said if said is not None else []).append
        return restore(self.origin(), plan, say, self.wall_ns, "by a test")

    # -- looking

    def tables(self) -> dict[str, dict[str, Table]]:
        """Of every database that is at rest."""
        p = self.paths
        databases = (p.business, p.alarms, p.linkage, p.notifier, p.history.hot, p.field("field").conditions)
        return {one.relative_to(p.root).as_posix(): sqlite_tables(one) for one in databases}

    def tables_of(self, name: str) -> dict[str, Table]:
        return sqlite_tables(self.paths.root / name)

    def counted(self) -> tuple[int, dict[str, int]]:
        """All history: rows, and rows by point."""
        reader = HistoryReader(self.paths.history)
        try:
            (count,) = reader.count(CountHistory(*ALL_TIME, per_point=True))
        finally:
            reader.close()
        return count.rows, dict(zip(count.points, count.counts.tolist(), strict=True))

    def history_rows(self) -> list[tuple[Any, ...]]:
        """Every value of every point."""
        reader = HistoryReader(self.paths.history)
        found = []
        try:
            for point in sorted(self.counted()[1]):
                (page,) = reader.page(ReadHistory(point, 0, 1 << 62, 100_000))
                columns = (page.time_ns, page.received_ns, page.values, page.quality)
                found.append((point, *(column.tobytes() for column in columns), page.texts))
        finally:
            reader.close()
        return found

    def users(self) -> list[str]:
        engine = open_reader(self.url)
        try:
            with sessions(engine)() as session:
                return sorted(session.scalars(select(User.name)))
        finally:
            engine.dispose()

    def audit(self) -> tuple[int, list[str]]:
        """How many records, and their kinds; the chain is verified."""
        engine = open_reader(self.url)
        try:
            with sessions(engine)() as session:
                assert verify(session).breaks == ()
                kinds = list(session.scalars(select(AuditRecord.kind).order_by(AuditRecord.sequence)))
                return session.scalar(select(func.count()).select_from(AuditRecord)) or 0, kinds
        finally:
            engine.dispose()


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def done(work: Work) -> Manifest:
    """Step through all of it."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            made: Manifest = end.value
            return made
