"""What travels about linkage: what persons command, what stations hear, what pages ask.

Texts that people read are `said` in both languages.
"""

from dataclasses import dataclass
from enum import StrEnum

# --- commands


@dataclass(frozen=True, slots=True)
class PushButton:
    """Start a plan by hand: a person stands for its signals, and none is verified."""

    plan: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmRun:
    """The signal that opened a verification is real: the plan goes on."""

    run: int
    note: str


@dataclass(frozen=True, slots=True)
class RejectRun:
    """The signal that opened a verification is none."""

    run: int
    note: str


@dataclass(frozen=True, slots=True)
class StopRun:
    """Do nothing further; what was written is put back as at the plan's end."""

    run: int
    reason: str


@dataclass(frozen=True, slots=True)
class RestoreRun:
    """End a run that a person ends, and put back what it wrote."""

    run: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReleasePoint:
    """A point that a person holds may be written by plans again."""

    device: str
    point: str
    reason: str


@dataclass(frozen=True, slots=True)
class RaiseEvent:
    """A business event, which may start plans. `office` sends it."""

    name: str
    objects: tuple[str, ...]
    """What it is about, such as houses/h-12."""


# --- runs as they are kept and shown


class RunState(StrEnum):
    VERIFYING = "verifying"
    """Too few signals yet: a person should confirm or reject, before the clock has run out."""
    PREPARING = "preparing"
    """Conditions and present values are being read."""
    RUNNING = "running"
    HOLDING = "holding"
    """Every step has its result; the end has not come."""
    AWAITING = "awaiting"
    """The end has come; a person says when it is restored."""
    RESTORING = "restoring"
    ENDED = "ended"


class Outcome(StrEnum):
    OPEN = ""
    DONE = "done"
    INCOMPLETE = "incomplete"
    """A step lost its point to another plan or a person, or nobody knows what came of it."""
    FAILED = "failed"
    STOPPED = "stopped"
    REJECTED = "rejected"
    EXPIRED = "expired"
    """The signal was over before anybody had confirmed it."""
    REFUSED = "refused"
    """It did not start: the detail says why."""


