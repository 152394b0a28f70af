"""One's own account and the steps of a log-in, in a real browser and both languages (S1-4.4, S-02, S-06)."""

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hmi.browsing import Person, Served, served

NEW = "Another-Horse-8"


@pytest.fixture
def person(browser: Browser, site: Served) -> Iterator[Person]:
    person = Person(browser, site)
    yield person
    person.close()
    assert person.troubles == []


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(time.time() + 30 * steps)


def secret_on(page: Page) -> str:
    shown = page.locator("code.secret")
    expect(shown).to_be_visible()
    return re.sub(r"\s", "", shown.inner_text())


def dialog(page: Page) -> Page:
    return page.locator(".q-dialog:visible")  # type: ignore[return-value]


def test_a_second_factor_is_enrolled_used_and_given_up(person: Person, site: Served) -> None:
    """S-06."""
    person.log_in("operator")
    page = person.open("/account")
    expect(page.locator(".page")).to_contain_text("未启用")
    page.click("[data-act=enrol]")
    secret = secret_on(page)
    expect(page.locator(".qr svg")).to_be_visible()
    page.get_by_label("验证码").fill("000000")
    dialog(page).get_by_label("您的密码").fill(site.users["operator"])
    dialog(page).get_by_role("button", name="启用").click()
    expect(page.locator(".q-notification")).to_contain_text("验证码不对")
    page.get_by_label("验证码").fill(code(secret))
    dialog(page).get_by_label("您的密码").fill(site.users["operator"])
    dialog(page).get_by_role("button", name="启用").click()
    paper = page.locator(".codes code")
    expect(paper).to_have_count(10)
    codes = paper.all_inner_texts()
    expect(page.locator(".page")).to_contain_text("恢复码剩余 10 个")

    for given, right in (("000000", False), (code(secret, 1), True)):
        person.log_in("operator")
        expect(page.locator(".notice")).to_contain_text("已启用两步验证的用户请输入验证码")
        page.fill("[name=code]", given)
        page.click("form[action^='/login/code'] button")
        expect(page.locator("nav.side" if right else ".notice")).to_be_visible()
    person.log_in("operator")
    page.fill("[name=code]", codes[0])
    page.click("form[action^='/login/code'] button")
    page = person.open("/account")
    expect(page.locator(".page")).to_contain_text("恢复码剩余 9 个")

    page.click("[data-act=stop]")
    dialog(page).get_by_label("您的密码").fill(site.users["operator"])
    dialog(page).get_by_role("button", name="继续").click()
    expect(page.locator(".page")).to_contain_text("未启用")


def test_a_password_is_changed_on_ones_own_account(person: Person, site: Served) -> None:
    """S-02."""
    person.log_in("viewer")
    page = person.open("/account")
    old = site.users["viewer"]
    for wanted, said in ((old, "最近用过的 5 个密码不能再用"), (NEW, "密码已修改")):
        page.get_by_label("旧密码").fill(old)
        page.get_by_label("新密码").fill(wanted)
        page.get_by_label("再次输入密码").fill(wanted)
        page.get_by_role("button", name="修改密码").click()
        expect(page.locator(".q-notification", has_text=said)).to_be_visible()
    site.users["viewer"] = NEW


def test_an_administrator_unlocks_and_sets_contact_details(browser: Browser, site: Served) -> None:
    """S-03, S1-4.4."""
    person = Person(browser, site)
    person.log_in("security")
    page = person.open("/security")
    row = page.locator("tr", has_text="auditor")
    row.locator("[data-act=contact]").click()
    dialog(page).get_by_label("手机号").fill("13812345678")
    dialog(page).get_by_label("邮箱").fill("audit@example.com")
    dialog(page).get_by_role("button", name="保存").click()
    expect(row).to_contain_text("audit@example.com · 手机号")

    stranger = Person(browser, site)
    for _ in range(5):
        stranger.log_in("auditor", "Wrong-1-wrong")
    stranger.page.wait_for_load_state()
    stranger.close()
    locked = page.locator("tr", has_text="用户 auditor")
    expect(locked).to_be_visible()
    locked.locator("[data-act=unlock]").click()
    expect(locked).to_have_count(0)
    page.locator("tr", has_text="地址 127.0.0.1").locator("[data-act=unlock]").click()
    expect(page.locator(".page")).to_contain_text("没有被锁定的用户或地址")

    phone = Person(browser, site)
    phone.page.goto(site.address + "/preference?language=en&back=/login")
    phone.page.get_by_role("link", name="Log in with a code by phone").click()
    phone.page.fill("[name=phone]", "138 1234 5678")
    phone.page.click(".gate button")
    expect(phone.page.locator(".notice")).to_contain_text("If the number is registered")
    phone.page.fill("[name=code]", "not it")
    phone.page.click(".gate button")
    expect(phone.page.locator(".notice")).to_contain_text("the code is wrong or too old")
    assert phone.troubles == []
    phone.close()

    page = person.open("/users")
    page.locator("tr", has_text="auditor").locator("[data-act=password]").click()
    dialog(page).get_by_label("新密码").fill(NEW)
    dialog(page).get_by_role("button", name="保存").click()
    expect(page.locator(".q-notification", has_text="已完成")).to_be_visible()
    assert person.troubles == []
    person.close()

    forced = Person(browser, site)
    forced.log_in("auditor", NEW)
    page = forced.page
    expect(page.locator(".gate")).to_contain_text("您的密码已到期或由管理员重设")
    for password, again, said in ((NEW, NEW, "不能再用"), ("Third-Horse-99", "x", "两次输入的密码不同")):
        page.fill("[name=password]", password)
        page.fill("[name=again]", again)
        page.click(".gate button")
        expect(page.locator(".notice")).to_contain_text(said)
    page.fill("[name=password]", "Third-Horse-99")
    page.fill("[name=again]", "Third-Horse-99")
    page.click(".gate button")
    expect(page.locator("nav.side")).to_be_visible()
    assert forced.troubles == []
    forced.close()


def test_who_must_have_a_second_factor_enrols_on_the_way_in(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """S-06: in English, for a change."""
    directory = tmp_path_factory.mktemp("strict")
    with served("office", directory, SECOND_FACTOR_FOR="user.manage") as strict:
        person = Person(browser, strict)
        page = person.page
        page.goto(strict.address + "/preference?language=en&back=/login")
        person.log_in("security")
        expect(page.locator(".gate")).to_contain_text("This site asks you for two-step verification")
        secret = secret_on(page)
        page.fill("[name=code]", "000000")
        page.click(".gate button")
        expect(page.locator(".notice")).to_contain_text("the code is wrong")
        assert secret_on(page) == secret
        page.fill("[name=code]", code(secret))
        page.click(".gate button")
        expect(page.locator(".codes code")).to_have_count(10)
        page.get_by_role("link", name="Continue").click()
        expect(page.locator("nav.side")).to_be_visible()
        page = person.open("/account")
        expect(page.locator(".page")).to_contain_text("This site asks it of you")
        expect(page.locator("[data-act=stop]")).to_have_count(0)
        assert person.troubles == []
        person.close()
