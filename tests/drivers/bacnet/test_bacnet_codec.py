"""The codec against bacpypes3's, which is another's reading of the same standard (S-42)."""

import math
from typing import Any

import pytest
from bacpypes3 import apdu as theirs
from bacpypes3.basetypes import (
    DateTime,
    Destination,
    ErrorType,
    EventState,
    LogRecord,
    LogRecordLogDatum,
    PropertyValue,
    ReadAccessResult,
    ReadAccessResultElement,
    ReadAccessResultElementChoice,
    StatusFlags,
    TimeStamp,
)
from bacpypes3.constructeddata import Any as AnyData
from bacpypes3.constructeddata import ListOf
from bacpypes3.pdu import PDU
from bacpypes3.primitivedata import (
    BitString,
    Boolean,
    CharacterString,
    Double,
    Enumerated,
    Integer,
    Null,
    ObjectIdentifier,
    OctetString,
    PropertyIdentifier,
    Real,
    TagList,
    Unsigned,
)
from bacpypes3.primitivedata import Date as TheirDate
from bacpypes3.primitivedata import Time as TheirTime
from hypothesis import example, given
from hypothesis import strategies as st

from config.text import Text
from drivers.bacnet import apdu, reports, services
from drivers.bacnet.services import IAm, Ref, Refusal
from drivers.bacnet.tags import Date, Datum, Malformed, ObjectId, Reader, Tag, Time, encoded

AI3, AV1 = ObjectId(0, 3), ObjectId(2, 1)
PRESENT_VALUE, FLAGS = 85, 111

real = st.floats(width=32, allow_nan=False, allow_infinity=False)
DATA = st.one_of(
    st.just(Datum(Tag.NULL, None)),
    st.booleans().map(lambda value: Datum(Tag.BOOLEAN, value)),
    st.integers(0, 2**32 - 1).map(lambda value: Datum(Tag.UNSIGNED, value)),
    st.integers(-(2**31), 2**31 - 1).map(lambda value: Datum(Tag.INTEGER, value)),
    real.map(lambda value: Datum(Tag.REAL, value)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: Datum(Tag.DOUBLE, value)),
    st.binary(max_size=300).map(lambda value: Datum(Tag.OCTETS, value)),
    st.text(max_size=300).map(lambda value: Datum(Tag.TEXT, value)),
    st.lists(st.booleans(), max_size=40).map(lambda value: Datum(Tag.BITS, tuple(value))),
    st.integers(0, 65535).map(lambda value: Datum(Tag.ENUMERATED, value)),
    st.builds(Date, st.integers(1900, 2154), st.integers(1, 12), st.integers(1, 28), st.integers(1, 7)).map(
        lambda value: Datum(Tag.DATE, value)
    ),
    st.builds(Time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 99)).map(
        lambda value: Datum(Tag.TIME, value)
    ),
    st.builds(ObjectId, st.integers(0, 1023), st.integers(0, 4194303)).map(
        lambda value: Datum(Tag.OBJECT, value)
    ),
)
CLASSES: dict[int, Any] = {
    Tag.NULL: Null,
    Tag.BOOLEAN: Boolean,
    Tag.UNSIGNED: Unsigned,
    Tag.INTEGER: Integer,
    Tag.REAL: Real,
    Tag.DOUBLE: Double,
    Tag.OCTETS: OctetString,
    Tag.TEXT: CharacterString,
    Tag.BITS: BitString,
    Tag.ENUMERATED: Enumerated,
    Tag.DATE: TheirDate,
    Tag.TIME: TheirTime,
    Tag.OBJECT: ObjectIdentifier,
}


def their(datum: Datum) -> Any:
    value: Any = datum.value
    match datum.tag:
        case Tag.NULL:
            value = ()
        case Tag.DATE:
            value = (value.year - 1900, *value[1:])
        case Tag.TIME | Tag.OBJECT:
            value = tuple(value)
        case Tag.BITS:
            value = [int(bit) for bit in value]
        case _:
            pass
    return CLASSES[datum.tag](value)


def payload(message: Any) -> bytes:
    return bytes(message.encode().pduData)


def understood(kind: Any, payload: bytes) -> Any:
    """What bacpypes3 makes of our request."""
    head = bytes([0x02, 0x65, 1, kind.service_choice])
    message = theirs.APDU.decode(PDU(head + payload))
    return kind.decode(message)


