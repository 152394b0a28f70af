"""The pages of personal information: for everybody, the person concerned, and who erases (PIPL 44 to 47)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Served]:
    with served("office", tmp_path, ESTATE="1") as office:
        yield office


def test_a_person_is_previewed_and_erased_and_another_sees_who_looked(
    browser: Browser, office: Served
) -> None:
    security, owner, manager = (Person(browser, office) for _ in range(3))
    security.log_in("security")
    page = security.open("/users")
    page.locator("button[data-act=link][data-key=owner]").click()
    page.locator(".field-person input").fill("1")
    page.locator(".q-dialog .actions button").last.click()
    expect(page.locator("a[href='/person/1']")).to_be_visible()

    manager.log_in("manager")
    page = manager.open("/person/1")
    page.locator("details.drop summary").first.click()
    page.locator("form[data-form=reveal] [name=reason]").fill("核对联系方式")
    page.locator("form[data-form=reveal] button").click()
    expect(page.locator(".page")).to_contain_text("138 0013 8000")
    expect(manager.open("/erase/1").locator(".notice")).to_contain_text("产权（业主）× 1")
    expect(page.locator("form[data-form=erase]")).to_have_count(0)

    owner.log_in("owner")
    page = owner.open("/privacy")
    expect(page.locator("tbody").first).to_contain_text("Manager")
    expect(page.locator("tbody").first).to_contain_text("核对联系方式")
    expect(page.locator("tbody").last).to_contain_text("身份证号")
    expect(owner.open("/erase/1").locator("h1")).to_have_text("您的角色不能打开此页")

    page = manager.open("/person/3")
    page.get_by_text("清除个人信息").click()
    expect(page.locator("li").first).to_be_visible()
    page.locator("form[data-form=erase] [name=reason]").fill("本人书面申请")
    page.locator("form[data-form=erase] button").click()
    expect(page.locator("h1")).to_have_text("个人信息保留")
    expect(page.locator("tbody")).to_contain_text("本人书面申请")
    expect(manager.open("/person/3").locator("h1")).to_contain_text("已清除人员3")
    for person in (security, owner, manager):
        person.close()
        assert person.troubles == []
