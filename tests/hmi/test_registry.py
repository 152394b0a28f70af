"""The pages of the registry in a real browser, as a manager of the estate works with them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.hmi.browsing import Person, Served, logged_in, served

ENVIRONMENT = {"ESTATE": "1"}


def rows(page: Page) -> Locator:
    return page.locator("tbody tr")


def told(page: Page, text: str) -> None:
    expect(page.locator(".q-notification", has_text=text).first).to_be_visible()


def press(within: Page | Locator, text: str) -> None:
    within.get_by_role("button", name=text, exact=True).first.click()


def fields(page: Page) -> Locator:
    return page.locator("form.record")


def choose(page: Page, field: str, text: str) -> None:
    """What a record refers to, by the first of the suggestions."""
    page.locator(f"form.record [name='{field}~typed']").fill(text)
    page.locator(f"#{field}-choices [role=option]").first.click()


def test_a_building_is_registered_and_its_page_follows(manager: Person) -> None:
    """B01, S3-1a: what is entered wrong is told at its field, and nothing of it is lost."""
    page = manager.open("/building")
    page.get_by_role("link", name="新建").click()
    form = fields(page)
    form.locator("[name=name]").fill("综合楼")
    form.locator("[name=floors_above]").fill("3000")
    press(form, "保存")
    expect(form.locator(".field.wrong")).to_have_count(2)
    expect(form.locator("[role=alert]").first).to_contain_text("尚未保存")
    expect(form.locator("[name=name]")).to_have_value("综合楼")
    expect(form.locator("[name=floors_above]")).to_have_value("3000")
    form.locator("[name=code]").fill("9")
    form.locator("[name=floors_above]").fill("12")
    choose(page, "area_id", "东区")
    press(form, "保存")
    expect(page.locator("h1")).to_have_text("楼栋 9 综合楼")
    expect(page.locator(".facts").first).to_contain_text("12")
    expect(page.locator(".facts").first).to_contain_text("东区")
    expect(page.locator(".crumbs")).to_contain_text("楼栋")


def test_the_gate_has_the_last_word_and_the_form_stays_as_it_was(manager: Person) -> None:
    page = manager.open("/building/new")
    fields(page).locator("[name=code]").fill("3")
    fields(page).locator("[name=name]").fill("另一栋")
    press(fields(page), "保存")
    expect(page.locator("form.record p[role=alert]")).to_contain_text("本项目已有 3 号楼")
    expect(fields(page).locator("[name=name]")).to_have_value("另一栋")


def test_a_reference_that_was_typed_and_not_chosen_is_not_lost(manager: Person) -> None:
    page = manager.open("/pet/new")
    fields(page).locator("[name=name]").fill("小白")
    fields(page).locator("[name='owner_id~typed']").fill("没有这个人")
    press(fields(page), "保存")
    expect(page.locator(".field.wrong")).to_contain_text("请从下拉列表中选择")
    expect(fields(page).locator("[name='owner_id~typed']")).to_have_value("没有这个人")
    fields(page).locator("[name='owner_id~typed']").fill("张小龙")
    press(fields(page), "保存并再建一条")
    expect(fields(page).locator("[name=name]")).to_have_value("")
    expect(manager.open("/pet?q=小白").locator("tbody")).to_contain_text("张小龙")


def test_suggestions_are_taken_by_the_keyboard_alone(manager: Person) -> None:
    page = manager.open("/vehicle/new")
    box = fields(page).locator("[name='owner_id~typed']")
    box.press_sequentially("wjg")
    expect(page.locator("#owner_id-choices [role=option]")).to_contain_text("王建国")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("王建国")
    expect(fields(page).locator("input[type=hidden][name=owner_id]")).to_have_value("1")


def test_a_list_is_paged_sorted_and_limited(manager: Person) -> None:
    """B16, S1-1.8a."""
    page = manager.open("/house")
    expect(rows(page)).to_have_count(50)
    expect(page.locator(".page")).to_contain_text("共 96 条")
    page.get_by_role("link", name="下一页").click()
    expect(rows(page)).to_have_count(46)
    page.get_by_role("link", name="第一页").click()
    expect(rows(page)).to_have_count(50)
    page.get_by_label("数量").select_option(label="每页 20 条")
    expect(rows(page)).to_have_count(20)
    page.get_by_label("排序").select_option(label="建筑面积 降序")
    expect(rows(page).first).to_contain_text("118.5")
    expect(page.locator("th", has_text="建筑面积")).to_contain_text("▾")
    page.locator("th a", has_text="建筑面积").click()
    expect(rows(page).first).to_contain_text("76")
    page.get_by_label("排序").select_option(label="建档时间 降序")
    expect(rows(page).first).to_contain_text("5-1-1804")


def test_conditions_offer_what_the_field_takes(manager: Person) -> None:
    """B16, S1-1.8a: chosen field, condition and content."""
    page = manager.open("/house")
    asking = page.locator("form.asking")
    page.locator("summary", has_text="条件").click()
    page.get_by_label("字段").first.select_option(label="房屋状态")
    expect(asking.locator("[name=operator] option")).to_have_text(["等于", "不等于", "为空", "不为空"])
    asking.get_by_label("装修中").check()
    asking.get_by_label("出租").check()
    press(asking, "加入")
    expect(page.locator(".chips")).to_contain_text("房屋状态 等于 装修中、出租")
    expect(rows(page)).to_have_count(5)
    page.locator("summary", has_text="条件").click()
    page.get_by_label("字段").first.select_option(label="状态起始")
    asking.locator("[name=operator]").select_option(label="不小于")
    asking.locator("input[type=date]").fill("2018-01-01")
    press(asking, "加入")
    expect(rows(page)).to_have_count(2)
    page.locator(".chips .tagged", has_text="房屋状态").locator("a").click()
    expect(page.locator(".chips .tagged")).to_have_count(1)
    page.get_by_role("link", name="清除全部条件").click()
    expect(page.locator(".page")).to_contain_text("共 96 条")


def test_a_condition_on_what_a_record_refers_to_is_told_by_its_name(manager: Person) -> None:
    page = manager.open("/vehicle")
    page.locator("summary", has_text="条件").click()
    page.get_by_label("字段").first.select_option(label="车主")
    page.locator("form.asking [name='value~typed']").fill("王建")
    page.locator("form.asking [role=option]").first.click()
    press(page.locator("form.asking"), "加入")
    expect(page.locator(".chips")).to_contain_text("车主 等于 王建国")
    expect(rows(page)).to_have_count(1)


def test_columns_and_views_are_kept(manager: Person) -> None:
    page = manager.open("/house?q=3-2-5")
    page.locator("summary", has_text=re.compile("^列$")).click()
    panel = page.locator("details.drop[open] form")
    panel.get_by_label("户型", exact=True).uncheck()
    panel.get_by_label("朝向", exact=True).check()
    press(panel, "应用")
    expect(page.locator("thead")).to_contain_text("朝向")
    expect(page.locator("thead")).not_to_contain_text("户型")
    expect(rows(page)).to_have_count(2)
    page.locator("summary", has_text="视图").click()
    page.locator("details.drop[open] [name=name]").fill("五层朝向")
    press(page.locator("details.drop[open]"), "保存视图")
    told(page, "已完成")
    page = manager.open("/house")
    page.locator("summary", has_text="视图").click()
    page.get_by_role("link", name="五层朝向").click()
    expect(page.locator("thead")).to_contain_text("朝向")
    expect(rows(page)).to_have_count(2)
    page.locator("summary", has_text="视图").click()
    page.locator("[data-act=drop-view]").click()
    expect(page.locator("[data-act=drop-view]")).to_have_count(0)
    page.locator("summary", has_text="视图").click()
    expect(page.locator("details.drop[open]")).to_contain_text("还没有保存的视图")


def test_many_records_are_changed_at_once(manager: Person) -> None:
    page = manager.open("/house?q=5-1-1")
    expect(rows(page)).to_have_count(40)
    many = page.locator("#many")
    expect(many).to_be_hidden()
    page.get_by_label("全选本页").check()
    expect(many).to_contain_text("已选 40")
    many.get_by_label("字段").select_option(label="装修")
    many.locator("select[name=value]").select_option(label="精装")
    press(many, "修改所选")
    told(page, "已完成")
    page.goto(page.url + "&f=decoration%1Fis%1Ffine")
    expect(page.locator(".page")).to_contain_text("共 40 条")


def test_all_that_a_list_finds_is_taken_and_not_only_the_page(manager: Person) -> None:
    page = manager.open("/house?count=20&q=3-")
    page.get_by_label("全选本页").check()
    page.get_by_label("改为选择全部 24 条").check()
    page.locator("#many [name=tag]").fill("巡查")
    press(page.locator("#many"), "加标签")
    told(page, "已完成")
    page.locator("tbody a.tagged", has_text="巡查").first.click()
    expect(page.locator(".page")).to_contain_text("共 24 条")


def test_the_keyboard_is_enough_to_find_and_open(manager: Person) -> None:
    page = manager.open("/house")
    page.keyboard.press("/")
    page.keyboard.type("3-2-501")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    page.wait_for_function("window.did_handshake === true")
    page.keyboard.press("/")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("房屋 3-2-501")


def test_a_record_goes_to_the_bin_comes_back_and_is_erased_with_a_reason(manager: Person) -> None:
    page = manager.open("/pet/new")
    fields(page).locator("[name=name]").fill("旺财")
    press(fields(page), "保存")
    expect(page.locator("h1")).to_have_text("宠物 旺财")
    press(page, "删除")
    expect(page.locator(".notice")).to_contain_text("回收站")
    press(page, "恢复")
    expect(page.locator(".page .notice")).to_have_count(0)
    press(page, "删除")
    page.get_by_role("link", name="宠物").last.click()
    expect(page.locator("tbody")).not_to_contain_text("旺财")
    page.get_by_role("link", name="回收站").click()
    expect(page.locator("h1")).to_contain_text("回收站")
    page.get_by_label("全选本页").check()
    press(page.locator("#many"), "彻底清除")
    told(page, "请填写原因")
    page.locator("#many [name=reason]").fill("登记错误，重复建档")
    press(page.locator("#many"), "彻底清除")
    expect(page.locator(".empty")).to_contain_text("回收站是空的")


def test_what_others_refer_to_is_not_removed(manager: Person) -> None:
    page = manager.open("/house/21")
    press(page, "删除")
    told(page, "引用")
    expect(page.locator(".page .notice")).to_have_count(0)


def test_a_house_shows_everything_that_hangs_on_it(manager: Person) -> None:
    """B16, S1-1.8a: person, house, pets, cars at one place; B05, B09, B10, B13 to B15, B19."""
    page = manager.open("/house/21")
    for entity, said in {
        "ownership": "100%",
        "stay": "李秀英",
        "payer": "物业费",
        "vehicle": "大众",
        "parking_space": "B1-021",
        "pet": "豆豆",
        "key": "K-0301",
        "utility_account": "5501234567",
    }.items():
        heading = page.locator(f"h2[data-of={entity}]")
        expect(heading).to_be_visible()
        expect(page.locator(f"h2[data-of={entity}] + .scroll")).to_contain_text(said)
    page.locator("h2[data-of=pet] a.add").click()
    expect(fields(page).locator("[name='house_id~typed']")).to_have_value("3-2-501")


def test_a_change_is_told_in_the_history_in_words(manager: Person) -> None:
    page = manager.open("/house/22")
    press(page, "编辑")
    fields(page).locator("[name=decoration]").select_option(label="精装")
    choose(page, "contact_id", "王建国")
    press(fields(page), "保存")
    expect(page.locator(".packed")).to_contain_text("精装")
    page.locator("summary", has_text="变更记录").click()
    first = page.locator(".page details[open] tbody tr").first
    expect(first).to_contain_text("修改档案")
    expect(first).to_contain_text("装修 — → 精装")
    expect(first).to_contain_text("联系人 — → 王建国")


def test_cancel_keeps_what_was(manager: Person) -> None:
    page = manager.open("/house/23")
    press(page, "编辑")
    fields(page).locator("[name=remark]").fill("不要保存")
    press(fields(page), "取消")
    expect(page.locator(".packed")).to_be_visible()
    expect(page.locator(".packed")).not_to_contain_text("不要保存")


def test_two_clerks_do_not_overwrite_each_other(browser: Browser, site: Served, manager: Person) -> None:
    other = Person(browser, site)
    other.log_in("manager")
    theirs, mine = other.open("/house/24"), manager.open("/house/24")
    for page in (theirs, mine):
        press(page, "编辑")
    fields(theirs).locator("[name=remark]").fill("先到")
    press(fields(theirs), "保存")
    expect(theirs.locator(".packed")).to_contain_text("先到")
    fields(mine).locator("[name=remark]").fill("后到")
    press(fields(mine), "保存")
    expect(mine.locator("form.record p[role=alert]")).to_contain_text("已被他人修改")
    expect(fields(mine).locator("[name=remark]")).to_have_value("后到")
    press(fields(mine), "取消")
    expect(mine.locator(".packed")).to_contain_text("先到")
    other.close()


def test_tags_are_put_on_followed_and_taken_off(manager: Person) -> None:
    page = manager.open("/person/3")
    page.locator("form[data-form=tag] input").fill("重点服务")
    press(page, "加标签")
    page.locator(".tagged a", has_text="重点服务").click()
    expect(rows(page)).to_have_count(1)
    expect(page.locator(".chips")).to_contain_text("标签：重点服务")
    rows(page).locator("a[data-open]").click()
    page.locator("[data-act=untag]").click()
    expect(page.locator(".tagged")).to_have_count(0)


def test_personal_numbers_are_shown_to_who_says_why_and_the_form_does_not_give_them_away(
    manager: Person,
) -> None:
    """S0-3.1.log: whoever may write does not therefore read, and what stands masked is not overwritten."""
    page = manager.open("/person/1")
    expect(page.locator(".packed")).to_contain_text("138****8000")
    press(page, "编辑")
    expect(fields(page).locator("[name=phone]")).to_have_value("138****8000")
    assert "13800138000" not in page.content()
    fields(page).locator("[name=address]").fill("翠湖路 1 号")
    press(fields(page), "保存")
    expect(page.locator(".packed")).to_contain_text("翠湖路 1 号")
    page.locator("summary", has_text="查看隐私信息").click()
    page.locator("[data-form=reveal] [name=reason]").fill("x")
    press(page.locator("[data-form=reveal]"), "查看隐私信息")
    told(page, "请填写原因")
    page.locator("[data-form=reveal] [name=reason]").fill("核对来电号码")
    press(page.locator("[data-form=reveal]"), "查看隐私信息")
    expect(page.locator(".packed")).to_contain_text("138 0013 8000")
    page.locator("summary", has_text="查看过隐私信息的人").click()
    expect(page.locator(".page details[open] tbody")).to_contain_text("核对来电号码")


def test_the_site_adds_a_field_of_its_own(browser: Browser, site: Served, manager: Person) -> None:
    admin = Person(browser, site)
    admin.log_in("admin")
    page = admin.open("/key/fields")
    last = page.locator("tbody tr").last
    for name, text in {"field": "tag_colour", "zh": "牌色", "en": "Tag colour"}.items():
        last.locator(f"[name={name}]").fill(text)
    last.locator("[name=listed]").check()
    press(last, "保存")
    expect(rows(page)).to_have_count(2)
    admin.close()
    page = manager.open("/key/1")
    press(page, "编辑")
    fields(page).locator("[name='custom.tag_colour']").fill("红牌")
    press(fields(page), "保存")
    expect(page.locator(".packed")).to_contain_text("红牌")
    expect(manager.open("/key").locator("tbody")).to_contain_text("红牌")
    page.locator("th a", has_text="牌色").click()
    expect(rows(page)).to_have_count(1)


def test_a_record_that_is_within_no_other_is_given_its_project_when_there_are_several(
    browser: Browser, tmp_path: Path
) -> None:
    """S1-4.4: scopes reach from the group to the building."""
    with (
        served("office", tmp_path, ESTATE="1", PROJECTS="2") as site,
        logged_in(browser, site, "manager") as person,
    ):
        page = person.open("/company/new")
        fields(page).locator("[name=name]").fill("新河商贸有限公司")
        press(fields(page), "保存")
        expect(fields(page).locator(".field.wrong")).to_contain_text("所属项目")
        fields(page).locator("[name='@project']").select_option(label="第 2 项目")
        press(fields(page), "保存")
        expect(page.locator("h1")).to_contain_text("新河商贸有限公司")
        page = person.open("/unit/new")
        expect(fields(page).locator("[name='@project']")).to_have_count(0)


def test_an_empty_list_says_what_to_do_next(manager: Person) -> None:
    page = manager.open("/merchant")
    expect(page.locator(".empty")).to_contain_text("还没有登记商户")
    expect(page.locator(".empty a", has_text="新建")).to_be_visible()
    page = manager.open("/house?q=没有这样的房屋")
    expect(page.locator(".empty")).to_contain_text("没有符合条件")
    page.locator(".empty a", has_text="清除全部条件").click()
    expect(rows(page)).to_have_count(50)


def test_statistics_lead_to_their_records_and_print_without_the_frame(manager: Person) -> None:
    """B17, S1-1.8b."""
    page = manager.open("/house/statistics")
    expect(rows(page).last).to_contain_text("合计")
    page.get_by_label("分组").select_option(label="户型")
    page.get_by_label("合计字段").select_option(label="建筑面积")
    press(page, "统计")
    expect(rows(page)).to_have_count(3)
    expect(rows(page).last).to_contain_text("96")
    expect(rows(page).last).to_contain_text("9,336")
    page.emulate_media(media="print")
    for hidden in (".top", ".side", ".toolbar"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("tbody")).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="三室两厅").click()
    expect(page.locator(".chips")).to_contain_text("户型 等于 三室两厅")
    expect(page.locator(".page")).to_contain_text("共 48 条")


def test_the_chart_is_coloured_by_what_one_asks_for(manager: Person) -> None:
    """B03, S1-1.4b."""
    page = manager.open("/house-chart?building=1")
    expect(page.locator(".door")).to_have_count(24)
    expect(page.locator(".door.orange")).to_have_count(3)
    expect(page.locator(".legend", has_text="装修中")).to_contain_text("3")
    page.get_by_label("着色").select_option(label="现用途")
    expect(page.locator(".legend", has_text="住宅")).to_be_visible()
    page.get_by_label("楼栋").select_option(label="翠湖苑 5 号楼")
    expect(page.locator(".door")).to_have_count(72)
    page.locator(".door", has_text="1804").click()
    expect(page.locator("h1")).to_have_text("房屋 5-1-1804")


def test_a_guard_sees_and_is_offered_nothing_to_change(browser: Browser, site: Served) -> None:
    guard = Person(browser, site)
    guard.log_in("owner")
    page = guard.open("/house")
    expect(page.locator("h1")).to_have_text("房屋")
    expect(page.get_by_role("link", name="新建")).to_have_count(0)
    expect(page.locator("#many")).to_have_count(0)
    assert guard.troubles == []
    guard.close()


@pytest.mark.parametrize(
    "query", ["f=x%1Fis%1Fy", "after=%25%25", "sort=phone", "column=nothing", "count=-1"]
)
def test_an_odd_address_breaks_no_list(manager: Person, query: str) -> None:
    page = manager.open(f"/person?{query}")
    expect(page.locator("h1")).to_have_text("人员")


@pytest.mark.parametrize("path", ["/house/999999", "/house/abc", "/house/21x", "/house/²"])
def test_a_record_that_is_not_there_is_told_so(manager: Person, path: str) -> None:
    expect(manager.open(path).locator("h1")).to_have_text("没有这个页面")


def test_every_page_speaks_english_and_fits_a_phone(browser: Browser, site: Served) -> None:
    """Both languages, and 390 pixels without scrolling sideways."""
    person = Person(browser, site, width=390, height=800)
    person.log_in("manager")
    person.page.wait_for_url("**/")
    person.page.goto(site.address + "/preference?language=en&back=/sessions")
    for path in ("/house", "/house/21", "/house/new", "/house/statistics", "/house-chart", "/person/1"):
        page = person.open(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        chinese = re.compile("新建|编辑|条件|统计|保存|标签|查找")
        expect(page.locator(".page")).not_to_have_text(chinese)
    person.close()
    assert person.troubles == []
