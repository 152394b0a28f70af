"""A played BACnet device behind which everything can go wrong, and the driver that reads it."""

import asyncio
import itertools
import os
from collections.abc import Callable
from typing import Any

from config.site import Point, PointKind
from drivers.bacnet.driver import Bacnet, BacnetDriver
from drivers.bacnet.schema import Connection, Options, Source
from drivers.bacnet.tags import Reader
from drivers.bacnet.twin import BacnetTwin
from drivers.driver import Cadence, Driver, Scan
from drivers.twin import Fault
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 0.15
PERIOD_S = 0.1
RPM_ACK = 14
FIRST_APDU_BYTE = 6
"""Behind the headers of BACnet/IP and network, on one's own network."""
POINTS = (
    *(point(f"ai{at}", Source(object=f"analog-input,{at}")) for at in range(10)),
    point("command", Source(object="analog-value,1")),
    point("released", Source(object="analog-value,1", relinquish=True)),
    point("lamp", Source(object="binary-output,1")),
    point("mode", Source(object="multi-state-value,1")),
)
SHOWN = {**{f"ai{at}": at + 0.5 for at in range(10)}, "command": 21.5, "lamp": 1.0, "mode": 3.0}

_instances = itertools.count(os.getpid() % 4000 * 1000)


def an_instance() -> int:
    """One that no other test uses: broadcasts on the loopback network reach the tests of other processes."""
    return next(_instances)


def text_point(name: str, source: Source) -> Point:
    made = point(name, source)
    return Point(**{field: getattr(made, field) for field in made.__slots__} | {"kind": PointKind.TEXT})


class BacnetRig:
    """The device is found by its instance, unless `address` fixes where it is."""

    AILMENTS = tuple(Ailment)

    def __init__(
        self,
        process: Process | None = None,
        options: Options | None = None,
        points: tuple[Point, ...] = POINTS,
        *,
        period_s: float = PERIOD_S,
        timeout_s: float = TIMEOUT_S,
        **connection: Any,
    ) -> None:
        self.process = process or Process()
        self.template = template(
            "bacnet", points, options or Options(), period_s=period_s, timeout_s=timeout_s
        )
        self.instance = an_instance()
        self.decoder = Bacnet().decoder(self.template)
        self.connection = Connection(
            **{"device": self.instance, "interface": "127.0.0.1/8", "port": 0} | connection
        )
        self.device = device("played", self.template, self.connection)
        self.heard: list[tuple[str, str, float | str]] = []
        self.twin = BacnetTwin([self.device], lambda *write: self.heard.append(write))
        self.host: str | None = None
        self.mood: Ailment | None = None
        self.sent: list[bytes] = []
        """What the device has answered."""
        self.bacnet = self.made(self.connection)
        self.driver: Driver = self.bacnet

    def made(self, connection: Connection) -> BacnetDriver:
        driver = Bacnet().driver(
            device("played", self.template, connection),
            Cadence(self.template.period_s),
            self.decoder,
            self.process.surroundings,
        )
        assert isinstance(driver, BacnetDriver)
        return driver

    def neighbour(self) -> Driver:
        return self.made(
            self.connection.model_copy(update={"device": an_instance(), "address": "127.9.9.9:47809"})
        )

    async def start(self) -> None:
        await self.twin.start(host=self.host)
        assert self.twin.played is not None
        wire = self.twin.played.wire
        original = wire.indication
        wire.indication = lambda pdu: self._mangled(pdu, original)  # type: ignore[method-assign]
        for name, value in SHOWN.items():
            if name in self.template.index:
                self.twin.put("played", name, value)

    async def stop(self) -> None:
        await self.twin.stop()

    async def ail(self, ailment: Ailment) -> None:
        self.mood = ailment
        match ailment:
            case Ailment.REFUSED | Ailment.REBOOT | Ailment.MOVED | Ailment.RESET:
                await self.twin.stop()
            case Ailment.HALF_OPEN:
                self.twin.misbehave("played", Fault.SILENT)
            case Ailment.EXCEPTION:
                self.twin.misbehave("played", Fault.BUSY)
            case _:
                pass

    async def heal(self) -> None:
        mood, self.mood = self.mood, None
        if mood is Ailment.MOVED:
            self.host = "127.63.{}.{}".format(*divmod(self.instance % 60_000, 250))
        if self.twin.played is None:
            await self.start()
        self.twin.misbehave("played", Fault.NONE)

    def is_right(self, scan: Scan) -> bool:
        return self.read(scan) == {**SHOWN, "released": 1.0}

    def read(self, scan: Scan) -> dict[str, float]:
        """The values; NaN where the quality is not good."""
        columns = self.decoder.decode([scan.raw])
        return {
            one.id: float(columns.values[0, at]) if columns.quality[0, at] == 0 else float("nan")
            for at, one in enumerate(self.template.points)
        }

    async def _mangled(self, pdu: Any, original: Callable[[Any], Any]) -> None:
        data = bytes(pdu.pduData)
        self.sent.append(data)
        acknowledges = data[FIRST_APDU_BYTE] >> 4 in (2, 3)
        match self.mood:
            case Ailment.GARBAGE:
                data = b"\xde\xad\xbe\xef" * 5
            case Ailment.PARTIAL if acknowledges:
                data = framed(data[4 : 4 + (len(data) - 4) // 2])
            case Ailment.WRONG_ID if acknowledges:
                at = FIRST_APDU_BYTE + 1
                data = data[:at] + bytes([data[at] + 100 & 255]) + data[at + 1 :]
            case Ailment.WRONG_UNIT if data[FIRST_APDU_BYTE] >> 4 == 3:
                at = FIRST_APDU_BYTE + 7  # the last byte of the first object identifier
                data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            case Ailment.WRONG_LENGTH if data[FIRST_APDU_BYTE + 2] == RPM_ACK:
                data = framed(data[4 : len(data) - len(_behind_the_first(data[FIRST_APDU_BYTE + 3 :]))])
            case Ailment.SLOW:
                await asyncio.sleep(10 * self.template.timeout_s)
            case _:
                pass
        pdu.pduData = bytearray(data)
        await original(pdu)


def framed(npdu: bytes) -> bytes:
    return b"\x81\x0a" + (len(npdu) + 4).to_bytes(2, "big") + npdu


def _behind_the_first(results: bytes) -> bytes:
    """Of read access results, all but the first."""
    reader = Reader(results)
    reader.context(0)
    reader.skip()
    return results[reader._next :]
