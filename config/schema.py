"""The TOML files of a site as pydantic models; their descriptions are the reference of the format."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    Strict,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)

from config.driver_schema import DriverSchema
from config.site import LEAST_AUDIT_DAYS, HistoryPolicy, PointKind, Priority, RuleKind, Text, Verify

_ID = r"^[a-z0-9][a-z0-9-]{0,63}$"
Id = Annotated[str, StringConstraints(pattern=_ID)]
Words = Annotated[str, StringConstraints(pattern=r"\S", max_length=400)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]

_EXPRESSION = {"type": "string", "description": "Arithmetic over parameters: '{base} + 10'"}
PNumber = Annotated[Number, WithJsonSchema({"anyOf": [{"type": "number"}, _EXPRESSION]})]
"""A number, or in a profile an expression that gives one."""
PWhole = Annotated[Whole, WithJsonSchema({"anyOf": [{"type": "integer"}, _EXPRESSION]})]

ID_RULE = "lower-case letters, digits and hyphens, beginning with a letter or digit, at most 64"
SubsystemKind = Literal[
    "hvac",
    "fresh-air",
    "lighting",
    "power",
    "energy",
    "ups",
    "water",
    "lift",
    "environment",
    "fire",
    "security",
    "access",
    "parking",
    "video",
    "other",
]
APPROVED_KINDS = frozenset({"fire", "lift"})
"""Subsystem kinds in which a point may be written only with a named approval."""


def is_id(name: str) -> bool:
    return re.fullmatch(_ID, name) is not None


class Table(BaseModel):
    """A table of a site file: no key that is not described here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _nothing_required(schema: dict[str, Any]) -> None:
    schema.pop("required", None)


class PartialTable(Table):
    """A table of a profile, which may leave to its parent what it does not change."""

    model_config = ConfigDict(json_schema_extra=_nothing_required)


class TextTable(Table):
    """A text in both languages of the screens."""

    zh: Words = Field(title="Chinese", description="the text in Chinese")
    en: Words = Field(title="English", description="the text in English")

    def text(self) -> Text:
        return Text(self.zh, self.en)


class SiteTable(Table):
    id: Id = Field(title="Id", description=f"the site's id: {ID_RULE}")
    name: TextTable = Field(title="Name", description="what people call the site")
    timezone: str = Field(title="Time zone", description="IANA name, such as Asia/Shanghai")


class WebAddressTable(Table):
    host: Words = Field("127.0.0.1", title="Host", description="address to listen on; 0.0.0.0 for every one")
    port: Whole = Field(title="Port", description="TCP port, 1 to 65535", ge=1, le=65535)


class BackupTable(Table):
    """Where backups go and how many stay. Days, weeks and months without a backup do not count."""

    folder: str = Field(
        "", pattern="^(/.*)?$", title="Folder", description="full path, from /; backups/ in the run directory"
    )
    second_folder: str = Field(
        "",
        pattern="^(/.*)?$",
        title="Second folder",
        description="full path, from /, on another disk or a mounted share, where each backup is copied",
    )
    daily: Whole = Field(7, ge=1, le=366, title="Daily", description="days whose last backup stays, 1 to 366")
    weekly: Whole = Field(
        4, ge=0, le=520, title="Weekly", description="weeks whose last backup stays, to 520"
    )
    monthly: Whole = Field(
        12, ge=0, le=240, title="Monthly", description="months whose last backup stays, to 240"
    )
    snapshot_hours: Whole = Field(
        24, ge=1, le=720, title="Snapshots kept", description="hours to keep the frequent snapshots, to 720"
    )


class ProviderTable(Table):
    """An OpenID Connect provider. Its secret is the secret "oidc-ID"; without one the client is public."""

    id: Id = Field(title="Id", description=f"how links and secrets name it: {ID_RULE}")
    name: TextTable = Field(title="Name", description="what people call it")
    issuer: str = Field(
        pattern=r"^(https://|http://(localhost|127\.0\.0\.1)(:\d+)?(/|$))[^\s?#]*$",
        title="Issuer",
        description="https address of the provider, as its own metadata say it",
    )
    client_id: Words = Field(title="Client id", description="what the provider calls this site")
    create_users: bool = Field(
        default=False,
        title="Create users",
        description="whether whoever comes from there gets an account without somebody's consent",
    )
    second_factor: bool = Field(
        default=False,
        title="Second factor",
        description="whether the provider asks for a second factor, so that none is asked for here",
    )


