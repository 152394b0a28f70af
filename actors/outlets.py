"""What the real-time core of `field` is given: where its news go and where its clocks are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from actors.loop import IoLoop
from actors.newest import LiveMessage


class Tell(Protocol):
    """An `Address` or an actor's reference, as far as anyone who only tells needs to know it."""

    def tell(self, message: Any, /) -> object: ...


@dataclass(slots=True)
class Counts:
    """What the sweeps of a process have done since its start; written on the dispatcher only."""

    scans: int = 0
    points: int = 0
    late: int = 0
    """Scans whose distance to the one before was more than a tenth over the period."""


@dataclass(slots=True)
class Outlets:
    """Shared by the sweeps, devices and subsystems of one field process. All callables: from any thread."""

    process: str
    version: int
    """Of the applied configuration; the one thing here that changes."""
    loop: IoLoop
    publish: Callable[[str, LiveMessage], object]
    """Send a message on the live channel under a topic."""
    history: Callable[[Sequence[Any], Mapping[str, bytes | None]], None]
    """Append messages to the history outbox, in one transaction with what changes of the state kept there."""
    totals: dict[str, bytes]
    """Of that state what drivers go on from: as it was when the process started, then as handed on."""
    condition: Callable[[Any, Mapping[str, bytes | None]], None]
    """Append a message to the conditions outbox, with the state that changes in the same transaction."""
    remember: Callable[[Mapping[str, bytes | None]], None]
    """Keep state without a message."""
    recall: Mapping[str, bytes]
    """State as it was when the process started, then as remembered."""
    clock: Callable[[], float]
    wall_ns: Callable[[], int]
    counts: Counts = field(default_factory=Counts)
