"""A plan as the fields of a form, and back: what a person typed is kept as it was typed. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from config.plan_keys import STEP_ALWAYS, STEP_KEYS, TRIGGER_KEYS
from config.plans import Restore, StepKind, TriggerKind
from hmi import drawing

Filled = dict[str, tuple[str, ...]]
"""By the path of a field, such as `step.0.point`: what stands in it; of several choices each."""

ROWS: Final = ("trigger", "condition", "step")
NUMBERS: Final = frozenset(
    [
        "level",
        "independent",
        "within_s",
        "verification_s",
        "min_interval_s",
        "max_a_day",
        "value",
        "restore_value",
        "deadband",
        "for_s",
        "delay_s",
        "hours",
        "retries",
        "after_s",
    ]
)
LISTS: Final = frozenset({"after", "days", "weekdays", "season", "modes"})
FLAGS: Final = frozenset({"enabled", "by_hand"})
TEXTS: Final = frozenset({"name", "text"})
PLAN_KEYS: Final = (
    "id", "name", "level", "enabled", "group", "independent", "within_s", "verification_s", "min_interval_s",
    "max_a_day", "modes",
)  # fmt: skip
CONDITION_KEYS: Final = ("point", "op", "value")
FEEDBACK_KEYS: Final = (*CONDITION_KEYS, "within_s")
END_KEYS: Final = ("when", "after_s", "by_hand")
YES: Final = "yes"
BLANK: Final[Mapping[str, Mapping[str, str]]] = {
    "trigger": {"kind": TriggerKind.ALARM.value},
    "condition": {"op": "="},
    "step": {"kind": StepKind.WRITE.value},
}


def filled(plan: Mapping[str, Any]) -> Filled:
    """The fields of a plan's table."""
    found: Filled = {}
    for key, value in plan.items():
        _fill(key, value, found)
    return found


def _fill(path: str, value: Any, found: Filled) -> None:
    key = path.rpartition(".")[2]
    if isinstance(value, dict):
        for name, inner in value.items():
            _fill(f"{path}.{name}", inner, found)
    elif key in LISTS and isinstance(value, list):
        found[path] = tuple(map(str, value))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            _fill(f"{path}.{at}", inner, found)
    elif isinstance(value, bool):
        found[path] = (YES,) if value else ()
    elif value is not None:
        found[path] = (str(value),)


def table(form: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The plan's table; a key that means nothing for the kind of its row is left out."""
    plan: dict[str, Any] = dict(_pairs(form, "", PLAN_KEYS))
    for row, keys in (("trigger", trigger_keys), ("condition", condition_keys), ("step", step_keys)):
        if count(form, row):
            plan[row] = [dict(_pairs(form, f"{row}.{at}.", keys(form, at))) for at in range(count(form, row))]
    plan["end"] = dict(_pairs(form, "end.", END_KEYS))
    return {key: value for key, value in plan.items() if value not in ({}, [])}


def count(form: Mapping[str, tuple[str, ...]], row: str) -> int:
    """How many rows of this kind the form has."""
    numbers = [int(name.split(".")[1]) for name in form if name.startswith(f"{row}.")]
    return max(numbers, default=-1) + 1


def trigger_keys(form: Mapping[str, tuple[str, ...]], at: int) -> tuple[str, ...]:
    kind = text(form, f"trigger.{at}.kind")
    needed, further = TRIGGER_KEYS.get(TriggerKind(kind), ((), ())) if kind in set(TriggerKind) else ((), ())
    return ("kind", *needed, *further)


def condition_keys(_form: Mapping[str, tuple[str, ...]], _at: int) -> tuple[str, ...]:
    return CONDITION_KEYS


def step_keys(form: Mapping[str, tuple[str, ...]], at: int) -> tuple[str, ...]:
    kind = text(form, f"step.{at}.kind")
    needed, further = STEP_KEYS.get(StepKind(kind), ((), ())) if kind in set(StepKind) else ((), ())
    if text(form, f"step.{at}.restore") != Restore.VALUE:
        further = tuple(key for key in further if key != "restore_value")
    return (*STEP_ALWAYS, *needed, *further)


def text(form: Mapping[str, tuple[str, ...]], name: str) -> str:
    values = form.get(name, ())
    return values[0] if values else ""


def _pairs(
    form: Mapping[str, tuple[str, ...]], before: str, keys: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    for key in keys:
        path = before + key
        if key in TEXTS:
            value: Any = {one: said for one in ("zh", "en") if (said := text(form, f"{path}.{one}").strip())}
            if value:
                yield key, value
        elif key == "feedback":
            # A point makes it one; comparison and time alone are only what the form offers.
            if text(form, f"{path}.point").strip():
                yield key, dict(_pairs(form, f"{path}.", FEEDBACK_KEYS))
        elif key in LISTS:
            parts = ",".join(form.get(path, ())).replace("，", ",").split(",")
            if cleaned := [one.strip() for one in parts if one.strip()]:
                yield key, cleaned
        elif key in FLAGS:
            if YES in form.get(path, ()):
                yield key, True
        elif typed := text(form, path).strip():
            yield key, _number(typed) if key in NUMBERS else typed


def _number(typed: str) -> int | float | str:
    """The number, or what was typed where it is none: the check then says so at its field."""
    try:
        return int(typed)
    except ValueError:
        found = drawing.number(typed)
        return typed if found is None else found


# -- rows that come, go and move


def added(form: Filled, row: str) -> Filled:
    at = count(form, row)
    more = {f"{row}.{at}.{key}": (value,) for key, value in BLANK[row].items()}
    if row == "step":
        taken = {text(form, f"step.{one}.id") for one in range(at)}
        number = at + 1
        while f"step-{number}" in taken:
            number += 1
        more[f"step.{at}.id"] = (f"step-{number}",)
    return {**form, **more}


def removed(form: Filled, row: str, at: int) -> Filled:
    order = [one for one in range(count(form, row)) if one != at]
    return ordered(form, row, order)


def moved(form: Filled, row: str, at: int) -> Filled:
    """One place up."""
    order = [*range(count(form, row))]
    if 0 < at < len(order):
        order[at - 1], order[at] = order[at], order[at - 1]
    return ordered(form, row, order)


def ordered(form: Filled, row: str, order: list[int]) -> Filled:
    result = {name: values for name, values in form.items() if not name.startswith(f"{row}.")}
    for to, at in enumerate(order):
        before = f"{row}.{at}."
        for name, values in form.items():
            if name.startswith(before):
                result[f"{row}.{to}.{name.removeprefix(before)}"] = values
    return result
