"""Brings an `alarms.db` of an earlier version of the program forward, step by step."""

import sqlite3
from typing import Final

from actors.journal_search import INDEX

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        "ALTER TABLE journal ADD COLUMN alarm_class TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE journal ADD COLUMN profile TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE journal ADD COLUMN subsystem TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE journal ADD COLUMN root TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE journal ADD COLUMN mode TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE journal ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0",
        *INDEX,
        "DROP INDEX IF EXISTS journal_device",
        "DROP INDEX IF EXISTS journal_rule",
    ),
    (
        "ALTER TABLE alarm ADD COLUMN active INTEGER NOT NULL DEFAULT 0",
        "UPDATE alarm SET active = 1 WHERE state IN ('unacknowledged', 'acknowledged')",
        "ALTER TABLE alarm ADD COLUMN alarm_class TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE alarm ADD COLUMN root TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE alarm ADD COLUMN silenced_ns INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE alarm ADD COLUMN mode TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE alarm ADD COLUMN first_out INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE alarm ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE alarm ADD COLUMN latch INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE alarm ADD COLUMN more BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE journal ADD COLUMN verdict TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE standing (kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID""",
        # Rows of the journal that concern no single alarm refer to this one.
        """INSERT INTO alarm (device, point, rule, zone, state, priority, event, occurred_ns, changed_ns,
        limit_set, quality, acknowledged_by, note, told, shown, source, epoch, sequence)
        VALUES ('', '', 'area', '', 'normal', 4, 0, 0, 0, '', 0, '', '', 0, 0, '', '', 0)""",
    ),
    ("ALTER TABLE alarm ADD COLUMN untold_ns INTEGER NOT NULL DEFAULT 0",),
)
"""Each is one transaction and makes the next version; none changes any more once it is released."""


class NewerFile(Exception):
    """A later version of the program has written this file."""


def bring_forward(db: sqlite3.Connection) -> None:
    """`db` has the tables of version 0 at least. A step that is cut off begins again at the next start."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise NewerFile(
            f"alarms.db is of version {version}, this program knows {len(STEPS)}: start the newer one"
        )
    for number, statements in enumerate(STEPS[version:], version + 1):
        db.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
