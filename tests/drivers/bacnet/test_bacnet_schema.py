"""How a site file speaks of BACnet, and what it is told when it speaks wrongly."""

import pytest
from pydantic import ValidationError

from config.driver_schema import Acknowledged
from drivers import SCHEMAS
from drivers.bacnet.address import Address, place
from drivers.bacnet.frames import Packet, broadcast, unicast, unwrapped
from drivers.bacnet.schema import BacnetSchema, Connection, Options, Source, log_of, object_of, ref_of
from drivers.bacnet.services import Ref
from drivers.bacnet.tags import Malformed, ObjectId


def problems(**source: object) -> list[str]:
    return list(
        BacnetSchema().problems(Source.model_validate({"object": "analog-input,3"} | source), Options())
    )


def test_points_are_named_by_words_or_numbers() -> None:
    assert object_of("analog-input,3") == object_of("0,3") == object_of("analog-input:3") == ObjectId(0, 3)
    assert object_of("1000,4194302") == ObjectId(1000, 4194302)
    options = Options(priority=10)
    assert ref_of(Source(object="binary-value,1", property="36"), options) == Ref(ObjectId(5, 1), 36)
    assert ref_of(Source(object="binary-value,1", relinquish=True), options) == Ref(ObjectId(5, 1), 87, 10)
    assert log_of(Source(object="analog-input,3", log="trend-log,1")) == ObjectId(20, 1)
    assert log_of(Source(object="trend-log,1")) == ObjectId(20, 1)
    assert log_of(Source(object="trend-log,1", property="record-count")) is None


def test_a_good_point_has_no_problem() -> None:
    assert not problems()
    assert not problems(property="event-state", one_of=("high-limit", 4))
    assert not problems(object="analog-value,1", relinquish=True, priority=8)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ({"object": "analog-inputs,3"}, "object type 'analog-inputs' is unknown; did you mean analog-input?"),
        ({"object": "analog-input"}, "object 'analog-input' is not type,instance, such as analog-input,3"),
        ({"object": "analog-input,4194303"}, "instance 4194303 of object"),
        ({"object": "2000,1"}, "object type 2000 is above 1023"),
        ({"property": "presentvalue"}, "did you mean present-value?"),
        ({"log": "analog-input,3"}, "log 'analog-input,3' is no trend log"),
        ({"one_of": ("hot",), "property": "event-state"}, "event state 'hot' is unknown"),
        ({"one_of": (1,), "bit": 1}, "bit and one_of exclude each other"),
        ({"bit": 1, "property": "fault-signals"}, "fault-signals is a list; use one_of"),
        ({"relinquish": True, "property": "priority-array"}, "relinquish is about the present value"),
        ({"relinquish": True, "type": "real"}, "relinquish writes no value"),
    ],
)
def test_a_bad_point_is_told_with_the_way_out(source: dict[str, object], problem: str) -> None:
    assert any(problem in told for told in problems(**source))


@pytest.mark.parametrize(
    ("connection", "problem"),
    [
        ({"device": 4194303}, "less than or equal to 4194302"),
        ({"device": 1, "address": "10.0.0.5:99999"}, "port 99999"),
        ({"device": 1, "address": "70000:12"}, "network 70000"),
        ({"device": 1, "address": "2001:999"}, "is no mac"),
        ({"device": 1, "interface": "10.0.0.300"}, "300"),
        ({"device": 1, "interface": "10.0.0.3"}, "write it as 10.0.0.3/24"),
        ({"device": 1, "interface": "10.0.0.3", "address": "2001:5"}, "write it as 10.0.0.3/24"),
    ],
)
def test_a_bad_connection_is_told_with_the_way_out(connection: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Connection.model_validate(connection)


def test_who_is_goes_where_the_interface_says() -> None:
    assert Connection(device=1).terms.broadcast == ("255.255.255.255", 47808)
    terms = Connection(device=1, interface="10.1.2.3/16").terms
    assert (terms.host, terms.broadcast, terms.listens) == ("10.1.2.3", ("10.1.255.255", 47808), True)
    assert not Connection(device=1, interface="10.1.2.3/16", bbmd="10.9.0.1").terms.listens
    assert not Connection(device=1, interface="10.1.2.3/16", port=0).terms.listens
    fixed = Connection(device=1, interface="10.1.2.3", address="10.7.0.1").terms
    assert (fixed.host, fixed.broadcast) == ("10.1.2.3", None)


def test_places_are_hosts_or_behind_routers() -> None:
    assert (place("ahu-1").host, place("ahu-1").port) == ("ahu-1", 47808)
    assert place("10.0.0.5:47809").port == 47809
    assert (place("2001:12").network, place("2001:12").mac) == (2001, b"\x0c")
    assert place("2001:10.1.2.3:47808").mac == bytes([10, 1, 2, 3, 0xBA, 0xC0])
    assert place("7:0x0a0b").mac == b"\x0a\x0b"


FAR = Address("10.0.0.1", 47808, 2001, b"\x0c")


def test_a_datagram_to_a_routed_network_names_it() -> None:
    sent = unicast(b"\x00\x65\x01\x0c", FAR)
    assert sent == bytes.fromhex("810a000f 0124 07d1 01 0c ff 0065010c".replace(" ", ""))
    assert unwrapped(sent, ("10.0.0.9", 47808)) is None  # it is meant for somebody else
    back = bytes.fromhex("810a000e 0108 07d1 01 0c 300c01 00".replace(" ", ""))
    assert unwrapped(back, ("10.0.0.1", 47808)) == Packet(FAR, -1, b"\x30\x0c\x01\x00")


def test_what_a_bbmd_forwards_comes_from_its_origin() -> None:
    whole = broadcast(b"\x10\x08", by_bbmd=False)
    forwarded = (
        b"\x81\x04" + (len(whole) + 6).to_bytes(2, "big") + bytes([10, 0, 0, 9, 0xBA, 0xC0]) + whole[4:]
    )
    assert unwrapped(forwarded, ("10.0.0.1", 47808)) == Packet(Address("10.0.0.9", 47808), -1, b"\x10\x08")
    assert broadcast(b"\x10\x08", by_bbmd=True)[1] == 9


@pytest.mark.parametrize(
    "junk", ["", "81", "810a0003", "820a0006010010", "810a000601", "810a00080120ffff", "810a0006010810"]
)
def test_what_is_no_datagram_is_refused(junk: str) -> None:
    with pytest.raises(Malformed):
        unwrapped(bytes.fromhex(junk), ("10.0.0.1", 47808))


@pytest.mark.parametrize(
    ("source", "passed_on"),
    [
        ({"object": "analog-input,3", "property": "event-state"}, True),
        ({"object": "analog-input,3", "property": "36"}, True),
        ({"object": "analog-input,3", "property": "event-state", "acknowledge": False}, False),
        ({"object": "analog-input,3"}, False),
        ({"object": "analog-input,3", "acknowledge": True}, True),
    ],
)
def test_an_acknowledgement_is_passed_on_where_the_event_state_is_shown(
    source: dict[str, object], passed_on: bool
) -> None:
    schema = SCHEMAS["bacnet"]
    assert isinstance(schema, Acknowledged)
    assert schema.acknowledges(Source.model_validate(source)) is passed_on
