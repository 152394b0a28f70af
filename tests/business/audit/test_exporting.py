"""The trail as a file: who may, with which reason, recorded itself (A06, A19)."""

import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from actors.messages import Issuer, Stage
from actors.said import in_language
from business.audit import queries, service
from business.audit.exporting import exported
from business.audit.messages import ExportTrail
from business.audit.model import AuditRecord
from business.audit.queries import Wanted, search
from business.audit.service import Audit, wanted_of
from business.gate import Execute, Outcome
from config.text import Text
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases
ALL = ExportTrail("xlsx", "", "", "", "", 0, 0, "年度审计")
NAMES = {"LogIn": Text("登录", "Log in"), "done": Text("已完成", "Done")}


@pytest.fixture
def auditor(office: Office) -> Issuer:
    office.create("otto", "auditor")
    return office.log_in("otto")


def order(office: Office, command: ExportTrail, issuer: Issuer) -> Outcome:
    return office.gate.carry_out(Audit(office.wall_ns), Execute(issuer, command))


def newest(office: Office) -> AuditRecord:
    with office.authority.open() as session:
        return search(session, Wanted(), 1)[0]


def file(office: Office, command: ExportTrail, language: str = "zh") -> bytes:
    with office.authority.open() as session:
        return exported(
            session, wanted_of(command), command.format, title="审计", names=NAMES, language=language,
            zone=ZoneInfo("Asia/Shanghai"), now_ns=office.now_ns,
        )  # fmt: skip


def test_an_export_stands_in_the_trail_with_reason_filter_and_count(office: Office, auditor: Issuer) -> None:
    command = ExportTrail("csv", "", "LogIn", "", "done", 0, office.now_ns + 1, " 年度审计 ")
    assert order(office, command, auditor).stage is Stage.DONE
    record = newest(office)
    assert (record.kind, record.user, record.permission) == ("ExportTrail", "otto", "audit.export")
    told = json.loads(record.changes[0].after or "")
    assert (told["reason"], told["filter_kind"], told["filter_result"]) == ("年度审计", "LogIn", "done")
    assert (told["rows"], told["format"]) == (1, "csv")


def test_the_file_holds_what_matches_in_the_language_of_its_reader(office: Office, auditor: Issuer) -> None:
    office.log_in("otto")
    rows = list(csv.DictReader(io.StringIO(file(office, ExportTrail("csv", "", "LogIn", "", "", 0, 0, "x"))
                                           .decode("utf-8-sig"))))  # fmt: skip
    assert [row["操作"] for row in rows] == ["登录", "登录"]
    with office.authority.open() as session:
        found = search(session, Wanted(kind="LogIn"), 9)
    assert [row["封印"] for row in rows] == [record.seal for record in found]
    assert rows[0]["时间"].startswith("2027-01-15 16:00:00"), "the site's own time"
    book = CalamineWorkbook.from_filelike(io.BytesIO(file(office, ALL, "en")))
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[0][:4] == ["Sequence", "Time", "User", "Deed"]
    assert len(sheet) == 1 + newest(office).sequence


def test_a_page_after_another_all_records_come(
    office: Office, auditor: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    for _ in range(4):
        office.log_in("otto")
    text = file(office, ExportTrail("csv", "", "", "", "", 0, 0, "x")).decode("utf-8-sig")
    heads = [row[0] for row in csv.reader(io.StringIO(text))][1:]
    assert heads == [str(number) for number in range(newest(office).sequence, 0, -1)]


def test_a_text_that_a_spreadsheet_would_take_for_a_formula_is_none(office: Office, auditor: Issuer) -> None:
    command = ExportTrail("csv", "", "", "", "", 0, 0, "=HYPERLINK(1)")
    assert order(office, command, auditor).stage is Stage.DONE
    text = file(office, ExportTrail("csv", "", "ExportTrail", "", "", 0, 0, "x")).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["原因"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ExportTrail("xlsx", "", "", "", "", 0, 0, "  "), "the reason of the export has 0 characters"),
        (ExportTrail("exe", "", "", "", "", 0, 0, "x"), "no format 'exe'; take one of xlsx, csv"),
    ],
)
def test_what_cannot_be_is_refused(office: Office, auditor: Issuer, command: ExportTrail, said: str) -> None:
    outcome = order(office, command, auditor)
    assert outcome.stage is Stage.REFUSED
    assert said in in_language(outcome.detail, "en")
    assert newest(office).result == "refused"


def test_too_much_for_one_file_is_refused_with_the_way_out(
    office: Office, auditor: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_ROWS", 1)
    office.log_in("otto")
    assert "narrow the dates" in in_language(order(office, ALL, auditor).detail, "en")


@pytest.mark.parametrize("role", ["system-administrator", "security-administrator", "operator", "manager"])
def test_only_an_auditor_exports(office: Office, role: str) -> None:
    office.create("anna", role)
    outcome = order(office, ALL, office.log_in("anna"))
    assert (outcome.stage, outcome.detail) == (Stage.REFUSED, "not-permitted")
