"""A wall display is registered, shows, and is taken down, in a real browser (S-05, S1-4.6b)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("control", tmp_path_factory.mktemp("control")) as control:
        yield control


def test_a_screen_is_registered_shows_and_is_ended(browser: Browser, control: Served) -> None:
    chief = Person(browser, control)
    chief.log_in("security")
    screen = chief.open("/screens")
    expect(screen.locator(".page")).to_contain_text("还没有登记的屏幕")
    screen.click("[data-act=add]")
    dialog = screen.locator(".q-dialog:visible")
    dialog.get_by_label("用户名").fill("operator")
    dialog.get_by_role("button", name="保存").click()
    expect(screen.locator(".q-notification", has_text="已")).to_be_visible()
    dialog.get_by_label("用户名").fill("wall-1")
    dialog.get_by_label("显示名").fill("中控大屏")
    dialog.get_by_role("button", name="保存").click()
    notice = screen.locator("[data-code]")
    expect(notice).to_be_visible()
    code = notice.get_attribute("data-code") or ""
    row = screen.locator("tbody tr", has_text="wall-1")
    expect(row).to_contain_text("登记码有效至")

    wall = Person(browser, control)
    page = wall.page
    page.goto(control.address + "/login")
    page.get_by_role("link", name="登记为屏幕").click()
    for given in ("wrong", code):
        page.fill("[name=code]", given)
        page.click(".gate button")
        if given == "wrong":
            expect(page.locator(".notice")).to_contain_text("登记码不对或已过期")
    expect(page.locator("nav.side")).to_be_visible()
    [cookie] = [one for one in wall.context.cookies() if one.get("name") == "steward_control"]
    assert cookie["expires"] > 0, "it outlives a restart of the browser"
    page = wall.open("/")
    expect(page.locator("[data-point]").first).to_be_visible()
    expect(row).to_contain_text("显示中")

    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("nav.side")).to_be_visible()

    row.locator("[data-act=end]").click()
    page.wait_for_url(re.compile("/login"))
    for one in (wall, chief):
        one.close()
        assert one.troubles == []
