"""The TOML files of a site as pydantic models; their descriptions are the reference of the format."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from config.alarm_schema import AlarmClassTable, NodeTable, StationTable
from config.calendar_schema import CalendarDayTable
from config.driver_schema import DriverSchema
from config.notify_schema import AccountTable, ApprovalTable, PolicyTable, WordingTable
from config.plan_schema import GroupTable, PlanTable
from config.plans import DayKind
from config.profile_schema import DescriptionTable
from config.rule_schema import AlarmTable, PartialTable, PNumber, PWhole, RuleTable
from config.settings_schema import SettingsTable, SiteTable
from config.site import HistoryPolicy, PointKind, Verify
from config.table import ID_RULE, Flag, Id, Number, Table, TextTable, TimeOfDay, Whole, Words

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
    "broadcast",
    "display",
    "other",
]
APPROVED_KINDS = frozenset({"fire", "lift"})
"""Subsystem kinds in which a point may be written only with a named approval."""


class ZoneTable(Table):
    id: Id = Field(title="Id", description=f"the zone's id: {ID_RULE}")
    name: TextTable = Field(title="Name", description="what people call the zone")
    kind: Literal["site", "building", "floor", "area", "room"] = Field(
        title="Kind", description="what kind of place it is"
    )
    parent: str = Field("", title="Parent", description="id of the zone around it; none for the root")


class LimitSpanTable(Table):
    """Hours in which the schedule puts a limit set in force."""

    limit_set: Id = Field(alias="set", title="Limit set", description="the limit set of these hours")
    start: TimeOfDay = Field(
        alias="from", title="From", description="time of day, HH:MM, in the site's time zone"
    )
    end: TimeOfDay = Field(
        alias="to", title="To", description="time of day, HH:MM; on the next day where it is not after from"
    )
    days: list[DayKind] = Field(
        [], title="Days", description="any of these kinds of the day on which it begins; none for every day"
    )


class SubsystemTable(Table):
    id: Id = Field(title="Id", description=f"the subsystem's id: {ID_RULE}")
    kind: SubsystemKind = Field(title="Kind", description="which trade it belongs to")
    name: TextTable = Field(title="Name", description="what people call it")
    field: Id = Field("field", title="Field process", description="name of the field process that serves it")
    limit_sets: Annotated[list[Id], Field(min_length=1)] = Field(
        ["normal"], title="Limit sets", description="named sets of alarm limits; the first holds at the start"
    )
    limit_schedule: list[LimitSpanTable] = Field(
        [], title="Limit schedule", description="when which limit set holds; the first span that fits counts"
    )


class UserTable(Table):
    """A user created on the first start; never with a password."""

    name: Id = Field(title="Name", description=f"the name to log in with: {ID_RULE}")
    display: Words = Field(title="Display name", description="the person's name on the screens")
    role: Id = Field(
        title="Role", description="the role they begin with, such as operator or security-administrator"
    )


class PictureTable(Table):
    """Where a camera gives a still picture. Its password, if it wants one, is the secret camera-password."""

    address: Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s#]*)?$")] = Field(
        title="Address", description="http(s) address of a JPEG, PNG, WebP or SVG picture, without a password"
    )
    user: str = Field("", title="User", description="who logs in there (digest); none for an open address")


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
    upstream: list[str] = Field(
        [], title="Upstream", description="ids of the nodes (feeder, gateway, network) it hangs on"
    )
    picture: PictureTable | None = Field(
        None, title="Picture", description="of a camera: where its still pictures come from"
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
    two_person: Flag = Field(
        default=False, title="Two persons", description="one asks with a reason, another carries it out"
    )
    reasons: list[TextTable] = Field(
        [], title="Reasons", description="the reasons for which it may be written; one must be given"
    )


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


class ProfileTable(LineageTable, BodyTable, DescriptionTable):
    """A kind of device. Texts may contain `{parameter}`.

    One without a driver is a base: its heirs say where a driver finds those of its points that they have.
    """

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
    alarm_class: list[AlarmClassTable] = Field(
        [], title="Alarm classes", description="what alarms of a class share; over the built-in of that id"
    )
    alarm: list[AlarmTable] = Field(
        [], title="Alarms", description="what an alarm of one device has instead of its profile's"
    )
    node: list[NodeTable] = Field([], title="Nodes", description="feeders, gateways and networks")
    station: list[StationTable] = Field([], title="Stations", description="positions of operators")
    profile: dict[Id, ProfileTable] = Field({}, title="Profiles", description="kinds of devices")
    plan: list[PlanTable] = Field([], title="Plans", description="linkage: what happens when")
    group: list[GroupTable] = Field([], title="Groups", description="points that are written together")
    policy: list[PolicyTable] = Field([], title="Policies", description="who is called for what")
    account: list[AccountTable] = Field([], title="Accounts", description="providers of SMS, voice, mail ...")
    approval: list[ApprovalTable] = Field([], title="Approvals", description="templates at the providers")
    wording: list[WordingTable] = Field([], title="Wordings", description="what messages say")
    calendar_day: list[CalendarDayTable] = Field(
        [], title="Calendar", description="days that differ from the law's calendar"
    )


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
