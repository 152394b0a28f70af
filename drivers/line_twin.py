"""The base of simulated twins of the meters of a line, which are filled from their templates."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from config.site import Device
from drivers.line_schema import LineConnection
from drivers.line_server import Frames, LineServer, together
from drivers.twin import Fault, OnWrite


class Said(Protocol):
    """A frame."""

    def framed(self, wake: int = 0) -> bytes: ...


class Played(Protocol):
    """A meter that answers."""

    items: dict[int, bytes]
    """What stands behind each identifier."""
    fault: Fault

    def answer(self, asked: Any) -> Said | None: ...


M = TypeVar("M", bound=Played)


def answered(meters: Iterable[Played], asked: object) -> bytes:
    """What the line carries when a frame was heard by all; a waking FE in front, as many meters send them."""
    told = (meter.answer(asked) for meter in meters)
    return together(said.framed(wake=2) for said in told if said is not None)


class Unit(ABC, Generic[M]):
    """One of the devices: its meter, and where in it the points stand."""

    def __init__(self, device: Device, meter: M, places: Mapping[int, int]) -> None:
        self.device = device
        self.meter = meter
        self.places = places
        """The identifier behind which each column stands, of those that do."""

    @abstractmethod
    def put(self, column: int, value: float | str) -> None:
        """Unscaled. Raises ValueError where the value does not fit."""

    @abstractmethod
    def value(self, column: int) -> float | str:
        """Unscaled."""

    def tick(self) -> None:
        """Comes before every question."""


class LineTwin(Generic[M]):
    """`put` what the physics say; hear of writes through `on_write`."""

    def __init__(
        self, units: Iterable[Unit[M]], frames: Frames, parsed: Callable[[bytes], object], on_write: OnWrite
    ) -> None:
        self._units = {unit.device.id: unit for unit in units}
        self._parsed = parsed
        self._on_write = on_write
        connection = next(iter(self._units.values())).device.connection
        assert isinstance(connection, LineConnection)
        self._server = LineServer(connection.line, frames, self._answer)

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of where the connections say; returns the port."""
        return await self._server.start(port)

    async def stop(self) -> None:
        await self._server.stop()

    def drop(self) -> None:
        self._server.drop()

    def misbehave(self, device_id: str, fault: Fault) -> None:
        self._units[device_id].meter.fault = fault

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        """Raises ValueError where the value does not fit."""
        unit = self._units[device_id]
        column = unit.device.template.index[point_id]
        point = unit.device.template.points[column]
        if isinstance(value, float | int) and not raw:
            value = (value - point.offset) / point.scale
        unit.put(column, value)

    def value(self, device_id: str, point_id: str) -> float | str:
        unit = self._units[device_id]
        column = unit.device.template.index[point_id]
        point, found = unit.device.template.points[column], unit.value(column)
        return found if isinstance(found, str) else found * point.scale + point.offset

    def meter(self, device_id: str) -> M:
        return self._units[device_id].meter

    def _answer(self, raw: bytes) -> bytes:
        before = {}
        for name, unit in self._units.items():
            unit.tick()
            before[name] = dict(unit.meter.items)
        answer = answered((unit.meter for unit in self._units.values()), self._parsed(raw))
        for name, unit in self._units.items():
            if unit.meter.items != before[name]:
                self._tell(unit, before[name])
        return answer

    def _tell(self, unit: Unit[M], before: Mapping[int, bytes]) -> None:
        for column, identifier in unit.places.items():
            point = unit.device.template.points[column]
            if point.write is None or unit.meter.items[identifier] == before.get(identifier):
                continue
            value = self.value(unit.device.id, point.id)
            if isinstance(value, str) or not math.isnan(value):
                self._on_write(unit.device.id, point.id, value)


def home(connection: BaseModel) -> str:
    """Where a line is played."""
    assert isinstance(connection, LineConnection)
    return connection.line.address
