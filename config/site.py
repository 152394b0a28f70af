"""A site as the running program sees it: resolved, immutable, the same in every process.

Built by `config.resolve` from the files of `config.schema`. Equal devices share one `Template`, so that
200 equal devices are one table of points and 200 short records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel

from config.notification import Notification
from config.rules import AlarmClass, Rule
from config.settings import Settings
from config.text import Text

if TYPE_CHECKING:
    from config.calendar import CalendarDay
    from config.plans import DayKind, Plan, PointGroup


STALE_PERIODS = 3
"""What nobody renewed for so many periods of its device is stale."""


class PointKind(StrEnum):
    ANALOGUE = "analogue"
    DISCRETE = "discrete"
    COUNTER = "counter"
    TEXT = "text"


class HistoryPolicy(StrEnum):
    CHANGE = "change"
    """Every change beyond the deadband, and every change of quality."""
    SCAN = "scan"
    NONE = "none"


class Verify(StrEnum):
    """How a write is confirmed."""

    READ_BACK = "read-back"
    FEEDBACK = "feedback"
    NONE = "none"


class NodeKind(StrEnum):
    FEEDER = "feeder"
    GATEWAY = "gateway"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Node:
    """Something on which devices hang: when it is out they are lost, and it is the one alarm."""

    id: str
    name: Text
    kind: NodeKind
    zone: str
    parent: str = ""
    """The node on which it hangs itself."""
    alarm: str = ""
    """The condition (device/point/rule) that says it is out; '' when only its devices can tell."""
    own_rules: Mapping[str, Rule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Station:
    """An operator's position, and the zones it answers for."""

    id: str
    name: Text
    zones: tuple[str, ...]
    """With everything below them; () for the whole site."""


@dataclass(frozen=True, slots=True)
class Write:
    """A writable point's limits (engineering units) and how its write is confirmed."""

    low: float
    high: float
    verify: Verify
    feedback: str
    """The point that confirms, with `Verify.FEEDBACK`."""
    tolerance: float
    within_s: float
    approval: str
    """Who approved that this point may be written; required on fire panels and lifts."""
    two_person: bool = False
    """One person asks, with a reason, and another carries it out; no plan writes it."""
    reasons: tuple[Text, ...] = ()
    """The reasons that the law or the contract allows; any words where there are none."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one device. value = raw * scale + offset, in `unit`."""

    id: str
    name: Text
    kind: PointKind
    unit: str
    low: float
    high: float
    """Range of the point, for bars and limits. Plausibility is `plausible_low` to `plausible_high`."""
    plausible_low: float
    plausible_high: float
    scale: float
    offset: float
    decimals: int
    deadband: float
    fault_codes: tuple[float, ...]
    """Raw values that mean a broken sensor."""
    frozen_s: float
    """An analogue value that does not move for this long is bad; 0 switches the check off."""
    history: HistoryPolicy
    states: Mapping[int, Text]
    rules: tuple[Rule, ...]
    write: Write | None
    source: BaseModel
    """Where the driver finds it: the driver's own model."""
    main: bool = False
    """Shown on overviews."""
    acknowledge: bool = False
    """Whether the device itself is told when an alarm of this point is acknowledged."""
    write_only: bool = False
    """A command: the device tells nothing of it, so that it has no value, no quality and no alarm."""


@dataclass(frozen=True)
class Template:
    """A profile with its parameters filled in: what all devices made from it have in common."""

    id: str
    """Profile id, with the digest of its parameters where it has any."""
    profile: str
    name: Text
    driver: str
    period_s: float
    timeout_s: float
    points: tuple[Point, ...]
    options: BaseModel
    """The driver's options for every device of the template."""
    remote_point: str = ""
    """The discrete point that tells local from remote (就地/远方), if the device has one."""
    remote_value: int = 1
    model: str = ""
    """The physics that plays this device in the `simulators` process, if any."""

    @cached_property
    def index(self) -> Mapping[str, int]:
        return {point.id: at for at, point in enumerate(self.points)}

    def point(self, id_: str) -> Point:
        """Raises KeyError."""
        return self.points[self.index[id_]]

    def find(self, id_: str) -> Point | None:
        at = self.index.get(id_)
        return None if at is None else self.points[at]


@dataclass(frozen=True, slots=True)
class Zone:
    """A node of the place tree: site, building, floor, room."""

    id: str
    name: Text
    kind: str
    parent: str
    """'' for a root."""


@dataclass(frozen=True, slots=True)
class LimitSpan:
    """Hours in which a limit set is in force, on days of any of these kinds."""

    limit_set: str
    start: int
    """Minutes of the day, in the site's time zone."""
    end: int
    """Not after `start`: on the day that follows."""
    days: "tuple[DayKind, ...]" = ()
    """Kinds of the day on which it starts; () for every day."""


