"""A small broker on loopback, so that simulated devices need no other: MQTT 3.1.1 with QoS 0 and 1."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from drivers.listener import Listener
from drivers.mqtt.filters import Filters, meets
from drivers.mqtt.packets import Cursor, Packet, Stream, packet, publication


@dataclass(frozen=True, slots=True)
class Will:
    topic: str
    payload: bytes
    retained: bool


class TwinBroker:
    """Lets in whoever comes, and remembers nobody who left."""

    def __init__(self) -> None:
        self.retained: dict[str, bytes] = {}
        self.on_publish: Callable[[str, bytes], None] = lambda _topic, _payload: None
        """What a client has published, after all others were told."""
        self.on_subscribe: Callable[[str], None] = lambda _topic: None
        """A client has subscribed to a filter, and was answered."""
        self.index: Filters[tuple[Client, int]] = Filters()
        self.listener = Listener()

    async def start(self, host: str, port: int) -> int:
        """Listen at `port` (0: any that is free); returns the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        return await self.listener.start(loop.create_server(self.client, host, port))

    async def stop(self) -> None:
        await self.listener.stop()

    def client(self) -> "Client":
        return Client(self)

    def drop(self) -> None:
        """Cut every connection; the listener stays."""
        self.listener.drop()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        if retain:
            if payload:
                self.retained[topic] = payload
            else:
                self.retained.pop(topic, None)
        for client, granted in self.index.of(topic):
            client.deliver(topic, payload, min(qos, granted), retained=False)


class Client(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, broker: TwinBroker) -> None:
        self.broker = broker
        self._stream = Stream()
        self._filters: dict[str, int] = {}
        self._number = 0
        self._will: Will | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.broker.listener.open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.broker.listener.open.discard(self.transport)
        for topic, qos in self._filters.items():
            self.broker.index.remove(topic, (self, qos))
        if self._will is not None:
            will = self._will
            self.broker.publish(will.topic, will.payload, retain=will.retained)
            self.broker.on_publish(will.topic, will.payload)

    def data_received(self, data: bytes) -> None:
        try:
            for kind, flags, body in self._stream.feed(data):
                self.took(kind, flags, Cursor(body))
        except ValueError:  # UnicodeDecodeError is one
            self.transport.abort()

    def deliver(self, topic: str, payload: bytes, qos: int, *, retained: bool) -> None:
        self._number = self._number % 0xFFFF + 1
        self.send(publication(topic, payload, qos, self._number, retained=retained))

    def send(self, data: bytes) -> None:
        self.transport.write(data)

    def took(self, kind: int, flags: int, body: Cursor) -> None:
        match kind:
            case Packet.CONNECT:
                self._connect(body)
            case Packet.PUBLISH:
                self._publish(flags, body)
            case Packet.SUBSCRIBE:
                self._subscribe(body)
            case Packet.UNSUBSCRIBE:
                number = body.take(2)
                while body:
                    topic = body.text()
                    if (qos := self._filters.pop(topic, None)) is not None:
                        self.broker.index.remove(topic, (self, qos))
                self.send(packet(Packet.UNSUBACK, number))
            case Packet.PINGREQ:
                self.send(packet(Packet.PINGRESP))
            case Packet.DISCONNECT:
                self._will = None
                self.transport.close()
            case _:
                pass

    def accept(self) -> bytes:
        """The answer to CONNECT: no session is present, welcome."""
        return packet(Packet.CONNACK, b"\0\0")

    def grant(self, number: bytes, codes: bytes) -> bytes:
        return packet(Packet.SUBACK, number + codes)

    def _connect(self, body: Cursor) -> None:
        if body.text() != "MQTT" or body.number(1) != 4:
            self.send(packet(Packet.CONNACK, b"\0\1"))
            self.transport.close()
            return
        flags = body.number(1)
        body.take(2)
        body.text()
        if flags & 0x04:
            self._will = Will(body.text(), body.data(), bool(flags & 0x20))
        self.send(self.accept())

    def _publish(self, flags: int, body: Cursor) -> None:
        topic, qos = body.text(), flags >> 1 & 3
        number = body.take(2) if qos else b""
        payload = body.rest()
        self.broker.publish(topic, payload, qos=qos, retain=bool(flags & 1))
        if qos:
            self.acknowledge(number)
        self.broker.on_publish(topic, payload)

    def acknowledge(self, number: bytes) -> None:
        self.send(packet(Packet.PUBACK, number))

    def _subscribe(self, body: Cursor) -> None:
        number, wanted = body.take(2), {}
        while body:
            topic = body.text()
            wanted[topic] = min(body.number(1) & 3, 1)
        for topic, qos in wanted.items():
            if (before := self._filters.get(topic)) is not None:
                self.broker.index.remove(topic, (self, before))
            self._filters[topic] = qos
            self.broker.index.add(topic, (self, qos))
        self.send(self.grant(number, bytes(wanted.values())))
        for topic, qos in wanted.items():
            for kept, payload in list(self.broker.retained.items()):
                if meets(topic, kept):
                    self.deliver(kept, payload, qos, retained=True)
            self.broker.on_subscribe(topic)
