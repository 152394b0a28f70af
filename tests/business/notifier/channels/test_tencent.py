"""Tencent Cloud: its signature, messages and calls, what becomes of them, and who answers."""

import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from actors.said import SEPARATOR
from business.notifier.channels import tencent_sms, tencent_voice
from business.notifier.channels.mainland import told_ns
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    NotHanded,
    Outgoing,
    ReceiptKind,
    TryLater,
    Unclear,
)
from business.notifier.channels.tencent_api import authorization, refused
from business.notifier.channels.tencent_sms import TencentSms, TencentSmsOptions
from business.notifier.channels.tencent_voice import TencentVoice, TencentVoiceOptions
from config.secrets import Secret
from tests.business.notifier.channels.contract import HOUSE, nobody_there, owes
from tests.business.notifier.channels.provider import Mood
from tests.business.notifier.channels.tencent_stand_in import APP_ID, SECRET_ID, SECRET_KEY, SIGN, Tencent

TO = "+8613800138000"
ID = "0123456789abcdef0123456789abcdef"


class Clock:
    def __init__(self) -> None:
        self.now = told_ns("2026-03-05 12:00:00") / 1e9

    def __call__(self) -> float:
        return self.now

    def wall_ns(self) -> int:
        return int(self.now * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Iterator[Tencent]:
    with Tencent(clock) as cloud:
        yield cloud


def sms_options(url: str, **changed: Any) -> TencentSmsOptions:
    told = {"secret_id": SECRET_ID, "app_id": APP_ID, "sign_name": SIGN, "endpoint": url, **changed}
    return TencentSmsOptions(**told)


def voice_options(url: str, **changed: Any) -> TencentVoiceOptions:
    return TencentVoiceOptions(**{"secret_id": SECRET_ID, "app_id": APP_ID, "endpoint": url, **changed})


@pytest.fixture
async def sms(cloud: Tencent, clock: Clock) -> AsyncIterator[TencentSms]:
    channel = TencentSms(sms_options(cloud.url), Secret(SECRET_KEY), wall_ns=clock.wall_ns)
    yield channel
    await channel.close()


@pytest.fixture
async def voice(cloud: Tencent, clock: Clock) -> AsyncIterator[TencentVoice]:
    channel = TencentVoice(voice_options(cloud.url), Secret(SECRET_KEY), wall_ns=clock.wall_ns)
    yield channel
    await channel.close()


def text(to: str = TO, template: str = "1110", variables: dict[str, str] | None = None) -> Outgoing:
    filled = {"2": "3号楼", "1": "温度过高"} if variables is None else variables
    return Outgoing(ID, to, "zh", "报警", "3号楼温度过高", template, filled)


def call(*, asks: bool = False, template: str = "4356", to: str = TO) -> Outgoing:
    return Outgoing(ID, to, "zh", "报警", "水泵停机", template, {"1": "水泵停机"}, asks=asks)


PUBLISHED = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'


@pytest.mark.parametrize(
    ("key_id", "key", "action", "signature"),
    [
        (
            "AKID" + "*" * 32,
            "*" * 32,
            {"x-tc-action": "DescribeInstances"},
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
        ),
        (
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
            {},
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        ),
    ],
)
def test_a_signature_is_that_of_the_published_examples(
    key_id: str, key: str, action: dict[str, str], signature: str
) -> None:
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com", **action}
    signed = authorization(headers, PUBLISHED, 1551113065, "cvm", key_id, Secret(key))
    assert signed == (
        f"TC3-HMAC-SHA256 Credential={key_id}/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders={';'.join(headers)}, Signature={signature}"
    )


async def test_messages_owe_what_every_channel_owes(cloud: Tencent, sms: TencentSms) -> None:
    await owes(sms, cloud, text())


async def test_calls_owe_what_every_channel_owes(cloud: Tencent, voice: TencentVoice) -> None:
    await owes(voice, cloud, call())
    assert len(cloud.sent) == 3  # what was asked, and none by the check


async def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    secrets = {"secret-key": Secret(SECRET_KEY)}
    by_sms = tencent_sms.KIND.open(sms_options(url), secrets, HOUSE)
    by_voice = tencent_voice.KIND.open(voice_options(url), secrets, HOUSE)
    await nobody_there(by_sms, text())
    await nobody_there(by_voice, call())
    await by_sms.close()
    await by_voice.close()


async def test_with_the_clock_of_this_machine_the_gateway_agrees() -> None:
    with Tencent(time.time) as cloud:
        channel = tencent_sms.KIND.open(sms_options(cloud.url), {"secret-key": Secret(SECRET_KEY)}, HOUSE)
        await channel.check()
        await channel.close()


async def test_a_message_is_sent_as_its_template_wants(cloud: Tencent, sms: TencentSms) -> None:
    handed = await sms.hand_over(text())
    await sms.hand_over(text(template="1111", variables={}))
    assert handed.reference == cloud.sent[0].reference
    assert cloud.sent[0].content == "1110|温度过高|3号楼"
    assert cloud.sent[0].session == ID
    assert cloud.sent[1].content == "1111"


async def test_the_tenth_variable_is_the_tenth(cloud: Tencent, sms: TencentSms) -> None:
    cloud.account.templates["1112"] = 11
    variables = {str(place): f"v{place}" for place in reversed(range(1, 12))}
    await sms.hand_over(text(template="1112", variables=variables))
    assert cloud.sent[0].content.endswith("v9|v10|v11")


async def test_receipts_are_asked_for_by_number_and_told_again(
    cloud: Tencent, sms: TencentSms, clock: Clock
) -> None:
    references = [((await sms.hand_over(text())).reference, TO, clock.wall_ns()) for _ in range(3)]
    assert await sms.receipts(references) == []
    for one, status, words in zip(cloud.sent, ("SUCCESS", "FAIL"), ("DELIVRD", "UNDELIV"), strict=False):
        one.status, one.description, one.received = status, words, int(clock.now) + 5
    asked = len(cloud.requests)
    for _ in range(2):
        delivered, failed = await sms.receipts(references)
        assert (delivered.reference, delivered.kind) == (references[0][0], ReceiptKind.DELIVERED)
        assert delivered.time_ns == clock.wall_ns() + 5_000_000_000
        assert (failed.reference, failed.kind, failed.detail) == (
            references[1][0],
            ReceiptKind.FAILED,
            "UNDELIV",
        )
    assert len(cloud.requests) == asked + 2  # one for the number, however many messages
    assert [one.reference for one in await sms.receipts(references[:1])] == [references[0][0]]


async def test_receipts_older_than_the_provider_keeps_are_asked_for_as_far_as_it_does(
    sms: TencentSms, clock: Clock
) -> None:
    assert await sms.receipts([("5000:1", TO, clock.wall_ns() - 30 * 86_400 * 10**9)]) == []


async def test_replies_are_pulled(cloud: Tencent, sms: TencentSms, clock: Clock) -> None:
    assert await sms.answers(0) == []
    cloud.reply("13800138000", "收到 K7", int(clock.now))
    cloud.reply("13800138000", "收到 K8", int(clock.now))
    first, second = await sms.answers(0)
    assert (first.sender, first.text, first.time_ns) == (TO, "收到 K7", clock.wall_ns())
    assert first.id != second.id
    assert "138" not in first.id
    assert TO not in repr(first)
    assert await sms.answers(0) == []


async def test_no_more_replies_are_pulled_than_one_answer_holds(
    cloud: Tencent, sms: TencentSms, clock: Clock
) -> None:
    for place in range(130):
        cloud.reply("13800138000", f"{place}", int(clock.now))
    assert len(await sms.answers(0)) == 100
    assert len(await sms.answers(0)) == 30


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        (text(template="9"), BadMessage, "TemplateIncorrectOrUnapproved"),
        (text(variables={"1": "x"}), BadMessage, "TemplateIncorrectOrUnapproved"),
        (text(variables={"1": "x" * 13, "2": "y"}), BadMessage, "TemplateParameterLengthLimit"),
        (text(variables={"1": "http://a.cn", "2": "y"}), BadMessage, "ProhibitedUseUrl"),
        (text(variables={"what": "x", "where": "y"}), BadMessage, "what"),
        (text(template=""), BadMessage, "模板"),
        (text(to="+4915112345678"), BadReceiver, "5678"),
        (text(to="+8613900139000"), BadReceiver, "PhoneNumberInBlacklist"),
    ],
)
async def test_a_refused_message_says_why_in_both_languages(
    cloud: Tencent, sms: TencentSms, message: Outgoing, kind: type[NotHanded], code: str
) -> None:
    cloud.account.blacklist.add("13900139000")
    with pytest.raises(kind) as told:
        await sms.hand_over(message)
    zh, separator, en = str(told.value).partition(SEPARATOR)
    assert separator
    assert code in zh
    assert en.isascii()
    assert message.to[3:] not in str(told.value)


