"""An account at the stand-in for Alibaba Cloud, and what is sent by it."""

from typing import Any

from business.notifier.channels.aliyun_sms import AliyunSmsOptions
from business.notifier.channels.aliyun_voice import AliyunVoiceOptions
from business.notifier.channels.mainland import told_ns
from business.notifier.channels.port import Outgoing
from tests.business.notifier.channels.aliyun_stand_in import KEY_ID, SIGN, Aliyun

TO = "+8613800138000"
ID = "0123456789abcdef0123456789abcdef"


class Clock:
    def __init__(self, text: str) -> None:
        self.now = told_ns(text) / 1e9

    def __call__(self) -> float:
        return self.now

    def wall_ns(self) -> int:
        return int(self.now * 1e9)


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


def text(to: str = TO, template: str = "SMS_1000", variables: dict[str, str] | None = None) -> Outgoing:
    filled = {"what": "温度过高", "where": "3号楼"} if variables is None else variables
    return Outgoing(ID, to, "zh", "报警", "3号楼温度过高", template, filled)


def call(*, asks: bool = False, template: str = "TTS_2000", to: str = TO) -> Outgoing:
    return Outgoing(ID, to, "zh", "报警", "水泵停机", template, {"what": "水泵停机"}, asks=asks)
