"""What linkage has decided, to be kept first and then done."""

from dataclasses import dataclass, field

from actors.linkage.claims import Hand
from actors.linkage.run import Run
from actors.messages import NoticePosted, OrderRow, RequestRow, StationCalled
from config.plans import PointName


@dataclass(slots=True)
class Decision:
    runs: dict[int, Run] = field(default_factory=dict)
    """Those with something to keep."""
    dropped: set[int] = field(default_factory=set)
    """Runs to forget: another row counts them."""
    requests: list[RequestRow] = field(default_factory=list)
    calls: list[StationCalled | NoticePosted] = field(default_factory=list)
    orders: list[OrderRow] = field(default_factory=list)
    """Commands to give."""
    reads: set[PointName] = field(default_factory=set)
    """Points to read."""
    hands: dict[PointName, Hand | None] = field(default_factory=dict)
    """What persons hold from now on, or no longer."""

    @property
    def is_empty(self) -> bool:
        kept = self.runs or self.dropped or self.requests or self.hands
        return not (kept or self.calls or self.orders or self.reads)
