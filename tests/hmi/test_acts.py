"""Guided acts in a real browser: generating, transfer, moving, states from the chart."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.hmi.browsing import Person, Served

ENVIRONMENT = {"ESTATE": "1"}


def press(within: Page | Locator, text: str) -> None:
    within.get_by_role("button", name=text, exact=True).first.click()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"form.record [name={name}]").fill(value)


def choose(page: Page, field: str, text: str) -> None:
    page.locator(f"form.record [name='{field}~typed']").fill(text)
    page.locator(f"#{field}-choices [role=option]").first.click()


def test_houses_are_seen_before_they_are_generated(manager: Person) -> None:
    """B04, S1-1.4d: the numbers of a building that has some of them already."""
    page = manager.open("/building/1")
    page.get_by_role("link", name="批量生成房屋").click()
    expect(page.locator("h1")).to_contain_text("批量生成房屋")
    page.wait_for_function("window.did_handshake === true")
    fill(page, units="2,3", first="1", last="7", skipped="4", doors="2", built1="99.5")
    expect(page.locator(".doorlines tbody tr:visible")).to_have_count(2)
    fill(page, doors="5")
    expect(page.locator(".doorlines tbody tr:visible")).to_have_count(5)
    fill(page, doors="2")
    page.locator("[name=layout1]").select_option(label="三室两厅")
    press(page, "预览")
    expect(page.locator("#preview")).to_have_text("将生成 14 套，已有 10 套保持不变")
    expect(page.locator("table.chart .door.none")).to_have_count(10)
    expect(page.locator("[name=built1]")).to_have_value("99.5")
    fill(page, last="8")
    press(page, "生成 14 套")
    expect(page.locator("[role=alert]")).to_contain_text("预览后有改动")
    press(page, "生成 18 套")
    expect(page.locator("h1")).to_have_text("楼栋 3 翠湖苑 3 号楼")
    page = manager.open("/house?q=3-3-")
    expect(page.locator(".page")).to_contain_text("共 14 条")
    expect(page.locator("tbody tr").first).to_contain_text("99.5")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first": "x"}, "须为整数"),
        ({"first": "9", "last": "3"}, "须为整数"),
        ({"doors": "13"}, "须为整数"),
        ({"pattern": "{floor}"}, "重复"),
        ({"pattern": "{floor.__class__}{room}"}, "无效"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_told_and_kept(
    manager: Person, values: dict[str, str], said: str
) -> None:
    page = manager.open("/generate-houses?building=2")
    fill(page, **values)
    press(page, "预览")
    expect(page.locator("[role=alert]")).to_contain_text(said)
    expect(page.locator("#preview")).to_have_count(0)
    for name, value in values.items():
        expect(page.locator(f"form.record [name={name}]")).to_have_value(value)


def test_a_house_changes_hands_after_one_has_seen_what_that_means(manager: Person) -> None:
    """B09, S1-1.1: what ends, what begins, what hangs on it; one confirmation."""
    page = manager.open("/house/21")
    page.get_by_role("link", name="过户").click()
    page.wait_for_function("window.did_handshake === true")
    fill(page, on="2026-05-01", contract="HT-1", share1="60")
    page.locator("[name='person2~typed']").fill("没有这个人")
    press(page, "预览")
    expect(page.locator("[role=alert]")).to_contain_text("没有这个人")
    page.locator("[name='person2~typed']").fill("")
    choose(page, "person1", "张小龙")
    press(page, "预览")
    seen = page.locator(".packed")
    expect(seen).to_contain_text("王建国 100% 2016-03-01")
    expect(seen).to_contain_text("李秀英 家庭成员")
    expect(seen).to_contain_text("物业费 王建国")
    expect(seen).to_contain_text("5501234567")
    expect(seen).to_contain_text("仍登记在此房屋：车辆")
    expect(seen).to_contain_text("沪A·12345")
    press(page, "确认过户")
    expect(page.locator("[role=alert]")).to_contain_text("60%")
    expect(page.locator("[name='person1~typed']")).to_have_value("张小龙")
    fill(page, share1="100")
    press(page, "预览")
    expect(page.locator(".packed")).to_contain_text("张小龙 100%")
    press(page, "确认过户")
    expect(page.locator("h1")).to_have_text("房屋 3-2-501")
    expect(page.locator("h2[data-of=ownership] + .scroll")).to_contain_text("张小龙")
    expect(page.locator("h2[data-of=stay] + .scroll tbody tr").first).to_contain_text("2026-05-01")
    expect(page.locator("h2[data-of=utility_account] + .scroll")).to_contain_text("张小龙")


def test_a_household_moves_in_and_out(manager: Person) -> None:
    """B10, B11, S1-1.2."""
    page = manager.open("/move-in?house=30")
    fill(page, since="2026-06-01", lease="ZL-7")
    choose(page, "person1", "张小龙")
    page.locator("[name=role1]").select_option(label="租户")
    page.locator("[name='person2~typed']").fill("没有这个人")
    page.locator("[name=status]").select_option(label="出租")
    press(page, "办理入住")
    expect(page.locator("[role=alert]")).to_contain_text("没有这个人")
    page.locator("[name='person2~typed']").fill("")
    press(page, "办理入住")
    expect(page.locator("h2[data-of=stay] + .scroll")).to_contain_text("张小龙")
    expect(page.locator(".packed")).to_contain_text("出租")
    page = manager.open("/move-out?house=30")
    expect(page.locator("form.record, .empty").first).to_be_visible()


def test_who_leaves_is_ticked_and_brings_the_keys(manager: Person) -> None:
    page = manager.open("/move-in?house=31")
    fill(page, since="2020-06-01")
    choose(page, "person1", "李秀英")
    press(page, "办理入住")
    expect(page.locator("h1")).to_contain_text("房屋")
    page = manager.open("/key/new?house_id=31&holder_id=2&code=K-31&taken_on=2020-06-01")
    press(page, "保存")
    expect(page.locator("h1")).to_have_text("钥匙 K-31")
    page = manager.open("/move-out?house=31")
    expect(page.locator("form.record")).to_contain_text("李秀英")
    fill(page, on="2026-07-01")
    page.locator("[name=status]").select_option(label="空置")
    press(page, "办理搬出")
    expect(page.locator("h2[data-of=stay] + .scroll")).to_contain_text("2026-07-01")
    expect(page.locator("h2[data-of=key] + .scroll")).to_contain_text("2026-07-01")
    page = manager.open("/house/32")
    page.get_by_role("link", name="办理搬出").click()
    expect(page.locator(".empty")).to_contain_text("没有登记的住户")


def test_the_state_of_several_houses_is_set_from_the_chart(manager: Person) -> None:
    """B05, S1-1.4d."""
    page = manager.open("/house-chart?building=2")
    expect(page.locator("#state")).to_be_hidden()
    for room in ("101", "102", "103"):
        page.get_by_label(f"选择 {room}", exact=True).check()
    bar = page.locator("#state")
    expect(bar).to_contain_text("已选 3")
    bar.get_by_label("状态").select_option(label="装修中")
    bar.locator("[name=since]").fill("2026-04-01")
    press(bar, "登记状态")
    expect(page.locator(".door.orange")).to_have_count(3)
    expect(page.locator(".legend", has_text="装修中")).to_contain_text("3")
    page.get_by_label("选择 101", exact=True).check()
    bar.locator("[name=since]").fill("2026-04-01")
    press(bar, "登记状态")
    expect(page.locator(".q-notification").first).to_contain_text("一天一个状态")


@pytest.mark.parametrize(
    "path", ["/transfer", "/transfer?house=x", "/move-in?house=9999", "/generate-houses"]
)
def test_an_act_on_nothing_is_none(manager: Person, path: str) -> None:
    expect(manager.open(path).locator("h1")).to_have_text("没有这个页面")


def test_who_may_not_write_opens_no_act(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("auditor")
    for path in ("/transfer?house=21", "/move-in?house=21", "/generate-houses?building=1"):
        expect(person.open(path).locator("h1")).to_have_text("您的角色不能打开此页")
    page = person.open("/house-chart?building=1")
    expect(page.locator(".door input")).to_have_count(0)
    person.close()