@dataclass(frozen=True, slots=True)
class Subsystem:
    id: str
    kind: str
    name: Text
    field: str
    """The field process that serves it; devices of heavy protocols have processes beside it."""
    limit_sets: tuple[str, ...]
    """The first is in force at the start, and while the schedule says nothing."""
    limit_schedule: tuple[LimitSpan, ...] = ()
    """The first span that holds counts."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a camera gives a still picture of what it sees now."""

    address: str
    user: str = ""
    """'' where nobody has to log in; the password is the secret `camera-password`."""


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    name: Text
    tag: str
    """The plant's own number (位号)."""
    template: Template
    subsystem: str
    zone: str
    connection: BaseModel
    """The driver's model of where the device is."""
    period_s: float
    digest: str
    """Changes when anything that the device's actor depends on changes."""
    process: str
    """The field process that serves it: its subsystem's, or one beside that for a heavy protocol.
    Devices that share what one process alone can have, such as a serial port, are in that of the first."""
    upstream: tuple[str, ...] = ()
    """The nodes on which it hangs."""
    own_rules: Mapping[str, Rule] = field(default_factory=dict)
    """The rules that every device has, by name."""
    picture: Picture | None = None
    """Of a camera. Its actor has nothing to do with it."""

    @property
    def stale_s(self) -> float:
        """Without another scan for so long its values are stale."""
        return STALE_PERIODS * self.period_s + self.template.timeout_s


@dataclass(frozen=True, slots=True)
class BootstrapUser:
    """A user whom the site files create on the first start; passwords never stand in a file."""

    name: str
    display: str
    role: str


@dataclass(frozen=True)
class Site:
    id: str
    name: Text
    timezone: str
    version: int
    zones: Mapping[str, Zone]
    subsystems: Mapping[str, Subsystem]
    devices: Mapping[str, Device]
    users: tuple[BootstrapUser, ...]
    settings: Settings
    classes: Mapping[str, AlarmClass] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    stations: Mapping[str, Station] = field(default_factory=dict)
    plans: "Mapping[str, Plan]" = field(default_factory=dict)
    groups: "Mapping[str, PointGroup]" = field(default_factory=dict)
    calendar: "Mapping[date, CalendarDay]" = field(default_factory=dict)
    """Days that differ from the law's."""
    notification: Notification = field(default_factory=Notification)

    def rule(self, device: str, point: str, rule: str) -> Rule | None:
        """The rule of an alarm of a device or node; None for what the site does not have."""
        found = self.devices.get(device)
        if not point or found is None:
            owner = found or self.nodes.get(device)
            return owner.own_rules.get(rule) if owner and not point else None
        known = found.template.find(point)
        return next((one for one in known.rules if one.name == rule), None) if known else None

    def point(self, device: str, point: str) -> Point | None:
        found = self.devices.get(device)
        return found.template.find(point) if found is not None else None

    def alarm_zone(self, zone: str) -> str:
        """The id of the topmost zone below the root of the tree that holds `zone`: usually the building.

        That is the zone actor which keeps the alarms of everything inside.
        """
        path = self.zone_path(zone)
        return path[1] if len(path) > 1 else path[0]

    def zone_path(self, zone: str) -> tuple[str, ...]:
        """Ids from the root down to `zone`."""
        path = [zone]
        while parent := self.zones[path[0]].parent:
            path.insert(0, parent)
        return tuple(path)

    @cached_property
    def processes(self) -> tuple[str, ...]:
        """The field processes, by name."""
        own = {subsystem.field for subsystem in self.subsystems.values()}
        return tuple(sorted(own | {device.process for device in self.devices.values()}))

    def processes_of(self, subsystem: str) -> tuple[str, ...]:
        """The field processes that serve devices of a subsystem; its own first, whatever is there."""
        return self._processes_of[subsystem]

    @cached_property
    def _processes_of(self) -> Mapping[str, tuple[str, ...]]:
        found = {subsystem.id: {subsystem.field: None} for subsystem in self.subsystems.values()}
        for device in sorted(self.devices.values(), key=lambda device: device.process):
            found[device.subsystem][device.process] = None
        return {subsystem: tuple(processes) for subsystem, processes in found.items()}

    @cached_property
    def cameras(self) -> Mapping[str, list[Device]]:
        """The devices that give a picture, by each zone within which they stand."""
        found: dict[str, list[Device]] = {}
        for device in self.devices.values():
            for zone in self.zone_path(device.zone) if device.picture is not None else ():
                found.setdefault(zone, []).append(device)
        return found

    @cached_property
    def templates(self) -> Mapping[str, Template]:
        return {device.template.id: device.template for device in self.devices.values()}