@example(Datum(Tag.INTEGER, -128))
@given(DATA)
def test_every_type_is_encoded_and_decoded_as_bacpypes3_does(datum: Datum) -> None:
    assert encoded(datum) == bytes(their(datum).encode().encode().pduData)
    reader = Reader(encoded(datum))
    assert reader.datum() == datum
    assert not reader.more


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\0" + "温度 °C".encode(), "温度 °C"),
        (b"\0" + "温度".encode("gb18030"), "温度"),
        (b"\4" + "温度".encode("utf-16-be"), "温度"),
        (b"\5" + "é".encode("latin-1"), "é"),
        (b"\3" + "温".encode("utf-32-be"), "温"),
        (b"\x09?", "?"),
    ],
)
def test_texts_of_every_character_set_are_read(content: bytes, text: str) -> None:
    """Devices made in China often send GBK where they say UTF-8."""
    head = bytes([0x70 | len(content)]) if len(content) < 5 else bytes([0x75, len(content)])
    assert Reader(head + content).datum() == (Tag.TEXT, text)


@given(st.binary(max_size=64))
def test_bytes_that_are_no_encoding_are_refused_and_nothing_else(data: bytes) -> None:
    reader = Reader(b"\x3e" + data)
    try:
        reader.data(3)
    except Malformed:
        return


@given(st.lists(DATA, min_size=1, max_size=5))
def test_the_answer_to_readproperty_is_read(data: list[Datum]) -> None:
    tags = TagList([tag for datum in data for tag in their(datum).encode()])
    answer = theirs.ReadPropertyACK(
        objectIdentifier=ObjectIdentifier((0, 3)),
        propertyIdentifier=PRESENT_VALUE,
        propertyValue=AnyData(tags),
    )
    ref = Ref(AI3, PRESENT_VALUE)
    assert services.property_read(payload(answer), ref) == data
    assert services.raw_property(payload(answer), ref) == b"".join(map(encoded, data))
    with pytest.raises(Malformed, match="answered for"):
        services.property_read(payload(answer), Ref(AV1, PRESENT_VALUE))
    with pytest.raises(Malformed, match="answered for"):
        services.property_read(payload(answer), Ref(AI3, FLAGS))


def _results(*objects: tuple[ObjectId, list[tuple[int, Any]]]) -> bytes:
    def element(number: int, value: Any) -> ReadAccessResultElement:
        choice = (
            ReadAccessResultElementChoice(propertyAccessError=value)
            if isinstance(value, ErrorType)
            else ReadAccessResultElementChoice(propertyValue=AnyData(value))
        )
        return ReadAccessResultElement(propertyIdentifier=PropertyIdentifier(number), readResult=choice)

    results = [
        ReadAccessResult(
            objectIdentifier=ObjectIdentifier(tuple(object_)),
            listOfResults=[element(number, value) for number, value in properties],
        )
        for object_, properties in objects
    ]
    return payload(theirs.ReadPropertyMultipleACK(listOfReadAccessResults=results))


def test_the_answer_to_readpropertymultiple_is_read() -> None:
    refs = [Ref(AI3, PRESENT_VALUE), Ref(AI3, FLAGS), Ref(AV1, PRESENT_VALUE)]
    wrong = ErrorType(errorClass="object", errorCode="unknownObject")
    answer = _results(
        (AI3, [(PRESENT_VALUE, Real(1.5)), (FLAGS, StatusFlags([0, 1, 0, 0]))]),
        (AV1, [(PRESENT_VALUE, wrong)]),
    )
    flags = Datum(Tag.BITS, (False, True, False, False))
    assert services.properties_read(answer, refs) == [[Datum(Tag.REAL, 1.5)], [flags], Refusal(1, 31)]
    for asked in (refs[::-1], refs[:2], [*refs, Ref(ObjectId(2, 2), 85)], [refs[0], refs[2]]):
        with pytest.raises(Malformed):
            services.properties_read(answer, asked)


