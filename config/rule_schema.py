"""The tables of a site file that say when a point alarms."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from config.rules import Priority, RuleKind, Severity
from config.table import Flag, Id, Number, Table, TextTable, Whole

_EXPRESSION = {"type": "string", "description": "Arithmetic over parameters: '{base} + 10'"}
PNumber = Annotated[Number, WithJsonSchema({"anyOf": [{"type": "number"}, _EXPRESSION]})]
"""A number, or in a profile an expression that gives one."""
PWhole = Annotated[Whole, WithJsonSchema({"anyOf": [{"type": "integer"}, _EXPRESSION]})]


def _nothing_required(schema: dict[str, Any]) -> None:
    schema.pop("required", None)


class PartialTable(Table):
    """A table of a profile, which may leave to its parent what it does not change."""

    model_config = ConfigDict(json_schema_extra=_nothing_required)


class RuleTable(PartialTable):
    """An alarm on one point."""

    name: Id = Field("", title="Name", description="the rule's name within the point; its kind if left out")
    kind: RuleKind = Field(title="Kind", description="which condition alarms")
    limit: PNumber | None = Field(
        None,
        title="Limit",
        description="in the point's unit; the state of `state`, units a second of `rate`; quality has none",
    )
    reference: str = Field(
        "",
        title="Reference",
        description="point of the device to compare with: a deviation's setpoint, a mismatch's command; "
        "an unmoved value alarms only while it is not 0",
    )
    states: list[PNumber] = Field(
        [], title="States", description="of `state`: any of these alarms, instead of limit"
    )
    within_s: PNumber = Field(
        0,
        ge=0,
        title="Within",
        description="of `unmoved`: seconds without movement that alarm; of `leap`: seconds over which the "
        "value may grow by the limit, 0 for from one reading to the next",
    )
    deadband: PNumber = Field(0, title="Deadband", description="how far back inside the value must come")
    on_delay_s: PNumber = Field(
        0, ge=0, title="On delay", description="seconds the condition must hold, from 0"
    )
    off_delay_s: PNumber = Field(0, ge=0, title="Off delay", description="seconds it must be gone, from 0")
    priority: Priority | None = Field(
        None,
        title="Priority",
        description="IEC 62682 priority; by severity and time to respond if left out, else medium",
    )
    text: TextTable | None = Field(
        None, title="Text", description="what the alarm says; if left out, the point's name and the kind"
    )
    sets: dict[str, PNumber] = Field({}, title="Limit sets", description="limit set -> the limit it brings")
    cause: TextTable | None = Field(None, title="Cause", description="what usually brings it about")
    consequence: TextTable | None = Field(None, title="Consequence", description="what happens if it is left")
    action: TextTable | None = Field(None, title="Action", description="what the operator should do")
    alarm_class: Id | None = Field(
        None, title="Class", description="id of the alarm class; process if left out"
    )
    severity: Severity | None = Field(None, title="Severity", description="how bad the consequence is")
    response_s: PNumber = Field(
        0, ge=0, title="Time to respond", description="seconds until the consequence comes; 0 if unknown"
    )
    latched: Flag | None = Field(
        None, title="Latched", description="stays until it is reset; as its class if left out"
    )
    re_alarm_s: PNumber | None = Field(
        None, ge=0, title="Re-alarm", description="seconds to a second annunciation; as its class if left out"
    )
    first_out: str = Field("", title="First out", description="group whose first alarm is marked")
    sound: str = Field("", title="Sound", description="name of its sound; that of the priority if left out")
    prompt: TextTable | None = Field(None, title="Prompt", description="what is spoken with the sound")
    suppressed_by: list[str] = Field(
        [], title="Suppressed by", description="point/rule or device/point/rule that suppresses it"
    )
    suppressed_in: list[Id] = Field(
        [], title="Suppressed in", description="limit sets in which it is suppressed by design"
    )


class AlarmTable(RuleTable):
    """What an alarm of one device or node has instead of what is usual; or one more alarm on a device."""

    device: str = Field(title="Device", description="id of the device or node")
    point: str = Field(
        "", title="Point", description="id of the point; none for the own alarms of a device or node"
    )
    name: Id = Field(title="Name", description="the rule's name within the point")
    enabled: Flag = Field(default=True, title="Enabled", description="false takes the alarm away")
