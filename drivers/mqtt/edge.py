"""One Sparkplug edge node, as the devices behind it share it: certificates, aliases, sequence."""

import asyncio
import contextlib
from typing import NamedTuple, Protocol

from drivers.driver import Surroundings
from drivers.errors import LinkError, WriteError
from drivers.mqtt.broker import Broker
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.message import Message
from drivers.mqtt.sparkplug import (
    BD_SEQ,
    NAMESPACE,
    REBIRTH,
    SEQUENCE,
    DataType,
    Metric,
    Payload,
    decoded,
    encoded,
    encoded_metric,
)
from drivers.mqtt.terms import Terms
from drivers.mqtt.words import chinese

OF_NODES = frozenset({"NBIRTH", "NDATA", "NDEATH"})
OF_UNITS = frozenset({"DBIRTH", "DDATA", "DDEATH"})
PACE_S = 5.0
"""Requests for a birth certificate are at least so far apart."""
UNBORN_S = 30.0
"""A node that does not answer them for so long is lost."""


class Birth(NamedTuple):
    """What a certificate says of a metric."""

    alias: int | None
    datatype: int


class Unit(Protocol):
    """A device behind the node, or the node itself."""

    def born(self, message: Message, payload: Payload) -> None: ...

    def told(self, message: Message, payload: Payload, metrics: list[tuple[Metric, str, int]]) -> None:
        """Metrics with their names and data types."""

    def spoilt(self, message: Message, reason: str) -> None:
        """A message of it could not be read."""

    def lost(self, error: LinkError) -> None: ...


