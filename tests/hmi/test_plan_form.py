"""The form of a linkage plan, its validation and simulation, and the calendar, in a browser (S0-3.5.5)."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from config.load import read
from hmi.pages.linkage import filling
from supervisor.cli import DEMO
from tests.hmi.browsing import Person, Served

HOSTILE = "<img src=x onerror=alert(1)>\"'"
CHINESE = re.compile("[一-鿿]")


def problem(page: Page, path: str) -> Locator:
    return page.locator(f"[data-problem='{path}']")


def test_every_plan_of_the_demo_comes_back_from_the_form_as_it_was() -> None:
    plans = read(DEMO)["linkage.toml"]["plan"]
    assert len(plans) > 10
    for plan in plans:
        assert filling.table(filling.filled(plan)) == {
            key: value for key, value in plan.items() if value not in ([], {})
        }


def test_rows_are_added_moved_and_removed_and_keep_what_was_typed() -> None:
    form: filling.Filled = {"step.0.id": ("a",), "step.0.value": ("abc",), "step.1.id": ("b",)}
    form = filling.moved(form, "step", 1)
    assert (form["step.0.id"], form["step.1.id"], form["step.1.value"]) == (("b",), ("a",), ("abc",))
    form = filling.removed(filling.added(form, "step"), "step", 0)
    assert [form["step.0.id"], form["step.1.id"]] == [("a",), ("step-3",)]
    assert filling.table({"level": ("nan",)})["level"] == "nan", "no document holds a NaN"


def test_what_is_wrong_is_said_at_its_field_while_it_is_typed_and_nothing_is_lost(admin: Person) -> None:
    page = admin.open("/linkage/plan/fire-a")
    page.fill("[name=level]", "99")
    page.fill("[name='name.en']", HOSTILE)
    expect(problem(page, "level")).to_contain_text("99")
    page.fill("[name=independent]", "1")
    page.fill("[name=level]", "1")
    expect(problem(page, "independent")).to_contain_text("由一个信号即可启动")
    expect(problem(page, "level")).to_have_text("")
    page.locator("[name='step.0.kind']").select_option("write")
    expect(page.locator("[name='step.0.point']")).to_be_visible()
    expect(problem(page, "step.0.point")).not_to_have_text("")
    page.fill("[name=independent]", "many")
    expect(problem(page, "independent")).to_contain_text("many")
    expect(page.locator("[name='name.en']")).to_have_value(HOSTILE)
    expect(page.locator("form[data-form=save]")).to_have_count(0)


def test_a_point_of_the_tree_is_put_into_the_field_in_use(admin: Person) -> None:
    page = admin.open("/linkage/plan/fire-a")
    page.click("button[value='add condition']")
    point = page.locator("[name='condition.0.point']")
    expect(point).to_be_visible()
    point.focus()
    page.fill(".tree-side [name=filter]", "valve-c")
    page.press(".tree-side [name=filter]", "Enter")
    page.click(".tree-side [data-key=valve-c]")
    page.click(".tree-side [data-value='valve-c/state'].point")
    expect(point).to_have_value("valve-c/state")
    expect(problem(page, "condition.0.value")).not_to_have_text("")
    page.fill("[name='condition.0.value']", "1")
    expect(problem(page, "condition.0.value")).to_have_text("")


def test_enabling_asks_for_a_simulation_and_saving_proposes_a_version(admin: Person) -> None:
    page = admin.open("/linkage/plan/lights-evening")
    page.fill("[name='trigger.0.at']", "20:15")
    expect(page.locator("[data-untried]")).to_be_visible()
    page.select_option("[name='0.kind']", "pushes")
    page.fill("[name='0.name']", "no-such-plan")
    page.click("button[value=hand]")
    expect(page.locator(".simulation [role=alert]")).to_contain_text("no-such-plan")
    page.select_option("[name='0.kind']", "")
    page.click("button[value=hand]")
    expect(page.locator("[data-timeline]")).to_be_visible()
    expect(page.locator("[data-untried]")).to_have_count(0)
    page.fill("form[data-form=save] [name=reason]", "晚一点关灯")
    page.click("form[data-form=save] button[value=save]")
    page.wait_for_url(re.compile("/linkage$"))
    page = admin.open("/configuration")
    expect(page.locator("[data-version='2']")).to_contain_text("晚一点关灯")


def test_a_fire_is_simulated_by_hand_as_a_timeline(admin: Person) -> None:
    page = admin.open("/linkage/plan/fire-a")
    for at, second in ((0, "0"), (1, "30")):
        page.fill(f"[name='{at}.after']", second)
        page.select_option(f"[name='{at}.kind']", "occurs")
        page.fill(f"[name='{at}.name']", f"fz-a-2/smoke-{at + 1}/fire")
    page.click("button[value=hand]")
    told = page.locator("[data-timeline]")
    expect(told).to_contain_text("“A座火灾应急预案”等待核实")
    expect(told).to_contain_text("“A座火灾应急预案”启动（1 级）")
    expect(told).to_contain_text("写 A座新风机组 运行模式 = 停止")
    expect(told).to_contain_text("“排烟风机反馈”：完成")
    page.uncheck("[name=obeys]")
    page.click("button[value=hand]")
    expect(told).to_contain_text("“排烟风机反馈”：失败")


def test_a_simulation_is_remembered_of_the_definition_that_was_played(admin: Person, site: Served) -> None:
    """The warning forgets nothing between visits, and what is called otherwise is not another plan."""
    page = admin.open("/linkage")
    expect(page.locator("[data-plan=fire-b] [data-never]")).to_have_text("从未模拟")
    page = admin.open("/linkage/plan/power-loss")
    expect(page.get_by_text("按现在的内容还没有模拟过")).to_be_visible()
    expect(page.locator("[data-untried]")).to_have_count(0)  # nothing is proposed yet
    page.fill("[name='step.0.delay_s']", "7")
    expect(page.locator("[data-untried]")).to_be_visible()
    page.select_option("[name='0.kind']", "occurs")
    page.fill("[name='0.after']", "0")
    page.fill("[name='0.name']", "ats-1/mains-ok/state")
    page.click("button[value=hand]")
    remembered = page.locator("[data-simulated=hand]")
    expect(remembered).to_contain_text("admin")
    expect(remembered).to_contain_text("10 分钟")
    expect(remembered).to_contain_text("启动 1 次")
    expect(page.locator("[data-untried]")).to_have_count(0)
    page.fill("[name='name.zh']", "停电")
    expect(page.locator("[data-simulated=hand]")).to_be_visible()
    page.fill("[name='step.0.delay_s']", "8")
    expect(page.locator("[data-untried]")).to_be_visible()

    page = admin.open("/linkage/plan/power-loss")
    expect(page.get_by_text("按现在的内容还没有模拟过")).to_be_visible()
    page.fill("[name='step.0.delay_s']", "7")
    expect(page.locator("[data-simulated=hand]")).to_contain_text("admin")
    expect(page.locator("[data-untried]")).to_have_count(0)


def test_a_plan_is_simulated_against_history(admin: Person, site: Served) -> None:
    """Two detectors within the time of the plan, in the journal: the plan would have started then."""
    page = admin.open("/linkage/plan/fire-a")
    page.click("button[value=past]")
    told = page.locator("[data-timeline]")
    expect(page.locator("[data-simulated=past]")).to_contain_text("对照 1 天的历史模拟过：启动 0 次")
    expect(told).not_to_contain_text("“A座火灾应急预案”启动")  # others start by the hour on workdays
    for detector, seconds_ago in ((1, 3600), (2, 3500)):
        site.tell(past=["fz-a-2", f"smoke-{detector}", "fire", "fire", seconds_ago])
        site.command("past")
    page.click("button[value=past]")
    expect(told).to_contain_text("“A座火灾应急预案”启动（1 级）")
    expect(page.locator("[data-simulated=past]")).to_have_count(1)
    expect(page.locator("[data-simulated=past]")).to_contain_text("启动 1 次")
    page.fill("[name=since]", "2020-01-01T00:00")
    page.click("button[value=past]")
    expect(page.locator(".simulation [role=alert]")).to_be_visible()


def test_a_new_plan_begins_empty_and_says_what_it_needs(admin: Person) -> None:
    page = admin.open("/linkage/new")
    page.fill("[name=id]", "Not An Id")
    expect(problem(page, "id")).not_to_have_text("")
    expect(problem(page, "name")).not_to_have_text("")
    expect(admin.open("/linkage/plan/none").locator(".notice")).to_contain_text("none")


def test_the_calendar_shows_holidays_and_is_edited(admin: Person) -> None:
    page = admin.open("/calendar?year=2026")
    expect(page.locator("[data-day='2026-10-01']")).to_have_class(re.compile("holiday"))
    expect(page.locator("td.make-up")).not_to_have_count(0)
    page.click("[data-key='2026-11-24']")
    expect(page.locator("form[data-form=day] [name=day]")).to_have_value("2026-11-24")
    page.select_option("form[data-form=day] [name=kind]", "off")
    page.fill("form[data-form=day] [name='name.zh']", "司庆" + HOSTILE)
    page.fill("form[data-form=day] [name='name.en']", "Jubilee")
    page.click("form[data-form=day] button")
    expect(page.locator("[data-day='2026-11-24']")).to_have_class(re.compile("free own"))
    page.fill("form[data-form=save] [name=reason]", "司庆放假")
    page.click("form[data-form=save] button[value=save]")
    page.wait_for_url(re.compile("/calendar$"))
    expect(admin.open("/calendar?year=2050").locator("[data-unknown]")).to_be_visible()


def test_all_of_it_speaks_english(admin: Person, site: Served) -> None:
    admin.page.goto(f"{site.address}/preference?language=en&back=/")
    for path in ("/linkage/plan/fire-a", "/linkage/new", "/calendar"):
        page = admin.open(path)
        told = page.locator(".page").inner_text()
        assert not CHINESE.search(told.replace("中文", "")), path


def test_who_may_not_change_it_sees_it_only(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("manager")
    page = person.open("/linkage/plan/fire-a")
    expect(page.get_by_text("您可以查看，不能修改")).to_be_visible()
    expect(page.locator("[name=level]")).to_be_disabled()
    page.evaluate("emitEvent('steward', {form: 'plan', fields: [['level', '2'], ['do', 'check']]})")
    expect(page.locator(".q-notification")).to_be_visible()
    page.goto(site.address + "/linkage/new")
    expect(page.locator("h1")).to_have_text("您的角色不能打开此页")
    person.close()
