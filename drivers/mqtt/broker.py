"""One broker, as all devices that publish there share it."""

import asyncio
import secrets
from collections import deque
from collections.abc import Mapping
from typing import Protocol

import paho.mqtt.client as paho

from config.secrets import SecretError
from config.text import Text
from drivers.driver import Surroundings
from drivers.errors import LinkError
from drivers.mqtt.dial import dialled
from drivers.mqtt.filters import Filters, meets, wrong
from drivers.mqtt.message import Message
from drivers.mqtt.session import Session
from drivers.mqtt.terms import Session as Kind
from drivers.mqtt.terms import Terms
from drivers.shares import Opening

BATCH = 100
"""Filters in one SUBSCRIBE."""
LINGER_S = 30.0
"""A filter that nobody wants any more is given back after so long: its device may only be trying again."""
HELD = 10_000
"""Messages of a persistent session that may wait for the devices they are of."""
HELD_S = 20.0
STEADY_S = 10.0
"""A connection that lasts less long is a failure, however well it began: two clients with one id would else
throw each other out without a pause."""


Wanted = Mapping[str, tuple[tuple[int, ...], int]]
"""Topic filter -> the listener's own keys for it, and the QoS."""


class Listener(Protocol):
    def receive(self, key: int, message: Message) -> None:
        """A message came on the filter that was given with `key`. Must not raise."""

    def lost(self, error: LinkError) -> None: ...


