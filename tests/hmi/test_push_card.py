"""Messages pushed to this browser: the card of one's own account, the worker, the manifest (H03)."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, CDPSession, expect

from benchmarks.browser import chromium
from business.notifier.channels.port import Outgoing
from business.notifier.channels.push_crypto import new_key_pair
from business.notifier.channels.web_push import content_of
from tests.hmi.browsing import PATIENCE_S, Person, Served

KEY = new_key_pair().public
ENVIRONMENT = {"PUSH_KEY": KEY}
BROWSER = {"p256dh": new_key_pair().public, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
SERVICE = """
window.asked = [];
let own = null;
const bytes = (text) => new Uint8Array([...atob(text.replaceAll("-", "+").replaceAll("_", "/"))].map(
  (one) => one.charCodeAt(0)));
const made = {
  endpoint: "https://push.example.com/send/1",
  get options() { return { applicationServerKey: bytes(window.asked[0]).buffer }; },
  toJSON: () => ({ endpoint: made.endpoint, expirationTime: null, keys: KEYS }),
  unsubscribe: async () => { own = null; return true; },
};
PushManager.prototype.getSubscription = async () => own;
PushManager.prototype.subscribe = async (told) => {
  window.asked.push(told.applicationServerKey);
  return own = made;
};
""".replace("KEYS", json.dumps(BROWSER))
"""No push service can be reached here: only what would ask it is stood in for."""

SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
    .map((one) => [one.title, one.body, one.tag, one.requireInteraction, one.data.link])"""
CLICK = """async (tag) => {
    const opened = [];
    Object.defineProperty(self.clients, "openWindow", { value: async (link) => opened.push(link) });
    const [notification] = await self.registration.getNotifications({ tag });
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action: "" }));
    return opened;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The whole of it: the lighter build shows no messages."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def person(browser: Browser, site: Served) -> Iterator[Person]:
    person = Person(browser, site)
    person.context.grant_permissions(["notifications"], origin=site.address)
    person.context.add_init_script(SERVICE)
    person.log_in("operator")
    person.page.wait_for_url(lambda url: not url.endswith("/login"))
    yield person
    person.close()
    assert person.troubles == []


def test_a_browser_is_subscribed_by_a_button_listed_and_removed(person: Person) -> None:
    page = person.open("/account")
    card = page.locator(".card.push")
    expect(card).to_contain_text("没有接收推送的浏览器")
    assert page.evaluate("window.asked") == [], "nobody is asked before he presses"
    card.get_by_role("button", name="推送到此浏览器").click()
    row = card.locator("tr", has_text="Chrome · Linux")
    expect(row).to_be_visible()
    expect(row.locator(".this")).to_be_visible()
    assert page.evaluate("window.asked") == [KEY]
    page.evaluate("push.subscribe(document.querySelector('[data-push-subscribe]'))")
    assert page.evaluate("window.asked") == [KEY], "what it has is given again"
    row.get_by_role("button", name="移除").click()
    expect(card).to_contain_text("没有接收推送的浏览器")
    assert page.evaluate("push.own()") is None


def test_a_browser_that_does_not_allow_it_is_told_the_way_out(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.context.add_init_script(SERVICE)
    person.page.goto(site.address + "/preference?language=en&back=/login")
    person.log_in("operator")
    person.page.wait_for_url(lambda url: not url.endswith("/login"))
    page = person.open("/account")
    page.evaluate("() => { Notification.requestPermission = async () => 'denied'; }")
    page.get_by_role("button", name="Push to this browser").click()
    expect(page.locator("[data-push-trouble=denied]")).to_contain_text("allow this site's notifications")
    page.evaluate("""() => {
        Notification.requestPermission = async () => "granted";
        PushManager.prototype.subscribe = async () => { throw new Error("no service"); };
    }""")
    page.get_by_role("button", name="Push to this browser").click()
    expect(page.locator("[data-push-trouble=failed]")).to_contain_text("push service was not reached")
    expect(page.locator("[data-push-trouble=denied]")).to_be_hidden()
    assert page.evaluate("window.asked") == []
    person.close()
    assert person.troubles == []


def test_a_pushed_message_is_shown_and_its_click_opens_the_link(person: Person, site: Served) -> None:
    page = person.open("/account")
    page.locator("[data-push-subscribe]").click()
    expect(page.locator(".card.push tr .this")).to_be_visible()
    link = f"{site.address}/a/7f3a"
    message = content_of(Outgoing("a" * 32, "", "zh", "高高报警", "3#冷水机组", link="/a/7f3a", urgent=True))
    pusher = Pusher(person)
    told = ["高高报警", "3#冷水机组", "a" * 32, True, link]
    assert pusher.shows(message.decode(), "高高报警") == [told]
    assert pusher.shows(message.decode(), "高高报警") == [told], "a second one takes its place"
    for content, title in (
        ('{"title": "x", "tag": "y", "link": "javascript:alert(1)"}', "x"), ("no JSON", "Steward")
    ):  # fmt: skip
        found = pusher.shows(content, title)
        assert {one[-1] for one in found if one[0] == title} == {f"{site.address}/"}

    (worker,) = person.context.service_workers
    assert worker.evaluate(CLICK, "a" * 32) == [link]


AGAIN_S = 10.0


class Pusher:
    """As the browser's push service would, over the browser's own tools."""

    def __init__(self, person: Person) -> None:
        self._origin = person.site.address
        self._page = person.page
        self._registrations: list[str] = []
        self._session: CDPSession = person.context.new_cdp_session(person.page)
        self._session.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._session.send("ServiceWorker.enable")
        deadline = time.monotonic() + PATIENCE_S
        while not self._registrations:
            assert time.monotonic() < deadline, "the browser told of no worker"
            person.page.wait_for_timeout(50)

    def _note(self, told: dict[str, list[dict[str, str]]]) -> None:
        self._registrations += [
            one["registrationId"] for one in told["registrations"] if one["scopeURL"] == f"{self._origin}/"
        ]

    def push(self, data: str) -> None:
        self._session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self._origin, "registrationId": self._registrations[-1], "data": data},
        )

    def shows(self, data: str, title: str) -> list[list[str]]:
        """What stands on the screen, once this is among it. A busy browser loses a push; it comes again."""
        deadline = time.monotonic() + PATIENCE_S
        pushed_s = float("-inf")
        while True:
            if time.monotonic() - pushed_s > AGAIN_S:
                self.push(data)
                pushed_s = time.monotonic()
            found: list[list[str]] = self._page.evaluate(SHOWN)
            if any(one[0] == title for one in found):
                return found
            assert time.monotonic() < deadline, found
            self._page.wait_for_timeout(50)


def test_the_pages_can_be_put_on_a_phones_home_screen(person: Person, site: Served) -> None:
    page = person.open("/account")
    assert page.locator("link[rel=manifest]").get_attribute("href") == "/manifest.webmanifest"
    manifest = httpx.get(f"{site.address}/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    told = manifest.json()
    assert (told["start_url"], told["display"]) == ("/", "standalone")
    assert httpx.get(site.address + told["icons"][0]["src"]).status_code == 200
    worker = httpx.get(f"{site.address}/worker.js")
    assert (worker.status_code, worker.headers["cache-control"]) == (200, "no-cache")
    assert "worker-src 'self'" in worker.headers["content-security-policy"]
