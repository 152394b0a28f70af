"""The driver against its twin: what the rigs of all protocols share."""

from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar

from drivers.driver import Decoder, Driver, Scan
from drivers.twin import Fault, Twin
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process


class Listening(Twin, Protocol):
    async def start(self, port: int | None = None) -> object: ...


T = TypeVar("T", bound=Listening)


class TwinRig(ABC, Generic[T]):
    """`start` makes the twin of one device, and the driver of the same."""

    AILMENTS: tuple[Ailment, ...] = (
        Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.RESET, Ailment.EXCEPTION, Ailment.REBOOT,
    )  # fmt: skip
    PLAYED = "played"
    FAULT = Fault.FAILED
    """How the device answers that it cannot."""

    decoder: Decoder
    driver: Driver
    twin: T

    def __init__(self, process: Process | None = None) -> None:
        self.process = process or Process()
        self.port = 0
        self._ailment: Ailment | None = None

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    def is_right(self, scan: Scan) -> bool: ...

    async def stop(self) -> None:
        await self.twin.stop()

    async def ail(self, ailment: Ailment) -> None:
        self._ailment = ailment
        match ailment:
            case Ailment.HALF_OPEN:
                self.twin.misbehave(self.PLAYED, Fault.SILENT)
            case Ailment.EXCEPTION:
                self.twin.misbehave(self.PLAYED, self.FAULT)
            case Ailment.RESET:
                self.twin.drop()
            case _:
                await self.twin.stop()

    async def heal(self) -> None:
        if self._ailment in (Ailment.HALF_OPEN, Ailment.EXCEPTION):
            self.twin.misbehave(self.PLAYED, Fault.NONE)
        elif self._ailment is not Ailment.RESET:
            await self.twin.start(self.port)
