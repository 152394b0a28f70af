"""The variables of one played device, and what an agent answers about them (RFC 3416 section 4.2)."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from config.site import Device
from drivers.driver import Value
from drivers.snmp import ber, objects
from drivers.snmp.pdu import SYS_UP_TIME, Pdu, Status, Type, Varbind
from drivers.snmp.plan import Plan, value
from drivers.snmp.schema import Source
from drivers.snmp.terms import Kind

MOST_ANSWERED = 1000
"""Variables in one answer to a GETBULK."""
_LAST_INTEGER = 2**31 - 1
_NOTHING = {ber.OID: "0.0", objects.IP_ADDRESS: "0.0.0.0"}  # noqa: S104
"""How these types write an empty text."""
Written = Callable[[int, Value], None]
"""Column, value as it stands in the variable."""


class Variables:
    """Filled from a template; the rows of its alarm tables are the alarms that are put to 1."""

    def __init__(self, device: Device, now_s: Callable[[], float]) -> None:
        self.plan = Plan(device.template)
        self._now_s = now_s
        self._began_s = now_s()
        self._held: dict[bytes, tuple[int, bytes]] = {}
        self._alarms: dict[int, bool] = {}
        self._notified: dict[int, float] = {}
        for at in range(len(self.plan.sources)):
            self.put(at, "" if at in self.plan.texts else 0.0)

    def put(self, column: int, raw: Value) -> None:
        """Raises WriteError where it does not fit."""
        source = self.plan.sources[column]
        if source.alarm is not None:
            self._alarms[column] = bool(raw)
        elif source.variable is None:
            self._notified[column] = float(raw)
        else:
            oid = ber.oid_content(source.variable)
            before = self._held.get(oid, (ber.OCTETS, b""))
            self._held[oid] = _variable(source, raw, before[1])

    def get(self, column: int) -> Value:
        source = self.plan.sources[column]
        if source.alarm is not None:
            return float(self._alarms[column])
        if source.variable is None:
            return self._notified[column]
        oid = ber.oid_content(source.variable)
        return value(source, Varbind(oid, *self._held[oid]))[0]

    def answer(self, pdu: Pdu, written: Written) -> Pdu:
        everything = dict(self._everything())
        match pdu.type:
            case Type.GET:
                found = [
                    Varbind(one.oid, *everything.get(one.oid, (objects.NO_SUCH_OBJECT, b"")))
                    for one in pdu.varbinds
                ]
            case Type.GET_NEXT:
                found = _following(everything, pdu, 1, 1)
            case Type.GET_BULK:
                found = _following(everything, pdu, pdu.status, pdu.index)
            case Type.SET:
                return self._set(pdu, written)
            case _:
                return Pdu(Type.RESPONSE, pdu.id, pdu.varbinds, Status.GEN_ERR)
        return Pdu(Type.RESPONSE, pdu.id, found)

    def _set(self, pdu: Pdu, written: Written) -> Pdu:
        for place, varbind in enumerate(pdu.varbinds, start=1):
            held = self._held.get(varbind.oid)
            if held is None:
                return Pdu(Type.RESPONSE, pdu.id, pdu.varbinds, Status.NOT_WRITABLE, place)
            if held[0] != varbind.tag:
                return Pdu(Type.RESPONSE, pdu.id, pdu.varbinds, Status.WRONG_TYPE, place)
        for varbind in pdu.varbinds:
            self._held[varbind.oid] = varbind.tag, varbind.content
            for column in self.plan.variables[varbind.oid]:
                written(column, value(self.plan.sources[column], varbind)[0])
        return Pdu(Type.RESPONSE, pdu.id, pdu.varbinds)

    def _everything(self) -> Iterator[tuple[bytes, tuple[int, bytes]]]:
        ticks = int(100 * (self._now_s() - self._began_s)) % 2**32
        yield SYS_UP_TIME, (objects.TIMETICKS, ber.integer(ticks)[2:])
        yield from self._held.items()
        for table in self.plan.tables:
            present = [alarm for column, alarm in table.alarms if self._alarms[column]]
            if table.counter is not None:
                yield table.counter, (objects.GAUGE, ber.integer(len(present))[2:])
            for row, alarm in enumerate(present, start=1):
                yield table.column + bytes([row]), (ber.OID, alarm)


def _following(
    everything: Mapping[bytes, tuple[int, bytes]], pdu: Pdu, single: int, repetitions: int
) -> list[Varbind]:
    order = sorted(everything, key=_numbers)
    keys = [_numbers(oid) for oid in order]
    places = [(one.oid, bisect_right(keys, _numbers(one.oid))) for one in pdu.varbinds]
    found: list[Varbind] = []
    for turn in range(max(repetitions, 1)):
        for at, (asked, place) in enumerate(places):
            if turn and at < single:
                continue
            if place + turn < len(order):
                oid = order[place + turn]
                found.append(Varbind(oid, *everything[oid]))
            else:
                found.append(Varbind(order[-1] if turn else asked, objects.END_OF_VIEW))
            if len(found) >= MOST_ANSWERED:
                return found
    return found


def _numbers(oid: bytes) -> tuple[int, ...]:
    return tuple(map(int, ber.oid_text(oid).split(".")))


def _variable(source: Source, raw: Value, before: bytes) -> tuple[int, bytes]:
    if source.bit is not None:
        return _with_bit(source, before, is_set=bool(raw))
    if source.type is Kind.OCTETS:
        return ber.OCTETS, bytes.fromhex(str(raw).replace(":", ""))
    if source.type is Kind.HEX:
        return ber.OCTETS, f"{int(float(raw)):X}".encode()
    if source.write_as is not None:
        tag = objects.TAGS[source.write_as]
    elif source.is_text:
        tag = ber.OCTETS
    elif not math.isclose(float(raw), round(float(raw)), abs_tol=1e-9):
        tag = objects.OPAQUE
    else:
        raw = round(float(raw))
        tag = ber.INTEGER if abs(raw) <= _LAST_INTEGER else objects.COUNTER64
    return tag, objects.encoded(tag, raw if raw != "" else _NOTHING.get(tag, ""), source.encoding)


def _with_bit(source: Source, before: bytes, *, is_set: bool) -> tuple[int, bytes]:
    at = source.bit or 0
    match source.type:
        case Kind.FLAGS:
            flags = bytearray(before.ljust(at + 1, b"0"))
            flags[at : at + 1] = b"1" if is_set else b"0"
            return ber.OCTETS, bytes(flags)
        case Kind.BITS:
            octets = bytearray(before.ljust(at // 8 + 1, b"\0"))
            mask = 0x80 >> at % 8
            octets[at // 8] = octets[at // 8] | mask if is_set else octets[at // 8] & ~mask
            return ber.OCTETS, bytes(octets)
        case Kind.HEX:
            number = int(before or b"0", 16)
            return ber.OCTETS, f"{number | 1 << at if is_set else number & ~(1 << at):X}".encode()
        case _:
            number = ber.whole(before or b"\0")
            return ber.INTEGER, ber.integer(number | 1 << at if is_set else number & ~(1 << at))[2:]
