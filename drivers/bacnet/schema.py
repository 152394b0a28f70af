"""How a site file speaks of BACnet/IP: where a device is, where a point is, what holds for the device."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from ipaddress import IPv4Interface
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, field_validator, model_validator

from config.driver_schema import Held
from drivers.bacnet.address import PORT, Place, host_and_port, place
from drivers.bacnet.names import EVENT_STATES, LISTS, OBJECT_TYPES, PROPERTIES
from drivers.bacnet.services import Ref
from drivers.bacnet.station import Terms
from drivers.bacnet.tags import ObjectId, Tag
from drivers.strict import Strict

LAST_INSTANCE = 4194302
LAST_OBJECT_TYPE = 1023
PRESENT_VALUE = PROPERTIES["present-value"]
EVENT_STATE = PROPERTIES["event-state"]
PRIORITY_ARRAY = PROPERTIES["priority-array"]
TREND_LOG = OBJECT_TYPES["trend-log"]
EVERY_NETWORK = ("255.255.255.255", PORT)

Priority = Annotated[int, Field(ge=1, le=16)]
Kind = Literal["boolean", "unsigned", "integer", "real", "double", "text", "enumerated", "date", "time"]
_TAGS = {
    "boolean": Tag.BOOLEAN,
    "unsigned": Tag.UNSIGNED,
    "integer": Tag.INTEGER,
    "real": Tag.REAL,
    "double": Tag.DOUBLE,
    "text": Tag.TEXT,
    "enumerated": Tag.ENUMERATED,
    "date": Tag.DATE,
    "time": Tag.TIME,
}


class Connection(Strict):
    """`[device.connection]`. Devices with the same interface, port and bbmd share one socket."""

    device: int = Field(ge=0, le=LAST_INSTANCE, description="Instance of the device object.")
    address: str = Field(
        default="", description="host[:port], or network:mac behind a router; empty: found by Who-Is."
    )
    router: str = Field(default="", description="host[:port] of the router to its network, if not found.")
    interface: str = Field(default="", description="Own address, such as 10.0.0.2/24; empty: all of them.")
    port: int = Field(
        default=PORT,
        ge=0,
        le=65535,
        description="Own UDP port. 0: any that is free, and broadcasts are not heard.",
    )
    broadcast: str = Field(default="", description="host[:port] where Who-Is goes, if not as usual.")
    bbmd: str = Field(default="", description="host[:port] of a BBMD to register with as foreign device.")
    bbmd_ttl_s: int = Field(default=300, ge=10, le=65535)
    local_device: int = Field(default=4194300, ge=0, le=LAST_INSTANCE, description="Own device instance.")
    pacing_s: float = Field(default=0.0, ge=0, le=5, description="Shortest time between two requests.")
    notification_classes: tuple[int, ...] = Field(
        default=(), description="Instances in whose recipient lists Steward enters itself, for events."
    )

    @field_validator("address")
    @classmethod
    def _is_place(cls, text: str) -> str:
        if text:
            place(text)
        return text

    @field_validator("router", "broadcast", "bbmd")
    @classmethod
    def _is_host(cls, text: str) -> str:
        if text:
            host_and_port(text)
        return text

    @field_validator("interface")
    @classmethod
    def _is_interface(cls, text: str) -> str:
        if text:
            IPv4Interface(text)
        return text

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        searches = not self.address or (self.place.network and not self.router)
        if searches and not self.bbmd and self.terms.broadcast is None:
            raise ValueError(
                f"interface {self.interface} says nothing of its network: write it as {self.interface}/24, "
                "or give the address of the device"
            )
        return self

    @property
    def place(self) -> Place:
        return place(self.address)

    @property
    def terms(self) -> Terms:
        own = IPv4Interface(self.interface) if self.interface else None
        knows = own is not None and own.network.prefixlen < 31
        broadcast = None if own is not None else EVERY_NETWORK
        if self.broadcast:
            broadcast = host_and_port(self.broadcast)
        elif own is not None and knows:
            broadcast = str(own.network.broadcast_address), PORT
        return Terms(
            str(own.ip) if own is not None else "",
            self.port,
            broadcast,
            own is not None and broadcast is not None and not self.bbmd and self.port != 0,
            self.bbmd,
            self.bbmd_ttl_s,
            self.local_device,
        )


class Source(Strict):
    """`source` of a point."""

    object: str = Field(description="analog-input,3; a type without a name by its number: 129,3.")
    property: str = Field(default="present-value", description="By name, or by number.")
    index: int | None = Field(default=None, ge=0, description="Element of an array, from 1; 0 is its size.")
    bit: int | None = Field(default=None, ge=0, le=63, description="Of a bit string; 0 is the first.")
    one_of: tuple[int | str, ...] = Field(
        default=(),
        description="The point is 1 while the value, or one in a list, is one of these: [3, 4], "
        "event states by name.",
    )
    type: Kind | None = Field(default=None, description="How a write is encoded, if not as it is read.")
    priority: Priority | None = Field(default=None, description="Of writes; the device's own unless given.")
    relinquish: bool = Field(
        default=False, description="The point is 1 while nothing is commanded; writing it gives up command."
    )
    cov: bool = Field(default=True, description="false: polled though others are subscribed to.")
    acknowledge: bool | None = Field(
        default=None,
        description="Whether an acknowledgement of this point's alarms is passed on to the device, for its"
        " object; unless given, where the point shows event-state.",
    )
    log: str = Field(default="", description="Trend log of this point, such as trend-log,3, for its past.")


class Options(Strict):
    """`[profile.X.options]`."""

    cov: Literal["off", "unconfirmed", "confirmed"] = "off"
    """Whether the device is asked to tell present values when they change."""
    cov_lifetime_s: int = Field(default=600, ge=10, le=86400)
    """A subscription is renewed before half of it is over."""
    backstop_s: float = Field(default=300.0, gt=0, le=86400)
    """What is subscribed to is still read this often: subscriptions get lost."""
    priority: Priority = 8
    """Of writes: 8 is the standard's manual operator, above the programs of the device, which use 9 to 16
    and mostly 16. What is commanded so stays until it is relinquished."""
    status: bool = True
    """Whether status flags are read with present values."""
    max_properties: int = Field(default=60, ge=1, le=1000)
    """What one ReadPropertyMultiple may ask for; 1: none is used."""
    confirmed_events: bool = True
    """Whether event notifications are asked for as confirmed ones."""
    log_period_s: float = Field(default=900.0, gt=0, le=86400)
    """How often trend logs are asked for what is new."""


def object_of(text: str) -> ObjectId:
    """Raises ValueError."""
    type_, separator, instance = text.replace(":", ",").partition(",")
    if not separator or not instance.strip().isdecimal():
        raise ValueError(f"object {text!r} is not type,instance, such as analog-input,3")
    number = _number(type_.strip(), OBJECT_TYPES, "object type", LAST_OBJECT_TYPE)
    if int(instance) > LAST_INSTANCE:
        raise ValueError(f"instance {instance} of object {text!r} is above {LAST_INSTANCE}")
    return ObjectId(number, int(instance))


def ref_of(source: Source, options: Options) -> Ref:
    """What is read for a point. Raises ValueError."""
    object_ = object_of(source.object)
    if source.relinquish:
        return Ref(object_, PRIORITY_ARRAY, source.priority or options.priority)
    return Ref(object_, _number(source.property, PROPERTIES, "property", 2**22 - 1), source.index)


def log_of(source: Source) -> ObjectId | None:
    """The trend log that a point is filled from. Raises ValueError."""
    object_ = object_of(source.log or source.object)
    if source.log and object_.type != TREND_LOG:
        raise ValueError(f"log {source.log!r} is no trend log")
    return object_ if object_.type == TREND_LOG and source.property == "present-value" else None


def is_log(source: Source) -> bool:
    """Whether the point is nothing but a trend log. Raises ValueError."""
    return not source.log and log_of(source) is not None


def chosen_of(source: Source) -> frozenset[int]:
    """The values of `one_of`. Raises ValueError."""
    return frozenset(
        one if isinstance(one, int) else _number(one, EVENT_STATES, "event state", 65535)
        for one in source.one_of
    )


def tag_of(source: Source) -> Tag | None:
    return None if source.type is None else _TAGS[source.type]


def _number(text: str, known: Mapping[str, int], what: str, last: int) -> int:
    if text in known:
        return known[text]
    if not text.isdecimal():
        like = get_close_matches(text, known, 1)
        way_out = f"did you mean {like[0]}?" if like else "give its number"
        raise ValueError(f"{what} {text!r} is unknown; {way_out}")
    if int(text) > last:
        raise ValueError(f"{what} {text} is above {last}")
    return int(text)


class BacnetSchema:
    name = "bacnet"
    heavy = True
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        for check in (lambda: ref_of(source, options), lambda: log_of(source), lambda: chosen_of(source)):
            try:
                check()
            except ValueError as error:
                yield str(error)
        if source.bit is not None and PROPERTIES.get(source.property) in LISTS:
            yield f"bit is of one value, and {source.property} is a list; use one_of"
        if source.bit is not None and source.one_of:
            yield "bit and one_of exclude each other; leave one out"
        if source.relinquish and (source.property != "present-value" or source.index is not None):
            yield "relinquish is about the present value; leave property and index out"
        if source.relinquish and (source.type or source.one_of or source.bit is not None):
            yield "relinquish writes no value; leave type, one_of and bit out"

    def references(self, source: BaseModel) -> Sequence[str]:
        del source
        return ()

    def held(self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]) -> Held | None:
        assert isinstance(connection, Connection)
        return connection.terms if connection.port else None

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        try:
            is_read = is_log(source) or source.bit is not None or bool(source.one_of)
        except ValueError:
            return None  # told already
        if not is_read or source.relinquish:
            return None
        return (
            "趋势日志或值的一部分只能读；请去掉 write，或写入其对象",
            "a log or part of a value is only read; leave write out, or write to its object",
        )

    def acknowledges(self, source: BaseModel) -> bool:
        assert isinstance(source, Source)
        if source.acknowledge is None:
            return source.property in ("event-state", str(EVENT_STATE))
        return source.acknowledge
