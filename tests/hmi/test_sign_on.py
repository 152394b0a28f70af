"""Single sign-on in a real browser, at a real provider (S1-4.4, S4-6.6.5)."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hmi.browsing import Person, Served, served
from tests.hmi.openid_provider import Provider, provider

BACK = re.compile(r"/login/oidc/corp/back")


class Directory:
    """A provider, and an office that knows it."""

    def __init__(self, provider: Provider, office: Served) -> None:
        self.provider = provider
        self.office = office


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with provider("li.wei", "zhao") as running:
        place = tmp_path_factory.mktemp("office")
        others = "http://127.0.0.1:9"  # nobody is there
        with served("office", place, PROVIDERS=f"corp={running.issuer} gone={others}") as office:
            yield Directory(running, office)


class Guest(Person):
    """Somebody who also visits the provider."""

    def __init__(self, browser: Browser, directory: Directory) -> None:
        self._issuer = directory.provider.issuer
        super().__init__(browser, directory.office)

    def _watch(self, url: str) -> None:
        if not url.startswith(self._issuer) and not self.page.url.startswith(self._issuer):
            super()._watch(url)

    def leave(self, subject: str, *, path: str = "/login", name: str = "使用corp 账号登录") -> Page:
        self.page.goto(self.site.address + path)
        self.page.get_by_role("link", name=name).click()
        self.page.wait_for_url(self._issuer + "/**")
        self.page.get_by_role("button", name=subject, exact=True).click()
        return self.page


@pytest.fixture
def guest(browser: Browser, directory: Directory) -> Iterator[Guest]:
    guest = Guest(browser, directory)
    yield guest
    guest.close()
    assert guest.troubles == []


def test_somebody_waits_for_consent_and_then_comes_in(
    browser: Browser, guest: Guest, directory: Directory
) -> None:
    page = guest.leave("li.wei", path="/login?next=/about")
    expect(page.locator(".notice")).to_contain_text("您的外部账号尚未绑定")

    chief = Person(browser, directory.office)
    chief.log_in("security")
    screen = chief.open("/security")
    row = screen.locator("tr", has_text="li.wei")
    expect(row).to_contain_text("等待绑定")
    row.locator("[data-act=link]").click()
    for user, said in (("nobody", "没有这个用户"), ("operator", "已完成")):
        screen.locator(".q-dialog:visible").get_by_label("用户名").fill(user)
        screen.locator(".q-dialog:visible").get_by_role("button", name="绑定").click()
        expect(screen.locator(".q-notification", has_text=said)).to_be_visible()
    expect(row).to_contain_text("operator")

    before = directory.provider.exchanged()
    page = guest.leave("li.wei", path="/login?next=/about")
    page.wait_for_url("**/about")
    expect(page.locator("nav.side")).to_be_visible()
    assert directory.provider.exchanged() == before + 1
    page.goto(directory.office.address + "/sessions")
    expect(page.locator("tbody tr", has_text="corp")).to_be_visible()

    row.locator("[data-act=drop]").click()
    page.wait_for_url(re.compile("/login"))
    chief.close()
    assert chief.troubles == []


def test_an_answer_comes_back_once_and_to_its_own_browser(
    browser: Browser, guest: Guest, directory: Directory
) -> None:
    """State and nonce: a log-in that another browser began, or that has ended, lets nobody in."""
    guest.page.goto(directory.office.address + "/preference?language=en&back=/login")
    answers: list[str] = []
    guest.page.on("request", lambda one: answers.append(one.url) if BACK.search(one.url) else None)
    page = guest.leave("zhao", name="Log in with corp account")
    expect(page.locator(".notice")).to_contain_text("is not linked yet")
    page.goto(answers[0])
    expect(page.locator(".notice")).to_contain_text("This log-in has ended")

    other = Guest(browser, directory)
    before = directory.provider.exchanged()
    for url in (answers[0], f"{directory.office.address}/login/oidc/corp/back?code=x&state="):
        other.page.goto(url)
        expect(other.page.locator(".notice")).to_contain_text("这次登录已失效")
    assert directory.provider.exchanged() == before, "its code was not even asked about"
    other.close()
    assert other.troubles == []


def test_who_says_no_and_a_provider_that_is_away_are_told_so(guest: Guest, directory: Directory) -> None:
    page = guest.page
    page.goto(directory.office.address + "/login")
    page.get_by_role("link", name="使用corp 账号登录").click()
    page.wait_for_url(directory.provider.issuer + "/**")
    [state] = parse_qs(urlsplit(page.url).query)["state"]
    page.goto(f"{directory.office.address}/login/oidc/corp/back?error=access_denied&state={state}")
    expect(page.locator(".notice")).to_contain_text("登录服务没有确认您的身份")
    page.goto(directory.office.address + "/login")
    page.get_by_role("link", name="使用gone 账号登录").click()
    expect(page.locator(".notice")).to_contain_text("gone 账号暂时无法确认您的身份")
    page.goto(directory.office.address + "/login/oidc/nobody")
    expect(page.locator(".notice")).to_contain_text("没有这个登录服务")
