"""Ids for many new rows at once.

SQLite tells the id of a new row one row at a time; a single writer may as well give them itself, and have
the rows written in one go. Elsewhere the database gives them for many rows at once.
"""

from functools import cache

from sqlalchemy import Select, Table, column, func, select, table
from sqlalchemy.orm import Session

_SEQUENCES = table("sqlite_sequence", column("name"), column("seq"))


@cache
def _last(of: Table) -> Select[int]:
    return select(func.max(of.c.id))


def next_ids(session: Session, of: Table, count: int) -> range | None:
    """The next ids of a table whose key is `id`; None where the database is to give them."""
    if session.get_bind().dialect.name != "sqlite":
        return None
    last = session.scalar(_last(of)) or 0
    if of.dialect_options["sqlite"]["autoincrement"]:
        # Ids of removed rows are never given again.
        kept = session.scalar(select(_SEQUENCES.c.seq).where(_SEQUENCES.c.name == of.name)) or 0
        last = max(last, kept)
    return range(last + 1, last + 1 + count)
