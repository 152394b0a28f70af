"""The simulated twin of Modbus devices: pymodbus's server, filled from the same templates."""

import asyncio
import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from pydantic import BaseModel
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from config.site import Device
from drivers.modbus.decoding import RegisterDecoder
from drivers.modbus.encoding import encode
from drivers.modbus.registers import Kind, ReadLimits, Register, Table
from drivers.modbus.schema import Connection, Options, Source, register_of
from drivers.twin import Fault as Fault
from drivers.twin import OnWrite, Twin

_TABLE_OF_FUNCTION = {
    1: Table.COIL,
    2: Table.DISCRETE,
    3: Table.HOLDING,
    4: Table.INPUT,
    5: Table.COIL,
    6: Table.HOLDING,
    15: Table.COIL,
    16: Table.HOLDING,
    22: Table.HOLDING,
    23: Table.HOLDING,
}


@dataclass(slots=True)
class _Unit:
    """One device's registers. Values put since the last request wait in `pending` until pymodbus asks."""

    device: Device
    registers: tuple[Register, ...]
    words: dict[Table, dict[int, int]] = field(default_factory=dict)
    pending: dict[Table, dict[int, int]] = field(default_factory=dict)
    fault: Fault = Fault.NONE

    def set(self, table: Table, address: int, word: int) -> None:
        self.words.setdefault(table, {})[address] = word
        self.pending.setdefault(table, {})[address] = word

    def value(self, column: int) -> float | str:
        """What the registers of one point hold now, in engineering units."""
        register, point = self.registers[column], self.device.template.points[column]
        words = self.words[register.table]
        if register.table.of_bits:
            return float(words[register.address])
        image = b"".join(words[at].to_bytes(2, "big") for at in range(register.address, register.end))
        decoder = RegisterDecoder([register], ReadLimits())
        columns = decoder.decode([image])
        if register.kind is Kind.STRING:
            return columns.texts[0][0]
        return float(columns.values[0, 0]) * point.scale + point.offset


