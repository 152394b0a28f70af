"""Who asks, and whether the answer is his: communities, and users of version 3 at one agent."""

import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.snmp import ber
from drivers.snmp.ber import Malformed
from drivers.snmp.message import (
    AUTH_FLAG,
    PRIV_FLAG,
    REPORTABLE,
    Header,
    Plain,
    Scoped,
    Secured,
    scoped,
)
from drivers.snmp.pdu import Pdu, Type
from drivers.snmp.terms import Auth, Priv, Version
from drivers.snmp.usm import Keys, Master

WINDOW_S = 150
"""A message that is older than this is not believed (RFC 3414 section 2.2.3)."""
_CONFIRMED = frozenset({Type.GET, Type.GET_NEXT, Type.GET_BULK, Type.SET, Type.INFORM})


class Untrusted(Exception):
    """The message is not from whom it should be, or not for us, or too old."""


@dataclass(frozen=True, slots=True)
class Community:
    """Versions 1 and 2c."""

    version: Version
    name: bytes = field(repr=False)

    def encoded(self, pdu: Pdu) -> bytes:
        return Plain(self.version, self.name, pdu).encoded()

    def accepted(self, message: Plain | Secured) -> Pdu:
        """Raises Untrusted."""
        if not isinstance(message, Plain) or message.version is not self.version:
            raise Untrusted("another version of SNMP")
        if not hmac.compare_digest(message.community, self.name):
            raise Untrusted("another community")
        return message.pdu


@dataclass(frozen=True, slots=True)
class User:
    """A user of version 3 as the configuration knows him; his level is what his protocols say."""

    name: bytes
    master: Master

    @property
    def flags(self) -> int:
        auth = AUTH_FLAG if self.master.auth is not Auth.NONE else 0
        return auth | (PRIV_FLAG if self.master.priv is not Priv.NONE else 0)


@dataclass(slots=True)
class Clock:
    """What is known of the clock of an authoritative engine (RFC 3414 section 2.3)."""

    now_s: Callable[[], float]
    boots: int = 0
    _began_s: float = 0.0
    _latest_s: int = 0

    @property
    def time_s(self) -> int:
        return max(int(self.now_s() - self._began_s), 0)

    def set(self, boots: int, time_s: int) -> None:
        self.boots, self._latest_s, self._began_s = boots, time_s, self.now_s() - time_s

    def accept(self, boots: int, time_s: int) -> bool:
        """Whether an authentic message of that time is recent; what is newest sets the clock."""
        if boots > self.boots or (boots == self.boots and time_s > self._latest_s):
            self.set(boots, time_s)
        return boots == self.boots and time_s >= self.time_s - WINDOW_S


def opened(message: Secured, keys: Keys) -> Scoped:
    """The payload, decrypted where it is encrypted; after its digest was checked. Raises Malformed."""
    header = message.header
    if not header.flags & PRIV_FLAG:
        if message.payload_tag != ber.SEQUENCE:
            raise Malformed(f"a payload of type {message.payload_tag:#04x}")
        return scoped(message.payload)
    if message.payload_tag != ber.OCTETS:
        raise Malformed(f"an encrypted payload of type {message.payload_tag:#04x}")
    plain = keys.decrypted(message.payload, header.boots, header.time_s, header.salt)
    tag, start, end = ber.read(plain)
    if tag != ber.SEQUENCE:
        raise Malformed("it was encrypted with another key")
    return scoped(plain[start:end])


def authentic(message: Secured, keys: Keys) -> bool:
    digest = message.header.digest
    return len(digest) == keys.digest_size and hmac.compare_digest(digest, keys.digest(message.blank))


def sealed(header: Header, content: Scoped, keys: Keys, counter: int) -> bytes:
    """The message, encrypted and signed as `header.flags` say."""
    payload = content.encoded()
    if header.flags & PRIV_FLAG:
        secret, salt = keys.encrypted(payload, header.boots, header.time_s, counter)
        header, payload = replace(header, salt=salt), ber.tlv(ber.OCTETS, secret)
    if not header.flags & AUTH_FLAG:
        return header.encoded(payload)
    blank = replace(header, digest=bytes(keys.digest_size)).encoded(payload)
    return replace(header, digest=keys.digest(blank)).encoded(payload)


class Association:
    """A user at one agent, whose engine is authoritative: its id, its clock, the keys for it."""

    __slots__ = ("_context", "_counter", "_keys", "_user", "clock", "engine_id")

    def __init__(self, user: User, context: bytes, now_s: Callable[[], float]) -> None:
        self._user = user
        self._context = context
        self._counter = random.getrandbits(63)
        self.engine_id = b""
        self.clock = Clock(now_s)
        self._keys = user.master.localized(b"")

    def forget(self) -> None:
        """Discover the engine anew: it may be another one behind that address."""
        self.engine_id = b""

    def discovered(self, report: Header) -> None:
        """Keys for the engine that a report tells of. Its clock is corrected by the first signed message."""
        if report.engine_id != self.engine_id:
            self.engine_id = report.engine_id
            self._keys = self._user.master.localized(report.engine_id)
        self.clock.set(report.boots, report.time_s)

    def encoded(self, pdu: Pdu, id_: int) -> bytes:
        flags = REPORTABLE if pdu.type in _CONFIRMED else 0
        if not self.engine_id:  # the question that only asks who is there
            empty = Pdu(Type.GET, pdu.id, ())
            return Header(id_, REPORTABLE, b"", 0, 0, b"").encoded(Scoped(b"", b"", empty).encoded())
        flags |= self._user.flags
        self._counter += 1
        clock = self.clock
        header = Header(id_, flags, self.engine_id, clock.boots, clock.time_s, self._user.name)
        return sealed(header, Scoped(self.engine_id, self._context, pdu), self._keys, self._counter)

    def accepted(self, message: Plain | Secured) -> tuple[Pdu, bool]:
        """The PDU, and whether it is as well secured as the user's messages are.

        Reports may be less so: an agent cannot sign what it does not understand. Raises Untrusted, Malformed.
        """
        if not isinstance(message, Secured):
            raise Untrusted("another version of SNMP")
        header = message.header
        level = header.flags & (AUTH_FLAG | PRIV_FLAG)
        is_signed = False
        if level & AUTH_FLAG:
            if header.engine_id != self.engine_id or header.user != self._user.name:
                raise Untrusted("another engine or user")
            if level & ~self._user.flags or not authentic(message, self._keys):
                raise Untrusted("signed with another key")
            is_signed = True
        elif level:
            raise Untrusted("encrypted and not signed")
        pdu = opened(message, self._keys).pdu
        if pdu.type is Type.REPORT:
            if is_signed:
                self.clock.set(header.boots, header.time_s)
            return pdu, is_signed
        if level != self._user.flags or header.engine_id != self.engine_id or header.user != self._user.name:
            raise Untrusted("less secured than asked for")
        if is_signed and not self.clock.accept(header.boots, header.time_s):
            raise Untrusted("too old")
        return pdu, True
