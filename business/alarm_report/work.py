"""The job of alarm reports: of the month before for the site and each station, or of what was asked for."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from actors.said import said
from business import wording
from business.alarm_kpi.labels import WHOLE_SITE
from business.alarm_kpi.messages import AlarmKpis, ReadAlarmKpis
from business.alarm_kpi.queries import AlarmFigures
from business.alarm_report.messages import JOB
from business.alarm_report.model import AlarmReport, AlarmReportFile
from business.alarm_report.paper import TEMPLATE, paper
from business.alarm_report.sections import sections
from business.alarm_report.workbook import workbook
from business.gate import Refused
from business.jobs.kinds import JobContext, JobKind, Lane, Progress, Retry
from business.printing.queries import Sheet, sheet
from config.site import Site
from config.text import Text

LABEL: Final = Text("生成报警报告", "Make alarm reports")
LANGUAGES: Final = ("zh", "en")
_TITLE: Final = Text("报警报告", "Alarm report")
_PERIOD: Final = Text("{since} 至 {until}", "{since} to {until}")
_ARGUMENTS: Final = {"since", "until", "station", "asked_by"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    since: date
    until: date
    """Included."""
    station: str
    asked_by: str


def report_job(figures: AlarmFigures, site: Callable[[], Site], read: Callable[[], Session]) -> JobKind:
    """`read` opens a session that cannot write."""

    def work(context: JobContext) -> Generator[Progress, None, None]:
        return _work(_Writer(figures, site, read), context)

    return JobKind(JOB, LABEL, work, Lane.HEAVY, _check, Retry(3), module="plant")


def _check(arguments: Mapping[str, Any]) -> None:
    try:
        if arguments and (
            set(arguments) != _ARGUMENTS or wording.day(arguments["since"]) > wording.day(arguments["until"])
        ):
            raise ValueError(said("请从报警报告页面生成", "make reports on their page"))
    except (Refused, TypeError) as error:
        raise ValueError(said("请从报警报告页面生成", "make reports on their page")) from error


def _work(writer: "_Writer", context: JobContext) -> Generator[Progress, None, None]:
    wanted = [*writer.wanted(context)]
    for number, one in enumerate(wanted):
        yield Progress(number, len(wanted), said("正在统计", "counting"))
        found = writer.counted(one)
        files: dict[str, bytes] = {}
        for language in LANGUAGES:
            files |= writer.written(one, found, language, context.wall_ns())
            yield Progress(number, len(wanted), said("正在排版", "setting"))
        with context.sessions.begin() as session:
            _keep(session, one, found, files, context.wall_ns())
    text = said(f"已生成 {len(wanted)} 份报告", f"{len(wanted)} reports made")
    yield Progress(len(wanted), len(wanted), text)


class _Writer:
    def __init__(self, figures: AlarmFigures, site: Callable[[], Site], read: Callable[[], Session]) -> None:
        self._figures = figures
        self._site = site()
        self._zone = ZoneInfo(self._site.timezone)
        self._read = read

    def wanted(self, context: JobContext) -> Iterator[_Wanted]:
        """What was asked for; or of the month before what is not there yet."""
        asked = context.arguments
        if asked:
            yield _Wanted(
                wording.day(asked["since"]), wording.day(asked["until"]), asked["station"], asked["asked_by"]
            )
            return
        today = datetime.fromtimestamp(context.wall_ns() / 1e9, self._zone).date()
        last = today.replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
        with self._read() as session:
            there = set(
                session.scalars(
                    select(AlarmReport.station).where(
                        AlarmReport.since == first.isoformat(), AlarmReport.until == last.isoformat()
                    )
                )
            )
        for station in ("", *self._site.stations):
            if station not in there:
                yield _Wanted(first, last, station, "")

    def counted(self, wanted: _Wanted) -> AlarmKpis:
        """Raises QueryFailed, after which the run is tried again."""
        since, until = self._midnight(wanted.since), self._midnight(wanted.until + timedelta(days=1))
        return self._figures.read(ReadAlarmKpis(since, until, wanted.station))

    def written(self, wanted: _Wanted, found: AlarmKpis, language: str, now_ns: int) -> dict[str, bytes]:
        """By name; raises PrintRefused."""
        site = self._site
        title = f"{site.name.in_language(language)} {_TITLE.in_language(language)}"
        known = site.stations.get(wanted.station)
        station = (known.name if known else WHOLE_SITE).in_language(language)
        period = _PERIOD.in_language(language).format(since=wanted.since, until=wanted.until)
        made = datetime.fromtimestamp(now_ns / 1e9, self._zone)
        told = sections(found, site, language)
        with self._read() as session:
            template: Sheet = sheet(session, TEMPLATE)
        data = paper(
            title, f"{station} · {period}", f"{made:%Y-%m-%d %H:%M}  {wanted.asked_by}".rstrip(), told
        )
        return {
            f"{language}.pdf": template.printed(data, language),
            f"{language}.xlsx": workbook(f"{title} · {station}", period, told),
        }

    def _midnight(self, day: date) -> int:
        return round(datetime.combine(day, time(), self._zone).timestamp()) * 10**9


def _keep(
    session: Session, wanted: _Wanted, found: AlarmKpis, files: Mapping[str, bytes], now_ns: int
) -> None:
    judged = [one.is_met for one in found.figures]
    said_of = {
        "since": wanted.since.isoformat(),
        "until": wanted.until.isoformat(),
        "station": wanted.station,
    }
    report = session.scalar(select(AlarmReport).filter_by(**said_of))
    if report is None:
        report = AlarmReport(**said_of)
        session.add(report)
    report.asked_by, report.made_ns = wanted.asked_by, now_ns
    report.met, report.missed = judged.count(True), judged.count(False)
    session.flush()
    session.execute(delete(AlarmReportFile).where(AlarmReportFile.report_id == report.id))
    session.add_all(
        AlarmReportFile(report_id=report.id, name=name, content=content) for name, content in files.items()
    )
