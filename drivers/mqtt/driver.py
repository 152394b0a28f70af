"""MQTT as the composition root knows it."""

from config.site import Device, Template
from drivers.driver import Cadence, Decoder, Driver, Surroundings
from drivers.mqtt.behind_edge import SparkplugDriver
from drivers.mqtt.publisher import MqttDecoder as MqttDecoder
from drivers.mqtt.publisher import MqttDriver as MqttDriver


class Mqtt:
    """The protocol as the composition root knows it."""

    name = "mqtt"

    def decoder(self, template: Template) -> Decoder:
        return MqttDecoder(template)

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, MqttDecoder)
        kind = SparkplugDriver if decoder.options.is_sparkplug else MqttDriver
        return kind(device, cadence, decoder, surroundings)
