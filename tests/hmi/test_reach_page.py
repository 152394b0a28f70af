"""How somebody is reached, on its page in a real browser and both languages."""

from playwright.sync_api import Browser, Locator, Page, expect

from tests.hmi.browsing import Person, Served, logged_in
from tests.hmi.test_master_data import choose, dialog, fill, press, saved, told


def row(page: Page, medium: str) -> Locator:
    return page.locator(f"tr[data-medium={medium}]")


def tick(page: Page, medium: str, priority: int) -> Locator:
    return row(page, medium).locator(f"input[type=checkbox][value='{priority}']")


def clock(page: Page, name: str) -> Locator:
    return page.locator(f"input[name='{name}']")


def save(page: Page) -> None:
    page.locator("form[data-form=reach] button.main").click()


def test_media_hours_rest_and_language_are_chosen_and_kept(
    operator: Person, browser: Browser, site: Served
) -> None:
    with logged_in(browser, site, "security") as security:
        page = security.open("/security")
        page.locator("tr", has_text="operator").locator("[data-act=contact]").click()
        dialog(page).get_by_label("手机号").fill("13812345678")
        dialog(page).get_by_label("邮箱").fill("operator@example.com")
        dialog(page).get_by_role("button", name="保存").click()
        expect(page.locator("tr", has_text="operator").first).to_contain_text("operator@example.com")
    page = operator.open("/reach")
    expect(row(page, "sms")).to_contain_text("138****5678")
    expect(row(page, "email")).not_to_contain_text("operator@example.com")
    expect(row(page, "push")).to_contain_text("未登记")
    assert row(page, "push").locator("[data-act=trial]").count() == 0
    for medium in ("voice", "sms"):
        expect(tick(page, medium, 1)).to_be_checked()
        expect(tick(page, medium, 1)).to_be_disabled()
    expect(page.locator(".page")).to_contain_text("紧急报警总会打电话并发短信")
    expect(tick(page, "email", 4)).to_be_checked()

    tick(page, "email", 4).uncheck()
    tick(page, "sms", 3).check()
    clock(page, "sms-start").fill("8 点")
    save(page)
    told(page, "不是时刻")
    expect(clock(page, "sms-start")).to_have_value("8 点")
    expect(tick(page, "sms", 3)).to_be_checked()
    clock(page, "sms-start").fill("08:00")
    clock(page, "rest-start").fill("22:00")
    save(page)
    told(page, "要有开始和结束时刻")
    clock(page, "rest-end").fill("06:30")
    page.locator("select[name=language]").select_option("en")
    page.locator("input[name=events]").uncheck()
    save(page)
    expect(page.locator(".q-notification", has_text="已完成").first).to_be_visible()

    page = operator.open("/reach")
    expect(tick(page, "email", 4)).not_to_be_checked()
    expect(tick(page, "sms", 3)).to_be_checked()
    expect(clock(page, "sms-start")).to_have_value("08:00")
    expect(clock(page, "sms-end")).to_have_value("24:00")
    expect(clock(page, "voice-start")).to_have_value("")
    expect(clock(page, "rest-end")).to_have_value("06:30")
    expect(page.locator("select[name=language]")).to_have_value("en")
    expect(page.locator("input[name=events]")).not_to_be_checked()


def test_a_pin_is_set_and_taken_away_and_a_test_is_sent(operator: Person) -> None:
    page = operator.open("/reach")
    pin = page.locator("form[data-form=pin]")
    expect(pin).to_contain_text("未设置")
    pin.locator("input").fill("1234")
    press(pin, "设置密码")
    told(page, "太容易猜到")
    pin.locator("input").fill("4821")
    press(pin, "设置密码")
    expect(pin).to_contain_text("已设置")
    expect(pin.locator("input")).to_have_value("")
    press(pin, "取消密码")
    expect(pin).to_contain_text("未设置")
    press(row(page, "sms"), "给我试发一条")
    expect(page.locator(".q-notification", has_text="已完成").last).to_be_visible()
    press(row(page, "email"), "给我试发一条")
    told(page, "两次试发之间至少 30 秒")


def test_who_manages_reaches_others_from_the_duty_page(admin: Person) -> None:
    page = admin.open("/duty")
    press(page, "新建班组")
    fill(page, team="guards", zh="保安队", en="Guards", phone="")
    saved(page)
    press(page.locator("tr[data-members=guards]"), "编入成员")
    choose(page, "user", "Viewer")
    choose(page, "rank", "组员")
    saved(page)
    page.locator("tr[data-members=guards]").get_by_role("link", name="Viewer").click()
    expect(page.locator("h1")).to_have_text("Viewer 的提醒方式")
    assert page.locator("form[data-form=pin], [data-act=trial]").count() == 0
    page = admin.open("/reach?user=viewer")
    tick(page, "chat", 4).check()
    save(page)
    expect(page.locator(".q-notification", has_text="已完成").first).to_be_visible()
    expect(tick(admin.open("/reach?user=viewer"), "chat", 4)).to_be_checked()
    expect(tick(admin.open("/reach"), "chat", 4)).not_to_be_checked()
    expect(admin.open("/reach?user=nobody").locator(".page")).to_contain_text("没有用户“nobody”")


def test_who_does_not_manage_sees_his_own_and_english_is_whole(operator: Person) -> None:
    page = operator.open("/reach?user=viewer")
    expect(page.locator("h1")).to_have_text("提醒方式")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("How I am reached")
    text = page.locator(".page").inner_text()
    for word in (
        "What comes by which medium", "Call", "Group chat", "Critical", "Do not disturb", "PIN for calls",
        "Language of messages", "Announcement",
    ):  # fmt: skip
        assert word in text
