"""How a site file speaks of DL/T 645: which meter on which line, and where on it a point is."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from config.driver_schema import Held
from drivers import layout
from drivers.dlt645.edition import Edition
from drivers.dlt645.edition_1997 import EDITION_1997
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.line_schema import LineConnection, Parity
from drivers.strict import SecretName, Strict

EDITIONS = {edition.name: edition for edition in (EDITION_2007, EDITION_1997)}


def _address(given: str) -> str:
    if len(given) != 12 or not (given.isascii() and given.isdecimal()):
        raise ValueError(
            f"{given!r} is no meter address: 12 digits as printed on the meter, with zeros in front of fewer"
        )
    if given == "9" * 12:
        raise ValueError(f"{given} is everybody's address, for broadcasts; give the meter's own")
    return given


Digits8 = Annotated[str, Field(pattern=r"^\d{8}$")]


class Connection(LineConnection):
    """`[device.connection]`. Meters on one line name the same serial port, or the same host and port."""

    address: Annotated[str, AfterValidator(_address)] = Field(description="The meter's 12 digits.")
    baud_rate: int = Field(default=2400, ge=300, le=4_000_000)
    parity: Parity = Parity.EVEN
    password: SecretName = Field(
        default="", description="Name of the secret with the 6 digits of the password; none: never written."
    )
    password_level: int = Field(default=2, ge=0, le=99, description="PA, the level of the password.")
    operator: Digits8 = Field(default="00000000", description="Operator code that the meter records.")


class Control(StrEnum):
    """What can be commanded. A point with one of them is written; some can be read too."""

    RELAY = "relay"
    """1: the customer is supplied, 0: tripped."""
    ALARM = "alarm"
    """1: warns of a trip to come."""
    KEEP = "keep"
    """1: supply is kept whatever happens (保电)."""
    CLOCK = "clock"
    """1: all meters of the line are told the time, if this one is at most five minutes off."""
    FREEZE = "freeze"
    """1: readings are frozen now."""
    CLEAR_DEMAND = "clear-demand"
    CLEAR_EVENTS = "clear-events"

    @property
    def is_told(self) -> bool:
        """Whether the meter tells how it stands."""
        return self in (Control.RELAY, Control.ALARM)


Q2007 = EDITION_2007.quantities
QuantityName = StrEnum(  # type: ignore[misc]
    "QuantityName", {name: name for name in (*Q2007, *EDITION_1997.quantities, "clock-drift")}
)


class Source(Strict):
    """`source` of a point: exactly one of quantity, id and control says what it is."""

    quantity: QuantityName | None = Field(
        default=None, description="By name, as the standard's tables have it."
    )
    tariff: int = Field(default=0, ge=0, le=63, description="Of an energy or a demand; 0 is the total.")
    phase: int = Field(default=0, ge=0, le=3, description="1 to 3; 0 is all of them together.")
    month: int = Field(default=0, ge=0, le=12, description="Settlements back; 0 is now.")
    number: int = Field(default=1, ge=1, le=7, description="Which status word, or which of several limits.")
    id: Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{4}){1,2}$")] | None = Field(
        default=None, description="Data identifier DI3 to DI0 (2007) or DI1 DI0 (1997) in hexadecimal."
    )
    control: Control | None = None
    format: str = Field(default="", description="Such as XXXXXX.XX, where the standard's tables do not tell.")
    field: int = Field(default=0, ge=0, le=31, description="Which of several fields behind the identifier.")
    bit: int | None = Field(
        default=None, ge=0, le=63, description="Lowest bit of a status word, 0 the lowest."
    )
    bits: int = Field(default=1, ge=1, le=32)
    every_s: float = Field(
        default=0,
        ge=0,
        le=86400,
        description="Seconds between reads of what changes seldom; 0 for every scan.",
    )


class Options(Strict):
    """`[profile.X.options]`."""

    edition: Literal["2007", "1997"] = "2007"
    identifier_order: Literal["standard", "reversed", "learn"] = Field(
        default="standard", description="Low byte first is the standard; learn tries both when it connects."
    )
    wake: int = Field(default=4, ge=0, le=8, description="Bytes FE before each question.")
    blocks: bool = Field(
        default=True, description="Read all tariffs, phases or status words by one question."
    )
    retries: int = Field(default=1, ge=0, le=3, description="Times a read is repeated on a noisy line.")
    utc_offset_h: float = Field(default=8, ge=-12, le=14, description="Of the meter's clock.")
    direct_close: bool = Field(
        default=False,
        description="relay = 1 closes at once (1C) instead of allowing the customer to close (1B).",
    )
    command_valid_s: int = Field(default=300, ge=10, le=86400, description="How long a relay command holds.")
    past_months: int = Field(default=0, ge=0, le=12, description="Settlements to bring into the history.")
    past_days: int = Field(default=0, ge=0, le=62, description="Daily freezes to bring into the history.")
    past_hours: int = Field(default=0, ge=0, le=254, description="Hourly freezes to bring into the history.")
    load_hours: int = Field(
        default=0, ge=0, le=8784, description="Hours of load profile (负荷记录) to bring into the history."
    )

    @property
    def utc_offset_s(self) -> float:
        return self.utc_offset_h * 3600

    @property
    def tables(self) -> Edition:
        return EDITIONS[self.edition]


class Dlt645Schema:
    name = "dlt645"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        edition = options.tables
        if sum(given is not None for given in (source.quantity, source.id, source.control)) != 1:
            yield "exactly one of quantity, id and control says what the point is"
        elif source.control is not None:
            yield from _control_problems(source, edition)
        elif source.quantity is not None and source.quantity != "clock-drift":
            yield from _quantity_problems(source, edition)
            yield from _layout_problems(source, edition)
        elif source.id is not None:
            if len(source.id) != 2 * edition.identifier_size:
                yield (
                    f"id {source.id!r} has {len(source.id)} hexadecimal digits; the edition of "
                    f"{edition.name} has {2 * edition.identifier_size}"
                )
            else:
                yield from _layout_problems(source, edition)
        yield from _past_problems(options)

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def held(self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]) -> Held | None:
        assert isinstance(connection, Connection)
        return connection.line

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if source.control is not None or not _is_part(source, options.tables):
            return None
        return (
            "只是表计一项数据的一部分或由其算出；请去掉 write",
            "it is part of what the meter holds, or calculated from it; leave write out",
        )

    def is_write_only(self, source: BaseModel) -> bool:
        assert isinstance(source, Source)
        return source.control is not None and not source.control.is_told


def identifier_of(source: Source, edition: Edition) -> int:
    if source.id is not None:
        return int(source.id, 16)
    assert source.quantity is not None
    return edition.identifier(source.quantity, source.tariff, source.phase, source.month, source.number)


def format_of(source: Source, edition: Edition) -> str | None:
    return source.format or edition.layout_of(identifier_of(source, edition))


def _is_part(source: Source, edition: Edition) -> bool:
    """Whether it cannot be set without what it shares an identifier with, or has none of its own."""
    if source.bit is not None or source.quantity == "clock-drift":
        return True
    try:
        form = format_of(source, edition)
        return form is not None and len(layout.fields(form)) > 1
    except (KeyError, ValueError):
        return False  # told already


def _control_problems(source: Source, edition: Edition) -> Iterator[str]:
    known_1997 = (Control.CLOCK, Control.CLEAR_DEMAND)
    if edition is EDITION_1997 and source.control not in known_1997:
        yield (
            f"control {source.control} came with the edition of 2007; that of 1997 knows "
            f"{' and '.join(known_1997)}"
        )
    if source.format or source.bit is not None:
        yield f"control {source.control} has neither format nor bit; leave them out"


def _quantity_problems(source: Source, edition: Edition) -> Iterator[str]:
    name = source.quantity
    assert name is not None
    found = edition.quantities.get(name)
    if found is None:
        yield f"quantity {name} is unknown to the edition of {edition.name}; give its id and format"
        return
    if source.tariff and not found.tariff:
        yield f"quantity {name} has no tariffs; leave tariff = {source.tariff} out"
    elif source.tariff > edition.most_tariffs:
        yield f"tariff {source.tariff} is above {edition.most_tariffs}, the last that the edition has"
    if source.phase and not found.phase:
        yield f"quantity {name} has no phases; leave phase = {source.phase} out"
    elif found.phase and source.phase < found.lowest_phase:
        yield f"quantity {name} is of one phase; say phase = 1, 2 or 3"
    if source.month > found.most_months:
        yield f"month {source.month} is beyond the {found.most_months} settlements that are kept of {name}"
    if source.number > max(found.most_numbers, 1):
        yield f"number {source.number} is beyond the {max(found.most_numbers, 1)} that there are of {name}"


def _layout_problems(source: Source, edition: Edition) -> Iterator[str]:
    if source.quantity is not None and source.quantity not in edition.quantities:
        return
    form = format_of(source, edition)
    if form is None:
        yield f"id {source.id!r} is not in the standard's tables as Steward knows them; give its format"
        return
    try:
        fields = layout.fields(form)
    except ValueError as error:
        yield str(error)
        return
    if source.field >= len(fields):
        yield f"field {source.field} is beyond the last, {len(fields) - 1}, of format {form}"
        return
    field = fields[source.field]
    if source.bit is None:
        if source.bits != 1:
            yield f"bits = {source.bits} needs bit, the lowest of them"
    elif field.kind is not layout.Kind.BITS:
        yield f"bit = {source.bit} needs a format of bits, such as BBBB, not {form}"
    elif source.bit + source.bits > 8 * field.size:
        yield f"bit {source.bit} with {source.bits} bits ends beyond {8 * field.size - 1}, the last of {form}"


def _past_problems(options: Options) -> Iterator[str]:
    if options.edition == "1997":
        if options.past_days or options.past_hours or options.load_hours:
            yield "past_days, past_hours and load_hours are of the edition of 2007; 1997 has past_months only"
        if options.past_months > 2:
            yield f"past_months = {options.past_months}: the edition of 1997 keeps 2"
