"""The pages in a real browser: what moves, what looks stale, what a click does, and who is thrown out."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.browser import LIVE
from drivers.driver import Quality
from tests.hmi.browsing import Person, Served, served

PAGES = (
    "/",
    "/subsystem/hvac",
    "/device/hvac-1",
    "/alarms",
    "/alarm/hvac-1~supply-temperature~high",
    "/modes",
    "/stations",
    "/journal",
    "/alarm-kpi",
    "/alarm-reports",
    "/system",
    "/account",
    "/sessions",
    "/about",
)
SECURITY_PAGES = ("/users", "/security", "/roles", "/scopes")
HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}${7*7}'`</script>"


PLACE = "control"


def value(page: Page, point: str) -> str:
    return f'[data-point="{point}"]'


def test_values_move_on_the_screen(operator: Person) -> None:
    shown = operator.open("/").locator(value(operator.page, "hvac-2/supply-temperature"))
    before = shown.inner_text()
    expect(shown).not_to_have_text(before)
    expect(shown).to_have_attribute("data-quality", "good")


def test_a_bad_value_looks_bad_and_says_why(operator: Person, site: Served) -> None:
    page = operator.open("/device/hvac-2")
    site.tell(moving=False)
    site.tell(set=["hvac-2", "valve", 88.8, int(Quality.BAD_SENSOR_FAULT)])
    shown = page.locator(value(page, "hvac-2/valve"))
    expect(shown).to_have_attribute("data-quality", "bad")
    expect(page.locator('tr[data-key="valve"] .q')).to_have_text("传感器故障")
    expect(shown).to_have_css("text-decoration-line", "line-through")
    site.tell(moving=True)
    expect(shown).to_have_attribute("data-quality", "good")


def test_why_a_device_is_not_reached_is_said_in_the_language_of_the_screen(operator: Person) -> None:
    page = operator.open("/subsystem/hvac")
    lost = page.locator(".link.down").first
    expect(lost).to_have_attribute("title", "连接被拒绝")
    device = page.locator("tr", has=page.locator(".link.down")).first.locator('a[href^="/device/"]').first
    address = str(device.get_attribute("href"))
    expect(operator.open(address).locator("small.sub", has_text="连接被拒绝")).to_have_count(1)
    page = operator.open(f"/preference?language=en&back={address}")
    expect(page.locator("small.sub", has_text="connection refused")).to_have_count(1)
    expect(page.locator("small.sub", has_text="连接被拒绝")).to_have_count(0)
    operator.open(f"/preference?language=zh&back={address}")


def test_values_of_a_silent_process_look_stale(operator: Person, site: Served) -> None:
    page = operator.open("/subsystem/hvac")
    shown = page.locator(value(page, "hvac-2/supply-temperature"))
    site.tell(moving=False)
    expect(shown).to_have_attribute("data-quality", "stale")
    expect(shown).to_have_css("font-style", "italic")
    expect(page.locator("[data-warning=silent]")).to_contain_text("现场采集")
    site.tell(moving=True)
    expect(shown).to_have_attribute("data-quality", "good")
    expect(page.locator("[data-warning=silent]")).to_have_count(0)


def test_an_alarm_appears_in_the_list_and_in_the_banner_of_every_page(operator: Person, site: Served) -> None:
    page = operator.open("/device/lifts-1")
    alarm = {"device": "environment-1", "priority": 1, "time_ns": 1_795_000_000_000_000_000}
    site.tell(alarm={**alarm, "state": "unacknowledged"})
    expect(page.locator(".banner .count")).to_contain_text("6")
    page = operator.open("/alarms")
    row = page.locator('[data-alarm^="environment-1/"]')
    expect(row.locator(".sym")).to_have_text("1")
    expect(row.locator(".sym")).to_have_css("animation-name", "blink")
    site.tell(alarm={**alarm, "state": "normal"})
    expect(row).to_have_count(0)


def test_one_alarm_is_acknowledged_with_a_note(operator: Person, site: Served) -> None:
    page = operator.open("/alarms")
    row = page.locator('[data-alarm^="hvac-2/"]')
    row.locator("[data-act=ack]").click()
    page.locator(".q-dialog input").fill("已通知工程部")
    page.locator(".q-dialog .q-btn", has_text="确认").click()
    sent = site.command("AcknowledgeAlarm")
    assert sent["user"] == "operator"
    assert "已通知工程部" in sent["body"]
    expect(row).to_have_class(re.compile("acknowledged"))
    expect(row.locator("[data-act=ack]")).to_have_count(0)


def test_the_selected_alarms_are_acknowledged_by_key(operator: Person, site: Served) -> None:
    page = operator.open("/alarms")
    for device in ("fresh-1", "water-2"):
        page.locator(f'[data-alarm^="{device}/"] [data-act=pick]').click()
        expect(page.locator(f'[data-alarm^="{device}/"] [data-act=pick]')).to_be_checked()
    page.keyboard.press("a")
    page.locator(".q-dialog .q-btn", has_text="确认").click()
    bodies = [site.command("AcknowledgeAlarm")["body"] for _ in range(2)]
    assert sorted(device for device in ("fresh-1", "water-2") for body in bodies if device in body) == [
        "fresh-1",
        "water-2",
    ]


def test_a_filter_says_how_many_it_hides(operator: Person) -> None:
    page = operator.open("/alarms")
    expect(page.locator('[data-alarm^="fresh-1/"]')).to_have_count(1)
    page.locator("select[data-name=subsystem]").select_option("hvac")
    expect(page.locator('[data-alarm^="fresh-1/"]')).to_have_count(0)
    expect(page.locator(".filters")).to_contain_text("筛选隐藏了 2 条")


def test_a_setpoint_is_selected_confirmed_and_read_back(operator: Person, site: Served) -> None:
    """S-60 on the screen."""
    page = operator.open("/device/hvac-2")
    page.locator('[data-act=operate][data-key="setpoint"]').click()
    dialog = page.locator(".q-dialog")
    expect(dialog).to_contain_text("16 – 28 °C")
    dialog.locator("input:visible").fill("35")
    dialog.locator(".q-btn", has_text="核对").click()
    expect(dialog).to_contain_text("35 超出允许范围 16 至 28 °C")
    dialog.locator("input:visible").fill("二十")
    dialog.locator(".q-btn", has_text="核对").click()
    expect(dialog).to_contain_text("“二十” 不是数值")
    dialog.locator("input:visible").fill("21.5")
    dialog.locator(".q-btn", has_text="核对").click()
    expect(dialog).to_contain_text("检查通过")
    dialog.locator(".q-btn", has_text="确认执行").click()
    for words in ("已受理", "已写入", "已回读确认：回读值 21.5 °C"):
        expect(dialog).to_contain_text(words)
    assert "selection-1" in site.command("OperatePoint")["body"]


def test_what_takes_two_persons_is_asked_for_here_and_carried_out_by_another(
    operator: Person, leader: Person, site: Served
) -> None:
    """S-62 on two screens."""
    page = operator.open("/device/energy-2")
    page.locator('[data-act=operate][data-key="relay"]').click()
    dialog = page.locator(".q-dialog")
    expect(dialog).to_contain_text("须由两人操作")
    dialog.locator(".q-btn", has_text="提出操作").click()
    expect(dialog).to_contain_text("理由须为以下之一：用户书面申请")
    dialog.locator(".q-select", has_text="理由").click()
    page.locator(".q-item", has_text="用户书面申请").click()
    dialog.locator("input[maxlength='200']:visible").fill("户号 301")
    dialog.locator(".q-btn", has_text="提出操作").click()
    expect(dialog).to_contain_text("已提出，等待另一人执行")
    expect(dialog.locator(".q-btn", has_text="确认执行")).to_be_hidden()
    dialog.locator(".q-btn", has_text="关闭").click()
    own = page.locator("[data-waiting]")
    expect(own).to_contain_text(
        re.compile("operator 提出：电表继电器 = (停止|运行)，理由：用户书面申请；户号 301")
    )
    expect(own.locator("button")).to_have_text(["撤回"])

    other = leader.open("/")
    other.locator("a.notice", has_text="1 项操作等待第二人执行").click()
    waiting = other.locator("[data-waiting]")
    waiting.locator("button", has_text="核对并执行").click()
    sure = other.locator(".q-dialog")
    expect(sure).to_contain_text("确认执行此操作？ operator 提出：电表继电器")
    sure.locator(".q-btn", has_text="核对并执行").click()
    expect(other.locator("[data-waiting]")).to_have_count(0)
    assert "selection-1" in site.command("OperatePoint")["body"]


def test_a_text_is_written_as_it_is_typed_and_may_be_empty(operator: Person, site: Served) -> None:
    """S4-6.3.4.8a: the line of an information display."""
    page = operator.open("/device/hvac-3")
    for typed in ("请从最近出口疏散", ""):
        page.locator('[data-act=operate][data-key="mode"]').click()
        dialog = page.locator(".q-dialog")
        expect(dialog).to_contain_text("任意文字")
        dialog.locator("input:visible").fill(typed)
        dialog.locator(".q-btn", has_text="核对").click()
        expect(dialog).to_contain_text("检查通过")
        dialog.locator(".q-btn", has_text="确认执行").click()
        expect(dialog).to_contain_text("已回读确认")
        assert f"value='{typed}'" in site.command("OperatePoint")["body"]
        dialog.locator(".q-btn", has_text="关闭").click()
        expect(dialog).to_have_count(0)


def test_a_lamp_is_switched_by_the_name_of_its_state(operator: Person, site: Served) -> None:
    page = operator.open("/device/lighting-2")
    page.locator('[data-act=operate][data-key="on"]').click()
    dialog = page.locator(".q-dialog")
    dialog.locator(".q-select:visible").click()
    page.locator(".q-menu .q-item", has_text="停止").click()
    dialog.locator(".q-btn", has_text="核对").click()
    dialog.locator(".q-btn", has_text="确认执行").click()
    expect(dialog).to_contain_text("回读值 停止")
    assert "value=0.0" in site.command("OperatePoint")["body"]


def test_a_tag_is_hung_with_a_reason(operator: Person, site: Served) -> None:
    page = operator.open("/device/hvac-7")
    page.locator("[data-act=tag]").click()
    page.locator(".q-dialog .q-btn", has_text="挂牌").click()
    expect(page.locator(".q-notification")).to_contain_text("请填写原因")
    page.locator(".q-dialog input").fill("更换皮带")
    page.locator(".q-dialog .q-btn", has_text="挂牌").click()
    assert "更换皮带" in site.command("HangTag")["body"]


def test_the_trend_of_a_point_is_drawn(operator: Person) -> None:
    page = operator.open("/device/hvac-2")
    expect(page.locator(".trend canvas")).to_be_visible()
    page.locator('tr[data-key="valve"] td').first.click()
    expect(page.locator(".trend")).to_contain_text("水阀开度 · 最近一小时")


def test_the_language_is_switched_for_this_browser(operator: Person) -> None:
    page = operator.open("/")
    expect(page.locator("h1")).to_have_text("总览")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Overview")
    assert page.locator("html").get_attribute("lang") == "en-US"
    assert not re.search("[一-鿿]", page.locator(".page").inner_text())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_a_choice_the_theme_follows_the_system(operator: Person, scheme: str) -> None:
    operator.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page = operator.open("/")
    expect(page.locator("body")).to_have_class(re.compile(f"body--{scheme}"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(browser: Browser, site: Served, language: str) -> None:
    person = Person(browser, site, width=390, height=844)
    person.page.goto(f"{site.address}/preference?language={language}&back=/login")
    for user, paths in (("operator", PAGES), ("security", SECURITY_PAGES)):
        person.log_in(user)
        for path in paths:
            page = person.open(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    person.close()
    assert person.troubles == []


def test_a_viewer_is_offered_no_command(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("viewer")
    page = person.open("/device/hvac-1")
    expect(page.locator("[data-act=operate], [data-act=tag], [data-act=substitute]")).to_have_count(0)
    page.evaluate("steward.act('tag', '')")
    expect(page.locator(".q-notification")).to_contain_text("您的角色没有此权限")
    expect(person.open("/users").locator("h1")).to_have_text("您的角色不能打开此页")
    person.close()


def test_overreaching_locks_the_session_and_an_administrator_releases_it(
    browser: Browser, site: Served
) -> None:
    """A07, S1-4.6b: it sees on, commands nothing, and says why."""
    person, chief = Person(browser, site), Person(browser, site)
    person.log_in("viewer")
    page = person.open("/device/hvac-1")
    for _ in range(4):
        page.evaluate("steward.act('tag', '')")
    expect(page.locator("p.notice")).to_contain_text("已锁定：仅可查看")
    expect(page.locator(value(page, "hvac-1/supply-temperature")).first).to_be_visible()
    chief.log_in("security")
    row = chief.open("/sessions").locator("tbody tr", has_text="已锁定")
    row.locator("[data-act=release]").click()
    expect(row).to_have_count(0)
    expect(page.locator("p.notice")).to_have_count(0)
    for one in (person, chief):
        one.close()
        assert one.troubles == []


def test_a_log_out_takes_down_the_other_pages_of_the_session(operator: Person) -> None:
    """S-07: within a second, without a click on them."""
    operator.open("/")
    other = operator.context.new_page()
    other.goto(operator.site.address + "/alarms")
    expect(other.locator("h1")).to_have_text("报警")
    operator.page.get_by_role("button", name="退出登录").click()
    expect(operator.page.locator("[name=user]")).to_be_visible()
    other.wait_for_url(re.compile("/login"))


def test_a_new_user_logs_in_and_a_disabled_one_is_thrown_out(browser: Browser, site: Served) -> None:
    chief, other = Person(browser, site), Person(browser, site)
    chief.log_in("security")
    page = chief.open("/users")
    page.locator("[data-act=add]").click()
    for name, text in (("用户名", "zhao"), ("显示名", "赵"), ("密码", "Correct-Horse-7")):
        page.locator(".q-dialog").get_by_label(name, exact=True).fill(text)
    page.locator(".q-dialog .q-btn", has_text="保存").click()
    expect(page.locator("[data-act=disable][data-key=zhao]")).to_be_visible()
    other.log_in("zhao", "Correct-Horse-7")
    other.open("/")
    page.locator("[data-act=disable][data-key=zhao]").click()
    other.page.wait_for_url(re.compile("/login"))
    for person in (chief, other):
        person.close()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/subsystems", 404, {"zh": "没有这个页面", "en": "There is no such page"}),
        ("/configuration/settings?client=x", 404, {"zh": "没有这个页面", "en": "There is no such page"}),
        ("/broken", 500, {"zh": "这个页面出错了", "en": "This page met an error"}),
    ],
)
def test_an_address_that_leads_nowhere_says_so_and_is_not_loaded_again_and_again(
    operator: Person, path: str, status: int, said: dict[str, str]
) -> None:
    page, loaded = operator.page, []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))
    for language, text in said.items():
        page.goto(f"{operator.site.address}/preference?language={language}&back=/about")
        loaded.clear()
        answer = page.goto(operator.site.address + path)
        assert answer is not None
        assert answer.status == status
        expect(page.locator("h1")).to_have_text(text)
        page.wait_for_function("window.did_handshake")
        assert "inner workings" not in page.content()
        assert len(loaded) == 1
        page.locator(
            "a[href='/']", has_text="回到总览" if language == "zh" else "Back to the overview"
        ).click()
        page.wait_for_url("**/")


@pytest.mark.parametrize(("path", "loads"), [("/broken", 2), ("/subsystems", 1), ("/system", 1)])
def test_only_a_page_that_failed_is_loaded_anew_on_a_wall(operator: Person, path: str, loads: int) -> None:
    """After 20 to 40 s, so that a hundred screens do not come back at once."""
    page, loaded = operator.page, []
    page.clock.install()
    page.on("framenavigated", lambda frame: loaded.append(frame.url))
    page.goto(operator.site.address + path)
    page.wait_for_function("window.did_handshake" if path == "/broken" else LIVE)
    page.clock.fast_forward(19_000)
    assert len(loaded) == 1
    page.clock.fast_forward(22_000)
    page.wait_for_timeout(1000)
    assert len(loaded) == loads


def test_hostile_names_are_text_on_every_page(browser: Browser, tmp_path: Path) -> None:
    """S-43: device, point, zone, unit, tag, note, user."""
    with served("control", tmp_path, HOSTILE) as site:
        person = Person(browser, site)
        person.log_in("security")
        page = person.open("/users")
        page.locator("[data-act=add]").click()
        for name, text in (("用户名", "<b>x"), ("显示名", HOSTILE[:60]), ("密码", "Correct-Horse-7")):
            page.locator(".q-dialog").get_by_label(name, exact=True).fill(text)
        page.locator(".q-dialog .q-btn", has_text="保存").click()
        expect(page.locator("tbody")).to_contain_text("<b>x")
        for path in (*SECURITY_PAGES, *PAGES):
            if path == PAGES[0]:
                person.log_in("operator")
            page = person.open(path)
            assert page.locator("img").count() == 0, path
            assert "49" not in page.locator("h1").inner_text(), path
        page = person.open("/device/hvac-6")
        expect(page.locator("h1")).to_have_text("空调机组 6" + HOSTILE)
        page.locator('[data-act=operate][data-key="setpoint"]').click()
        expect(page.locator(".q-dialog")).to_contain_text("onerror")
        person.close()
        assert person.troubles == []


def test_the_first_start_makes_the_administrator(browser: Browser, tmp_path: Path) -> None:
    """S-01."""
    with served("office", tmp_path, NO_USERS="1") as site:
        person = Person(browser, site)
        page = person.page
        page.goto(site.address + "/")
        expect(page.locator("[name=code]")).to_be_visible()
        for code, said in (("guess", "一次性代码不对"), ("one-time-code", "安全管理员已创建")):
            page.fill("[name=code]", code)
            page.fill("[name=user]", "chief")
            page.fill("[name=password]", "Correct-Horse-7")
            page.fill("[name=again]", "Correct-Horse-7")
            page.click(".gate button")
            expect(page.locator("[role=alert]")).to_contain_text(said)
        person.log_in("chief", "Correct-Horse-7")
        expect(page.locator("h1")).to_have_text("登录设备")
        person.close()
        assert person.troubles == []
