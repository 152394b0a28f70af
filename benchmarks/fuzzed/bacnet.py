"""BACnet/IP: whatever arrives at the socket, answers and what comes by itself, down to the values."""

import asyncio
import contextlib
import math
import time

from benchmarks.fuzzed.target import Target
from drivers.backoff import Backoff
from drivers.bacnet import apdu, frames, reports, services
from drivers.bacnet.address import Address
from drivers.bacnet.apdu import Confirmed, Kind, Pdu, Unconfirmed
from drivers.bacnet.clock import DeviceClock
from drivers.bacnet.exchange import InvokeBook, Silence, _Question
from drivers.bacnet.reports import Change, Event
from drivers.bacnet.services import Answer, IAm, Ref, Refusal
from drivers.bacnet.station import Station, Terms
from drivers.bacnet.tags import Date, Datum, Malformed, ObjectId, Tag, Time, context, enclosed, encoded
from drivers.bacnet.values import Form, quality, shown

_DEVICE = 77
_PEER = Address("10.0.0.7", 47808)
_AI, _LOG = ObjectId(0, 3), ObjectId(20, 1)
_REFS = [Ref(_AI, 85), Ref(_AI, 111), Ref(ObjectId(2, 1), 87, 8)]
_FORMS = (Form(), Form(text=True), Form(bit=2), Form(one_of=frozenset((3, 4))), Form(is_null=True))
_SERVICES = (
    Confirmed.READ_PROPERTY,
    Confirmed.READ_PROPERTY_MULTIPLE,
    Confirmed.READ_RANGE,
    Confirmed.GET_EVENT_INFORMATION,
)


class _Nowhere(asyncio.DatagramTransport):
    def sendto(self, data: object, addr: object = None) -> None:
        pass


class _Listener:
    address = _PEER

    def announced(self) -> None:
        pass

    def changed(self, change: Change) -> None:
        for data in change.values.values():
            _look(data)

    def happened(self, event: Event) -> None:
        _CLOCK.utc_ns(event.stamp)


_LOOP = asyncio.new_event_loop()
_CLOCK = DeviceClock(time.monotonic, time.time_ns)
_STATION = Station(Terms("", 0, None, False, "", 60, 4194300), InvokeBook(), Backoff(), time.monotonic)
_STATION._transports.append(_Nowhere())
_STATION.watch(_DEVICE, _Listener())


def _look(answer: Answer) -> None:
    if isinstance(answer, Refusal):
        assert answer.why.zh
        return
    for form in _FORMS:
        value, _ = shown(answer, form)
        assert isinstance(value, str) or not math.isinf(value)


def _decoded(pdu: Pdu) -> None:
    if pdu.kind != Kind.COMPLEX_ACK:
        assert pdu.refusal.zh
        return
    match pdu.service:
        case Confirmed.READ_PROPERTY:
            _look(services.property_read(pdu.payload, _REFS[0]))
            for mark in reports.marks(services.raw_property(pdu.payload, _REFS[0])):
                _CLOCK.utc_ns(mark.stamp)
        case Confirmed.READ_PROPERTY_MULTIPLE:
            for answer in services.properties_read(pdu.payload, _REFS):
                _look(answer)
        case Confirmed.READ_RANGE:
            for record in reports.range_read(pdu.payload, Ref(_LOG, 131))[1]:
                _CLOCK.utc_ns(record.stamp)
                quality(record.flags, 0)
                _look([record.datum])
        case _:
            for event in reports.event_information(pdu.payload, _DEVICE)[0]:
                _CLOCK.utc_ns(event.stamp)


async def _heard(datagram: bytes) -> None:
    """A question of each kind is under way, by invoke ids from 1. What the mutator did to the length is also
    put right, for else little would get beyond the first header."""
    open_ = _STATION.exchange._open
    questions = [_Question(_PEER, service, 60.0) for service in _SERVICES]
    open_.update({(_PEER.station, invoke + 1): one for invoke, one in enumerate(questions)})
    try:
        _STATION.heard(datagram, _PEER[:2])
        _STATION.heard(datagram[:2] + len(datagram).to_bytes(2, "big") + datagram[4:], _PEER[:2])
        for question in questions:
            if question.answer.done() and question.answer.exception() is None:
                with contextlib.suppress(Malformed):
                    _decoded(question.answer.result())
    finally:
        open_.clear()
        for question in questions:
            question.over()
            question.fail(Silence("已结束", "over"))
            question.answer.exception()


def _feed(datagram: bytes) -> None:
    _LOOP.run_until_complete(_heard(datagram))


