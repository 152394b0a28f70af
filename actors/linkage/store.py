"""`linkage.db`: runs, their steps and orders, requests to others, and how far the journal was followed."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from actors.linkage.claims import Hand
from actors.linkage.decision import Decision
from actors.linkage.run import Run
from actors.messages import OrderRow, Outcome, RunRow, RunState, SignalRow, StepRow, StepState
from actors.wire import Codec
from config.plans import Plan, PointName

PLANS = Codec(Plan)
"""A run carries its plan, so that it goes on by it whatever the configuration says meanwhile."""
REMEMBERED_NS = 86_400 * 10**9
"""How long ago a run may have begun that counts for the starts of a day."""
LAST_RUN = "run"
"""The mark that holds the highest number of a run, once runs have been forgotten."""
_OF_RUN = (("step", "run"), ('"order"', "run"), ("signal", "run"))

SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, plan TEXT NOT NULL, name TEXT NOT NULL,
    "group" TEXT NOT NULL, level INTEGER NOT NULL, version INTEGER NOT NULL, trigger TEXT NOT NULL,
    cause TEXT NOT NULL, user TEXT NOT NULL, note TEXT NOT NULL, mode TEXT NOT NULL, state TEXT NOT NULL,
    outcome TEXT NOT NULL, detail TEXT NOT NULL, opened_ns INTEGER NOT NULL, begun_ns INTEGER NOT NULL,
    finished_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL, deadline_ns INTEGER NOT NULL,
    overdue INTEGER NOT NULL, repeats INTEGER NOT NULL, parent INTEGER NOT NULL,
    definition BLOB NOT NULL, before TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS run_open ON run (id) WHERE state != 'ended';
CREATE INDEX IF NOT EXISTS run_ended ON run (ended_ns) WHERE state = 'ended';
CREATE INDEX IF NOT EXISTS run_plan ON run (plan, id);
CREATE INDEX IF NOT EXISTS run_group ON run ("group", id);
CREATE INDEX IF NOT EXISTS run_level ON run (level, id);
CREATE INDEX IF NOT EXISTS run_trigger ON run (trigger, id);
CREATE INDEX IF NOT EXISTS run_outcome ON run (outcome, id);
CREATE INDEX IF NOT EXISTS run_opened ON run (opened_ns, id);
CREATE INDEX IF NOT EXISTS run_begun ON run (begun_ns) WHERE begun_ns;
CREATE TABLE IF NOT EXISTS step (
    run INTEGER NOT NULL REFERENCES run, step TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    role TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL, due_ns INTEGER NOT NULL,
    begun_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL, deadline_ns INTEGER NOT NULL, detail TEXT NOT NULL,
    PRIMARY KEY (run, step)) STRICT;
CREATE TABLE IF NOT EXISTS "order" (
    id TEXT PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, step TEXT NOT NULL, attempt INTEGER NOT NULL,
    restores INTEGER NOT NULL, device TEXT NOT NULL, point TEXT NOT NULL, value ANY NOT NULL, before ANY,
    time_ns INTEGER NOT NULL, stage TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS order_run ON "order" (run);
CREATE TABLE IF NOT EXISTS signal (
    run INTEGER NOT NULL REFERENCES run, device TEXT NOT NULL, point TEXT NOT NULL, rule TEXT NOT NULL,
    event INTEGER NOT NULL, time_ns INTEGER NOT NULL, "row" INTEGER NOT NULL, cleared_ns INTEGER NOT NULL,
    PRIMARY KEY (run, device, point, rule)) STRICT;
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run, plan TEXT NOT NULL,
    step TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, text TEXT NOT NULL,
    priority INTEGER NOT NULL, device TEXT NOT NULL, zone TEXT NOT NULL, mode TEXT NOT NULL,
    time_ns INTEGER NOT NULL, UNIQUE (run, step)) STRICT;
CREATE TABLE IF NOT EXISTS hand (
    device TEXT NOT NULL, point TEXT NOT NULL, command TEXT NOT NULL, user TEXT NOT NULL, value ANY NOT NULL,
    since_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL, PRIMARY KEY (device, point)) STRICT;
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""


def columns(kind: type) -> str:
    """The fields of a row as columns; some are words of SQL."""
    return ", ".join(f'"{each.name}"' for each in fields(kind))


RUN, STEP, ORDER, SIGNAL = (columns(kind) for kind in (RunRow, StepRow, OrderRow, SignalRow))
REQUEST = "run, plan, step, kind, target, text, priority, device, zone, mode, time_ns"
"""All but the number that it gets."""


def values(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, each.name) for each in fields(row))


def run_row(found: Sequence[Any]) -> RunRow:
    row = RunRow(*found)
    return replace(row, state=RunState(row.state), outcome=Outcome(row.outcome), overdue=bool(row.overdue))


def step_row(found: Sequence[Any]) -> StepRow:
    row = StepRow(*found)
    return replace(row, state=StepState(row.state))


def order_row(found: Sequence[Any]) -> OrderRow:
    row = OrderRow(*found)
    return replace(row, restores=bool(row.restores))


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier incarnation has kept."""

    runs: tuple[Run, ...]
    """Those that have not ended."""
    begun: tuple[tuple[str, int], ...]
    hands: Mapping[PointName, Hand]
    marks: Mapping[str, int]
    next_run: int


