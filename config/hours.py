"""Hours of the day on the site's clock. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of the day; an end that is not after the start is on the day that follows."""

    start: int = 0
    end: int = 1440

    def begun(self, at: datetime) -> date | None:
        """The day on which those began that hold then; None when they do not hold."""
        today, minute = at.date(), at.hour * 60 + at.minute
        if self.end > self.start:
            return today if self.start <= minute < self.end else None
        if minute >= self.start:
            return today
        return today - timedelta(days=1) if minute < self.end else None

    def hold(self, at: datetime) -> bool:
        return self.begun(at) is not None


ALWAYS: Final = Hours()
