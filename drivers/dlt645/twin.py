"""The simulated twin of DL/T 645 meters: all meters of a line, filled from their templates."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from config.site import Device
from drivers import layout, line_twin
from drivers.dlt645.driver import MeterDecoder
from drivers.dlt645.frame import frames, parsed
from drivers.dlt645.plan import Item
from drivers.dlt645.played import Played
from drivers.dlt645.schema import Connection
from drivers.line_twin import LineTwin, Unit
from drivers.twin import OnWrite, Twin


class _Unit(Unit[Played]):
    def __init__(self, device: Device) -> None:
        assert isinstance(device.connection, Connection)
        self._decoder = decoder = MeterDecoder(device.template)
        self._items = {item.column: item for item in decoder.items}
        reversed_ = decoder.options.identifier_order == "reversed"
        meter = Played(device.connection.address, decoder.edition, self._clock, reversed_)
        for item in decoder.items:
            size = max(item.size, len(meter.items.get(item.identifier, b"")))
            meter.items[item.identifier] = bytes(size)
        super().__init__(device, meter, {column: item.identifier for column, item in self._items.items()})

    def put(self, column: int, value: float | str) -> None:
        if (item := self._items.get(column)) is not None:
            self.meter.items[item.identifier] = _with(item, self.meter.items[item.identifier], value)
        elif column in self._decoder.drifts:
            self.meter.ahead = float(value)

    def value(self, column: int) -> float | str:
        if (item := self._items.get(column)) is None:
            return self.meter.ahead if column in self._decoder.drifts else 0.0
        offset_s = self._decoder.options.utc_offset_s
        found, text, _ = item.found(self.meter.items[item.identifier], offset_s)
        return text if item.text else found

    def _clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._decoder.options.utc_offset_s)


class Dlt645Twin(LineTwin[Played]):
    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        super().__init__(map(_Unit, devices), frames, parsed, on_write)


def _with(item: Item, before: bytes, value: float | str) -> bytes:
    """The bytes behind an identifier once `item` shows `value`."""
    fields = layout.fields(item.form)
    field, at = fields[item.field], sum(one.size for one in fields[: item.field])
    if item.bit is not None:
        word = int.from_bytes(before[at : at + field.size], "little")
        number = round(float(value)) ^ item.inverted
        mask = (1 << item.bits) - 1 << item.bit
        value = float(word & ~mask | number << item.bit & mask)
    part = layout.encoded(field, value)
    return before[:at] + part + before[at + field.size :]


class Dlt645Twins:
    """The twins of DL/T 645 as the simulators know them."""

    def home(self, connection: BaseModel) -> str:
        return line_twin.home(connection)

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return Dlt645Twin(devices, on_write)