class SecurityTable(Table):
    """How people prove who they are; every key has a default."""

    expiry_days: Whole = Field(
        90,
        ge=0,
        le=3650,
        title="Password age",
        description="days after which staff who may command choose a new password; 0 for never",
    )
    expiry_warning_days: Whole = Field(
        7,
        ge=0,
        le=90,
        title="Warning",
        description="days before the end that its owner is told",
    )
    remembered: Whole = Field(
        5, ge=0, le=24, title="Passwords remembered", description="latest passwords that are not used again"
    )
    second_factor_for: list[Words] = Field(
        [],
        title="Second factor for",
        description="permissions, such as user.manage, whose holders log in with a second factor",
    )
    inside_networks: list[IPvAnyNetwork] = Field(
        [],
        title="Inside networks",
        description="networks such as 10.0.0.0/8; from elsewhere staff log in with a second factor;"
        " none for no difference",
    )
    providers: list[ProviderTable] = Field(
        [], max_length=8, title="Providers", description="where people may log in once for many systems"
    )

    @field_validator("providers")
    @classmethod
    def _each_once(cls, providers: list[ProviderTable]) -> list[ProviderTable]:
        for name in ("id", "issuer"):
            values = [getattr(one, name) for one in providers]
            if twice := next((one for one in values if values.count(one) > 1), None):
                raise ValueError(f"should name each {name} once, not {twice} twice")
        return providers


class SettingsTable(Table):
    """How the processes of this site run; every key has a default."""

    control: WebAddressTable = Field(
        WebAddressTable(port=8080), title="Control room", description="where the control room is served"
    )
    office: WebAddressTable = Field(
        WebAddressTable(port=8081), title="Office", description="where office, phone and REST are served"
    )
    history_budget_mb: Whole = Field(
        2048,
        ge=16,
        title="History budget",
        description="MB that the history outbox of a field process may hold",
    )
    history_keep_days: Whole = Field(400, ge=1, title="History kept", description="days of history to keep")
    audit_keep_days: Whole = Field(
        1095,
        ge=LEAST_AUDIT_DAYS,
        title="Audit kept",
        description="days of the audit trail to keep, never under 180",
    )
    ballast_mb: Whole = Field(
        64, ge=0, title="Ballast", description="MB set aside, freed when the disk fills"
    )
    database: str = Field(
        "",
        title="Business database",
        description="postgresql://USER@HOST/NAME instead of the SQLite file; its password is a secret",
    )
    heartbeat_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        title="Heartbeat URL",
        description="http(s) address told that all is well",
    )
    heartbeat_file: str = Field("", title="Heartbeat file", description="file touched while all is well")
    backup: BackupTable = Field(
        BackupTable(), title="Backup", description="where backups go and how many stay"
    )
    security: SecurityTable = Field(
        SecurityTable(), title="Security", description="how people prove who they are"
    )
    api_requests: Whole = Field(
        600, ge=1, title="Requests", description="REST requests a minute of one session or address"
    )
    api_log_ins: Whole = Field(10, ge=1, title="Log-ins", description="REST log-ins a minute of one address")

    @field_validator("database")
    @classmethod
    def _without_password(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme != "postgresql" or not parts.path.strip("/")):
            raise ValueError("should be like postgresql://USER@HOST/NAME")
        if parts.password is not None or "password" in parse_qs(parts.query):
            raise ValueError(
                "should not hold a password; give it as STEWARD_DATABASE_PASSWORD, or in the file that"
                " STEWARD_DATABASE_PASSWORD_FILE names, or in secrets/database-password of the run directory"
            )
        return url


class ZoneTable(Table):
    id: Id = Field(title="Id", description=f"the zone's id: {ID_RULE}")
    name: TextTable = Field(title="Name", description="what people call the zone")
    kind: Literal["site", "building", "floor", "area", "room"] = Field(
        title="Kind", description="what kind of place it is"
    )
    parent: str = Field("", title="Parent", description="id of the zone around it; none for the root")


class SubsystemTable(Table):
    id: Id = Field(title="Id", description=f"the subsystem's id: {ID_RULE}")
    kind: SubsystemKind = Field(title="Kind", description="which trade it belongs to")
    name: TextTable = Field(title="Name", description="what people call it")
    field: Id = Field("field", title="Field process", description="name of the field process that serves it")
    limit_sets: Annotated[list[Id], Field(min_length=1)] = Field(
        ["normal"], title="Limit sets", description="named sets of alarm limits; the first holds at the start"
    )


