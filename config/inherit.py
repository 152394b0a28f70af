"""Profiles by inheritance: a child's tables over its parent's, remembering who wrote what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.entries import Entry
from config.parameters import Value
from config.problems import Problems, Where, shown
from config.profile_schema import DescriptionTable
from config.schema import BodyTable, LineageTable, ProfileTable
from config.table import ID_RULE
from config.validate import unknown_keys, validated

_OF_PROTOCOL = ("source", "scale", "offset", "fault_codes")
"""What a point says of how its value travels."""


@dataclass(slots=True)
class MergedPoint:
    """A point of a profile with everything its parents say, not yet filled in."""

    id: str
    where: Where
    table: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[str, Where] = field(default_factory=dict)
    """Key -> the point table that last set it."""
    rule_origins: dict[str, Where] = field(default_factory=dict)
    variant: str = ""
    """Tells a point with rules of its own on one device from that of the profile."""
    offered: bool = False
    """Only a base, or a profile of another protocol, speaks of it so far: no device has it until a profile
    says where it is."""

    @property
    def is_absent(self) -> bool:
        return self.offered and "source" not in self.table

    def whole(self) -> dict[str, Any]:
        return {**self.table, "rule": list(self.rules.values())} if self.rules else self.table

    def place(self, *keys: str | int) -> Where:
        """Where `keys` of `whole()` were written."""
        match keys:
            case ("rule", int() as at, *inside):
                return self.rule_origins[list(self.rules)[at]].at(*inside)
            case (str() as key, *_) if key in self.origins:
                return self.origins[key].at(*keys)
            case _:
                return self.where.at(*keys)


@dataclass(slots=True)
class Family:
    """A profile together with its ancestors."""

    id: str
    where: Where
    body: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Where] = field(default_factory=dict)
    lineage: tuple[str, ...] = ()
    """Itself and its ancestors, the nearest first."""
    parameters: dict[str, Value] = field(default_factory=dict)
    required: dict[str, Where] = field(default_factory=dict)
    points: dict[str, MergedPoint] = field(default_factory=dict)
    variant: str = ""
    """Tells it from the profile as it stands, when a device has alarms of its own."""

    @property
    def is_base(self) -> bool:
        """Whether it only stands ready for others: nobody said which driver speaks to it."""
        return "driver" not in self.body

    def place(self, *keys: str | int) -> Where:
        return self.origins.get(str(keys[0]) if keys else "", self.where).at(*keys)


def inherited(profile: str, definitions: Mapping[str, Entry], problems: Problems) -> Family | None:
    """The profile over its ancestors; None where the line of ancestors is broken or a loop."""
    line = [profile]
    while parent := definitions[line[-1]].table.get("extends"):
        where = definitions[line[-1]].where.at("extends")
        if parent in line:
            loop = " -> ".join([*line[line.index(parent) :], parent])
            problems.add(
                where, parent, f"profile loop {loop}", "Let one of them extend another profile or none"
            )
            return None
        if not isinstance(parent, str) or parent not in definitions:
            problems.unknown(where, "profile", parent, (name for name in definitions if name not in line))
            return None
        line.append(parent)
    family = Family(profile, definitions[profile].where, lineage=tuple(line))
    for ancestor in reversed(line):
        _add(family, definitions[ancestor], problems)
    if not family.is_base:
        family.points = {name: point for name, point in family.points.items() if not point.is_absent}
    return family


def read_lineage(definition: Entry, problems: Problems) -> LineageTable | None:
    table = {key: definition.table[key] for key in LineageTable.model_fields if key in definition.table}
    return validated(LineageTable, table, definition.where.at, problems)


def _add(family: Family, definition: Entry, problems: Problems) -> None:
    where = definition.where
    unknown_keys(ProfileTable, definition.table, where.at, problems)
    if (lineage := read_lineage(definition, problems)) is not None:
        family.parameters |= lineage.parameters
        family.required |= dict.fromkeys(lineage.required, where)
        for name in lineage.parameters:
            family.required.pop(name, None)
        for at, name in enumerate(lineage.remove):
            _remove(family, name, where.at("remove", at), problems)
    driver = family.body.get("driver")
    if driver is not None and definition.table.get("driver", driver) != driver:
        _leave_protocol(family)
    for key, value in definition.table.items():
        if key in BodyTable.model_fields:
            family.body[key] = merged(family.body.get(key), value)
            family.origins[key] = where
        elif key in DescriptionTable.model_fields:
            family.description[key] = merged(family.description.get(key), value)
            family.origins[key] = where
    points = definition.table.get("point", [])
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        problems.add(
            where.at("point"),
            points,
            "point is a list of tables",
            f"Write [[profile.{family.id}.point]] above each",
        )
        return
    _add_points(family, points, where, problems)


def _leave_protocol(family: Family) -> None:
    """What follows speaks another protocol: names and alarms stay, where values lie is to be said anew."""
    family.body.pop("options", None)
    for point in family.points.values():
        point.offered = True
        for key in _OF_PROTOCOL:
            point.table.pop(key, None)


def _add_points(family: Family, points: list[dict[str, Any]], profile: Where, problems: Problems) -> None:
    here: dict[str, Where] = {}
    for at, table in enumerate(points):
        where = profile.at("point", at).called(name := table.get("id"))
        if not isinstance(name, str):
            written = f"{shown(name)} is no id" if "id" in table else "'id' is missing"
            problems.add(where.at("id"), name, written, f"Give the point an id of {ID_RULE}")
            continue
        if here.setdefault(name, where) is not where:
            problems.twice(where, "point", name, here[name])
            continue
        point = family.points.setdefault(name, MergedPoint(name, where))
        point.where = where
        point.offered = family.is_base
        for key, value in table.items():
            if key == "rule" and isinstance(value, list) and all(isinstance(rule, dict) for rule in value):
                _add_rules(point, value, where, problems)
            else:
                point.table[key] = merged(point.table.get(key), value)
                point.origins[key] = where


def _add_rules(point: MergedPoint, rules: list[dict[str, Any]], where: Where, problems: Problems) -> None:
    here: dict[str, Where] = {}
    for at, table in enumerate(rules):
        place = where.at("rule", at)
        name = str(table.get("name", table.get("kind", "")))
        if here.setdefault(name, place) is not place:
            problems.twice(place, "rule", name, here[name])
            continue
        point.rules[name] = merged(point.rules.get(name), table)
        point.rule_origins[name] = place


def _remove(family: Family, name: str, where: Where, problems: Problems) -> None:
    point, _, rule = name.partition("/")
    if point not in family.points:
        problems.unknown(where, "point", point, family.points)
    elif not rule:
        del family.points[point]
    elif rule not in family.points[point].rules:
        problems.unknown(where, "rule", rule, family.points[point].rules)
    else:
        del family.points[point].rules[rule]


def merged(base: Any, over: Any) -> Any:
    """Tables are joined key by key; anything else is replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: merged(base.get(key), value) for key, value in over.items()}
    return over
