"""Push messages to browsers, against a service that refuses what the real ones would."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from actors.said import in_language
from business.notifier.channels import web_push
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    Channel,
    Outgoing,
    TryLater,
    Unclear,
)
from business.notifier.channels.push_crypto import decoded, encoded, new_key_pair, point, private_key, sealed
from business.notifier.channels.web_push import MOST_BYTES, WebPushTable
from config.secrets import Secret
from tests.business.notifier.channels.contract import HOUSE, owes
from tests.business.notifier.channels.provider import Mood, Response
from tests.business.notifier.channels.push_stand_in import Browser, PushService

KEYS = new_key_pair()
MESSAGE = Outgoing(
    id="0123456789abcdef" * 2,
    to="",
    language="zh",
    subject="高高报警",
    text="3#冷水机组 85.2 ℃",
    link="https://steward.example.com/a/7f3a",
    urgent=True,
)


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as one:
        yield one


@pytest.fixture
def browser(service: PushService) -> Browser:
    return service.browser(KEYS.public)


def opened(*, secret: str = KEYS.private, **options: Any) -> Channel:
    told = {"contact": "mailto:admin@example.com", "public_key": KEYS.public, "to_private": True} | options
    return web_push.KIND.open(WebPushTable(**told), {"private-key": Secret(secret)}, HOUSE)


async def test_it_owes_what_every_channel_owes(service: PushService, browser: Browser) -> None:
    channel = opened()
    await owes(channel, service, replace(MESSAGE, to=browser.subscription()))
    assert await channel.receipts([("", "", 0)]) == ()
    assert await channel.answers(0) == ()
    await channel.close()


async def test_where_nobody_listens_it_is_tried_later(browser: Browser) -> None:
    channel = opened()
    for endpoint in ("http://127.0.0.1:9/push/x", "https://push.invalid/x"):
        with pytest.raises(TryLater):
            await channel.hand_over(replace(MESSAGE, to=browser.subscription(endpoint=endpoint)))
    await channel.close()


async def test_the_browser_reads_it_and_a_repeat_takes_its_place(
    service: PushService, browser: Browser
) -> None:
    channel = opened(ttl_s=60)
    for urgent in (True, False):
        await channel.hand_over(replace(MESSAGE, to=browser.subscription(), urgent=urgent))
    first, second = service.messages
    assert first.told == {
        "title": MESSAGE.subject,
        "body": MESSAGE.text,
        "link": MESSAGE.link,
        "tag": MESSAGE.id,
        "urgent": True,
    }
    assert (first.ttl, first.urgency, second.urgency) == (60, "high", "normal")
    assert first.topic == second.topic == MESSAGE.id
    assert service.requests[0].body != service.requests[1].body, "a key and a salt for each message"
    await channel.close()


async def test_a_long_text_is_cut_to_what_services_take(service: PushService, browser: Browser) -> None:
    channel = opened()
    to = browser.subscription()
    for text in ("压力高" * 9_000, '\\"\n' * 20_000):
        await channel.hand_over(replace(MESSAGE, to=to, text=text))
    for message in service.messages:
        assert "（已截断）" in message.told["body"]
        assert message.told["link"] == MESSAGE.link
        assert MOST_BYTES - 100 < message.size - 103 <= MOST_BYTES, "it is cut no shorter than needed"
    with pytest.raises(BadMessage, match="shorten"):
        await channel.hand_over(replace(MESSAGE, to=to, link="https://x/" + "y" * MOST_BYTES))
    await channel.close()


async def test_a_subscription_that_has_ended_is_a_dead_receiver(
    service: PushService, browser: Browser
) -> None:
    channel = opened()
    unknown = browser.subscription(endpoint=f"{service.url}/push/unknown")
    service.forget(browser)
    for to in (browser.subscription(), unknown):
        with pytest.raises(BadReceiver, match="HTTP 4"):
            await channel.hand_over(replace(MESSAGE, to=to))
    await channel.close()


async def test_a_busy_service_is_tried_again_when_it_says(service: PushService, browser: Browser) -> None:
    channel = opened()
    service.busy_s = "120"
    with pytest.raises(TryLater) as caught:
        await channel.hand_over(replace(MESSAGE, to=browser.subscription()))
    assert caught.value.after_s == 120
    await channel.close()


async def test_keys_under_which_nobody_subscribed_are_the_accounts_fault(
    service: PushService, browser: Browser
) -> None:
    other = new_key_pair()
    channel = opened(secret=other.private, public_key=other.public)
    await channel.check()
    with pytest.raises(BadAccount, match="HTTP 403") as caught:
        await channel.hand_over(replace(MESSAGE, to=browser.subscription()))
    told = str(caught.value)
    assert in_language(told, "zh") != in_language(told, "en")
    assert browser.token not in told + repr(caught.value)
    await channel.close()


async def test_a_clock_that_is_wrong_is_the_accounts_fault() -> None:
    with PushService(lambda: 1_700_000_000.0) as service:
        channel = opened()
        with pytest.raises(BadAccount, match="HTTP 401"):
            await channel.hand_over(replace(MESSAGE, to=service.browser(KEYS.public).subscription()))
        await channel.close()


@pytest.mark.parametrize(("secret", "why"), [("", "set it"), ("short", "new pair"), ("=", "new pair")])
async def test_a_private_key_that_is_none_is_named(browser: Browser, secret: str, why: str) -> None:
    channel = opened(secret=secret)
    for asked in (channel.check(), channel.hand_over(replace(MESSAGE, to=browser.subscription()))):
        with pytest.raises(BadAccount, match=why):
            await asked
    unlike = opened(secret=new_key_pair().private)
    with pytest.raises(BadAccount, match="no pair"):
        await unlike.check()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "+8613800138000",
        "[]",
        '"x"',
        "{}",
        '{"endpoint": "https://x.example/1"}',
        '{"endpoint": 5, "keys": {"p256dh": "", "auth": ""}}',
    ],
)
async def test_what_is_no_subscription_is_a_bad_receiver(to: str) -> None:
    with pytest.raises(BadReceiver, match="subscribe there anew"):
        await opened().hand_over(replace(MESSAGE, to=to))


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "AAAA", "auth": "A" * 22},
        {"p256dh": encoded(b"\x04" + bytes(64)), "auth": "A" * 22},
        {"p256dh": KEYS.public, "auth": "AAAA"},
        {"p256dh": KEYS.public, "auth": "!" * 22},
    ],
)
async def test_keys_that_are_none_are_a_bad_receiver(browser: Browser, keys: dict[str, str]) -> None:
    with pytest.raises(BadReceiver, match="subscribe there anew"):
        await opened().hand_over(replace(MESSAGE, to=browser.subscription(keys=keys)))


INSIDE = [
    "127.0.0.1", "localhost", "[::1]", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "[fd00::1]", "[fe80::1]", "[::ffff:10.1.2.3]", "2130706433",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
async def test_nothing_is_sent_into_the_own_network(browser: Browser, host: str) -> None:
    channel = opened(to_private=False)
    with pytest.raises(BadReceiver, match="nothing is sent to"):
        await channel.hand_over(replace(MESSAGE, to=browser.subscription(endpoint=f"https://{host}/x")))
    await channel.close()


@pytest.mark.parametrize(
    "endpoint", ["http://push.example.com/x", "ftp://x.example/1", "https://u:p@x.example/1", "file:///etc"]
)
async def test_nothing_is_sent_unencrypted(browser: Browser, endpoint: str) -> None:
    with pytest.raises(BadReceiver, match="subscribe there anew"):
        await opened(to_private=False).hand_over(replace(MESSAGE, to=browser.subscription(endpoint=endpoint)))


async def test_an_answer_that_is_no_push_services_leaves_it_unclear(
    service: PushService, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = opened()
    for status in (302, 418):
        monkeypatch.setattr(service, "answer", lambda _request, status=status: Response(status))
        with pytest.raises(Unclear):
            await channel.hand_over(replace(MESSAGE, to=browser.subscription()))
    service.mood = Mood.WELL
    monkeypatch.setattr(service, "answer", lambda _request: Response(200))
    await channel.hand_over(replace(MESSAGE, to=browser.subscription()))
    await channel.close()


def test_the_published_example_is_sealed_to_the_letter() -> None:
    """RFC 8291, appendix A."""
    body = sealed(
        b"When I grow up, I want to be a watermelon",
        decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        own=private_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert encoded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_new_pair_is_a_pair_that_browsers_take() -> None:
    pair = new_key_pair()
    assert encoded(point(private_key(pair.private).public_key())) == pair.public
    assert len(pair.public) == 87
    assert WebPushTable(contact="https://example.com", public_key=pair.public).ttl_s == 3_600
    assert pair != new_key_pair()
    assert isinstance(private_key(pair.private).curve, ec.SECP256R1)


def test_what_the_browser_reads_is_one_object_of_five_fields() -> None:
    told = json.loads(web_push.content_of(MESSAGE))
    assert set(told) == {"title", "body", "link", "tag", "urgent"}


@pytest.mark.parametrize("contact", ["admin@example.com", "http://example.com", "mailto:", ""])
def test_the_contact_is_one_that_services_take(contact: str) -> None:
    with pytest.raises(ValueError, match="contact"):
        WebPushTable(contact=contact, public_key=KEYS.public)
