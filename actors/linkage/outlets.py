"""Whom the executor of linkage asks and tells, and how it shows that it works."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actors.messages import HeldPoint, LinkageState, NoticePosted, PointRead, StationCalled
from actors.outlets import Tell
from config.plans import PointName

Readings = Mapping[PointName, PointRead | None]


@dataclass(frozen=True, slots=True)
class LinkageOutlets:
    """Whom the executor asks and tells, and its clocks. All callables may be called from any thread.

    read: reads points of the field processes, and calls back once with all of them; None for the unreadable.
    on_disk_full: frees the ballast.
    """

    gate: Tell
    read: Callable[[frozenset[PointName], Callable[[Readings], object]], object]
    publish: Callable[[str, LinkageState | StationCalled | NoticePosted], object]
    on_disk_full: Callable[[], object]
    new_token: Callable[[], str]
    clock: Callable[[], float]
    wall_ns: Callable[[], int]


class Pulse:
    """When the executor was last seen to work, for the beat of its process; and who holds what."""

    def __init__(self) -> None:
        self.beat_s = 0.0
        self.held: tuple[HeldPoint, ...] = ()
