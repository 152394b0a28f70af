"""SMS and calls by Twilio against a stand-in, through the SDK."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from actors.said import in_language
from business.notifier.channels import twilio_sms, twilio_voice
from business.notifier.channels.port import (
    Answer,
    BadAccount,
    BadMessage,
    BadReceiver,
    Channel,
    ChannelKind,
    NotHanded,
    Outgoing,
    ReceiptKind,
    TryLater,
    Unclear,
)
from business.notifier.channels.twilio_api import KEYS_PATH, pressed, verified, written
from business.notifier.channels.twilio_carrier import Carrier
from business.notifier.channels.twilio_speech import Voices, farewell, speech
from config.secrets import Secret
from tests.business.notifier.channels.contract import HOUSE, nobody_there, owes
from tests.business.notifier.channels.provider import Mood
from tests.business.notifier.channels.twilio_stand_in import (
    ACCOUNT,
    NOW,
    NUMBER,
    SERVICE,
    TOKEN,
    Twilio,
    heard,
)
from tests.drivers.plant import until

KINDS: dict[str, ChannelKind] = {"sms": twilio_sms.KIND, "voice": twilio_voice.KIND}
SITE = "https://steward.example.com"
MESSAGE = Outgoing(
    id="3f2504e04f8941d39a0c0305e82c3301",
    to="+85251234567",
    language="zh",
    subject="高高报警",
    text="锅炉房 1 号锅炉 压力 1.31 MPa",
    link="https://steward.example.com/a/7f3a",
    code="482913",
)
NOW_NS = int(NOW.timestamp()) * 10**9


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with Twilio() as one:
        yield one


@pytest.fixture(params=KINDS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(name: str, url: str, *, token: str = TOKEN, **other: Any) -> Channel:
    options = {"address": url, "account": ACCOUNT, "sender": NUMBER} | other
    return KINDS[name].open(KINDS[name].options(**options), {"token": Secret(token)}, HOUSE)


def impatient(name: str, url: str, deadline_s: float) -> Channel:
    kind: Any = {"sms": twilio_sms.TwilioSms, "voice": twilio_voice.TwilioVoice}[name]
    options = KINDS[name].options(address=url, account=ACCOUNT, sender=NUMBER)
    channel: Channel = kind(options, {"token": Secret(TOKEN)}, deadline_s)
    return channel


async def test_it_owes_what_every_channel_owes(name: str, twilio: Twilio) -> None:
    channel = opened(name, twilio.url)
    await owes(channel, twilio, MESSAGE)
    await channel.close()


async def test_where_nobody_listens_it_is_tried_later(name: str) -> None:
    channel = opened(name, "http://127.0.0.1:9")
    await nobody_there(channel, MESSAGE)
    await channel.close()


async def test_an_answer_that_does_not_come_is_not_waited_for(name: str, twilio: Twilio) -> None:
    channel = impatient(name, twilio.url, 1.0)
    first = opened(name, twilio.url)
    await first.hand_over(MESSAGE)  # Which loads the SDK; that takes its time, too.
    await first.close()
    try:
        twilio.waits.clear()
        twilio.mood = Mood.CLOSES  # When nobody listens any more.
        with pytest.raises(Unclear):
            await channel.hand_over(MESSAGE)
        await until(lambda: len(twilio.messages) + len(twilio.calls) == 2)
        for asked in (channel.check(), channel.receipts([("SM" + "0" * 32, MESSAGE.to, 0)])):
            with pytest.raises(TryLater):
                await asked
    finally:
        twilio.waits.set()
    await channel.close()


async def test_what_was_late_before_it_was_sent_is_tried_again(
    name: str, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can have got it, so nobody gets it twice."""
    thread_goes_on = threading.Event()
    request = Carrier.request

    def late(self: Carrier, *asked: Any, **rest: Any) -> Any:
        thread_goes_on.wait(60)
        return request(self, *asked, **rest)

    monkeypatch.setattr(Carrier, "request", late)
    channel = impatient(name, twilio.url, 0.2)
    try:
        with pytest.raises(TryLater):
            await channel.hand_over(MESSAGE)
    finally:
        thread_goes_on.set()
    again = opened(name, twilio.url)
    await again.hand_over(MESSAGE)
    assert len(twilio.messages) + len(twilio.calls) == 1
    await again.close()
    await channel.close()


