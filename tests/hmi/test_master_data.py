"""The pages of master data in a real browser: add, change, order, disable, remove, and what is refused."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.hmi.browsing import Person, Served


def press(within: Page | Locator, text: str) -> None:
    within.get_by_role("button", name=text, exact=True).first.click()


def dialog(page: Page) -> Locator:
    return page.locator(".q-dialog")


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        dialog(page).locator(f"input.field-{name}, .field-{name} input, .field-{name} textarea").fill(value)


def choose(page: Page, field: str, option: str) -> None:
    dialog(page).locator(f".field-{field}").click()
    page.locator(".q-menu .q-item", has_text=option).click()


def save(page: Page, text: str = "保存") -> None:
    dialog(page).locator(".q-btn", has_text=text).click()


def saved(page: Page, text: str = "保存") -> None:
    save(page, text)
    expect(dialog(page)).to_have_count(0)


def told(page: Page, text: str) -> None:
    expect(page.locator(".q-notification", has_text=text).first).to_be_visible()


def test_a_dictionary_is_made_filled_ordered_and_removed(admin: Person) -> None:
    """A05, S0-3.1.dict."""
    page = admin.open("/dictionaries?of=house_status")
    expect(page.locator("tr[data-code=delivered]")).to_contain_text("已交付")
    expect(page.locator("tr[data-code=delivered] .swatch")).to_have_text("青")
    press(page, "新建字典")
    page = admin.page
    fill(page, code="tree kind", zh="树种", en="Kind of tree")
    save(page)
    told(page, "第 5 个字符 ' ' 不可用")
    fill(page, code="tree_kind")
    saved(page)
    expect(page.locator(".page option[selected]")).to_have_text("树种（0 项）")
    for code, zh, en in (("oak", "橡树", "Oak"), ("pine", "松树", "Pine")):
        press(page, "新建字典项")
        fill(page, code=code, zh=zh, en=en)
        choose(page, "colour", "绿")
        saved(page)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    press(page.locator("tr[data-code=pine]"), "上移")
    expect(rows.first).to_contain_text("松树")
    press(page.locator("tr[data-code=oak]"), "修改")
    fill(page, zh="栎树", en="Oak tree")
    choose(page, "parent", "松树")
    saved(page)
    expect(page.locator("tr[data-code=oak]")).to_contain_text("栎树")
    press(page.locator("tr[data-code=pine]"), "删除")
    saved(page, "删除")
    told(page, "下面还有 1 项")
    press(page.locator("tr[data-code=oak]"), "停用")
    expect(page.locator("tr[data-code=oak]")).to_contain_text("已停用")
    press(page, "删除字典")
    saved(page, "删除")
    expect(page.locator(".page select[data-go]")).not_to_contain_text("树种")


def test_a_shipped_entry_is_disabled_and_has_no_way_to_be_removed(admin: Person) -> None:
    page = admin.open("/dictionaries?of=gender")
    row = page.locator("tr[data-code=unknown]")
    expect(row.locator("button", has_text="删除")).to_have_count(0)
    press(row, "停用")
    expect(row).to_contain_text("已停用")
    press(row, "恢复")
    expect(row).to_contain_text("启用")


def test_a_numbering_rule_shows_what_it_makes_while_it_is_typed(admin: Person) -> None:
    page = admin.open("/numbering")
    press(page.locator("tr[data-rule=receipt]"), "修改")
    expect(dialog(page)).to_contain_text("示例：SJ20")
    fill(page, pattern="SJ{yyy}-{seq:6}")
    expect(dialog(page)).to_contain_text("第 3 个字符：没有字段 {yyy}")
    save(page)
    told(page, "第 3 个字符：没有字段 {yyy}")
    fill(page, pattern="R{yyyy}/{seq:3}")
    saved(page)
    expect(page.locator("tr[data-rule=receipt] code").last).to_have_text("R{yyyy}/{seq:3}")
    press(page, "新建编号规则")
    fill(page, code="letter", zh="信函", en="Letter", pattern="{project}-{seq:3}")
    expect(dialog(page)).to_contain_text("全局编号没有 {project}")
    dialog(page).locator(".field-per_project").click()
    choose(page, "reset", "不重新计数")
    expect(dialog(page)).to_contain_text("示例：P01-001")
    saved(page)
    expect(page.locator("tr[data-rule=letter]")).to_contain_text("按项目编号")
    press(page.locator("tr[data-rule=letter]"), "删除")
    saved(page, "删除")
    expect(page.locator("tr[data-rule=letter]")).to_have_count(0)


def test_departments_posts_and_members_are_arranged(admin: Person) -> None:
    """A08, A09, S0-3.1.dept, S0-3.1.post."""
    page = admin.open("/organisation")
    expect(page.locator(".page")).to_contain_text("还没有部门")
    press(page, "新建部门")
    fill(page, name="工程部")
    saved(page)
    press(page.locator("tr[data-department=工程部]"), "新建下级")
    fill(page, name="强电组")
    saved(page)
    expect(page.locator("tr[data-department=强电组] span").first).to_have_css("padding-left", "20px")
    press(page, "新建岗位")
    fill(page, name="高压电工", certificates="高压电工证")
    saved(page)
    expect(page.locator("tr[data-post=高压电工]")).to_contain_text("高压电工证")
    press(page, "安排人员")
    choose(page, "user", "operator")
    choose(page, "department", "强电组")
    choose(page, "post", "高压电工")
    fill(page, since="2026-01-01", until="2025-01-01")
    save(page)
    told(page, "早于开始日期")
    fill(page, until="")
    saved(page)
    member = page.locator("tr[data-member=operator]")
    expect(member).to_contain_text("至今")
    expect(page.locator("tr[data-department=强电组] .number")).to_have_text("1")
    press(page.locator("tr[data-department=强电组]"), "删除")
    saved(page, "删除")
    told(page, "有 1 条任职记录，不能删除；请停用它")
    press(member, "修改")
    fill(page, until="2026-01-31")
    saved(page)
    expect(member).to_contain_text("（已结束）")
    page.locator("tr[data-department=工程部] a").click()
    page = admin.open("/organisation?of=1")
    expect(page.locator(".page")).to_contain_text("工程部 及下级的人员")
    expect(page.locator("tr[data-member=operator]")).to_have_count(1)


def write(page: Page, editor: str, text: str) -> None:
    page.locator(f".{editor} .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def test_a_print_template_is_tried_saved_and_taken_back(admin: Person) -> None:
    page = admin.open("/printing")
    press(page, "新建模板")
    fill(page, code="pass", zh="通行证", en="Pass", sample="{")
    save(page)
    told(page, "示例数据第 1 行不是 JSON")
    fill(page, sample='{"title": "通行证"}')
    saved(page)
    expect(page.locator("tr[data-template=pass]")).to_contain_text("第 1 版")
    page = admin.open("/printing?of=pass")
    press(page, "预览")
    expect(page.locator(".sheet img")).to_have_count(1)
    assert page.evaluate("document.querySelector('.sheet img').naturalWidth") > 500
    write(page, "source", "= 新\n#data.nix")
    press(page, "预览")
    expect(page.locator("[data-trouble]")).to_contain_text("模板第 2 行：数据里没有“nix”")
    press(page, "存为新版本")
    save(page)
    told(page, "模板第 2 行：数据里没有“nix”")
    dialog(page).locator(".q-btn", has_text="取消").click()
    write(page, "source", '#set page(width: 60mm, height: 40mm)\n#set text(font: "Nix")\n#data.title')
    press(page, "预览")
    expect(page.locator(".bench .notice")).to_contain_text("模板第 2 行：unknown font family: nix")
    press(page, "存为新版本")
    fill(page, note="小纸")
    saved(page)
    expect(page.locator("tr[data-version='2']")).to_contain_text("使用中")
    expect(page.locator("tr[data-version='2']")).to_contain_text("小纸")
    with page.expect_download() as downloaded:
        press(page, "预览 PDF")
    assert downloaded.value.path().read_bytes().startswith(b"%PDF")
    press(page.locator("tr[data-version='1']"), "使用此版本")
    expect(page.locator("tr[data-version='1']")).to_contain_text("使用中")
    press(page.locator("tr[data-version='1']"), "载入编辑")
    expect(page.locator(".source .cm-content")).to_contain_text("#set page(paper:")
    page = admin.open("/printing")
    press(page.locator("tr[data-template=pass]"), "删除")
    saved(page, "删除")
    expect(page.locator("tr[data-template=pass]")).to_have_count(0)


@pytest.mark.parametrize("path", ["/dictionaries", "/numbering", "/printing"])
def test_who_may_not_manage_finds_neither_page_nor_link(browser: Browser, site: Served, path: str) -> None:
    person = Person(browser, site)
    person.log_in("operator")
    expect(person.open(path).locator("h1")).to_have_text("您的角色不能打开此页")
    expect(person.page.locator(f'nav a[href="{path}"]')).to_have_count(0)
    person.close()


@pytest.mark.parametrize(
    "path", ["/dictionaries?of='%3Cscript%3E", "/organisation?of=99", "/organisation?of=x"]
)
def test_an_odd_address_shows_the_page(admin: Person, path: str) -> None:
    expect(admin.open(path).locator("tbody tr, .empty").first).to_be_visible()
