"""The report on alarms (S4-7.5a): every month and on demand, on paper and as a workbook."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from actors.alarm_tables import writer
from actors.messages import Stage
from actors.said import in_language
from business.alarm_kpi.queries import AlarmFigures
from business.alarm_report.messages import MakeAlarmReport
from business.alarm_report.paper import paper
from business.alarm_report.queries import ReportRow, report_file, reports
from business.alarm_report.sections import Chart, Section
from business.alarm_report.service import AlarmReports
from business.alarm_report.work import report_job
from business.alarm_report.workbook import workbook
from business.audit.model import AuditRecord
from business.gate import Execute, Outcome
from business.jobs.kinds import JobContext, catalogue
from business.jobs.model import JobRun
from business.jobs.service import Jobs
from business.printing.messages import AddShippedTemplates
from business.printing.rendering import render
from business.printing.service import Printing
from business.printing.templates import seed
from business.shipped import ship
from config.site import Station
from config.text import Text
from tests.business.alarm_kpi.test_kpi_queries import written
from tests.business.conftest import Office
from tests.business.exchange.test_documents import pdf_text
from tests.hmi.campus import campus

SHANGHAI = ZoneInfo("Asia/Shanghai")
SITE = replace(campus(), stations={"a": Station("a", Text("甲台", "Desk A"), ("a",))})


class Desk:
    """Reports are made when the test says so; it is 15 November 2026 at the site."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        office.now_ns = round(datetime(2026, 11, 15, 12, tzinfo=SHANGHAI).timestamp()) * 10**9
        path = folder / "alarms.db"
        with closing(writer(str(path))) as db:
            for number in range(1, 31):
                written(db, number, 0, "hvac-1", "alarm_occurs")
                written(db, number + 100, 1, "hvac-1", "return_to_normal")
            db.execute("UPDATE journal SET time_ns = ?", (self.ns(10, 20),))
        self.figures = AlarmFigures(path, lambda: SITE, office.wall_ns)
        ship(office.gate, Printing(office.wall_ns), AddShippedTemplates(), seed())
        self.kind = report_job(self.figures, lambda: SITE, office.authority.open)
        self.jobs = Jobs(catalogue(self.kind), SHANGHAI, office.wall_ns)
        self.module = AlarmReports(self.jobs, lambda: SITE, office.authority.here, office.wall_ns)
        office.create("olga", "operator")
        self.olga = office.log_in("olga")

    @staticmethod
    def ns(month: int, day: int) -> int:
        return round(datetime(2026, month, day, tzinfo=SHANGHAI).timestamp()) * 10**9

    def ask(self, since: str, until: str, station: str = "", user: str = "") -> Outcome:
        issuer = self.office.log_in(user) if user else self.olga
        return self.office.gate.carry_out(
            self.module, Execute(issuer, MakeAlarmReport(since, until, station))
        )

    def run(self, **arguments: Any) -> None:
        self.kind.check(arguments)
        context = JobContext(arguments, lambda: False, self.office.wall_ns, self.office.sessions)
        for _ in self.kind.work(context):
            pass

    def queued(self) -> dict[str, Any]:
        with self.office.authority.open() as session:
            found: dict[str, Any] = json.loads(session.scalars(select(JobRun.arguments)).one())
            return found

    def rows(self) -> tuple[ReportRow, ...]:
        with self.office.authority.open() as session:
            return reports(session)

    def file(self, report: int, name: str) -> bytes:
        with self.office.authority.open() as session:
            found = report_file(session, report, name)
        assert found is not None
        return found[1]


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    yield Desk(office, tmp_path)


@pytest.mark.both_databases
def test_every_month_the_month_before_is_reported_for_the_site_and_each_station(desk: Desk) -> None:
    desk.run()
    found = desk.rows()
    assert [(one.station, one.since, one.until, one.asked_by) for one in found] == [
        ("", "2026-10-01", "2026-10-31", ""),
        ("a", "2026-10-01", "2026-10-31", ""),
    ]
    made_ns = found[0].made_ns
    desk.office.pass_minutes(5)
    desk.run()
    assert [one.made_ns for one in desk.rows()] == [made_ns, made_ns], "what is there is not made again"


def test_its_paper_tells_figures_targets_and_alarms_in_both_languages(desk: Desk) -> None:
    desk.run()
    chinese = pdf_text(desk.file(desk.rows()[0].id, "zh.pdf"))
    for told in (
        "报警报告",
        "全站",
        "2026-10-01 至 2026-10-31",
        "每日报警",
        "未达标",
        "空调机组 1",
        "t high",
    ):
        assert told in chinese, told
    english = pdf_text(desk.file(desk.rows()[1].id, "en.pdf"))
    for told in ("Alarm report", "Desk A", "2026-10-01 to 2026-10-31", "Top ten", "Time to acknowledge"):
        assert told in english, told


