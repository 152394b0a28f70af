"""The header of an APDU: what kind it is, whose answer, which segment (clause 20.1). Pure."""

from enum import IntEnum
from typing import NamedTuple

from config.text import Text
from drivers.bacnet.names import abort_text, error_text, reject_text
from drivers.bacnet.tags import Datum, Malformed, Reader, Tag, encoded

MAX_APDU = 1476
"""What BACnet/IP carries."""
SEGMENTS = 64
"""So many segments of an answer are taken."""
_ACCEPTS = 0x65
"""64 segments, each of up to 1476 bytes."""


class Kind(IntEnum):
    CONFIRMED = 0
    UNCONFIRMED = 1
    SIMPLE_ACK = 2
    COMPLEX_ACK = 3
    SEGMENT_ACK = 4
    ERROR = 5
    REJECT = 6
    ABORT = 7


class Confirmed(IntEnum):
    """Confirmed services."""

    ACKNOWLEDGE_ALARM = 0
    COV_NOTIFICATION = 1
    EVENT_NOTIFICATION = 2
    SUBSCRIBE_COV = 5
    ADD_LIST_ELEMENT = 8
    REMOVE_LIST_ELEMENT = 9
    READ_PROPERTY = 12
    READ_PROPERTY_MULTIPLE = 14
    WRITE_PROPERTY = 15
    READ_RANGE = 26
    GET_EVENT_INFORMATION = 29


class Unconfirmed(IntEnum):
    """Unconfirmed services."""

    I_AM = 0
    COV_NOTIFICATION = 2
    EVENT_NOTIFICATION = 3
    WHO_IS = 8


SUPPORTED_BIT = {
    Confirmed.SUBSCRIBE_COV: 5,
    Confirmed.ADD_LIST_ELEMENT: 8,
    Confirmed.READ_PROPERTY_MULTIPLE: 14,
    Confirmed.READ_RANGE: 35,
    Confirmed.GET_EVENT_INFORMATION: 39,
}
"""The place of a service in protocol-services-supported, which is not its number."""


class Pdu(NamedTuple):
    kind: int
    invoke: int = 0
    service: int = 0
    payload: bytes = b""
    reason: int = 0
    """Of a reject or abort."""
    segmented: bool = False
    more: bool = False
    sequence: int = 0
    window: int = 0

    @property
    def refusal(self) -> Text:
        """What an error, reject or abort says."""
        match self.kind:
            case Kind.REJECT:
                return reject_text(self.reason)
            case Kind.ABORT:
                return abort_text(self.reason)
            case _:
                try:
                    return error_text(*error(self.payload))
                except Malformed:
                    return Text("错误，未给出原因", "error without a reason")


def parsed(apdu: bytes) -> Pdu:
    """Raises Malformed."""
    try:
        return _parsed(apdu)
    except IndexError:
        raise Malformed("the APDU ends too early") from None


def _parsed(apdu: bytes) -> Pdu:
    kind, flags = apdu[0] >> 4, apdu[0]
    match kind:
        case Kind.CONFIRMED:
            return Pdu(kind, apdu[2], apdu[3], apdu[4:], segmented=bool(flags & 8))
        case Kind.UNCONFIRMED:
            return Pdu(kind, 0, apdu[1], apdu[2:])
        case Kind.SIMPLE_ACK:
            return Pdu(kind, apdu[1], apdu[2])
        case Kind.COMPLEX_ACK if flags & 8:
            return Pdu(
                kind, apdu[1], apdu[4], apdu[5:],
                segmented=True, more=bool(flags & 4), sequence=apdu[2], window=apdu[3],
            )  # fmt: skip
        case Kind.COMPLEX_ACK | Kind.ERROR:
            return Pdu(kind, apdu[1], apdu[2], apdu[3:])
        case Kind.SEGMENT_ACK:
            return Pdu(kind, apdu[1], sequence=apdu[2], window=apdu[3])
        case Kind.REJECT | Kind.ABORT:
            return Pdu(kind, apdu[1], reason=apdu[2])
        case _:
            raise Malformed(f"APDU type {kind} does not exist")


def error(payload: bytes) -> tuple[int, int]:
    """Class and code. Raises Malformed."""
    reader = Reader(payload)
    reader.opens(0)  # some services put more around them
    return enumerated(reader), enumerated(reader)


def enumerated(reader: Reader) -> int:
    datum = reader.datum()
    if datum.tag != Tag.ENUMERATED or not isinstance(datum.value, int):
        raise Malformed(f"an enumerated value is missing, {datum.value!r} came")
    return datum.value


def confirmed(invoke: int, service: int, payload: bytes) -> bytes:
    """A request that takes a segmented answer."""
    return bytes([Kind.CONFIRMED << 4 | 2, _ACCEPTS, invoke, service]) + payload


def unconfirmed(service: int, payload: bytes) -> bytes:
    return bytes([Kind.UNCONFIRMED << 4, service]) + payload


def simple_ack(invoke: int, service: int) -> bytes:
    return bytes([Kind.SIMPLE_ACK << 4, invoke, service])


def complex_ack(invoke: int, service: int, payload: bytes) -> bytes:
    return bytes([Kind.COMPLEX_ACK << 4, invoke, service]) + payload


def segment_ack(invoke: int, sequence: int, window: int, *, negative: bool) -> bytes:
    """Of a client."""
    return bytes([Kind.SEGMENT_ACK << 4 | 2 * negative, invoke, sequence, window])


def error_pdu(invoke: int, service: int, class_: int, code: int) -> bytes:
    told = encoded(Datum(Tag.ENUMERATED, class_)) + encoded(Datum(Tag.ENUMERATED, code))
    return bytes([Kind.ERROR << 4, invoke, service]) + told


def reject(invoke: int, reason: int) -> bytes:
    return bytes([Kind.REJECT << 4, invoke, reason])


def abort(invoke: int, reason: int, *, server: bool) -> bytes:
    return bytes([Kind.ABORT << 4 | server, invoke, reason])
