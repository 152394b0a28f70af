"""The navigation and the page that arranges it, in a real browser (A02, S0-3.1.menu)."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.hmi.browsing import Person, Served


def press(within: Page | Locator, text: str) -> None:
    within.get_by_role("button", name=text, exact=True).first.click()


def dialog(page: Page) -> Locator:
    return page.locator(".q-dialog")


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        dialog(page).locator(f"input.field-{name}, .field-{name} input").fill(value)


def choose(page: Page, field: str, option: str) -> None:
    dialog(page).locator(f".field-{field}").click()
    page.locator(".q-menu .q-item", has_text=option).click()


def saved(page: Page, text: str = "保存") -> None:
    dialog(page).locator(".q-btn", has_text=text).click()
    expect(dialog(page)).to_have_count(0)


def row(page: Page, path: str) -> Locator:
    return page.locator(f'tr[data-path="{path}"]')


def section(page: Page, name: str) -> Locator:
    return page.locator(f'nav details[data-section="{name}"]')


def links(within: Locator) -> list[str]:
    return within.locator("a").all_text_contents()


def test_an_administrator_renames_moves_orders_hides_and_resets(admin: Person) -> None:
    """What is changed shows in the navigation at once."""
    page = admin.open("/menus")
    assert links(section(page, "data")) == ["组织", "字典", "编号规则", "打印模板"]
    press(row(page, "/printing"), "上移")
    expect(section(page, "data").locator("a").nth(2)).to_have_text("打印模板")
    press(row(page, "/printing"), "修改")
    fill(page, zh="单据", en="Forms")
    choose(page, "section", "运行维护")
    saved(page)
    expect(section(page, "system").locator("a", has_text="单据")).to_have_count(1)
    expect(section(page, "data")).not_to_contain_text("单据")
    press(row(page, "/printing"), "修改")
    dialog(page).locator(".field-hidden").click()
    saved(page)
    expect(row(page, "/printing")).to_contain_text("隐藏")
    expect(page.locator("nav")).not_to_contain_text("单据")
    expect(admin.open("/printing").locator("h1")).to_have_text("打印模板")
    page = admin.open("/menus")
    press(row(page, "/printing"), "还原")
    expect(section(page, "data")).to_contain_text("打印模板")


def test_a_section_and_links_of_one_s_own_for_some_roles(
    browser: Browser, site: Served, admin: Person
) -> None:
    page = admin.open("/menus")
    press(page, "新建分组")
    fill(page, zh="常用", en="Often")
    saved(page)
    expect(page.locator("tr.headline", has_text="常用")).to_have_count(1)
    expect(page.locator("nav")).not_to_contain_text("常用")
    for path, zh in (
        ("https://weather.example/", "天气"), ("/jobs?x=1", "任务单"), ("/audit?user=a", "查审计"),
    ):  # fmt: skip
        press(page, "新建链接")
        fill(page, path=path, zh=zh, en=path)
        choose(page, "section", "常用")
        choose(page, "roles", "审计管理员")
        page.keyboard.press("Escape")
        saved(page)
    expect(page.locator("nav")).not_to_contain_text("天气")
    name = page.locator("tr.headline", has_text="常用").get_attribute("data-section") or ""
    press(page.locator(f'tr[data-section="{name}"]'), "上移")
    auditor = Person(browser, site)
    auditor.log_in("auditor")
    found = section(auditor.open("/audit"), name)
    assert links(found) == ["天气", "查审计"], "a link opens nothing beyond its reader's permission"
    foreign = found.locator("a", has_text="天气")
    assert foreign.get_attribute("rel") == "noopener noreferrer"
    assert foreign.get_attribute("target") == "_blank"
    auditor.close()
    press(page.locator(f'tr[data-section="{name}"]'), "删除")
    saved(page, "删除")
    expect(row(page, "/audit?user=a")).to_have_count(1)
    expect(page.locator("tr.headline", has_text="常用")).to_have_count(0)


def test_a_link_that_leads_astray_is_refused_and_the_dialog_stays(admin: Person) -> None:
    page = admin.open("/menus")
    press(page, "新建链接")
    fill(page, path="javascript:alert(1)", zh="某", en="some")
    dialog(page).locator(".q-btn", has_text="保存").click()
    expect(page.locator(".q-notification", has_text="不可用").first).to_be_visible()
    expect(dialog(page)).to_have_count(1)


def test_a_section_folds_by_keyboard_and_stays_so_on_this_browser(admin: Person) -> None:
    page = admin.open("/menus")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    summary = section(page, "data").locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(section(page, "data")).to_have_attribute("open", "")
    page = admin.open("/about")
    expect(section(page, "data")).to_have_attribute("open", "")
    expect(section(page, "account")).to_have_attribute("open", "")
    expect(section(page, "account").locator("[aria-current=page]")).to_have_text("关于")
    page = admin.open("/numbering")
    expect(section(page, "data")).to_have_attribute("open", "")
    page = admin.open("/about")
    section(page, "data").locator("summary").press("Space")
    expect(section(admin.open("/menus"), "data")).not_to_have_attribute("open", "")


def test_the_navigation_scrolls_and_the_way_out_stays(browser: Browser, site: Served) -> None:
    """On a low screen the links give way, not who is logged in."""
    person = Person(browser, site, width=1024, height=420)
    person.log_in("admin")
    page = person.open("/about")
    expect(page.locator("nav .here")).to_be_in_viewport()
    expect(page.locator("nav .who button")).to_be_in_viewport()
    expect(page.locator("nav .prefs select")).to_be_in_viewport()
    page.evaluate("document.querySelectorAll('nav details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.querySelector('nav .links').scrollHeight > 250")
    assert page.evaluate("document.documentElement.scrollWidth") == 1024
    person.close()


@pytest.mark.parametrize("user", ["auditor", "security", "viewer"])
def test_others_do_not_arrange_the_menu(browser: Browser, site: Served, user: str) -> None:
    person = Person(browser, site)
    person.log_in(user)
    expect(person.open("/menus").locator("h1")).to_have_text("您的角色不能打开此页")
    expect(person.page.locator('nav a[href="/menus"]')).to_have_count(0)
    person.close()


def test_the_page_speaks_english_too(admin: Person, site: Served) -> None:
    admin.page.goto(site.address + "/preference?language=en&back=/menus")
    expect(admin.page.locator("h1")).to_have_text("Menu")
    expect(section(admin.page, "data").locator("summary")).to_have_text("Master data")
    expect(row(admin.page, "/jobs")).to_contain_text("Everybody")
