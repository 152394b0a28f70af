"""The newest of everything on the live channel, as the pages read it.

Arrival costs a copy of matrices, whatever the number of points; only what a page shows is looked at singly.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from actors.alarm_states import HIDDEN, SOUNDING
from actors.circumstances import SILENT_MODES
from actors.messages import (
    Alarm,
    AlarmChanged,
    Area,
    AreasChanged,
    Beat,
    ConfigurationAnnounced,
    DeviceState,
    Float64,
    Frame,
    Int64,
    Link,
    LinkageState,
    NoticePosted,
    OpenSelection,
    Scans,
    SelectionsOpen,
    SpokenNotice,
    StationCalled,
    SubsystemState,
)
from actors.newest import LiveMessage, Matrix, Newest, empty_matrix
from actors.table import Table, tables
from config.site import STALE_PERIODS, Device, Point, PointKind, Site
from drivers.driver import Quality
from hmi.flood import WINDOW_S, FloodGauge
from hmi.stream import Stream

SILENT_S = 3.0
"""A publisher not heard of for this long is lost, and all that came from it is stale."""
LINKAGE_SILENT_S = 6.0
"""Linkage is off when its state has not been heard for this long."""
CALLS = 50
"""Of the calls of plans to stations, so many are remembered."""
SPOKEN = 10
"""Of the notices that stations read out, with their sound."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One point as it is drawn."""

    value: float
    """NaN when nothing is known."""
    quality: int
    time_ns: int
    """0 before the first scan."""
    age_s: float
    text: str
    """Of a text point."""
    stale: bool


@dataclass(slots=True)
class Rows:
    """What the pages add to a table's newest matrix. Shapes (devices,)."""

    table: Table
    matrix: Matrix
    received_s: Float64
    """Monotonic time of arrival."""
    changed: Int64
    """`Live.revision` of the last change."""


@dataclass(slots=True)
class Publisher:
    """A process as it is heard here."""

    stream: Stream[LiveMessage] = field(default_factory=Stream)
    newest: Newest = field(default_factory=Newest)
    heard_s: float = -math.inf


