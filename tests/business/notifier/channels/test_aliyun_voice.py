"""Calls by Alibaba Cloud: what they say and ask, what becomes of them, and which keys were pressed."""

from collections.abc import AsyncIterator, Iterator

import pytest

from business.notifier.channels.aliyun_voice import AliyunVoice
from business.notifier.channels.mainland import told_ns
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    ReceiptKind,
)
from config.secrets import Secret
from tests.business.notifier.channels.aliyun_account import ID, TO, Clock, call, voice_options
from tests.business.notifier.channels.aliyun_stand_in import KEY, Aliyun, told
from tests.business.notifier.channels.contract import owes


@pytest.fixture
def clock() -> Clock:
    return Clock("2026-03-05 12:00:00")


@pytest.fixture
def cloud(clock: Clock) -> Iterator[Aliyun]:
    with Aliyun(clock) as cloud:
        yield cloud


@pytest.fixture
async def voice(cloud: Aliyun, clock: Clock) -> AsyncIterator[AliyunVoice]:
    channel = AliyunVoice(voice_options(cloud), Secret(KEY), wall_ns=clock.wall_ns)
    yield channel
    await channel.close()


async def test_calls_owe_what_every_channel_owes(cloud: Aliyun, voice: AliyunVoice) -> None:
    await owes(voice, cloud, call())
    await owes(voice, cloud, call(asks=True))


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


async def test_a_call_is_found_on_either_side_of_midnight(
    cloud: Aliyun, voice: AliyunVoice, clock: Clock
) -> None:
    clock.now = told_ns("2026-03-05 23:59:59") / 1e9
    before_ns = clock.wall_ns()
    clock.now += 2
    handed = await voice.hand_over(call())
    cloud.sent[0].state, cloud.sent[0].ended = "200003", clock.now + 40
    [receipt] = await voice.receipts([(handed.reference, TO, before_ns)])
    assert receipt.kind is ReceiptKind.FAILED
