"""A slow model of one alarm rule on one point, in plain steps, written from the text of the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan

from config.rules import Rule, RuleKind
from drivers.driver import Quality

Readings = Mapping[str, tuple[float, int]]
"""Point -> its value and quality."""


def usable(reading: tuple[float, int]) -> bool:
    value, quality = reading
    return quality < 0x80 and quality != Quality.UNCERTAIN_STALE and not isnan(value)


@dataclass
class Model:
    rule: Rule
    point: str
    is_counter: bool = False
    limit_set: str = ""
    active: bool = False
    turning_since: float | None = None
    was_shown: bool = False
    """Whether a usable value has shown the rule as it is."""
    last: tuple[float, float] | None = None
    """Source time and value of the last usable reading."""
    figure: float | None = None
    anchor: float | None = None
    standing_since: float | None = None
    saw_it_move: bool = False
    seen_at: float = 0.0
    log: list[tuple[bool, bool]] = field(default_factory=list)
    """(active, found) of each change."""

    @property
    def limit(self) -> float:
        return self.rule.sets.get(self.limit_set, self.rule.limit)

    @property
    def states(self) -> tuple[float, ...]:
        if self.limit_set in self.rule.sets:
            return (self.rule.sets[self.limit_set],)
        return self.rule.states or (self.rule.limit,)

    @property
    def wanted(self) -> tuple[float, ...]:
        """What the value is held against; nothing where the kind has no limit."""
        if self.rule.kind is RuleKind.STATE:
            return self.states
        return () if isnan(self.limit) else (self.limit,)

    def use(self, limit_set: str) -> None:
        before = self.wanted
        self.limit_set = limit_set
        if self.wanted != before:
            self.turning_since = None
            self.was_shown = False

    def restart(self) -> "Model":
        """Only what is active is remembered, and the limit set."""
        return Model(self.rule, self.point, self.is_counter, self.limit_set, active=self.active)

    def see(self, readings: Readings, source_s: float, now: float) -> None:
        self.seen_at = now
        value, quality = readings[self.point]
        if self.rule.kind is RuleKind.QUALITY:
            if quality == Quality.BAD_COMM_LOSS:
                self.turning_since = None
            else:
                self.turn(quality >= 0x80 or quality == Quality.UNCERTAIN_STALE, now)
            return
        beside = readings[self.rule.reference] if self.rule.reference else (1.0, 0)
        if not usable((value, quality)) or not usable(beside):
            self.turning_since = None
            self.standing_since = None
            self.saw_it_move = False
            return
        holds = self.holds(value, beside[0], source_s, now)
        if holds is None:
            self.turning_since = None
        else:
            self.turn(holds, now)

    def holds(self, value: float, beside: float, source_s: float, now: float) -> bool | None:
        """None while nobody can say."""
        band = self.rule.deadband if self.active else 0.0
        match self.rule.kind:
            case RuleKind.HIGH | RuleKind.HIGH_HIGH:
                return value > self.limit - band
            case RuleKind.LOW | RuleKind.LOW_LOW:
                return value < self.limit + band
            case RuleKind.STATE:
                return value in self.states
            case RuleKind.DEVIATION | RuleKind.MISMATCH:
                return abs(value - beside) > self.limit - band
            case RuleKind.UNMOVED:
                return self.stands(value, beside, now)
        if self.last is None:
            self.last = source_s, value
            if self.rule.kind is RuleKind.LEAP:
                self.was_shown = True
        elif source_s > self.last[0]:
            elapsed_s, change = source_s - self.last[0], value - self.last[1]
            self.last = source_s, value
            if self.rule.kind is RuleKind.RATE:
                self.figure = abs(change) / elapsed_s
            elif change > 0 and elapsed_s > self.rule.within_s > 0:
                self.figure = change / (elapsed_s / self.rule.within_s)
            else:
                self.figure = change
        if self.figure is None:
            return None
        fell = self.rule.kind is RuleKind.LEAP and self.is_counter and self.figure < 0
        return fell or self.figure > self.limit - band

    def stands(self, value: float, running: float, now: float) -> bool | None:
        if running == 0:
            self.anchor = self.standing_since = None
            self.saw_it_move = True
            return False
        if self.anchor is not None and abs(value - self.anchor) > self.limit:
            self.anchor, self.standing_since, self.saw_it_move = value, now, True
        if self.anchor is None:
            self.anchor = value
        if self.standing_since is None:
            self.standing_since = now
        if now >= self.standing_since + self.rule.within_s:
            return True
        return False if self.saw_it_move else None

    def turn(self, holds: bool, now: float) -> None:
        if holds == self.active:
            self.turning_since = None
            self.was_shown = True
            return
        if self.turning_since is None:
            self.turning_since = now
        if now >= self.turning_since + self.delay_s:
            self.active = holds
            self.turning_since = None
            self.log.append((holds, not self.was_shown))
            self.was_shown = True

    @property
    def delay_s(self) -> float:
        return self.rule.off_delay_s if self.active else self.rule.on_delay_s

    def due(self) -> float:
        """When time alone changes something."""
        due = float("inf") if self.turning_since is None else self.turning_since + self.delay_s
        if self.rule.kind is RuleKind.UNMOVED and self.standing_since is not None:
            lasts = self.standing_since + self.rule.within_s
            due = min(due, lasts if lasts > self.seen_at else due)
        return due
