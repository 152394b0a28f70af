"""Conditions (Part 9): how their events become the values of points. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from drivers.driver import Quality, Value
from drivers.opcua.schema import Event, Show


class Sink(Protocol):
    """Where values go: `drivers.samples.Samples`."""

    def put(self, column: int, value: Value, quality: int, time_ns: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event, as far as it matters here."""

    source: str
    """SourceName."""
    source_node: str
    condition: str
    """ConditionName; empty for an event without a state."""
    id: str
    """ConditionId, or what stands for it; empty for an event without a state."""
    branch: str = ""
    """BranchId: an earlier state that is still to be acknowledged; empty for how it is now."""
    retain: bool = False
    active: bool | None = None
    """None where the condition has no such state: then it is active while it is retained."""
    acknowledged: bool = True
    enabled: bool = True
    severity: int = 0
    message: str = ""
    time_ns: int = 0
    event_id: bytes = b""
    """Names this state of the condition."""
    condition_node: str = ""
    """ConditionId; empty where the server tells none, and so cannot be answered."""
    confirmed: bool = True

    @property
    def waits(self) -> bool:
        """For an acknowledgement, or for the confirmation that it then wants."""
        return self.retain and not (self.acknowledged and self.confirmed)

    @property
    def is_active(self) -> bool:
        return self.enabled and (self.retain if self.active is None else self.active)


@dataclass(slots=True)
class Condition:
    """How one stands."""

    now: Occurrence
    branches: dict[str, Occurrence] = field(default_factory=dict)
    """Earlier states that wait for somebody, by their BranchIds."""

    @property
    def is_acknowledged(self) -> bool:
        return all(one.acknowledged for one in (self.now, *self.branches.values()))

    @property
    def waiting(self) -> list[Occurrence]:
        """The states that wait for somebody."""
        return [one for one in (*self.branches.values(), self.now) if one.waits]

    @property
    def is_over(self) -> bool:
        """Nothing of it needs to be kept."""
        return not (self.now.retain or self.now.is_active or self.branches)


class Watcher:
    """A point that shows something of conditions."""

    __slots__ = ("_column", "_event", "_is_text", "_latest", "_sink", "conditions", "owner", "show")

    def __init__(
        self, owner: object, sink: Sink, column: int, event: Event, show: Show, *, is_text: bool
    ) -> None:
        """`owner` is whom it belongs to: `Conditions.forget` forgets all of an owner."""
        self.owner = owner
        self.show = show
        self.conditions: dict[str, Condition] = {}
        """Those that it is about, by their ids."""
        self._sink = sink
        self._column = column
        self._event = event
        self._is_text = is_text
        self._latest = ""

    @property
    def key(self) -> tuple[str, str]:
        return self._event.source, self._event.condition

    def hear(self, condition: Condition) -> None:
        self.conditions[condition.now.id] = condition
        self._latest = condition.now.message

    def tell(self, quality: int, time_ns: int) -> None:
        value = self._shown() if quality < Quality.BAD_COMM_LOSS else ("" if self._is_text else math.nan)
        if self._is_text and not isinstance(value, str):
            value = f"{value:g}"
        self._sink.put(self._column, value, quality, time_ns)

    def _shown(self) -> Value:
        about = self.conditions.values()
        active = [condition for condition in about if condition.now.is_active]
        match self.show:
            case Show.ACTIVE:
                return float(bool(active))
            case Show.ACKNOWLEDGED:
                return float(all(condition.is_acknowledged for condition in about))
            case Show.SEVERITY:
                return float(max((condition.now.severity for condition in active), default=0))
            case Show.UNNAMED:
                return float(len(active))
            case _:
                return self._latest


class Conditions:
    """Those of one server, as long as one connection lasts."""

    def __init__(self) -> None:
        self._known: dict[str, Condition] = {}
        self._named: dict[tuple[str, str], list[Watcher]] = {}
        self._of_the_rest: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """From now on, and as it stands."""
        if watcher.show.of_the_rest:
            self._of_the_rest.append(watcher)
        else:
            self._named.setdefault(watcher.key, []).append(watcher)
        self._sort()

    def forget(self, owner: object) -> None:
        self._of_the_rest = [watcher for watcher in self._of_the_rest if watcher.owner is not owner]
        kept = {
            key: [watcher for watcher in watchers if watcher.owner is not owner]
            for key, watchers in self._named.items()
        }
        self._named = {key: watchers for key, watchers in kept.items() if watchers}
        self._sort()

    def occur(self, event: Occurrence) -> None:
        """An event came: the points about it follow."""
        condition = self._state(event) if event.id else Condition(event)
        is_over = condition.is_over
        if is_over:
            self._known.pop(event.id, None)
        for watcher in self._about(event):
            watcher.hear(condition)
            watcher.tell(Quality.GOOD, event.time_ns)
            if is_over:
                watcher.conditions.pop(event.id, None)

    def end(self, ids: Iterable[str], now_ns: int) -> None:
        """The server no longer tells of these: they have returned to normal while nobody listened."""
        for id_ in ids:
            condition = self._known.pop(id_, None)
            if condition is None:
                continue
            for watcher in self._about(condition.now):
                if watcher.conditions.pop(id_, None) is not None:
                    watcher.tell(Quality.GOOD, now_ns)

    def _state(self, event: Occurrence) -> Condition:
        condition = self._known.get(event.id)
        if condition is None:
            unknown = Occurrence(event.source, event.source_node, event.condition, event.id)
            condition = self._known[event.id] = Condition(unknown)
        if not event.branch:
            condition.now = event
        elif event.retain and event.waits:
            condition.branches[event.branch] = event
        else:
            condition.branches.pop(event.branch, None)
        return condition

    def _about(self, event: Occurrence) -> list[Watcher]:
        found: list[Watcher] = []
        for source in {event.source, event.source_node, ""}:
            for condition in {event.condition, ""}:
                found += self._named.get((source, condition), ())
        if found:
            return found
        sources = (event.source, event.source_node, "")
        return [watcher for watcher in self._of_the_rest if watcher.key[0] in sources]

    def _sort(self) -> None:
        """Which watcher is about which condition changes with the watchers."""
        for watcher in (*self._of_the_rest, *(one for some in self._named.values() for one in some)):
            watcher.conditions.clear()
        for condition in self._known.values():
            for watcher in self._about(condition.now):
                watcher.hear(condition)
