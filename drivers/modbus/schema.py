"""How a site file speaks of Modbus: where a device is, where a point is, what holds for the device."""

import codecs
from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from config.driver_schema import Held
from drivers.line_schema import LineConnection
from drivers.modbus.encoding import limits
from drivers.modbus.link import Terms
from drivers.modbus.registers import Hole, Kind, Order, ReadLimits, Register, Table
from drivers.strict import Host, Strict

LAST_ADDRESS = 65535


class Framing(StrEnum):
    TCP = "tcp"
    RTU = "rtu"


class Connection(LineConnection):
    """`[device.connection]`. Units behind one gateway share host and port, and then one connection.

    `serial`, or `framing = "rtu"` with the host of a serial server, leads to a line (RS-485); units on it
    share it with each other and with other protocols.
    """

    host: Host = Field(default="", description="Name or address of the device, gateway or serial server.")
    port: int = Field(default=502, ge=1, le=65535)
    unit: int = Field(default=1, ge=0, le=255, description="Unit identifier, on a line its address.")
    framing: Framing = Field(default=Framing.TCP, description="rtu: as on a serial line, where it always is.")
    pipeline: int = Field(default=1, ge=1, le=16, description="Requests under way at once; on a line one.")
    pacing_s: float = Field(default=0.0, ge=0, le=5, description="Shortest time from request to request.")

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        given = self.model_fields_set
        if (wrong := given & {"echo", "turnaround_s"}) and not self.is_rtu:
            raise ValueError(f'{_listed(wrong)}: only for framing = "rtu"; Modbus TCP has pacing_s')
        if (wrong := given & {"pipeline", "pacing_s"}) and self.is_rtu:
            raise ValueError(f"{_listed(wrong)}: a line carries one request at a time; use turnaround_s")
        if self.serial and "framing" in given and self.framing is Framing.TCP:
            raise ValueError('framing = "tcp" needs a host; serial speaks Modbus RTU, leave framing out')
        return self

    @property
    def is_rtu(self) -> bool:
        return bool(self.serial) or self.framing is Framing.RTU

    @property
    def terms(self) -> Terms:
        return Terms(self.pipeline, self.pacing_s, self.connect_timeout_s)


class Source(Strict):
    """`source` of a point. Addresses count from 0, as they travel."""

    table: Table = Table.HOLDING
    address: int = Field(ge=0, le=LAST_ADDRESS)
    type: Kind | None = Field(default=None, description="uint16 unless given; coils and inputs are bool.")
    order: Order | None = Field(default=None, description="Byte order; the device's own unless given.")
    bit: int | None = Field(default=None, ge=0, le=31, description="Lowest bit of a field, 0 the lowest.")
    bits: int = Field(default=1, ge=1, le=32, description="Width of the field.")
    length: int = Field(default=1, ge=1, le=125, description="Registers of a string.")
    encoding: str = Field(default="utf-8", description="Of a string: utf-8, gb18030, ...")


class HoleModel(Strict):
    """Addresses that must not be read, both ends included."""

    table: Table = Table.HOLDING
    first: int = Field(ge=0, le=LAST_ADDRESS)
    last: int = Field(ge=0, le=LAST_ADDRESS)


class Options(Strict):
    """`[profile.X.options]`."""

    order: Order = Order.ABCD
    max_registers: int = Field(default=125, ge=1, le=125, description="Registers that one read may fetch.")
    max_bits: int = Field(default=2000, ge=1, le=2000, description="Bits that one read may fetch.")
    gap: Annotated[int, Field(ge=0, le=125)] = 8
    """Undeclared registers that a read may run over to save another read."""
    no_gap: tuple[HoleModel, ...] = ()
    """Addresses that a read must never run over."""
    write_multiple: bool = False
    """Write with functions 15 and 16 even where 5 and 6 would do."""
    mask_write: bool = False
    """The device knows function 22, so that a field inside a register can be written."""

    @property
    def limits(self) -> ReadLimits:
        holes = tuple(Hole(hole.table, hole.first, hole.last) for hole in self.no_gap)
        return ReadLimits(self.max_registers, self.max_bits, self.gap, holes)


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))


def register_of(source: Source, options: Options) -> Register:
    kind = source.type or (Kind.BOOL if source.table.of_bits else Kind.UINT16)
    return Register(
        source.table,
        source.address,
        kind,
        source.order or options.order,
        source.bit,
        source.bits,
        source.length,
        source.encoding,
    )


class ModbusSchema:
    name = "modbus"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        register = register_of(source, options)
        table, kind = register.table, register.kind
        if register.end > LAST_ADDRESS + 1:
            yield (
                f"address {register.address} with {register.size} registers ends at {register.end - 1}, "
                f"the last address is {LAST_ADDRESS}"
            )
        if table.of_bits and kind is not Kind.BOOL:
            yield f"type {kind} needs registers; table {table} holds bits, leave type out or use bool"
        if not table.of_bits and register.size > options.max_registers:
            yield (
                f"{register.size} registers are more than max_registers = {options.max_registers}; "
                "shorten the point or raise the limit"
            )
        if kind is Kind.STRING and not _known(register.encoding):
            yield f"encoding {register.encoding!r} is unknown; use utf-8, gb18030 or ascii"
        yield from _field_problems(register)

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def held(self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]) -> Held | None:
        """A line; a gateway of Modbus TCP serves several processes."""
        assert isinstance(connection, Connection)
        return connection.line if connection.is_rtu else None

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if not source.table.writable:
            return (
                f"{source.table} 区只读；请去掉 write，或改用 coil 或 holding",
                f"table {source.table} is only read; leave write out, or use coil or holding",
            )
        if source.bit is not None and not options.mask_write:
            return (
                "寄存器的位须用功能码 22 写入；设备支持时请在 options 写 mask_write = true，否则去掉 write",
                "bits need function 22; say mask_write = true if the device knows it, or leave write out",
            )
        return None

    def cells(self, source: BaseModel, options: BaseModel) -> frozenset[Hashable]:
        """Registers, or bits where only bits are taken: a status word may also be read whole."""
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        register = register_of(source, options)
        if register.bit is not None:
            bits = range(register.bit, register.bit + register.bits)
            return frozenset((register.table, register.address, bit) for bit in bits)
        return frozenset((register.table, at) for at in range(register.address, register.end))

    def span(self, source: BaseModel, options: BaseModel) -> tuple[float, float] | None:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        register = register_of(source, options)
        if register.bit is not None:
            return 0, (1 << register.bits) - 1
        return None if register.kind in _UNBOUNDED else limits(register.kind)


_UNBOUNDED = (Kind.FLOAT32, Kind.FLOAT64, Kind.STRING)


def _field_problems(register: Register) -> Iterator[str]:
    if register.bit is None:
        if register.bits != 1:
            yield f"bits = {register.bits} needs bit, the lowest bit of the field"
        return
    if register.table.of_bits or register.kind not in (Kind.UINT16, Kind.UINT32):
        yield f"bit = {register.bit} needs a register of type uint16 or uint32, not {register.kind}"
        return
    width = 16 * register.kind.words
    if register.bit + register.bits > width:
        yield (
            f"bit {register.bit} with {register.bits} bits ends at bit {register.bit + register.bits - 1}, "
            f"the last bit of a {register.kind} is {width - 1}"
        )


def _known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True
