"""The settings as the fields of a form: labels, limits and defaults, read off their models."""

import json
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.editing import Edit, with_value, without_blanks
from config.problems import Key
from config.settings_schema import SettingsTable, SiteTable
from config.shape import leaves
from config.table import Table, TextTable
from config.text import Text
from config.validate import limits_of

ROOTS: Mapping[str, type[Table]] = {"site": SiteTable, "settings": SettingsTable}
LOCKED = frozenset({("site", "id")})
"""What a screen only shows."""


class Kind(StrEnum):
    LINE = "line"
    LONG = "long"
    """A text of several lines."""
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes-no"
    CHOICE = "choice"
    LINES = "lines"
    """A list, one entry a line."""
    CHOICES = "choices"
    """A list of what `choices` offers."""


@dataclass(frozen=True, slots=True)
class SettingField:
    keys: tuple[Key, ...]
    """From the root of the documents on: ('settings', 'backup', 'daily')."""
    label: Text
    hint: Text
    kind: Kind
    default: Any
    """None where one must be given."""
    group: Text
    """Of the table around it."""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    """The processes that start anew for it."""
    locked: bool = False
    required: bool = False
    """Its table cannot be without it."""


def fields_of_settings(tables: Mapping[str, Any]) -> Iterator[SettingField]:
    """All of them, in the order of the models. `tables` are [site] and [settings] as they stand: of each list
    of tables there are as many rows as are in them, and a blank one."""
    for root, model in ROOTS.items():
        label = Text("站点", "Site") if root == "site" else Text("运行", "Operation")
        yield from _of_model(model, (root,), label, (), tables.get(root, {}), None)


def fields_of(model: type[Table], values: Mapping[str, Any], group: Text) -> list[SettingField]:
    """Of one table by itself, such as an entry of a list in the documents."""
    return [*_of_model(model, (), group, (), values, None)]


