"""What the control room sees, hears and does of alarms, in a real browser."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from actors.linkage.words import disk_is_full
from tests.hmi.browsing import Person, Served

NOW = 1_795_000_000_000_000_000
HEARD = "Object.keys(sounding.heard)"


PLACE = "control"


@pytest.fixture(autouse=True)
def begun(site: Served) -> None:
    """Each test finds the alarms that the site has at its start."""
    site.tell(reset=True)
    site.command("reset")


def later() -> int:
    """After everything that happened so far."""
    return time.time_ns()


def tell(site: Served, device: str, state: str = "unacknowledged", **more: Any) -> None:
    site.tell(alarm={"device": device, "state": state, "time_ns": NOW, **more})


def press(page: Page, text: str) -> None:
    page.locator(".q-dialog .q-btn", has_text=text).click()


def enter(page: Page) -> None:
    """In the open dialog, once its field is ready."""
    expect(page.locator(".q-dialog input, .q-dialog textarea").first).to_be_focused()
    page.keyboard.press("Enter")


def turn_on_sound(page: Page) -> None:
    page.locator("h1").click()
    expect(page.locator("[data-sound-off]")).to_be_hidden()


def test_the_first_click_wakes_the_sound_and_still_hits_what_it_was_meant_for(operator: Person) -> None:
    """The strip over the page goes with the first gesture; nothing may move under the pointer meanwhile."""
    page = operator.open("/alarms")
    expect(page.locator("[data-sound-off]")).to_be_visible()
    link = page.locator('tr[data-alarm] a[href^="/journal"]').first
    place = link.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.wait_for_function("sounding.runs")
    assert link.bounding_box() == place
    page.mouse.up()
    page.wait_for_url(re.compile("/journal"))


# -- lists and acts


def test_every_list_stands_with_its_count(operator: Person, site: Served) -> None:
    """S4-7.5, ISA-18.2: shelved, suppressed, out of service each in a list of its own."""
    for device, state in (
        ("water-1", "shelved"),
        ("water-3", "suppressed"),
        ("water-4", "out-of-service"),
        ("water-5", "latched"),
        ("water-6", "returned"),
    ):
        tell(site, device, state)
    page = operator.open("/alarms")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_text(["活动 8", "已搁置 1", "设计抑制 1", "退出服务 1"])
    expect(page.locator(".chips")).to_contain_text("已锁定 1")
    expect(page.locator(".chips")).to_contain_text("已恢复未确认 1")
    page.get_by_role("tab", name="退出服务").click()
    expect(page.locator("tr.alarm")).to_have_count(1)
    expect(page.locator("tr.alarm")).to_contain_text("空调机组 4")
    expect(tabs.first).to_have_text("活动 8")


def test_an_alarm_is_shelved_for_a_time_with_a_reason_and_comes_back(operator: Person, site: Served) -> None:
    """S4-7.5: timed shelving with a reason, within the class's limit."""
    page = operator.open("/alarms")
    page.locator('[data-alarm^="hvac-2/"] [data-act=pick]').click()
    expect(page.locator(".acts")).to_contain_text("已选 1")
    page.keyboard.press("s")
    press(page, "搁置")
    expect(page.locator(".q-notification")).to_contain_text("请填写原因")
    page.locator(".field-reason input").fill("更换传感器")
    page.locator(".q-checkbox").click()
    press(page, "搁置")
    sent = site.command("ShelveAlarm")
    assert "更换传感器" in sent["body"]
    assert "one_shot=True" in sent["body"]
    expect(page.locator('[data-alarm^="hvac-2/"]')).to_have_count(0)
    page.get_by_role("tab", name="已搁置").click()
    shelved = page.locator('[data-alarm^="hvac-2/"]')
    expect(shelved).to_contain_text("更换传感器")
    expect(shelved).to_contain_text("恢复即止")
    shelved.locator("[data-act=unshelve]").click()
    page.locator(".field-reason input").fill("已更换")
    enter(page)
    assert "已更换" in site.command("UnshelveAlarm")["body"]