class UserTable(Table):
    """A user created on the first start; never with a password."""

    name: Id = Field(title="Name", description=f"the name to log in with: {ID_RULE}")
    display: Words = Field(title="Display name", description="the person's name on the screens")
    role: Id = Field(
        title="Role", description="the role they begin with, such as operator or security-administrator"
    )


class DeviceTable(Table):
    id: Id = Field(title="Id", description=f"the device's id: {ID_RULE}")
    name: TextTable = Field(title="Name", description="what people call the device")
    tag: str = Field("", title="Tag", description="the plant's own number (位号)")
    profile: str = Field(title="Profile", description="id of the profile that describes the device")
    subsystem: str = Field(title="Subsystem", description="id of the subsystem it belongs to")
    zone: str = Field(title="Zone", description="id of the zone it stands in")
    connection: dict[str, Any] = Field({}, title="Connection", description="where the driver finds it")
    parameters: dict[str, Number | Whole | Flag | str] = Field(
        {}, title="Parameters", description="values for the parameters of the profile"
    )
    period_s: Number | None = Field(
        None, gt=0, le=86400, title="Period", description="seconds between scans, instead of the profile's"
    )


class RowTable(DeviceTable):
    """Many equal devices. `{n}`, `{n:03}` and `{n * 2}` in any text stand for the number of each.

    Exactly one of `count`, `range` and `ids` says which there are.
    """

    id: str = Field("{n}", title="Id", description="the ids, such as meter-{n:03}")
    count: Annotated[int, Strict()] | None = Field(
        None, ge=1, le=100_000, title="Count", description="how many: n is 1 to count"
    )
    range: Annotated[list[Whole], Field(min_length=2, max_length=2)] | None = Field(
        None, title="Range", description="[first, last] n, both included"
    )
    ids: list[Words | Whole] | None = Field(
        None, title="Ids", description="each n by itself: [1, 2, 7, '8a']"
    )


class RuleTable(PartialTable):
    """An alarm on one point."""

    name: Id = Field("", title="Name", description="the rule's name within the point; its kind if left out")
    kind: RuleKind = Field(title="Kind", description="which condition alarms")
    limit: PNumber = Field(
        title="Limit", description="in the point's unit; the state of `state`, units a second of `rate`"
    )
    deadband: PNumber = Field(0, title="Deadband", description="how far back inside the value must come")
    on_delay_s: PNumber = Field(
        0, ge=0, title="On delay", description="seconds the condition must hold, from 0"
    )
    off_delay_s: PNumber = Field(0, ge=0, title="Off delay", description="seconds it must be gone, from 0")
    priority: Priority = Field(Priority.MEDIUM, title="Priority", description="IEC 62682 priority")
    text: TextTable | None = Field(
        None, title="Text", description="what the alarm says; if left out, the point's name and the kind"
    )
    sets: dict[str, PNumber] = Field({}, title="Limit sets", description="limit set -> the limit it brings")
    cause: TextTable | None = Field(None, title="Cause", description="what usually brings it about")
    consequence: TextTable | None = Field(None, title="Consequence", description="what happens if it is left")
    action: TextTable | None = Field(None, title="Action", description="what the operator should do")


class WriteTable(PartialTable):
    """Makes a point writable."""

    low: PNumber | None = Field(None, title="Low", description="smallest value; the point's low if left out")
    high: PNumber | None = Field(
        None, title="High", description="largest value; the point's high if left out"
    )
    verify: Verify = Field(Verify.READ_BACK, title="Verify", description="how a write is confirmed")
    feedback: str = Field("", title="Feedback", description="id of the point that confirms")
    tolerance: PNumber | None = Field(
        None, ge=0, title="Tolerance", description="how far off is still confirmed; half the last decimal"
    )
    within_s: PNumber = Field(
        5, gt=0, le=600, title="Within", description="seconds for the confirmation, to 600"
    )
    approval: str = Field("", title="Approval", description="who approved that it may be written")