def table_of(fields: Iterable[SettingField], texts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The table that a form makes which says `texts`, by `name_of` its fields; what is usual is left out."""
    table: Any = {}
    for field in fields:
        value = entered(field, texts.get(name_of(field), ()))
        usual = _plain(field.default)
        if value != usual and (value not in (None, "", []) or (value == [] and usual)):
            table = with_value(table, field.keys, value)
    return dict(without_blanks(table))


def _of_model(
    model: type[Table],
    keys: tuple[Key, ...],
    group: Text,
    restarts: Sequence[str],
    values: Any,
    default: Any,
) -> Iterator[SettingField]:
    """`default` is the table that counts where there is none."""
    for name, info in model.model_fields.items():
        own = _default(info) if default is None else getattr(default, name)
        yield from _of_field(info, (*keys, name), group, restarts, _inner(values, name), own)


def _of_field(
    info: FieldInfo, keys: tuple[Key, ...], group: Text, around: Sequence[str], value: Any, default: Any
) -> Iterator[SettingField]:
    label, hint, unit, restarts = _said(info, str(keys[-1]))
    restarts = around if restarts is None else restarts
    annotation: Any = info.annotation
    kinds = [leaf for leaf in leaves(annotation) if leaf is not types.NoneType]
    if len(kinds) == 1 and _is_table(kinds[0]):
        inner = _of_model(kinds[0], keys, label, restarts, value, default)
        is_text = issubclass(kinds[0], TextTable)  # one thing in two languages, not a group of its own
        yield from (_in_language(one, label, group) for one in inner) if is_text else inner
    elif rows := _rows(kinds):
        count = len(value) if isinstance(value, list) else 0
        for at in range(count + 1):
            numbered = Text(f"{label.zh} {at + 1}", f"{label.en} {at + 1}")
            yield from _of_model(rows, (*keys, at), numbered, restarts, _inner(value, at), None)
    elif not any(get_origin(kind) is dict for kind in kinds):  # nobody says what its keys are
        kind, choices = _kind(kinds)
        if kind is Kind.LINE and _extra(info).get("long"):
            kind = Kind.LONG
        low, high = _limits(info)
        yield SettingField(
            keys, label, hint, kind, default, group, unit, low, high, choices, tuple(restarts),
            keys in LOCKED, info.is_required(),
        )  # fmt: skip


def _in_language(one: SettingField, label: Text, group: Text) -> SettingField:
    named = Text(f"{label.zh}（{one.label.zh}）", f"{label.en} ({one.label.en})")
    return replace(one, label=named, group=group)


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _said(info: FieldInfo, name: str) -> tuple[Text, Text, str, Sequence[str] | None]:
    extra = _extra(info)
    title, hint = info.title or name, info.description or ""
    label = Text(str(extra.get("zh", title)), title)
    return (
        label,
        Text(str(extra.get("zh_description", hint)), hint),
        str(extra.get("unit", "")),
        extra.get("restarts"),
    )


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Table)


def _rows(kinds: list[Any]) -> type[Table] | None:
    """The table of a list of tables."""
    if len(kinds) == 1 and get_origin(kinds[0]) is list:
        inner: Any = get_args(kinds[0])[0]
        return inner if _is_table(inner) else None
    return None


def _kind(kinds: list[Any]) -> tuple[Kind, tuple[str, ...]]:
    for kind in kinds:
        origin = get_origin(kind)
        if origin is Literal:
            return Kind.CHOICE, get_args(kind)
        if origin is list:
            inner = get_args(kind)[0]
            if isinstance(inner, type) and issubclass(inner, StrEnum):
                return Kind.CHOICES, tuple(inner)
            is_closed = get_origin(inner) is Literal
            return (Kind.CHOICES, get_args(inner)) if is_closed else (Kind.LINES, ())
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return Kind.CHOICE, tuple(kind)
        if kind is bool:
            return Kind.YES_NO, ()
        if kind is int:
            return Kind.WHOLE, ()
        if kind is float:
            return Kind.NUMBER, ()
    return Kind.LINE, ()


def _limits(info: FieldInfo) -> tuple[float | None, float | None]:
    found = {side: limit for one in info.metadata for side, limit in limits_of(one)}
    return found.get("ge"), found.get("le")


def _default(info: FieldInfo) -> Any:
    return None if info.default is PydanticUndefined else info.default


def _inner(values: Any, key: Key) -> Any:
    """What stands there, whether the table is a document's or a model's default."""
    match values:
        case dict():
            return values.get(key)
        case list():
            return values[key] if isinstance(key, int) and key < len(values) else None
        case _:
            return getattr(values, str(key), None)


# --- as text -----------------------------------------------------------------------------------------------


def entered(field: SettingField, texts: Sequence[str]) -> Any:
    """What a person has entered as the value that a document holds; what is no number stays a text, so that
    the check of the document says what it should be. None is: left out, its default counts."""
    text = texts[0].strip() if texts else ""
    match field.kind:
        case Kind.YES_NO:
            return text == "yes"
        case Kind.CHOICES:
            return [one for one in texts if one]
        case Kind.LINES:
            return [line.strip() for line in "\n".join(texts).splitlines() if line.strip()]
        case Kind.WHOLE | Kind.NUMBER:
            return _number(text, float if field.kind is Kind.NUMBER else int) if text else None
        case _:
            return text or (None if field.default is None else "")


def as_text(field: SettingField, value: Any) -> str:
    """A value as the form shows it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else ""
        case list() | tuple():
            return "\n".join(map(str, value))
        case float():
            return json.dumps(value)
        case _:
            return str(value)


def _number(text: str, kind: type[int] | type[float]) -> Any:
    try:
        return kind(text)
    except ValueError:
        return text


def value_of(tables: Mapping[str, Any], field: SettingField) -> Any:
    """What counts: as the documents say, else the default."""
    found: Any = tables
    for key in field.keys:
        found = _inner(found, key)
        if found is None:
            return field.default
    return found


def edits_of(
    tables: Mapping[str, Any], texts: Mapping[str, Sequence[str]], fields: Iterable[SettingField]
) -> list[Edit]:
    """What differs from the documents once the form says `texts`, by `name_of` its fields. A table that is
    touched gets what it cannot be without."""
    given = [
        (field, entered(field, texts.get(name_of(field), ())))
        for field in fields
        if not field.locked and (name_of(field) in texts or field.kind in {Kind.YES_NO, Kind.CHOICES})
    ]
    changed = [(field, value) for field, value in given if value != _plain(value_of(tables, field))]
    touched = {field.keys[:-1] for field, value in changed if value is not None}
    found = [Edit(field.keys, value) for field, value in changed]
    found += [
        Edit(field.keys, value)
        for field, value in given
        if field.required and field.keys[:-1] in touched and (field, value) not in changed
    ]
    return found


def name_of(field: SettingField) -> str:
    """What the form calls it."""
    return ".".join(map(str, field.keys))


def _plain(value: Any) -> Any:
    """As a document holds it: networks are texts there."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else value
