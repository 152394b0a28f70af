"""Which keys a trigger or a step of each kind has, and which it must have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.plans import Restore, StepKind, TriggerKind
from config.step_schema import StepTable
from config.trigger_schema import TriggerTable

_ALARM = ("alarm", "alarm_class", "zone", "priority")
TRIGGER_KEYS: Mapping[TriggerKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    TriggerKind.ALARM: ((), _ALARM),
    TriggerKind.VALUE: (("point", "value"), ("op", "deadband", "for_s")),
    TriggerKind.SCHEDULE: (("at",), ("days", "weekdays", "season")),
    TriggerKind.CALENDAR: (("occasion",), ("at", "holiday", "season")),
    TriggerKind.BUTTON: ((), ()),
    TriggerKind.PLAN: (("plan",), ("plan_event",)),
    TriggerKind.BUSINESS: (("event",), ("subject",)),
}
"""Kind -> keys that must be there, keys that may."""
STEP_ALWAYS = ("id", "name", "kind", "after", "delay_s", "on_failure", "retries", "role")
_WRITES = ("feedback", "restore", "restore_value")
STEP_KEYS: Mapping[StepKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    StepKind.WRITE: (("point", "value"), _WRITES),
    StepKind.GROUP: (("group",), _WRITES),
    StepKind.WATCH: (("feedback",), ()),
    StepKind.CAMERA: (("device",), ("zone",)),
    StepKind.SPEAK: (("text",), ("zone",)),
    StepKind.BROADCAST: (("text",), ("zone",)),
    StepKind.NOTICE: (("text",), ("zone",)),
    StepKind.NOTIFY: (("roster", "text"), ("priority",)),
    StepKind.ORDER: (("team", "text"), ("priority", "device", "zone")),
    StepKind.SHELVE: (("alarm_class",), ("zone", "hours")),
    StepKind.PLAN: (("plan",), ()),
}


@dataclass(frozen=True, slots=True)
class Misfit:
    key: str
    value: object
    en: str
    way_out: str
    zh: str
    """With the way out."""


def misfits(table: TriggerTable | StepTable, what: str) -> Iterator[Misfit]:
    """Keys that are missing for the table's kind, and keys that mean nothing there."""
    if isinstance(table, TriggerTable):
        needed, further = TRIGGER_KEYS[table.kind]
        known = {"kind", *needed, *further}
    else:
        needed, further = STEP_KEYS[table.kind]
        known = {*STEP_ALWAYS, *needed, *further}
        if table.restore is Restore.VALUE and table.restore_value is None:
            needed = (*needed, "restore_value")
    given = table.model_fields_set
    kind = str(table.kind)
    for key in needed:
        if key not in given or getattr(table, key) in ("", None):
            yield _missing(table, key, kind, what)
    for key in sorted(given - known):
        zh = _label(table, key)
        yield Misfit(
            key,
            getattr(table, key),
            f"{key!r} means nothing in a {what} of kind {kind!r}",
            f"Take it out; known here: {', '.join(sorted(known))}",
            f"“{zh}”不适用于此类（{kind}）；请去掉",
        )
    if table.kind is TriggerKind.ALARM and not given & set(_ALARM):
        yield _missing(table, "alarm", kind, what)


def _missing(table: TriggerTable | StepTable, key: str, kind: str, what: str) -> Misfit:
    field = type(table).model_fields[key]
    return Misfit(
        key,
        None,
        f"a {what} of kind {kind!r} has no {key!r}",
        f"Add {key}: {field.description}",
        f"缺少“{_label(table, key)}”；请填写",
    )


def _label(table: TriggerTable | StepTable, key: str) -> str:
    extra = type(table).model_fields[key].json_schema_extra
    return str(extra["zh"]) if isinstance(extra, dict) else key