def test_requests_are_understood() -> None:
    read = understood(theirs.ReadPropertyRequest, services.read_property(Ref(AI3, 87, 8)))
    assert (read.objectIdentifier, int(read.propertyIdentifier)) == ((0, 3), 87)
    assert read.propertyArrayIndex == 8

    refs = [Ref(AI3, PRESENT_VALUE), Ref(AI3, 87, 8), Ref(AV1, PRESENT_VALUE)]
    many = understood(theirs.ReadPropertyMultipleRequest, services.read_property_multiple(refs))
    assert [
        Ref(ObjectId(*map(int, one.objectIdentifier)), int(what.propertyIdentifier), what.propertyArrayIndex)
        for one in many.listOfReadAccessSpecs
        for what in one.listOfPropertyReferences
    ] == refs

    write = understood(
        theirs.WritePropertyRequest, services.write_property(refs[2], Datum(Tag.REAL, 21.5), 8)
    )
    assert (write.propertyValue.cast_out(Real), write.priority) == (21.5, 8)
    release = services.write_property(refs[2], Datum(Tag.NULL, None), 8)
    assert understood(theirs.WritePropertyRequest, release).propertyValue.cast_out(Real, null=True) == ()

    told = reports.subscribe(7, AI3, confirmed=True, lifetime_s=600)
    subscribe = understood(theirs.SubscribeCOVRequest, told)
    assert (subscribe.subscriberProcessIdentifier, subscribe.monitoredObjectIdentifier) == (7, (0, 3))
    assert (subscribe.issueConfirmedNotifications, subscribe.lifetime) == (1, 600)
    cancel = understood(theirs.SubscribeCOVRequest, reports.cancel(7, AI3))
    assert cancel.lifetime is cancel.issueConfirmedNotifications is None

    log = understood(theirs.ReadRangeRequest, reports.read_range(Ref(ObjectId(20, 1), 131), 70_000, 20))
    assert (log.range.bySequenceNumber.referenceSequenceNumber, log.range.bySequenceNumber.count) == (
        70_000,
        20,
    )


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (reports.by_device(77), lambda it: it.recipient.device == (8, 77)),
        (
            reports.by_address("10.0.0.2", 47808),
            lambda it: bytes(it.recipient.address.macAddress) == bytes([10, 0, 0, 2, 0xBA, 0xC0]),
        ),
    ],
)
def test_an_entry_of_a_recipient_list_is_understood(recipient: bytes, expected: Any) -> None:
    entry = reports.destination(recipient, 5, confirmed=True)
    list_ = Ref(ObjectId(15, 1), 102)
    request = understood(theirs.AddListElementRequest, services.add_or_remove(list_, entry))
    (found,) = request.listOfElements.cast_out(ListOf(Destination))
    assert expected(found)
    assert (found.processIdentifier, found.issueConfirmedNotifications) == (5, 1)
    assert list(found.validDays) == [1] * 7
    assert list(found.transitions) == [1] * 3


@given(st.integers(0, 4194302), st.integers(50, 1476), st.integers(0, 3), st.integers(0, 65535))
def test_an_i_am_goes_both_ways(instance: int, max_apdu: int, segmentation: int, vendor: int) -> None:
    told = IAm(instance, max_apdu, segmentation, vendor)
    same = theirs.IAmRequest(
        iAmDeviceIdentifier=ObjectIdentifier((8, instance)),
        maxAPDULengthAccepted=max_apdu,
        segmentationSupported=segmentation,
        vendorID=vendor,
    )
    assert payload(same) == services.i_am(told)
    assert services.who_is_it(payload(same)) == told


def test_a_who_is_asks_for_a_range_or_for_all() -> None:
    assert services.asked_who(b"", 5)
    assert services.asked_who(services.who_is(5, 7), 5)
    assert not services.asked_who(services.who_is(6, 7), 5)
    some = theirs.WhoIsRequest(deviceInstanceRangeLowLimit=6, deviceInstanceRangeHighLimit=7)
    assert payload(some) == services.who_is(6, 7)


def test_a_notification_of_change_is_read() -> None:
    notification = theirs.UnconfirmedCOVNotificationRequest(
        subscriberProcessIdentifier=1,
        initiatingDeviceIdentifier=ObjectIdentifier((8, 77)),
        monitoredObjectIdentifier=ObjectIdentifier((0, 3)),
        timeRemaining=60,
        listOfValues=[
            PropertyValue(propertyIdentifier="presentValue", value=AnyData(Real(2.5))),
            PropertyValue(propertyIdentifier="statusFlags", value=AnyData(StatusFlags([0, 0, 0, 1]))),
        ],
    )
    change = reports.change(payload(notification))
    assert (change.device, change.object) == (77, AI3)
    assert change.values[PRESENT_VALUE] == [Datum(Tag.REAL, 2.5)]
    assert change.values[FLAGS] == [Datum(Tag.BITS, (False, False, False, True))]


