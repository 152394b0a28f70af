"""Files become records (S1-2.3.4, S1-4.11b, B18)."""

from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from actors.messages import Stage
from business.access.messages import WithdrawGrant
from business.access.model import Scope
from business.audit.model import AuditRecord
from business.audit.verify import verify
from business.exchange.layout import header_of
from business.exchange.layouts import proposed
from business.exchange.opening import opened
from business.exchange.stored import stored
from business.gate import Execute
from business.importing.columns import columns
from business.importing.importer import COMMIT, FAILED_ROWS
from business.importing.messages import CancelImport, CommitImport, ImportRecords, StartImport
from business.jobs.kinds import Progress
from tests.business.estate import PROGRAM
from tests.business.importing.counter import Counter, workbook

pytestmark = pytest.mark.both_databases


@pytest.fixture
def tower(counter: Counter) -> Counter:
    """Building 3 with units 1 and 2."""
    building = counter.create("building", code="3")
    for unit in ("1", "2"):
        counter.create("unit", building_id=building, code=unit)
    return counter


def test_a_house_list_becomes_houses(tower: Counter) -> None:
    """S1-4.11b."""
    done = tower.imported("house", "房号,建筑面积,户型\n3栋2单元501,89.5㎡,三室两厅\n3-1-502,90,\n")
    assert (done.created, done.failed, done.total, done.chunks) == (2, 0, 2, 1), tower.failures(done.file)
    rows = tower.list("house").rows
    assert [(row.code, row.built_area) for row in rows] == [
        ("3-1-502", Decimal(90)),
        ("3-2-501", Decimal("89.5")),
    ]


def test_a_trial_writes_nothing_and_says_what_would_be(tower: Counter) -> None:
    token = tower.start("house", "房号,建筑面积\n3-2-501,89.5\n3-2-502,九十\n9-1-101,70\n3-2-501,80\n")
    tried = tower.found(token)
    assert (tried.created, tried.failed, tried.total) == (1, 3, 4)
    assert tower.list("house").rows == ()
    reasons = tower.reasons(token)
    assert "“九十”不是数字" in reasons[3]
    assert "没有找到楼栋“9”" in reasons[4]
    assert "与第 2 行重复" in reasons[5]
    (error,) = tower.failures(token)[3]
    assert error[:3] == ["built_area", "B", "九十"]
    assert "B3" in error[4]


def test_the_failed_rows_come_back_as_a_file_that_can_be_corrected(tower: Counter) -> None:
    done = tower.imported("house", "房号,建筑面积\n3-2-501,89.5\n3-2-502,九十\n")
    assert (done.created, done.failed) == (1, 1)
    path = tower.shelf.path(done.file, FAILED_ROWS.format(language="zh"))
    rows = [row.cells for row in opened(path)[0].rows()]
    assert rows[0] == ("房号", "建筑面积", "错误原因")
    assert rows[1][:2] == ("3-2-502", "九十")
    assert "不是数字" in str(rows[1][2])
    again = tower.imported("house", workbook(list(rows[0]), ["3-2-502", "90", "改好了"]))
    assert (again.created, again.failed) == (1, 0)


def test_external_ids_make_a_second_import_change_what_the_first_one_made(counter: Counter) -> None:
    """B18."""
    first = "外部编号,姓名,手机\nP1,张三,13800138000\nP2,李四,\n"
    assert counter.imported("person", first).created == 2
    again = counter.imported("person", first)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    third = counter.imported("person", "外部编号,姓名,备注\nP1,张三丰,\nP3,王五,\n")
    assert (third.created, third.updated) == (1, 1)
    names = {row.external_id: (row.name, row.phone) for row in counter.list("person").rows}
    assert names == {"P1": ("张三丰", "+8613800138000"), "P2": ("李四", None), "P3": ("王五", None)}


@pytest.mark.parametrize(
    ("existing", "counts", "area"),
    [
        ("update", (0, 1, 0, 0), Decimal(95)),
        ("skip", (0, 0, 1, 0), Decimal(90)),
        ("refuse", (0, 0, 0, 1), Decimal(90)),
    ],
)
def test_what_becomes_of_existing_records_is_chosen(
    tower: Counter, existing: str, counts: tuple[int, ...], area: Decimal
) -> None:
    house = tower.house(room="501", built_area="90")
    done = tower.imported("house", "房号,建筑面积\n3-2-501,95\n", existing=existing)
    assert (done.created, done.updated, done.skipped, done.failed) == counts
    assert tower.get("house", house).built_area == area


def test_people_are_told_apart_by_number_and_several_are_an_error(counter: Counter) -> None:
    for number in ("13800138000", "13900139000"):
        counter.create("person", name="张三", phone=number)
    token = counter.start(
        "vehicle",
        "车牌号,车主\n沪A12345,张三 139 0013 9000\n沪A12346,张三\n沪A12347,13800138000\n沪A12348,张三 #2\n",
    )
    assert "对应 2 个人员" in counter.reasons(token)[3]
    counter.commit("vehicle", token)
    owners = {row.plate: row.owner_id for row in counter.list("vehicle").rows}
    assert sorted(owners.values()) == [1, 2, 2]


