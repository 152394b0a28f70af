"""A site as the running program sees it: resolved, immutable, the same in every process.

Built by `config.resolve` from the files of `config.schema`. Equal devices share one `Template`, so that
200 equal devices are one table of points and 200 short records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the screens in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


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


class RuleKind(StrEnum):
    """Alarm conditions on one point; communication loss is a condition of the device itself."""

    HIGH_HIGH = "high-high"
    HIGH = "high"
    LOW = "low"
    LOW_LOW = "low-low"
    STATE = "state"
    """A discrete point equals `limit`."""
    RATE = "rate"
    """The value moves faster than `limit` units a second, up or down."""


class Priority(StrEnum):
    """IEC 62682 priorities, most urgent first: `rank` 1 to 4."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        return list(Priority).index(self) + 1


class Verify(StrEnum):
    """How a write is confirmed."""

    READ_BACK = "read-back"
    FEEDBACK = "feedback"
    NONE = "none"


COMM_LOSS = "comm-loss"
"""The name of the rule that every device has: its link is down."""
DEVICE_FAULT = "device-fault"
"""The name of the rule that every device has: its actor keeps failing and was set aside."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An alarm rule. An alarm is named (device, point, rule name); a device's own rules have point ''."""

    name: str
    kind: RuleKind
    limit: float
    deadband: float
    on_delay_s: float
    off_delay_s: float
    priority: Priority
    text: Text
    sets: Mapping[str, float] = field(default_factory=dict)
    """Limit set -> the limit that replaces `limit` while the subsystem uses that set."""
    cause: Text | None = None
    consequence: Text | None = None
    action: Text | None = None


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


@dataclass(frozen=True, slots=True)
class Zone:
    """A node of the place tree: site, building, floor, room."""

    id: str
    name: Text
    kind: str
    parent: str
    """'' for a root."""


@dataclass(frozen=True, slots=True)
class Subsystem:
    id: str
    kind: str
    name: Text
    field: str
    """The field process that serves it."""
    limit_sets: tuple[str, ...]
    """The first is in force at the start."""


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
    settings: "Settings"

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
    def templates(self) -> Mapping[str, Template]:
        return {device.template.id: device.template for device in self.devices.values()}


@dataclass(frozen=True, slots=True)
class WebAddress:
    host: str
    port: int


LEAST_AUDIT_DAYS = 180
"""Days that the audit trail is kept, whatever a site says (the law asks for six months)."""


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where backups go and how many stay; '' is the folder in the run directory, or no second place."""

    folder: str = ""
    second_folder: str = ""
    daily: int = 7
    weekly: int = 4
    monthly: int = 12
    snapshot_hours: int = 24


@dataclass(frozen=True, slots=True)
class Provider:
    """Where people log in once for many systems, by OpenID Connect. The client's secret is not here."""

    id: str
    name: Text
    issuer: str
    client_id: str
    create_users: bool = False
    """Whoever comes from there gets an account, which may only log in; otherwise somebody must consent."""
    second_factor: bool = False
    """It asks for a second factor itself; none is asked for here."""


@dataclass(frozen=True, slots=True)
class Security:
    """How people prove who they are."""

    expiry_days: int = 90
    """After so many days staff who may command choose a new password; 0 for never."""
    expiry_warning_days: int = 7
    remembered: int = 5
    second_factor_for: frozenset[str] = frozenset()
    """Permissions whose holders log in with a second factor."""
    inside_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """From elsewhere staff log in with a second factor; none for no difference."""
    providers: tuple[Provider, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How the processes of this site run."""

    control: WebAddress = WebAddress("127.0.0.1", 8080)
    office: WebAddress = WebAddress("127.0.0.1", 8081)
    history_budget_mb: int = 2048
    """What the history outbox of a field process may hold while the historian is away."""
    history_keep_days: int = 400
    audit_keep_days: int = 1095
    """At least LEAST_AUDIT_DAYS."""
    personal_keep_days: int = 1095
    """After the last dealing with a person; a field may say a shorter time."""
    ballast_mb: int = 64
    """Space set aside, freed when the disk fills."""
    database: str = ""
    """URL of the business database, without its password; '' is the SQLite file in the run directory."""
    heartbeat_url: str = ""
    heartbeat_file: str = ""
    backup: BackupSettings = BackupSettings()
    security: Security = Security()
    api_requests: int = 600
    """Requests a minute that a session of a program, or an address without one, may make."""
    api_log_ins: int = 10
    """Attempts a minute of one address to get a token."""

    two_person: bool = False
    """Another person than its author puts a new configuration version in force."""
    modules_off: frozenset[str] = frozenset()
    """Names in `config.packaging`."""
    webhooks_to_this_machine: bool = False
    """Whether events may be sent to programs on the machine that runs the office."""
