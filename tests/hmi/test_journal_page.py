"""The page of the alarm journal: searched by keyboard, turned, opened from an alarm, exported (S0-3.5.4)."""

import re
from pathlib import Path

from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.hmi.browsing import Person

PLACE = "control"


def test_it_is_searched_by_keyboard_and_its_address_holds_the_search(operator: Person) -> None:
    page = operator.open("/journal")
    expect(page.locator("tbody tr")).to_have_count(100)
    expect(page.get_by_text("共 246 条")).to_be_visible()
    page.get_by_label("设备编号或名称").fill("HVAC-002")
    page.get_by_label("变化").select_option("acknowledge")
    page.get_by_label("人员").fill("operator")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("device=HVAC-002"))
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(20)
    expect(page.locator('tbody a[href="/device/hvac-2"]')).to_have_count(20)
    expect(page.get_by_label("人员")).to_have_value("operator")


def test_its_pages_are_turned_within_what_was_sought(operator: Person) -> None:
    page = operator.open("/journal?device=hvac-1")
    expect(page.get_by_text("共 120 条")).to_be_visible()
    page.get_by_text("更早").click()
    page.wait_for_url(re.compile("before="))
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(page.get_by_text("共 120 条")).to_be_visible()
    expect(page.get_by_text("更早")).to_have_count(0)
    page.get_by_role("link", name="最新").click()
    expect(page.locator("tbody tr")).to_have_count(100)


def test_it_opens_from_an_alarm(operator: Person) -> None:
    page = operator.open("/alarms")
    page.locator('tr[data-alarm^="hvac-2/supply-temperature/high"] a[href^="/journal"]').click()
    page.wait_for_url(re.compile("/journal"))
    expect(page.locator("tbody tr")).to_have_count(60)


def test_a_device_that_is_gone_is_still_found(operator: Person) -> None:
    page = operator.open("/journal?device=gone-9")
    expect(page.locator("tbody tr")).to_have_count(60)
    expect(page.locator('tbody a[href^="/device/"]')).to_have_count(0)


def test_what_was_found_is_exported_and_no_cell_is_a_formula(operator: Person, tmp_path: Path) -> None:
    page = operator.open("/journal?device=hvac-1&annunciated=1")
    with page.expect_download() as download:
        page.locator("[data-act=export]").click()
    assert download.value.suggested_filename == "报警日志.xlsx"
    download.value.save_as(tmp_path / "journal.xlsx")
    heads, *rows = CalamineWorkbook.from_path(tmp_path / "journal.xlsx").get_sheet_by_index(0).to_python()
    assert len(rows) == 96
    assert {row[5] for row in rows} == {"HVAC-001"}
    assert {row[4] for row in rows} == {"是"}
    assert {row[heads.index("备注")] for row in rows} == {"'=1+1 已派工"}
    expect(page.get_by_text("已导出 96 条")).to_be_visible()


def test_what_says_nothing_is_told_in_english_too(operator: Person) -> None:
    page = operator.open("/journal?alarm=nonsense")
    expect(page.locator("p.warning")).to_contain_text("没有名称含“nonsense”的报警")
    expect(page.locator("tbody tr")).to_have_count(0)
