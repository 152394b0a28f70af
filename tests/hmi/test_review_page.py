"""An owner proposes, the office reviews: the way through the pages (B12)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Served]:
    with served("office", tmp_path, ESTATE="1") as office:
        yield office


def test_a_change_is_proposed_reviewed_and_then_made(browser: Browser, office: Served) -> None:
    security, owner, manager = (Person(browser, office) for _ in range(3))
    security.log_in("security")
    page = security.open("/users")
    page.locator("button[data-act=link][data-key=owner]").click()
    page.locator(".field-person input").fill("1")
    page.locator(".q-dialog .actions button").last.click()
    expect(page.locator("a[href='/person/1']")).to_be_visible()

    owner.log_in("owner")
    page = owner.open("/vehicle/1")
    expect(page.locator("button[data-act=edit]")).to_have_count(0)
    page.get_by_text("提交修改").click()
    page.locator("[name=brand]").fill("红旗")
    page.locator("form[data-form=record] button.main").click()
    expect(page.locator("tbody tr")).to_contain_text("待审")

    manager.log_in("manager")
    page = manager.open("/vehicle/1")
    expect(page.locator(".page")).to_contain_text("大众")
    expect(page.locator("nav a[href='/reviews'] .tally")).to_have_text("1")
    page = manager.open("/reviews/1")
    expect(page.locator("tbody tr")).to_contain_text("红旗")
    page.locator("button[data-act=accept]").click()
    expect(page.locator("h1")).to_have_text("待审提交")
    expect(page.locator("tbody tr")).to_contain_text("已通过")
    expect(manager.open("/vehicle/1").locator(".page")).to_contain_text("红旗")
    for person in (security, owner, manager):
        person.close()
        assert person.troubles == []


def test_an_owner_opens_neither_a_neighbours_page_nor_the_reviews(browser: Browser, office: Served) -> None:
    """S-20: an account that is linked with nobody sees nothing."""
    owner = Person(browser, office)
    owner.log_in("owner")
    for path in ("/vehicle/1", "/person/1", "/house/21", "/vehicle/propose?record=1"):
        expect(owner.open(path).locator("h1")).to_have_text("没有这个页面")
    expect(owner.open("/reviews").locator("h1")).to_have_text("您的角色不能打开此页")
    owner.close()
    assert owner.troubles == []
