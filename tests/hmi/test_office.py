"""The office's pages in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from python_calamine import CalamineWorkbook

from tests.hmi.browsing import Person, Served


def test_an_auditor_sees_who_did_what_and_finds_it_again(auditor: Person) -> None:
    """A06, A19, S0-3.1.log."""
    page = auditor.open("/audit")
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("登录")
    expect(rows.first).to_contain_text("users/auditor")
    expect(page.locator("nav")).to_contain_text("审计")
    page.locator("select[name=kind]").select_option("CreateUser")
    page.locator("input[name=object]").fill("users/operator")
    page.get_by_role("button", name="查询").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("已完成")
    rows.locator("summary").click()
    expect(rows.locator("li").first).to_contain_text("password_hash = ***")


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "before=-1", "before=99999999999999999999", "user='%3Cscript%3E", "object=%25"],
)
def test_an_odd_address_finds_nothing_and_says_so(auditor: Person, query: str) -> None:
    page = auditor.open(f"/audit?{query}")
    expect(page.locator("h1")).to_have_text("审计")
    if "since" in query:
        expect(page.locator("p.warning")).to_have_text("“yesterday” 不是日期，请写成 2026-03-01")


def test_whose_deeds_the_trail_tells_does_not_read_it(browser: Browser, site: Served) -> None:
    """S-21."""
    person = Person(browser, site)
    person.log_in("security")
    expect(person.open("/audit").locator("h1")).to_have_text("您的角色不能打开此页")
    expect(person.page.locator("nav")).not_to_contain_text("审计")
    person.close()


def test_an_auditor_takes_what_he_has_found_out_as_a_file(auditor: Person, tmp_path: Path) -> None:
    """A06, A19: with a reason, and recorded."""
    page = auditor.open("/audit?kind=LogIn")
    page.get_by_role("button", name="导出", exact=True).click()
    dialog = page.locator(".q-dialog")
    dialog.locator(".q-btn", has_text="导出").click()
    expect(page.locator(".q-notification").first).to_contain_text("导出原因")
    dialog.locator("input.field-reason, .field-reason input").fill("年度审计")
    with page.expect_download() as download:
        dialog.locator(".q-btn", has_text="导出").click()
    assert download.value.suggested_filename == "审计记录.xlsx"
    target = tmp_path / "found.xlsx"
    download.value.save_as(target)
    rows = CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()
    assert {row[3] for row in rows[1:]} == {"登录"}
    expect(auditor.open("/audit").locator("tbody tr").first).to_contain_text("导出审计记录")