def test_a_class_that_may_not_be_shelved_says_so(operator: Person, site: Served) -> None:
    tell(site, "hvac-6", alarm_class="fire", rule="smoke", point="filter")
    page = operator.open("/alarms")
    page.locator('[data-alarm^="hvac-6/"] [data-act=pick]').click()
    page.keyboard.press("s")
    expect(page.locator(".q-notification")).to_contain_text("不允许搁置")
    expect(page.locator(".q-dialog")).to_have_count(0)


def test_out_of_service_asks_for_a_work_order(operator: Person, site: Served) -> None:
    """S4-7.5: authorised, under a work order."""
    page = operator.open("/alarm/hvac-2~supply-temperature~high")
    page.locator("[data-act=take-out]").click()
    page.locator(".field-reason input").fill("传感器送检")
    press(page, "退出服务")
    expect(page.locator(".q-notification")).to_contain_text("须写明工单号")
    page.locator(".field-order input").fill("WO-118")
    press(page, "退出服务")
    expect(page.locator(".alarm-head")).to_contain_text("退出服务")
    expect(page.locator(".facts").first).to_contain_text("工单 WO-118")
    page.locator("[data-act=put-back]").click()
    page.locator(".field-reason input").fill("已装回")
    press(page, "恢复服务")
    assert "已装回" in site.command("ReturnToService")["body"]


def test_a_range_is_selected_and_the_page_acknowledged_by_key(operator: Person, site: Served) -> None:
    page = operator.open("/alarms")
    boxes = page.locator("tbody [data-act=pick]")
    boxes.nth(0).click()
    expect(boxes.nth(0)).to_be_checked()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator(".acts")).to_contain_text("已选 4")
    page.keyboard.press("Shift+A")
    expect(page.locator(".q-dialog")).to_contain_text("(+4)")
    page.locator(".q-dialog input").fill("夜班统一确认")
    enter(page)
    for _ in range(5):
        assert "夜班统一确认" in site.command("AcknowledgeAlarm")["body"]
    expect(page.locator("tr.alarm.unacknowledged")).to_have_count(0)


def test_no_key_acts_while_somebody_types(operator: Person) -> None:
    page = operator.open("/alarms")
    page.keyboard.press("/")
    expect(page.locator(".filters input[type=search]")).to_be_focused()
    page.keyboard.type("asm?")
    expect(page.locator(".filters")).to_contain_text("筛选隐藏了 6 条")
    expect(page.locator(".q-dialog")).to_have_count(0)
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("[data-act=clear]").click()
    expect(page.locator(".filters input[type=search]")).to_have_value("")
    expect(page.locator("tr.alarm")).to_have_count(6)
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_two_operators_and_one_alarm(browser: Browser, site: Served, operator: Person) -> None:
    """The first wins; the second is told who it was."""
    page = operator.open("/alarms")
    other = Person(browser, site)
    other.log_in("operator")
    theirs = other.open("/alarms")
    for one in (page, theirs):
        one.locator('[data-alarm^="hvac-2/"] [data-act=ack]').click()
    enter(page)
    expect(page.locator('[data-alarm^="hvac-2/"]')).to_have_class(re.compile(" acknowledged"))
    enter(theirs)
    expect(theirs.locator(".q-notification")).to_contain_text("已由 operator 确认")
    other.close()
    assert other.troubles == []


def test_who_may_only_look_sees_and_can_do_nothing(browser: Browser, site: Served) -> None:
    viewer = Person(browser, site)
    viewer.log_in("viewer")
    page = viewer.open("/alarms")
    expect(page.locator("tr.alarm")).to_have_count(6)
    expect(page.locator(".acts button, tr.alarm button[data-act=ack], .silence")).to_have_count(0)
    page.evaluate("steward.act('ack', 'hvac-2/supply-temperature/high#1')")
    expect(page.locator(".q-notification")).to_contain_text("没有此权限")
    page = viewer.open("/modes")
    expect(page.locator("[data-act=set]")).to_have_count(0)
    page = viewer.open("/alarm/hvac-2~supply-temperature~high")
    expect(page.locator(".alarm-head button")).to_have_count(0)
    viewer.close()
    assert viewer.troubles == []


