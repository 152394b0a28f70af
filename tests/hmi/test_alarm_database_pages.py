"""The master alarm database in a real browser: seen, exported, tried, proposed, logged (issue 4)."""

from io import BytesIO
from pathlib import Path

from playwright.sync_api import Browser, expect
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from business.exchange.opening import sheets_in
from tests.hmi.browsing import Person, Served


def workbook(*rows: tuple[str, ...]) -> bytes:
    target = BytesIO()
    with Workbook(target) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((("设备编号", "测点编号", "报警编号", "限值"), *rows)):
            sheet.write_row(at, 0, row)
    return target.getvalue()


def upload(page: object, data: bytes) -> None:
    page.set_input_files(  # type: ignore[attr-defined]
        "input[data-upload]", {"name": "alarms.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )


def test_all_alarms_are_listed_filtered_and_exported(admin: Person, tmp_path: Path) -> None:
    page = admin.open("/alarm-database?text=ch-1/")
    row = page.locator("[data-alarm='ch-1/cond-pressure/high-high']")
    expect(row).to_contain_text("冷凝压力过高")
    expect(page.locator("[data-missing]")).to_contain_text("已论证")
    with page.expect_download() as download:
        page.click("a[data-export]")
    file = tmp_path / "alarms.xlsx"
    download.value.save_as(file)
    rows = list(sheets_in(file.read_bytes())[0].rows())
    assert {row.cells[0] for row in rows[1:]} == {"ch-1"}


def test_an_import_is_tried_proposed_and_logged(admin: Person, tmp_path: Path) -> None:
    page = admin.open("/alarm-database")
    upload(
        page,
        workbook(("ch-1", "cond-pressure", "high-high", "1250"), ("ch-7", "fault", "state", "1")),
    )
    page.wait_for_url("**/alarm-database/import?file=*")
    expect(page.locator("[data-edits]")).to_contain_text("1 个报警将修改，1 行有错误")
    expect(page.locator("[data-alarm='ch-1/cond-pressure/high-high']")).to_contain_text("1300")
    expect(page.locator("table.errors")).to_contain_text("没有设备“ch-7”")
    with page.expect_download() as download:
        page.click("a[href^='/transfer/alarms/refused/']")
    file = tmp_path / "refused.xlsx"
    download.value.save_as(file)
    assert "ch-7" in str(list(sheets_in(file.read_bytes())[0].rows()))
    page.fill("[name=reason]", "condenser is cleaner")
    page.click("form[data-form=save] button[value=save]")
    page.wait_for_url("**/alarm-database")
    expect(page.locator("[data-waiting]")).to_have_attribute("data-waiting", "1")
    expect(page.locator("tr[data-version]")).to_contain_text("condenser is cleaner")


def test_one_alarm_is_edited_in_a_form_in_english(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("admin")
    person.page.goto(site.address + "/preference?language=en&back=/alarm-database")
    expect(person.page.locator("h1")).to_have_text("Master alarm database")
    page = person.open("/alarm-database/edit?device=ups-a&point=load&rule=high")
    page.fill("[name=limit]", "x")
    page.click("form[data-form=alarm] button.main")
    expect(page.locator(".problem").first).to_be_visible()
    page.fill("[name=limit]", "80")
    page.click("form[data-form=alarm] button.main")
    expect(page.locator(".differences")).to_contain_text("ups-a/load/high")
    person.close()
    assert person.troubles == []


def test_who_may_only_see_has_no_import(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("auditor")
    page = person.open("/alarm-database")
    expect(page.locator("[data-missing]")).to_be_visible()
    expect(page.locator("input[data-upload]")).to_have_count(0)
    assert person.open("/alarm-database/import?file=x").locator("h1").inner_text() == "您的角色不能打开此页"
    person.close()
