"""A device that is polled and whose traps and informs are heard."""

import asyncio
from collections.abc import Iterable, Mapping

from config.site import Device
from drivers.driver import Cadence, LinkError, Quality, Scan, Surroundings
from drivers.snmp.notification import Watched
from drivers.snmp.pdu import Pdu
from drivers.snmp.plan import Plan
from drivers.snmp.polled import PolledDriver
from drivers.snmp.receiver import Receiver
from drivers.snmp.sender import Sender

BETWEEN_S = 1.0
"""However many traps come, the device is not read more often because of them."""


class HeardDriver(PolledDriver):
    """A notification is handed on at once, and then the device is read: it may tell more.

    The state of points that only notifications change is kept over a restart of the process.
    """

    follows = False

    def __init__(self, device: Device, cadence: Cadence, plan: Plan, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, plan, surroundings)
        self._watched = {at: Watched.of(plan.sources[at]) for at in plan.trapped}
        self._held = dict.fromkeys(plan.trapped, 0.0)
        self._told_s: dict[int, float] = {}
        """Column -> when a notification changed it."""
        self._asked_s = 0.0
        self._has_news = False
        self._again: asyncio.TimerHandle | None = None
        self._receiver: Receiver | None = None
        self.sender: Sender

    async def reached(self, address: str) -> None:
        assert self.credentials is not None
        clock = self.surroundings.clock
        if self._receiver is None:
            self.sender = Sender(self.credentials.trapping, clock)
            host, port = self.connection.trap_host, self.connection.trap_port
            self._receiver = self.surroundings.shares.acquire(
                self._key, lambda: Receiver(host, port, clock, self.surroundings.wall_ns)
            )
        try:
            await self._receiver.open()
        except LinkError:
            if any(self.plan.sources[at].alarm is None for at in self.plan.trapped):
                raise  # nothing else would tell of these points
        self._receiver.listen(self.connection.trap_from or address, self)

    async def turn(self) -> Iterable[Scan]:
        if self._has_news:
            self._has_news = False
            self._read_soon()
            return list(self.samples.scans(self.surroundings.wall_ns()))
        self._asked_s = self.surroundings.clock()
        now_ns = self.surroundings.wall_ns()
        for at in self.plan.trapped:
            if self.plan.sources[at].alarm is None:
                self.samples.put(at, self._held[at], Quality.GOOD, now_ns)
        scans = await super().turn()
        if self._session is not None and (engine := self._session.engine) is not None:
            self.sender.follow(*engine)
        return scans

    def read_alarm(self, at: int, held: float, quality: Quality, time_ns: int) -> None:
        if self._told_s.get(at, -1.0) >= self._asked_s:
            return  # a notification overtook the answer
        if quality is Quality.GOOD:
            self._held[at] = held
        super().read_alarm(at, held, quality, time_ns)

    def notified(self, pdu: Pdu) -> None:
        """It came from the device: the receiver has made sure of that."""
        now_ns = self.surroundings.wall_ns()
        for at, watched in self._watched.items():
            told = watched.told(pdu)
            if told is None:
                continue
            self._told_s[at] = self.surroundings.clock()
            if told != bool(self._held[at]):
                self._held[at] = float(told)
                self.samples.put(at, self._held[at], Quality.GOOD, now_ns)
                self._has_news = True
        if self._has_news:
            self.hurry()
        else:
            self._read_soon()

    def state(self) -> Mapping[str, float]:
        points = self.device.template.points
        return {points[at].id: held for at, held in self._held.items()}

    def restore(self, state: Mapping[str, float]) -> None:
        for at in self._held:
            self._held[at] = state.get(self.device.template.points[at].id, 0.0)

    async def close(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._receiver is not None:
            receiver, self._receiver = self._receiver, None
            receiver.forget(self)
            await self.surroundings.shares.release(self._key, receiver)
        await super().close()

    @property
    def _key(self) -> tuple[str, str, int]:
        return "snmp-traps", self.connection.trap_host, self.connection.trap_port

    def _read_soon(self) -> None:
        if self._again is None:
            wait_s = max(self._asked_s + BETWEEN_S - self.surroundings.clock(), 0.0)
            self._again = asyncio.get_running_loop().call_later(wait_s, self._read_now)

    def _read_now(self) -> None:
        self._again = None
        self.hurry()