class Edge:
    def __init__(self, terms: Terms, edge: str, surroundings: Surroundings) -> None:
        """`edge` is group/node."""
        self.name = edge
        self._group, self._node = edge.split("/")
        self._surroundings = surroundings
        self._key = ("mqtt", terms)
        self.broker = surroundings.shares.acquire(self._key, lambda: Broker(terms, surroundings))
        self._units: dict[str, list[Unit]] = {}
        self._births: dict[str, dict[str, Birth]] = {}
        self._aliases: dict[int, tuple[str, str]] = {}
        self._is_born = False
        self._seq = 0
        self._bd_seq: object = None
        self._is_listening = False
        self._opening = asyncio.Lock()
        self._asked_s = -PACE_S
        self._unborn_since_s: float | None = None
        self._asking: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None

    async def opened(self) -> None:
        """Return once the broker is there and we listen. Raises LinkError."""
        await self.broker.opened()
        async with self._opening:
            if not self._is_listening:
                base = f"{NAMESPACE}/{self._group}/+/{self._node}"
                refused = await self.broker.listen(self, {base: ((0,), 0), f"{base}/+": ((0,), 0)})
                for topic, why in refused.items():
                    raise LinkError(
                        f"{self.broker.terms.zh} 拒绝订阅 {topic}：{chinese(why)}",
                        f"{self.broker.terms} refuses a subscription to {topic}: {why}",
                    )
                self._is_listening = True

    def attach(self, unit: str, driver: Unit) -> None:
        behind = self._units.setdefault(unit, [])
        if driver not in behind:
            behind.append(driver)

    def detach(self, unit: str, driver: Unit) -> None:
        if driver in self._units.get(unit, ()):
            self._units[unit].remove(driver)

    def birth(self, unit: str, metric: str) -> Birth | None:
        return self._births.get(unit, {}).get(metric)

    def ask_rebirth(self) -> None:
        """Ask the node for its certificates, soon, and not too often."""
        if self._asking is None:
            wait_s = max(0.0, self._asked_s + PACE_S - self._surroundings.clock())
            self._asking = asyncio.get_running_loop().call_later(wait_s, self._ask)

    async def command(self, unit: str, metric: bytes, timeout_s: float) -> None:
        """See Session.published; commands go with QoS 0, as the standard wants it."""
        topic = f"{NAMESPACE}/{self._group}/{'DCMD' if unit else 'NCMD'}/{self._node}"
        time_ms = self._surroundings.wall_ns() // 1_000_000
        await self.broker.publish(
            f"{topic}/{unit}" if unit else topic, encoded([metric], time_ms, None), 0, timeout_s
        )

    def check(self) -> None:
        """Raises LinkError where the node has not answered requests for its certificate for long."""
        since_s = self._unborn_since_s
        if since_s is not None and self._surroundings.clock() - since_s > UNBORN_S:
            raise LinkError(
                f"边缘节点 {self.name} 不发送上线证书，请求后也不发送",
                f"edge node {self.name} does not send a birth certificate, asked for it or not",
            )

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        if self._sending is not None:
            self._sending.cancel()
        self.broker.forget(self)
        await self._surroundings.shares.release(self._key, self.broker)

    # -- what the broker calls

    def lost(self, error: LinkError) -> None:
        self._is_listening = False
        self._forget()
        self._unborn_since_s = None
        self._tell_lost(error)

    def receive(self, key: int, message: Message) -> None:
        if message.retained:
            return  # nothing of Sparkplug but STATE is; whoever kept it, it is not of now
        levels = message.topic.split("/")
        kind, unit = levels[2], levels[4] if len(levels) > 4 else ""
        if kind not in (OF_UNITS if unit else OF_NODES):
            return
        try:
            if len(message.payload) > self.broker.terms.max_payload:
                raise Malformed("too long")
            payload = decoded(message.payload)
        except Malformed as error:
            for driver in self._units.get(unit, ()):
                driver.spoilt(message, str(error))
            self._gap()
            return
        match kind:
            case "NDEATH":
                self._node_died(payload)
            case "NBIRTH":
                self._node_born(message, payload)
            case _ if not self._is_born:
                self.ask_rebirth()
            case _ if not self._is_next(payload):
                pass
            case "DBIRTH":
                self._unit_born(unit, message, payload)
            case "DDEATH":
                self._births.pop(unit, None)
                for driver in list(self._units.get(unit, ())):
                    died = LinkError(
                        f"边缘节点 {self.name} 的设备 {unit} 已下线",
                        f"device {unit} of edge node {self.name} has died",
                    )
                    driver.lost(died)
            case _:
                self._data(unit, message, payload)

    # -- inside

    def _node_born(self, message: Message, payload: Payload) -> None:
        self._forget()
        self._is_born = True
        self._unborn_since_s = None
        self._seq = (payload.seq or 0) % SEQUENCE
        self._bd_seq = _bd_seq(payload)
        self._unit_born("", message, payload)

    def _node_died(self, payload: Payload) -> None:
        said = _bd_seq(payload)
        if self._is_born and said is not None and self._bd_seq is not None and said != self._bd_seq:
            return  # of a session before the one that lives
        self._forget()
        self._tell_lost(LinkError(f"边缘节点 {self.name} 已下线", f"edge node {self.name} has died"))

    def _unit_born(self, unit: str, message: Message, payload: Payload) -> None:
        births = self._births[unit] = {}
        for metric in payload.metrics:
            births[metric.name] = Birth(metric.alias, metric.datatype)
            if metric.alias is not None:
                self._aliases[metric.alias] = unit, metric.name
        for driver in list(self._units.get(unit, ())):
            driver.born(message, payload)

    def _data(self, unit: str, message: Message, payload: Payload) -> None:
        births = self._births.get(unit)
        known: list[tuple[Metric, str, int]] = []
        is_strange = births is None
        for metric in payload.metrics:
            of, name = unit, metric.name
            if not name:
                of, name = self._aliases.get(-1 if metric.alias is None else metric.alias, ("", ""))
            birth = births.get(name) if births is not None and of == unit else None
            if birth is None:
                is_strange = True
            else:
                known.append((metric, name, metric.datatype or birth.datatype))
        if is_strange:
            self.ask_rebirth()
        for driver in list(self._units.get(unit, ())) if known else ():
            driver.told(message, payload, known)

    def _is_next(self, payload: Payload) -> bool:
        """Whether the message is to be taken: False for one that came twice."""
        seq = payload.seq
        if seq is None or seq == self._seq:
            return seq is None
        is_next = seq == (self._seq + 1) % SEQUENCE
        self._seq = seq % SEQUENCE
        if not is_next:
            self._gap()
        return True

    def _gap(self) -> None:
        """What was missed may have given aliases another meaning."""
        self._aliases.clear()
        if self._unborn_since_s is None:
            self._unborn_since_s = self._surroundings.clock()
        self.ask_rebirth()

    def _ask(self) -> None:
        self._asking = None
        self._asked_s = self._surroundings.clock()
        if self._is_listening:
            self._sending = asyncio.get_running_loop().create_task(self._request())

    async def _request(self) -> None:
        time_ms = self._surroundings.wall_ns() // 1_000_000
        request = encoded_metric(REBIRTH, None, DataType.BOOLEAN, 1, time_ms)
        with contextlib.suppress(LinkError, WriteError):
            await self.command("", request, PACE_S)
        if self._unborn_since_s is not None:
            self.ask_rebirth()

    def _forget(self) -> None:
        self._is_born = False
        self._births.clear()
        self._aliases.clear()

    def _tell_lost(self, error: LinkError) -> None:
        for drivers in list(self._units.values()):
            for driver in list(drivers):
                driver.lost(LinkError(error.why.zh, error.why.en))


def _bd_seq(payload: Payload) -> object:
    return next((metric.value for metric in payload.metrics if metric.name == BD_SEQ), None)
