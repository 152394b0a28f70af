"""What the local station answers: it is a device of its own, so that others can find and ask it. Pure."""

from drivers.bacnet import apdu
from drivers.bacnet.apdu import MAX_APDU, Confirmed, Pdu
from drivers.bacnet.names import OBJECT_TYPES, PROPERTIES, Abortion, ErrorClass, ErrorCode, Rejection
from drivers.bacnet.services import ANYBODY, DEVICE, IAm, Ref, asked_property, property_answer
from drivers.bacnet.tags import Datum, Malformed, ObjectId, Tag

SEGMENTED_RECEIVE = 2
VENDOR = 0
"""ASHRAE's own, as of software without a vendor identifier."""
PROTOCOL_VERSION, PROTOCOL_REVISION = 1, 14
_SERVICES = (1, 2, 12, 26, 28, 34)
"""COV notification, event notification, ReadProperty, I-Am, unconfirmed COV, Who-Is: bits supported."""


def introduction(instance: int) -> IAm:
    return IAm(instance, MAX_APDU, SEGMENTED_RECEIVE, VENDOR)


def answer(pdu: Pdu, instance: int) -> bytes:
    """The APDU that answers a confirmed request which is no notification."""
    if pdu.segmented:
        return apdu.abort(pdu.invoke, Abortion.SEGMENTATION_NOT_SUPPORTED, server=True)
    if pdu.service != Confirmed.READ_PROPERTY:
        return apdu.reject(pdu.invoke, Rejection.UNRECOGNIZED_SERVICE)
    try:
        ref = asked_property(pdu.payload)
    except Malformed:
        return apdu.reject(pdu.invoke, Rejection.OTHER)
    if ref.object not in (ObjectId(DEVICE, instance), ObjectId(DEVICE, ANYBODY)):
        return apdu.error_pdu(pdu.invoke, pdu.service, ErrorClass.OBJECT, ErrorCode.UNKNOWN_OBJECT)
    datum = _properties(instance).get(ref.property)
    if datum is None:
        return apdu.error_pdu(pdu.invoke, pdu.service, ErrorClass.PROPERTY, ErrorCode.UNKNOWN_PROPERTY)
    told = Ref(ObjectId(DEVICE, instance), ref.property, ref.element)
    return apdu.complex_ack(pdu.invoke, pdu.service, property_answer(told, [datum]))


def _properties(instance: int) -> dict[int, Datum]:
    device = ObjectId(DEVICE, instance)
    told = {
        "object-identifier": Datum(Tag.OBJECT, device),
        "object-name": Datum(Tag.TEXT, f"Steward {instance}"),
        "object-type": Datum(Tag.ENUMERATED, DEVICE),
        "object-list": Datum(Tag.OBJECT, device),
        "system-status": Datum(Tag.ENUMERATED, 0),
        "vendor-name": Datum(Tag.TEXT, "Steward"),
        "vendor-identifier": Datum(Tag.UNSIGNED, VENDOR),
        "model-name": Datum(Tag.TEXT, "Steward"),
        "firmware-revision": Datum(Tag.TEXT, "1"),
        "application-software-version": Datum(Tag.TEXT, "1"),
        "protocol-version": Datum(Tag.UNSIGNED, PROTOCOL_VERSION),
        "protocol-revision": Datum(Tag.UNSIGNED, PROTOCOL_REVISION),
        "protocol-services-supported": Datum(Tag.BITS, _bits(_SERVICES, 40)),
        "protocol-object-types-supported": Datum(Tag.BITS, _bits((DEVICE,), len(OBJECT_TYPES))),
        "max-apdu-length-accepted": Datum(Tag.UNSIGNED, MAX_APDU),
        "segmentation-supported": Datum(Tag.ENUMERATED, SEGMENTED_RECEIVE),
        "database-revision": Datum(Tag.UNSIGNED, 1),
    }
    return {PROPERTIES[name]: datum for name, datum in told.items()}


def _bits(places: tuple[int, ...], count: int) -> tuple[bool, ...]:
    return tuple(at in places for at in range(count))
