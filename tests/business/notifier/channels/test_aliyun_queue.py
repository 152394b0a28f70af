"""Replies out of Alibaba Cloud's queue: none lost, none given twice without need, and nothing told."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from business.notifier.channels.aliyun_sms import AliyunSms
from business.notifier.channels.aliyun_voice import AliyunVoice
from business.notifier.channels.mainland import told_ns
from business.notifier.channels.port import (
    NotHanded,
    TryLater,
)
from config.secrets import Secret
from tests.business.notifier.channels.aliyun_account import TO, Clock, call, sms_options, text, voice_options
from tests.business.notifier.channels.aliyun_queue_stand_in import LIFE_S, VISIBLE_AGAIN_S
from tests.business.notifier.channels.aliyun_stand_in import KEY, Aliyun
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


@pytest.fixture
async def voice(cloud: Aliyun, clock: Clock) -> AsyncIterator[AliyunVoice]:
    channel = AliyunVoice(voice_options(cloud), Secret(KEY), wall_ns=clock.wall_ns)
    yield channel
    await channel.close()


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


async def test_a_reply_with_an_unreadable_time_came_now(cloud: Aliyun, sms: AliyunSms, clock: Clock) -> None:
    cloud.queues.put("SmsUp", {**reply(), "send_time": "20260305120100"})
    [answer] = await sms.answers(0)
    assert (answer.text, answer.time_ns) == ("1", clock.wall_ns())