class LinkageStore:
    """The one connection that writes. For one thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    def load(self, now_ns: int) -> Kept:
        db = self._db
        runs = []
        started = f"SELECT definition, before, {RUN} FROM run WHERE state != 'ended' ORDER BY id"  # noqa: S608
        for definition, before, *found in db.execute(started).fetchall():
            row = run_row(found)
            run = Run(PLANS.decode(definition), row, *(self._of_run(row.id)))
            run.before = {PointName(*name.split("/", 1)): value for name, value in json.loads(before).items()}
            runs.append(run)
        begun = db.execute("SELECT plan, begun_ns FROM run WHERE begun_ns > ?", (now_ns - REMEMBERED_NS,))
        hands = db.execute("SELECT device, point, command, user, value, since_ns, until_ns FROM hand")
        marks = dict(db.execute("SELECT name, value FROM mark").fetchall())
        return Kept(
            tuple(runs),
            tuple(begun.fetchall()),
            {PointName(device, point): Hand(*rest) for device, point, *rest in hands.fetchall()},
            marks,
            self._last_run() + 1,
        )

    def save(self, decision: Decision, marks: Mapping[str, int]) -> None:
        """On the disk before it returns: what was decided, and up to where that follows from the journal."""
        with self._transaction() as db:
            for run in decision.runs.values():
                self._save_run(db, run)
            for table, key in (*_OF_RUN, ("run", "id")):
                gone = [(id_,) for id_ in decision.dropped]
                db.executemany(f"DELETE FROM {table} WHERE {key} = ?", gone)  # noqa: S608
            db.executemany(
                f"INSERT INTO request ({REQUEST}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
                "ON CONFLICT DO NOTHING",
                [values(each)[1:] for each in decision.requests],
            )
            for point, hand in decision.hands.items():
                name = point.device, point.point
                db.execute("DELETE FROM hand WHERE device = ? AND point = ?", name)
                if hand is not None:
                    db.execute("INSERT INTO hand VALUES (?, ?, ?, ?, ?, ?, ?)", (*name, *values(hand)))
            db.executemany("INSERT OR REPLACE INTO mark VALUES (?, ?)", [*marks.items()])
        for run in decision.runs.values():
            run.kept()

    def purge(self, before_ns: int, taken: int, most: int) -> int:
        """Forget runs that ended before then, but for those that ask something of others after request
        `taken`; how many. No number of a run is given to another, though none is left."""
        with self._transaction() as db:
            found = db.execute(
                "SELECT id FROM run WHERE state = 'ended' AND ended_ns < ? AND NOT EXISTS "
                "(SELECT 1 FROM request WHERE request.run = run.id AND request.id > ?) "
                "ORDER BY ended_ns LIMIT ?",
                (before_ns, taken, most),
            ).fetchall()
            if found:
                db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?)", (LAST_RUN, self._last_run()))
            for table, key in (*_OF_RUN, ("request", "run"), ("run", "id")):
                db.executemany(f"DELETE FROM {table} WHERE {key} = ?", found)  # noqa: S608
        return len(found)

    def _last_run(self) -> int:
        """The highest number that a run has had."""
        (last,) = self._db.execute(
            "SELECT max(coalesce((SELECT max(id) FROM run), 0), "
            "coalesce((SELECT value FROM mark WHERE name = ?), 0))",
            (LAST_RUN,),
        ).fetchone()
        return int(last)

    def _save_run(self, db: sqlite3.Connection, run: Run) -> None:
        if run.row_changed:
            before = json.dumps({str(name): value for name, value in run.before.items()})
            row = (*values(run.row), PLANS.encode(run.plan), before)
            db.execute(_put("run", f"{RUN}, definition, before", "id"), row)
        for table, names, key, rows in (
            ("step", STEP, "run, step", [run.steps[each] for each in sorted(run.changed_steps)]),
            ('"order"', ORDER, "id", [one for id_, one in run.orders.items() if id_ in run.changed_orders]),
            (
                "signal",
                SIGNAL,
                "run, device, point, rule",
                [run.signals[each] for each in run.changed_signals],
            ),
        ):
            db.executemany(_put(table, names, key), [values(row) for row in rows])

    def _of_run(self, run: int) -> tuple[list[StepRow], list[OrderRow], list[SignalRow]]:
        return of_run(self._db, run)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def of_run(db: sqlite3.Connection, run: int) -> tuple[list[StepRow], list[OrderRow], list[SignalRow]]:
    """Steps, orders and signals of a run, in the order in which they came."""
    steps, orders, signals = (
        db.execute(f"SELECT {names} FROM {table} WHERE run = ? ORDER BY rowid", (run,)).fetchall()  # noqa: S608
        for table, names in (("step", STEP), ('"order"', ORDER), ("signal", SIGNAL))
    )
    return [*map(step_row, steps)], [*map(order_row, orders)], [SignalRow(*each) for each in signals]


def _put(table: str, names: str, key: str) -> str:
    """An upsert that keeps the place of a row among the others."""
    each = names.split(", ")
    updates = ", ".join(f"{name} = excluded.{name}" for name in each)
    marks = ", ".join("?" for _ in each)
    return (
        f"INSERT INTO {table} ({names}) VALUES ({marks}) "  # noqa: S608
        f"ON CONFLICT ({key}) DO UPDATE SET {updates}"
    )


def create(path: Path) -> None:
    """The file with its tables, so that readers find them before the executor has started."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(SCHEMA)
