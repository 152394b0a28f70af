"""The nightly check of the trail, as a job: it fails loudly, and notes the seal that the trail ends with."""

import logging
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from actors.said import in_both, said
from business.audit.verify import Break, Verdict, verify
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from config.text import Text

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
        verdict = check(open_reader, anchor)
        told = said(f"{verdict.records} 条记录完整", f"{verdict.records} records are whole")
        yield Progress(verdict.records, verdict.records, told)

    return JobKind(NAME, LABEL, work, Lane.HEAVY)


def check(open_reader: Callable[[], Session], anchor: Path) -> Verdict:
    """Verify the whole trail, and move the anchor to its end. Raises TrailBroken."""
    with open_reader() as session:
        noted = _noted(anchor)
        verdict = verify(session, anchor=noted)
    if noted is not None and noted[0] < verdict.begin:  # the program never cuts beyond what it has noted
        cut = Break(noted[0], said("存证的记录已不存在", "the record noted earlier is gone"))
        verdict = replace(verdict, breaks=(cut, *verdict.breaks))
    if verdict.breaks:
        first = verdict.breaks[0]
        logger.critical("the audit trail is broken at %d: %s", first.sequence, in_both(first.trouble))
        where = f"the first at record {first.sequence}: {in_both(first.trouble)}"
        raise TrailBroken(f"{len(verdict.breaks)} breaks, {where}")
    _note(anchor, verdict.anchor)
    logger.info("the audit trail is whole; anchor %s", verdict.anchor)
    return verdict


def _noted(anchor: Path) -> tuple[int, str] | None:
    if not anchor.exists():
        return None
    sequence, _, seal = anchor.read_text().strip().partition(":")
    return int(sequence), seal


def _note(anchor: Path, text: str) -> None:
    partial = anchor.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(anchor)