class Broker:
    def __init__(self, terms: Terms, surroundings: Surroundings) -> None:
        self.terms = terms
        self._surroundings = surroundings
        self._wall_ns = surroundings.wall_ns
        shares = surroundings.shares
        self._backoff = shares.backoff(("mqtt", terms))
        self._opening = Opening(str(terms), self._open, self._backoff, shares.clock)
        self._client_id = terms.client_id or f"steward-{secrets.token_hex(6)}"
        self._session: Session | None = None
        self._since_s = 0.0
        self._index: Filters[tuple[Listener, int]] = Filters()
        self._listeners: dict[Listener, Wanted] = {}
        self._users: dict[str, int] = {}
        """How many listeners want a filter."""
        self._subscribed: set[str] = set()
        self._qos: dict[str, int] = {}
        """The highest that any listener asked of a filter."""
        self._asked: deque[tuple[Mapping[str, int], asyncio.Future[dict[str, str]]]] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._held: list[Message] = []
        self._holds_until_s = 0.0

    async def opened(self) -> None:
        """Return once there is a session. Raises LinkError; see Opening."""
        if self._session is None:
            await self._opening.opened()

    async def listen(self, listener: Listener, wanted: Wanted) -> dict[str, str]:
        """Subscribe to filters, each with (key, QoS); why the broker refuses some. Raises LinkError.

        What it has kept on them comes again at each call.
        """
        if self._session is None:
            raise LinkError(f"{self.terms.zh} 未连接", f"{self.terms} is not connected")
        if listener not in self._listeners:
            self._listeners[listener] = wanted
            for topic, (keys, _) in wanted.items():
                for key in keys:
                    self._index.add(topic, (listener, key))
                self._users[topic] = self._users.get(topic, 0) + 1
            self._hand_over(listener, wanted)
        refused = {topic: why for topic in wanted if (why := wrong(topic))}
        topics = {topic: qos for topic, (_, qos) in wanted.items() if topic not in refused}
        if topics:
            answer: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
            self._asked.append((topics, answer))
            if self._asking is None:
                self._asking = asyncio.get_running_loop().create_task(self._ask())
            refused.update(await answer)
        return refused

    def forget(self, listener: Listener) -> None:
        """Nothing comes to the listener any more. Safe to call for one that does not listen."""
        for topic, (keys, _) in self._listeners.pop(listener, {}).items():
            for key in keys:
                self._index.remove(topic, (listener, key))
            self._users[topic] -= 1
            if not self._users[topic]:
                del self._users[topic]
        if self._sweep is None and self._session is not None:
            self._sweep = asyncio.get_running_loop().call_later(LINGER_S, self._swept)

    async def publish(self, topic: str, payload: bytes, qos: int, timeout_s: float) -> None:
        """See Session.published."""
        if self._session is None:
            raise LinkError(
                f"{self.terms.zh} 未连接；未写入", f"{self.terms} is not connected; nothing was written"
            )
        await self._session.published(topic, payload, qos, timeout_s)

    async def close(self) -> None:
        await self._opening.cancel()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        session, self._session = self._session, None
        if session is not None:
            self._backoff.succeeded()  # that it ends is our own wish
            session.close()
        self._ended(self._closed())
        if (asking := self._asking) is not None:
            asking.cancel()
            await asyncio.wait({asking})

    # Inside

    async def _open(self) -> None:
        terms = self.terms
        try:
            password = self._surroundings.secret(terms.password).reveal() if terms.password else None
        except SecretError as error:
            raise LinkError(f"{terms.zh}：{error.why.zh}", f"{terms}: {error}") from error
        session = Session(terms, password, self._client_id, self._came, lambda: self._over(session))
        self._holds_until_s = self._surroundings.clock() + HELD_S if terms.session is Kind.PERSISTENT else 0.0
        await session.open(await dialled(terms))
        self._session, self._since_s = session, self._surroundings.clock()

    def _over(self, session: Session) -> None:
        if session is self._session:
            self._session = None
            if self._surroundings.clock() - self._since_s >= STEADY_S:
                self._backoff.succeeded()
            self._ended(Text(f"{self.terms.zh} 已断开", f"{self.terms} is gone"))

    def _closed(self) -> Text:
        return Text(f"{self.terms.zh} 已关闭", f"{self.terms} was closed")

    def _ended(self, why: Text) -> None:
        """Everybody is told, and will ask again."""
        self._subscribed.clear()
        self._held.clear()
        asked, self._asked = self._asked, deque()
        for _, answer in asked:
            if not answer.done():
                answer.set_exception(LinkError(why.zh, why.en))
        for listener in list(self._listeners):
            listener.lost(LinkError(why.zh, why.en))

    def _came(self, message: paho.MQTTMessage) -> None:
        came = Message(message.topic, bytes(message.payload), self._wall_ns(), retained=message.retain)
        found = self._index.of(came.topic)
        for listener, key in found:
            try:
                listener.receive(key, came)
            except Exception as error:  # noqa: BLE001 - one device's defect must not end the others' connection
                loop = asyncio.get_running_loop()
                loop.call_exception_handler({"message": "a device failed at a message", "exception": error})
        if not found and len(self._held) < HELD and self._surroundings.clock() < self._holds_until_s:
            self._held.append(came)

    def _hand_over(self, listener: Listener, wanted: Wanted) -> None:
        """What a persistent session brought before its device was there."""
        if self._surroundings.clock() > self._holds_until_s:
            self._held.clear()
        left = []
        for message in self._held:
            found = [
                key for topic, (keys, _) in wanted.items() if meets(topic, message.topic) for key in keys
            ]
            for key in found:
                listener.receive(key, message)
            if not found:
                left.append(message)
        self._held = left

    async def _ask(self) -> None:
        """Asks for what was wanted meanwhile in few packets, one after the other."""
        try:
            while self._asked:
                await asyncio.sleep(0)
                batch: list[tuple[Mapping[str, int], asyncio.Future[dict[str, str]]]] = []
                wanted: dict[str, int] = {}
                while self._asked and (not wanted or len(wanted) + len(self._asked[0][0]) <= BATCH):
                    topics, answer = self._asked.popleft()
                    batch.append((topics, answer))
                    for topic, qos in topics.items():
                        wanted[topic] = self._qos[topic] = max(qos, self._qos.get(topic, 0))
                await self._ask_for(wanted, batch)
        finally:
            self._asking = None

    async def _ask_for(
        self, wanted: dict[str, int], batch: list[tuple[Mapping[str, int], asyncio.Future[dict[str, str]]]]
    ) -> None:
        error: LinkError | None = None
        refused: dict[str, str] = {}
        try:
            if self._session is None:
                raise LinkError(f"{self.terms.zh} 未连接", f"{self.terms} is not connected")
            if wanted:
                refused = await self._session.subscribed(wanted)
            self._subscribed.update(wanted.keys() - refused.keys())
        except LinkError as lost:
            error = lost
        except asyncio.CancelledError:
            error = LinkError(self._closed().zh, self._closed().en)
            raise
        finally:
            for topics, answer in batch:
                if answer.done():
                    continue
                if error is not None:
                    answer.set_exception(LinkError(error.why.zh, error.why.en))
                else:
                    answer.set_result({topic: refused[topic] for topic in topics if topic in refused})

    def _swept(self) -> None:
        self._sweep = None
        unwanted = [topic for topic in self._subscribed if topic not in self._users]
        self._subscribed.difference_update(unwanted)
        if unwanted and self._session is not None:
            self._sweeping = asyncio.get_running_loop().create_task(self._give_back(self._session, unwanted))

    async def _give_back(self, session: Session, unwanted: list[str]) -> None:
        try:
            for at in range(0, len(unwanted), BATCH):
                await session.unsubscribed(unwanted[at : at + BATCH])
        except LinkError:
            return  # gone with the session
