"""What may be chosen in the fields of a form, in the reader's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from config.entries import Documents
from config.rules import Priority
from config.settings_fields import SettingField
from config.text import Text
from hmi import words as common
from hmi.view import View
from hmi.words import linkage, notify
from hmi.words import notify_forms as forms

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """What an entry may refer to."""

    documents: Documents
    row: Row
    """The entry itself, as it stands in the form."""
    teams: Mapping[str, Text]


Offered = Mapping[str, str] | None
"""Names by values; None for what the schema itself says."""

_CLOSED: Final[tuple[Mapping[Any, Text], ...]] = (
    {one.value: common.PRIORITIES[one.rank] for one in Priority},
    linkage.DAYS,
    notify.AUDIENCES,
    notify.MEDIA,
    notify.STOPS,
    notify.LANGUAGES,
    forms.DUTIES,
    forms.REVIEWS,
    forms.VARIABLE_KINDS,
    forms.SECURITY,
)
"""Of each closed set of choices its words."""


def of_schema(view: View, field: SettingField) -> Offered:
    """The choices that a schema names; with '' for any where it names that too."""
    choices = {*field.choices} - {""}
    for texts in _CLOSED:
        if choices and choices == {*texts}:
            named = {one: view.say(texts[one]) for one in field.choices if one}
            return {"": view.say(common.ALL), **named} if "" in field.choices else named
    return None


def offered(view: View, around: Around, field: SettingField) -> Offered:
    """Beside those of the schema, what other entries and teams there are."""
    match field.keys[-1]:
        case "zones":
            return zones(view, around.documents)
        case "team" | "order_team":
            return {name: view.name(text) for name, text in around.teams.items()}
        case "subsystems":
            return entries_of(view, around.documents, "subsystem")
        case _:
            return of_schema(view, field)


def entries_of(view: View, documents: Documents, key: str) -> dict[str, str]:
    """All of a list of the documents."""
    return {
        str(row["id"]): name_of_row(view, row)
        for tables in documents.values()
        for row in tables.get(key, ())
        if isinstance(row, dict) and row.get("id")
    }


def name_of_row(view: View, row: Row) -> str:
    """Its name; its id where it has none, or none that can be read."""
    name = row.get("name")
    said = name.get(view.language) if isinstance(name, dict) else None
    return str(said or row.get("id", ""))


def zones(view: View, documents: Documents) -> dict[str, str]:
    """As a tree, each zone after the one it lies in."""
    inside: dict[str, list[Row]] = {}
    for tables in documents.values():
        for row in tables.get("zone", ()):
            inside.setdefault(str(row.get("parent", "")), []).append(row)

    def below(parent: str, depth: int) -> Iterator[tuple[str, str]]:
        # What was taken is not met again: documents that somebody edits may hold a ring.
        for row in inside.pop(parent, []):
            id_ = str(row.get("id", ""))
            yield id_, "\u3000" * depth + name_of_row(view, row)
            yield from below(id_, depth + 1)

    return dict(below("", 0))


def listed(view: View, parts: Any) -> str:
    return ("；" if view.language == "zh" else "; ").join(parts)
