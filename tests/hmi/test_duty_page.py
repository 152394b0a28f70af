"""Who is on duty, on its page in a real browser (G06, G07, H03)."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from tests.hmi.browsing import Person, Served, logged_in
from tests.hmi.test_master_data import choose, dialog, fill, press, save, saved, told


def pick(page: Page, field: str, *options: str) -> None:
    """Several choices, in this order."""
    dialog(page).locator(f".field-{field}").click()
    for option in options:
        page.locator(".q-menu .q-item", has_text=option).click()
    page.keyboard.press("Escape")


def test_a_team_gets_members_and_a_roster_and_somebody_is_on_duty(
    admin: Person, browser: Browser, site: Served
) -> None:
    page = admin.open("/duty")
    expect(page.locator(".page")).to_contain_text("还没有班组")
    press(page, "新建班组")
    fill(page, team="Guards", zh="保安队", en="Guards", phone="021-5555 1234")
    save(page)
    told(page, "班组代号“Guards”不可用")
    fill(page, team="guards")
    saved(page)
    row = page.locator("tr[data-members=guards]")
    for user, rank in (("admin", "班长"), ("operator", "组员")):
        press(row, "编入成员")
        choose(page, "user", user.title())
        choose(page, "rank", rank)
        saved(page)
    expect(row).to_contain_text("operator · 组员")
    expect(page.locator("tr[data-team=guards]")).to_contain_text("没有排班")

    press(page, "新建排班")
    choose(page, "pattern", "两班")
    pick(page, "people", "Operator", "Admin")
    expect(dialog(page)).to_contain_text("需要 4 人或其倍数；现选 2 人")
    choose(page, "pattern", "每天一人")
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
    fill(page, name="日常", first=yesterday.isoformat())
    saved(page)
    present = page.locator("tr[data-team=guards]")
    expect(present).to_contain_text("021-55551234")
    expect(present).to_contain_text(re.compile("未确认|我可联系"))
    expect(page.locator("tr[data-roster='日常']")).to_contain_text("2 天，2 个班")
    expect(page.locator(".page")).to_contain_text("保安队 14 天的班表")

    press(page, "新建排班")
    choose(page, "pattern", "每天一人")
    pick(page, "people", "Operator")
    fill(page, name="常驻", first=yesterday.isoformat())
    saved(page)

    with logged_in(browser, site, "operator") as with_it:  # who manages nothing
        shown = with_it.open("/duty").locator("tr[data-team=guards]")
        press(shown, "我可联系")
        expect(shown).to_contain_text("已确认")
    page = admin.open("/duty")
    expect(page.locator("tr[data-team=guards]")).to_contain_text("已确认")


def test_an_absence_without_a_substitute_is_a_warning(admin: Person) -> None:
    page = admin.open("/duty?team=guards")
    expect(page.locator(".warning")).to_have_count(1, timeout=10_000)
    press(page, "登记不当值")
    choose(page, "user", "Operator")
    fill(page, from_at="8 点")
    expect(dialog(page)).to_contain_text("时刻请写成 08:00")
    later = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=3)
    fill(page, **{"from": later.isoformat(), "from_at": "00:00"})
    fill(page, to=(later + timedelta(days=2)).isoformat(), to_at="00:00", reason="年假")
    saved(page)
    expect(page.locator("tr[data-absence=operator]")).to_contain_text("无人代班")
    expect(page.locator(".warning", has_text="无人当值")).to_have_count(1)
    expect(page.locator("table .bad", has_text="无人当值").first).to_be_visible()
    press(page.locator("tr[data-absence=operator]"), "删除")
    saved(page, "删除")
    expect(page.locator(".warning", has_text="无人当值")).to_have_count(0)


def test_who_may_only_see_has_no_buttons_and_english_is_whole(operator: Person) -> None:
    page = operator.open("/duty")
    expect(page.locator("tr[data-team=guards]")).to_be_visible()
    assert page.locator("[data-act=add-team], [data-act=remove-roster]").count() == 0
    operator.page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("On duty")
    text = page.locator(".page").inner_text()
    for word in ("On duty now", "Absences and substitutes", "Rosters", "Teams and members", "Guards"):
        assert word in text
