"""Messages: what is around a PDU, in the versions 1 and 2c (RFC 1901) and 3 (RFC 3412, RFC 3414)."""

from dataclasses import dataclass

from drivers.snmp import ber
from drivers.snmp.ber import Malformed
from drivers.snmp.pdu import Pdu, decoded
from drivers.snmp.terms import Version

LARGEST = 65507
"""Octets of a message over UDP."""

AUTH_FLAG, PRIV_FLAG, REPORTABLE = 1, 2, 4
USM = 3

NUMBERS = {Version.V1: 0, Version.V2C: 1, Version.V3: 3}
_VERSIONS = {number: version for version, number in NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Plain:
    """Version 1 or 2c."""

    version: Version
    community: bytes
    pdu: Pdu

    def encoded(self) -> bytes:
        head = ber.integer(NUMBERS[self.version]) + ber.tlv(ber.OCTETS, self.community)
        return ber.tlv(ber.SEQUENCE, head + self.pdu.encoded())


@dataclass(frozen=True, slots=True)
class Header:
    """Version 3, without its payload."""

    id: int
    flags: int
    engine_id: bytes
    """Of the engine that is authoritative for the exchange."""
    boots: int
    time_s: int
    user: bytes
    digest: bytes = b""
    salt: bytes = b""

    def encoded(self, payload: bytes) -> bytes:
        """The message; `payload` is the scoped PDU, encrypted or not, with tag and length."""
        head = ber.integer(self.id) + ber.integer(LARGEST)
        head += ber.tlv(ber.OCTETS, bytes([self.flags])) + ber.integer(USM)
        security = ber.tlv(ber.OCTETS, self.engine_id) + ber.integer(self.boots) + ber.integer(self.time_s)
        for octets in (self.user, self.digest, self.salt):
            security += ber.tlv(ber.OCTETS, octets)
        content = ber.integer(NUMBERS[Version.V3]) + ber.tlv(ber.SEQUENCE, head)
        content += ber.tlv(ber.OCTETS, ber.tlv(ber.SEQUENCE, security))
        return ber.tlv(ber.SEQUENCE, content + payload)


@dataclass(frozen=True, slots=True)
class Secured:
    """Version 3 as it arrived: nothing in it is believed yet."""

    header: Header
    payload_tag: int
    payload: bytes
    blank: bytes
    """The whole message with zeros in the place of its digest."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """What a message of version 3 carries."""

    engine_id: bytes
    context: bytes
    pdu: Pdu

    def encoded(self) -> bytes:
        names = ber.tlv(ber.OCTETS, self.engine_id) + ber.tlv(ber.OCTETS, self.context)
        return ber.tlv(ber.SEQUENCE, names + self.pdu.encoded())


def received(data: bytes) -> Plain | Secured:
    """Raises Malformed."""
    tag, at, end = ber.read(data)
    if tag != ber.SEQUENCE:
        raise Malformed(f"a message begins with {tag:#04x}")
    tag, start, at = ber.read(data, at)
    version = _VERSIONS.get(ber.whole(data[start:at])) if tag == ber.INTEGER else None
    if version is None:
        raise Malformed("a message without a known version")
    if version is Version.V3:
        return _secured(data[:end], at)
    tag, start, at = ber.read(data, at)
    if tag != ber.OCTETS:
        raise Malformed(f"a community of type {tag:#04x}")
    community = data[start:at]
    tag, start, at = ber.read(data, at)
    return Plain(version, community, decoded(tag, data[start:at]))


def _secured(data: bytes, at: int) -> Secured:
    tag, start, at = ber.read(data, at)
    if tag != ber.SEQUENCE:
        raise Malformed(f"a header of type {tag:#04x}")
    id_, _, flags, model = ber.members(data[start:at], ber.INTEGER, ber.INTEGER, ber.OCTETS, ber.INTEGER)
    tag, start, at = ber.read(data, at)
    if tag != ber.OCTETS or len(flags) != 1 or ber.whole(model) != USM:
        raise Malformed("no message of the user-based security model")
    tag, first, last = ber.read(data, start)
    if tag != ber.SEQUENCE or last != at:
        raise Malformed("security parameters that are no sequence")
    engine_id, boots, time_s, user, digest, salt = ber.members(
        data[first:last], ber.OCTETS, ber.INTEGER, ber.INTEGER, ber.OCTETS, ber.OCTETS, ber.OCTETS
    )
    if len(engine_id) > 32 or len(user) > 32:
        raise Malformed("an engine id or a user name of more than 32 octets")
    header = Header(
        ber.whole(id_), flags[0], engine_id, ber.whole(boots), ber.whole(time_s), user, digest, salt
    )
    if not (0 <= header.boots < 2**31 and 0 <= header.time_s < 2**31):
        raise Malformed("an engine that was never started")
    place = last - len(salt) - (2 if len(salt) < 0x80 else 3) - len(digest)
    blank = data[:place] + bytes(len(digest)) + data[place + len(digest) :]
    tag, start, at = ber.read(data, at)
    if at != len(data):
        raise Malformed(f"{len(data) - at} octets too many")
    return Secured(header, tag, data[start:at], blank)


def scoped(payload: bytes) -> Scoped:
    """The content of a scoped PDU; whatever follows its PDU is padding. Raises Malformed."""
    tag, start, at = ber.read(payload)
    if tag != ber.OCTETS:
        raise Malformed(f"a context engine of type {tag:#04x}")
    engine_id = payload[start:at]
    tag, start, at = ber.read(payload, at)
    if tag != ber.OCTETS:
        raise Malformed(f"a context of type {tag:#04x}")
    context = payload[start:at]
    tag, start, at = ber.read(payload, at)
    return Scoped(engine_id, context, decoded(tag, payload[start:at]))
