"""What is monitored: a node for the points that show it, a notifier for those that follow its events."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from asyncua import ua

from drivers.driver import Quality
from drivers.opcua.addresses import Address, NodeAddress
from drivers.opcua.conditions import Conditions, Watcher
from drivers.opcua.events import (
    QUEUE_OVERFLOW,
    REFRESH_END,
    REFRESH_REQUIRED,
    REFRESH_START,
    event_filter,
    kind_of,
    occurrence,
)
from drivers.opcua.status import CODE, MISSING, overflowed
from drivers.opcua.structures import Definition, opened, unknown
from drivers.opcua.values import Selector
from drivers.samples import Samples


class Viewer:
    """A device, as the connection sees it: where its values go."""

    __slots__ = ("arrival_time", "overflows", "samples")

    def __init__(self, samples: Samples, *, arrival_time: bool = False) -> None:
        self.samples = samples
        self.arrival_time = arrival_time
        self.overflows = 0
        """Reports after which the server had lost some."""


class View:
    """A point that shows a node."""

    __slots__ = ("column", "is_plain", "selector", "viewer")

    def __init__(self, viewer: Viewer, column: int, selector: Selector) -> None:
        self.viewer = viewer
        self.column = column
        self.selector = selector
        self.is_plain = selector.is_whole and not selector.is_text


class Item(ABC):
    """A monitored item; `id` is the server's while it has one."""

    __slots__ = ("address", "handle", "id", "node", "root", "since_s", "status")
    attribute = ua.AttributeIds.Value

    def __init__(self, handle: int, address: Address, root: NodeAddress) -> None:
        self.handle = handle
        self.address = address
        self.root = root
        self.node: ua.NodeId | None = None
        """Resolved on the server as it runs now."""
        self.id: int | None = None
        self.since_s = 0.0
        """When the server last promised to report it."""
        self.status: int | None = None
        """Of the latest report, or why there is none; None before."""

    @property
    def is_missing(self) -> bool:
        return self.status is not None and self.status & CODE in MISSING

    @abstractmethod
    def parameters(self) -> ua.MonitoringParameters:
        """How the server is to monitor it."""

    @abstractmethod
    def failed(self, status: int, now_ns: int) -> None:
        """Nothing is reported of it, for this reason."""


class NodeItem(Item):
    __slots__ = ("queue", "sampling_ms", "time_ns", "value", "views")

    def __init__(
        self, handle: int, address: Address, root: NodeAddress, sampling_ms: float, queue: int
    ) -> None:
        super().__init__(handle, address, root)
        self.sampling_ms = sampling_ms
        self.queue = queue
        self.views: list[View] = []
        self.value: Any = None
        self.time_ns = 0

    def parameters(self) -> ua.MonitoringParameters:
        return ua.MonitoringParameters(
            ClientHandle=self.handle,
            SamplingInterval=self.sampling_ms,
            QueueSize=self.queue,
            DiscardOldest=True,
        )

    def take(
        self,
        value: Any,
        status: int,
        time_ns: int,
        now_ns: int,
        types: Mapping[ua.NodeId, Definition | None],
    ) -> ua.NodeId | None:
        """A report came. The type of a structure that must be asked for before it can be shown."""
        self.value, self.status, self.time_ns = value, status, time_ns
        if status and overflowed(status):
            for view in self.views:
                view.viewer.overflows += 1
        if type(value) is float and not status and math.isfinite(value):  # nearly all
            for view in self.views:
                viewer = view.viewer
                at_ns = now_ns if viewer.arrival_time or not time_ns else time_ns
                if view.is_plain:
                    viewer.samples.put(view.column, value, 0, at_ns)
                else:
                    viewer.samples.put(view.column, *view.selector.reading(value, status), at_ns)
            return None
        wanted = None
        if isinstance(value, list | ua.ExtensionObject):
            wanted = unknown(value, types)
            try:
                value = opened(value, types)
            except Exception:  # noqa: BLE001 - whatever a torn structure makes asyncua raise
                value = None
        for view in self.views:
            self.show(view, now_ns, value)
        return wanted

    def show(self, view: View, now_ns: int, value: Any) -> None:
        """To one point; `value` is the latest with its structures opened."""
        viewer = view.viewer
        at_ns = now_ns if viewer.arrival_time or not self.time_ns else self.time_ns
        viewer.samples.put(view.column, *view.selector.reading(value, self.status or 0), at_ns)

    def again(self, now_ns: int, types: Mapping[ua.NodeId, Definition | None]) -> ua.NodeId | None:
        """The latest report once more, because a type became known."""
        if self.status is None:
            return None
        return self.take(self.value, self.status & CODE, self.time_ns, now_ns, types)

    def failed(self, status: int, now_ns: int) -> None:
        self.value, self.status, self.time_ns = None, status, now_ns
        for view in self.views:
            self.show(view, now_ns, None)


class NotifierItem(Item):
    """Shared by all devices that follow its events."""

    __slots__ = ("_conditions", "_ids", "_seen", "quality", "watchers")
    attribute = ua.AttributeIds.EventNotifier

    def __init__(self, handle: int, address: Address, root: NodeAddress, conditions: Conditions) -> None:
        super().__init__(handle, address, root)
        self.watchers: list[Watcher] = []
        self.quality = Quality.BAD_NOT_READ
        """Of what is known of conditions: not read until the server has told those that it retains."""
        self._conditions = conditions
        self._ids: set[str] = set()
        self._seen: set[str] | None = None

    def parameters(self) -> ua.MonitoringParameters:
        return ua.MonitoringParameters(
            ClientHandle=self.handle,
            SamplingInterval=0.0,
            Filter=event_filter(),
            QueueSize=1000,
            DiscardOldest=True,
        )

    def watch(self, watcher: Watcher, now_ns: int) -> None:
        self.watchers.append(watcher)
        self._conditions.watch(watcher)
        watcher.tell(self.quality, now_ns)

    def forget(self, owner: object) -> None:
        """The points of a device that leaves."""
        self.watchers = [watcher for watcher in self.watchers if watcher.owner is not owner]
        self._conditions.forget(owner)

    def hear(self, fields: Sequence[Any], now_ns: int) -> bool:
        """An event came. Whether the server must be asked for all conditions again."""
        kind = kind_of(fields)
        if kind == REFRESH_START:
            self._seen = set()
        elif kind == REFRESH_END:
            seen, self._seen = self._seen, None
            if seen is not None:
                self._conditions.end(self._ids - seen, now_ns)
                self._ids = seen
            self.known(Quality.GOOD, now_ns)
        elif kind in (REFRESH_REQUIRED, QUEUE_OVERFLOW):
            self._seen = None  # what was not told may be among the lost, and has not ended
            return True
        elif (event := occurrence(fields, now_ns)) is not None:
            for ids in (self._ids, self._seen):
                if ids is not None and event.id:
                    (ids.add if event.retain or event.branch else ids.discard)(event.id)
            self._conditions.occur(event)
        return False

    def known(self, quality: Quality, now_ns: int) -> None:
        """The server has told its conditions, or says that it does not."""
        self.status = 0
        self._tell(quality, now_ns)

    def failed(self, status: int, now_ns: int) -> None:
        self.status = status
        self._tell(Quality.BAD_ADDRESS, now_ns)

    def _tell(self, quality: Quality, now_ns: int) -> None:
        if self.quality is not quality:
            self.quality = quality
            for watcher in self.watchers:
                watcher.tell(quality, now_ns)
