"""What is defined entry by entry on a page of its own: operators' stations, and classes of alarms."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from config.alarm_schema import AlarmClassTable, StationTable
from config.alarms import standard_class_tables
from config.entries import Documents
from config.settings_fields import Kind, SettingField, fields_of
from config.table import Table
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.pages.configuration.offering import Around, Offered, Row, listed, of_schema, offered, zones
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import entries as words
from hmi.words.alarm_orders import TEAMS


@dataclass(frozen=True, slots=True)
class EntryKind:
    home: str
    key: str
    """Of its list in the documents."""
    file: str
    """Where the first one goes."""
    table: Callable[[Row], type[Table]]
    """What an entry is made of, which may follow from what it says."""
    title: Text
    hint: Text
    new: Text
    told: Text
    """Head of the column that sums an entry up."""
    sums_up: Callable[[View, Documents, Row], str]
    shipped: Callable[[], Mapping[str, Row]] = dict
    """Entries that are there unless the site has its own, by id."""
    offered: Callable[[View, Around, SettingField], Offered] = offered
    """What may be chosen in a field."""
    under: Callable[[View, Around], Markup] = lambda _view, _around: EMPTY
    """What is shown below the form of an entry."""


def _of_class(view: View, _documents: Documents, row: Row) -> str:
    """What it says otherwise than usual, in the words of the form."""
    return listed(view, _said(view, row))


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
            named = of_schema(view, field) or {}
            yield f"{label} {named.get(str(value), value)}"
    if steps := row.get("checklist"):
        yield view.say(words.STEPS, count=len(steps))


def _of_station(view: View, documents: Documents, row: Row) -> str:
    known = zones(view, documents)
    named = [known.get(one, one).strip() for one in row.get("zones", ())]
    return listed(view, named) or view.say(words.WHOLE)


CLASSES = EntryKind(
    "/configuration/alarm-classes", "alarm_class", "alarm-classes.toml", lambda _row: AlarmClassTable,
    words.CLASSES, words.CLASSES_HINT, words.NEW_CLASS, words.RULES, _of_class, standard_class_tables,
)  # fmt: skip
STATIONS = EntryKind(
    "/configuration/stations", "station", "stations.toml", lambda _row: StationTable, words.STATIONS,
    words.STATIONS_HINT, words.NEW_STATION, words.ZONES, _of_station,
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
    for file, found in rows.items():
        for at, row in enumerate(found):
            if name and row.get("id") == name:
                return file, at
    file = next((file for file, found in rows.items() if found), kind.file)
    return file, len(rows.get(file, []))