async def test_an_account_in_trouble_is_told_apart(cloud: Tencent, sms: TencentSms, clock: Clock) -> None:
    cloud.account.package = False
    with pytest.raises(BadAccount, match="InsufficientBalanceInSmsPackage"):
        await sms.hand_over(text())
    cloud.account.package = True
    for changed, key, code in (
        ({"sign_name": "别人"}, SECRET_KEY, "SignatureIncorrectOrUnapproved"),
        ({"app_id": "1400009999"}, SECRET_KEY, "SmsSdkAppIdVerifyFail"),
        ({"secret_id": "AKIDnobody"}, SECRET_KEY, "AuthFailure.SecretIdNotFound"),
        ({}, "wrong", "AuthFailure.SignatureFailure"),
    ):
        channel = TencentSms(sms_options(cloud.url, **changed), Secret(key), wall_ns=clock.wall_ns)
        with pytest.raises(BadAccount, match=code) as told:
            await channel.hand_over(text())
        assert "138" not in str(told.value)
        await channel.close()
    clock.now += 301
    cloud.now = Clock()
    with pytest.raises(BadAccount, match=r"AuthFailure\.SignatureExpire"):
        await sms.check()


async def test_a_numbers_limits_are_waited_for(cloud: Tencent, sms: TencentSms, clock: Clock) -> None:
    cloud.limits.thirty_seconds, cloud.limits.hour, cloud.limits.day = 1, 2, 3
    waits = []
    for _ in range(6):
        try:
            await sms.hand_over(text())
        except TryLater as later:
            waits.append(later.after_s)
            clock.now += later.after_s + 1
    assert waits == [30.0, 30.0, 3600.0]
    clock.now += 31
    with pytest.raises(TryLater, match="PhoneNumberDailyLimit") as later_still:
        await sms.hand_over(text())
    assert later_still.value.after_s == 3600.0


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("InternalError.Timeout", Unclear),
        ("InternalError.SendAndRecvFail", Unclear),
        ("InternalError.UnknownError", TryLater),
        ("RequestLimitExceeded", TryLater),
        ("LimitExceeded.AppDailyLimit", BadAccount),
        ("UnauthorizedOperation.SerivceSuspendDueToArrears", BadAccount),
        ("UnsupportedOperation.UnsuportedRegion", BadReceiver),
        ("FailedOperation.ContainSensitiveWord", BadMessage),
        ("SomethingNew", BadAccount),
    ],
)
def test_what_codes_mean(code: str, kind: type[NotHanded]) -> None:
    assert type(refused(code, "the number +8613800138000 is wrong")) is kind
    assert "13800138000" not in str(refused(code, "the number +8613800138000 is wrong"))


