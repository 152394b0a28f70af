"""Linkage plans as the running program sees them: what starts one, what it does, and how it ends."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.text import Text


class PlanGroup(StrEnum):
    FIRE = "fire"
    FLOOD = "flood"
    INTRUSION = "intrusion"
    POWER = "power"
    COMFORT = "comfort"
    ENERGY = "energy"
    OTHER = "other"

    @property
    def is_emergency(self) -> bool:
        return self in {PlanGroup.FIRE, PlanGroup.FLOOD, PlanGroup.INTRUSION, PlanGroup.POWER}

    @property
    def is_restored_by_hand(self) -> bool:
        """Nothing is put back before a person has seen the place."""
        return self in {PlanGroup.FIRE, PlanGroup.POWER}


class TriggerKind(StrEnum):
    ALARM = "alarm"
    VALUE = "value"
    """Compiled to a rule of class "event" on the point."""
    SCHEDULE = "schedule"
    CALENDAR = "calendar"
    BUTTON = "button"
    PLAN = "plan"
    BUSINESS = "business"


class DayKind(StrEnum):
    """Kinds of days by the calendar, and the days of the week."""

    WORKDAY = "workday"
    DAY_OFF = "day-off"
    HOLIDAY = "holiday"
    """A day of a public holiday."""
    MAKE_UP = "make-up"
    """A workday on a weekend (调休)."""
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Occasion(StrEnum):
    """Days that a calendar trigger means."""

    FIRST_DAY_OF_HOLIDAY = "first-day-of-holiday"
    LAST_DAY_OF_HOLIDAY = "last-day-of-holiday"
    LAST_WORKDAY_BEFORE_HOLIDAY = "last-workday-before-holiday"
    FIRST_WORKDAY_AFTER_HOLIDAY = "first-workday-after-holiday"
    MAKE_UP_WORKDAY = "make-up-workday"


class PlanEvent(StrEnum):
    STARTED = "started"
    ENDED = "ended"
    FAILED = "failed"


class Op(StrEnum):
    EQUAL = "="
    UNEQUAL = "!="
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="

    def holds(self, value: float, limit: float) -> bool:
        match self:
            case Op.EQUAL:
                return value == limit
            case Op.UNEQUAL:
                return value != limit
            case Op.ABOVE:
                return value > limit
            case Op.AT_LEAST:
                return value >= limit
            case Op.BELOW:
                return value < limit
            case Op.AT_MOST:
                return value <= limit


class StepKind(StrEnum):
    WRITE = "write"
    GROUP = "group"
    WATCH = "watch"
    """Does nothing itself: waits for the feedback of what another system does; fails when it is missing."""
    CAMERA = "camera"
    SPEAK = "speak"
    BROADCAST = "broadcast"
    NOTICE = "notice"
    NOTIFY = "notify"
    ORDER = "order"
    SHELVE = "shelve"
    PLAN = "plan"


class OnFailure(StrEnum):
    GO_ON = "go-on"
    STOP = "stop"
    RETRY = "retry"


class Role(StrEnum):
    """Whether an action is the plant's own task in an emergency, or goes beside it (GB 50116)."""

    PRIMARY = "primary"
    AUXILIARY = "auxiliary"


class Restore(StrEnum):
    NOTHING = "nothing"
    BEFORE = "before"
    """The value that the point had when the plan started."""
    VALUE = "value"


class EndWhen(StrEnum):
    DONE = "done"
    """When every step has its result."""
    CLEARED = "cleared"
    """When what started it is over."""
    AFTER = "after"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class PointName:
    device: str
    point: str

    def __str__(self) -> str:
        return f"{self.device}/{self.point}"


@dataclass(frozen=True, slots=True)
class Season:
    """From the first to the last day, (month, day) both included; it may go over the turn of the year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: date) -> bool:
        at = day.month, day.day
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a plan. Which fields count depends on the kind."""

    kind: TriggerKind
    device: str = ""
    point: str = ""
    rule: str = ""
    """With a device one alarm by name, the compiled rule of a value; without one any alarm that fits ..."""
    alarm_class: str = ""
    zone: str = ""
    """... in this zone or below ..."""
    priority: int = 0
    """... at least as urgent as this rank; 0 for any."""
    op: Op = Op.EQUAL
    value: float = 0
    deadband: float = 0
    for_s: float = 0
    minute: int = 0
    """Of the day, for schedules and calendars."""
    days: tuple[DayKind, ...] = ()
    """Any of these; none for every day."""
    weekdays: tuple[DayKind, ...] = ()
    """And one of these; none for any."""
    season: Season | None = None
    occasion: Occasion = Occasion.FIRST_DAY_OF_HOLIDAY
    holiday: str = ""
    """Only this holiday of the calendar; '' for any."""
    plan: str = ""
    plan_event: PlanEvent = PlanEvent.ENDED
    event: str = ""
    """Name of the business event."""
    subject: str = ""
    """What it must be about; '' for anything."""


@dataclass(frozen=True, slots=True)
class Condition:
    point: PointName
    op: Op
    value: float


@dataclass(frozen=True, slots=True)
class Feedback:
    point: PointName
    op: Op
    value: float
    within_s: float


@dataclass(frozen=True, slots=True)
class Setting:
    """A point and the value that it gets."""

    point: PointName
    value: float | str


@dataclass(frozen=True, slots=True)
class PointGroup:
    """Points that are written together: a lighting scene, all doors of a zone."""

    id: str
    name: Text
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    name: Text
    kind: StepKind
    after: tuple[str, ...] = ()
    """Ids of the steps that must have their result; none to begin with the plan."""
    delay_s: float = 0
    settings: tuple[Setting, ...] = ()
    """What a write or a group writes."""
    group: str = ""
    device: str = ""
    """The camera."""
    zone: str = ""
    """Where a call, a notice or an area is meant; '' for everywhere."""
    text: Text | None = None
    target: str = ""
    """The roster that is notified, the team that gets the work order."""
    priority: int = 3
    """Rank of a work order or notification."""
    alarm_class: str = ""
    hours: float = 0
    """How long an area is shelved."""
    plan: str = ""
    feedback: Feedback | None = None
    on_failure: OnFailure = OnFailure.GO_ON
    retries: int = 0
    role: Role = Role.AUXILIARY
    restore: Restore = Restore.NOTHING
    restore_value: float | str = 0


@dataclass(frozen=True, slots=True)
class End:
    when: EndWhen
    after_s: float = 0
    by_hand: bool = False
    """A person says when what was written is put back."""


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    name: Text
    level: int
    """1 wins over all others, to 9."""
    enabled: bool
    group: PlanGroup
    triggers: tuple[Trigger, ...]
    independent: int
    """Signals from so many different points start it; fewer open a verification."""
    within_s: float
    verification_s: float
    """The time in which a person should confirm or reject what one signal alone has opened."""
    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]
    end: End
    min_interval_s: float
    max_a_day: int
    """0 for no limit."""
    modes: tuple[str, ...]
    """Marks (test, drill, works) under which it runs all the same."""

    @property
    def writes(self) -> tuple[tuple[Step, Setting], ...]:
        return tuple((step, setting) for step in self.steps for setting in step.settings)

    def step(self, id_: str) -> Step:
        return next(step for step in self.steps if step.id == id_)
