"""What the actor of the notifier hears, and whom it asks and tells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from actors.channels.command import Envelope, Reply
from actors.messages import CommandResult, RequestRow
from actors.zone import ConfigurationApplied
from business.notifier.channels.port import (
    Answer,
    Handed,
    NotHanded,
    Outgoing,
    Receipt,
)
from business.notifier.engine import Owed
from business.notifier.lines import Line, Lines
from business.notifier.state import Figures
from config.site import Site


@dataclass(frozen=True, slots=True)
class Round:
    """Time has passed."""

    begun: Callable[[], object]
    """Called when the actor takes it up, so that no second one waits."""


@dataclass(frozen=True, slots=True)
class Requested:
    """What plans ask; asked, so that the next page comes only once it is kept."""

    rows: Sequence[RequestRow]


@dataclass(frozen=True, slots=True)
class Commanded:
    envelope: Envelope
    reply: Reply


@dataclass(frozen=True, slots=True)
class Writing:
    """A request is about to be written, once this is kept."""

    message: str
    kept: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Ended:
    """A request to a provider."""

    message: str
    line: Line
    outcome: Handed | NotHanded


@dataclass(frozen=True, slots=True)
class Told:
    receipts: Sequence[Receipt] = ()
    answers: Sequence[Answer] = ()
    problem: str = ""
    """Why the account does not work (`said`)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a provider has told when asked."""

    account: str
    told: Told


@dataclass(frozen=True, slots=True)
class Paid:
    """`core` has answered an acknowledgement."""

    owed: Owed
    result: CommandResult


Kept = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Outlets:
    """All may be called from any thread.

    lines: opens the accounts of a site, keeping those that are as they were.
    hand_over: by a line; calls back before it writes, and waits for what it gives to be called; and once with
    the end.
    ask: a line for receipts and for answers since, or how it is, calling back once.
    acknowledge: in `core`, calling back once.
    played: a browser has begun to read a notice out.
    report: figures about the notifier, for the beat and the alarms about it.
    """

    lines: Callable[[Site, Mapping[str, Line]], Lines]
    hand_over: Callable[[Line, Outgoing, Callable[[Kept], None], Callable[[Handed | NotHanded], None]], None]
    ask: Callable[[Line, Sequence[tuple[str, str, int]], int, Callable[[Told], None]], None]
    acknowledge: Callable[[Owed, Callable[[CommandResult], None]], None]
    played: Callable[[str], object]
    report: Callable[[Figures, Mapping[str, Line], int], None]
    clock: Callable[[], float]
    wall_ns: Callable[[], int]


Inbox = Round | Requested | Commanded | Writing | Ended | Heard | Paid | ConfigurationApplied
