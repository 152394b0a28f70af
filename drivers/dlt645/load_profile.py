"""The load profile (负荷记录) of a DL/T 645-2007 meter: table A.7, and the records of its appendix B.

A record travels as A0 A0, the count of bytes up to its sum, five bytes of time, six sections each closed by
AA (empty where the meter does not keep that class), the sum of all bytes before it, and E5. E0 E0 instead of
A0 A0 says that the meter itself found it spoilt.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from config.text import Text
from drivers import bcd, layout
from drivers.dlt645.edition import Edition
from drivers.dlt645.meter import Meter
from drivers.dlt645.plan import Item, Read
from drivers.driver import Scan
from drivers.questions import Refused, asked
from drivers.readings import Readings
from drivers.records import STEPS_A_TURN, shown

PROFILE, INTERVALS = 0x06000000, 0x04000A01
"""A class is so many times 1 00 00 further on, and its interval so many identifiers."""
GIVEN, NEWEST = 1, 2
"""The record at a time or after it; the last one."""
START, SEPARATOR, END = b"\xa0\xa0", b"\xaa", 0xE5
HEAD = 8
SECTIONS = (
    (0x02010100, 0x02010200, 0x02010300, 0x02020100, 0x02020200, 0x02020300, 0x02800002),
    (0x02030000, 0x02030100, 0x02030200, 0x02030300, 0x02040000, 0x02040100, 0x02040200, 0x02040300),
    (0x02060000, 0x02060100, 0x02060200, 0x02060300),
    (0x00010000, 0x00020000, 0x00030000, 0x00040000),
    (0x00050000, 0x00060000, 0x00070000, 0x00080000),
    (0x02800004, 0x02800005),
)
"""What classes 1 to 6 keep: voltages, currents and frequency; powers; power factors; energies; reactive
energies of the quadrants; demands."""
UNTOLD_S = 60.0
"""The interval of a meter that does not tell it."""
AHEAD_S = 3600.0
"""A record is not believed that is further ahead of the clock."""
LATE_S = 120.0
"""The meter takes a while to record, and its clock may be behind."""
ABSENT_S = 3600.0
"""What a meter does not keep is asked for again this often."""
_WHEN = layout.fields("YYMMDDhhmm")[0]


def profile_reads(items: Sequence[Item], edition: Edition, utc_offset_s: float) -> tuple[Read, ...]:
    """The classes that keep what the points show, and where in their sections it stands."""
    found = []
    for kind, section in enumerate(SECTIONS, start=1):
        sizes = [layout.size_of(edition.layout_of(at) or "") for at in section]
        starts = dict(zip(section, accumulate(sizes, initial=0), strict=False))
        inside = tuple((starts[item.identifier], item) for item in items if item.identifier in starts)
        if inside:
            found.append(Read(PROFILE | kind << 16, inside, utc_offset_s, member=sum(sizes)))
    return tuple(found)


def section_of(data: bytes, kind: int) -> tuple[datetime, bytes]:
    """The time of a record, by the meter's clock, and what it keeps of a class; b"" where it is spoilt.

    Some meters leave out the separators of sections before their only one. Raises ValueError.
    """
    if data[:2] not in (START, b"\xe0\xe0"):
        raise ValueError(f"a load record begins with {data[:2].hex()}")
    end = 3 + data[2] if len(data) > HEAD else len(data)
    if end < HEAD or data[end + 1 : end + 2] != bytes([END]):
        raise ValueError(f"a load record of {len(data)} bytes does not end after {end}")
    when = layout.moment(_WHEN, data[3:HEAD])
    if data[:2] != START or sum(data[:end]) & 0xFF != data[end]:
        return when, b""
    sections = data[HEAD:end].split(SEPARATOR)  # no decimal digits are AA
    whole = len(sections) > len(SECTIONS)
    return when, sections[kind - 1] if whole else next(filter(None, sections), b"")


@dataclass(slots=True)
class LoadCurve:
    """One class of a meter's load profile, brought over from the newest record that is known."""

    meter: Meter
    read: Read
    most_s: float
    points: int
    texts: Sequence[int]
    retries: int
    known_s: float = -math.inf
    """Up to when it was brought or is known to be missing, by the meter's clock."""
    due_s: float = -math.inf
    _every_s: float = 0.0
    """The meter's interval; 0 before it was asked."""
    _newest: tuple[float, Readings | None] | None = None

    @property
    def name(self) -> str:
        return f"load-{self._kind}"

    @property
    def _kind(self) -> int:
        return self.read.identifier >> 16 & 0xFF

    async def step(self, now_s: float) -> Scan | None:
        """One question; `now_s` is by the meter's clock. Raises LinkError."""
        if not self._every_s:
            self._every_s = await self._interval_s()
            return None
        if self._newest is None:
            self._newest = await self._record(NEWEST, b"", now_s)
            if self._newest is None:
                self.due_s = now_s + ABSENT_S
            return None
        newest_s, readings = self._newest
        steps_s = min(self.most_s, newest_s - self.known_s - 1) // self._every_s * self._every_s
        wanted_s = newest_s - steps_s
        if steps_s < 0:
            self._newest = None
            self.due_s = max(newest_s + self._every_s, now_s) + LATE_S
            return None
        at_s = newest_s
        if steps_s:
            when = datetime.fromtimestamp(wanted_s, UTC)
            found = await self._record(GIVEN, layout.timed(_WHEN, when), now_s)
            if found is None or found[0] < wanted_s:
                self.known_s = wanted_s
                return None
            at_s, readings = found
        self.known_s = at_s
        if readings is None:
            return None
        return Scan(int(at_s - self.read.utc_offset_s) * 10**9, readings, past=True)

    async def _interval_s(self) -> float:
        try:
            told = await asked(self.meter, INTERVALS + self._kind, self.retries)
            return 60.0 * bcd.number(told[:2]) or UNTOLD_S
        except (Refused, ValueError, IndexError):
            return UNTOLD_S

    async def _record(self, which: int, when: bytes, now_s: float) -> tuple[float, Readings | None] | None:
        """The time of a record and what it brings; None where there is none. Raises LinkError."""
        question = _Question(self.meter, b"\x01" + when)
        try:
            at, section = section_of(
                await asked(question, self.read.identifier | which, self.retries), self._kind
            )
        except (Refused, ValueError):
            return None
        if at.timestamp() > now_s + AHEAD_S:
            return None
        found = self.read.found(section[: self.read.member])  # some add to the last section
        return at.timestamp(), shown([] if isinstance(found, Text) else [found], self.points, self.texts)


class LoadProfile:
    """All classes of a meter together take no more of a turn than one of its other records."""

    def __init__(self, curves: Sequence[LoadCurve]) -> None:
        self._curves = curves

    @property
    def known(self) -> dict[str, float]:
        return {one.name: one.known_s for one in self._curves if math.isfinite(one.known_s)}

    async def turn(self, now: datetime) -> list[Scan]:
        """A part of what is missing; `now` is by the meter's clock. Raises LinkError."""
        scans = []
        for _ in range(STEPS_A_TURN):
            curve = next((one for one in self._curves if one.due_s <= now.timestamp()), None)
            if curve is None:
                break
            scan = await curve.step(now.timestamp())
            scans += [scan] if scan is not None else []
        return scans


@dataclass(slots=True)
class _Question:
    """How many records are wanted, and from when on."""

    meter: Meter
    about: bytes

    @property
    def zh(self) -> str:
        return self.meter.zh

    @property
    def told(self) -> set[int]:
        return self.meter.told

    async def read(self, identifier: int) -> bytes:
        return await self.meter.read(identifier, self.about if identifier >= PROFILE else b"")
