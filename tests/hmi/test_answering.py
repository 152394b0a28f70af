"""The page behind a link, and what Twilio posts, without a session (S4-6.6.10, N05)."""

import re
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from playwright.sync_api import Browser, expect

from business.notifier.channels.twilio_api import KEYS_PATH
from tests.hmi.browsing import Person, Served
from tests.hmi.notifier_stand_in import ENGLISH_TOKEN, SID, TOKEN, TWIML

CHINESE = re.compile("[一-鿿]")


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def fetch(url: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    request = Request(url, urlencode(form).encode() if form is not None else None, headers)
    try:
        with build_opener(_Stay).open(request, timeout=45) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers.items())
    except HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers.items())


@pytest.fixture
def phone(browser: Browser, site: Served) -> Iterator[Person]:
    person = Person(browser, site, width=390, height=780)
    yield person
    person.close()
    assert person.troubles == []


def test_a_wrong_link_says_so_in_both_languages_and_nothing_else(site: Served) -> None:
    for path in ("/a/wrong", "/a/" + "x" * 500):
        status, text, headers = fetch(site.address + path)
        assert status == 404
        assert "链接无效或已过期" in text
        assert "wrong or over" in text
        assert "空调" not in text
        assert headers["referrer-policy"] == "no-referrer"
    assert fetch(site.address + "/a/wrong", {"progress": "done"})[0] == 404
    assert fetch(site.address + f"/a/{TOKEN}", {"progress": "nonsense"})[0] == 404
    assert fetch(site.address + f"/a/{TOKEN}", {})[0] == 404


def test_opening_a_link_changes_nothing_and_may_not_be_kept_or_found(site: Served) -> None:
    fetch(f"{site.address}/a/{TOKEN}")
    status, text, headers = fetch(f"{site.address}/a/{TOKEN}")
    assert status == 200
    assert "呼叫中" in text
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert not re.search(r'(href|src|action)="https?:', text), "it leads nowhere else"


def test_a_button_answers_and_the_page_says_how_far_it_is(phone: Person, site: Served) -> None:
    page = phone.page
    page.goto(f"{site.address}/a/{TOKEN}")
    expect(page.locator("h1")).to_contain_text("送风温度过高")
    expect(page.locator(".facts")).to_contain_text("示范园区 A 座 一层")
    expect(page.locator("button")).to_have_text(
        ["确认收到", "我已出发", "我已到场", "处理完成", "我去不了，转交下一位"]
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert min(one.bounding_box()["height"] for one in page.locator("button").all()) >= 48  # type: ignore[index]
    page.get_by_role("button", name="我已出发").click()
    expect(page.get_by_role("status")).to_have_text("已记录：在途。")
    expect(page.locator(".facts")).to_contain_text("在途：Operator")
    told = site.command("AnswerByLink")
    assert TOKEN not in told["body"], "a token is no thing for a log"
    assert "on-the-way" in told["body"]
    expect(page.locator("button")).to_have_text(["我已到场", "处理完成"])
    page.goto(f"{site.address}/a/{ENGLISH_TOKEN}")
    told_en = page.locator(".panel").inner_text().replace("操作员", "")
    assert not CHINESE.search(told_en)
    expect(page.locator("button")).to_have_text(["I am there", "It is done"])


def test_a_foreign_origin_may_answer_for_the_token_is_the_key(site: Served) -> None:
    """Without a referrer browsers say that the origin of a form is null."""
    status, _, headers = fetch(f"{site.address}/a/{TOKEN}", {"progress": "on-site"}, Origin="null")
    assert status == 303
    assert headers["location"] == f"/a/{TOKEN}?said=on-site"


def test_while_the_notifier_is_away_nothing_is_promised(site: Served) -> None:
    site.tell(notifier=False)
    try:
        while (status := fetch(f"{site.address}/a/{TOKEN}")[0]) == 200:
            pass
        assert status == 503
        status, text, _ = fetch(f"{site.address}/a/{TOKEN}", {"progress": "done"})
        assert status == 503
        assert "没有记录" in text
        assert "nothing was recorded" in text
    finally:
        site.tell(notifier=True)


def test_what_twilio_posts_is_handed_on_as_it_came(site: Served) -> None:
    form = {"AccountSid": SID, "CallSid": "CA1", "Digits": "1", **{f"Extra{n}": "x" for n in range(40)}}
    url = f"{site.address}{KEYS_PATH}?message=m-1"
    while fetch(f"{site.address}/a/{TOKEN}")[0] == 503:
        pass
    status, text, headers = fetch(url, form, **{"X-Twilio-Signature": "right"})
    assert (status, text) == (200, TWIML)
    assert headers["content-type"].startswith("text/xml")
    told = site.command("ProviderCalled")
    assert f"https://steward.example.com{KEYS_PATH}?message=m-1" in told["body"], "as Twilio sees it"
    assert told["fields"] == form
    assert fetch(url, form, **{"X-Twilio-Signature": "wrong"})[0] == 403
    assert fetch(url, {**form, "AccountSid": "AC" + "0" * 32}, **{"X-Twilio-Signature": "right"})[0] == 404
    assert fetch(url)[0] in {404, 405}


def test_one_address_may_not_try_for_ever(site: Served) -> None:
    """The last of the module, since all its requests come from one address."""
    found = {fetch(f"{site.address}/a/guess-{number}")[0] for number in range(80)}
    assert found == {404, 429}
    assert fetch(f"{site.address}/a/{TOKEN}", {"progress": "done"})[0] == 429