def test_alarms_are_folded_under_what_explains_them_and_marked(operator: Person, site: Served) -> None:
    """S4-7.5e: root cause, compression, first-out; a mode has a word, not just a colour."""
    tell(site, "hvac-8", rule="comm-loss", point="", priority=2)
    tell(site, "hvac-8", root="hvac-8//comm-loss", priority=4)
    tell(site, "water-1", first_out=True, repeats=3, mode="drill")
    page = operator.open("/alarms")
    top = page.locator('[data-alarm="hvac-8//comm-loss#1"]')
    below = page.locator('[data-alarm="hvac-8/supply-temperature/high#1"]')
    expect(top).to_contain_text("1 条由此引起")
    expect(below).to_have_count(0)
    top.locator("[data-act=fold]").click()
    expect(below).to_be_visible()
    marked = page.locator('[data-alarm^="water-1/"]')
    for mark in ("演练中", "首出", "×3"):
        expect(marked.locator(".mark", has_text=mark)).to_be_visible()


# -- the page of one alarm


def test_the_checklist_is_ticked_and_a_verdict_comes_before_the_reset(operator: Person, site: Served) -> None:
    """S4-7.5: response with times; public numbers shown, never dialled; verdict."""
    fire: dict[str, Any] = {"rule": "smoke", "point": "filter", "alarm_class": "fire", "priority": 1}
    tell(site, "hvac-6", **fire, active=True)
    page = operator.open("/alarm/hvac-6~filter~smoke")
    expect(page.locator(".facts").nth(1)).to_contain_text("停机并派人查看")
    expect(page.locator(".facts .running.late")).to_contain_text("已超")
    steps = page.locator(".response li")
    expect(steps).to_have_count(6)
    expect(steps.nth(2)).to_contain_text("119（请人工拨打）")
    expect(page.locator("a[href^='tel:']")).to_have_count(0)
    expect(steps.nth(0).locator(".late")).to_be_visible()
    steps.nth(0).locator("[data-act=tick]").click()
    assert "step=0" in site.command("TickStep")["body"]
    expect(steps.nth(0)).to_contain_text("operator")
    page.locator("[data-act=ack]").click()
    enter(page)
    site.command("AcknowledgeAlarm")
    tell(site, "hvac-6", "latched-acknowledged", **fire, active=False)
    page.locator("[data-act=reset]").click()
    enter(page)
    expect(page.locator(".q-notification", has_text="须先登记结论")).to_be_visible()
    press(page, "取消")
    page.locator("[data-act=judge]").click()
    page.locator(".field-cause textarea").fill("皮带打滑冒烟")
    press(page, "登记结论")
    assert "皮带打滑冒烟" in site.command("RecordVerdict")["body"]
    expect(page.locator(".page")).to_contain_text("皮带打滑冒烟")
    page.locator("[data-act=reset]").click()
    enter(page)
    expect(page.locator(".alarm-head")).to_contain_text("当前没有报警")
    page = operator.open("/alarm/hvac-6~~device-fault")
    expect(page.locator(".alarm-head")).to_contain_text("当前没有报警")
    expect(page.locator(".facts").nth(1)).to_contain_text("设备模板与实际数据不符")
    page = operator.open("/alarm/hvac-9~~no-such-rule")
    expect(page.locator("h1")).to_have_text("没有这个页面")


# -- modes


def test_a_mode_is_set_shown_on_every_page_and_ended(operator: Person, site: Served) -> None:
    """S4-7.5: who, why, until; a banner stays."""
    page = operator.open("/modes")
    page.locator("[data-act=set][data-key=works]").click()
    press(page, "设置")
    expect(page.locator(".q-notification")).to_contain_text("请填写原因")
    page.locator(".field-reason input").fill("更换风机")
    press(page, "设置")
    assert "更换风机" in site.command("SetArea")["body"]
    expect(page.locator("tr[data-area]")).to_contain_text("更换风机")
    page = operator.open("/device/hvac-1")
    banner = page.locator(".notice.modes")
    expect(banner).to_contain_text("施工：示范园区 · 更换风机（operator")
    page = operator.open("/modes")
    page.locator("[data-act=end]").click()
    page.locator(".q-dialog:visible input").fill("已完工")
    press(page, "立即结束")
    expect(page.locator("tr[data-area]")).to_have_count(0)
    expect(page.locator(".notice.modes")).to_have_count(0)


