"""Policies with their rehearsal, calls, the message log and accounts, in a real browser (N02, N05)."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hmi.browsing import Person, Served, logged_in
from tests.hmi.test_duty_page import pick
from tests.hmi.test_master_data import choose, dialog, fill, press, saved

CHINESE = re.compile("[一-鿿]")
PAGES = ("/notify/policies", "/notify/calls", "/notify/messages", "/notify/messages/m-1", "/notify/accounts")


def rehearse(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        field = page.locator(f".rehearsal [name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="演练").click()
    page.wait_for_url("**when=**")


def test_without_teams_the_rehearsal_says_that_nobody_is_told(admin: Person) -> None:
    page = admin.open("/notify/policies")
    policy = page.locator("[data-policy=urgent]")
    expect(policy).to_contain_text("紧急")
    expect(policy).to_contain_text("15 分钟后从头再来")
    expect(policy).to_contain_text("班组 guards 还没有建立")
    expect(policy.locator(".lane:not(.axis)")).to_have_count(3)
    expect(policy.locator(".lane").first.locator("i")).to_have_count(3)
    expect(page.locator("[data-policy=off]")).to_contain_text("没有班组")
    rehearse(page, when="2026-03-08T03:00")
    expect(page.locator("[data-weighed=urgent]")).to_contain_text("生效")
    expect(page.locator("[data-weighed=nights]")).to_contain_text("级别不符")
    expect(page.locator("[data-weighed=off]")).to_contain_text("已停用")
    rows = page.locator("table.rehearsed tbody tr")
    expect(rows).to_have_count(6)
    expect(page.locator("table.rehearsed tr.unreached")).to_have_count(6)
    expect(rows.first).to_contain_text("没有班组 guards")
    rehearse(page, priority="4")
    expect(page.locator(".rehearsal .warning")).to_have_text("没有策略符合：谁也不会被通知")


def test_with_a_roster_it_says_who_is_told_when_and_by_what(admin: Person) -> None:
    page = admin.open("/duty")
    press(page, "新建班组")
    fill(page, team="guards", zh="保安队", en="Guards", phone="021-5555 1234")
    saved(page)
    row = page.locator("tr[data-members=guards]")
    for user, rank in (("admin", "班长"), ("operator", "组员")):
        press(row, "编入成员")
        choose(page, "user", user.title())
        choose(page, "rank", rank)
        saved(page)
    press(page, "新建排班")
    choose(page, "pattern", "每天一人")
    pick(page, "people", "Operator")
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
    fill(page, name="日常", first=yesterday.isoformat())
    saved(page)
    soon = (yesterday + timedelta(days=3)).isoformat()
    page = admin.open("/notify/policies")
    expect(page.locator("[data-policy=urgent]")).to_contain_text("保安队")
    rehearse(page, when=f"{soon}T03:00")
    rows = page.locator("table.rehearsed tbody tr")
    expect(rows.first).to_contain_text("Operator")
    expect(rows.first).to_contain_text("没有可用的方式")
    phone = rows.filter(has_text="保安队值班电话")
    expect(phone).to_have_count(2)
    expect(phone.first).to_contain_text("+10 分钟")
    expect(phone.first).to_contain_text("03:10:00")
    rehearse(page, when=f"{soon}T03:00", alarm="hvac-1/supply-temperature/high")
    expect(page.locator(".rehearsal")).to_contain_text("空调机组 1 送风温度过高")
    expect(page.locator("[data-weighed=urgent]")).to_contain_text("级别不符")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("when=yesterday", "yesterday"),
        ("when=2026-03-08T03:00&alarm=hvac-1", "没有报警 hvac-1"),
        ("when=2026-03-08T03:00&alarm=a/b/<b>c", "没有报警 a/b/<b>c"),
        ("when=9999-99-99T99:99", "9999-99-99T99:99"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(admin: Person, query: str, said: str) -> None:
    page = admin.open(f"/notify/policies?{query}")
    expect(page.locator(".rehearsal .warning")).to_contain_text(said)


def test_the_log_is_searched_paged_and_opened(admin: Person) -> None:
    page = admin.open("/notify/messages")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(100)
    page.get_by_role("link", name="更早").click()
    expect(rows).to_have_count(32)
    expect(page.get_by_role("link", name="最新")).to_be_visible()
    page = admin.open("/notify/messages")
    page.locator("[name=state]").select_option("failed")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**state=failed**")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("号码已停机")
    rows.first.locator("a").first.click()
    expect(page.locator(".facts")).to_contain_text("内容涉及个人，不显示")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody tr").nth(1)).to_contain_text("线路忙")
    page = admin.open("/notify/messages?text=GD-0007")
    expect(rows).to_have_count(1)
    page = admin.open("/notify/messages?escalation=call-1&subject=hvac-1/supply-temperature/high")
    expect(page.locator(".chips")).to_contain_text("只看报警 空调机组 1 送风温度过高")
    expect(rows.first).to_contain_text("应答")
    page = admin.open("/notify/messages?since=soon")
    expect(page.locator(".warning")).to_contain_text("soon")
    page = admin.open("/notify/messages?person=nobody&before=<script>")
    expect(page.locator(".empty")).to_have_text("没有消息")
    page = admin.open("/notify/messages/no-such")
    expect(page.locator(".notice")).to_contain_text("没有消息 no-such")


def test_whoever_answers_says_how_far_he_is(operator: Person, site: Served) -> None:
    page = operator.open("/notify/calls")
    call = page.locator("[data-call=call-1]")
    expect(call).to_contain_text("送风温度过高")
    expect(call).to_contain_text("Operator")
    expect(call).to_contain_text("后")
    expect(page.locator("[data-ended=call-2]")).to_contain_text("无人应答")
    press(call, "转交")
    expect(page.locator(".q-notification", has_text="已完成").first).to_be_visible()
    assert "CALLING" in site.command("SayProgress")["body"]
    press(call, "出发")
    expect(call).to_contain_text("在途")
    assert "ON_THE_WAY" in site.command("SayProgress")["body"]
    assert "operator" in call.inner_text().lower()
    expect(call.get_by_role("button")).to_have_text(["到场", "完成"])
    page.evaluate("emitEvent('steward', {act: 'progress', key: 'done no-such-call'})")
    page.evaluate("emitEvent('steward', {act: 'progress', key: 'nonsense call-1'})")
    press(call, "到场")
    assert "ON_SITE" in site.command("SayProgress")["body"]


def test_who_may_not_answer_has_no_buttons(admin: Person, site: Served) -> None:
    page = admin.open("/notify/calls")
    expect(page.locator("[data-call=call-1]")).to_be_visible()
    assert page.locator("[data-act=progress]").count() == 0
    page.evaluate("emitEvent('steward', {act: 'progress', key: 'done call-1'})")
    expect(page.locator(".q-notification").first).to_contain_text("没有此权限")


def test_accounts_say_what_is_wrong_and_which_templates_are_missing(
    manager: Person, browser: Browser, site: Served
) -> None:
    page = manager.open("/notify/accounts")
    texts = page.locator("[data-account=texts]")
    expect(texts).to_contain_text("余额不足；请充值")
    expect(texts).to_contain_text("20.00 / 20.00")
    expect(texts).to_contain_text("已到上限")
    expect(page.locator("[data-account=mail]")).to_contain_text("正常")
    expect(page.locator("[data-account=calls]")).to_contain_text("通知进程还不知道它")
    expect(page.locator("[data-account=spare]")).to_contain_text("已停用")
    warning = page.locator(".warning")
    expect(warning).to_contain_text("短信甲")
    expect(warning).to_contain_text("预案通知（审核：未通过）")
    press(page.locator("[data-account=mail]"), "给我试发")
    expect(page.locator(".q-notification", has_text="没有登记").first).to_be_visible()
    with logged_in(browser, site, "security") as security:
        desk = security.open("/security")
        desk.locator("tr", has_text="manager").locator("[data-act=contact]").first.click()
        dialog(desk).get_by_label("邮箱").fill("manager@example.com")
        dialog(desk).get_by_role("button", name="保存").click()
        expect(desk.locator("tr", has_text="manager@example.com").first).to_be_visible()
    press(page.locator("[data-account=mail]"), "给我试发")
    told = site.command("SendMessage")
    assert "account='mail'" in told["body"]
    assert "'manager'" in told["body"]


def test_while_the_notifier_is_away_every_page_says_so(admin: Person, site: Served) -> None:
    site.tell(notifier=False)
    try:
        page = admin.open("/notify/accounts")
        expect(page.locator(".warning", has_text="通知进程没有应答").first).to_be_visible()
        for path in ("/notify/calls", "/notify/messages", "/notify/messages/m-1"):
            expect(admin.open(path).locator(".warning")).to_contain_text("通知进程没有应答")
    finally:
        site.tell(notifier=True)
    page = admin.open("/notify/calls")
    expect(page.locator("[data-call=call-1]")).to_be_visible()
    expect(page.locator(".page .warning")).to_have_count(0)


def test_they_speak_english_and_are_not_everybody_s(browser: Browser, site: Served) -> None:
    with logged_in(browser, site, "manager") as person:
        person.page.goto(f"{site.address}/preference?language=en&back=/")
        for path in PAGES:
            page = person.open(path)
            # What was sent, and what people have named, is as it was written.
            named = re.compile("工单 GD-[0-9]+(：检查)?|登录验证码|日常")
            told = named.sub("", page.locator(".page").inner_text())
            assert not CHINESE.search(told), (path, CHINESE.search(told))
    with logged_in(browser, site, "owner") as person:
        person.page.goto(f"{site.address}/notify/messages")
        expect(person.page.locator("h1")).to_have_text("您的角色不能打开此页")
