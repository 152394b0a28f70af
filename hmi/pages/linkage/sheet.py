"""The fields of a plan as a form: sections, rows, labels and hints out of the schema."""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from pydantic import BaseModel

from business.happenings import types
from config.plan_schema import EndTable, PlanTable
from config.plans import (
    DayKind,
    EndWhen,
    Occasion,
    OnFailure,
    Op,
    PlanEvent,
    PlanGroup,
    Restore,
    Role,
    StepKind,
    TriggerKind,
)
from config.rules import Priority
from config.site import Site
from config.step_schema import FeedbackTable, StepTable
from config.text import Text
from config.trigger_schema import ConditionTable, TriggerTable
from hmi import words as common
from hmi.forms import options_of
from hmi.pages.configuration.telling import unit
from hmi.pages.linkage import filling
from hmi.pages.linkage.filling import FEEDBACK_KEYS, FLAGS, LISTS, NUMBERS, TEXTS, YES, Filled
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import linkage, plan_form
from hmi.words.alarms import MODES
from hmi.words.configuration import CHECK

Choices = Iterable[tuple[str, str]]
_WEEK = tuple(DayKind)[4:]
_WIDE = frozenset({"name", "text", "feedback", "after", "days", "weekdays", "modes"})
_TAKES = {"point": "point", "alarm": "alarm", "device": "device"}


