"""How full the campus is: the working day of an office park as a fraction of everybody."""

from bisect import bisect_right
from datetime import datetime

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


def office_hours(local: datetime) -> bool:
    """When schedules run the air and the lights."""
    return local.weekday() < 5 and 7 <= local.hour < 20
