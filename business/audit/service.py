"""What the commands of the trail do, each in one transaction."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.audit.cutting import last_cut
from business.audit.messages import CutTrail, ExportTrail, TrailCut, TrailExported
from business.audit.model import AuditCut, AuditExport, AuditRecord
from business.audit.queries import Wanted, matching
from business.audit.verify import DAY_NS
from business.gate import Refused
from config.settings import LEAST_AUDIT_DAYS
from config.text import Text

FORMATS: Final = ("xlsx", "csv")
MOST_ROWS = 50_000
"""Of one file. More is narrowed by date, and taken as several."""
REASON_LENGTH = 200
_REASON = Text("导出原因", "the reason of the export")


class Audit:
    """The module of `BusinessActor` that owns the trail. Records themselves are the gate's."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case ExportTrail():
                return (TrailExported(self._export(session, issuer, command)),)
            case CutTrail():
                self._cut(session, command)
                return (TrailCut(command.through),)
        raise TypeError(f"{type(command).__name__} is not a command of the trail")

    def _export(self, session: Session, issuer: Issuer, command: ExportTrail) -> int:
        """How many records go into the file."""
        if command.format not in FORMATS:
            raise Refused(
                said(
                    f"没有导出格式“{command.format}”；可选 {'、'.join(FORMATS)}",
                    f"there is no format {command.format!r}; take one of {', '.join(FORMATS)}",
                )
            )
        reason = wording.name(command.reason, _REASON, REASON_LENGTH)
        found = matching(wanted_of(command)).limit(MOST_ROWS + 1)
        rows = session.scalar(select(func.count()).select_from(found.subquery())) or 0
        if rows > MOST_ROWS:
            raise Refused(
                said(
                    f"符合条件的记录超过 {MOST_ROWS} 条；请缩小日期范围，分几次导出",
                    f"more than {MOST_ROWS} records match; narrow the dates, and take several files",
                )
            )
        session.add(
            AuditExport(
                time_ns=self._wall_ns(),
                user=issuer.user,
                format=command.format,
                filter_user=command.user,
                filter_kind=command.kind,
                filter_object=command.object,
                filter_result=command.result,
                since_ns=command.since_ns,
                until_ns=command.until_ns,
                rows=rows,
                reason=reason,
            )
        )
        return rows

    def _cut(self, session: Session, command: CutTrail) -> None:
        record = session.get(AuditRecord, command.through)
        cut = last_cut(session)
        if record is None or record.seal != command.seal or (cut and cut.through >= command.through):
            raise Refused(
                said(
                    f"第 {command.through} 条审计记录不存在，或与所给封印不符；未清理",
                    f"record {command.through} is not there, or not the one with that seal; nothing is cut",
                )
            )
        before_ns = self._wall_ns() - command.keep_days * DAY_NS
        old = AuditRecord.sequence <= command.through
        newest_ns = session.scalar(select(func.max(AuditRecord.time_ns)).where(old)) or 0
        if command.keep_days < LEAST_AUDIT_DAYS or newest_ns >= before_ns:
            raise Refused(
                said(
                    f"审计记录须保留至少 {LEAST_AUDIT_DAYS} 天；未清理",
                    f"the audit trail is kept for at least {LEAST_AUDIT_DAYS} days; nothing is cut",
                )
            )
        session.add(
            AuditCut(
                through=command.through,
                seal=command.seal,
                newest_ns=newest_ns,
                time_ns=self._wall_ns(),
                keep_days=command.keep_days,
            )
        )


def wanted_of(command: ExportTrail) -> Wanted:
    return Wanted(
        user=command.user,
        kind=command.kind,
        object=command.object,
        result=command.result,
        since_ns=command.since_ns,
        until_ns=command.until_ns,
    )
