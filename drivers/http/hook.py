"""A device whose system posts what happens, signed, instead of being asked."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace

from config.secrets import SecretError
from config.site import Device
from drivers import plain
from drivers.driver import Cadence, LinkError, Scan, Surroundings, Value, WriteError
from drivers.http.inbox import Taken, Taker, inbox_of
from drivers.http.schema import Connection
from drivers.http.signature import key_of
from drivers.http.values import Plan
from drivers.jsonpath import MISSING, path
from drivers.paced import PacedDriver
from drivers.samples import Samples


class HookDriver(PacedDriver):
    """A post brings the values that are in it; the others stay. Nobody can be reached: the link is good for
    as long as posts come, or always where the profile does not say how often that is."""

    polls = False

    def __init__(self, device: Device, cadence: Cadence, plan: Plan, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self._connection = device.connection
        self._match = {name: plain.text(value) for name, value in device.connection.match.items()}
        self._plan = plan
        self._samples = Samples(len(plan.sources), plan.texts)
        self._inbox = inbox_of(surroundings.shares, surroundings.wall_ns)
        self._backoff = surroundings.shares.backoff(("http-hook", device.id))
        self._taker: Taker | None = None
        self._heard = asyncio.Event()
        self._heard_s = surroundings.clock()
        self._was_quiet = False

    async def connect(self) -> None:
        """After a silence it waits for a post, and that may be long."""
        if self._taker is None:
            clock = self.surroundings.clock
            await asyncio.sleep(self._backoff.delay_s(clock()))
            self._backoff.started(clock())
            self._taker = Taker(self.device.id, self._key(), self._concerns, self._hear)
            self._backoff.succeeded()
            self._inbox.join(self._connection.webhook, self._taker)
        if self._was_quiet:
            await self._heard.wait()
        self._heard_s = self.surroundings.clock()
        self._was_quiet = False

    async def turn(self) -> Iterable[Scan]:
        quiet_s = self._plan.options.quiet_s
        if quiet_s and self.surroundings.clock() - self._heard_s > quiet_s:
            self._was_quiet = True
            self._heard.clear()
            hook = self._connection.webhook
            raise LinkError(
                f"{quiet_s:g} s 没有收到对 {hook} 的推送", f"nothing was posted to {hook} for {quiet_s:g} s"
            )
        now_ns = self.surroundings.wall_ns()
        posts = self._inbox.take(self.device.id)
        for post in posts:
            self._take(post, now_ns)
        *others, last = self._samples.scans(now_ns)
        return *others, replace(last, keeps=dict.fromkeys(post.name for post in posts))

    async def write(self, point: int, value: Value) -> None:
        name = self.device.template.points[point].id
        raise WriteError(
            f"{self.device.id}/{name}：webhook 只接收推送；不能写入 {value}",
            f"{self.device.id}/{name}: a webhook only tells; {value} cannot be written to it",
        )

    async def close(self) -> None:
        if self._taker is not None:
            self._inbox.leave(self._connection.webhook, self._taker)
            self._taker = None

    def _hear(self) -> None:
        self._heard_s = self.surroundings.clock()
        self._heard.set()

    def _concerns(self, posted: object) -> bool:
        return any(True for _ in self._items(posted))

    def _take(self, post: Taken, now_ns: int) -> None:
        for item in self._items(post.posted):
            readings, time_ns = self._plan.readings(item, now_ns)
            for at, column in enumerate(self._plan.paths):
                if column.get(item) is not MISSING:
                    value = readings.texts[at] if at in readings.texts else readings.values[at]
                    self._samples.put(at, value, readings.quality[at], time_ns or post.at_ns)

    def _items(self, posted: object) -> Iterator[object]:
        """Those of a post that are about this device."""
        where = self._plan.options.items
        items = [posted] if where is None else path(where).get(posted)
        for item in items if isinstance(items, list) else ():
            if all(_text(item, name) == held for name, held in self._match.items()):
                yield item

    def _key(self) -> bytes:
        name, hook = self._connection.secret, self._connection.webhook
        try:
            return key_of(self.surroundings.secret(name).reveal())
        except SecretError as error:
            raise LinkError(f"webhook {hook}：{error.why.zh}", f"webhook {hook}: {error}") from error
        except ValueError as error:
            raise LinkError(
                f"webhook {hook}：密钥 {name} 不能使用：{error}",
                f"webhook {hook}: the secret {name} cannot be used: {error}",
            ) from error


def _text(item: object, name: str) -> str | None:
    found = path(name).get(item)
    return None if found is MISSING else plain.text(found)