def test_merged_cells_dates_as_text_and_wide_signs_are_understood(tower: Counter) -> None:
    target = BytesIO()
    book = Workbook(target)
    sheet = book.add_worksheet("三号楼")
    sheet.merge_range("A1:E1", "三号楼房屋清单")
    sheet.write_row("A2", ["楼栋", "单元", "室号", "建成日期", "建筑面积（㎡）"])
    sheet.merge_range("A3:A4", "3号楼")
    sheet.merge_range("B3:B4", "2单元")
    sheet.write_row("C3", ["５０１a", "2008年6月1日", 89.5])
    sheet.write_row("C4", [502, "2008/6/1", "９０"])
    book.close()
    done = tower.imported("house", target.getvalue())
    assert done.created == 2, tower.reasons(done.file)
    houses = tower.list("house").rows
    assert [(one.code, str(one.built_on), one.built_area) for one in houses] == [
        ("3-2-501A", "2008-06-01", Decimal("89.5")),
        ("3-2-502", "2008-06-01", Decimal(90)),
    ]


def test_gb18030_and_xml_are_read(tower: Counter) -> None:
    csv = "房号;备注\n3-2-501;𠮷屋，朝南\n".encode("gb18030")
    assert tower.imported("house", csv).created == 1
    xml = "<r><h><code>3-2-502</code><remark>靠东</remark></h></r>"
    assert tower.imported("house", xml).created == 1
    assert {one.remark for one in tower.list("house").rows} == {"𠮷屋，朝南", "靠东"}


def test_the_mapping_of_a_layout_is_remembered(counter: Counter) -> None:
    token = counter.upload("甲,乙\n张三,13800138000\n".encode())
    mapping = ((0, "name"), (1, "phone"))
    counter.done(StartImport("person", token, "x.csv", 0, 1, mapping))
    sheet = stored(counter.shelf.path(token, "rows"))[0]
    with counter.read() as session:
        known = columns(session, counter.entity("person"))
        assert proposed(session, "person", header_of(sheet, known), known) == dict(mapping)


def test_each_chunk_is_one_record_of_the_trail_with_its_changes(tower: Counter) -> None:
    rows = "".join(f"3-1-{number},{number}\n" for number in range(101, 551))
    done = tower.imported("house", "房号,建筑面积\n" + rows)
    assert (done.created, done.chunks) == (450, 3)
    with tower.read() as session:
        query = select(AuditRecord).where(AuditRecord.kind == ImportRecords.__name__)
        trail = session.scalars(query.order_by(AuditRecord.sequence)).all()
        assert [(one.user, len(one.changes)) for one in trail] == [("anna", 200), ("anna", 200), ("anna", 50)]
        assert not verify(session).breaks


def test_a_cancelled_import_goes_on_where_it_stopped(tower: Counter) -> None:
    rows = "".join(f"3-1-{number}\n" for number in range(101, 351))
    token = tower.start("house", "房号\n" + rows)
    tower.done(CommitImport("house", token))
    tower.run(COMMIT, stop=lambda progress: progress.done >= 200)
    assert (tower.found(token).created, tower.list("house").total) == (200, 200)
    assert tower.commit("house", token).created == 250
    assert tower.list("house").total == 250
    assert "已导入完成" in tower.command(CommitImport("house", token)).detail


def test_nobody_imports_outside_his_reach(tower: Counter) -> None:
    """Scope: a manager of building 3 alone."""
    tower.create("building", code="4")
    with tower.read() as session:
        scope = session.scalars(select(Scope.id).where(Scope.code == "3")).one()
    tower.office.create("berta", "manager", scope=scope)
    berta = tower.office.log_in("berta")
    token = tower.start("house", "楼栋,室号\n3,101\n4,101\n", berta)
    assert "没有找到楼栋“4”" in tower.reasons(token)[3]
    done = tower.commit("house", token, berta)
    assert (done.created, done.failed) == (1, 1)
    person = tower.start("person", "姓名\n张三\n", berta)
    assert "无权在此范围导入" in tower.reasons(person)[2]


def test_who_may_not_import_and_whose_import_it_is_not_is_refused(tower: Counter) -> None:
    tower.office.create("otto", "operator")
    otto = tower.office.log_in("otto")
    token = tower.upload("姓名\n张三\n".encode())
    assert tower.command(tower.guessed("person", token), otto).stage is Stage.REFUSED
    tower.done(tower.guessed("person", token))
    tower.office.create("berta", "manager")
    berta = tower.office.log_in("berta")
    for command in (CommitImport("person", token), CancelImport("person", token)):
        assert "没有这个导入" in tower.command(command, berta).detail
    forged = ImportRecords("person", token, 0, ())
    assert tower.command(forged).stage is Stage.REFUSED


def test_whoever_loses_his_permission_half_way_imports_no_more(tower: Counter) -> None:
    rows = "".join(f"3-1-{number}\n" for number in range(101, 401))
    token = tower.start("house", "房号\n" + rows)
    tower.done(CommitImport("house", token))
    grant = tower.office.grant("anna")

    def withdrawn(_progress: Progress) -> bool:
        order = Execute(PROGRAM, WithdrawGrant(grant), "withdrawn")
        tower.office.gate.on_own_account(tower.office.access, order)
        return False

    tower.run(COMMIT, stop=withdrawn)
    assert (tower.found(token).created, tower.found(token).failed) == (200, 100)


def test_a_file_that_is_gone_or_not_mapped_is_refused(tower: Counter) -> None:
    gone = StartImport("house", "0" * 32, "x.csv", 0, 1, ((0, "code"),))
    assert "没有找到上传的文件" in tower.command(gone).detail
    token = tower.upload("房号\n3-2-501\n".encode())
    for mapping in ((), ((0, "nonsense"),)):
        detail = tower.command(StartImport("house", token, "x.csv", 0, 1, mapping)).detail
        assert "选择对应的字段" in detail
