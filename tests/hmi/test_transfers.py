"""Files in and out, the whole way in a browser (S1-2.3.4, S1-4.11b, B18)."""

from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from business.exchange.opening import opened
from tests.hmi.browsing import Person, Served

LIST = """三号楼房屋清单,,,,
房号,业主,联系电话,建筑面积,户型
3-2-501,张三、李四；50%/50%,13800138000、13900139000,89.5㎡,三室两厅
3-2-502,王五,13700137000,90,两室一厅
3-2-503,赵六,12,九十,
"""


def fetched(page: Page, text: str, target: Path) -> bytes:
    """What a link with this text downloads."""
    with page.expect_download() as download:
        page.locator("a", has_text=text).click()
    download.value.save_as(target)
    return target.read_bytes()


def count(page: Page, label: str) -> str:
    return page.locator(".counts div", has_text=label).locator("b").inner_text()


def test_a_list_is_mapped_tried_imported_corrected_and_exported(manager: Person, tmp_path: Path) -> None:
    page = manager.open("/house/import")
    template = opened(fetched(page, "下载模板", tmp_path / "template.xlsx"))
    assert next(iter(template[0].rows())).cells[:2] == ("房号", "业主")
    file = tmp_path / "房屋清单.csv"
    file.write_bytes(LIST.encode("gb18030"))
    page.set_input_files("input[data-upload]", file)
    page.wait_for_url("**/house/import?file=*")
    expect(page.locator("[aria-current=step]")).to_have_text("2对应列")
    expect(page.locator("select[name=column0]")).to_have_value("code")
    expect(page.locator("select[name=column2]")).to_have_value("owner_phones")
    expect(page.locator("table.mapping")).to_contain_text("张三、李四；50%/50%")
    page.locator("input[name=missing]").check()
    page.locator("form[data-form=map] button").click()
    expect(page.locator("h2").first).to_contain_text("检查完成，尚未写入任何数据")
    assert (count(page, "将新建"), count(page, "有错误")) == ("2", "1")
    errors = page.locator("table.errors tbody tr")
    expect(errors).to_have_count(2)
    expect(errors.last).to_contain_text("D 建筑面积")
    expect(errors.last).to_contain_text("更正单元格 D5 后重新导入")
    page.locator("button", has_text="导入 2 行").click()
    expect(page.locator("h2").first).to_contain_text("导入完成")
    assert (count(page, "已新建"), count(page, "未导入")) == ("2", "1")
    (sheet,) = opened(fetched(page, "下载有错误的行", tmp_path / "failed.xlsx"))
    rows = [row.cells for row in sheet.rows()]
    assert rows[0][-1] == "错误原因"
    assert rows[1][:3] == ("3-2-503", "赵六", "12")
    page.locator("a", has_text="查看房屋").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page = manager.open("/house/import")
    expect(page.locator("tbody tr")).to_contain_text("房屋清单.csv")

    page = manager.open("/person/export")
    page.locator("label", has_text="CSV 表格").locator("input").check()
    page.locator("button", has_text="导出").click()
    expect(page.locator("h2").first).to_contain_text("文件已生成，3 行")
    text = fetched(page, "下载", tmp_path / "people.csv").decode("utf-8-sig")
    assert "138****8000" in text
    page = manager.open("/person/export")
    page.locator("input[name=open]").check()
    page.locator("button", has_text="导出").click()
    expect(page.locator(".q-notification")).to_contain_text("须填写原因")
    page.locator("input[name=reason]").fill("配合人口普查")
    page.locator("button", has_text="导出").click()
    expect(page.locator("h2").first).to_contain_text("文件已生成")
    (sheet,) = opened(fetched(page, "下载", tmp_path / "people.xlsx"))
    assert any("138 0013 8000" in str(cell) for row in sheet.rows() for cell in row.cells)


def test_the_pages_speak_english(manager: Person, tmp_path: Path) -> None:
    manager.page.goto(manager.site.address + "/preference?language=en&back=/company/import")
    page = manager.open("/company/import")
    expect(page.locator("h1")).to_have_text("Import: Company")
    file = tmp_path / "companies.csv"
    file.write_text("Name,Phone\nAcme Ltd,12\nBeta Ltd,021-61234567\n")
    page.set_input_files("input[data-upload]", file)
    page.wait_for_url("**/company/import?file=*")
    page.locator("form[data-form=map] button").click()
    expect(page.locator("h2").first).to_contain_text("Checked; nothing is written yet")
    expect(page.locator("table.errors tbody tr")).to_contain_text("correct cell B2 and import again")
    page.locator("button", has_text="Import 1 rows").click()
    expect(page.locator("h2").first).to_contain_text("Imported")


def test_a_picture_is_no_list_and_says_so(manager: Person, tmp_path: Path) -> None:
    page = manager.open("/house/import")
    file = tmp_path / "plan.xlsx"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    page.set_input_files("input[data-upload]", file)
    expect(page.locator(".dropzone .problem")).to_contain_text("PNG")


def test_who_may_not_import_reaches_neither_page_nor_upload(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("auditor")
    expect(person.open("/house/import").locator("h1")).to_have_text("您的角色不能打开此页")
    answer = person.page.request.post(site.address + "/transfer/upload/house", data="房号\n1\n")
    assert answer.status == 403
    for path in ("/transfer/template/house", "/transfer/failed/" + "0" * 32, "/transfer/export/" + "0" * 32):
        assert person.page.request.get(site.address + path).status in {403, 404}
    person.close()


def test_an_upload_without_a_session_is_refused(site: Served) -> None:
    request = Request(site.address + "/transfer/upload/house", data=b"x", method="POST")
    with pytest.raises(Exception, match="403"):
        urlopen(request, timeout=30)
