"""`steward audit`: whether the audit trail is as it was written."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import DatabaseError

from actors.said import in_both
from business.audit.verify import verify
from business.database import open_reader, sessions

ANCHOR = "SEQUENCE:SEAL"


def check(url: str | URL, anchor: str, say: Callable[[str], None]) -> int:
    """Say what is wrong with the trail, or its last seal; the exit code. A running site is not disturbed."""
    database = make_url(url)
    if database.get_backend_name() == "sqlite" and not Path(database.database or "").exists():
        say(f"{database}: there is no business database; name the run directory with --run")
        return 1
    noted = None
    if anchor:
        sequence, _, seal = anchor.partition(":")
        if not sequence.isdecimal() or len(seal) != 64:
            say(f"{anchor!r} is no anchor; write {ANCHOR}, as an earlier run of this command printed it")
            return 1
        noted = (int(sequence), seal)
    engine = open_reader(database)
    try:
        with sessions(engine)() as session:
            verdict = verify(session, anchor=noted)
    except DatabaseError as error:
        say(f"{database} cannot be read: {error.orig}")
        return 1
    finally:
        engine.dispose()
    for one in verdict.breaks:
        say(f"{one.sequence}: {in_both(one.trouble)}")
    if verdict.breaks:
        say(f"{database}: the audit trail was tampered with or damaged, {len(verdict.breaks)} places")
        return 1
    if noted is not None and noted[0] < verdict.begin:
        say(f"record {noted[0]} was given up as old, with all up to {verdict.begin}: note a newer anchor")
    say(f"{verdict.records} records, an unbroken chain; anchor {verdict.anchor}")
    return 0
