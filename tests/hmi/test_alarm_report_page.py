"""The page of alarm reports (S4-7.5a): asked for, made beside, fetched, and only by whom they concern."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served


def test_a_report_is_asked_for_and_fetched(browser: Browser, site: Served, tmp_path: Path) -> None:
    person = Person(browser, site)
    person.log_in("manager")
    page = person.open("/alarm-reports")
    expect(page.get_by_text("还没有报告")).to_be_visible()
    page.get_by_role("button", name="生成报告").click()
    row = page.locator("tbody tr")
    expect(row).to_have_count(1, timeout=30_000)
    expect(row).to_contain_text("全站")
    for name, begins in (("中文 PDF 文件", b"%PDF"), ("英文 Excel 表格", b"PK")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        download.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").read_bytes().startswith(begins)
    address = page.get_by_role("link", name="中文 PDF 文件").get_attribute("href")
    person.close()
    assert person.troubles == []
    other = Person(browser, site)
    other.log_in("auditor")
    assert other.context.request.get(f"{site.address}{address}").status == 404
    assert other.context.request.get(f"{site.address}/alarm-report/1/none.pdf").status == 404
    number = 10**30
    assert other.context.request.get(f"{site.address}/alarm-report/{number}/zh.pdf").status == 404
    other.close()
