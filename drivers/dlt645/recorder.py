"""The records of a DL/T 645 meter: its settlements, and its daily and hourly freezes (table A.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drivers import bcd, layout
from drivers.dlt645.edition import Edition
from drivers.dlt645.meter import Meter
from drivers.dlt645.plan import Item, Read, plan
from drivers.questions import Refused, asked
from drivers.readings import Readings
from drivers.records import Span, recorded, settlement

_WHEN = layout.fields("YYMMDDhhmm")[0]
_HOURLY, _DAILY = 0x0504, 0x0506
_HOURLY_ENERGIES = (0x01, 0x02)
_DAILY_ENERGIES = range(0x01, 0x09)
_DAILY_DEMANDS = {0x01: 0x09, 0x02: 0x0A}


def record_reads(
    items: Sequence[Item], edition: Edition, span: Span, utc_offset_s: float
) -> tuple[Read, ...]:
    """The questions for what the points showed in the newest record; the others stand one step further on."""
    if span is Span.MONTHS:
        kept = [item for item in items if edition.settles(item.identifier)]
        reads = plan(kept, [0.0] * len(kept), edition, utc_offset_s, blocks=True)
        return tuple(read.shifted(edition.settlement) for read in reads)
    found: dict[int, list[tuple[int, Item]]] = {}
    for item in items:
        place = _frozen(item, span) if edition.identifier_size == 4 else None
        if place is not None:
            found.setdefault(place[0] + 1, []).append((place[1], item))
    return tuple(
        Read(at, tuple(inside), utc_offset_s, member=inside[0][1].size) for at, inside in found.items()
    )


def _frozen(item: Item, span: Span) -> tuple[int, int] | None:
    """The part of a record that holds a point, and where in it."""
    kind, of, tariff, month = item.identifier.to_bytes(4, "big")
    if kind > 1 or month or tariff > 63:
        return None
    if span is Span.HOURS:
        fits = not kind and of in _HOURLY_ENERGIES and not tariff
        return (_HOURLY << 16 | of << 8, 0) if fits else None
    at = _DAILY_DEMANDS.get(of) if kind else of if of in _DAILY_ENERGIES else None
    return None if at is None else (_DAILY << 16 | at << 8, tariff * item.size)


@dataclass(slots=True)
class MeterRecorder:
    span: Span
    most: int
    meter: Meter
    reads: Sequence[Read]
    points: int
    texts: Sequence[int]
    retries: int
    _days: list[tuple[int, int]] = field(default_factory=list)

    async def begin(self) -> None:
        if self.span is Span.MONTHS:
            self._days = await self._settlement_days()

    async def time_s(self, back: int, now: datetime) -> float | None:
        if self.span is Span.MONTHS:
            return settlement(now, self._days, back).timestamp()
        kind = _HOURLY if self.span is Span.HOURS else _DAILY
        try:
            data = await asked(self.meter, kind << 16 | back, self.retries)
            return layout.moment(_WHEN, data[: _WHEN.size].ljust(_WHEN.size, b"\xff")).timestamp()
        except (Refused, ValueError):
            return None

    async def read(self, back: int) -> Readings | None:
        steps = (back - 1) * (self.meter.edition.settlement if self.span is Span.MONTHS else 1)
        reads = [read.shifted(steps) for read in self.reads]
        return await recorded(self.meter, reads, self.points, self.texts, self.retries)

    async def _settlement_days(self) -> list[tuple[int, int]]:
        """(day, hour) of each settlement in a month; the first midnight where the meter does not tell."""
        found = []
        for identifier in self.meter.edition.settlement_days:
            try:
                told = (await asked(self.meter, identifier, self.retries))[:2]
                hour, day = (bcd.number(bytes([byte])) for byte in told)
            except (Refused, ValueError):
                continue
            if 1 <= day <= 28 and hour <= 23:
                found.append((day, hour))
        return found or [(1, 0)]
