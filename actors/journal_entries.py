"""What the journal is told: each entry says what to keep, and whom to call once it is on disk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from actors.alarm_records import Change, Key, Record
from actors.alarm_tables import CommandRecord
from actors.messages import Area, CommandResult, JournalRow


@dataclass(frozen=True, slots=True)
class Commit:
    """Journal these transitions, then call `then` in the journal's thread: it must only pass things on."""

    changes: tuple[Change, ...]
    then: Callable[[], object]


@dataclass(frozen=True, slots=True)
class LoadAlarms:
    """Hand over all alarms as they are behind every earlier `Commit`."""

    then: Callable[[tuple[Record, ...]], object]


@dataclass(frozen=True, slots=True)
class AreaChange:
    """An area that begins, or None for one that ends, with its row in the journal."""

    area: Area | None
    id: str
    row: JournalRow
    key: Key


@dataclass(frozen=True, slots=True)
class KeepStanding:
    """Keep what the board knows that no alarm says: limit sets by subsystem, areas."""

    limit_sets: Mapping[str, str] = field(default_factory=dict)
    areas: tuple[AreaChange, ...] = ()
    then: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Kept:
    limit_sets: Mapping[str, str]
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class LoadStanding:
    """Hand over what the board knew, behind every earlier record."""

    then: Callable[[Kept], object]


@dataclass(frozen=True, slots=True)
class LoadOpenCommands:
    """Hand over the ids and processes of all commands that have no end, behind every earlier record."""

    then: Callable[[tuple[tuple[str, str], ...]], object]


@dataclass(frozen=True, slots=True)
class MarkApplied:
    """Everything of an outbox up to `sequence` is applied."""

    source: str
    epoch: str
    sequence: int
    then: Callable[[], object]


@dataclass(frozen=True, slots=True)
class RecordCommand:
    """Record a command before it is carried out, with its first stages.

    `then` hears what is known of an earlier command with this id, None for a new one. On a disk that stays
    full, `refused` is called instead: no audit, no command. One without it is urgent: it is recorded in the
    spare log, and goes on.
    """

    command: CommandRecord
    stages: tuple[CommandResult, ...]
    then: Callable[[tuple[CommandResult, ...] | None], object]
    refused: Callable[[], object] | None


@dataclass(frozen=True, slots=True)
class RecordStage:
    """Record how far a command came, once. `then` hears whether that was news: a final stage ends a command,
    and only a certain one may still replace *unknown*."""

    result: CommandResult
    then: Callable[[bool], object]


Entry = (
    Commit
    | LoadAlarms
    | KeepStanding
    | LoadStanding
    | LoadOpenCommands
    | MarkApplied
    | RecordCommand
    | RecordStage
)