class PointTable(PartialTable):
    """One value of a device. value = raw * scale + offset."""

    id: Id = Field(title="Id", description=f"the point's id: {ID_RULE}")
    name: TextTable = Field(title="Name", description="what people call the point")
    kind: PointKind = Field(title="Kind", description="what kind of value it is")
    unit: str = Field("", title="Unit", description="engineering unit")
    low: PNumber | None = Field(None, title="Low", description="lower end of the range; 0 or the least state")
    high: PNumber | None = Field(
        None, title="High", description="upper end; required for analogue, else the greatest state or 2^53"
    )
    plausible_low: PNumber | None = Field(
        None, title="Plausible low", description="below it the value is bad; no bound if left out"
    )
    plausible_high: PNumber | None = Field(
        None, title="Plausible high", description="above it the value is bad; no bound if left out"
    )
    scale: PNumber = Field(1, title="Scale", description="engineering units per raw unit, not 0")
    offset: PNumber = Field(0, title="Offset", description="added after scaling")
    decimals: PWhole | None = Field(
        None, ge=0, le=9, title="Decimals", description="digits shown, 0 to 9; analogue 1, else 0"
    )
    deadband: PNumber = Field(0, title="Deadband", description="changes up to this are not recorded")
    fault_codes: list[PNumber] = Field([], title="Fault codes", description="raw values of a broken sensor")
    frozen_s: PNumber = Field(
        0, ge=0, title="Frozen", description="seconds without movement that make it bad; 0 for no check"
    )
    history: HistoryPolicy = Field(HistoryPolicy.CHANGE, title="History", description="what is recorded")
    states: dict[int, TextTable] = Field({}, title="States", description="raw state -> its name")
    main: Flag = Field(default=False, title="Main", description="shown on overviews")
    source: dict[str, Any] = Field({}, title="Source", description="where the driver finds the value")
    write: WriteTable | None = Field(None, title="Write", description="makes the point writable")
    rule: list[RuleTable] = Field([], title="Rules", description="alarms on the point")


class LineageTable(PartialTable):
    """What a profile says about itself and its parents; not inherited as it stands."""

    extends: str = Field("", title="Extends", description="id of the profile it begins from")
    required: list[str] = Field([], title="Required", description="parameters that every device must give")
    parameters: dict[str, Number | Whole | Flag | str] = Field(
        {}, title="Parameters", description="parameter -> its default"
    )
    remove: list[str] = Field([], title="Remove", description="inherited points, or point/rule, to leave out")


class BodyTable(PartialTable):
    """What a profile says about its devices as a whole."""

    name: TextTable = Field(title="Name", description="what people call this kind of device")
    driver: str = Field(title="Driver", description="the protocol it speaks")
    period_s: PNumber = Field(
        1, gt=0, le=86400, title="Period", description="seconds between scans, to 86400"
    )
    timeout_s: PNumber = Field(1, gt=0, le=600, title="Time-out", description="seconds to wait for an answer")
    options: dict[str, Any] = Field({}, title="Options", description="the driver's options for the device")
    remote_point: str = Field(
        "", title="Remote point", description="id of the local/remote switch (就地/远方)"
    )
    remote_value: PWhole = Field(1, title="Remote value", description="the state that means remote")
    model: str = Field("", title="Model", description="the physics that plays it in the simulators")


class ProfileTable(LineageTable, BodyTable):
    """A kind of device. Texts may contain `{parameter}`."""

    point: list[PointTable] = Field([], title="Points", description="its points; by id over the parent's")


class SiteFile(Table):
    """A file of a site. All files of a site are read together, so each may hold any part of it."""

    site: SiteTable | None = Field(None, title="Site", description="the site itself; once")
    settings: SettingsTable | None = Field(None, title="Settings", description="how its processes run; once")
    zone: list[ZoneTable] = Field([], title="Zones", description="the tree of places")
    subsystem: list[SubsystemTable] = Field([], title="Subsystems", description="the trades")
    device: list[DeviceTable] = Field([], title="Devices", description="the devices, one by one")
    devices: list[RowTable] = Field([], title="Rows of devices", description="many equal devices at once")
    user: list[UserTable] = Field([], title="Users", description="the first users")
    profile: dict[Id, ProfileTable] = Field({}, title="Profiles", description="kinds of devices")


def json_schema(drivers: Mapping[str, DriverSchema] | None = None) -> dict[str, Any]:
    """The JSON Schema of a site file; with `drivers`, `$defs` also describes their tables.

    These are named `DRIVER.connection`, `DRIVER.source` and `DRIVER.options`.
    """
    schema = SiteFile.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for name, driver in (drivers or {}).items():
        for part, model in (
            ("connection", driver.connection),
            ("source", driver.source),
            ("options", driver.options),
        ):
            inner = model.model_json_schema(ref_template=f"#/$defs/{name}.{part}/$defs/{{model}}")
            schema["$defs"][f"{name}.{part}"] = inner
    return schema
