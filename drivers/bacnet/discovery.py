"""What is there: devices by Who-Is, and their objects with names, units, descriptions and values.

For people who write profiles; nothing here is used while a site runs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drivers.backoff import Backoff
from drivers.bacnet import apdu, local, services
from drivers.bacnet.address import Address
from drivers.bacnet.apdu import Unconfirmed
from drivers.bacnet.exchange import InvokeBook
from drivers.bacnet.names import PROPERTIES, object_name
from drivers.bacnet.schema import LAST_INSTANCE, Connection
from drivers.bacnet.services import Answer, IAm, Ref, Refusal
from drivers.bacnet.session import Session
from drivers.bacnet.station import Station
from drivers.bacnet.tags import ObjectId, Tag
from drivers.bacnet.values import Form, shown
from drivers.errors import LinkError

PROPERTIES_AT_ONCE = 60
LONGEST_LIST = 20_000
"""So many objects of a device are looked at."""
_TEXT = Form(text=True)
_LIST, _NAME, _DESCRIPTION = (PROPERTIES[name] for name in ("object-list", "object-name", "description"))
_UNITS, _VALUE = PROPERTIES["units"], PROPERTIES["present-value"]


@dataclass(frozen=True, slots=True)
class FoundDevice:
    instance: int
    address: Address
    vendor: int
    """As ASHRAE numbers them."""


@dataclass(frozen=True, slots=True)
class FoundObject:
    source: str
    """As a point's source names it: analog-input,3."""
    name: str
    description: str
    units: str
    value: str
    """Empty where there is none."""


@asynccontextmanager
async def opened(connection: Connection, clock: Callable[[], float]) -> AsyncIterator[Station]:
    """A local station for the time of a search, by interface, port and bbmd of `connection`."""
    station = Station(connection.terms, InvokeBook(), Backoff(), clock)
    try:
        await station.opened()
        yield station
    finally:
        await station.close()


async def devices(
    station: Station, low: int = 0, high: int = LAST_INSTANCE, wait_s: float = 3.0, at: Address | None = None
) -> Sequence[FoundDevice]:
    """All whose instance is within `low` to `high` and who answer within `wait_s`, by instance.

    Everybody is asked, or only who is `at` an address; Steward itself is none of them.
    """
    found: dict[tuple[int, object], FoundDevice] = {}

    ourselves = local.introduction(station.terms.instance)

    def heard(source: Address, told: IAm) -> None:
        if told != ourselves and low <= told.instance <= high:
            found[told.instance, source.station] = FoundDevice(told.instance, source, told.vendor)

    request = apdu.unconfirmed(Unconfirmed.WHO_IS, services.who_is(low, high))
    with station.finder.hearing(heard):
        for _ in range(2):  # datagrams get lost
            if at is None:
                station.broadcast(request)
            else:
                station.send(request, at)
            await asyncio.sleep(wait_s / 2)
    return sorted(found.values(), key=lambda device: (device.instance, device.address))


async def objects(
    station: Station, device: FoundDevice, timeout_s: float = 3.0
) -> AsyncIterator[FoundObject]:
    """One after the other, in the order of the device's own list. Raises LinkError."""
    session = Session(station, device.address, device.instance, timeout_s, PROPERTIES_AT_ONCE, 0.0)
    await session.known(attempts=3)
    listed = await _listed(session)
    for at in range(0, len(listed), 10):
        some = listed[at : at + 10]
        wanted = [Ref(object_, what) for object_ in some for what in (_NAME, _DESCRIPTION, _UNITS, _VALUE)]
        answers = await session.read(wanted)
        for object_ in some:
            name, description, value = (
                _text(answers[Ref(object_, what)]) for what in (_NAME, _DESCRIPTION, _VALUE)
            )
            units = _unit(answers[Ref(object_, _UNITS)])
            yield FoundObject(object_name(*object_), name, description, units, value)


async def _listed(session: Session) -> list[ObjectId]:
    """At once if the device can, else element by element."""
    whole = (await session.read([Ref(session.device, _LIST)]))[Ref(session.device, _LIST)]
    if isinstance(whole, Refusal):
        size = (await session.read([Ref(session.device, _LIST, 0)]))[Ref(session.device, _LIST, 0)]
        count = 0 if isinstance(size, Refusal) or len(size) != 1 else size[0].value
        if not isinstance(count, int):
            raise LinkError(
                f"{session.name.zh} 未给出对象列表：{whole.why.zh}",
                f"{session} does not tell its objects: {whole}",
            )
        refs = [Ref(session.device, _LIST, at + 1) for at in range(min(count, LONGEST_LIST))]
        answers = (await session.read(refs)).values()
        data = [datum for answer in answers if not isinstance(answer, Refusal) for datum in answer]
    else:
        data = list(whole)[:LONGEST_LIST]
    return [datum.value for datum in data if isinstance(datum.value, ObjectId)]


def _text(answer: Answer) -> str:
    if isinstance(answer, Refusal):
        return ""
    value, _ = shown(answer, _TEXT)
    return str(value)


def _unit(answer: Answer) -> str:
    from bacpypes3.basetypes import EngineeringUnits  # large, and only people read units

    if isinstance(answer, Refusal) or len(answer) != 1 or answer[0].tag != Tag.ENUMERATED:
        return ""
    return str(EngineeringUnits(answer[0].value))