def _from(told: bytes) -> bytes:
    return frames.unicast(told, _PEER)


_REAL, _FLAGS = encoded(Datum(Tag.REAL, 21.5)), encoded(Datum(Tag.BITS, (False, True, False, False)))
_WHEN = encoded(Datum(Tag.DATE, Date(2026, 5, 4, 1))) + encoded(Datum(Tag.TIME, Time(12, 30, 15, 50)))
_CHANGE = (
    context(0, 1)
    + context(1, ObjectId(8, _DEVICE))
    + context(2, _AI)
    + context(3, 60)
    + enclosed(4, context(0, 85), enclosed(2, _REAL), context(0, 111), enclosed(2, _FLAGS))
)
_EVENT = (
    context(0, 1)
    + context(1, ObjectId(8, _DEVICE))
    + context(2, _AI)
    + enclosed(3, enclosed(2, _WHEN))
    + context(4, 1)
    + context(5, 100)
    + context(6, 5)
    + context(7, b"\0hot")
    + context(8, 0)
    + context(9, b"\1")
    + context(10, 0)
    + context(11, 3)
)
_RESULTS = (
    context(0, _AI)
    + enclosed(1, context(2, 85), enclosed(4, _REAL), context(2, 111), enclosed(4, _FLAGS))
    + context(0, ObjectId(2, 1))
    + enclosed(1, context(2, 87), context(3, 8), enclosed(5, b"\x91\x01\x91\x1f"))
)
_RECORDS = enclosed(0, _WHEN) + enclosed(1, b"\x2c" + _REAL[1:]) + context(2, b"\4\0")
_RANGE = (
    context(0, _LOG) + context(1, 131) + context(3, b"\5\xc0") + context(4, 2)
    + enclosed(5, _RECORDS, _RECORDS) + context(6, 41)
)  # fmt: skip
_SUMMARY = (
    context(0, _AI)
    + context(1, 3)
    + context(2, b"\5\0")
    + enclosed(3, enclosed(2, _WHEN), context(1, 5), context(0, b"\x0c\0\0\0"))
    + context(4, 0)
    + context(5, b"\5\xe0")
    + enclosed(6, b"\x21\x64\x21\x64\x21\x64")
)
_WORDS = encoded(Datum(Tag.TEXT, "温度" * 30)) + encoded(Datum(Tag.OBJECT, _AI)) + _WHEN

TARGETS = (
    Target(
        "bacnet",
        (
            _from(apdu.complex_ack(1, 12, services.property_answer(_REFS[0], [Datum(Tag.REAL, 1.5)]))),
            _from(apdu.complex_ack(1, 12, services.read_property(_REFS[0]) + enclosed(3, _WORDS))),
            _from(apdu.complex_ack(2, 14, _RESULTS)),
            _from(bytes([0x3C, 2, 0, 4, 14]) + _RESULTS[:20]),
            _from(bytes([0x38, 2, 1, 4, 14]) + _RESULTS[20:]),
            _from(apdu.complex_ack(3, 26, _RANGE)),
            _from(apdu.complex_ack(4, 29, enclosed(0, _SUMMARY, _SUMMARY) + context(1, b"\0"))),
            _from(apdu.error_pdu(1, 12, 1, 31)),
            _from(apdu.reject(2, 9)),
            _from(apdu.abort(3, 4, server=True)),
            _from(apdu.unconfirmed(Unconfirmed.COV_NOTIFICATION, _CHANGE)),
            _from(apdu.confirmed(9, Confirmed.COV_NOTIFICATION, _CHANGE)),
            _from(apdu.unconfirmed(Unconfirmed.EVENT_NOTIFICATION, _EVENT)),
            _from(apdu.confirmed(9, Confirmed.EVENT_NOTIFICATION, _EVENT)),
            _from(apdu.unconfirmed(Unconfirmed.I_AM, services.i_am(IAm(_DEVICE, 1476, 0, 15)))),
            frames.broadcast(
                apdu.unconfirmed(Unconfirmed.WHO_IS, services.who_is(0, 4194303)), by_bbmd=False
            ),
            _from(apdu.confirmed(8, 12, services.read_property(Ref(ObjectId(8, 4194303), 75)))),
            frames.who_is_router(2001, by_bbmd=False),
            bytes.fromhex("810a000901800107d1"),
            bytes.fromhex("810a000a0180030107d1"),
            bytes.fromhex("810400120a000007bac001080007010c1008"),
            bytes.fromhex("810000060060"),
        ),
        _feed,
    ),
)