async def test_an_sms_says_text_code_and_link(twilio: Twilio) -> None:
    channel = opened("sms", twilio.url)
    handed = await channel.hand_over(MESSAGE)
    taken = twilio.messages[handed.reference]
    assert (taken["to"], taken["from"]) == (MESSAGE.to, NUMBER)
    assert taken["body"] == f"{MESSAGE.text}\n回复代码：482913\n{MESSAGE.link}"
    mainland = await channel.hand_over(replace(MESSAGE, to="+8613800138000"))
    assert "482913" not in twilio.messages[mainland.reference]["body"], "nobody there can reply"
    said_already = await channel.hand_over(replace(MESSAGE, text="reply 482913", link=""))
    assert twilio.messages[said_already.reference]["body"] == "reply 482913"
    long = await channel.hand_over(replace(MESSAGE, text="压力高" * 1000))
    body = twilio.messages[long.reference]["body"]
    assert len(body) == 1600
    assert body.endswith(f"（已截断）\n回复代码：482913\n{MESSAGE.link}")
    await channel.close()


async def test_an_sms_by_a_messaging_service(twilio: Twilio) -> None:
    channel = opened("sms", twilio.url, sender="", service=SERVICE)
    await channel.hand_over(MESSAGE)
    assert f"MessagingServiceSid={SERVICE}".encode() in twilio.requests[-1].body
    assert b"From=" not in twilio.requests[-1].body
    twilio.comes_in(MESSAGE.to, "482913", to="+15005550099")
    assert [one.text for one in await channel.answers(NOW_NS)] == ["482913"]
    await channel.close()


async def test_receipts_are_fetched(twilio: Twilio) -> None:
    channel = opened("sms", twilio.url)
    cases: list[tuple[str, int | None, ReceiptKind | None]] = [
        ("delivered", None, ReceiptKind.DELIVERED),
        ("sent", None, None),
        ("queued", None, None),
        ("undelivered", 30003, ReceiptKind.FAILED),
        ("undelivered", 30005, ReceiptKind.DEAD),
        ("undelivered", 30006, ReceiptKind.DEAD),
        ("failed", 30007, ReceiptKind.FAILED),
        ("failed", 30008, ReceiptKind.FAILED),
        ("failed", 21610, ReceiptKind.DEAD),
    ]
    asked = []
    for status, code, _ in cases:
        handed = await channel.hand_over(MESSAGE)
        changed = twilio.messages[handed.reference]
        changed |= {"status": status, "error_code": code, "price": "-0.00750"}
        changed["date_updated"] = format_datetime(NOW)
        asked.append((handed.reference, MESSAGE.to, 7))
    gone = [("SM" + "f" * 32, MESSAGE.to, 0), ("", MESSAGE.to, 0)]
    found = {one.reference: one for one in await channel.receipts([*asked, *gone])}
    for (reference, _, _), (status, code, kind) in zip(asked, cases, strict=True):
        receipt = found.get(reference)
        assert (receipt.kind if receipt else None) == kind, (status, code)
        if receipt:
            assert (receipt.cost, receipt.time_ns) == (1, NOW_NS)
            assert str(code or "") in receipt.detail
    assert await channel.receipts(gone) == []
    twilio.state = "suspended"
    wrong = opened("sms", twilio.url, token="wrong-token")
    with pytest.raises(BadAccount):
        await wrong.receipts(asked)
    await channel.close()
    await wrong.close()


async def test_answers_are_fetched_page_by_page_and_oldest_first(twilio: Twilio) -> None:
    channel = opened("sms", twilio.url)
    await channel.hand_over(MESSAGE)
    twilio.comes_in("+85251234567", "yesterday", NOW - timedelta(days=1))
    twilio.comes_in("+85251234567", "before", NOW - timedelta(minutes=5))
    first = twilio.comes_in("+85251234567", "482913")
    twilio.comes_in("+85251234567", "to another", to="+15005550099")
    for n in range(130):
        twilio.comes_in("+85259999999", f"{n}", NOW + timedelta(seconds=n))
    answers = await channel.answers(NOW_NS)
    assert [one.text for one in answers] == ["482913", *map(str, range(130))]
    assert answers[0] == Answer(first, "+85251234567", "482913", NOW_NS)
    assert len([one for one in twilio.requests if one.method == "GET"]) == 2
    await channel.close()


async def test_a_call_says_it_twice_and_asks_for_keys(twilio: Twilio) -> None:
    channel = opened("voice", twilio.url, public_url=f"{SITE}/")
    handed = await channel.hand_over(replace(MESSAGE, text="1 号 <锅炉> & 水泵", asks=True))
    twiml = twilio.calls[handed.reference]["twiml"]
    inside, outside = heard(twiml)
    assert inside.count("1 号 <锅炉> & 水泵") == 2
    assert "请按 1" in inside
    assert "没有收到按键" in outside
    gather = ElementTree.fromstring(twiml).find("Gather")
    assert gather is not None
    action = urlsplit(gather.attrib["action"])
    assert f"{action.scheme}://{action.netloc}" == SITE
    assert action.path == KEYS_PATH
    assert parse_qs(action.query) == {"message": [MESSAGE.id]}
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("16", "#")
    await channel.close()


