"""When a schedule fires: a cron expression or an interval, as text, and the next time after a time.

All times of firing are whole seconds. A cron expression means the clock on the wall of the site: what stands
at a fixed hour fires once on the day when that hour comes twice, and an hour later when it does not come. An
interval of minutes or hours is elapsed time; one of days keeps to its time of day.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from actors.said import said
from business.jobs.kinds import SECOND_NS

LONGEST = 80
"""Characters of the longest trigger."""
MOST = 10_000
"""The largest number of units of an interval."""
_EVERY = re.compile(r"every ([0-9]{1,5}) (minutes|hours|days)")
_SECONDS = {"minutes": 60, "hours": 3600, "days": 86_400}
_WAY_OUT = (
    "请写五段 cron（分 时 日 月 星期，星期用 mon..sun），如 0 3 * * mon；或 every 15 minutes / hours / days",
    "write five cron fields (minute hour day month weekday as mon..sun), or every 15 minutes / hours / days",
)


class UnfitTrigger(ValueError):
    """A trigger that means nothing, or never; said in both languages."""

    def __init__(self, text: str, zh: str, en: str) -> None:
        way_zh, way_en = _WAY_OUT
        super().__init__(said(f"触发时间 {text!r} {zh}；{way_zh}", f"the trigger {text!r} {en}; {way_en}"))


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger that was read: the times of `cron`, or multiples of `every_s` since the schedule's anchor."""

    zone: ZoneInfo
    cron: CronTrigger | None = None
    fixed_hour: bool = False
    every_s: int = 0
    by_days: bool = False

    def after(self, after_ns: int, anchor_ns: int) -> int | None:
        """The first time of firing strictly after a time, UTC ns; None when there is none any more.

        `anchor_ns` is where intervals are counted from, both ways: a clock may have been wrong then.
        """
        second = after_ns // SECOND_NS + 1
        found = self._cron(second) if self.cron else self._interval(second, anchor_ns // SECOND_NS)
        return None if found is None else found * SECOND_NS

    def _cron(self, second: int) -> int | None:
        assert self.cron is not None
        while True:
            now = datetime.fromtimestamp(second, self.zone)
            found: datetime | None = self.cron.get_next_fire_time(None, now)
            if found is None:
                return None
            at = round(found.timestamp())
            if not (self.fixed_hour and datetime.fromtimestamp(at, self.zone).fold):
                return at
            second = at + 1  # the hour comes a second time: what stands at it has fired

    def _interval(self, second: int, anchor: int) -> int:
        if not self.by_days:
            return _multiple(self.every_s, second, anchor)
        # By the clock on the wall, which is a steady one once it is taken for UTC. Its shifts may put the
        # answer before the second that was asked for; then it is the next day's or the one after.
        start = self._on_wall(anchor)
        asked = self._on_wall(second) - 86_400
        while True:
            asked = _multiple(self.every_s, asked, start)
            at = self._off_wall(asked)
            if at >= second:
                return at
            asked += 1

    def _on_wall(self, second: int) -> int:
        return round(datetime.fromtimestamp(second, self.zone).replace(tzinfo=UTC).timestamp())

    def _off_wall(self, wall: int) -> int:
        return round(datetime.fromtimestamp(wall, UTC).replace(tzinfo=self.zone).timestamp())


def _multiple(every_s: int, second: int, anchor: int) -> int:
    if anchor > second:  # the library counts forward only
        anchor -= -(-(anchor - second) // every_s) * every_s
    trigger = IntervalTrigger(seconds=every_s, start_date=datetime.fromtimestamp(anchor, UTC), timezone=UTC)
    found: datetime = trigger.get_next_fire_time(None, datetime.fromtimestamp(second, UTC))
    return round(found.timestamp())


def read_trigger(text: str, zone: ZoneInfo, now_ns: int) -> Trigger:
    """Read a trigger such as '0 3 * * mon-fri' or 'every 2 hours'. Raises UnfitTrigger."""
    if len(text) > LONGEST:
        raise UnfitTrigger(
            text[:LONGEST] + "…", f"超过 {LONGEST} 个字符", f"is longer than {LONGEST} characters"
        )
    if text.startswith("every"):
        return _read_every(text, zone)
    fields = text.split()
    if len(fields) == 5 and re.search(r"\d", fields[4]):
        # Crontab counts weekdays from Sunday, the library from Monday: a number would be read two ways.
        raise UnfitTrigger(text, "的星期写成了数字", "has a number for the weekday")
    try:
        cron = CronTrigger.from_crontab(text, zone)
    except ValueError as error:
        raise UnfitTrigger(text, f"读不懂（{error}）", f"cannot be read ({error})") from error
    trigger = Trigger(zone, cron, fixed_hour=not fields[1].startswith("*"))
    if trigger.after(now_ns, 0) is None:
        raise UnfitTrigger(text, "永远不会到来", "never comes")
    return trigger


def _read_every(text: str, zone: ZoneInfo) -> Trigger:
    found = _EVERY.fullmatch(text)
    if found is None:
        raise UnfitTrigger(text, "读不懂", "cannot be read")
    count = int(found[1])
    if not 1 <= count <= MOST:
        raise UnfitTrigger(text, f"的数量不在 1 到 {MOST} 之间", f"counts outside 1 to {MOST}")
    return Trigger(zone, every_s=count * _SECONDS[found[2]], by_days=found[2] == "days")