async def test_a_call_tells_and_that_is_all(cloud: Tencent, voice: TencentVoice, clock: Clock) -> None:
    handed = await voice.hand_over(call(asks=True))
    assert handed.reference == cloud.sent[0].reference
    assert cloud.sent[0].content == "4356|水泵停机"
    assert await voice.receipts([(handed.reference, TO, clock.wall_ns())]) == ()
    assert await voice.answers(0) == ()
    assert not tencent_voice.KIND.answered


async def test_the_check_of_calls_finds_a_wrong_key_and_calls_nobody(cloud: Tencent, clock: Clock) -> None:
    for changed, key in (({}, "wrong"), ({"secret_id": "AKIDnobody"}, SECRET_KEY)):
        channel = TencentVoice(voice_options(cloud.url, **changed), Secret(key), wall_ns=clock.wall_ns)
        with pytest.raises(BadAccount):
            await channel.check()
        await channel.close()
    assert cloud.sent == []


async def test_a_refused_call(cloud: Tencent, voice: TencentVoice) -> None:
    with pytest.raises(BadMessage, match="TemplateIncorrectOrUnapproved"):
        await voice.hand_over(call(template="9"))
    with pytest.raises(BadReceiver):
        await voice.hand_over(call(to="+85291234567"))
    cloud.account.package = False
    with pytest.raises(BadAccount, match="InsufficientBalanceInVoicePackage"):
        await voice.hand_over(call())
    cloud.account.package, cloud.limits.thirty_seconds = True, 0
    with pytest.raises(TryLater):
        await voice.hand_over(call())


async def test_no_secret_is_shown(cloud: Tencent, sms: TencentSms, voice: TencentVoice) -> None:
    for mood in (Mood.BROKEN, Mood.CLOSES, Mood.RUBBISH):
        cloud.mood = mood
        for channel, message in ((sms, text()), (voice, call())):
            with pytest.raises(NotHanded) as told:
                await channel.hand_over(message)
            shown = f"{told.value!r} {told.value} {told.value.__cause__!r}"
            for hidden in (SECRET_KEY, "13800138000", "温度过高", "水泵停机"):
                assert hidden not in shown
    for thing in (sms, voice, sms._api, text(), call()):
        for hidden in (SECRET_KEY, "13800138000", "温度过高"):
            assert hidden not in repr(thing)
