"""Days as people type them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def day_after_ns(text: str, zone: ZoneInfo) -> int | None:
    """When the day after '2026-03-01' begins there; None for ''. Raises ValueError for what is no day."""
    if not text.strip():
        return None
    day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=zone)
    return int((day + timedelta(days=1)).timestamp()) * 1_000_000_000
