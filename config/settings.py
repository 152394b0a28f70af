"""How the processes of a site run: what its settings say, resolved."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from config.alarm_targets import AlarmTargets
from config.notification import NotificationSettings
from config.text import Text


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
    linkage_keep_days: int = 1095
    """After a run of a plan has ended."""
    ballast_mb: int = 64
    """Space set aside, freed when the disk fills."""
    manual_hold_minutes: int = 120
    """How long linkage leaves a point alone that a person has operated."""
    database: str = ""
    """URL of the business database, without its password; '' is the SQLite file in the run directory."""
    heartbeat_url: str = ""
    heartbeat_file: str = ""
    backup: BackupSettings = BackupSettings()
    security: Security = Security()
    alarm_targets: AlarmTargets = field(default_factory=AlarmTargets)
    notification: NotificationSettings = field(default_factory=NotificationSettings)
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
