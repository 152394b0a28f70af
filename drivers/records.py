"""What a meter has recorded itself and a driver reads from it afterwards: settlements, frozen readings.

The records of a span are first followed back, by their times alone, to the newest one that is known; then
they are read from there on, so that what is known only ever grows. If one is recorded meanwhile all of them
move up by one, which their times tell, and it begins anew.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from drivers.driver import Quality, Scan
from drivers.questions import Asked, Found, Read, Refused, answer
from drivers.readings import Readings

AHEAD_S = 86400.0
"""A record that is further ahead of our clock was made while the meter's was wrong: taken for known, it would
hide all that are to come."""
STEPS_A_TURN = 8
"""So many times or records are read before the line is left to others until the next turn."""


class Span(StrEnum):
    MONTHS = "months"
    DAYS = "days"
    HOURS = "hours"

    def next_s(self, now: datetime) -> float:
        """When the record after `now` is looked for, by the same clock: the meter takes a while, and its
        clock may be behind."""
        begun = now.replace(minute=0, second=0, microsecond=0)
        if self is Span.HOURS:
            return (begun + timedelta(hours=1, minutes=2)).timestamp()
        return (begun.replace(hour=0) + timedelta(days=1, minutes=10)).timestamp()


class Recorder(Protocol):
    """The records of one span of one meter; the newest is `back` = 1."""

    span: Span
    most: int

    async def begin(self) -> None:
        """Read what tells when there are records. Raises LinkError."""

    async def time_s(self, back: int, now: datetime) -> float | None:
        """When it was recorded, seconds since 1970 by the meter's clock; None where there is none."""

    async def read(self, back: int) -> Readings | None:
        """None where nothing of it was kept. Raises LinkError."""


class Past:
    def __init__(self, recorder: Recorder, utc_offset_s: float) -> None:
        self.recorder = recorder
        self.known_s = -math.inf
        """The time of the newest record that was handed on, by the meter's clock."""
        self._utc_offset_s = utc_offset_s
        self._due_s = -math.inf
        self._times: list[float] = []
        """Of the records that are not known yet, the newest first."""
        self._next = 0
        """The record to be read; 0 while the times are being followed."""

    @property
    def known(self) -> dict[str, float]:
        """`known_s` by its name, once something is known."""
        return {str(self.recorder.span): self.known_s} if math.isfinite(self.known_s) else {}

    async def turn(self, now: datetime) -> list[Scan]:
        """A part of what is missing; `now` is by the meter's clock. Raises LinkError."""
        scans: list[Scan] = []
        for _ in range(STEPS_A_TURN):
            if now.timestamp() < self._due_s:
                break
            if self._next:
                scans += await self._read(now)
            else:
                await self._follow(now)
        return scans

    async def _follow(self, now: datetime) -> None:
        if not self._times:
            await self.recorder.begin()
        back = len(self._times) + 1
        time_s = await self.recorder.time_s(back, now) if back <= self.recorder.most else None
        if time_s is not None and time_s > self.known_s and time_s not in self._times:
            self._times.append(time_s)
        elif self._times:
            self._next = len(self._times)
        else:
            self._due_s = self.recorder.span.next_s(now)

    async def _read(self, now: datetime) -> list[Scan]:
        time_s = self._times[-1]
        if await self.recorder.time_s(self._next, now) != time_s:
            self._times.clear()
            self._next = 0
            return []
        is_ahead = time_s > now.timestamp() + AHEAD_S
        readings = None if is_ahead else await self.recorder.read(self._next)
        if not is_ahead:
            self.known_s = time_s
        self._times.pop()
        self._next -= 1
        if not self._next:
            self._due_s = self.recorder.span.next_s(now)
        if readings is None:
            return []
        return [Scan(int(time_s - self._utc_offset_s) * 10**9, readings, past=True)]


async def recorded(
    device: Asked, reads: Iterable[Read], points: int, texts: Iterable[int], retries: int
) -> Readings | None:
    """What a record shows. Raises LinkError."""
    told: list[Mapping[int, Found]] = []
    for read in reads:
        with suppress(Refused):
            told.append(await answer(device, read, retries))
    return shown(told, points, texts)


def shown(told: Iterable[Mapping[int, Found]], points: int, texts: Iterable[int]) -> Readings | None:
    """Of what was told of a record; points that it does not bring have BAD_NOT_READ. None where all do."""
    values = [math.nan] * points
    quality = [int(Quality.BAD_NOT_READ)] * points
    words = dict.fromkeys(texts, "")
    for found in told:
        for column, (value, text, reason) in found.items():
            if reason == Quality.GOOD:
                values[column], quality[column] = value, reason
                if column in words:
                    words[column] = text
    return Readings(values, quality, words) if Quality.GOOD in quality else None


def settlement(now: datetime, days: Sequence[tuple[int, int]], back: int) -> datetime:
    """The time of a settlement, on these (day, hour) of every month; the last before `now` is `back` = 1."""
    found: list[datetime] = []
    year, month = now.year, now.month
    while len(found) < back:
        of_month = (datetime(year, month, day, hour, tzinfo=UTC) for day, hour in days)
        found += sorted((when for when in of_month if when <= now), reverse=True)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[back - 1]
