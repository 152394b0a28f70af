"""What a site file may say about OPC UA, and what it is told when it says something else."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.driver_schema import Acknowledged
from drivers import SCHEMAS
from drivers.driver import Quality
from drivers.opcua.addresses import (
    AddressError,
    NodeAddress,
    PathAddress,
    UnknownNamespaceError,
    address,
    node_address,
)
from drivers.opcua.schema import Connection, Event, Options, Show, Source
from drivers.opcua.status import overflowed, quality

OPCUA = SCHEMAS["opcua"]
PIN = "sha256:" + ":".join(["AB"] * 32)
TRUST = {"certificate": "c.pem", "private_key": "k.pem", "server_certificate": PIN}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i=85", NodeAddress(85)),
        ("ns=2;s=Boiler.Temp", NodeAddress("Boiler.Temp", 2)),
        ("ns=2;s=a;b=c", NodeAddress("a;b=c", 2)),
        ("nsu=http://maker/plant;i=7", NodeAddress(7, "http://maker/plant")),
        ("ns=1;b=AQI=", NodeAddress(b"\1\2", 1)),
        (
            "ns=1;g=72962b91-fa75-4ae6-8d28-b404dc7daf63",
            NodeAddress(uuid.UUID("72962b91-fa75-4ae6-8d28-b404dc7daf63"), 1),
        ),
        ("$root.Temp", NodeAddress("AHU1.Temp", 2)),
        ("2:Supply/2:Temperature", PathAddress(((2, "Supply"), (2, "Temperature")))),
        ("Supply", PathAddress(((0, "Supply"),))),
        ("2:a&/b/3:c&&d", PathAddress(((2, "a/b"), (3, "c&d")))),
        ("nsu=http://maker/x;Supply/2:T", PathAddress((("http://maker/x", "Supply"), (2, "T")))),
    ],
)
def test_a_node_is_named_in_many_ways(text: str, expected: NodeAddress | PathAddress) -> None:
    assert address(text, "ns=2;s=AHU1") == expected
    if isinstance(expected, NodeAddress):
        assert node_address(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$root.Temp", "needs root in the connection"),
        ("ns=70000;i=1", "namespace 70000 is beyond 65535"),
        ("i=4294967296", "is not within 0 to 4294967295"),
        ("g=zero", "is no node id"),
        ("b=*", "is no node id"),
        ("2:a//2:b", "a step without a name"),
    ],
)
def test_what_names_no_node_is_said(text: str, said: str) -> None:
    with pytest.raises(AddressError, match=said):
        address(text)


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_an_address_or_an_address_error(text: str, root: str) -> None:
    try:
        found = address(text, root)
    except AddressError:
        return
    if isinstance(found, NodeAddress):
        assert node_address(str(found)) == found


def test_a_namespace_by_uri_has_the_index_of_the_server_as_it_runs_now() -> None:
    assert NodeAddress(1, "urn:x").index({"urn:x": 4}) == 4
    with pytest.raises(UnknownNamespaceError, match="no namespace urn:x"):
        NodeAddress(1, "urn:x").index({})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://h"}, "is no address of a server"),
        ({"url": "opc.tcp://h:99999"}, "no valid port"),
        ({"url": "opc.tcp://a..b"}, "between two dots"),
        ({"url": "opc.tcp://user:pw@h"}, "url holds a user"),
        ({"url": "opc.tcp://h"}, "needs certificate and private_key"),
        ({"url": "opc.tcp://h", "security": "basic256"}, "Input should be"),
        ({"url": "opc.tcp://h", **TRUST, "server_certificate": "sha256:AB"}, "no SHA-256 fingerprint"),
        ({"url": "opc.tcp://h", **TRUST, "private_key_secret": "own-key"}, "are both given"),
        ({"url": "opc.tcp://h", **TRUST, "password": "plc"}, "password needs user"),
        ({"url": "opc.tcp://h", **TRUST, "user_certificate": "u.pem"}, "needs user_private_key"),
        ({"url": "opc.tcp://h", "security": "none", "certificate": "c.pem"}, "uses no client certificate"),
        ({"url": "opc.tcp://h", "security": "none", "root": "AHU1"}, "is no node id"),
        (
            {"url": "opc.tcp://h", "security": "none", "password": "Not A Name", "user": "u"},
            "no name of a secret",
        ),
    ],
)
def test_a_connection_that_cannot_be_is_refused(wrong: dict[str, str], said: str) -> None:
    """S-64: no security only where it is written so."""
    with pytest.raises(ValidationError, match=said):
        Connection.model_validate(wrong)


def test_connections_share_a_session_whatever_their_roots() -> None:
    told = {"url": "opc.tcp://h", **TRUST}
    one = Connection.model_validate({**told, "root": "ns=2;s=A"})
    two = Connection.model_validate({**told, "root": "ns=2;s=B"})
    assert {one.endpoint, two.endpoint} == {one.endpoint}
    assert one.endpoint != Connection.model_validate({**told, "user": "u"}).endpoint
    assert (one.port, one.fingerprint) == (4840, "ab" * 32)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(), "needs either node or event"),
        (Source(node="i=1", event=Event(source="a")), "needs either node or event"),
        (Source(node="i=1", show=Show.SEVERITY), "is for events"),
        (Source(node="i=1", field="a..b"), "field 'a..b' cannot be read"),
        (Source(node="i=1", index=-1), "index is negative"),
        (Source(node="ns=70000;i=1"), "beyond 65535"),
        (Source(event=Event()), "needs event.source or event.condition"),
        (Source(event=Event(condition="c"), show=Show.UNNAMED), "leave condition out"),
        (Source(event=Event(source="a"), field="b"), "an event has neither"),
        (Source(node="i=1", acknowledge=True), "acknowledge is for events"),
        (Source(event=Event(), show=Show.UNNAMED, acknowledge=True), "names no condition to acknowledge"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(source: Source, said: str) -> None:
    assert any(said in problem for problem in OPCUA.problems(source, Options()))


@pytest.mark.parametrize(
    "source",
    [
        Source(node="$root.Temp"),
        Source(node="2:Supply/2:T", field="a.b[2].c", index=(1, 2)),
        Source(event=Event(source="AHU1", condition="High"), show=Show.MESSAGE),
        Source(event=Event(), show=Show.UNNAMED),
    ],
)
def test_a_good_source_has_no_problems_and_reads_no_other_device(source: Source) -> None:
    assert not list(OPCUA.problems(source, Options()))
    assert not OPCUA.references(source)
    assert OPCUA.heavy


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0, Quality.GOOD),
        (0x0096_0000, Quality.GOOD),
        (0x4090_0480, Quality.UNCERTAIN_STALE),
        (0x4091_0000, Quality.UNCERTAIN_SUBSTITUTED),
        (0x4209_0000, Quality.UNCERTAIN_IN_TEST),
        (0x40AA_0000, Quality.UNCERTAIN_STALE),
        (0x8034_0000, Quality.BAD_ADDRESS),
        (0x808C_0000, Quality.BAD_SENSOR_FAULT),
        (0x8032_0000, Quality.BAD_NOT_READ),
        (0x80FF_0000, Quality.BAD_COMM_LOSS),
        (0xC000_0000, Quality.BAD_COMM_LOSS),
    ],
)
def test_every_status_has_the_nearest_quality(status: int, expected: Quality) -> None:
    assert quality(status) is expected


@given(st.integers(0, 2**32 - 1))
def test_quality_keeps_the_class_of_any_status(status: int) -> None:
    assert (quality(status).is_good, quality(status).is_bad) == (status >> 30 == 0, status >> 31 == 1)


def test_an_overflow_of_the_server_s_queue_is_seen() -> None:
    assert overflowed(0x0000_0480)
    assert not overflowed(0x0000_0400)


@pytest.mark.parametrize(
    ("source", "passed_on"),
    [
        ({"event": {"source": "AHU1", "condition": "High"}}, True),
        ({"event": {"source": "AHU1", "condition": "High"}, "show": "severity"}, True),
        ({"event": {"source": "AHU1", "condition": "High"}, "acknowledge": False}, False),
        ({"event": {"source": "AHU1"}}, False),
        ({"event": {"source": "AHU1"}, "acknowledge": True}, True),
        ({"event": {"condition": "High"}}, False),
        ({"event": {}, "show": "unnamed"}, False),
        ({"node": "i=2258"}, False),
    ],
)
def test_an_acknowledgement_is_passed_on_where_one_condition_is_named(
    source: dict[str, object], passed_on: bool
) -> None:
    assert isinstance(OPCUA, Acknowledged)
    assert OPCUA.acknowledges(Source.model_validate(source)) is passed_on
