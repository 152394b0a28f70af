"""The watermark column: its values as plain numbers that can be compared, kept and asked for again."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from drivers import plain
from drivers.database.schema import LARGEST_MARK
from drivers.errors import LinkError
from drivers.stamps import written

NO_MARK = -math.inf
"""Before every row."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the database's own clock, whatever its zone
_FIRST, _LAST = datetime(1900, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001
AHEAD = timedelta(days=1)
"""Rows whose time is further ahead were stamped by a wrong clock: taken for the newest, they would hide all
that are to come. They count when their time has come. A day, for no zone is known here."""
_ROUNDING = timedelta(milliseconds=10)
"""SQL Server rounds its datetime to 3 ms, and what is asked for too."""


class Marks:
    """Numbers as they are; times as seconds of the database's own clock, which needs no zone to be compared.

    A time is asked for in the form in which the database told the last one.
    """

    def __init__(self, column: str, by: Literal["number", "time"], *, as_text: bool = False) -> None:
        """`as_text`: the database has no type for a time."""
        self._column = column
        self._by = by
        self._told: Callable[[datetime], object] = (
            _as_written("2026-01-01 00:00:00") if as_text else lambda moment: moment
        )

    def of(self, value: object) -> float:
        """Raises LinkError where the column cannot be a watermark."""
        if self._by == "time":
            return (self._moment(value) - _EPOCH) / timedelta(seconds=1)
        mark = plain.number(value)[0] if isinstance(value, int | float | Decimal) else math.nan
        if abs(mark) > LARGEST_MARK:
            raise LinkError(
                f"水位列 {self._column} 为 {value}，最大为 {LARGEST_MARK}",
                f"watermark {self._column} is {value}, the largest is {LARGEST_MARK}",
            )
        if not math.isnan(mark):
            return mark
        raise LinkError(
            f"水位列 {self._column} 的内容 {_shown(value)} 不是数；请指定增长的列，或写 by = 'time'",
            f"watermark {self._column} holds {_shown(value)}, not a number;"
            " name a column that grows, or say by = 'time'",
        )

    def bound(self, mark: float) -> object:
        """What to compare the column with, not above `mark`; `NO_MARK` is below every row, infinity above."""
        if mark == math.inf:
            return self.beyond()
        if self._by == "number":
            if mark == NO_MARK:
                return -LARGEST_MARK
            return int(mark) if mark.is_integer() else mark
        if mark == NO_MARK:
            return self._told(_FIRST)
        return self._told(_EPOCH + timedelta(seconds=mark) - _ROUNDING)

    def last(self, wall_ns: int) -> float:
        """The highest mark that is believed now."""
        return math.inf if self._by == "number" else wall_ns / 1e9 + AHEAD.total_seconds()

    def beyond(self) -> object:
        """Above every row."""
        return LARGEST_MARK if self._by == "number" else self._told(_LAST)

    def _moment(self, value: object) -> datetime:
        match value:
            case datetime(tzinfo=None):
                self._told = lambda moment: moment
                return value
            case datetime():
                self._told = lambda moment: moment.replace(tzinfo=UTC)
                return value.astimezone(UTC).replace(tzinfo=None)
            case date():
                self._told = lambda moment: moment.date()
                return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as above
            case str() if (moment := written(value)) is not None:
                self._told = _as_written(value)
                return moment.replace(tzinfo=None)
        raise LinkError(
            f"水位列 {self._column} 的内容 {_shown(value)} 不是时间；请指定增长的列，或写 by = 'number'",
            f"watermark {self._column} holds {_shown(value)}, not a time; name a column that grows, or say"
            " by = 'number'",
        )


def _as_written(text: str) -> Callable[[datetime], str]:
    """Texts are compared letter by letter: what is asked for must look like what is there."""
    if text.isdigit():
        return lambda moment: moment.strftime("%Y%m%d%H%M%S")
    between, dash = text[10:11] or " ", text[4]
    length = min(len(text), 19)
    return lambda moment: moment.isoformat(between)[:length].replace("-", dash)


def _shown(value: object) -> str:
    return repr(value)[:60]
