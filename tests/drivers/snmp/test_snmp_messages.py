"""Encoding, security and the meaning of variables, without a socket."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pydantic import ValidationError

from drivers import SCHEMAS
from drivers.driver import WriteError
from drivers.snmp import ber, objects
from drivers.snmp.ber import Malformed
from drivers.snmp.message import received
from drivers.snmp.pdu import Status, status_text
from drivers.snmp.schema import Connection, Options, Source
from drivers.snmp.security import Clock
from drivers.snmp.terms import Auth, Kind, Priv
from drivers.snmp.usm import Master

SNMP = SCHEMAS["snmp"]
ENGINE = bytes.fromhex("000000000000000000000002")
OID = st.lists(st.integers(0, 2**32 - 1), max_size=20).map(lambda rest: ".".join(map(str, [1, 3, *rest])))


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_travel_as_pyasn1_reads_them(value: int) -> None:
    assert int(decoder.decode(ber.integer(value))[0]) == value
    assert ber.whole(ber.integer(value)[2:]) == value


@given(OID)
def test_object_identifiers_travel_as_pyasn1_writes_them(text: str) -> None:
    content = ber.oid_content(text)
    assert ber.tlv(ber.OID, content) == encoder.encode(univ.ObjectIdentifier(text))
    assert ber.oid_text(content) == text


@given(st.binary(max_size=300), st.sampled_from([ber.OCTETS, ber.SEQUENCE]))
def test_lengths_travel_as_pyasn1_reads_them(content: bytes, tag: int) -> None:
    encoded = ber.tlv(tag, content)
    if tag == ber.OCTETS:
        assert bytes(decoder.decode(encoded)[0]) == content
    assert ber.members(encoded, tag) == (content,)


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80\0\0", b"\x30\x84\xff\xff\xff\xff", b"\x30\x85" + bytes(5)]
)
def test_what_is_cut_off_or_has_no_length_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        received(data)


@pytest.mark.parametrize("text", ["1", "", "1.3.-6", "1.3.4294967296", "a.b"])
def test_what_is_no_object_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"identifier|invalid literal"):
        ber.oid_content(text)


@pytest.mark.parametrize(
    ("auth", "stretched", "localized"),
    [
        (Auth.MD5, "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        (
            Auth.SHA,
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_keys_are_those_of_the_standard(auth: Auth, stretched: str, localized: str) -> None:
    """RFC 3414 sections A.3.1 and A.3.2."""
    master = Master.of(auth, "maplesyrup", Priv.NONE, "")
    assert master.auth_key.hex() == stretched
    assert master.localized(ENGINE).auth_key.hex() == localized


@pytest.mark.parametrize("priv", [priv for priv in Priv if priv is not Priv.NONE])
@given(plain=st.binary(min_size=1, max_size=100), counter=st.integers(0, 2**70))
def test_what_is_encrypted_is_decrypted(priv: Priv, plain: bytes, counter: int) -> None:
    keys = MASTERS[priv].localized(ENGINE)
    secret, salt = keys.encrypted(plain, 3, 1000, counter)
    assert keys.decrypted(secret, 3, 1000, salt)[: len(plain)] == plain
    assert plain not in secret or len(plain) < 4


MASTERS: dict[Priv, Master] = {
    priv: Master.of(Auth.SHA, "authpass1", priv, "privpass1") for priv in Priv if priv is not Priv.NONE
}


def test_keys_are_not_shown() -> None:
    master = MASTERS[Priv.AES256]
    assert "key=" not in repr(master).replace("auth_key", "").replace("priv_key", "")
    assert master.auth_key.hex() not in repr(master) + repr(master.localized(ENGINE))
    assert repr(master.auth_key) not in repr(master)


def test_the_clock_of_an_engine_goes_on_and_takes_only_what_is_newer() -> None:
    """RFC 3414 section 3.2 step 7b."""
    now = [0.0]
    clock = Clock(lambda: now[0])
    clock.set(3, 1000)
    now[0] = 200.0
    assert clock.time_s == 1200
    assert clock.accept(3, 1190)
    assert not clock.accept(2, 5000)
    now[0] = 400.0
    assert not clock.accept(3, 1190)  # replayed
    assert clock.accept(4, 1)
    assert (clock.boots, clock.time_s) == (4, 1)


@pytest.mark.parametrize(
    ("tag", "content", "value"),
    [
        (ber.INTEGER, b"\xff", -1.0),
        (objects.GAUGE, b"\xff\xff\xff\xff", 2.0**32 - 1),  # the sign octet was forgotten
        (objects.COUNTER64, b"\0" + b"\xff" * 8, 2.0**64),
        (ber.OCTETS, b" -21.5\0", -21.5),
        (ber.OCTETS, b"N/A", math.nan),
        (ber.OCTETS, b"inf", math.nan),
        (objects.OPAQUE, b"\x9f\x78\x04\x41\xbc\0\0", 23.5),
        (objects.OPAQUE, b"\x9f\x79\x08\x40\x37\x80\0\0\0\0\0", 23.5),
        (objects.OPAQUE, b"\x9f\x78\x04\x7f\x80\0\0", math.nan),
        (objects.OPAQUE, b"\x9f\x78\x04\x41", math.nan),
        (ber.OID, b"\x2b", math.nan),
    ],
)
def test_numbers_of_every_type_are_read(tag: int, content: bytes, value: float) -> None:
    assert objects.number(tag, content) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [
        (ber.INTEGER, 2.0**31, "no whole number from -2147483648 to 2147483647"),
        (objects.GAUGE, -1.0, "no whole number from 0"),
        (ber.INTEGER, math.nan, "no whole number"),
        (objects.OPAQUE, 1e300, "does not fit a float"),
        (ber.OID, "1.3.-1", "no object identifier"),
        (objects.IP_ADDRESS, "10.0.0.300", "no IPv4 address"),
        (ber.INTEGER, "many", "no number"),
        (objects.NO_SUCH_OBJECT, 1.0, "cannot be set"),
    ],
)
def test_what_does_not_fit_a_type_is_not_sent(tag: int, value: float | str, said: str) -> None:
    with pytest.raises(WriteError, match=said) as raised:
        objects.encoded(tag, value)
    assert re.search("不是|超出|不能写入", raised.value.why.zh)


@pytest.mark.parametrize("status", [*Status, 99])
def test_every_error_status_is_said_with_its_number(status: int) -> None:
    assert status_text(status).zh.startswith(f"错误 {int(status)}")
    assert status_text(status).en.startswith(f"error {int(status)}")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (Source(), "a source is oid, or alarm and trap"),
        (Source(oid="1.3.6.1", alarm="1.3.6.2"), "a source is oid, or alarm and trap"),
        (Source(oid="1.3.6.1", clear="1.3.6.2"), "clear and match belong to trap"),
        (Source(trap="1.3.6.1", bit=1), "belong to oid"),
        (Source(oid="1.3.6.1", index="3.x"), "index '3.x' is not numbers"),
        (Source(oid="1.3.6.1", type=Kind.FLAGS), "type flags needs bit"),
        (Source(oid="1.3.6.1", type=Kind.TEXT, bit=1), "type text has no bits"),
        (Source(oid="1.3.6.1", bit=32), "bit = 32 is beyond the last bit of a number, 31"),
        (Source(oid="1.3.6.1", encoding="klingon"), "encoding 'klingon' is unknown"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(source: Source, problem: str) -> None:
    assert any(problem in said for said in SNMP.problems(source, Options()))


@pytest.mark.parametrize(
    "source", [Source(oid=".1.3.6.1", index="3.1"), Source(alarm="1.3.6.1", trap="1.3.6.2", clear="1.3.6.3")]
)
def test_a_good_source_has_no_problems_and_reads_no_other_device(source: Source) -> None:
    assert not list(SNMP.problems(source, Options()))
    assert not SNMP.references(source)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "version 2c needs community"),
        ({"version": "3"}, "version 3 needs user"),
        ({"version": "3", "user": "u", "priv": "aes128", "priv_key": "k"}, "priv = aes128 needs auth"),
        ({"version": "3", "user": "u", "auth": "sha"}, "auth = sha needs auth_key"),
        ({"community": "Public!"}, "is no name of a secret"),
        ({"community": "c", "port": 0}, "greater than"),
    ],
)
def test_a_connection_that_is_incomplete_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Connection.model_validate({"host": "h", **wrong})
