"""Entering ourselves where a device finds whom to tell of events, and asking what is not normal now."""

from collections.abc import AsyncIterator, Sequence

from drivers.bacnet import reports, services
from drivers.bacnet.apdu import Confirmed, Kind
from drivers.bacnet.names import OBJECT_TYPES, PROPERTIES
from drivers.bacnet.reports import Event
from drivers.bacnet.resolving import own_address
from drivers.bacnet.services import Ref
from drivers.bacnet.session import Session
from drivers.bacnet.tags import Malformed, ObjectId

PROCESS = 1
PAGES = 100
"""So many answers at most tell the events of a device."""
_CLASS = OBJECT_TYPES["notification-class"]
_RECIPIENTS = PROPERTIES["recipient-list"]


class Recipient:
    """Our entry in the notification classes of one device."""

    def __init__(self, classes: Sequence[int], *, confirmed: bool) -> None:
        self._lists = [Ref(ObjectId(_CLASS, instance), _RECIPIENTS) for instance in classes]
        self._confirmed = confirmed
        self._entered: dict[Ref, bytes] = {}

    async def enter(self, session: Session) -> None:
        """Where the entry is not there yet. A device that refuses it is polled all the same.
        Raises LinkError."""
        for list_ in self._lists:
            entry = self._entry(session)
            try:
                before = await self._entries(session, list_)
            except Malformed:
                continue
            if before is not None and (entry in before or await self._enter(session, list_, entry, before)):
                self._entered[list_] = entry

    async def leave(self, session: Session) -> None:
        """Raises LinkError."""
        entered, self._entered = self._entered, {}
        for list_, entry in entered.items():
            request = services.add_or_remove(list_, entry)
            pdu = await session.ask(Confirmed.REMOVE_LIST_ELEMENT, request, attempts=1)
            if pdu.kind != Kind.SIMPLE_ACK:
                left = await self._entries(session, list_)
                if left is not None and entry in left:
                    await self._write(session, list_, left.replace(entry, b"", 1))

    def _entry(self, session: Session) -> bytes:
        """Behind a router the device must look us up: nobody here knows the number of our network."""
        if session.address.network:
            whom = reports.by_device(session.station.terms.instance)
        else:
            host, port = session.station.own
            whom = reports.by_address(own_address(host, session.address.host), port)
        return reports.destination(whom, PROCESS, confirmed=self._confirmed)

    async def _entries(self, session: Session, list_: Ref) -> bytes | None:
        """As they are encoded; None where the device does not tell."""
        pdu = await session.ask(Confirmed.READ_PROPERTY, services.read_property(list_))
        return services.raw_property(pdu.payload, list_) if pdu.kind == Kind.COMPLEX_ACK else None

    async def _enter(self, session: Session, list_: Ref, entry: bytes, before: bytes) -> bool:
        if session.abilities.has(Confirmed.ADD_LIST_ELEMENT):
            request = services.add_or_remove(list_, entry)
            pdu = await session.ask(Confirmed.ADD_LIST_ELEMENT, request, attempts=1)
            if pdu.kind == Kind.SIMPLE_ACK:
                return True
        return await self._write(session, list_, before + entry)

    async def _write(self, session: Session, list_: Ref, entries: bytes) -> bool:
        request = services.add_or_remove(list_, entries)  # WriteProperty looks the same
        pdu = await session.ask(Confirmed.WRITE_PROPERTY, request, attempts=1)
        return pdu.kind == Kind.SIMPLE_ACK


async def standing(session: Session) -> AsyncIterator[Event]:
    """What is not normal, or was not and nobody has acknowledged it. Raises LinkError."""
    if not session.abilities.has(Confirmed.GET_EVENT_INFORMATION):
        return
    last: ObjectId | None = None
    for _ in range(PAGES):
        pdu = await session.ask(Confirmed.GET_EVENT_INFORMATION, reports.get_event_information(last))
        if pdu.kind != Kind.COMPLEX_ACK:
            return
        try:
            events, more = reports.event_information(pdu.payload, session.device.instance)
        except Malformed as error:
            raise session.nonsense(error) from error
        for event in events:
            yield event
        if not more or not events:
            return
        last = events[-1].object
