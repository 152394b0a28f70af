"""The figures about alarms as they travel from `office` to a page, and who may report on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from business.access.roles import DISPATCHER, MANAGING, OPERATING
from config.text import Text

REPORT: Final = "alarm.report"
PERMISSIONS: Mapping[str, Text] = {REPORT: Text("生成和下载报警报告", "Make and fetch alarm reports")}
DEFAULTS: Mapping[str, frozenset[str]] = {REPORT: OPERATING | MANAGING | {DISPATCHER}}

# --- queries -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadAlarmKpis:
    """The figures of one operator's position over a time, which ends now at the latest."""

    since_ns: int
    until_ns: int
    station: str
    """'' for the whole site."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and what it should be."""

    name: str
    """A key of `hmi.words.alarm_kpi.FIGURES`."""
    value: float | None
    """None where nothing happened of which it could tell."""
    target: float | None = None
    below: bool = False
    """Whether it must stay under the target rather than reach it at most."""
    manageable: float | None = None
    """Above the target but no more than this, people can still cope."""

    @property
    def is_met(self) -> bool | None:
        if self.target is None or self.value is None:
            return None
        return self.value < self.target if self.below else self.value <= self.target

    @property
    def is_manageable(self) -> bool:
        return self.value is not None and self.manageable is not None and self.value <= self.manageable


@dataclass(frozen=True, slots=True)
class AlarmCount:
    """An alarm and how often it sounded."""

    device: str
    point: str
    rule: str
    count: int
    share: float
    """Of all, 0 to 1."""


@dataclass(frozen=True, slots=True)
class StandingAlarm:
    device: str
    point: str
    rule: str
    since_ns: int


@dataclass(frozen=True, slots=True)
class HiddenAlarm:
    """An alarm that was shelved, suppressed or out of service when the time ended."""

    kind: str
    """shelved, suppressed or out-of-service."""
    device: str
    point: str
    rule: str
    since_ns: int
    user: str
    note: str


@dataclass(frozen=True, slots=True)
class PriorityLine:
    priority: int
    count: int
    share: float
    """Of all, 0 to 1."""
    target: float | None
    """As `share`; None for the least urgent."""
    acknowledged: int
    waiting: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """What detectors were found to have said; `device` is '' for a whole zone."""

    zone: str
    device: str
    verdicts: dict[str, int]

    @property
    def false_share(self) -> float:
        return self.verdicts.get("false", 0) / max(sum(self.verdicts.values()), 1)


@dataclass(frozen=True, slots=True)
class DayLine:
    day: str
    """As ISO 8601 writes it, in the time zone of the site."""
    alarms: int
    peak: int
    """Most within ten minutes."""
    flood_minutes: int
    stale: int


@dataclass(frozen=True, slots=True)
class AlarmKpis:
    since_ns: int
    until_ns: int
    station: str
    figures: tuple[Figure, ...]
    rate: tuple[int, ...]
    """Alarms in each ten minutes."""
    days: tuple[DayLine, ...]
    priorities: tuple[PriorityLine, ...]
    top: tuple[AlarmCount, ...]
    chattering: tuple[AlarmCount, ...]
    fleeting: tuple[AlarmCount, ...]
    standing: tuple[StandingAlarm, ...]
    """The oldest first."""
    hidden: tuple[HiddenAlarm, ...]
    verdicts: tuple[VerdictLine, ...]