# -- sound


def test_the_most_urgent_alarm_sounds_until_it_is_silenced(operator: Person, site: Served) -> None:
    """S0-2.9: a tone that is really there, its spoken prompt, silence, and a new alarm though others are
    silenced."""
    page = operator.open("/alarms")
    expect(page.locator("[data-sound-off]")).to_be_visible()
    turn_on_sound(page)
    expect(page.locator("html")).to_have_attribute("data-heard", "hvac-1/supply-temperature/high#1")
    expect(page.locator("html")).to_have_attribute("data-spoken", "一层 空调机组 1 送风温度过高")
    before = page.evaluate("sounding.due")
    page.wait_for_function("before => sounding.due > before", arg=before)  # it repeats
    page.keyboard.press("m")
    expect(page.locator(".q-notification")).to_contain_text("已消音 5 条")
    for _ in range(5):
        site.command("SilenceAlarm")
    expect(page.locator("[data-sounding]")).to_have_count(0)
    expect(page.locator('[data-alarm^="hvac-1/"] .mark')).to_contain_text("已消音")
    expect(page.locator('[data-alarm^="hvac-1/"]')).to_have_class(re.compile("unacknowledged"))
    site.tell(alarm={"device": "water-6", "state": "unacknowledged", "priority": 4, "time_ns": later()})
    expect(page.locator("html")).to_have_attribute("data-heard", "water-6/supply-temperature/high#1")


def test_sound_goes_on_after_a_reload_and_only_one_page_of_a_browser_sounds(
    operator: Person, site: Served
) -> None:
    page = operator.open("/alarms")
    turn_on_sound(page)
    expect(page.locator("html")).to_have_attribute("data-heard", "hvac-1/supply-temperature/high#1")
    second = operator.context.new_page()
    second.goto(site.address + "/")
    second.wait_for_function("window.did_handshake === true")
    second.locator("[data-sound-off]").click()
    expect(second.locator("[data-sound-off]")).to_be_hidden()
    second.wait_for_timeout(700)
    assert second.evaluate(HEARD) == []
    page.close()
    expect(second.locator("html")).to_have_attribute("data-heard", "hvac-1/supply-temperature/high#1")


def test_a_station_is_chosen_and_its_zones_sound_and_stand_first(operator: Person, site: Served) -> None:
    """An operator's station is responsible for zones."""
    page = operator.open("/stations")
    page.locator('tr[data-station="west"] a').click()
    page.wait_for_function("window.did_handshake === true")
    expect(page.locator(".top .station")).to_contain_text("西台")
    turn_on_sound(page)
    expect(page.locator('tr[data-station="west"]')).to_contain_text("有人值守")
    expect(page.locator('tr[data-station="east"]')).to_contain_text("无人值守")
    page.locator('[data-test-sound="fire"]').click()
    expect(page.locator("html")).to_have_attribute("data-tested", "fire")
    page.goto(site.address + "/preference?station=nowhere&back=/stations")
    expect(page.locator(".top .station")).to_contain_text("西台")


# -- what plans call for


def test_calls_of_plans_are_shown_and_spoken_on_the_right_station(operator: Person, site: Served) -> None:
    """Linkage: camera, spoken text, notice; hostile texts are only texts."""
    page = operator.open("/alarms")
    turn_on_sound(page)
    site.tell(call=["one", "speak", "", "", '请到一层"><img src=x onerror=alert(1)>'])
    call = page.locator(".notice.call")
    expect(call).to_contain_text("<img src=x")
    expect(page.locator("html")).to_have_attribute("data-spoken", re.compile("^请到一层"))
    site.tell(call=["two", "camera", "", "hvac-3", "调看一层"])
    expect(call).to_have_count(2)
    expect(page.locator(".call.camera a")).to_have_attribute("href", "/device/hvac-3")
    page.locator(".call.camera").locator("[data-act=dismiss]").click()
    expect(call).to_have_count(1)
    site.tell(notice=["n", "", "请从东门疏散", True])
    expect(page.locator(".notice.posted")).to_contain_text("请从东门疏散")
    site.tell(notice=["n", "", "请从东门疏散", False])
    expect(page.locator(".notice.posted")).to_have_count(0)


