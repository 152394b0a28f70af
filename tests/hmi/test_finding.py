"""The search box of the top bar, and the combined query, in a real browser (B16, S1-1.8a)."""

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served

ENVIRONMENT = {"ESTATE": "1"}


@pytest.mark.parametrize(
    ("typed", "kind", "title"),
    [
        ("建国", "人员", "王建国"),
        ("wjg", "人员", "王建国"),
        ("8000", "人员", "王建国"),
        ("A123", "车辆", "沪A·12345"),
        ("3-2-501", "房屋", "3-2-501"),
        ("3栋2单元501", "房屋", "3-2-501"),
        ("豆豆", "宠物", "豆豆"),
        ("5501234", "水电气账户", "5501234567"),
    ],
)
def test_the_first_hit_is_there_without_the_mouse(manager: Person, typed: str, kind: str, title: str) -> None:
    page = manager.open("/sessions")
    page.keyboard.press("Control+k")
    page.keyboard.type(typed)
    first = page.locator("#find [role=option]").first
    expect(first).to_contain_text(title)
    expect(first).to_contain_text(kind)
    expect(first).to_have_attribute("data-for", typed)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"{kind} {title}")


def test_the_arrows_walk_through_the_hits(manager: Person) -> None:
    page = manager.open("/sessions")
    page.keyboard.press("/")
    page.keyboard.type("3-2-50")
    options = page.locator("#find [role=option]")
    expect(options).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    active = page.locator("#find input").get_attribute("aria-activedescendant")
    assert active == options.nth(1).get_attribute("id")
    expect(page.locator("#find input")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.locator("#find input").fill("3-2-50")
    expect(options.last).to_have_text("查看全部结果")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("综合查询")
    expect(page.locator(".hits li")).to_have_count(2)


def test_one_hit_shows_person_house_car_pet_stay_payer_key_and_account(manager: Person) -> None:
    page = manager.open("/find?q=8000")
    for name, said in {
        "person": "138****8000",
        "house": "3-2-501",
        "ownership": "100%",
        "stay": "李秀英",
        "payer": "物业费",
        "vehicle": "沪A·12345",
        "pet": "豆豆",
        "key": "K-0301",
        "utility_account": "5501234567",
    }.items():
        expect(page.locator(f"[data-card={name}]")).to_contain_text(said)
    page.get_by_role("link", name="打开档案").click()
    expect(page.locator("h1")).to_have_text("人员 王建国")


def test_hits_are_limited_sorted_and_of_one_kind(manager: Person) -> None:
    page = manager.open("/find?q=5-1")
    expect(page.locator(".hits li")).to_have_count(20)
    page.get_by_label("数量").select_option(label="最多 50 条")
    page.get_by_label("排序").select_option(label="按房号 降序")
    page.get_by_label("类别").select_option(label="房屋")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".hits li")).to_have_count(50)
    titles = page.locator(".hits b").all_inner_texts()
    numbers = [int(title.rsplit("-", 1)[1]) for title in titles]
    assert numbers == sorted(numbers, reverse=True)
    page.locator(".hits a").nth(2).click()
    expect(page.locator(".hits a").nth(2)).to_have_attribute("aria-current", "true")
    expect(page.locator(".found .name")).to_contain_text(titles[2])


@pytest.mark.parametrize(
    "query", ["", "q=%25%25", "q=%3Cb%3E", "q=wjg&hit=../../etc", "q=wjg&kind=x&count=x"]
)
def test_an_odd_question_is_answered(manager: Person, query: str) -> None:
    page = manager.open(f"/find?{query}")
    expect(page.locator("h1")).to_have_text("综合查询")


def test_who_may_see_no_record_has_no_box(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("security")
    page = person.open("/find?q=8000")
    expect(page.locator("h1")).to_have_text("您的角色不能打开此页")
    expect(page.locator("#find")).to_have_count(0)
    person.close()
    assert person.troubles == []


def test_the_control_room_has_no_box_over_residents(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with served("control", tmp_path_factory.mktemp("control")) as control:
        person = Person(browser, control)
        person.log_in("operator")
        expect(person.open("/").locator("#find")).to_have_count(0)
        person.close()
