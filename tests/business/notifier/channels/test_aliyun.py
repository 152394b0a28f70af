"""Alibaba Cloud: its signature, messages and calls, what becomes of them, and who answers."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from actors.said import SEPARATOR
from business.notifier.channels import aliyun_sms, aliyun_voice
from business.notifier.channels.aliyun_api import AliyunApi, authorization
from business.notifier.channels.aliyun_sms import AliyunSms, AliyunSmsOptions
from business.notifier.channels.aliyun_voice import AliyunVoice, AliyunVoiceOptions
from business.notifier.channels.mainland import CHINA, e164, told_ns
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    NotHanded,
    Outgoing,
    ReceiptKind,
    TryLater,
)
from config.secrets import Secret
from tests.business.notifier.channels.aliyun_queue_stand_in import LIFE_S, VISIBLE_AGAIN_S
from tests.business.notifier.channels.aliyun_stand_in import KEY, KEY_ID, SIGN, Aliyun, told
from tests.business.notifier.channels.contract import nobody_there, owes
from tests.business.notifier.channels.provider import Mood

TO = "+8613800138000"
ID = "0123456789abcdef0123456789abcdef"


class Clock:
    def __init__(self, text: str) -> None:
        self.now = told_ns(text) / 1e9

    def __call__(self) -> float:
        return self.now

    def wall_ns(self) -> int:
        return int(self.now * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock("2026-03-05 12:00:00")


@pytest.fixture
def cloud(clock: Clock) -> Iterator[Aliyun]:
    with Aliyun(clock) as cloud:
        yield cloud


def sms_options(cloud: Aliyun, **changed: Any) -> AliyunSmsOptions:
    addresses = dict.fromkeys(("endpoint", "token_endpoint", "queue_endpoint"), cloud.url)
    queue = cloud.queues.subscribe("SmsUp")
    told = {"access_key_id": KEY_ID, "sign_name": SIGN, "reply_queue": queue, **addresses, **changed}
    return AliyunSmsOptions(**told)


def voice_options(cloud: Aliyun, **changed: Any) -> AliyunVoiceOptions:
    addresses = dict.fromkeys(("endpoint", "token_endpoint", "queue_endpoint"), cloud.url)
    queue = cloud.queues.subscribe("VoiceReport")
    told = {"access_key_id": KEY_ID, "show_number": "05711234567", "key_queue": queue, **addresses, **changed}
    return AliyunVoiceOptions(**told)


@pytest.fixture
async def sms(cloud: Aliyun, clock: Clock) -> AsyncIterator[AliyunSms]:
    channel = AliyunSms(sms_options(cloud), Secret(KEY), wall_ns=clock.wall_ns)
    yield channel
    await channel.close()


@pytest.fixture
async def voice(cloud: Aliyun, clock: Clock) -> AsyncIterator[AliyunVoice]:
    channel = AliyunVoice(voice_options(cloud), Secret(KEY), wall_ns=clock.wall_ns)
    yield channel
    await channel.close()


def text(to: str = TO, template: str = "SMS_1000", variables: dict[str, str] | None = None) -> Outgoing:
    filled = {"what": "温度过高", "where": "3号楼"} if variables is None else variables
    return Outgoing(ID, to, "zh", "报警", "3号楼温度过高", template, filled)


def call(*, asks: bool = False, template: str = "TTS_2000", to: str = TO) -> Outgoing:
    return Outgoing(ID, to, "zh", "报警", "水泵停机", template, {"what": "水泵停机"}, asks=asks)


@pytest.mark.parametrize(
    ("date", "nonce", "signature"),
    [
        (
            "2023-10-26T10:22:32Z",
            "3156853299f313e23d1673dc12e1703d",
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        ),
        (
            "2023-10-26T09:01:01Z",
            "d410180a5abf7fe235dd9b74aca91fc0",
            "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804",
        ),
    ],
)
def test_a_signature_is_that_of_the_published_examples(date: str, nonce: str, signature: str) -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": "2014-05-26",
    }
    query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    signed = authorization("POST", query, headers, "YourAccessKeyId", Secret("YourAccessKeySecret"))
    assert signed == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        f"x-acs-date;x-acs-signature-nonce;x-acs-version,Signature={signature}"
    )


async def test_messages_owe_what_every_channel_owes(cloud: Aliyun, sms: AliyunSms) -> None:
    await owes(sms, cloud, text())


async def test_calls_owe_what_every_channel_owes(cloud: Aliyun, voice: AliyunVoice) -> None:
    await owes(voice, cloud, call())
    await owes(voice, cloud, call(asks=True))


async def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    by_sms = aliyun_sms.KIND.open(
        AliyunSmsOptions(access_key_id=KEY_ID, sign_name=SIGN, endpoint=url), {"access-key": Secret(KEY)}
    )
    by_voice = aliyun_voice.KIND.open(
        AliyunVoiceOptions(access_key_id=KEY_ID, endpoint=url), {"access-key": Secret(KEY)}
    )
    await nobody_there(by_sms, text())
    await nobody_there(by_voice, call())
    await by_sms.close()
    await by_voice.close()


async def test_with_the_clock_of_this_machine_the_gateway_agrees() -> None:
    with Aliyun(time.time) as cloud:
        channel = aliyun_sms.KIND.open(sms_options(cloud), {"access-key": Secret(KEY)})
        await channel.check()
        await channel.close()


async def test_a_message_is_sent_as_its_template_wants(cloud: Aliyun, clock: Clock) -> None:
    channel = AliyunSms(sms_options(cloud, extend_code="90999"), Secret(KEY), wall_ns=clock.wall_ns)
    handed = await channel.hand_over(text(variables={"what": "a&b=c ~*+/“”", "where": "é"}))
    await channel.hand_over(text(template="SMS_1001", variables={}))
    await channel.close()
    first, second = cloud.sent
    assert handed.reference == first.reference
    assert first.number == "13800138000"
    assert first.parameters["OutId"] == ID
    assert first.parameters["SmsUpExtendCode"] == "90999"
    assert "a&b=c ~*+/“”" in first.parameters["TemplateParam"]
    assert "TemplateParam" not in second.parameters


async def test_receipts_tell_what_the_operator_has_told(cloud: Aliyun, sms: AliyunSms, clock: Clock) -> None:
    references = [((await sms.hand_over(text())).reference, TO, clock.wall_ns()) for _ in range(3)]
    assert await sms.receipts(references) == []
    cloud.sent[0].status, cloud.sent[0].code, cloud.sent[0].ended = 3, "DELIVERED", clock.now + 5
    cloud.sent[1].status, cloud.sent[1].code, cloud.sent[1].ended = 2, "MOBILE_NOT_ON_SERVICE", clock.now + 9
    delivered, failed = await sms.receipts(references)
    assert (delivered.reference, delivered.kind) == (references[0][0], ReceiptKind.DELIVERED)
    assert delivered.time_ns == clock.wall_ns() + 5_000_000_000
    assert (failed.reference, failed.kind) == (references[1][0], ReceiptKind.FAILED)
    assert failed.detail == "MOBILE_NOT_ON_SERVICE"


async def test_a_receipt_is_found_on_either_side_of_midnight(
    cloud: Aliyun, sms: AliyunSms, clock: Clock
) -> None:
    clock.now = told_ns("2026-03-05 23:59:59") / 1e9
    before_ns = clock.wall_ns()
    clock.now += 2
    handed = await sms.hand_over(text())
    cloud.sent[0].status, cloud.sent[0].ended = 3, clock.now
    [receipt] = await sms.receipts([(handed.reference, TO, before_ns)])
    assert receipt.kind is ReceiptKind.DELIVERED


async def test_one_question_that_fails_does_not_hide_the_others(
    cloud: Aliyun, sms: AliyunSms, clock: Clock
) -> None:
    handed = await sms.hand_over(text())
    cloud.sent[0].status, cloud.sent[0].ended = 3, clock.now
    asked = [(handed.reference, TO, clock.wall_ns()), ("1^0", "+4930123456", clock.wall_ns())]
    assert len(await sms.receipts(asked)) == 1
    with pytest.raises(BadReceiver):
        await sms.receipts(asked[1:])
    cloud.mood = Mood.BROKEN
    with pytest.raises(TryLater):
        await sms.receipts(asked[:1])


def reply(number: str = "13800138000", content: str = "1", sequence: int = 7) -> dict[str, Any]:
    return {
        "dest_code": "123456",
        "send_time": "2026-03-05 12:01:00",
        "sequence_id": sequence,
        "phone_number": number,
        "content": content,
    }


async def test_replies_are_given_once_and_deleted_when_they_come_again(
    cloud: Aliyun, sms: AliyunSms, clock: Clock
) -> None:
    assert await sms.answers(0) == []
    cloud.queues.put("SmsUp", reply(content="收到 K7"))
    [answer] = await sms.answers(0)
    assert (answer.id, answer.sender, answer.text) == ("7", TO, "收到 K7")
    assert answer.time_ns == told_ns("2026-03-05 12:01:00")
    assert TO not in repr(answer)
    kept = cloud.queues.kept[cloud.queues.name("SmsUp")]
    assert len(kept) == 1
    assert await sms.answers(0) == []
    clock.now += VISIBLE_AGAIN_S + 1
    assert await sms.answers(0) == []
    assert kept == []


async def test_a_reply_survives_whoever_took_it_and_stopped(cloud: Aliyun, clock: Clock) -> None:
    options = sms_options(cloud)
    cloud.queues.put("SmsUp", reply())
    for _ in range(2):
        channel = AliyunSms(options, Secret(KEY), wall_ns=clock.wall_ns)
        [answer] = await channel.answers(0)
        assert answer.id == "7"
        await channel.close()
        clock.now += VISIBLE_AGAIN_S + 1


async def test_more_replies_than_one_request_gives(cloud: Aliyun, sms: AliyunSms) -> None:
    for sequence in range(40):
        cloud.queues.put("SmsUp", reply(sequence=1000 + sequence))
    assert len({answer.id for answer in await sms.answers(0)}) == 40


async def test_what_nobody_can_read_is_removed(cloud: Aliyun, sms: AliyunSms) -> None:
    cloud.queues.put_raw("SmsUp", "no Base64!")
    cloud.queues.put_raw("SmsUp", "W10=")
    cloud.queues.put("SmsUp", {"hello": 1})
    cloud.queues.put("SmsUp", reply())
    assert len(await sms.answers(0)) == 1
    assert len(cloud.queues.kept[cloud.queues.name("SmsUp")]) == 2


async def test_the_temporary_key_is_renewed_before_it_expires(
    cloud: Aliyun, sms: AliyunSms, clock: Clock
) -> None:
    await sms.answers(0)
    await sms.answers(0)
    assert len(cloud.queues.keys) == 1
    clock.now += LIFE_S - 100
    await sms.answers(0)
    assert len(cloud.queues.keys) == 2
    cloud.queues.keys.clear()
    with pytest.raises(TryLater):
        await sms.answers(0)
    assert await sms.answers(0) == []


async def test_without_a_queue_there_are_no_replies_and_a_wrong_one_is_told(
    cloud: Aliyun, clock: Clock
) -> None:
    channel = AliyunSms(sms_options(cloud, reply_queue=""), Secret(KEY), wall_ns=clock.wall_ns)
    assert await channel.answers(0) == ()
    await channel.close()
    channel = AliyunSms(
        sms_options(cloud, reply_queue="Alicom-Queue-9-SmsUp"), Secret(KEY), wall_ns=clock.wall_ns
    )
    with pytest.raises(NotHanded):
        await channel.answers(0)
    await channel.close()


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        (text(template="SMS_9"), BadMessage, "isv.SMS_TEMPLATE_ILLEGAL"),
        (text(variables={"what": "x"}), BadMessage, "isv.TEMPLATE_MISSING_PARAMETERS"),
        (text(variables={"what": "x", "where": "y", "who": "z"}), BadMessage, "isv.TEMPLATE_PARAMS_ILLEGAL"),
        (text(variables={"what": "x" * 36, "where": "y"}), BadMessage, "isv.PARAM_LENGTH_LIMIT"),
        (text(variables={"what": "http://a.cn", "where": "y"}), BadMessage, "isv.PARAM_NOT_SUPPORT_URL"),
        (text(template=""), BadMessage, "模板"),
        (text(to="+4915112345678"), BadReceiver, "5678"),
        (text(to="+8657112345678"), BadReceiver, "5678"),
        (text(to="someone@example.com"), BadReceiver, "****"),
    ],
)
async def test_a_refused_message_says_why_in_both_languages(
    sms: AliyunSms, message: Outgoing, kind: type[NotHanded], code: str
) -> None:
    with pytest.raises(kind) as refused:
        await sms.hand_over(message)
    zh, separator, en = str(refused.value).partition(SEPARATOR)
    assert separator
    assert code in zh
    assert en.isascii()
    assert message.to not in str(refused.value)
    assert message.to[3:] not in str(refused.value)


async def test_an_account_in_trouble_is_told_apart(cloud: Aliyun, clock: Clock) -> None:
    options = sms_options(cloud)
    channel = AliyunSms(options, Secret(KEY), wall_ns=clock.wall_ns)
    cloud.account.balance = False
    with pytest.raises(BadAccount, match=r"isv\.AMOUNT_NOT_ENOUGH"):
        await channel.hand_over(text())
    cloud.account.balance, cloud.account.sign_status = True, 2
    with pytest.raises(BadAccount, match="SMS_SIGNATURE_ILLEGAL"):
        await channel.hand_over(text())
    with pytest.raises(BadAccount, match=SIGN):
        await channel.check()
    cloud.account.sign_status = 1
    await channel.check()
    clock.now += 1000
    cloud.now = Clock("2026-03-05 12:00:00")
    with pytest.raises(BadAccount, match=r"InvalidTimeStamp\.Expired"):
        await channel.check()
    await channel.close()
    stranger = AliyunSms(options, Secret("wrong"), wall_ns=Clock("2026-03-05 12:00:00").wall_ns)
    with pytest.raises(BadAccount, match="SignatureDoesNotMatch") as refused:
        await stranger.hand_over(text())
    # The gateway quotes the whole request: number, words and all.
    assert "138" not in str(refused.value)
    assert "string to sign" not in str(refused.value)
    await stranger.close()
    unknown = AliyunSms(
        options.model_copy(update={"access_key_id": "LTAInobody"}), Secret(KEY), wall_ns=clock.wall_ns
    )
    with pytest.raises(BadAccount, match=r"InvalidAccessKeyId\.NotFound"):
        await unknown.check()
    await unknown.close()


async def test_a_nonce_that_was_used_is_no_fault_of_the_message(cloud: Aliyun, clock: Clock) -> None:
    api = AliyunApi(
        cloud.url, "2017-05-25", KEY_ID, Secret(KEY), wall_ns=clock.wall_ns, nonce=lambda: "the same"
    )
    await api.call("GetSmsSign", {"SignName": SIGN}, sends=False)
    with pytest.raises(TryLater, match="SignatureNonceUsed"):
        await api.call("GetSmsSign", {"SignName": SIGN}, sends=False)
    with pytest.raises(TryLater):
        await api.call("GetSmsSign", {"SignName": SIGN}, sends=True)
    await api.close()


async def test_a_numbers_limits_are_waited_for(cloud: Aliyun, sms: AliyunSms, clock: Clock) -> None:
    cloud.limits.minute, cloud.limits.hour, cloud.limits.day = 1, 2, 3
    waits = []
    for _ in range(6):
        try:
            await sms.hand_over(text())
        except TryLater as later:
            waits.append(later.after_s)
            clock.now += later.after_s + 1
    assert waits == [60.0, 60.0, 3600.0]
    clock.now += 61
    with pytest.raises(TryLater, match="天级") as later_still:
        await sms.hand_over(text())
    assert later_still.value.after_s == 3600.0
    assert len(cloud.sent) == 3


async def test_a_call_that_only_tells(cloud: Aliyun, voice: AliyunVoice) -> None:
    handed = await voice.hand_over(call())
    landline = await voice.hand_over(call(to="+8657187654321", template="TTS_2000"))
    assert handed.reference == f"tts:{cloud.sent[0].reference}"
    assert landline.reference == f"tts:{cloud.sent[1].reference}"
    assert cloud.sent[1].number == "057187654321"
    asked = cloud.sent[0].parameters
    assert asked["OutId"] == ID[:15]
    assert asked["PlayTimes"] == "2"
    assert asked["CalledShowNumber"] == "05711234567"


async def test_a_call_that_asks_offers_the_keys(cloud: Aliyun, clock: Clock) -> None:
    options = voice_options(cloud, thanks_template="TTS_2001")
    channel = AliyunVoice(options, Secret(KEY), wall_ns=clock.wall_ns)
    handed = await channel.hand_over(call(asks=True))
    asked = cloud.sent[0].parameters
    assert handed.reference == f"ivr:{cloud.sent[0].reference}"
    assert [asked[f"MenuKeyMap.{place}.Key"] for place in (1, 2, 3)] == ["1", "2", "3"]
    assert [asked[f"MenuKeyMap.{place}.Code"] for place in (1, 2, 3)] == ["TTS_2001", "TTS_2001", "TTS_2000"]
    assert asked["MenuKeyMap.3.TtsParams"] == asked["StartTtsParams"]
    await channel.close()


@pytest.mark.parametrize("missing", ["key_queue", "show_number"])
async def test_where_no_key_could_be_heard_a_call_tells(cloud: Aliyun, clock: Clock, missing: str) -> None:
    channel = AliyunVoice(voice_options(cloud, **{missing: ""}), Secret(KEY), wall_ns=clock.wall_ns)
    assert (await channel.hand_over(call(asks=True))).reference.startswith("tts:")
    await channel.close()


@pytest.mark.parametrize(
    ("state", "duration", "kind"),
    [
        ("", 0, None),
        ("200101", 0, None),
        ("200102", 0, None),
        ("300000", 3, None),
        ("200000", 30, ReceiptKind.DELIVERED),
        ("200001", 3, ReceiptKind.DELIVERED),
        ("200008", 20, ReceiptKind.DELIVERED),
        ("200100", 20, ReceiptKind.DELIVERED),
        ("200100", 0, ReceiptKind.FAILED),
        ("200003", 0, ReceiptKind.FAILED),
        ("200010", 0, ReceiptKind.FAILED),
        ("999999", 0, ReceiptKind.FAILED),
        ("200004", 0, ReceiptKind.DEAD),
    ],
)
@pytest.mark.parametrize("asks", [False, True])
async def test_what_becomes_of_a_call(
    cloud: Aliyun,
    voice: AliyunVoice,
    clock: Clock,
    asks: bool,
    state: str,
    duration: int,
    kind: ReceiptKind | None,
) -> None:
    handed = await voice.hand_over(call(asks=asks))
    cloud.sent[0].state, cloud.sent[0].duration, cloud.sent[0].ended = state, duration, clock.now + 40
    receipts = await voice.receipts([(handed.reference, TO, clock.wall_ns())])
    assert [receipt.kind for receipt in receipts] == ([] if kind is None else [kind])
    if kind is not None:
        assert receipts[0].reference == handed.reference
        assert receipts[0].time_ns == clock.wall_ns() + 40_000_000_000
        assert receipts[0].detail.startswith(state)


async def test_pressed_keys_come_by_the_queue(cloud: Aliyun, voice: AliyunVoice, clock: Clock) -> None:
    handed = await voice.hand_over(call(asks=True))
    call_id = cloud.sent[0].reference
    report = {
        "call_id": call_id,
        "start_time": told(clock.now + 5),
        "end_time": told(clock.now + 25),
        "duration": "20",
        "status_code": "200000",
        "status_msg": "用户听完语音",
        "out_id": ID[:15],
        "callee": "13800138000",
    }
    cloud.queues.put("VoiceReport", report)
    cloud.queues.put("VoiceReport", {**report, "dtmf": "31"})
    [answer] = await voice.answers(0)
    assert (answer.reference, answer.text, answer.sender) == (handed.reference, "31", TO)
    assert answer.time_ns == clock.wall_ns() + 25_000_000_000


async def test_a_refused_call(cloud: Aliyun, voice: AliyunVoice) -> None:
    with pytest.raises(BadMessage, match="TTS_TEMPLATE_ILLEGAL"):
        await voice.hand_over(call(template="TTS_9"))
    cloud.account.shown.clear()
    with pytest.raises(BadAccount, match="DISPLAY_NUMBER_ILLEGAL"):
        await voice.hand_over(call())
    with pytest.raises(BadReceiver):
        await voice.hand_over(call(to="+85291234567"))


async def test_no_secret_is_shown(cloud: Aliyun, sms: AliyunSms, voice: AliyunVoice) -> None:
    cloud.queues.put("SmsUp", reply())
    await sms.answers(0)
    for mood in (Mood.BROKEN, Mood.CLOSES, Mood.RUBBISH):
        cloud.mood = mood
        for channel, message in ((sms, text()), (voice, call(asks=True))):
            with pytest.raises(NotHanded) as refused:
                await channel.hand_over(message)
            shown = f"{refused.value!r} {refused.value} {refused.value.__cause__!r}"
            for hidden in (KEY, "13800138000", "温度过高", "水泵停机"):
                assert hidden not in shown
    temporary = next(iter(cloud.queues.keys.values()))
    for thing in (sms, voice, sms._api, sms._queue, sms._queue._key, text(), call()):
        shown = repr(thing)
        for hidden in (KEY, temporary.secret, temporary.token, "13800138000", "温度过高"):
            assert hidden not in shown


async def test_a_call_that_is_cancelled_leaves_no_questions_behind(
    cloud: Aliyun, sms: AliyunSms, clock: Clock
) -> None:
    handed = await sms.hand_over(text())
    asking = asyncio.ensure_future(sms.receipts([(handed.reference, TO, clock.wall_ns())] * 30))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("13800138000", TO),
        ("8613800138000", TO),
        ("008613800138000", TO),
        (TO, TO),
        ("057112345678", "+8657112345678"),
        ("10690000", "10690000"),
        ("", ""),
    ],
)
def test_numbers_however_they_are_written(written: str, meant: str) -> None:
    assert e164(written) == meant


def test_china_has_one_time() -> None:
    assert CHINA.utcoffset(None).total_seconds() == 8 * 3600
    assert told_ns("1970-01-01 08:00:01") == 1_000_000_000


def test_an_address_has_no_path() -> None:
    for wrong in ("dysmsapi.aliyuncs.com", "https://a.cn/path", "ftp://a.cn", "https://user@a.cn"):
        with pytest.raises(ValueError, match="endpoint"):
            AliyunSmsOptions(access_key_id=KEY_ID, sign_name=SIGN, endpoint=wrong)
