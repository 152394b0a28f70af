"""The port of the simulated twins: devices that answer as the real ones do, with what the physics say."""

from collections.abc import Callable, Hashable, Iterable
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel

from config.site import Device

OnWrite = Callable[[str, str, float | str], None]
"""Device id, point id, value as written in engineering units."""


class Fault(StrEnum):
    """How a device can misbehave on command."""

    NONE = "none"
    SILENT = "silent"
    """Never answers."""
    BUSY = "busy"
    """Answers that it cannot now."""
    FAILED = "failed"
    """Answers that it is broken."""


class Twin(Protocol):
    """Plays the devices that share one address: a gateway, a server, a line."""

    async def start(self) -> object:
        """Listen where the devices' connections say. May be called again after `stop`. Raises OSError."""

    async def stop(self) -> None:
        """As a device without power: every connection ends, nobody listens."""

    def drop(self) -> None:
        """Cut every connection; the listener stays."""

    def misbehave(self, device_id: str, fault: Fault) -> None: ...

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        """Let a point show `value` (engineering units, or unscaled with `raw`)."""

    def value(self, device_id: str, point_id: str) -> float | str:
        """What a client would read now, in engineering units."""


class TwinType(Protocol):
    """One row of `drivers.twins.TWINS`."""

    def home(self, connection: BaseModel) -> Hashable:
        """What devices must share to be played by one twin."""

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        """For devices of one home."""
