"""How full the campus is: the working day of an office park as a fraction of everybody."""

from bisect import bisect_right
from datetime import datetime, timedelta

_WORKDAY = [
    (0, 0.03),
    (6.5, 0.03),
    (8, 0.25),
    (9.2, 0.95),
    (11.5, 0.95),
    (12.3, 0.55),
    (13.5, 0.92),
    (17.5, 0.9),
    (18.8, 0.4),
    (21, 0.12),
    (24, 0.03),
]
_WEEKEND = 0.25


def presence(local: datetime) -> float:
    """0 to 1; a quarter of a working day at the weekend."""
    hour = local.hour + local.minute / 60 + local.second / 3600
    after = min(bisect_right(_WORKDAY, (hour, 2.0)), len(_WORKDAY) - 1)
    (start, low), (end, high) = _WORKDAY[after - 1], _WORKDAY[after]
    full = low + (high - low) * (hour - start) / (end - start)
    return full * _WEEKEND if local.weekday() >= 5 else full


def as_it_is(local: datetime) -> datetime:
    """People come and go by the real clock."""
    return local


def always_working_day(local: datetime) -> datetime:
    """A Wednesday between 8:30 and 17:30 whatever the clock says: whoever looks at the demo sees it work."""
    minutes = (local.hour * 60 + local.minute) % (9 * 60)
    wednesday = local + timedelta(days=2 - local.weekday())
    return wednesday.replace(hour=8, minute=30, second=local.second) + timedelta(minutes=minutes)


def office_hours(local: datetime) -> bool:
    """When schedules run the air and the lights."""
    return local.weekday() < 5 and 7 <= local.hour < 20
