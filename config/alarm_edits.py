"""Changes the alarms of single devices in a site's documents: the `[[alarm]]` tables, one for each alarm."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.entries import Documents

ALARM_FILE = "alarms.toml"
"""Where a table goes that stands nowhere yet. One that stands in another file is changed there."""

AlarmName = tuple[str, str, str]
"""Device, point ('' for the device's own alarms), rule."""


@dataclass(frozen=True, slots=True)
class AlarmEdit:
    alarm: AlarmName
    table: Mapping[str, Any] | None
    """What the device has instead of what its profile says; None takes the table away."""


def alarm_tables(documents: Documents) -> Iterator[tuple[str, int, AlarmName, Mapping[str, Any]]]:
    """(file, place in its list, alarm, table) of each that is named as it should be."""
    for file, tables in documents.items():
        rows = tables.get("alarm")
        for at, row in enumerate(rows if isinstance(rows, list) else ()):
            if (name := _name_of(row)) is not None:
                yield file, at, name, row


def own_tables(documents: Documents) -> dict[AlarmName, Mapping[str, Any]]:
    """What each table says beside the name of its alarm."""
    return {name: without_name(row) for _, _, name, row in alarm_tables(documents)}


def without_name(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("device", "point", "name")}


def without_alarms(documents: Documents) -> dict[str, Mapping[str, Any]]:
    """The documents as if no device had alarms of its own."""
    return {
        file: {key: value for key, value in tables.items() if key != "alarm"}
        for file, tables in documents.items()
    }


def with_alarms(documents: Documents, edits: Iterable[AlarmEdit]) -> dict[str, Mapping[str, Any]]:
    """The documents after the edits; no other file than those that hold the alarms is touched."""
    wanted = {edit.alarm: edit.table for edit in edits}
    placed = {name for _, _, name, _ in alarm_tables(documents)}
    result: dict[str, Mapping[str, Any]] = {}
    for file, tables in documents.items():
        rows = tables.get("alarm")
        if isinstance(rows, list) and any(_name_of(row) in wanted for row in rows):
            tables = _with_rows(tables, [row for old in rows if (row := _edited(old, wanted)) is not None])
            if not tables:
                continue
        result[file] = tables
    added = [
        _row(name, table)
        for name, table in sorted(wanted.items())
        if table is not None and name not in placed
    ]
    if added:
        tables = result.get(ALARM_FILE, {})
        result[ALARM_FILE] = _with_rows(tables, [*tables.get("alarm", ()), *added])
    return result


def _edited(row: Any, wanted: Mapping[AlarmName, Mapping[str, Any] | None]) -> Any:
    name = _name_of(row)
    if name is None or name not in wanted:
        return row
    table = wanted[name]
    return None if table is None else _row(name, table)


def _with_rows(tables: Mapping[str, Any], rows: list[Any]) -> Mapping[str, Any]:
    rest = {key: value for key, value in tables.items() if key != "alarm"}
    return {**rest, "alarm": rows} if rows else rest


def _name_of(row: Any) -> AlarmName | None:
    """None for what is not named as it should be."""
    if not isinstance(row, dict) or not isinstance(row.get("device"), str) or not row.get("name"):
        return None
    return row["device"], str(row.get("point", "")), str(row["name"])


def _row(name: AlarmName, table: Mapping[str, Any]) -> dict[str, Any]:
    device, point, rule = name
    return {"device": device, **({"point": point} if point else {}), "name": rule, **table}
