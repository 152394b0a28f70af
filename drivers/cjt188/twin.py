"""The simulated twin of CJ/T 188 meters: all meters of a line, filled from their templates."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import BaseModel

from config.site import Device
from drivers import layout, line_twin
from drivers.cjt188.driver import MeterDecoder
from drivers.cjt188.frame import frames, parsed
from drivers.cjt188.layouts import PLACES, READING, Quantity
from drivers.cjt188.plan import As, Item, Reader
from drivers.cjt188.played import Played
from drivers.cjt188.schema import Connection
from drivers.cjt188.units import code_of
from drivers.line_twin import LineTwin, Unit
from drivers.twin import OnWrite, Twin


class _Unit(Unit[Played]):
    def __init__(self, device: Device) -> None:
        connection, decoder = device.connection, MeterDecoder(device.template)
        assert isinstance(connection, Connection)
        options = decoder.options
        self._items = {item.column: item for item in decoder.items}
        self._reader = reader = Reader(options.utc_offset_s, options.unit_first, time.time_ns)
        self._ahead = 0.0
        """Seconds by which its clock is ahead."""
        type_ = connection.type if connection.type is not None else options.kind.type
        status = PLACES[options.kind][Quantity.STATUS]
        meter = Played(type_, connection.address, options.identifier_order == "low-first", status.at)
        meter.items[READING] = bytes(status.at + 2)
        for item in decoder.items:
            held = meter.items.get(item.place.identifier, b"").ljust(item.end, b"\0")
            meter.items[item.place.identifier] = held
        for item in decoder.items:
            if item.target is not None:
                held = meter.items[item.place.identifier]
                meter.items[item.place.identifier] = _with(item, held, 0.0, reader)
        places = {column: item.place.identifier for column, item in self._items.items()}
        super().__init__(device, meter, places)

    def put(self, column: int, value: float | str) -> None:
        item = self._items.get(column)
        if item is None:
            return
        if item.read_as is As.DRIFT:
            self._ahead = float(value)
            return
        before = self.meter.items[item.place.identifier]
        self.meter.items[item.place.identifier] = _with(item, before, value, self._reader)

    def value(self, column: int) -> float | str:
        item = self._items.get(column)
        if item is None:
            return 0.0
        found, text, _ = item.found(self.meter.items[item.place.identifier], self._reader)
        return text if item.read_as is As.TEXT else found

    def tick(self) -> None:
        """Let its clock stand where it is now."""
        place = next((item.place for item in self._items.values() if item.read_as is As.DRIFT), None)
        if place is not None:
            field = layout.fields(place.form)[0]
            now_s = self._reader.wall_ns() / 1e9 + self._ahead + self._reader.utc_offset_s
            held = self.meter.items[place.identifier]
            stamp = layout.timed(field, datetime.fromtimestamp(round(now_s), UTC))
            self.meter.items[place.identifier] = held[: place.at] + stamp + held[place.at + field.size :]


class Cjt188Twin(LineTwin[Played]):
    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        super().__init__(map(_Unit, devices), frames, parsed, on_write)


def _with(item: Item, before: bytes, value: float | str, reader: Reader) -> bytes:
    """The bytes behind an identifier once `item` shows `value`."""
    field, at = item.field, item.place.at
    if item.read_as is As.VALVE:
        value = float(int.from_bytes(before[at : at + 2], "little") & ~0b11 | {1: 0, 0: 1}.get(int(value), 3))
    elif item.bit is not None:
        word = int.from_bytes(before[at : at + field.size], "little")
        mask = (1 << item.bits) - 1 << item.bit
        value = float(word & ~mask | round(float(value)) << item.bit & mask)
    part = layout.encoded(field, value)
    if item.target is not None:
        code = bytes([code_of(item.target)])
        part = code + part if reader.unit_first else part + code
    return before[:at] + part + before[at + len(part) :]


class Cjt188Twins:
    """The twins of CJ/T 188 as the simulators know them."""

    def home(self, connection: BaseModel) -> str:
        return line_twin.home(connection)

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return Cjt188Twin(devices, on_write)
