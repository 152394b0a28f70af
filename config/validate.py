"""Puts a TOML table into its pydantic model and turns what does not fit into problems."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.problems import Key, Problems, Unfit, Where, shown
from config.shape import field_of, fields_of, is_closed, step

M = TypeVar("M", bound=BaseModel)
Place = Callable[..., Where]
"""Keys inside a table -> where they were written."""

_CONFIDENTIAL = re.compile(r"password|secret|token|passphrase|private|database", re.IGNORECASE)


def validated(model: type[M], table: object, place: Place, problems: Problems, context: str = "") -> M | None:
    """The table as its model; None after everything wrong with it was added to `problems`."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _add(model, detail, place, problems, context)
        return None


def _add(
    model: type[BaseModel], detail: ErrorDetails, place: Place, problems: Problems, context: str
) -> None:
    keys: tuple[Key, ...] = tuple(key for key in detail["loc"] if not (isinstance(key, str) and "[" in key))
    inside = len(keys)
    while inside and isinstance(keys[inside - 1], int):  # what is in a list is called as the list is
        inside -= 1
    around: Any = model
    for key in keys[: max(inside - 1, 0)]:
        around = step(around, key)
    fields = fields_of(around)
    last = keys[inside - 1] if inside else ""
    description = fields.get(str(last), "")
    value: object = None if detail["type"] == "missing" else detail["input"]
    if is_confidential(keys):
        value = None if value is None else "***"
    where = place(*keys)
    match detail["type"]:
        case "missing":
            what = f": {description}" if description else ""
            zh = f"缺少{_said(around, last).label}；请填写"
            problems.add(
                where, None, f"{last!r} is missing", f"Add {last} = ...{what}", context=context, zh=zh
            )
        case "extra_forbidden":
            problems.unknown(where, "key", last, fields)
        case "enum" | "literal_error":
            known = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
            known = known or [str(detail.get("ctx", {}).get("expected", ""))]
            message = f"unknown {last} {shown(value)}"
            zh = f"未知的{_said(around, last).label} {shown(value)}；可用：{'、'.join(known)}"
            problems.add(where, value, message, problems.did_you_mean(value, known), context=context, zh=zh)
        case "model_type" | "model_attributes_type":
            inner = ", ".join(f"{name} = ..." for name in list(fields_of(step(around, last)))[:3])
            message = f"{last} is {shown(value)} and should be a table: {{ {inner} }}"
            zh = f"{_said(around, last).label}为 {shown(value)}，应是表：{{ {inner} }}"
            problems.add(where, value, message, description, context=context, zh=zh)
        case "finite_number":
            problems.add(where, value, *not_finite(value), context=context)
        case _:
            said = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
            message = f"{last} is {shown(value)} and {said}" if keys else said
            zh = _in_chinese(_said(around, last), value, detail)
            problems.add(where, value, message.rstrip("."), description, context=context, zh=zh)


def is_confidential(keys: Iterable[Key]) -> bool:
    """Whether what the keys lead to may be a secret, and is not to be shown."""
    return _CONFIDENTIAL.search(".".join(map(str, keys))) is not None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a Chinese screen says about a field."""

    label: str
    hint: str
    unit: str
    range: str


def _said(around: Any, key: Key) -> _Said:
    """The key itself where nobody said a label."""
    field = field_of(around, key)
    extra = field.json_schema_extra if field is not None else None
    told = extra if isinstance(extra, dict) else {}
    limits = {side: one for each in (field.metadata if field else ()) for side, one in limits_of(each)}
    low, high = limits.get("ge"), limits.get("le")
    unit = f" {told['unit']}" if told.get("unit") else ""
    if low is not None and high is not None:
        range_ = f"在 {low:g} 至 {high:g}{unit} 之间"
    else:
        range_ = f"至少 {low:g}{unit}" if low is not None else f"至多 {high or 0:g}{unit}"
    return _Said(str(told.get("zh", key)), str(told.get("zh_description", "")), unit, range_)


def limits_of(limit: object) -> Iterator[tuple[str, float]]:
    """`ge` and `le` of what pydantic keeps about a field."""
    for side in ("ge", "le"):
        if isinstance(found := getattr(limit, side, None), int | float):
            yield side, found


_LIMITS: Mapping[str, str] = {
    "greater_than": "大于 {gt:g}",
    "less_than": "小于 {lt:g}",
    "string_too_long": "至多 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "too_long": "至多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "int_type": "是整数",
    "int_parsing": "是整数",
    "float_type": "是数值",
    "float_parsing": "是数值",
    "bool_type": "是 true 或 false",
    "string_type": "是文字",
    "list_type": "是列表",
    "model_type": "是表",
    "dict_type": "是表",
    "ip_v4_network": "是 IPv4 网段，如 10.0.0.0/8",
    "ip_v6_network": "是 IPv6 网段，如 fd00::/8",
}


def _in_chinese(said: _Said, value: object, detail: ErrorDetails) -> str:
    """The field, its value, what it should be; '' for what has no Chinese words."""
    ctx, label = detail.get("ctx", {}), said.label
    if isinstance(error := ctx.get("error"), Unfit):
        return f"{label}为 {shown(value)}，{error.zh}"
    if detail["type"] in {"greater_than_equal", "less_than_equal"}:
        return f"{label}为 {shown(value)}{said.unit}，应{said.range}"
    if detail["type"] == "string_pattern_mismatch":
        return f"{label}为 {shown(value)}，不符合要求：{said.hint or ctx.get('pattern', '')}"
    form = _LIMITS.get(detail["type"])
    return f"{label}为 {shown(value)}，应{form.format_map(ctx)}" if form else ""


def not_finite(value: object) -> tuple[str, str]:
    """Message and way out for NaN and the infinities."""
    return f"{value} is not a finite number", "Write a number, or leave the key out for its default"


def unknown_keys(annotation: Any, value: object, place: Place, problems: Problems, *keys: Key) -> None:
    """Adds the keys that nothing describes, also in tables that are not yet complete."""
    if isinstance(value, dict):
        fields, closed = fields_of(annotation), is_closed(annotation)
        for key, inner in value.items():
            if closed and key not in fields:
                problems.unknown(place(*keys, key), "key", key, fields)
            elif isinstance(inner, dict | list):
                unknown_keys(step(annotation, key), inner, place, problems, *keys, key)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            if isinstance(inner, dict | list):
                unknown_keys(step(annotation, at), inner, place, problems, *keys, at)
