"""The same person entered twice: the hint in the form, the nightly search, the pair side by side (B12)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Served]:
    with served("office", tmp_path, ESTATE="1") as office:
        yield office


def enter(person: Person, name: str, phone: str) -> None:
    page = person.open("/person/new")
    page.locator("[name=name]").fill(name)
    page.locator("[name=phone]").fill(phone)
    save = page.locator("form[data-form=record] button.main").first
    save.click()
    hint = page.locator(".notice.alike")
    expect(hint.locator("a[href='/person/1']")).to_be_visible()
    expect(hint).to_contain_text("手机")
    save.click()
    expect(page.locator("h1")).to_contain_text(name)


def test_two_files_of_one_person_become_one(browser: Browser, office: Served) -> None:
    manager, admin = (Person(browser, office) for _ in range(2))
    manager.log_in("manager")
    enter(manager, "王建囯", "13800138000")
    enter(manager, "王小明", "13800138000")
    admin.log_in("admin")
    page = admin.open("/jobs")
    page.locator("button[data-act=run][data-key=find_duplicates]").click()

    expect(page.locator("tbody").last).to_contain_text("对疑似重复")
    page = manager.open("/duplicates")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("nav a[href='/duplicates'] .tally")).to_have_text("3")
    page.locator("tbody tr").first.locator("a.plain").click()
    body = page.locator("form[data-form=merge] tbody")
    expect(body).not_to_contain_text("13800138000")
    page.locator("input[name='keep'][value=newer]").check()
    page.locator("input[name='take.name'][value=older]").check()
    page.locator("form[data-form=merge] button").click()
    expect(page.locator("h1")).to_contain_text("王建国")
    expect(page.locator(".page")).to_contain_text("豆豆")

    page = manager.open("/duplicates")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a.plain").click()
    page.locator("form[data-form=dismiss] [name=reason]").fill("父子共用号码")
    page.locator("form[data-form=dismiss] button").click()
    expect(page.locator(".empty")).to_be_visible()
    expect(manager.open("/duplicates?dismissed=1").locator("tbody")).to_contain_text("父子共用号码")
    expect(page.locator("h1")).to_have_text("疑似重复")
    for person in (manager, admin):
        person.close()
        assert person.troubles == []
