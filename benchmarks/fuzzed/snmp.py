"""SNMP: answers of all versions on their way to values, and notifications on theirs to points."""

import asyncio
from dataclasses import replace

from benchmarks.fuzzed.target import Target
from drivers.snmp import ber, objects
from drivers.snmp.ber import oid_content
from drivers.snmp.engine import UNKNOWN_ENGINE
from drivers.snmp.message import Header, Scoped
from drivers.snmp.notification import Watched
from drivers.snmp.pdu import SYS_UP_TIME, TRAP_OID, Pdu, Type, Varbind
from drivers.snmp.plan import value
from drivers.snmp.receiver import Receiver
from drivers.snmp.schema import Source
from drivers.snmp.security import Association, Community, User, sealed
from drivers.snmp.sender import Sender
from drivers.snmp.session import Patience, Session
from drivers.snmp.terms import Auth, Kind, Priv, Version
from drivers.snmp.usm import Master

_LOOP = asyncio.new_event_loop()
_ID = 0x12345678
_ENGINE = bytes.fromhex("80007ed90501020304")
_OPEN = User(b"open", Master.of(Auth.NONE, "", Priv.NONE, ""))
_SIGNED = User(b"signed", Master.of(Auth.SHA256, "authpass1", Priv.AES128, "privpass1"))
_COMMUNITY = Community(Version.V2C, b"public")
_ALARM = "1.3.6.1.2.1.33.1.6.3.2"
_ROW = "1.3.6.1.2.1.33.1.6.2.1.2"
_SOURCES = [Source(oid="1.3.6.1", type=kind, bit=bit) for kind in Kind for bit in (None, 0, 7)]

_VARBINDS = (
    Varbind(SYS_UP_TIME, objects.TIMETICKS, b"\x05\x7e\x40"),
    Varbind(TRAP_OID, ber.OID, oid_content("1.3.6.1.2.1.33.2.3")),
    Varbind(oid_content(f"{_ROW}.7"), ber.OID, oid_content(_ALARM)),
    Varbind(oid_content("1.3.6.1.2.1.33.1.2.1.0"), ber.INTEGER, b"\x02"),
    Varbind(oid_content("1.3.6.1.2.1.33.1.1.2.0"), ber.OCTETS, b"Smart 1000"),
    Varbind(oid_content("1.3.6.1.2.1.33.1.2.7.0"), objects.OPAQUE, b"\x9f\x78\x04\x41\xbc\0\0"),
    Varbind(oid_content("1.3.6.1.2.1.31.1.1.1.6.4000000"), objects.COUNTER64, b"\0" + b"\xff" * 8),
    Varbind(oid_content("1.3.6.1.2.1.4.20.1.1"), objects.IP_ADDRESS, b"\x0a\0\x08\x15"),
    Varbind(oid_content("1.3.6.1.2.1.99.0"), objects.NO_SUCH_INSTANCE),
)


def _answered(session: Session, data: bytes) -> None:
    answer: asyncio.Future[Pdu] = _LOOP.create_future()
    session._waiting = _ID, answer
    session.received(data)
    if answer.done():
        for varbind in answer.result().varbinds:
            for source in _SOURCES:
                value(source, varbind)


def _association(user: User) -> Association:
    association = Association(user, b"", _LOOP.time)
    association.discovered(Header(0, 0, _ENGINE, 3, 1000, b""))
    return association


_SESSIONS = [
    Session("device.test", 161, security, Patience(1, 0))
    for security in (
        _COMMUNITY,
        _association(_OPEN),
        _association(_SIGNED),
        Association(_SIGNED, b"", _LOOP.time),
    )
]


def _feed_answer(data: bytes) -> None:
    for session in _SESSIONS:
        _answered(session, data)
        if session is _SESSIONS[-1] and isinstance(session._security, Association):
            session._security.forget()


class _Listener:
    def __init__(self, who: Community | User) -> None:
        self.sender = Sender(who, _LOOP.time)
        self._watched = Watched.of(
            Source(
                trap="1.3.6.1.2.1.33.2.3", clear="1.3.6.1.2.1.33.2.4", match={_ROW: _ALARM, "1.3.6.1.2.1": 2}
            )
        )

    def notified(self, pdu: Pdu) -> None:
        self._watched.told(pdu)


def _receiver() -> Receiver:
    receiver = Receiver("127.0.0.1", 162, _LOOP.time, lambda: 1_700_000_000 * 10**9)
    for who in (_COMMUNITY, _OPEN, _SIGNED):
        receiver.listen("10.0.8.21", _Listener(who))
    return receiver


_RECEIVER = _receiver()


def _feed_notification(data: bytes) -> None:
    _RECEIVER.datagram_received(data, ("10.0.8.21", 50000))


def _secured(user: User, pdu: Pdu, engine_id: bytes = _ENGINE, boots: int = 3, time_s: int = 1000) -> bytes:
    header = Header(_ID, user.flags, engine_id, boots, time_s, user.name)
    return sealed(header, Scoped(engine_id, b"", pdu), user.master.localized(engine_id), 1)


def _report() -> bytes:
    count = Varbind(UNKNOWN_ENGINE, objects.COUNTER, b"\x01")
    return Header(_ID, 0, _ENGINE, 3, 1000, b"").encoded(
        Scoped(_ENGINE, b"", Pdu(Type.REPORT, _ID, (count,))).encoded()
    )


def _trap_v1() -> bytes:
    content = ber.tlv(ber.OID, oid_content("1.3.6.1.2.1.33.2")) + ber.tlv(
        objects.IP_ADDRESS, b"\x0a\0\x08\x15"
    )
    content += ber.integer(6) + ber.integer(3) + ber.tlv(objects.TIMETICKS, b"\x05")
    content += ber.tlv(ber.SEQUENCE, b"".join(varbind.encoded() for varbind in _VARBINDS[2:]))
    head = ber.integer(0) + ber.tlv(ber.OCTETS, b"public")
    return ber.tlv(ber.SEQUENCE, head + ber.tlv(Type.TRAP_V1, content))


_RESPONSE = Pdu(Type.RESPONSE, _ID, _VARBINDS)
_TRAP = Pdu(Type.TRAP, 1, _VARBINDS)
_INFORM = Pdu(Type.INFORM, 1, _VARBINDS)
_OWN = _RECEIVER._engine

TARGETS = (
    Target(
        "snmp-answer",
        (
            _COMMUNITY.encoded(_RESPONSE),
            _COMMUNITY.encoded(replace(_RESPONSE, status=5, index=2)),
            _secured(_OPEN, _RESPONSE),
            _secured(_SIGNED, _RESPONSE),
            _report(),
        ),
        _feed_answer,
    ),
    Target(
        "snmp-notification",
        (
            _trap_v1(),
            _COMMUNITY.encoded(_TRAP),
            _COMMUNITY.encoded(_INFORM),
            _secured(_OPEN, _TRAP),
            _secured(_SIGNED, _TRAP),
            Header(_ID, 4, b"", 0, 0, b"").encoded(Scoped(b"", b"", Pdu(Type.GET, 1, ())).encoded()),
            _secured(_OPEN, _INFORM, _OWN.id, _OWN.boots, _OWN.time_s),
            _secured(_SIGNED, _INFORM, _OWN.id, _OWN.boots, _OWN.time_s),
        ),
        _feed_notification,
    ),
)
