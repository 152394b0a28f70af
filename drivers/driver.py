"""The port between Steward and the plant: what a protocol must offer, and in which words."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from config.secrets import Secret, SecretMissing
from config.site import Device, Template
from drivers.cadence import Cadence as Cadence
from drivers.cadence import Ticks
from drivers.errors import DriverError as DriverError
from drivers.errors import LinkError as LinkError
from drivers.errors import OptionsError as OptionsError
from drivers.errors import WriteError as WriteError
from drivers.errors import WriteUnknown as WriteUnknown
from drivers.shares import Shares

Value = float | str


class Quality(IntEnum):
    """Class in the two high bits (good, uncertain, bad), reason in the low ones. Fits a uint8 column."""

    GOOD = 0
    UNCERTAIN_SUBSTITUTED = 0x45
    UNCERTAIN_IN_TEST = 0x46
    UNCERTAIN_STALE = 0x42
    BAD_COMM_LOSS = 0x81
    BAD_STALE = 0x82
    BAD_SENSOR_FAULT = 0x83
    BAD_OUT_OF_RANGE = 0x84
    BAD_FROZEN = 0x85
    BAD_NOT_READ = 0x87
    BAD_ADDRESS = 0x88
    BAD_INPUT = 0x89

    @property
    def is_good(self) -> bool:
        return self < 0x40

    @property
    def is_bad(self) -> bool:
        return self >= 0x80


UNCERTAIN = 0x40
"""Quality codes from here on are not good."""
BAD = 0x80
"""Quality codes from here on are bad: the value must not be used."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over one device, as it came: `raw` means something only to the driver's own decoder."""

    time_ns: int
    """UTC, the source's where there is one, else the time of the answer."""
    raw: Any
    past: bool = False
    """Recorded by the device itself, and read from it only now (a trend log, a frozen meter reading): it goes
    into the history, and neither onto the screens nor before the alarm rules. Points that it does not bring
    have BAD_NOT_READ."""
    goes_on: bool = False
    """Another scan of the same turn follows at once: they are recorded in one transaction."""
    keeps: Mapping[str, bytes | None] = field(default_factory=dict)
    """What the process keeps, by name, changes so in the transaction that records the turn; None forgets. On
    the last scan of a turn, which is of now."""


@dataclass(slots=True)
class Columns:
    """Decoded scans of n devices that share a template of p points, before scaling."""

    values: NDArray[np.float64]
    """Shape (n, p). A value whose quality is bad is NaN. 64-bit integers are exact up to 2**53."""
    quality: NDArray[np.uint8]
    """Shape (n, p), see Quality."""
    texts: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Column of a text point -> its n texts."""


class Decoder(Protocol):
    """Turns the raw scans of devices of one template into columns. Pure; one instance a template."""

    def decode(self, raws: Sequence[Any]) -> Columns: ...


class Driver(Protocol):
    """One device behind one protocol. Every method runs on the asyncio loop; the constructor does no I/O."""

    async def connect(self) -> None:
        """Reach the device once. Raises LinkError. May be called again after a close or a LinkError."""

    def scans(self) -> AsyncIterator[Scan]:
        """Poll or subscribe, whichever the protocol does, for ever. Raises LinkError on its loss."""

    async def write(self, point: int, value: Value) -> None:
        """Write one point (its index in the template), unscaled, exactly once.

        Raises WriteError, WriteUnknown, or LinkError when nothing was sent.
        """

    def hurry(self) -> None:
        """Scan as soon as the link allows, without waiting for the next due time."""

    async def close(self) -> None:
        """Let go of the device. Safe to call twice. Never closes what other devices share."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest value of one point, as the calculated points of other devices see it."""

    value: float
    quality: int
    time_ns: int


class Plant(Protocol):
    """Read access to the newest scaled values of other devices in this process."""

    def reading(self, device: str, point: str) -> Reading | None:
        """None while the device is unknown here. A device not yet read gives BAD_NOT_READ."""


class History(Protocol):
    """What was recorded, as statistics ask for it. On the loop."""

    def hours(self, wall_ns: int, weeks: int) -> Sequence[int]:
        """The start of the hour of the site's clock that holds `wall_ns`, then that of the same hour on the
        earlier days of its kind (workday or day off) in so many weeks."""

    async def mean(self, point: str, hour_ns: int) -> float:
        """Of `device/point` in the hour that starts then; NaN where less than half of it is known. Raises
        LinkError when nobody answers, or nothing was ever recorded of it."""


@runtime_checkable
class Stateful(Protocol):
    """A driver whose points accumulate, or that follows what its device records: the field process keeps
    `state` and gives it back after a restart."""

    follows: bool
    """Records of the device: then what a turn brings and the state that knows it as read are recorded in one
    transaction. Else the state is kept now and then, and when the driver ends."""

    def state(self) -> Mapping[str, float]:
        """Everything needed to go on after the scans that were handed on, as plain numbers."""

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from `state`; before the first scan. Unknown keys are ignored."""


@runtime_checkable
class Counting(Protocol):
    """A driver that counts the due scans it had to skip: not allowed to poll, or the last still under way."""

    @property
    def missed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That a person has seen an alarm which the device raised itself."""

    by: str
    comment: str
    seen_ns: int = 0
    """UTC. What came about at the device later, nobody had seen: it is left alone. 0: all there is now."""


@runtime_checkable
class Acknowledging(Protocol):
    """A driver whose devices keep alarms of their own, which wait there for an acknowledgement."""

    async def acknowledge(self, point: int, told: Acknowledgement) -> bool:
        """Acknowledge what of a point's alarms (its index in the template) waits for it; false where nothing
        did. May be called again for the same: a device takes no acknowledgement twice.

        Raises WriteError where the device does not take it, LinkError where it did not answer.
        """


def no_secret(name: str) -> Secret:
    """Where nobody keeps secrets."""
    raise SecretMissing(f"缺少密钥 {name}：该进程不保管密钥", f"no {name}: this process keeps no secrets")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a driver is given besides its device; shared by the drivers of one process."""

    shares: Shares
    """What devices have in common: connections, sockets, engines."""
    ticks: Ticks
    """Wakes every device that is due at one instant at once."""
    plant: Plant
    may_poll: Callable[[], bool]
    """False while history cannot keep up: the due scan is skipped and counted as missed."""
    clock: Callable[[], float]
    """Monotonic seconds."""
    wall_ns: Callable[[], int]
    """UTC nanoseconds."""
    facts: Callable[[], Mapping[str, float]] = dict
    """What the process tells of itself, by the names of `drivers.host.Fact`."""
    history: History | None = None
    """None where nothing recorded can be asked for."""
    secret: Callable[[str], Secret] = no_secret
    """The secret of that name, such as a password that a connection names. Raises SecretError."""


class DriverType(Protocol):
    """A protocol as the composition root knows it: one row of `drivers.DRIVERS`."""

    name: str

    def decoder(self, template: Template) -> Decoder: ...

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver: ...
