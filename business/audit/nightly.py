"""The nightly check of the trail, as a job: it fails loudly, and notes the seal that the trail ends with."""

import logging
from collections.abc import Callable, Generator
from pathlib import Path

from sqlalchemy.orm import Session

from actors.said import in_both, said
from business.audit.verify import verify
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from config.site import Text

logger = logging.getLogger(__name__)

NAME = "verify_trail"
LABEL = Text("核对审计记录", "Verify the audit trail")


class TrailBroken(Exception):
    """Raised when a record of the trail is not what was written."""


def verify_trail(open_reader: Callable[[], Session], anchor: Path) -> JobKind:
    """The job. `open_reader` gives sessions that stand in nobody's way.

    `anchor` keeps SEQUENCE:SEAL of the last record outside the database: a trail cut afterwards shows.
    """

    def work(_context: JobContext) -> Generator[Progress, None, None]:
        yield Progress(0, None, said("正在核对审计记录", "checking the audit trail"))
        with open_reader() as session:
            verdict = verify(session, anchor=_noted(anchor))
        if verdict.breaks:
            first = verdict.breaks[0]
            logger.critical("the audit trail is broken at %d: %s", first.sequence, in_both(first.trouble))
            where = f"the first at record {first.sequence}: {in_both(first.trouble)}"
            raise TrailBroken(f"{len(verdict.breaks)} breaks, {where}")
        _note(anchor, f"{verdict.records}:{verdict.last_seal}")
        logger.info("the audit trail is whole; anchor %d:%s", verdict.records, verdict.last_seal)
        told = said(f"{verdict.records} 条记录完整", f"{verdict.records} records are whole")
        yield Progress(verdict.records, verdict.records, told)

    return JobKind(NAME, LABEL, work, Lane.HEAVY)


def _noted(anchor: Path) -> tuple[int, str] | None:
    if not anchor.exists():
        return None
    sequence, _, seal = anchor.read_text().strip().partition(":")
    return int(sequence), seal


def _note(anchor: Path, text: str) -> None:
    partial = anchor.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(anchor)