class Sheet:
    """Draws what stands in a form; `problems` are said below their fields."""

    def __init__(self, view: View, site: Site, *, is_new: bool) -> None:
        self._view = view
        self._site = site
        self._is_new = is_new
        self.names: set[str] = set()
        """Of the fields that the form shows, once it is drawn."""

    def markup(self, form: Filled, problems: Mapping[str, str], *, locked: bool) -> Markup:
        self.names = set()
        self._form, self._problems = form, problems
        view = self._view
        body = EMPTY.join(
            (
                self._section(
                    plan_form.BASICS, self._fields("", filling.PLAN_KEYS, PlanTable) + self._note("")
                ),
                self._rows(
                    "trigger", plan_form.TRIGGERS, plan_form.ADD_TRIGGER, filling.trigger_keys, TriggerTable
                ),
                self._rows(
                    "condition", plan_form.CONDITIONS, plan_form.ADD_CONDITION, filling.condition_keys,
                    ConditionTable,
                ),
                self._rows("step", plan_form.STEPS, plan_form.ADD_STEP, filling.step_keys, StepTable),
                self._section(
                    plan_form.END, self._fields("end.", filling.END_KEYS, EndTable) + self._note("end")
                ),
            )
        )  # fmt: skip
        return Markup(
            '<form class="record plan" data-form="plan" autocomplete="off" novalidate>'
            '<fieldset class="whole"{}>{}<div class="toolbar">'
            '<button class="plain" name="do" value="check">{}</button></div></fieldset></form>'
        ).format(Markup(" disabled") if locked else EMPTY, body, view.say(CHECK))

    # -- sections and rows

    def _section(self, heading: Text, body: Markup) -> Markup:
        return Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(self._view.say(heading), body)

    def _rows(self, row: str, heading: Text, add: Text, keys: Any, table: type[BaseModel]) -> Markup:
        view = self._view
        rows = EMPTY.join(
            self._row(row, at, keys(self._form, at), table) for at in range(filling.count(self._form, row))
        )
        button = Markup('<div class="wide"><button class="plain" name="do" value="add {}">{}</button></div>')
        return self._section(heading, rows + self._note(row) + button.format(row, view.say(add)))

    def _row(self, row: str, at: int, keys: tuple[str, ...], table: type[BaseModel]) -> Markup:
        view = self._view
        up = Markup('<button class="quiet" name="do" value="up {} {}">↑ {}</button>').format(
            row, at, view.say(plan_form.MOVE_UP)
        )
        return Markup(
            '<fieldset class="wide row" data-row="{row}.{at}"><legend>{number} {up}'
            '<button class="quiet" name="do" value="remove {row} {at}">✕ {remove}</button></legend>'
            "{fields}{note}</fieldset>"
        ).format(
            row=row,
            at=at,
            number=view.say(plan_form.ROW, number=at + 1),
            up=up if at else EMPTY,
            remove=view.say(plan_form.REMOVE_ROW),
            fields=self._fields(f"{row}.{at}.", keys, table),
            note=self._note(f"{row}.{at}"),
        )

    def _note(self, path: str) -> Markup:
        """Where what concerns the whole section is said."""
        return Markup('<small class="problem wide" role="alert" data-problem="{}">{}</small>').format(
            path, self._problems.get(path, "")
        )

    # -- fields

    def _fields(self, before: str, keys: Iterable[str], table: type[BaseModel]) -> Markup:
        return EMPTY.join(self._field(before + key, key, table) for key in keys)

    def _field(self, path: str, key: str, table: type[BaseModel]) -> Markup:
        if key == "feedback":
            self.names.add(path)
            return Markup('<fieldset class="wide row"><legend>{}</legend>{}{}</fieldset>').format(
                self._view.say(plan_form.FEEDBACK),
                self._fields(f"{path}.", FEEDBACK_KEYS, FeedbackTable),
                self._note(path),
            )
        if key in TEXTS:
            return self._entry(path, key, table, f"{path}.zh", plan_form.CHINESE) + self._entry(
                path, key, table, f"{path}.en", plan_form.ENGLISH, is_first=False
            )
        return self._entry(path, key, table, path)

    def _entry(
        self, path: str, key: str, table: type[BaseModel], name: str, said: Text | None = None, *,
        is_first: bool = True,
    ) -> Markup:  # fmt: skip
        view = self._view
        field = table.model_fields[key]
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        zh = view.language == "zh"
        label = str(extra.get("zh", "")) if zh else str(field.title)
        hint = str(extra.get("zh_description", "")) if zh else str(field.description)
        self.names |= {path, name}
        problem = self._problems.get(path, "") if is_first else ""
        note = (
            Markup('<small class="problem" role="alert" data-problem="{}">{}</small>').format(path, problem)
            if is_first
            else EMPTY
        )
        return Markup(
            '<{tag} class="field{wrong}"><span>{label}<i class="unit"> {unit}</i>{must}</span>{control}'
            '<small class="sub">{hint}</small>{note}</{tag}>'
        ).format(
            # Boxes have labels of their own.
            tag=Markup("div") if key in LISTS else Markup("label"),
            wrong=" wrong" if problem else "",
            label=view.say(said, label=label) if said else label,
            unit=unit(view, str(extra.get("unit", ""))),
            must=Markup('<i class="must">*</i>') if field.is_required() else EMPTY,
            control=self._control(path, key, name),
            hint=hint if is_first else "",
            note=note,
        )

    def _control(self, path: str, key: str, name: str) -> Markup:
        values = self._form.get(name, ())
        value = values[0] if values else ""
        if key in FLAGS:
            on = Markup(" checked") if YES in values else EMPTY
            return Markup('<input type="checkbox" name="{}" value="{}"{}>').format(name, YES, on)
        offered = self._offered(path, key)
        if key in LISTS and offered is not None:
            box = Markup('<label><input type="checkbox" name="{}" value="{}"{}> {}</label>')
            boxes = EMPTY.join(
                box.format(name, code, Markup(" checked") if code in values else EMPTY, said)
                for code, said in offered
            )
            return Markup('<span class="ticks">{}</span>').format(boxes)
        if offered is not None:
            known = [*offered]
            if value not in {code for code, _ in known}:
                known.insert(0, (value, value))
            redraws = Markup(" data-redraws") if key in {"kind", "restore"} else EMPTY
            return Markup('<select name="{}"{}>{}</select>').format(name, redraws, options_of(known, value))
        text = ", ".join(values) if key in LISTS else value
        mode = "decimal" if key in NUMBERS else "text"
        takes = Markup(' data-takes="{}"').format(_TAKES[key]) if key in _TAKES else EMPTY
        locked = Markup(" readonly") if path == "id" and not self._is_new else EMPTY
        return Markup('<input type="text" name="{}" value="{}" inputmode="{}" maxlength="500"{}{}>').format(
            name, text, mode, takes, locked
        )

    def _offered(self, path: str, key: str) -> Choices | None:
        """What a field offers; None for one that is typed."""
        view, site = self._view, self._site
        nothing = [("", "")]
        match key:
            case "kind":
                return (
                    _said(view, TriggerKind, linkage.TRIGGERS)
                    if path.startswith("trigger")
                    else _said(view, StepKind, linkage.STEPS)
                )
            case "group" if path == "group":
                return _said(view, PlanGroup, linkage.GROUPS)
            case "group":
                return [*nothing, *((one.id, view.name(one.name)) for one in site.groups.values())]
            case "op":
                return [("", ""), *((str(one), str(one)) for one in Op)]
            case "priority":
                return [*nothing, *((one.value, view.say(common.PRIORITIES[one.rank])) for one in Priority)]
            case "alarm_class":
                return [*nothing, *((one.id, view.name(one.name)) for one in site.classes.values())]
            case "zone":
                return [*nothing, *((one.id, view.name(one.name)) for one in site.zones.values())]
            case "plan":
                return [*nothing, *((one.id, view.name(one.name)) for one in site.plans.values())]
            case "event":
                return [*nothing, *((name, view.say(label)) for name, label in types().items())]
            case "occasion":
                return _said(view, Occasion, linkage.OCCASIONS)
            case "plan_event":
                return [*nothing, *_said(view, PlanEvent, linkage.PLAN_EVENTS)]
            case "on_failure":
                return _said(view, OnFailure, linkage.FAILURES, "")
            case "role":
                return _said(view, Role, linkage.ROLES, "")
            case "restore":
                return _said(view, Restore, linkage.RESTORES, "")
            case "when":
                return _said(view, EndWhen, linkage.ENDS, "")
            case "days":
                return _said(view, tuple(DayKind)[:4], linkage.DAYS)
            case "weekdays":
                return _said(view, _WEEK, linkage.DAYS)
            case "modes":
                return [
                    (mode.value, view.say(text)) for mode, text in MODES.items() if mode.value != "shelved"
                ]
            case _:
                return None


def _said(view: View, kinds: Iterable[Any], table: Mapping[Any, Text], *blank: str) -> Choices:
    return [*((one, "") for one in blank), *((str(one), view.say(table[one])) for one in kinds)]