class ModbusTwin:
    """Serves many units at one address. `put` what the physics say; hear of writes through `on_write`.

    The path of a serial connection is the twin's own end of the cable, such as one of two joined
    pseudo-terminals.
    """

    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        """All at one host and port, or one serial port; a device's own `connection.unit` is its unit."""
        self._connection: Connection
        self._on_write = on_write
        self._units: dict[str, _Unit] = {}
        self._sims: list[SimDevice] = []
        self._server: ModbusTcpServer | ModbusSerialServer | None = None
        for device in devices:
            self._add(device)

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of where the connections say.

        Returns the TCP port, 0 for a serial one.
        """
        self._server = self._made(self._connection, port)
        for unit in self._units.values():
            unit.pending = {table: dict(words) for table, words in unit.words.items()}
        await self._server.serve_forever(background=True)
        if self._connection.serial:
            return 0
        listening = cast(asyncio.Server, self._server.transport)  # annotated as the transport of a client
        return int(listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the listener and every connection, as a device without power does."""
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            server.serving.cancel()

    def drop(self) -> None:
        """Cut every connection; the listener stays."""
        if self._server is not None:
            for connection in list(self._server.active_connections.values()):
                connection.close()

    def misbehave(self, device_id: str, fault: Fault) -> None:
        self._units[device_id].fault = fault

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        """Let a point show `value` (engineering units, or as the register holds it with `raw`).

        Raises WriteError where the value does not fit the register.
        """
        unit = self._units[device_id]
        column = unit.device.template.index[point_id]
        register, point = unit.registers[column], unit.device.template.points[column]
        if isinstance(value, float | int) and not raw:
            value = (value - point.offset) / point.scale
        if register.table.of_bits:
            unit.set(register.table, register.address, int(bool(value)))
        elif register.bit is not None:
            assert isinstance(value, float | int)
            self._put_field(unit, register, round(value))
        else:
            words = encode(register, value)
            for at in range(register.size):
                unit.set(
                    register.table, register.address + at, int.from_bytes(words[2 * at : 2 * at + 2], "big")
                )

    def value(self, device_id: str, point_id: str) -> float | str:
        """What a client would read now, in engineering units."""
        unit = self._units[device_id]
        return unit.value(unit.device.template.index[point_id])

    def _made(self, connection: Connection, port: int | None) -> ModbusTcpServer | ModbusSerialServer:
        if characters := connection.line.characters:
            return ModbusSerialServer(
                self._sims,
                port=connection.serial,
                baudrate=characters.baud_rate,
                bytesize=characters.data_bits,
                parity=characters.parity[0].upper(),
                stopbits=characters.stop_bits,
                ignore_missing_devices=True,
                broadcast_enable=True,
            )
        return ModbusTcpServer(
            self._sims,
            framer=FramerType.RTU if connection.is_rtu else FramerType.SOCKET,
            address=(connection.host, connection.port if port is None else port),
            ignore_missing_devices=True,
            broadcast_enable=connection.is_rtu,
        )

    def _put_field(self, unit: _Unit, register: Register, value: int) -> None:
        assert register.bit is not None
        whole = replace(register, bit=None, bits=1)
        words = unit.words[register.table]
        image = b"".join(words[at].to_bytes(2, "big") for at in range(register.address, register.end))
        before = int(RegisterDecoder([whole], ReadLimits()).decode([image]).values[0, 0])
        mask = ((1 << register.bits) - 1) << register.bit
        after = encode(whole, (before & ~mask) | (value << register.bit & mask))
        for at in range(register.size):
            unit.set(register.table, register.address + at, int.from_bytes(after[2 * at : 2 * at + 2], "big"))

    def _add(self, device: Device) -> None:
        assert isinstance(device.connection, Connection)
        self._connection = device.connection
        options = device.template.options
        assert isinstance(options, Options)
        sources = [point.source for point in device.template.points if isinstance(point.source, Source)]
        unit = _Unit(device, tuple(register_of(source, options) for source in sources))
        tables: list[list[SimData]] = []
        for table in Table:
            ends = [(r.address, r.end) for r in unit.registers if r.table is table]
            first, end = min((s for s, _ in ends), default=0), max((e for _, e in ends), default=1)
            unit.words[table] = dict.fromkeys(range(first, end), 0)
            kind = DataType.BITS if table.of_bits else DataType.REGISTERS
            blank: Sequence[bool] | Sequence[int] = (
                [False] * (end - first) if table.of_bits else [0] * (end - first)
            )
            tables.append([SimData(first, values=list(blank), datatype=kind)])
        coils, discretes, holdings, inputs = tables
        self._units[device.id] = unit
        self._sims.append(
            SimDevice(
                device.connection.unit,
                (coils, discretes, holdings, inputs),
                action=functools.partial(self._asked, unit),
            )
        )

    async def _asked(
        self,
        unit: _Unit,
        function: int,
        start: int,
        address: int,
        count: int,
        current: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """pymodbus calls this before it answers; `current` is its memory of the whole table."""
        del count
        match unit.fault:
            case Fault.SILENT:
                raise NoSuchIdException  # with ignore_missing_devices, pymodbus then says nothing
            case Fault.BUSY:
                return ExcCodes.DEVICE_BUSY
            case Fault.FAILED:
                return ExcCodes.DEVICE_FAILURE
            case Fault.NONE:
                pass
        table = _TABLE_OF_FUNCTION[function]
        for at, word in unit.pending.pop(table, {}).items():
            if table.of_bits:
                place, bit = at // 16 - start, 1 << at % 16
                current[place] = current[place] | bit if word else current[place] & ~bit
            else:
                current[at - start] = word
        if written is not None:
            self._heard(unit, table, address, [int(word) for word in written])
        return None

    def _heard(self, unit: _Unit, table: Table, address: int, written: Sequence[int]) -> None:
        words = unit.words[table]
        before = dict(words)
        for at, word in enumerate(written, start=address):
            words[at] = word
        end = address + len(written)
        for column, register in enumerate(unit.registers):
            if register.table is not table or register.end <= address or register.address >= end:
                continue
            if register.bit is not None and not _field_changed(register, before, words):
                continue  # the same register holds other points that were not meant
            value = unit.value(column)
            if isinstance(value, str) or not math.isnan(value):
                self._on_write(unit.device.id, unit.device.template.points[column].id, value)


def _field_changed(register: Register, before: dict[int, int], after: dict[int, int]) -> bool:
    return any(before[at] != after[at] for at in range(register.address, register.end))


class ModbusTwins:
    """The twins of Modbus as the simulators know them."""

    def home(self, connection: BaseModel) -> tuple[str, int] | str:
        assert isinstance(connection, Connection)
        return connection.serial or (connection.host, connection.port)

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return ModbusTwin(devices, on_write)
