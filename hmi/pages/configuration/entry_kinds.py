"""What is defined entry by entry on a page of its own: operators' stations, and classes of alarms."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.alarm_schema import AlarmClassTable, StationTable
from config.alarms import standard_class_tables
from config.entries import Documents
from config.rules import Priority
from config.settings_fields import Kind, SettingField, fields_of
from config.table import Table
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.view import View
from hmi.words import entries as words
from hmi.words.alarm_orders import TEAMS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryKind:
    home: str
    key: str
    """Of its list in the documents."""
    file: str
    """Where the first one goes."""
    table: type[Table]
    title: Text
    hint: Text
    new: Text
    told: Text
    """Head of the column that sums an entry up."""
    sums_up: Callable[[View, Documents, Row], str]
    shipped: Callable[[], Mapping[str, Row]]
    """Entries that are there unless the site has its own, by id."""
    offered: Callable[[View, Documents, SettingField], Mapping[str, str] | None]
    """What may be chosen in a field, as the documents are."""


def _of_class(view: View, _documents: Documents, row: Row) -> str:
    """What it says otherwise than usual, in the words of the form."""
    return _listed(view, _said(view, row))


def _said(view: View, row: Row) -> Iterator[str]:
    for field in fields_of(AlarmClassTable, {}, words.BASICS):
        key, label = str(field.keys[0]), view.name(field.label)
        value = row.get(key)
        if len(field.keys) > 1 or value is None or value == field.default or key == "id":
            continue
        if field.kind is Kind.YES_NO:
            yield label if value else f"{label}: {view.say(common.NO)}"
        elif field.unit == "s":
            yield f"{label} {drawing.limit_span(view.language, float(value))}"
        elif key == "order_team" and value in TEAMS:
            yield f"{label} {view.say(TEAMS[value])}"
        else:
            named = _priorities(view, {}, field) or {}
            yield f"{label} {named.get(str(value), value)}"
    if steps := row.get("checklist"):
        yield view.say(words.STEPS, count=len(steps))


def _of_station(view: View, documents: Documents, row: Row) -> str:
    zones = _zones(view, documents)
    named = [zones.get(one, one).strip() for one in row.get("zones", ())]
    return _listed(view, named) or view.say(words.WHOLE)


def _listed(view: View, parts: Any) -> str:
    return ("；" if view.language == "zh" else "; ").join(parts)


def _priorities(view: View, _documents: Documents, field: SettingField) -> Mapping[str, str] | None:
    if set(field.choices) != set(Priority):
        return None
    return {one.value: view.say(common.PRIORITIES[one.rank]) for one in Priority}


def _of_zones(view: View, documents: Documents, field: SettingField) -> Mapping[str, str] | None:
    return _zones(view, documents) if field.keys == ("zones",) else None


def _zones(view: View, documents: Documents) -> dict[str, str]:
    """As a tree, each zone after the one it lies in."""
    inside: dict[str, list[Row]] = {}
    for tables in documents.values():
        for row in tables.get("zone", ()):
            inside.setdefault(str(row.get("parent", "")), []).append(row)

    def below(parent: str, depth: int) -> Iterator[tuple[str, str]]:
        # What was taken is not met again: documents that somebody edits may hold a ring.
        for row in inside.pop(parent, []):
            id_ = str(row.get("id", ""))
            yield id_, "\u3000" * depth + str(row.get("name", {}).get(view.language, id_))
            yield from below(id_, depth + 1)

    return dict(below("", 0))


CLASSES = EntryKind(
    "/configuration/alarm-classes", "alarm_class", "alarm-classes.toml", AlarmClassTable, words.CLASSES,
    words.CLASSES_HINT, words.NEW_CLASS, words.RULES, _of_class, standard_class_tables, _priorities,
)  # fmt: skip
STATIONS = EntryKind(
    "/configuration/stations", "station", "stations.toml", StationTable, words.STATIONS,
    words.STATIONS_HINT, words.NEW_STATION, words.ZONES, _of_station, dict, _of_zones,
)  # fmt: skip


def entries(kind: EntryKind, documents: Documents) -> dict[str, Row]:
    """Those of the documents and those that come with the program, by id."""
    own = {
        str(row["id"]): row
        for tables in documents.values()
        for row in tables.get(kind.key, ())
        if isinstance(row, dict) and row.get("id")
    }
    return {**{name: row for name, row in kind.shipped().items() if name not in own}, **own}


def place_of(kind: EntryKind, documents: Documents, name: str) -> tuple[str, int]:
    """File and index of an entry of the documents; where one that is not there goes."""
    rows = {file: list(tables.get(kind.key, ())) for file, tables in documents.items()}
    for file, listed in rows.items():
        for at, row in enumerate(listed):
            if name and row.get("id") == name:
                return file, at
    file = next((file for file, listed in rows.items() if listed), kind.file)
    return file, len(rows.get(file, []))