class Live:
    """One a process, on its asyncio loop."""

    def __init__(self, site: Site, clock: Callable[[], float], wall_ns: Callable[[], int]) -> None:
        self.clock = clock
        self.wall_ns = wall_ns
        self.revision = 1
        self.alarm_revision = 1
        self.state_revision = 1
        """Of devices and subsystems."""
        self.linkage_revision = 1
        self.calls: deque[StationCalled] = deque(maxlen=CALLS)
        """What plans called stations for since this process began, the newest last."""
        self.spoken: deque[SpokenNotice] = deque(maxlen=SPOKEN)
        """The newest last."""
        self._linkage_heard_s = -math.inf
        self.flood = FloodGauge()
        self.publishers: dict[str, Publisher] = {}
        self.rows: dict[str, Rows] = {}
        self.use(site)

    def use(self, site: Site) -> None:
        """Another configuration version: tables are empty until the next snapshots."""
        self.site = site
        self.rows = {}
        self._place: dict[str, tuple[Rows, int]] = {}
        for table in tables(site):
            count = len(table.devices)
            rows = Rows(
                table,
                empty_matrix(site.version, count, len(table.template.points)),
                np.full(count, -math.inf),
                np.zeros(count, np.int64),
            )
            self.rows[table.id] = rows
            for at, device in enumerate(table.devices):
                self._place[device.id] = (rows, at)
        for publisher in self.publishers.values():
            publisher.stream = Stream()
            publisher.newest = Newest()

    # -- what arrives

    def receive(self, frame: Frame, message: LiveMessage) -> bool:
        """Take a frame in; true when its publisher now needs a snapshot."""
        publisher = self.publishers.setdefault(frame.publisher, Publisher())
        publisher.heard_s = self.clock()
        for one in publisher.stream.receive(frame, message):
            self._apply(publisher, one, fresh=True)
        return publisher.stream.behind

    def hear(self, name: str, message: LiveMessage) -> None:
        """From a publisher not asked for snapshots: of it counts only what says everything by itself."""
        if isinstance(message, Beat | ConfigurationAnnounced | LinkageState | SpokenNotice):
            publisher = self.publishers.setdefault(name, Publisher())
            publisher.heard_s = self.clock()
            self._apply(publisher, message, fresh=True)

    def restore(self, frame: Frame, messages: Iterable[LiveMessage]) -> bool:
        """Take a snapshot in, which replaces all that its publisher said; true when another is needed."""
        publisher = self.publishers.setdefault(frame.publisher, Publisher())
        after = publisher.stream.restore(frame)
        if after is None:
            return True
        known = publisher.newest.alarms
        publisher.newest = Newest()
        publisher.heard_s = self.clock()
        self.alarm_revision += 1
        self.state_revision += 1
        self.linkage_revision += 1
        for one in messages:
            self._apply(publisher, one, fresh=False, known=known)
        for one in after:
            self._apply(publisher, one, fresh=True)
        return publisher.stream.behind

    def _apply(
        self,
        publisher: Publisher,
        message: LiveMessage,
        *,
        fresh: bool,
        known: Mapping[tuple[str, str, str], Alarm] | None = None,
    ) -> None:
        """`known` are the alarms before, where those of the publisher were just forgotten."""
        self.revision += 1
        match message:
            case Scans():
                self._scan(message, fresh=fresh)
                return
            case AlarmChanged(alarm):
                self.alarm_revision += 1
                self._gauge(alarm, publisher.newest.alarms if known is None else known)
            case AreasChanged():
                self.alarm_revision += 1
            case SelectionsOpen():
                self.state_revision += 1
            case LinkageState():
                self.linkage_revision += 1
                if fresh:
                    self._linkage_heard_s = self.clock()
            case NoticePosted():
                self.linkage_revision += 1
            case StationCalled():
                self.linkage_revision += 1
                if all(one.id != message.id for one in self.calls):
                    self.calls.append(message)
            case SpokenNotice():
                if all(one.id != message.id for one in self.spoken):
                    self.spoken.append(message)
            case DeviceState() | SubsystemState():
                self.state_revision += 1
            case Beat() | ConfigurationAnnounced():
                pass
        publisher.newest.apply(message)

    def _gauge(self, alarm: Alarm, known: Mapping[tuple[str, str, str], Alarm]) -> None:
        """Count it when it has just been annunciated."""
        if not may_sound(alarm):
            return
        before = known.get((alarm.device, alarm.point, alarm.rule))
        if before is None or before.event != alarm.event or not may_sound(before):
            age_s = max(self.wall_ns() - alarm.changed_ns, 0) / 1e9
            if age_s > WINDOW_S:
                return
            self.flood.note(self.clock() - age_s, place_of(self.site, alarm))

    def _scan(self, scans: Scans, *, fresh: bool) -> None:
        rows = self.rows.get(scans.table)
        if rows is None or scans.version != self.site.version:
            return
        rows.matrix.apply(scans)
        rows.changed[scans.rows] = self.revision
        # The age of what comes fresh runs on our own clock; only a snapshot's is told by the time in it.
        behind_s = 0.0 if fresh else np.maximum(self.wall_ns() - scans.time_ns, 0) / 1e9
        rows.received_s[scans.rows] = self.clock() - behind_s

    # -- what pages read

    def is_silent(self, process: str) -> bool:
        """Whether a publisher is lost. True before the first frame."""
        return self.publisher_age(process) > SILENT_S

    def publisher_age(self, process: str) -> float:
        """Seconds since it was heard of."""
        publisher = self.publishers.get(process)
        return self.clock() - publisher.heard_s if publisher is not None else math.inf

    def place(self, device: str) -> tuple[Rows, int]:
        """Table and row of a device. Raises KeyError."""
        return self._place[device]

    def reading(self, device: str, point: str) -> Reading:
        """The newest of a point. Raises KeyError for a point that the site does not have."""
        rows, row = self._place[device]
        return self.read(rows, row, rows.table.template.index[point])

    def read(self, rows: Rows, row: int, column: int) -> Reading:
        matrix = rows.matrix
        time_ns = int(matrix.time_ns[row])
        quality = int(matrix.quality[row, column])
        age_s = self.clock() - float(rows.received_s[row])
        stale = age_s > STALE_PERIODS * rows.table.period_s or self.is_silent(rows.table.field)
        state = self.device_state(rows.table.devices[row].id)
        if state is not None and state.link in {Link.DOWN, Link.FAULTED} and quality < Quality.BAD_COMM_LOSS:
            quality = Quality.BAD_COMM_LOSS
        texts = matrix.texts.get(column)
        return Reading(
            value=float(matrix.values[row, column]),
            quality=quality,
            time_ns=time_ns,
            age_s=max(age_s, 0.0),
            text=texts[row] if texts else "",
            stale=bool(stale and time_ns),
        )

    def device_state(self, device: str) -> DeviceState | None:
        for publisher in self.publishers.values():
            if (state := publisher.newest.devices.get(device)) is not None:
                return state
        return None

    def subsystem_state(self, subsystem: str) -> SubsystemState | None:
        """What its field processes say, each of its own devices, together; its own process counts for the
        rest. None before anybody has said."""
        states = [
            state
            for process in self.site.processes_of(subsystem)
            if (publisher := self.publishers.get(process)) is not None
            and (state := publisher.newest.subsystems.get(subsystem)) is not None
        ]
        if not states:
            return None
        return SubsystemState(
            subsystem,
            sum(state.devices for state in states),
            sum(state.up for state in states),
            sum(state.faulted for state in states),
            states[0].limit_set,
        )

    def limit_set(self, subsystem: str) -> str:
        """The one in force; '' before anybody has said."""
        state = self.subsystem_state(subsystem)
        return state.limit_set if state else ""

    def alarms(self) -> Iterator[Alarm]:
        """All that an operator is told of, in no order."""
        return (one for one in self.every_alarm() if one.state not in HIDDEN)

    def every_alarm(self) -> Iterator[Alarm]:
        """All that are not normal, the hidden ones too, in no order."""
        for publisher in self.publishers.values():
            yield from publisher.newest.alarms.values()

    def areas(self) -> Iterator[Area]:
        """The parts of the site that are in a mode."""
        for publisher in self.publishers.values():
            if publisher.newest.areas is not None:
                yield from publisher.newest.areas.areas

    def waiting(self) -> Iterator[OpenSelection]:
        """The writes that wait for a second person."""
        now_ns = self.wall_ns()
        for publisher in self.publishers.values():
            if publisher.newest.selections is not None:
                yield from (one for one in publisher.newest.selections.selections if one.until_ns > now_ns)

    def linkage(self) -> LinkageState | None:
        """None while linkage is off: it says so, or nothing was heard of it or of `core` for too long."""
        state = self.linkage_said()
        return state if state is not None and not state.off else None

    def linkage_trouble(self) -> str:
        """Why linkage is off, where it says so itself: a text said in both languages, or ''."""
        state = self.linkage_said()
        return state.off if state is not None else ""

    def linkage_said(self) -> LinkageState | None:
        """The last that was heard of it; None when that is too long ago."""
        if self.clock() - self._linkage_heard_s > LINKAGE_SILENT_S:
            return None
        states = (one.newest.linkage for one in self.publishers.values())
        return next((one for one in states if one is not None), None)

    def notices(self) -> Iterator[NoticePosted]:
        """Those that stand."""
        for publisher in self.publishers.values():
            yield from publisher.newest.notices.values()

    def announced(self) -> int:
        """The configuration version said to be running; 0 while nobody has said."""
        said = (one.newest.announced for one in self.publishers.values())
        return max((one.version for one in said if one is not None), default=0)

    def beats(self) -> dict[str, Beat]:
        return {name: one.newest.beat for name, one in self.publishers.items() if one.newest.beat is not None}

    def main_points(self, device: Device) -> Iterator[Point]:
        """The points of a device that overviews show; the first analogue one when none is marked."""
        points = [point for point in device.template.points if not point.write_only]
        marked = [point for point in points if point.main]
        yield from marked or [point for point in points if point.kind is PointKind.ANALOGUE][:1]


def may_sound(alarm: Alarm) -> bool:
    """Whether it is one to be heard until somebody answers. What another alarm explains is not."""
    return alarm.state in SOUNDING and not alarm.root and alarm.mode not in SILENT_MODES


def place_of(site: Site, alarm: Alarm) -> str:
    """The zone in which it stands; that of the building for what the site no longer has."""
    found = site.devices.get(alarm.device) or site.nodes.get(alarm.device)
    return found.zone if found is not None else alarm.zone
