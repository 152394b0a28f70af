"""Serves the campus: a twin for each gateway, line, server and broker, one clock, and only what changed."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from errno import EADDRINUSE

from config.site import Device, Point, PointKind
from drivers.modbus.encoding import limits
from drivers.modbus.registers import Kind
from drivers.modbus.schema import Source
from drivers.simulators.campus import Campus
from drivers.simulators.model import Reading
from drivers.simulators.snapshots import Snapshots
from drivers.twin import Fault, Twin
from drivers.twins import TWINS

_WIDE = (Kind.FLOAT32, Kind.FLOAT64)
_DIGITS: Mapping[Kind | None, int] = {Kind.BCD16: 4, Kind.BCD32: 8}

Address = tuple[str, int]
Home = tuple[str, Hashable]
"""Protocol, and what devices of it share that one twin plays."""


@dataclass(slots=True)
class _Shown:
    """One point as its registers hold it, to push it only when that changes."""

    point: Point
    digits: int | None
    """Decimals worth sending of a float; None for what is whole in its registers."""
    low: float
    high: float
    """What can be shown: a transmitter at the end of its range, or a counter of its digits, stays there."""
    last: float | str | None = None

    @classmethod
    def of(cls, point: Point) -> "_Shown":
        source = point.source
        if not isinstance(source, Source):
            high = point.high if point.kind is PointKind.COUNTER else math.inf
            return cls(point, point.decimals, -math.inf, high)
        if source.type in _WIDE:
            return cls(point, point.decimals + 1, -math.inf, math.inf)
        if source.type in _DIGITS:
            return cls(point, None, 0, 10 ** _DIGITS[source.type] - 1)
        if source.bit is not None:
            return cls(point, None, 0, (1 << source.bits) - 1)
        return cls(point, None, *limits(source.type or (Kind.BOOL if source.table.of_bits else Kind.UINT16)))

    def news(self, reading: Reading) -> float | str | None:
        """The raw value to send, None if it is shown already. A broken sensor sends its fault code."""
        point = self.point
        if reading is None:
            raw: float | str | None = point.fault_codes[0] if point.fault_codes else self.last
        elif isinstance(reading, str):
            raw = reading
        elif self.digits is None:
            raw = min(max(round((reading - point.offset) / point.scale), self.low), self.high)
        else:
            raw = (round(min(max(reading, self.low), self.high), self.digits) - point.offset) / point.scale
        if raw == self.last:
            return None
        self.last = raw
        return raw


class CampusServer:
    """Plays `campus` on the addresses of its devices.

    Every `period_s` of `clock` the world moves `period_s * speed` on. `clock` is monotonic seconds.
    `snapshots` is where the pictures of the cameras are served, if anywhere.
    """

    def __init__(
        self,
        campus: Campus,
        *,
        period_s: float = 1.0,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        snapshots: Address | None = None,
    ) -> None:
        self.campus = campus
        self._snapshots = Snapshots(campus)
        self._snapshots_at = snapshots
        self._period_s = period_s
        self._speed = speed
        self._clock = clock
        self._twins: dict[Home, Twin] = {}
        self._home: dict[str, Home] = {}
        self._shown: dict[str, dict[str, _Shown]] = {}
        self._silent: frozenset[str] = frozenset()
        self._down: frozenset[Home] = frozenset()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen on every address, values in place. Raises OSError naming an address that is taken."""
        devices = [model.device for model in self.campus.models.values()]
        self._shown = {
            device.id: {point.id: _Shown.of(point) for point in device.template.points} for device in devices
        }
        for home, behind in _homes(devices).items():
            self._twins[home] = TWINS[home[0]].twin(behind, self._written)
            self._home.update((device.id, home) for device in behind)
        try:
            if self._snapshots_at is not None:
                await self._snapshots.start(*self._snapshots_at)
            self.campus.step(self._period_s * self._speed)
            self.push()
            for home in self._twins:
                await self._listen(home)
        except OSError:
            await self.stop()
            raise
        self._task = asyncio.get_running_loop().create_task(self._run(), name="campus")

    async def ended(self) -> None:
        """Returns when `stop` was called; raises what ended the world otherwise."""
        if (task := self._task) is not None:
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    async def stop(self) -> None:
        """Stop the world and close every socket. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await self._snapshots.stop()
        for twin in self._twins.values():
            await twin.stop()
        self._twins.clear()

    def push(self) -> int:
        """Put what changed since the last push into the registers; how many points that were."""
        changed = 0
        for device, readings in self.campus.readings():
            twin, shown = self._twins[self._home[device.id]], self._shown[device.id]
            for point, reading in readings.items():
                raw = shown[point].news(reading)
                if raw is not None:
                    twin.put(device.id, point, raw, raw=True)
                    changed += 1
        return changed

    def _written(self, device: str, point: str, value: float | str) -> None:
        """A client wrote: the physics hears of it, and answers even if the answer is the value of before."""
        self._shown[device][point].last = None
        self.campus.write(device, point, value)

    async def _run(self) -> None:
        due = self._clock()
        while True:
            due += self._period_s
            await asyncio.sleep(max(0.0, due - self._clock()))
            self.campus.step(self._period_s * self._speed)
            self.push()
            await self._misbehave()

    async def _misbehave(self) -> None:
        """Let units fall silent and gateways vanish, or come back."""
        silent = self.campus.silent()
        for device in silent ^ self._silent:
            fault = Fault.SILENT if device in silent else Fault.NONE
            self._twins[self._home[device]].misbehave(device, fault)
        self._silent = silent
        down = frozenset(self._home[device] for device in self.campus.cut_off())
        for home in down - self._down:
            await self._twins[home].stop()
        for home in self._down - down:
            await self._listen(home)
        self._down = down

    async def _listen(self, home: Home) -> None:
        try:
            await self._twins[home].start()
        except (OSError, RuntimeError) as error:  # pymodbus logs the reason and raises RuntimeError
            protocol, place = home
            where = ":".join(map(str, place)) if isinstance(place, tuple) else str(place)
            message = f"{protocol} {where} cannot be served; is another demo running on this machine?"
            raise OSError(EADDRINUSE, message) from error


def _homes(devices: Iterable[Device]) -> Mapping[Home, list[Device]]:
    found: dict[Home, list[Device]] = defaultdict(list)
    for device in devices:
        driver = device.template.driver
        if driver not in TWINS:
            raise TypeError(
                f"device {device.id!r} has model {device.template.model!r} and driver {driver!r}; "
                f"the simulators serve {', '.join(sorted(TWINS))}"
            )
        found[driver, TWINS[driver].home(device.connection)].append(device)
    return found
