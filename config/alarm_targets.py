"""What the figures about alarms are held against: ISA-18.2, IEC 62682, EEMUA 191, or what a site says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmTargets:
    """Of one operator's position."""

    flood_start: int = 10
    """More alarms than this within ten minutes begin a flood."""
    flood_end: int = 5
    """Fewer than this within ten minutes end it."""
    chatter_returns: int = 3
    chatter_s: float = 60.0
    fleeting_s: float = 10.0
    stale_hours: float = 24.0
    busy_hour: int = 30
    per_ten_minutes: float = 1.0
    per_hour: float = 6.0
    per_day: float = 150.0
    peak: int = 10
    busy_percent: float = 1.0
    flood_percent: float = 1.0
    top_ten_percent: float = 5.0
    chattering: int = 0
    fleeting: int = 0
    stale: int = 5
    standing: int = 10
    shelved: int = 30
    critical_percent: float = 1.0
    high_percent: float = 5.0
    medium_percent: float = 15.0
