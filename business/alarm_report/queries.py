"""What the pages read of alarm reports; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.alarm_report.model import AlarmReport, AlarmReportFile


@dataclass(frozen=True, slots=True)
class ReportRow:
    id: int
    station: str
    since: str
    until: str
    asked_by: str
    made_ns: int
    met: int
    missed: int


def reports(session: Session, most: int = 200) -> tuple[ReportRow, ...]:
    """The latest days first."""
    query = select(AlarmReport).order_by(
        AlarmReport.until.desc(), AlarmReport.since.desc(), AlarmReport.station
    )
    return tuple(
        ReportRow(
            one.id, one.station, one.since, one.until, one.asked_by, one.made_ns, one.met, one.missed
        )
        for one in session.scalars(query.limit(most))
    )  # fmt: skip


def report_file(session: Session, report: int, name: str) -> tuple[ReportRow, bytes] | None:
    """None for what is not there."""
    file = session.get(AlarmReportFile, (report, name))
    one = session.get(AlarmReport, report)
    if file is None or one is None:
        return None
    row = ReportRow(one.id, one.station, one.since, one.until, one.asked_by, one.made_ns, one.met, one.missed)
    return row, file.content