class StepState(StrEnum):
    PENDING = "pending"
    ORDERED = "ordered"
    CHECKING = "checking"
    """Its feedback is awaited."""
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    """The point was held by somebody who comes first."""
    UNKNOWN = "unknown"
    """It may or may not have taken effect; it is never repeated."""
    SKIPPED = "skipped"

    @property
    def is_final(self) -> bool:
        return self not in {StepState.PENDING, StepState.ORDERED, StepState.CHECKING}


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of a plan."""

    id: int
    token: str
    """Part of the ids of its commands."""
    plan: str
    name: str
    group: str
    level: int
    version: int
    """Configuration version of the plan."""
    trigger: str
    """Kind of the trigger."""
    cause: str
    """The alarm, time, button or event."""
    user: str
    """Who pressed, confirmed or stopped it last."""
    note: str
    mode: str
    state: RunState
    outcome: Outcome
    detail: str
    """Why it did not start, was stopped, or is incomplete."""
    opened_ns: int
    begun_ns: int = 0
    """When its steps began; 0 before."""
    finished_ns: int = 0
    """When every step had its result; 0 before."""
    ended_ns: int = 0
    deadline_ns: int = 0
    """Of the verification; 0 for none."""
    overdue: bool = False
    """The clock of the verification has run out, and nobody has answered."""
    repeats: int = 0
    """How often it was refused for the same reason since."""
    parent: int = 0
    """The run whose step started it; 0 for none."""


@dataclass(frozen=True, slots=True)
class SignalRow:
    """What started a run, or came to it."""

    run: int
    device: str
    point: str
    rule: str
    event: int
    time_ns: int
    """Source time."""
    row: int
    """Of the alarm journal."""
    cleared_ns: int


@dataclass(frozen=True, slots=True)
class StepRow:
    run: int
    step: str
    name: str
    kind: str
    role: str
    state: StepState
    attempt: int
    due_ns: int
    """When it begins; 0 while it waits for the steps before."""
    begun_ns: int
    ended_ns: int
    deadline_ns: int
    """Of its feedback."""
    detail: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A command that a step gives, or the end of its run gives to restore what it wrote."""

    id: str
    """Of the command, so that it is carried out once."""
    run: int
    step: str
    attempt: int
    restores: bool
    device: str
    """'' for an area that is shelved."""
    point: str
    value: float | str
    before: float | str | None
    """What the point read when the run began; None where that was not known."""
    time_ns: int
    stage: str = ""
    """How far it came; '' before anything was heard."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HeldPoint:
    """A point that is not free for every plan."""

    device: str
    point: str
    run: int
    """0 where a person holds it."""
    plan: str
    level: int
    user: str
    value: float | str
    since_ns: int
    until_ns: int
    """0 for as long as the run lasts."""
    losers: tuple[str, ...]
    """Plans that write it too, and have lost it."""


# --- live


@dataclass(frozen=True, slots=True)
class LinkageState:
    """All runs that have not ended, and who holds what. Not heard for some seconds: linkage is off."""

    wall_ns: int
    runs: tuple[RunRow, ...]
    held: tuple[HeldPoint, ...]
    failing: int
    """Steps of these runs that failed."""
    calendar_missing: int
    """The year that nobody has entered in the calendar; 0 when all is known."""
    off: str = ""
    """Why no plan runs though the executor is alive; then it knows nothing of runs and points."""


@dataclass(frozen=True, slots=True)
class StationCalled:
    """Stations of the zone ('' for all) are to show a camera, or to say something: once for each id."""

    id: str
    run: int
    plan: str
    kind: str
    """camera, speak or broadcast"""
    zone: str
    device: str
    """The camera."""
    text: str
    time_ns: int


@dataclass(frozen=True, slots=True)
class NoticePosted:
    """What displays and stations of the zone show while it stands; again with `stands` False at the end."""

    id: str
    run: int
    plan: str
    zone: str
    text: str
    time_ns: int
    stands: bool = True


# --- queries


@dataclass(frozen=True, slots=True)
class ReadRuns:
    """A page of runs, newest first, before `cursor` (0: from the newest). '' and 0 are any."""

    cursor: int
    limit: int
    plan: str = ""
    group: str = ""
    level: int = 0
    trigger: str = ""
    outcome: str = ""
    since_ns: int = 0
    until_ns: int = 0


@dataclass(frozen=True, slots=True)
class Runs:
    rows: tuple[RunRow, ...]


@dataclass(frozen=True, slots=True)
class ReadRun:
    run: int


@dataclass(frozen=True, slots=True)
class RunRead:
    """A run with all that came of it; `run` is None for one that does not exist."""

    run: RunRow | None
    signals: tuple[SignalRow, ...]
    steps: tuple[StepRow, ...]
    orders: tuple[OrderRow, ...]


@dataclass(frozen=True, slots=True)
class ReadHeldPoints:
    """Points that a run or a person holds."""


@dataclass(frozen=True, slots=True)
class HeldPoints:
    rows: tuple[HeldPoint, ...]


@dataclass(frozen=True, slots=True)
class ReadRequests:
    """What plans ask of others after the `after`th, oldest first: for those who follow by cursor."""

    after: int
    limit: int
    follower: str = ""
    """Who follows: what it has not taken yet is kept, however old. '' for one that only looks."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Somebody is to be notified, or a work order to be opened."""

    id: int
    run: int
    plan: str
    step: str
    kind: str
    """notify or order"""
    target: str
    """The roster, or the team."""
    text: str
    priority: int
    """1 critical to 4 low."""
    device: str
    zone: str
    mode: str
    """test, drill, works or '': under a mark nobody outside is to be called."""
    time_ns: int


@dataclass(frozen=True, slots=True)
class Requests:
    rows: tuple[RequestRow, ...]


@dataclass(frozen=True, slots=True)
class ReadPoints:
    """The values that a field process has now of points of its devices: device/point."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PointRead:
    device: str
    point: str
    value: float | str | None
    """None when nothing is known."""
    quality: int
    stale: bool


@dataclass(frozen=True, slots=True)
class PointsRead:
    """Points that the process does not have are left out."""

    points: tuple[PointRead, ...]
