"""Records leave as files: what of them, for whom, and how it is noted (S1-2.3.4, B18)."""

import pytest
from sqlalchemy import select

from actors.messages import Stage
from business.access.model import RolePermission, Scope
from business.audit.model import AuditRecord
from business.exchange.opening import opened
from business.exporting.messages import CancelExport, ExportRecords
from business.exporting.queries import export_state
from business.exporting.service import EXPORT
from business.importing.expiry import CLEAR
from business.jobs.messages import RunJobNow
from business.registry.conditions import Condition, Operator
from tests.business.importing.counter import Counter

pytestmark = pytest.mark.both_databases


def rows(data: bytes) -> list[tuple[object, ...]]:
    return [row.cells for row in opened(data)[0].rows()]


@pytest.mark.parametrize("form", ["csv", "xlsx", "xml", "txt", "pdf"])
def test_every_form_holds_the_chosen_columns(counter: Counter, form: str) -> None:
    counter.house(built_area="89.5")
    data = counter.exported("house", "code building_id built_area external_id", format=form)
    if form == "pdf":
        assert data.startswith(b"%PDF")
    elif form == "txt":
        assert "3-2-501" in data.decode()
        assert "建筑面积" in data.decode()
    else:
        found = rows(data)
        assert found[1][:3] == ("3-2-501", "3", "89.5")


def test_the_conditions_and_the_order_of_the_list_hold(counter: Counter) -> None:
    for room, area in (("501", "90"), ("502", "70"), ("503", "110")):
        counter.house(room=room, built_area=area)
    data = counter.exported(
        "house", "code", conditions=(Condition("built_area", Operator.FROM, "80"),), sort="-built_area"
    )
    assert [row[0] for row in rows(data)] == ["房号", "3-2-503", "3-2-501"]


def test_more_than_a_page_comes_whole_and_in_order(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("business.exporting.work.PAGE", 2)
    for number in range(7):
        counter.create("company", name=f"公司{number}", contact="某人" if number % 2 else None)
    names = [row[0] for row in rows(counter.exported("company", "name", sort="contact"))[1:]]
    assert sorted(map(str, names)) == [f"公司{number}" for number in range(7)]


def test_personal_numbers_leave_masked_unless_permitted_and_why(counter: Counter) -> None:
    counter.create("person", name="张三", phone="13800138000", identity_number="110101199003070134")
    columns = "name phone identity_number"
    hidden = rows(counter.exported("person", columns))[1]
    assert "138****8000" in str(hidden[1])
    assert "19900307" not in str(hidden[2])
    command = ExportRecords("person", counter.shelf.token(), "csv", ("name", "phone"), open=True)
    assert "原因" in counter.command(command).detail
    shown = rows(counter.exported("person", columns, open=True, reason="移交公安机关"))[1]
    assert shown[2] == "110101199003070134"
    with counter.read() as session:
        query = select(AuditRecord).where(AuditRecord.kind == ExportRecords.__name__)
        assert [one.reason for one in session.scalars(query)] == ["", "", "移交公安机关"]


def test_who_may_not_unmask_or_not_export_is_refused(counter: Counter) -> None:
    command = ExportRecords("person", counter.shelf.token(), "csv", ("name",), open=True, reason="因为要看")
    with counter.office.sessions.begin() as session:
        seen = RolePermission.permission == "person.unmask"
        for row in session.scalars(select(RolePermission).where(seen)):
            session.delete(row)
    assert "无权导出完整的隐私信息" in counter.command(command).detail
    counter.office.create("otto", "operator")
    assert counter.command(command, counter.office.log_in("otto")).stage is Stage.REFUSED


def test_a_formula_does_not_leave_as_one(counter: Counter) -> None:
    """S-41: what a spreadsheet would run comes back as the text that it was."""
    for form in ("csv", "xlsx"):
        counter.create("company", name=f"=HYPERLINK(1)-{form}")
        data = counter.exported("company", "name", format=form)
        assert rows(data)[-1][0] == f"=HYPERLINK(1)-{form}"
        if form == "csv":
            assert "\"'=HYPERLINK" in data.decode("utf-8-sig")


def test_what_lies_beyond_ones_reach_stays(counter: Counter) -> None:
    for building in ("3", "4"):
        counter.house(building=building)
    with counter.read() as session:
        scope = session.scalars(select(Scope.id).where(Scope.code == "3")).one()
    counter.office.create("berta", "manager", scope=scope)
    data = counter.exported("house", "code", counter.office.log_in("berta"))
    assert [row[0] for row in rows(data)[1:]] == ["3-2-501"]


def test_namesakes_are_told_apart(counter: Counter) -> None:
    for plate in ("沪A11111", "沪A22222", "沪A33333"):
        name = "王五" if plate == "沪A33333" else "张三"
        counter.create("vehicle", plate=plate, owner_id=counter.create("person", name=name))
    data = counter.exported("vehicle", "plate owner_id")
    assert [row[1] for row in rows(data)[1:]] == ["张三 #1", "张三 #2", "王五"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": "exe"}, "没有格式 exe"),
        ({"columns": ()}, "至少选择一列"),
        ({"columns": ("password",)}, "至少选择一列"),
        ({"file": "../../etc/passwd"}, "请从导出页面导出"),
        ({"conditions": (Condition("nothing", Operator.IS, "1"),)}, "没有“nothing”这个字段"),
    ],
)
def test_nonsense_is_refused(counter: Counter, changes: dict[str, object], reason: str) -> None:
    values = {"entity": "house", "file": counter.shelf.token(), "format": "csv", "columns": ("code",)}
    assert reason in counter.command(ExportRecords(**{**values, **changes})).detail  # type: ignore[arg-type]


def test_too_long_a_pdf_is_refused_and_says_why(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("business.exchange.pdf_file.PDF_CELLS", 0)
    counter.create("company", name="一家公司")
    token = counter.shelf.token()
    counter.done(ExportRecords("company", token, "pdf", ("name",)))
    counter.run(EXPORT)
    with counter.read() as session:
        state = export_state(session, token, "anna")
        assert state is not None
        assert "PDF" in state.trouble
        assert export_state(session, token, "berta") is None
    assert not counter.shelf.path(token, "pdf").exists()


def test_an_export_expires(counter: Counter) -> None:
    token = counter.shelf.token()
    counter.done(ExportRecords("company", token, "csv", ("name",)))
    counter.run(EXPORT)
    assert counter.shelf.path(token, "csv").exists()
    counter.office.pass_minutes(25 * 60)
    with counter.office.sessions.begin() as session:
        counter.jobs.handle(session, counter.anna, RunJobNow(CLEAR))
    counter.run(CLEAR)
    assert not counter.shelf.path(token, "csv").exists()
    with counter.read() as session:
        assert export_state(session, token, "anna") is None


def test_only_ones_own_export_is_cancelled(counter: Counter) -> None:
    token = counter.shelf.token()
    counter.done(ExportRecords("company", token, "csv", ("name",)))
    counter.office.create("berta", "manager")
    berta = counter.office.log_in("berta")
    assert "没有这个导出" in counter.command(CancelExport("company", token), berta).detail
    counter.done(CancelExport("company", token))
