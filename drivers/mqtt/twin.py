"""The simulated twin of devices that publish: a broker of their own on loopback, and what they say there."""

import asyncio
import time
from collections.abc import Iterable

from pydantic import BaseModel

from config.site import Device
from drivers.driver import Value
from drivers.mqtt.filters import is_wild, joined, meets
from drivers.mqtt.models import Connection, Options
from drivers.mqtt.playing import Player
from drivers.mqtt.publisher import MqttDecoder
from drivers.mqtt.twin_broker import TwinBroker
from drivers.mqtt.twin_edge import TwinEdge
from drivers.twin import Fault, OnWrite, Twin

HEARTBEAT_S = 10.0
"""A device with nothing new repeats itself after so long, or sooner where its silence is watched."""
GATHER_S = 0.02


class MqttTwin:
    """Plays the devices of one broker. `put` what the physics say; hear of writes through `on_write`."""

    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        self._host, self.port = "127.0.0.1", 0
        self._on_write = on_write
        self._players: dict[str, Player] = {}
        self._edges: dict[str, TwinEdge] = {}
        self._topics: dict[str, list[str]] = {}
        self._faults: dict[str, Fault] = {}
        self._dirty: dict[str, set[int] | None] = {}
        self._flush: asyncio.TimerHandle | None = None
        self._heart: asyncio.Task[None] | None = None
        self._heartbeat_s = HEARTBEAT_S
        self.broker = TwinBroker()
        self.broker.on_publish = self._published
        self.broker.on_subscribe = self._subscribed
        decoders: dict[str, MqttDecoder] = {}
        for device in devices:
            template = device.template
            decoder = decoders.setdefault(template.id, MqttDecoder(template))
            self._add(device, decoder)

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of where the connections say; returns the port."""
        self.port = await self.broker.start(self._host, self.port if port is None else port)
        for name in self._players:
            self._say_status(name)
        self._heart = asyncio.get_running_loop().create_task(self._beat())
        return self.port

    async def stop(self) -> None:
        if self._heart is not None:
            heart, self._heart = self._heart, None
            heart.cancel()
            await asyncio.wait({heart})
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        await self.broker.stop()

    def drop(self) -> None:
        self.broker.drop()

    def misbehave(self, device_id: str, fault: Fault) -> None:
        """Silent devices publish nothing; failed and busy ones are offline, as their status or death says."""
        before, self._faults[device_id] = self._faults.get(device_id, Fault.NONE), fault
        self._say_status(device_id)
        connection = self._connection(device_id)
        if connection.edge:
            edge = self._edges[connection.edge]
            if fault in (Fault.FAILED, Fault.BUSY):
                edge.die(connection.device)
            elif before in (Fault.FAILED, Fault.BUSY):
                edge.revive(connection.device)
        if fault is Fault.NONE:
            self._soon(device_id, None)

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        player = self._players[device_id]
        column = player.device.template.index[point_id]
        point = player.device.template.points[column]
        if not isinstance(value, str) and not raw:
            value = (value - point.offset) / point.scale
        player.values[column] = value
        self._soon(device_id, column)

    def value(self, device_id: str, point_id: str) -> float | str:
        player = self._players[device_id]
        column = player.device.template.index[point_id]
        return self._scaled(player, column, player.values[column])

    # Inside

    def _add(self, device: Device, decoder: MqttDecoder) -> None:
        assert isinstance(device.connection, Connection)
        options = device.template.options
        assert isinstance(options, Options)
        self._host, self.port = device.connection.host, device.connection.port
        player = self._players[device.id] = Player(device, decoder)
        for topic in player.topics:
            self._topics.setdefault(topic, []).append(device.id)
        if options.silent_s:
            self._heartbeat_s = min(self._heartbeat_s, options.silent_s / 4)
        if edge := device.connection.edge:
            if edge not in self._edges:
                self._edges[edge] = TwinEdge(edge, self._publish, time.time_ns)
            self._edges[edge].add(device, player.values)

    def _connection(self, device_id: str) -> Connection:
        connection = self._players[device_id].device.connection
        assert isinstance(connection, Connection)
        return connection

    def _scaled(self, player: Player, column: int, value: Value) -> Value:
        point = player.device.template.points[column]
        return value if isinstance(value, str) else float(value) * point.scale + point.offset

    def _publish(self, topic: str, payload: bytes) -> None:
        self.broker.publish(topic, payload, qos=1)

    def _say_status(self, device_id: str) -> None:
        connection = self._connection(device_id)
        fault = self._faults.get(device_id, Fault.NONE)
        if connection.status_topic and fault is not Fault.SILENT:
            is_online = fault is Fault.NONE
            said = connection.online if is_online else connection.offline
            topic = joined(connection.base, connection.status_topic)
            self.broker.publish(topic, said.encode(), qos=1, retain=True)

    def _soon(self, device_id: str, column: int | None) -> None:
        dirty = self._dirty.get(device_id, set())
        self._dirty[device_id] = None if dirty is None or column is None else dirty | {column}
        if self._flush is None and self._heart is not None:
            self._flush = asyncio.get_running_loop().call_later(GATHER_S, self._tell)

    def _tell(self) -> None:
        self._flush = None
        dirty, self._dirty = self._dirty, {}
        for device_id, columns in dirty.items():
            if self._faults.get(device_id, Fault.NONE) is not Fault.NONE:
                continue
            connection = self._connection(device_id)
            if connection.edge:
                self._edges[connection.edge].tell(connection.device)
                continue
            told = None if columns is None else tuple(columns)
            for topic, payload in self._players[device_id].messages(time.time_ns(), told):
                self._publish(topic, payload)

    def _subscribed(self, topic_filter: str) -> None:
        """Whoever begins to listen hears at once how everything is."""
        if not is_wild(topic_filter):
            told = self._topics.get(topic_filter, ())
        else:
            told = [one for topic, own in self._topics.items() if meets(topic_filter, topic) for one in own]
        for device_id in told:
            self._soon(device_id, None)

    def _published(self, topic: str, payload: bytes) -> None:
        for edge in self._edges.values():
            for device, column, value in edge.commanded(topic, payload):
                self._written(self._players[device.id], column, value)
        for player in self._players.values():
            for column, value in player.commanded(topic, payload):
                self._written(player, column, value)

    def _written(self, player: Player, column: int, value: Value) -> None:
        if self._faults.get(player.device.id, Fault.NONE) is not Fault.NONE:
            return
        player.values[column] = value
        self._soon(player.device.id, column)
        point = player.device.template.points[column]
        self._on_write(player.device.id, point.id, self._scaled(player, column, value))

    async def _beat(self) -> None:
        while True:
            for device_id in self._players:
                self._soon(device_id, None)
            await asyncio.sleep(self._heartbeat_s)


class MqttTwins:
    """The twins of MQTT as the simulators know them."""

    def home(self, connection: BaseModel) -> tuple[str, int]:
        assert isinstance(connection, Connection)
        return connection.host, connection.port

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return MqttTwin(devices, on_write)
