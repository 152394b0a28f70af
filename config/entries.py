"""Joins the tables of all files of a site and finds what is defined twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from config.parameters import ParameterError, Parameters, UnknownParameterError, Value, filled
from config.problems import Key, Problems, Where
from config.schema import DeviceTable, RowTable, SiteFile
from config.validate import Place, not_finite, validated

Documents = Mapping[str, Mapping[str, Any]]
"""File name, relative to the site -> its tables. Only what JSON can hold."""

M = TypeVar("M", bound=BaseModel)

_ROW_KEYS = ("count", "range", "ids")


@dataclass(frozen=True, slots=True)
class Entry:
    """A table as it was written, and where."""

    where: Where
    table: Mapping[str, Any]
    numbers: Parameters = field(default_factory=dict)
    """The `n` of a device that a row of devices brought."""


Entries = dict[str, list[Entry]]
"""`zone`, `device`, `profile` ... -> what all files say about it, in order."""


@dataclass(frozen=True, slots=True)
class Named(Generic[M]):
    """Entries by id: every id that is written down, and the tables of those that are right."""

    known: Mapping[str, Where]
    tables: Mapping[str, M]


def gather(documents: Documents, problems: Problems) -> Entries:
    """What all files say together. `device` includes the rows of `devices`."""
    entries: Entries = {key: [] for key in SiteFile.model_fields}
    for file, tables in sorted(documents.items()):
        for keys, number in _not_finite(tables):
            problems.add(Where(file, keys), number, *not_finite(number))
        for key, content in tables.items():
            where = Where(file, (key,))
            if key not in entries:
                problems.unknown(where, "key", key, entries)
                continue
            entries[key].extend(_entries(key, content, where, problems))
    for row in entries.pop("devices"):
        entries["device"].extend(_expanded(row, problems))
    return entries


def _entries(key: str, content: object, where: Where, problems: Problems) -> Iterator[Entry]:
    if key in ("site", "settings"):
        found, form = [(where, content)], f"[{key}]"
    elif key == "profile":
        pairs = content.items() if isinstance(content, dict) else [("", content)]
        found, form = [(where.at(name), table) for name, table in pairs], "[profile.ID]"
    else:
        items = content if isinstance(content, list) else [content]
        form = f"[[{key}]]"
        found = [(where.at(at) if items is content else where, table) for at, table in enumerate(items)]
        if items is not content:
            problems.add(where, content, f"{key} is a list of tables", f"Write {form} above each")
            return
    for place, table in found:
        if isinstance(table, dict):
            yield Entry(place.called(table.get("name" if key == "user" else "id")), table)
        else:
            problems.add(place, table, f"{key} is a table", f"Write {form} above its keys")


def named(entries: list[Entry], model: type[M], what: str, problems: Problems, key: str = "id") -> Named[M]:
    known = unique(entries, what, problems, key)
    tables = {}
    for entry in entries:
        table = validated(model, entry.table, entry.where.at, problems)
        if table is not None and known.get(name := getattr(table, key)) is entry.where:
            tables[name] = table
    return Named(known, tables)


def unique(entries: list[Entry], what: str, problems: Problems, key: str = "id") -> dict[str, Where]:
    """Id -> where it was first defined."""
    known: dict[str, Where] = {}
    for entry in entries:
        name = entry.table.get(key)
        if isinstance(name, str) and known.setdefault(name, entry.where) is not entry.where:
            problems.twice(entry.where, what, name, known[name])
    return known


def fill_entry(
    table: Mapping[str, Any],
    annotation: Any,
    parameters: Parameters,
    place: Place,
    problems: Problems,
    context: str = "",
) -> dict[str, Any] | None:
    """The table with its parameters filled in; None after what failed was added to `problems`."""
    wrong: list[object] = []

    def failed(keys: tuple[Key, ...], text: object, error: ParameterError) -> None:
        wrong.append(text)
        if isinstance(error, UnknownParameterError):
            message, way_out = (
                f"unknown parameter {error.name!r} in {text!r}",
                problems.did_you_mean(error.name, parameters),
            )
        else:
            message, way_out = str(error), "Parameters are written {p}, arithmetic knows + - * // / %"
        problems.add(place(*keys), text, message, way_out, context=context)

    result: dict[str, Any] = filled(dict(table), annotation, parameters, failed)
    return None if wrong else result


def _expanded(row: Entry, problems: Problems) -> Iterator[Entry]:
    """The devices of a row, up to the first that is wrong: the others would be wrong in the same way."""
    counting = {key: row.table[key] for key in _ROW_KEYS if key in row.table}
    if len(counting) != 1:
        given = " and ".join(counting) or "none"
        problems.add(
            row.where,
            given,
            f"a row of devices has {given} of count, range and ids",
            "Give exactly one of them",
        )
        return
    stub = {"name": {"zh": "-", "en": "-"}, "profile": "-", "subsystem": "-", "zone": "-"}
    counted = validated(RowTable, {**stub, **counting}, row.where.at, problems)
    if counted is None:
        return
    equal = {"id": "{n}", **{key: value for key, value in row.table.items() if key not in _ROW_KEYS}}
    connection = equal.pop("connection", None)
    for n in _numbers(counted, row, problems):
        table = fill_entry(equal, DeviceTable, {"n": n}, row.where.at, problems)
        if table is None:
            return
        if connection is not None:
            table["connection"] = connection
        where = row.where.called(table["id"])
        yield Entry(where, table, {"n": n})
        if validated(DeviceTable, table, where.at, problems) is None:
            return


def _numbers(row: RowTable, entry: Entry, problems: Problems) -> range | list[Value]:
    if row.ids is not None:
        return list(row.ids)
    first, last = row.range or (1, row.count or 0)
    if not 0 <= last - first < 100_000:
        problems.add(
            entry.where.at("range"),
            [first, last],
            f"range [{first}, {last}] holds {max(0, last - first + 1)} devices, not 1 to 100000",
            "Write the first number, then the last",
        )
        return []
    return range(first, last + 1)


def _not_finite(value: object, keys: tuple[Key, ...] = ()) -> Iterator[tuple[tuple[Key, ...], float]]:
    match value:
        case float() if not isfinite(value):
            yield keys, value
        case dict():
            for key, inner in value.items():
                if isinstance(inner, (dict, list, float)):
                    yield from _not_finite(inner, (*keys, key))
        case list():
            for at, inner in enumerate(value):
                if isinstance(inner, (dict, list, float)):
                    yield from _not_finite(inner, (*keys, at))
        case _:
            pass
