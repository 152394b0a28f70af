"""One device behind a Sparkplug edge node, or the node itself."""

import asyncio
import math
from zoneinfo import ZoneInfo

from config.site import Device
from drivers.driver import Cadence, LinkError, Quality, Surroundings, Value, WriteError, WriteUnknown
from drivers.mqtt.conversion import Conversion
from drivers.mqtt.edge import Edge
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.mapping import Update, bad
from drivers.mqtt.message import Message
from drivers.mqtt.models import Source
from drivers.mqtt.publisher import WAIT_S, MqttDecoder, MqttDriver
from drivers.mqtt.sparkplug import Metric, Payload, encoded_metric, value_of
from drivers.stamps import Clock, moment

_UTC = ZoneInfo("UTC")


class SparkplugDriver(MqttDriver):
    """Proven by its birth certificate, which `connect` asks for."""

    def __init__(
        self, device: Device, cadence: Cadence, decoder: MqttDecoder, surroundings: Surroundings
    ) -> None:
        super().__init__(device, cadence, decoder, surroundings)
        self._columns: dict[str, list[int]] = {}
        self._conversions: list[Conversion] = []
        for column, point in enumerate(device.template.points):
            assert isinstance(point.source, Source)
            self._columns.setdefault(point.source.metric, []).append(column)
            self._conversions.append(Conversion(is_text=column in decoder.texts, words=point.source.map))
        self._unit = self.connection.device
        self._share = ("mqtt-edge", self.connection.terms, self.connection.edge)
        self._edge: Edge | None = None
        self._is_alive = asyncio.Event()

    async def connect(self) -> None:
        if self._edge is None:
            terms, edge = self.connection.terms, self.connection.edge
            if not edge:
                raise LinkError(
                    f'{self.device.id} 的 connection 中没有 edge = "group/node"',
                    f'{self.device.id} has no edge = "group/node" in its connection',
                )
            self._edge = self.surroundings.shares.acquire(
                self._share, lambda: Edge(terms, edge, self.surroundings)
            )
        await self._edge.opened()
        self.newest.doubt()
        self._is_alive.clear()
        self._edge.attach(self._unit, self)
        self._edge.ask_rebirth()
        try:
            async with asyncio.timeout(WAIT_S + self.device.template.timeout_s):
                await self._is_alive.wait()
        except TimeoutError:
            whose = f"device {self._unit} of edge node" if self._unit else "edge node"
            behind = f" 的设备 {self._unit}" if self._unit else ""
            raise LinkError(
                f"没有收到边缘节点 {self._edge.name}{behind} 的上线证书",
                f"no birth certificate came from {whose} {self._edge.name}",
            ) from None
        self._hear()

    async def write(self, point: int, value: Value) -> None:
        source = self.device.template.points[point].source
        assert isinstance(source, Source)
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        try:
            birth = self._edge.birth(self._unit, source.metric) if self._edge is not None else None
            if self._edge is None or birth is None:
                raise LinkError(
                    f"上线证书中没有指标 {source.metric!r}；未写入",
                    f"metric {source.metric!r} is in no birth certificate; nothing was written",
                )
            time_ms = self.surroundings.wall_ns() // 1_000_000
            called = source.metric if birth.alias is None else ""
            metric = encoded_metric(called, birth.alias, birth.datatype, value, time_ms)
            await self._edge.command(self._unit, metric, self.device.template.timeout_s)
        except (WriteUnknown, WriteError, LinkError) as error:
            raise type(error)(f"{name} := {value}：{error.why.zh}", f"{name} := {value}: {error}") from error

    async def close(self) -> None:
        if self._edge is not None:
            edge, self._edge = self._edge, None
            edge.detach(self._unit, self)
            await self.surroundings.shares.release(self._share, edge)

    # -- what the edge node calls

    def born(self, message: Message, payload: Payload) -> None:
        """How everything stands now, whenever it became so; a metric that is not in it does not exist.

        Whatever had died is alive again.
        """
        self._lost = None
        updates = []
        there = set()
        for metric in payload.metrics:
            there.add(metric.name)
            updates += [
                update._replace(time_ns=None)
                for update in self._updates(metric, metric.name, metric.datatype)
            ]
        for name, columns in self._columns.items():
            if name not in there:
                for column in columns:
                    self.newest.vanish(column, message.time_ns)
        self._take(message, updates)
        self._is_alive.set()

    def told(self, message: Message, payload: Payload, metrics: list[tuple[Metric, str, int]]) -> None:
        sent_ms = payload.time_ms
        updates = []
        for metric, name, datatype in metrics:
            timed = metric if metric.time_ms is not None else metric._replace(time_ms=sent_ms)
            updates += self._updates(timed, name, datatype)
        self._take(message, updates)

    def spoilt(self, message: Message, reason: str) -> None:
        columns = range(len(self.device.template.points))
        self._take(message, [bad(column, self.decoder.texts, reason) for column in columns])

    # -- inside

    def check(self) -> None:
        super().check()
        if self._edge is not None:
            self._edge.check()

    def _take(self, message: Message, updates: list[Update]) -> None:
        self._hear()
        self.count(updates)
        self.newest.take(0, message, updates)

    def _updates(self, metric: Metric, name: str, datatype: int) -> list[Update]:
        columns = self._columns.get(name)
        if not columns:
            return []
        time_ns = moment(metric.time_ms, Clock.MILLISECONDS, _UTC)
        try:
            found = value_of(metric, datatype)
        except Malformed as error:
            return [bad(column, self.decoder.texts, str(error), time_ns) for column in columns]
        updates = []
        for column in columns:
            value, quality = self._conversions[column](found)
            reason = "no value of its kind" if quality else ""
            quality = quality or metric.quality
            if quality == Quality.BAD_SENSOR_FAULT and isinstance(value, float):
                value = math.nan
            updates.append(Update(column, value, quality, time_ns, reason, metric.is_historical))
        return updates