def test_linkage_that_is_not_heard_is_off_in_red_on_every_page(operator: Person, site: Served) -> None:
    page = operator.open("/device/hvac-1")
    off = page.locator("[data-warning=linkage]")
    expect(off).to_have_count(0)
    site.tell(linkage=False)
    expect(off).to_contain_text("联动已停止")
    expect(page.locator("[data-warning=silent]")).to_have_count(0)  # `core` itself is well
    for path in ("/", "/alarms", "/linkage", "/stations", "/account"):
        expect(operator.open(path).locator("[data-warning=linkage]")).to_be_visible()
    site.tell(linkage=True)
    expect(off).to_have_count(0)


def test_linkage_that_says_itself_that_it_is_off_says_why(operator: Person, site: Served) -> None:
    off = operator.open("/alarms").locator("[data-warning=linkage]")
    expect(off).to_have_count(0)
    site.tell(trouble=disk_is_full())
    expect(off).to_contain_text("联动已停止")
    expect(off).to_contain_text("磁盘已满")
    site.tell(trouble="")
    expect(off).to_have_count(0)


def test_linkage_is_off_in_red_when_core_is_dead(browser: Browser, operator: Person, site: Served) -> None:
    """Also for whoever sits at a station and may not see the plant."""
    security = Person(browser, site)
    security.log_in("security")
    pages = operator.open("/"), security.open("/account")
    site.tell(core=False)
    for page in pages:
        expect(page.locator("[data-warning=linkage]")).to_contain_text("联动已停止")
    expect(pages[0].locator("[data-warning=silent]")).to_be_visible()
    site.tell(core=True)
    for page in pages:
        expect(page.locator("[data-warning=linkage]")).to_have_count(0)
    security.close()


# -- a flood


def test_ten_thousand_alarms_leave_the_list_usable(operator: Person, site: Served) -> None:
    """S4-7.5e: none lost, and a click is answered while they come; few rows are drawn."""
    page = operator.open("/alarms")
    for first in range(0, 10_000, 500):
        site.tell(flood_from=[first, 500])
    page.locator('[data-act=pick][data-key="hvac-1/supply-temperature/high#1"]').click()
    expect(page.locator(".acts")).to_contain_text("已选 1")
    expect(page.get_by_role("tab").first).to_have_text("活动 10006")
    assert page.locator("tbody tr").count() == 100
    expect(page.locator(".flood")).to_contain_text("报警泛滥")
    page.locator(".filters input[type=search]").fill("送风温度过高")
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.locator(".filters")).to_contain_text("筛选隐藏了 10001 条")


def test_the_same_in_english(operator: Person, site: Served) -> None:
    tell(site, "water-1", mode="test", repeats=2)
    operator.context.add_cookies([{"name": "steward_language", "value": "en", "url": site.address}])
    page = operator.open("/alarms?tab=active&priority=2")
    expect(page.get_by_role("tab").first).to_have_text("Active 7")
    expect(page.locator(".filters")).to_contain_text("hidden by the filter")
    expect(page.locator('[data-alarm^="water-1/"]')).to_contain_text("TEST")
    page = operator.open("/alarm/hvac-4~~comm-loss")
    expect(page.locator("h1")).to_have_text("Air handler 4 Communication lost")
    expect(page.locator(".facts").nth(1)).to_contain_text("No power")
    expect(operator.open("/stations").locator("h1")).to_have_text("Station and sound")
    expect(operator.open("/modes").locator("h1")).to_have_text("Test, drill and works")
