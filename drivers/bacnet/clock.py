"""The clock of a device, which shows the local time of a zone that nobody may rely on it to know."""

from collections.abc import Callable
from datetime import UTC, datetime

from drivers.bacnet.names import PROPERTIES
from drivers.bacnet.reports import Stamp
from drivers.bacnet.services import Ref, Refusal
from drivers.bacnet.session import Session
from drivers.bacnet.tags import Date, Time

LOOKED_AT_S = 3600.0
"""So often the clock is read: summer time begins and ends."""
_QUARTER_S = 900
_ANY = 255
_S = 10**9


class DeviceClock:
    """Turns the device's times into UTC.

    The zone is what its clock is ahead of ours, in whole quarters of an hour: utc-offset is left at 0 by
    many. What remains is how wrong the clock is, and that stays in the times.
    """

    def __init__(self, clock: Callable[[], float], wall_ns: Callable[[], int]) -> None:
        self._clock = clock
        self._wall_ns = wall_ns
        self._ahead_s = 0
        self._look_at_s = 0.0
        self.forget()

    def forget(self) -> None:
        """Read the device's clock before its next time is needed."""
        zone = datetime.now().astimezone().utcoffset()
        self._ahead_s = round(zone.total_seconds()) if zone is not None else 0
        self._look_at_s = self._clock()

    async def look(self, session: Session) -> None:
        """When it is time. Where the device has no clock, it is taken to keep our zone."""
        if self._clock() < self._look_at_s:
            return
        refs = [Ref(session.device, PROPERTIES[name]) for name in ("local-date", "local-time")]
        date, time = (await session.read(refs)).values()
        self._look_at_s = self._clock() + LOOKED_AT_S
        if isinstance(date, Refusal) or isinstance(time, Refusal) or len(date) != 1 or len(time) != 1:
            return
        if isinstance(date[0].value, Date) and isinstance(time[0].value, Time):
            shown_s = _seconds(Stamp(date[0].value, time[0].value))
            if shown_s is not None:
                self._ahead_s = round((shown_s - self._wall_ns() / _S) / _QUARTER_S) * _QUARTER_S

    def utc_ns(self, stamp: Stamp | None) -> int | None:
        """None for a stamp that says not when."""
        seconds = None if stamp is None else _seconds(stamp)
        return None if seconds is None else round((seconds - self._ahead_s) * 1000) * (_S // 1000)


def _seconds(stamp: Stamp) -> float | None:
    """Since 1970 by the clock that made the stamp."""
    date, time = stamp
    if _ANY in time[:3]:
        return None
    hundredths = 0 if time.hundredths == _ANY else time.hundredths
    try:
        whole = datetime(date.year, date.month, date.day, *time[:3], tzinfo=UTC)
    except ValueError:
        return None
    return whole.timestamp() + hundredths / 100
