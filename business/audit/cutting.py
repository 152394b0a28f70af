"""The beginning of the trail, given up when it is old: a job, and what stays can still be verified.

First the trail itself tells that it is cut, up to which record and with which seal; then the records go, some
at a time. What is checked from then on begins with that seal, and the record of the cut is sealed like all.
"""

import logging
from collections.abc import Callable, Generator
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer, Stage
from actors.said import in_both, said
from business.audit.messages import CutTrail
from business.audit.model import AuditChange, AuditCut, AuditRecord
from business.audit.nightly import check
from business.audit.verify import DAY_NS
from business.gate import Execute, Gate, Module
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from config.text import Text

logger = logging.getLogger(__name__)

NAME = "cut_trail"
LABEL = Text("清理过期审计记录", "Give up what is old of the audit trail")
ROWS_A_CHUNK = 500
ITSELF = Issuer("", "", "")


class CutRefused(Exception):
    """Raised when the gate has refused to cut."""


def last_cut(session: Session) -> AuditCut | None:
    return session.scalar(select(AuditCut).order_by(AuditCut.through.desc()).limit(1))


def cut_trail(
    gate: Gate, module: Module, open_reader: Callable[[], Session], anchor: Path, keep_days: int
) -> JobKind:
    """The job. It checks the trail before: what was tampered with stays, as evidence."""

    def work(context: JobContext) -> Generator[Progress, None, None]:
        yield Progress(0, None, said("正在核对审计记录", "checking the audit trail"))
        before_ns = context.wall_ns() - keep_days * DAY_NS
        with open_reader() as session:
            through = _through(session, before_ns)
            record = session.get(AuditRecord, through) if through else None
            seal = record.seal if record is not None else ""
        if seal:
            check(open_reader, anchor)
            order = Execute(ITSELF, CutTrail(through, seal, keep_days), f"cut trail {through} {seal}"[:64])
            outcome = gate.on_own_account(module, order)
            if outcome.stage is not Stage.DONE:
                raise CutRefused(in_both(outcome.detail))
            logger.warning("the audit trail up to record %d is over %d days old and goes", through, keep_days)
        yield from _remove(context)

    return JobKind(NAME, LABEL, work, Lane.HEAVY)


def _through(session: Session, before_ns: int) -> int:
    """The last record before which, itself included, all are old; 0 for none."""
    first_kept = session.scalar(
        select(func.min(AuditRecord.sequence)).where(AuditRecord.time_ns >= before_ns)
    )
    last = session.scalar(select(func.max(AuditRecord.sequence))) or 0
    through = last if first_kept is None else first_kept - 1
    cut = last_cut(session)
    return through if cut is None or through > cut.through else 0


def _remove(context: JobContext) -> Generator[Progress, None, None]:
    """Whatever stands before the last cut, also of a run that was broken off."""
    done = 0
    while True:
        with context.sessions.begin() as session:
            cut = last_cut(session)
            through = cut.through if cut is not None else 0
            old = select(AuditRecord.sequence).where(AuditRecord.sequence <= through)
            chunk = session.scalars(old.order_by(AuditRecord.sequence).limit(ROWS_A_CHUNK)).all()
            for table in (AuditChange, AuditRecord):
                statement = delete(table).where(table.sequence.in_(chunk))
                session.execute(statement.execution_options(synchronize_session=False))
        done += len(chunk)
        yield Progress(done, None, said(f"已清理 {done} 条审计记录", f"{done} records given up"))
        if len(chunk) < ROWS_A_CHUNK:
            return