async def test_without_a_public_address_a_call_says_where_to_answer(twilio: Twilio) -> None:
    channel = opened("voice", twilio.url)
    for asks, language in ((True, "en"), (False, "en"), (True, "zh")):
        handed = await channel.hand_over(replace(MESSAGE, asks=asks, language=language))
        inside, outside = heard(twilio.calls[handed.reference]["twiml"])
        assert inside == ""
        assert outside.count(MESSAGE.text) == 2
        assert ("text message" in outside) == (asks and language == "en")
        assert ("短信" in outside) == (asks and language == "zh")
    assert await channel.answers(0) == ()
    await channel.close()


@pytest.mark.parametrize("text", ["压力高" * 2000, "&" * 9000, '<"\x1e\x00>' * 900])
def test_what_is_said_is_cut_to_the_limit_of_a_request(text: str) -> None:
    twiml = speech(text, "zh", Voices(), keys_url=f"{SITE}/k?message=1")
    assert 3900 < len(twiml) <= 4000
    inside, _ = heard(twiml)
    assert "（已截断） 确认请按 1" in inside


async def test_a_call_to_the_mainland_is_refused_at_once(twilio: Twilio) -> None:
    channel = opened("voice", twilio.url)
    with pytest.raises(BadReceiver, match="mainland China") as caught:
        await channel.hand_over(replace(MESSAGE, to="+8613800138000"))
    assert "大陆语音服务商" in in_language(str(caught.value), "zh")
    assert "13800138000" not in str(caught.value)
    assert not twilio.requests
    await channel.close()


async def test_receipts_of_calls(twilio: Twilio) -> None:
    channel = opened("voice", twilio.url)
    wanted = {
        "completed": ReceiptKind.DELIVERED,
        "busy": ReceiptKind.FAILED,
        "no-answer": ReceiptKind.FAILED,
        "failed": ReceiptKind.FAILED,
        "canceled": ReceiptKind.FAILED,
        "ringing": None,
        "in-progress": None,
    }
    asked = []
    for status in wanted:
        handed = await channel.hand_over(MESSAGE)
        twilio.calls[handed.reference] |= {"status": status, "duration": "12", "price": "-0.31"}
        twilio.calls[handed.reference]["end_time"] = format_datetime(NOW)
        asked.append((handed.reference, MESSAGE.to, 0))
    found = {one.reference: one for one in await channel.receipts(asked)}
    for (reference, _, _), kind in zip(asked, wanted.values(), strict=True):
        assert (found[reference].kind if reference in found else None) == kind
    assert {(one.cost, one.time_ns) for one in found.values()} == {(31, NOW_NS)}
    await channel.close()


REFUSED: list[tuple[str, str, str, int, type[NotHanded]]] = [
    ("sms", "to", "+15005550001", 21211, BadReceiver),
    ("sms", "to", "+15005550002", 21612, BadReceiver),
    ("sms", "to", "+15005550003", 21408, BadReceiver),
    ("sms", "to", "+15005550004", 21610, BadReceiver),
    ("sms", "to", "+15005550009", 21614, BadReceiver),
    ("sms", "sender", "+15005550001", 21212, BadAccount),
    ("sms", "sender", "+15005550007", 21606, BadAccount),
    ("sms", "sender", "+15005550008", 21611, TryLater),
    ("voice", "to", "+15005550001", 21217, BadReceiver),
    ("voice", "to", "+15005550002", 21214, BadReceiver),
    ("voice", "to", "+15005550003", 21215, BadReceiver),
    ("voice", "to", "+15005550004", 21216, BadReceiver),
    ("voice", "sender", "+15005550001", 21212, BadAccount),
]


@pytest.mark.parametrize(("of", "what", "value", "code", "kind"), REFUSED)
async def test_twilios_magic_numbers(
    twilio: Twilio, of: str, what: str, value: str, code: int, kind: type[NotHanded]
) -> None:
    channel = opened(of, twilio.url, **({"sender": value} if what == "sender" else {}))
    with pytest.raises(NotHanded, match=str(code)) as caught:
        await channel.hand_over(replace(MESSAGE, to=value) if what == "to" else MESSAGE)
    assert type(caught.value) is kind
    told = str(caught.value)
    assert value[1:] not in told
    assert caught.value.__cause__ is None
    assert in_language(told, "zh") != in_language(told, "en")
    await channel.close()


