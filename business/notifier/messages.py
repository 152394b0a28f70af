"""What travels to and from the process `notifier`: tasks, answers, questions, and rows of what it keeps.

Instants in UTC nanoseconds; money in hundredths of the currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from actors.messages import ReadSnapshot, ReadTree, Snapshot, Tree
from actors.wire import Codec
from config.notification import Progress

# --- what the office gives it to do ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Tell somebody of something that has happened in the business."""

    event: str
    """Of `config.notify_events`."""
    values: Mapping[str, str] = field(repr=False)
    """Its variables, by name, each in both languages (`said`) or the same in both. The notifier adds the
    site and the time."""
    persons: tuple[str, ...] = ()
    """User names; each is told by the media of his own rules."""
    teams: tuple[str, ...] = ()
    """Whoever is on duty in them then."""
    medium: str = ""
    """For a receiver below, or to use only this one; '' for what each person's rules say."""
    receiver: str = field(default="", repr=False)
    """A number or address of somebody who is no user."""
    account: str = ""
    """To use only this one, as a trial does."""
    language: str = "zh"
    """Of a receiver that is no user."""
    priority: int = 4
    """1 critical to 4 low."""
    tenant: bool = False
    """They are left alone in the quiet hours."""
    until_ns: int = 0
    """Later it is worth nothing and is not sent; 0 for a day."""


@dataclass(frozen=True, slots=True)
class SayProgress:
    """How far somebody is who answers an alarm, or that he cannot."""

    escalation: str
    user: str
    progress: Progress
    """CALLING passes it on."""


@dataclass(frozen=True, slots=True)
class CheckReachable:
    """The test call, now: to whoever is on duty in the teams and to their duty phones."""

    teams: tuple[str, ...] = ()
    """() for all."""


@dataclass(frozen=True, slots=True)
class TellDirectory:
    """Who is who, as the office knows it now. Kept, so that it counts while the office is away."""

    time_ns: int
    body: bytes
    """Of `directory.DIRECTORY`."""


# --- answers from outside ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerByLink:
    """Somebody has pressed a button of the page behind a link."""

    token: str = field(repr=False)
    progress: Progress
    """CALLING passes it on."""
    address: str
    """From where, for the log."""


@dataclass(frozen=True, slots=True)
class ProviderCalled:
    """A provider's request to us, as it came; believed only when its signature is right."""

    account: str
    url: str
    fields: Mapping[str, str] = field(repr=False)
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoticePlayed:
    """A browser of the station has begun to read a notice out."""

    id: str
    station: str
    """'' for a browser that stands at none, and hears all."""


# --- questions ---------------------------------------------------------------------------------------------


class MessageState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    """A request is under way, or was when the process ended."""
    HANDED = "handed"
    """The provider has it."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Nothing arrives this way any more."""
    GATHERED = "gathered"
    """It is part of a digest."""
    WITHDRAWN = "withdrawn"
    """Somebody had answered before it went."""
    EXPIRED = "expired"

    @property
    def is_open(self) -> bool:
        return self in {MessageState.WAITING, MessageState.SENDING}


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """'' and 0 are any."""

    text: str = ""
    """In subject, text, person or the provider's words."""
    person: str = ""
    medium: str = ""
    account: str = ""
    event: str = ""
    state: str = ""
    escalation: str = ""
    subject: str = ""
    """device/point/rule of an alarm."""
    since_ns: int = 0
    until_ns: int = 0


@dataclass(frozen=True, slots=True)
class ReadMessages:
    """A page of the message log, newest first, before `cursor` (0: from the newest)."""

    cursor: int
    limit: int
    wanted: MessageFilter = MessageFilter()


@dataclass(frozen=True, slots=True)
class MessageRow:
    number: int
    id: str
    time_ns: int
    """When it was decided."""
    event: str
    escalation: str
    """'' for none."""
    subject: str
    """device/point/rule of the alarm; '' for none."""
    person: str
    """User name; '' for a receiver that is no user."""
    receiver: str
    """Where it goes, with most of it hidden."""
    medium: str
    account: str
    """'' until one was chosen."""
    priority: int
    language: str
    title: str
    text: str
    """'' for what is private."""
    state: MessageState
    round: int
    step: int
    repeat: int
    due_ns: int
    attempts: int
    handed_ns: int
    """0 while no provider has it."""
    detail: str
    """The newest that is known, in both languages (`said`) or a provider's words."""
    cost: int
    answered_ns: int = 0
    """When its receiver answered by it; 0."""


@dataclass(frozen=True, slots=True)
class Messages:
    rows: tuple[MessageRow, ...]


@dataclass(frozen=True, slots=True)
class ReadMessage:
    id: str


@dataclass(frozen=True, slots=True)
class TraceRow:
    """Something that came of a message."""

    time_ns: int
    what: str
    """sending, handed, delivered, failed, unclear, later, answered, refused, ..."""
    account: str
    detail: str


@dataclass(frozen=True, slots=True)
class MessageRead:
    row: MessageRow | None
    traces: tuple[TraceRow, ...]


@dataclass(frozen=True, slots=True)
class ReadEscalations:
    """Newest first, before `cursor` (0: from the newest)."""

    cursor: int
    limit: int
    open: bool = True
    """Only those that have not ended."""
    subject: str = ""
    """Of this alarm (device/point/rule) only; '' for all."""


@dataclass(frozen=True, slots=True)
class EscalationRow:
    number: int
    id: str
    kind: str
    """alarm or plan"""
    subject: str
    """device/point/rule; for a plan its id."""
    event: int
    """The occurrence of the alarm; 0 for a plan."""
    zone: str
    priority: int
    text: str
    """What is said of it, in both languages (`said`)."""
    policy: str
    team: str
    opened_ns: int
    round: int
    progress: Progress
    by: str
    """User name of whoever answered last."""
    since_ns: int
    next_ns: int
    """When something is due; 0 for nothing."""
    end: str
    """'' while it is open; a value of `escalation.End`."""


@dataclass(frozen=True, slots=True)
class Escalations:
    rows: tuple[EscalationRow, ...]


@dataclass(frozen=True, slots=True)
class ReadAccounts:
    """The health of all accounts."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: str
    problem: str
    """What is wrong (`said`); '' while it works, or nobody knows."""
    since_ns: int
    """Of what is told."""
    last_ns: int
    """When a provider took the last message; 0 for never."""
    waiting: int
    handed_today: int
    failed_today: int
    cost_today: int
    is_dear: bool
    """The ceiling of the day is reached."""


@dataclass(frozen=True, slots=True)
class Accounts:
    rows: tuple[AccountRow, ...]
    directory_ns: int
    """As of when people and rosters are known; 0 for not at all."""


@dataclass(frozen=True, slots=True)
class ReadLink:
    """What the page behind a link shows. Changes nothing: mail scanners open links."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkRead:
    escalation: EscalationRow | None
    """None for a token that is none, or is over."""
    person: str
    """Display name of whom it was sent to."""
    language: str
    until_ns: int


TASKS = Codec(SendMessage, SayProgress, CheckReachable)
"""What the office's outbox holds."""
NOTIFIER_COMMANDS = Codec(
    SendMessage, SayProgress, CheckReachable, TellDirectory, AnswerByLink, ProviderCalled, NoticePlayed
)
NOTIFIER_QUERIES = Codec(
    ReadSnapshot, Snapshot, ReadTree, Tree, ReadMessages, Messages, ReadMessage, MessageRead,
    ReadEscalations, Escalations, ReadAccounts, Accounts, ReadLink, LinkRead,
)  # fmt: skip
