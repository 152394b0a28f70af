"""Replays measurements of real buildings: the CSV files beside the demo site, gaps and all."""

import csv
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "config" / "demo" / "recorded"

_TO_STANDARD_H = {"CST": 0, "CDT": -1, "EST": 0, "EDT": -1}
"""Zone suffix -> hours from the stamp to the logger's standard time."""
_WORDS = {"on": 1.0, "off": 0.0}
_DAY_S = 86400
_WEEK_S = 7 * _DAY_S


def celsius(fahrenheit: float) -> float:
    return (fahrenheit - 32) / 1.8


def kilopascal(psi: float) -> float:
    return psi * 6.894757


def pascal(inches_of_water: float) -> float:
    return inches_of_water * 249.0889


def cubic_metres_h(gallons_min: float) -> float:
    return gallons_min * 0.2271247


def parse_stamp(text: str) -> float:
    """Seconds on the logger's own clock, standard time all year, counted as if it were UTC.

    Knows `1/18/2019 23:00` and `07-May-22 12:15:00 PM CDT`. Raises ValueError naming the stamp.
    """
    day, _, zone = text.strip().rpartition(" ")
    if zone in _TO_STANDARD_H:
        moment = datetime.strptime(day, "%d-%b-%y %I:%M:%S %p").replace(tzinfo=UTC)
        return moment.timestamp() + 3600 * _TO_STANDARD_H[zone]
    try:
        date, clock = text.split()
        month, day_of_month, year = date.split("/")
        hour, minute = clock.split(":")
        stamp = datetime(int(year), int(month), int(day_of_month), int(hour), int(minute), tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"stamp {text!r} is neither M/D/YYYY H:MM nor DD-Mon-YY H:MM:SS AM CST") from error
    return stamp.timestamp()


def parse_value(text: str) -> float:
    """A cell: a number, ON or OFF; empty and `nan` are a gap, told as NaN. Raises ValueError."""
    word = text.strip().lower()
    return _WORDS[word] if word in _WORDS else float(word or "nan")


@dataclass(frozen=True)
class Series:
    """Stamped values of one column in the order of time; gaps are NaN or simply missing."""

    times_s: list[float]
    values: list[float]
    gap_s: float
    """Two neighbours further apart than this have a gap between them; inf for changes of state."""

    @classmethod
    def of(cls, rows: Iterable[tuple[float, float]], gap_s: float = 1800.0) -> "Series":
        """Loggers repeat and swap stamps (clock changes): the last value of a stamp counts."""
        ordered = sorted(dict(rows).items())
        return cls([time for time, _ in ordered], [value for _, value in ordered], gap_s)

    def at(self, time_s: float) -> float:
        """The value at `time_s` on the record's own clock, between neighbours in proportion; NaN in a gap."""
        after = bisect_right(self.times_s, time_s)
        if after == 0:
            return math.nan
        before_s, before = self.times_s[after - 1], self.values[after - 1]
        if after == len(self.times_s):
            return before if time_s - before_s <= self.gap_s else math.nan
        if math.isinf(self.gap_s):
            return before
        after_s, later = self.times_s[after], self.values[after]
        if after_s - before_s > self.gap_s:
            return before if time_s == before_s else math.nan
        if math.isnan(later):
            return before
        return before + (later - before) * (time_s - before_s) / (after_s - before_s)

    def replay(self, local_s: float) -> float:
        """The value for `local_s`, the site's wall clock in seconds: same weekday, same hour; NaN in a gap.

        The record repeats after its whole number of weeks, or of days if it is shorter than two weeks.
        """
        first = self.times_s[0]
        return self.at(first + (local_s - first) % self._period_s)

    def filled(self, local_s: float) -> float:
        """As `replay`; in a gap the same hour of the nearest earlier week or day that has a value."""
        for back_s in range(0, self._period_s, self._step_s):
            if not math.isnan(value := self.replay(local_s - back_s)):
                return value
        return math.nan

    @cached_property
    def _step_s(self) -> int:
        return _WEEK_S if self.times_s[-1] - self.times_s[0] >= 2 * _WEEK_S else _DAY_S

    @cached_property
    def _period_s(self) -> int:
        span = self.times_s[-1] - self.times_s[0]
        return max(1, int(span // self._step_s)) * self._step_s


def read_column(path: Path, column: int | str = 1, gap_s: float = 1800.0) -> Series:
    """One column of a CSV whose first column is the stamp. Raises ValueError naming file, line and cell."""
    return Series.of(_rows(path, column), gap_s)


def _rows(path: Path, column: int | str) -> Iterator[tuple[float, float]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        head = next(rows)
        at = head.index(column) if isinstance(column, str) else column
        for number, row in enumerate(rows, 2):
            try:
                yield parse_stamp(row[0]), parse_value(row[at])
            except (ValueError, IndexError) as error:
                raise ValueError(f"{path.name} line {number}: {error}") from error


class Recordings:
    """The recordings of the demo, each read when a device first asks for it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def library_kw(self) -> Series:
        return read_column(self._folder / "city-library-2019.csv")

    @cached_property
    def recreation_kw(self) -> Series:
        return read_column(self._folder / "city-rec-center-1-2019.csv")

    @cached_property
    def boiler(self) -> dict[str, Series]:
        """Column name -> series, in the units of the export."""
        path = self._folder / "boiler-2023.csv"
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
        times = [parse_stamp(row[0]) for row in rows[1:]]
        return {
            name: Series.of(zip(times, (parse_value(row[at]) for row in rows[1:]), strict=True))
            for at, name in enumerate(rows[0])
            if at
        }

    @cached_property
    def discharge_air_f(self) -> Series:
        return read_column(self._folder / "bms-trend-discharge-air.csv")

    @cached_property
    def zone_air_f(self) -> Series:
        return read_column(self._folder / "bms-trend-zone-air.csv")

    @cached_property
    def building_pressure_inwc(self) -> Series:
        return read_column(self._folder / "bms-trend-building-pressure.csv")

    @cached_property
    def supply_fan(self) -> Series:
        """1 while the fan runs; stamped at the changes only."""
        return read_column(self._folder / "bms-trend-supply-fan.csv", gap_s=math.inf)
