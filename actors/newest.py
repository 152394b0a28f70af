"""The newest of everything that goes over the live channel: what a snapshot is made of and what pages read.

Scans are kept as matrices and written row by row, so that the cost does not grow with the number of points
beyond a memory copy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from actors.messages import (
    Alarm,
    AlarmChanged,
    AlarmState,
    AreasChanged,
    Beat,
    CanaryHeard,
    ConfigurationAnnounced,
    DeviceState,
    Float64,
    Int64,
    LinkageState,
    NoticePosted,
    Scans,
    SelectionsOpen,
    SpokenNotice,
    StationCalled,
    SubsystemState,
    UInt8,
)
from config.plans import StepKind

LiveMessage = (
    Scans
    | DeviceState
    | SubsystemState
    | AlarmChanged
    | AreasChanged
    | SelectionsOpen
    | Beat
    | ConfigurationAnnounced
    | CanaryHeard
    | LinkageState
    | StationCalled
    | NoticePosted
    | SpokenNotice
)
LIVE_MESSAGES = (
    Scans, DeviceState, SubsystemState, AlarmChanged, AreasChanged, SelectionsOpen, Beat,
    ConfigurationAnnounced, CanaryHeard, LinkageState, StationCalled, NoticePosted, SpokenNotice,
)  # fmt: skip

NOT_READ = 0x87
"""`Quality.BAD_NOT_READ`, the quality of a point before its first scan."""


@dataclass(slots=True)
class Matrix:
    """The newest scans of one table. Shapes: (devices, points); `time_ns` (devices,), 0 before the first."""

    version: int
    time_ns: Int64
    values: Float64
    quality: UInt8
    texts: dict[int, list[str]] = field(default_factory=dict)

    def apply(self, scans: Scans) -> None:
        rows = scans.rows
        self.time_ns[rows] = scans.time_ns
        self.values[rows] = scans.values
        self.quality[rows] = scans.quality
        for column, texts in scans.texts:
            kept = self.texts.setdefault(column, [""] * len(self.time_ns))
            for row, text in zip(rows, texts, strict=True):
                kept[row] = text

    def scans(self, table: str) -> Scans | None:
        """Every row read so far, as one message; None when none was."""
        rows = np.flatnonzero(self.time_ns).astype(np.int32)
        if not len(rows):
            return None
        texts = tuple((column, tuple(kept[row] for row in rows)) for column, kept in self.texts.items())
        return Scans(
            self.version, table, rows, self.time_ns[rows], self.values[rows], self.quality[rows], texts
        )


def empty_matrix(version: int, devices: int, points: int) -> Matrix:
    return Matrix(
        version,
        np.zeros(devices, np.int64),
        np.full((devices, points), np.nan),
        np.full((devices, points), NOT_READ, np.uint8),
    )


class Newest:
    """The newest message of each kind and key from one publisher."""

    def __init__(self) -> None:
        self.matrices: dict[str, Matrix] = {}
        self.devices: dict[str, DeviceState] = {}
        self.subsystems: dict[str, SubsystemState] = {}
        self.alarms: dict[tuple[str, str, str], Alarm] = {}
        self.areas: AreasChanged | None = None
        self.selections: SelectionsOpen | None = None
        self.beat: Beat | None = None
        self.announced: ConfigurationAnnounced | None = None
        self.linkage: LinkageState | None = None
        self.notices: dict[str, NoticePosted] = {}
        """Those that stand."""
        self.calls: dict[str, StationCalled] = {}
        """Of cameras, by runs that have not ended."""

    def shape(self, version: int, tables: Mapping[str, tuple[int, int]]) -> None:
        """Make room for `tables`: id -> (devices, points). Scans of other tables or versions are ignored."""
        self.matrices = {table: empty_matrix(version, *size) for table, size in tables.items()}

    def apply(self, message: LiveMessage) -> bool:
        """Take a message in; false when it belongs to another configuration version."""
        match message:
            case Scans():
                matrix = self.matrices.get(message.table)
                if matrix is None or matrix.version != message.version:
                    return False
                matrix.apply(message)
            case DeviceState():
                self.devices[message.device] = message
            case SubsystemState():
                self.subsystems[message.subsystem] = message
            case AlarmChanged(alarm):
                key = (alarm.device, alarm.point, alarm.rule)
                if alarm.state is AlarmState.NORMAL:
                    self.alarms.pop(key, None)
                else:
                    self.alarms[key] = alarm
            case AreasChanged():
                self.areas = message
            case SelectionsOpen():
                self.selections = message
            case Beat():
                self.beat = message
            case ConfigurationAnnounced():
                self.announced = message
            case LinkageState():
                self.linkage = message
                if self.calls:
                    going = {run.id for run in message.runs}
                    self.calls = {id_: one for id_, one in self.calls.items() if one.run in going}
            case NoticePosted():
                if message.stands:
                    self.notices[message.id] = message
                else:
                    self.notices.pop(message.id, None)
            case StationCalled(kind=StepKind.CAMERA):
                self.calls[message.id] = message
            case CanaryHeard() | StationCalled() | SpokenNotice():
                pass  # news only: a newcomer need not hear an old one
        return True

    def messages(self) -> Iterator[Any]:
        """What brings a newcomer to the same state."""
        if self.announced is not None:
            yield self.announced
        if self.beat is not None:
            yield self.beat
        if self.linkage is not None:
            yield self.linkage
        yield from self.notices.values()
        yield from self.calls.values()
        yield from self.devices.values()
        yield from self.subsystems.values()
        if self.areas is not None:
            yield self.areas
        if self.selections is not None:
            yield self.selections
        for alarm in self.alarms.values():
            yield AlarmChanged(alarm)
        for table, matrix in self.matrices.items():
            if (scans := matrix.scans(table)) is not None:
                yield scans