@pytest.mark.parametrize(
    ("status", "code", "kind", "after_s"),
    [
        (429, 20429, TryLater, 0),
        (400, 63038, TryLater, 3600),
        (400, 30001, TryLater, 0),
        (401, 20003, BadAccount, 0),
        (403, 20005, BadAccount, 0),
        (404, 20404, BadAccount, 0),
        (400, 21617, BadMessage, 0),
        (400, 99999, BadMessage, 0),
        (500, 20500, Unclear, 0),
        (302, 0, BadAccount, 0),
    ],
)
async def test_other_refusals(
    name: str, twilio: Twilio, status: int, code: int, kind: type[NotHanded], after_s: float
) -> None:
    channel = opened(name, twilio.url)
    twilio.refuse = (status, code, f"about {MESSAGE.to}")
    with pytest.raises(NotHanded) as caught:
        await channel.hand_over(MESSAGE)
    assert type(caught.value) is kind
    assert MESSAGE.to[1:] not in str(caught.value)
    assert getattr(caught.value, "after_s", 0) == after_s
    await channel.hand_over(MESSAGE)
    await channel.close()


async def test_a_check_says_what_is_wrong_with_the_account(name: str, twilio: Twilio) -> None:
    channel = opened(name, twilio.url)
    await channel.check()
    twilio.state = "suspended"
    with pytest.raises(BadAccount, match="suspended"):
        await channel.check()
    for token in ("another-token-1", ""):
        wrong = opened(name, twilio.url, token=token)
        with pytest.raises(BadAccount) as caught:
            await wrong.check()
        assert not token or token not in str(caught.value)
        await wrong.close()
    assert {one.method for one in twilio.requests} == {"GET"}, "nothing was sent"
    await channel.close()


@pytest.mark.parametrize(
    "to", ["", "13800138000", "+0123456789", "+1 415 555 0100", "+1415555010012345", "whatsapp:+1"]
)
async def test_what_is_no_number_goes_nowhere(name: str, twilio: Twilio, to: str) -> None:
    channel = opened(name, twilio.url)
    with pytest.raises(BadReceiver):
        await channel.hand_over(replace(MESSAGE, to=to))
    assert not twilio.requests
    await channel.close()


async def test_nothing_secret_is_shown_or_logged(
    name: str, twilio: Twilio, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the SDK would take from the environment leads nowhere else.
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    caplog.set_level(logging.DEBUG)
    for noisy in ("httpx", "httpcore"):  # As in our own processes, `supervisor.log`.
        caplog.set_level(logging.WARNING, logger=noisy)
    channel = opened(name, twilio.url)
    await channel.hand_over(MESSAGE)
    shown = repr(channel) + repr(vars(channel)) + caplog.text
    for secret in (TOKEN, MESSAGE.to[1:], MESSAGE.text):
        assert secret not in shown
    await channel.close()


def test_options_that_cannot_work_are_refused() -> None:
    sms, voice = (one.options for one in KINDS.values())
    for wrong in ({"sender": "", "service": ""}, {"sender": "13800138000"}, {"account": "AC1"}):
        with pytest.raises(ValueError, match="should"):
            sms(**({"account": ACCOUNT, "sender": NUMBER} | wrong))
    for public in ("http://steward.example.com", "https://a/b"):
        with pytest.raises(ValueError, match="should be like"):
            voice(account=ACCOUNT, sender=NUMBER, public_url=public)


# The example of the SDK's own page on validation: https://www.twilio.com/docs/usage/security
PUBLISHED = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


def test_the_published_signature_is_verified() -> None:
    url, token = "https://mycompany.com/myapp.php?foo=1&bar=2", Secret("12345")
    signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert verified(url, PUBLISHED, signature, token)
    assert not verified(url + "3", PUBLISHED, signature, token)
    assert not verified(url, PUBLISHED | {"Digits": "1"}, signature, token)
    assert not verified(url, PUBLISHED, signature, Secret("12346"))
    for nothing in ("", "x" * 28, "签名"):
        assert not verified(url, PUBLISHED, nothing, token)


def test_keys_and_messages_that_twilio_posts_are_read() -> None:
    ours = PUBLISHED | {"Direction": "outbound-api"}
    answer = pressed(ours, 5)
    assert (answer.sender, answer.text, answer.reference) == ("+18005551212", "1234", "CA1234567890ABCDE")
    assert pressed(ours | {"Digits": "1"}, 6).id != answer.id
    assert pressed(PUBLISHED | {"Direction": "inbound"}, 5).sender == "+14158675309"
    sms = {"MessageSid": "SM1", "From": "+85251234567", "To": NUMBER, "Body": " 482913 "}
    assert written(sms, 7) == Answer("SM1", "+85251234567", " 482913 ", 7)
    with pytest.raises(KeyError, match="Digits"):
        pressed({"CallSid": "CA1"}, 0)
    assert heard(farewell("en", Voices()))[1] == "Received. Goodbye."
