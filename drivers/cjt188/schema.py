"""How a site file speaks of CJ/T 188: which meter on which line, and where on it a point is."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from config.driver_schema import Held
from drivers import layout
from drivers.cjt188.layouts import PLACES, READING, Kind, Place, Quantity
from drivers.cjt188.units import NAMES
from drivers.line_schema import LineConnection, Parity
from drivers.strict import Strict

MOST_BYTES = 197
"""Behind the serial number of an answer."""


def _address(given: str) -> str:
    if len(given) != 14 or not all(digit in "0123456789ABCDEF" for digit in given):
        raise ValueError(
            f"{given!r} is no meter address: 14 digits with the maker's code, as printed on the meter, "
            "with zeros in front of fewer"
        )
    if given == "A" * 14:
        raise ValueError(f"{given} is whoever hears it; give the meter's own address")
    return given


class Connection(LineConnection):
    """`[device.connection]`. Meters on one line name the same serial port, or the same host and port."""

    address: Annotated[str, AfterValidator(_address)] = Field(description="The meter's 14 digits.")
    type: int | None = Field(
        default=None, ge=0x10, le=0x49, description="T; the first type of the profile's kind unless given."
    )
    baud_rate: int = Field(default=2400, ge=300, le=4_000_000)
    parity: Parity = Parity.EVEN


class Control(StrEnum):
    """What can be commanded."""

    VALVE = "valve"
    """1 open, 0 shut; shows 2 while it is out of order."""
    CLOCK = "clock"
    """1: the meter is told the time."""


class Source(Strict):
    """`source` of a point: a quantity, a control, or a place of its own behind an identifier."""

    quantity: Quantity | None = Field(default=None, description="By name, as the standard has it.")
    control: Control | None = None
    id: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{4}$")] = Field(
        default=f"{READING:04X}", description="Data identifier of a place of its own, in hexadecimal."
    )
    at: int | None = Field(
        default=None, ge=0, le=MOST_BYTES, description="First byte, counted from behind the serial number."
    )
    format: str = Field(default="", description="Such as XXXXXX.XX; for a place of its own.")
    unit_byte: bool = Field(default=False, description="Of a place of its own: a unit byte comes with it.")
    assumed_unit: str = Field(
        default="", description="Its unit where the unit byte is none of the standard's."
    )
    bit: int | None = Field(default=None, ge=0, le=63, description="Lowest bit of a status, 0 the lowest.")
    bits: int = Field(default=1, ge=1, le=32)
    every_s: float = Field(default=0, ge=0, le=86400, description="Seconds between reads; 0 for every scan.")


class Options(Strict):
    """`[profile.X.options]`."""

    kind: Kind = Kind.WATER
    identifier_order: Literal["high-first", "low-first", "learn"] = Field(
        default="learn", description="90 1F in meters of 2004, 1F 90 in those of 2018; learn tries both."
    )
    unit_first: bool = Field(default=False, description="The unit byte stands before its amount.")
    match_serial: bool = Field(
        default=True, description="An answer must repeat the serial number of its question."
    )
    wake: int = Field(default=4, ge=0, le=40, description="Bytes FE before each question.")
    retries: int = Field(default=1, ge=0, le=3, description="Times a read is repeated on a noisy line.")
    utc_offset_h: float = Field(default=8, ge=-12, le=14, description="Of the meter's clock.")
    past_months: int = Field(default=0, ge=0, le=12, description="Settlements to bring into the history.")

    @property
    def utc_offset_s(self) -> float:
        return self.utc_offset_h * 3600


class Cjt188Schema:
    name = "cjt188"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if sum(given is not None for given in (source.quantity, source.control, source.at)) != 1:
            yield "exactly one of quantity, control and at says what the point is"
            return
        if source.quantity is not None and source.quantity not in PLACES[options.kind]:
            known = ", ".join(PLACES[options.kind])
            yield f"quantity {source.quantity} is none of a {options.kind} meter, which has {known}"
        if source.at is None and (source.format or source.unit_byte):
            yield "format and unit_byte belong to a place of its own, which at gives; leave them out"
        if source.assumed_unit and source.assumed_unit not in NAMES:
            yield f"assumed_unit {source.assumed_unit!r} is unknown; use one of {', '.join(NAMES)}"
        if source.unit_byte and not source.assumed_unit:
            yield (
                f"unit_byte needs assumed_unit, which also says what kind of amount it is: {', '.join(NAMES)}"
            )
        if source.at is not None:
            yield from _place_problems(source, source.at)
        elif source.bit is not None and source.quantity is not Quantity.STATUS:
            yield f"bit = {source.bit} needs quantity status or a place of its own"

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def held(self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]) -> Held | None:
        assert isinstance(connection, Connection)
        return connection.line

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        if source.control is not None:
            return None
        return (
            '表计的读数只能读；请去掉 write，或改用 control = "valve"',
            'what the meter shows is only read; leave write out, or use control = "valve"',
        )

    def is_write_only(self, source: BaseModel) -> bool:
        assert isinstance(source, Source)
        return source.control is Control.CLOCK


def place_of(source: Source, options: Options) -> Place:
    """Where a point with a quantity, a valve or a place of its own stands."""
    if source.at is not None:
        named = NAMES.get(source.assumed_unit) if source.unit_byte else None
        return Place(int(source.id, 16), source.at, source.format, named.dimension if named else None)
    quantity = Quantity.VALVE if source.control is Control.VALVE else source.quantity
    assert quantity is not None
    return PLACES[options.kind][quantity]


def _place_problems(source: Source, at: int) -> Iterator[str]:
    try:
        fields = layout.fields(source.format)
    except ValueError as error:
        yield str(error)
        return
    field = fields[0]
    if len(fields) > 1:
        yield f"format {source.format} has {len(fields)} fields; at names each by itself, so give one"
    if at + field.size + source.unit_byte > MOST_BYTES:
        yield f"{field.size} bytes at {at} end beyond {MOST_BYTES}, the last of an answer"
    if source.bit is None:
        return
    if field.kind is not layout.Kind.BITS:
        yield f"bit = {source.bit} needs a format of bits, such as BBBB, not {source.format}"
    elif source.bit + source.bits > 8 * field.size:
        yield f"bit {source.bit} with {source.bits} bits ends beyond {8 * field.size - 1}, the last there is"
