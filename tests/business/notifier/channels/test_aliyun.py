"""Alibaba Cloud: its signature, its messages, what becomes of them, and what its refusals mean."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from actors.said import SEPARATOR
from business.notifier.channels import aliyun_sms, aliyun_voice
from business.notifier.channels.aliyun_api import AliyunApi, authorization, refused
from business.notifier.channels.aliyun_sms import AliyunSms, AliyunSmsOptions
from business.notifier.channels.aliyun_voice import AliyunVoiceOptions
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
from tests.business.notifier.channels.aliyun_account import (
    ID,
    TO,
    Clock,
    call,
    sms_options,
    text,
)
from tests.business.notifier.channels.aliyun_stand_in import KEY, KEY_ID, SIGN, Aliyun
from tests.business.notifier.channels.contract import HOUSE, nobody_there, owes
from tests.business.notifier.channels.provider import Mood


@pytest.fixture
def clock() -> Clock:
    return Clock("2026-03-05 12:00:00")


@pytest.fixture
def cloud(clock: Clock) -> Iterator[Aliyun]:
    with Aliyun(clock) as cloud:
        yield cloud


@pytest.fixture
async def sms(cloud: Aliyun, clock: Clock) -> AsyncIterator[AliyunSms]:
    channel = AliyunSms(sms_options(cloud), Secret(KEY), wall_ns=clock.wall_ns)
    yield channel
    await channel.close()


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


async def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    by_sms = aliyun_sms.KIND.open(
        AliyunSmsOptions(access_key_id=KEY_ID, sign_name=SIGN, endpoint=url),
        {"access-key": Secret(KEY)},
        HOUSE,
    )
    by_voice = aliyun_voice.KIND.open(
        AliyunVoiceOptions(access_key_id=KEY_ID, endpoint=url), {"access-key": Secret(KEY)}, HOUSE
    )
    await nobody_there(by_sms, text())
    await nobody_there(by_voice, call())
    await by_sms.close()
    await by_voice.close()


async def test_with_the_clock_of_this_machine_the_gateway_agrees() -> None:
    with Aliyun(time.time) as cloud:
        channel = aliyun_sms.KIND.open(sms_options(cloud), {"access-key": Secret(KEY)}, HOUSE)
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


@pytest.mark.parametrize("wrong", ["【智慧园区】", " 智慧园区", ""])
def test_a_signature_is_written_without_its_brackets(wrong: str) -> None:
    with pytest.raises(ValueError, match="sign_name"):
        AliyunSmsOptions(access_key_id=KEY_ID, sign_name=wrong)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", BadReceiver),
        ("isv.SOMETHING_NEW", BadMessage),
        ("isv.DAY_LIMIT_CONTROL", BadAccount),
        ("isv.OUT_OF_SERVICE", BadAccount),
        ("isp.RAM_PERMISSION_DENY", BadAccount),
        ("isp.SYSTEM_ERROR", TryLater),
        ("Throttling.User", TryLater),
        ("Forbidden.RAM", BadAccount),
    ],
)
def test_what_codes_mean(code: str, kind: type[NotHanded]) -> None:
    told = refused(code, "13800138000invalid mobile number")
    assert type(told) is kind
    assert "13800138000" not in str(told)
