"""One played DL/T 645 meter: what it answers to each question. Pure but for its clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drivers import bcd, layout
from drivers.dlt645 import commands
from drivers.dlt645.edition import Edition, Function
from drivers.dlt645.frame import ANSWER, EVERYBODY, FAILED, MORE, Frame
from drivers.dlt645.load_profile import PROFILE
from drivers.dlt645.played_load import PlayedLoad
from drivers.line_frames import concerns
from drivers.twin import Fault

MOST_IN_FRAME = 120
"""Bytes of data in one frame; what is longer goes on in another."""
OTHER_ERROR, NO_DATA, WRONG_PASSWORD = 0x01, 0x02, 0x04
_TIME = layout.fields("YYMMDDhhmmss")[0]
_STATUS_3, _TRIPPED, _WARNED = 0x04000503, 1 << 4, 1 << 7
_KEPT = 254
_HOURLY, _DAILY = 0x0504, 0x0506


@dataclass(slots=True)
class Played:
    address: str
    edition: Edition
    clock: Callable[[], datetime]
    """The meter's clock."""
    reversed: bool = False
    password: str = ""
    """Level and 6 digits; empty for a meter that takes any."""
    items: dict[int, bytes] = field(default_factory=dict)
    fault: Fault = Fault.NONE
    commanded: list[Frame] = field(default_factory=list)
    """Every write and command that it obeyed."""
    ahead: float = 0.0
    """Seconds by which its clock is ahead."""
    load: PlayedLoad = field(default_factory=PlayedLoad)

    def answer(self, asked: Frame) -> Frame | None:
        """None when it has nothing to say: not its business, a broadcast, or it is broken."""
        if asked.is_answer or not self._is_meant(asked.address):
            return None
        said = self._said(asked)
        if asked.address == EVERYBODY or self.fault is Fault.SILENT or said is None:
            return None
        if self.fault is not Fault.NONE:
            said = OTHER_ERROR
        if isinstance(said, int):
            return Frame(self.address, asked.function | ANSWER | FAILED, bytes([said]))
        more, data = said
        return Frame(self.address, asked.function | ANSWER | (MORE if more else 0), data)

    def _is_meant(self, address: str) -> bool:
        return address == EVERYBODY or concerns(address, self.address)

    def _said(self, asked: Frame) -> tuple[bool, bytes] | int | None:
        """Whether more follows, and the data; or an error word."""
        codes, size = self.edition.functions, self.edition.identifier_size
        name = asked.data[:size]
        identifier = int.from_bytes(name, "big" if self.reversed else "little")
        if asked.function == codes.READ:
            if identifier >> 24 == PROFILE >> 24 and codes is Function:
                self.items[identifier] = self.load.found(identifier, asked.data[size:])
            return self._part(name, identifier, 0)
        if asked.function == codes.READ_ON:
            return self._part(name, identifier, asked.data[size] if self.edition.numbers_frames else 1)
        if asked.function == codes.CLOCK:
            self.set_clock(asked.data)
            return None
        if asked.function == codes.WRITE:
            return self._write(asked, identifier, size)
        if codes is Function:
            return self._said_2007(asked)
        return OTHER_ERROR

    def _said_2007(self, asked: Frame) -> tuple[bool, bytes] | int:
        match asked.function:
            case Function.READ_ADDRESS:
                return False, bytes.fromhex(self.address)[::-1]
            case Function.FREEZE:
                self.freeze()
            case Function.CLEAR_DEMAND | Function.CLEAR_EVENTS | Function.CONTROL:
                if not self._allows(asked.data):
                    return WRONG_PASSWORD
                if asked.function == Function.CONTROL and not self._control(asked.data):
                    return OTHER_ERROR
            case _:
                return OTHER_ERROR
        self.commanded.append(asked)
        return False, b""

    def _part(self, name: bytes, identifier: int, number: int) -> tuple[bool, bytes] | int:
        data = self.held(identifier)
        if not data:
            return NO_DATA
        part = data[number * MOST_IN_FRAME : (number + 1) * MOST_IN_FRAME]
        tail = bytes([number]) if number and self.edition.numbers_frames else b""
        return len(data) > (number + 1) * MOST_IN_FRAME, name + part + tail

    def held(self, identifier: int) -> bytes:
        """What stands behind an identifier or a block; empty where there is nothing."""
        date, time = self.edition.date_and_time
        if identifier in (date, time):
            return layout.timed(layout.fields("YYMMDDWW" if identifier == date else "hhmmss")[0], self._now())
        if identifier in self.items:
            return self.items[identifier]
        members: dict[int, bytes] = {}
        for one, data in self.items.items():
            family = self.edition.family_of(one)
            if family is not None and family.block == identifier:
                members[family.index] = data
        if not members:
            return b""
        blank = bytes(len(next(iter(members.values()))))
        return b"".join(members.get(at, blank) for at in range(max(members) + 1))

    def set_clock(self, told: bytes) -> None:
        try:
            when = layout.moment(_TIME, told)
        except ValueError:
            return
        off_s = (when - self._now()).total_seconds()
        if abs(off_s) < 300:
            self.ahead += off_s

    def freeze(self, when: datetime | None = None, *, hourly: bool = False) -> None:
        """Keep what it shows now, as the newest daily or hourly record."""
        kind = _HOURLY if hourly else _DAILY
        old = {at: data for at, data in self.items.items() if at >> 16 == kind}
        for at, data in old.items():
            del self.items[at]
            if at & 0xFF < _KEPT:
                self.items[at + 1] = data
        stamp = layout.timed(layout.fields("YYMMDDhhmm")[0], when or self._now())
        self.items[kind << 16 | 1] = stamp
        for of in range(0x01, 0x03 if hourly else 0x09):
            energy = self.held(of << 16) if hourly else self.held(of << 16 | 0xFF00)
            if energy:
                self.items[kind << 16 | of << 8 | 1] = energy

    def record_load(self, when: datetime | None = None) -> None:
        """Keep what it shows now in its load profile."""
        self.load.keep(when or self._now(), self.held, self.edition)

    def settle(self) -> None:
        """Keep what it shows now as the newest settlement."""
        step = self.edition.settlement
        now = {at: data for at, data in self.items.items() if self.edition.settles(at)}
        older = {at: data for at, data in self.items.items() if self._base(at) is not None}
        for at in older:
            del self.items[at]
        moved = {at + step: data for at, data in (older | now).items()}
        self.items |= {at: data for at, data in moved.items() if self._base(at) is not None}

    def _base(self, identifier: int) -> int | None:
        """The identifier of now, of one of a settlement."""
        for back in range(1, 13 if self.edition.settlement == 1 else 3):
            now = identifier - back * self.edition.settlement
            if now >= 0 and self.edition.settles(now):
                return now
        return None

    def _now(self) -> datetime:
        return self.clock() + timedelta(seconds=self.ahead)

    def _allows(self, data: bytes) -> bool:
        return not self.password or data[:4] == bcd.packed(int(self.password[:2]), 1) + bcd.packed(
            int(self.password[2:]), 3
        )

    def _write(self, asked: Frame, identifier: int, size: int) -> tuple[bool, bytes] | int:
        authority = 8 if self.edition.numbers_frames else 4
        if not self._allows(asked.data[size:]):
            return WRONG_PASSWORD
        if identifier not in self.items:
            return NO_DATA
        self.items[identifier] = asked.data[size + authority :]
        self.commanded.append(asked)
        return False, b""

    def _control(self, data: bytes) -> bool:
        if len(data) != 16:
            return False
        word = int.from_bytes(self.items.get(_STATUS_3, b"\0\0"), "little")
        match data[8]:
            case commands.RELAY_TRIP:
                word |= _TRIPPED
            case commands.RELAY_PERMIT | commands.RELAY_CLOSE:
                word &= ~_TRIPPED
            case commands.ALARM:
                word |= _WARNED
            case commands.ALARM_OFF:
                word &= ~_WARNED
        self.items[_STATUS_3] = word.to_bytes(2, "little")
        return True
