"""MQTT: one device behind a broker, as it speaks by itself."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from config.site import Device, PointKind, Template
from drivers.driver import (
    Cadence,
    LinkError,
    Quality,
    Scan,
    Surroundings,
    Value,
    WriteError,
    WriteUnknown,
)
from drivers.mqtt.broker import Broker, Wanted
from drivers.mqtt.commands import topic_and_payload
from drivers.mqtt.filters import joined
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.mapping import Reader, Update, readers
from drivers.mqtt.message import Message
from drivers.mqtt.models import Connection, Options, Source
from drivers.mqtt.newest import Newest
from drivers.mqtt.status import STATUS, Status
from drivers.mqtt.words import chinese
from drivers.paced import PacedDriver
from drivers.readings import ReadingsDecoder

AGAIN_S = 600.0
"""How often a subscription is tried again that the broker refused."""
WAIT_S = 5.0
"""How long one attempt waits for the word of a device that has gone silent."""


class MqttDecoder(ReadingsDecoder):
    """With what the template's sources say of messages, for all its devices."""

    def __init__(self, template: Template) -> None:
        assert isinstance(template.options, Options)
        self.options = template.options
        self.readers: Sequence[Reader] = () if self.options.is_sparkplug else readers(template)
        self.texts = frozenset(at for at, point in enumerate(template.points) if point.kind is PointKind.TEXT)


class MqttDriver(PacedDriver):
    """`connect` waits as long as the broker's back-off says: just call it again."""

    polls = False

    def __init__(
        self, device: Device, cadence: Cadence, decoder: MqttDecoder, surroundings: Surroundings
    ) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self.connection = device.connection
        self.decoder = decoder
        self.faults: Counter[str] = Counter()
        """Why values were not taken, and how often."""
        stale_s = decoder.options.silent_s or device.stale_s
        self.newest = Newest(len(device.template.points), decoder.texts, stale_s)
        self.broker: Broker | None = None
        self._status = Status(self.connection)
        self._eui = self.connection.dev_eui.lower()
        self._filters = self._wanted()
        self._refused: Mapping[str, str] = {}
        self._again_s = 0.0
        self._heard_s = 0.0
        self._is_silent = False
        self._word = asyncio.Event()

    async def connect(self) -> None:
        if self.broker is None:
            self.broker = self.surroundings.shares.acquire(
                ("mqtt", self.connection.terms), lambda: Broker(self.connection.terms, self.surroundings)
            )
        await self.broker.opened()
        self._lost = None
        self._status.forget()
        self.newest.doubt()
        await self._listen(self.broker)
        if not self._is_silent:
            self._heard_s = self.surroundings.clock()
        await self._answers()

    async def turn(self) -> Iterable[Scan]:
        self.check()
        if self._refused and self.broker is not None and self.surroundings.clock() >= self._again_s:
            await self._listen(self.broker)
        return self.newest.scans(self.surroundings.wall_ns())

    async def write(self, point: int, value: Value) -> None:
        source = self.device.template.points[point].source
        assert isinstance(source, Source)
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        try:
            topic, payload, qos = topic_and_payload(source, self.decoder.options, value)
            if self.broker is None:
                raise LinkError("未连接；未写入", "not connected; nothing was written")
            timeout_s = max(self.device.template.timeout_s, self.connection.connect_timeout_s)
            await self.broker.publish(joined(self.connection.base, topic), payload, qos, timeout_s)
        except (WriteUnknown, WriteError, LinkError) as error:
            raise type(error)(f"{name} := {value}：{error.why.zh}", f"{name} := {value}: {error}") from error

    async def close(self) -> None:
        if self.broker is not None:
            broker, self.broker = self.broker, None
            broker.forget(self)
            await self.surroundings.shares.release(("mqtt", self.connection.terms), broker)

    # -- what the broker calls

    def receive(self, key: int, message: Message) -> None:
        if key == STATUS:
            self._status.take(message)
            self._word.set()
            self.hurry()  # the turn sees whether it is offline
            return
        options = self.decoder.options
        if self._eui and options.network is not None:
            try:
                eui = message.uplink(options.network).eui
            except Malformed:
                eui = self._eui
            if eui != self._eui:
                self.faults["of another device"] += 1
                return
        if not message.retained:
            self._hear()
        updates = self.decoder.readers[key].updates(message, self.connection.max_payload)
        self.count(updates)
        self.newest.take(key, message, updates)

    # -- inside

    def _wanted(self) -> Wanted:
        wanted: dict[str, tuple[tuple[int, ...], int]] = {}
        for key, reader in enumerate(self.decoder.readers):
            wanted[joined(self.connection.base, reader.topic)] = ((key,), reader.qos)
        if self.connection.status_topic:
            topic = joined(self.connection.base, self.connection.status_topic)
            keys, qos = wanted.get(topic, ((), 1))
            wanted[topic] = ((*keys, STATUS), qos)
        return wanted

    async def _listen(self, broker: Broker) -> None:
        refused = self._refused = await broker.listen(self, self._filters)
        if not refused:
            return
        if len(refused) == len(self._filters):
            topic, why = next(iter(refused.items()))
            raise LinkError(
                f"{broker.terms.zh} 拒绝订阅 {topic}：{chinese(why)}",
                f"{broker.terms} refuses a subscription to {topic}: {why}",
            )
        self._again_s = self.surroundings.clock() + AGAIN_S
        now_ns = self.surroundings.wall_ns()
        for topic in refused:
            for key in self._filters[topic][0]:
                for column in self.decoder.readers[key].columns if key != STATUS else ():
                    self.newest.put(column, float("nan"), int(Quality.BAD_ADDRESS), now_ns)

    async def _answers(self) -> None:
        """Wait for the status that the broker has kept, and for the word of who had gone silent."""
        if self._status.is_unknown:
            await self._spoken(self.device.template.timeout_s)
        if self._status.is_offline or self._is_silent:
            loop = asyncio.get_running_loop()
            until = loop.time() + WAIT_S
            while (self._status.is_offline or self._is_silent) and loop.time() < until:
                await self._spoken(until - loop.time())
        self.check()

    def _hear(self) -> None:
        self._heard_s = self.surroundings.clock()
        self._is_silent = False
        self._word.set()

    async def _spoken(self, limit_s: float) -> None:
        self._word.clear()
        try:
            async with asyncio.timeout(limit_s):
                await self._word.wait()
        except TimeoutError:
            return

    def check(self) -> None:
        """Raises LinkError where the device is known to be lost, though its broker is there."""
        if self._status.is_offline:
            why = self._status.reason(self.device.id)
            raise LinkError(why.zh, why.en)
        silent_s = self.decoder.options.silent_s
        if silent_s and (self._is_silent or self.surroundings.clock() - self._heard_s > silent_s):
            self._is_silent = True
            raise LinkError(
                f"{silent_s:g} s 没有收到 {self.device.id} 的消息，而{self.connection.terms.zh} 在线",
                f"nothing came from {self.device.id} for {silent_s:g} s, "
                f"though {self.connection.terms} is there",
            )

    def count(self, updates: Sequence[Update]) -> None:
        for update in updates:
            if update.reason:
                self.faults[update.reason] += 1