WHEN = DateTime(date=TheirDate((126, 5, 4, 1)), time=TheirTime((12, 30, 15, 50)))
STAMP = reports.Stamp(Date(2026, 5, 4, 1), Time(12, 30, 15, 50))


def _event(**more: Any) -> bytes:
    return payload(
        theirs.UnconfirmedEventNotificationRequest(
            processIdentifier=1,
            initiatingDeviceIdentifier=ObjectIdentifier((8, 77)),
            eventObjectIdentifier=ObjectIdentifier((0, 3)),
            notificationClass=1,
            priority=100,
            **{
                "timeStamp": TimeStamp(dateTime=WHEN),
                "eventType": "outOfRange",
                "messageText": CharacterString("too hot"),
                "notifyType": "alarm",
                "ackRequired": True,
                "fromState": EventState("normal"),
                "toState": EventState("highLimit"),
            }
            | more,
        )
    )


def test_an_event_is_read() -> None:
    assert reports.event(_event()) == reports.Event(77, AI3, 3, STAMP, 5)
    counted = reports.event(_event(timeStamp=TimeStamp(sequenceNumber=9)))
    assert counted is not None
    assert counted.stamp is None
    ack = {"notifyType": "ackNotification", "ackRequired": None, "fromState": None}
    assert reports.event(_event(**ack)) is None  # the state in it is an old one


@pytest.mark.parametrize(
    ("datum", "expected"),
    [
        ({"realValue": 1.5}, (2, Datum(Tag.REAL, 1.5))),
        ({"booleanValue": True}, (1, Datum(Tag.BOOLEAN, True))),
        ({"enumValue": 1}, (3, Datum(Tag.ENUMERATED, 1))),
        ({"unsignedValue": 70_000}, (4, Datum(Tag.UNSIGNED, 70_000))),
        ({"signedValue": -5}, (5, Datum(Tag.INTEGER, -5))),
        ({"nullValue": ()}, (7, Datum(Tag.NULL, None))),
        ({"logStatus": [1, 0, 0]}, (0, Datum(Tag.BITS, (True, False, False)))),
        ({"timeChange": 3600.0}, (9, Datum(Tag.REAL, 3600.0))),
        ({"failure": ErrorType(errorClass="device", errorCode="timeout")}, (8, Datum(Tag.ENUMERATED, 30))),
        ({"anyValue": AnyData(Double(2.5))}, (10, Datum(Tag.DOUBLE, 2.5))),
    ],
)
def test_records_of_every_kind_are_read(datum: dict[str, Any], expected: tuple[int, Datum]) -> None:
    log = Ref(ObjectId(20, 1), 131)
    record = LogRecord(
        timestamp=WHEN, logDatum=LogRecordLogDatum(**datum), statusFlags=StatusFlags([0, 1, 0, 0])
    )
    answer = theirs.ReadRangeACK(
        objectIdentifier=ObjectIdentifier((20, 1)),
        propertyIdentifier="logBuffer",
        resultFlags=[1, 1, 0],
        itemCount=2,
        itemData=AnyData(ListOf(LogRecord)([record, record])),
        firstSequenceNumber=41,
    )
    first, records = reports.range_read(payload(answer), log)
    assert first == 41
    assert records == [reports.Record(STAMP, *expected, (False, True, False, False))] * 2


def test_errors_rejects_and_aborts_say_why() -> None:
    error = theirs.error_types[15](errorClass="property", errorCode="writeAccessDenied")
    pdu = apdu.parsed(bytes([0x50, 3, 15]) + payload(error))
    assert (pdu.invoke, pdu.refusal) == (
        3,
        Text("错误（属性）：不允许写入", "error property: write access denied"),
    )
    assert apdu.parsed(b"\x60\x03\x09").refusal == Text("拒绝：不支持该服务", "reject: unrecognized service")
    assert apdu.parsed(b"\x71\x03\x04").refusal == Text(
        "中止：不支持分段", "abort: segmentation not supported"
    )
    assert apdu.parsed(b"\x71\x03\x40").refusal == Text("中止：64", "abort: 64")
    for short in (b"", b"\x00\x05", b"\x30\x01", b"\x38\x01\x02", b"\xf0\x01"):
        with pytest.raises(Malformed):
            apdu.parsed(short)


def test_what_is_not_finite_is_encoded_all_the_same() -> None:
    reader = Reader(encoded(Datum(Tag.REAL, math.inf)))
    assert reader.datum().value == math.inf
