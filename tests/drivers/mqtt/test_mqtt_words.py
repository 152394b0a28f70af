"""What a broker says of a refusal is said in Chinese too."""

import aiomqtt
import paho.mqtt.client as paho
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from drivers.mqtt.words import chinese


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (ReasonCode(PacketTypes.CONNACK, "Not authorized"), "未授权"),
        (ReasonCode(PacketTypes.CONNACK, "Bad user name or password"), "用户名或口令错误"),
        (ReasonCode(PacketTypes.SUBACK, "Topic filter invalid"), "主题过滤器无效"),
        (ReasonCode(PacketTypes.PUBACK, "Quota exceeded"), "超出配额"),
        (aiomqtt.MqttCodeError(ReasonCode(PacketTypes.CONNACK, "Server busy")), "服务器忙"),
        (paho.error_string(paho.MQTT_ERR_NO_CONN), "未连接"),
        ("something of a maker", "something of a maker"),
    ],
)
def test_reasons_are_said_in_chinese(said: object, meant: str) -> None:
    assert chinese(said) == meant