def test_its_workbook_holds_the_same_with_charts_of_its_own(desk: Desk) -> None:
    desk.run()
    content = desk.file(desk.rows()[0].id, "en.xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    rows = book.get_sheet_by_name("Figures against targets").to_python()
    assert rows[4][:2] == ["Alarms", 30.0]
    days = book.get_sheet_by_name("Alarms per day").to_python()
    assert [row[:2] for row in days[4:] if row[1]] == [["2026-10-20", 30.0]]
    with ZipFile(BytesIO(content)) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 4
        assert b"<f>" not in b"".join(parts.read(one) for one in parts.namelist() if "worksheets/" in one)


def test_any_days_are_reported_on_demand_and_replaced_by_the_next(desk: Desk) -> None:
    assert desk.ask("2026-10-19", "2026-12-31", "a").stage is Stage.DONE
    asked = desk.queued()
    assert asked == {"since": "2026-10-19", "until": "2026-11-15", "station": "a", "asked_by": "olga"}
    desk.run(**asked)
    (first,) = desk.rows()
    assert (first.until, first.asked_by) == ("2026-11-15", "olga")
    desk.office.pass_minutes(2)
    desk.run(**asked)
    (second,) = desk.rows()
    assert (second.id, second.made_ns > first.made_ns) == (first.id, True)
    assert desk.file(first.id, "zh.xlsx").startswith(b"PK")
    with desk.office.authority.open() as session:
        query = select(AuditRecord.object).where(AuditRecord.kind == MakeAlarmReport.__name__)
        assert session.scalars(query).all() == ["alarm_reports/2026-10-19/2026-12-31/a"]


@pytest.mark.parametrize(
    ("since", "until", "station", "said"),
    [
        ("2026-10-02", "2026-10-01", "", "no sooner than they begin"),
        ("2024-01-01", "2026-10-01", "", "within 366 days"),
        ("2026-11-16", "2026-11-17", "", "has not come yet"),
        ("October", "2026-10-01", "", "is no date"),
        ("2026-10-01", "2026-10-02", "nobody", "no station nobody"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    desk: Desk, since: str, until: str, station: str, said: str
) -> None:
    outcome = desk.ask(since, until, station)
    assert outcome.stage is Stage.REFUSED
    assert said in in_language(outcome.detail, "en")


def test_who_may_not_report_is_refused(desk: Desk) -> None:
    desk.office.create("carl", "cashier")
    assert desk.ask("2026-10-01", "2026-10-02", user="carl").stage is Stage.REFUSED


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": "2026-10-01"},
        {"since": "x", "until": "2026-10-01", "station": "", "asked_by": ""},
        {"since": 1, "until": "2026-10-01", "station": "", "asked_by": ""},
        {"since": "2026-10-02", "until": "2026-10-01", "station": "", "asked_by": ""},
    ],
)
def test_a_run_by_hand_with_other_arguments_is_refused(desk: Desk, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="make reports on their page"):
        desk.kind.check(arguments)


HOSTILE = '=HYPERLINK("http://x")#import "x.typ" *a* $b$ \u202e'


def test_a_hostile_text_is_only_a_text() -> None:
    """On paper, in a cell, as the name of a sheet and as the title of a chart."""
    section = Section(HOSTILE, (HOSTILE, "n"), ((HOSTILE, 1), (HOSTILE, None)), Chart(0, (1,), 2.0))
    source = next(one.source for one in seed() if one.name == "alarm_report")
    text = pdf_text(render(source, paper(HOSTILE, HOSTILE, HOSTILE, [section])).pages[0])
    assert "=HYPERLINK" in text
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(HOSTILE, HOSTILE, [section])))
    assert str(book.get_sheet_by_index(0).to_python()[4][0]).startswith("'=HYPERLINK")


def test_a_chart_stands_in_proportion_to_its_highest() -> None:
    rows = tuple((f"2026-10-{day:02}", day) for day in range(1, 32))
    drawn = paper("t", "s", "p", [Section("t", ("d", "n"), rows, Chart(0, (1,), 62.0))])["sections"][0][
        "chart"
    ]
    assert (drawn["top"], drawn["target"]) == ("62", 1.0)
    assert [one["height"] for one in drawn["columns"]] == [day / 62 for day in range(1, 32)]
    assert [one["label"] for one in drawn["columns"][:3]] == ["10-01", "", "10-03"]
    assert paper("t", "s", "p", [Section("t", ("d",), (), Chart(0, (0,)))])["sections"][0]["chart"] is None
