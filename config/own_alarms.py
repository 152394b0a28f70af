"""Alarms that one device or node has instead of what is usual, or beside it: the `[[alarm]]` tables."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from config.alarms import NODE_RULES, OWN_RULES
from config.entries import Entry
from config.inherit import Family, MergedPoint, merged
from config.points import rule_of
from config.problems import Key, Problems, Where
from config.rule_schema import AlarmTable, RuleTable
from config.rules import AlarmClass, Rule
from config.site import Node
from config.text import Text
from config.validate import unknown_keys, validated

_PLACE = ("device", "point", "enabled")
"""What says which alarm is meant, and is no part of its rule."""


@dataclass(frozen=True, slots=True)
class Override:
    point: str
    rule: str
    enabled: bool
    table: Mapping[str, Any]
    where: Where


class OwnAlarms:
    """The overrides of a site, by device; whatever is wrong with them goes to `problems`."""

    def __init__(
        self, entries: list[Entry], known: Mapping[str, Where], problems: Problems,
        classes: Mapping[str, AlarmClass],
    ) -> None:  # fmt: skip
        """`known` are all devices that are written down."""
        self._known = known
        self._problems = problems
        self._classes = classes
        self._of: dict[str, list[Override]] = defaultdict(list)
        first: dict[tuple[str, str, str], Where] = {}
        for entry in entries:
            override = self._read(entry)
            if override is None:
                continue
            device = str(entry.table["device"])
            name = (device, override.point, override.rule)
            if first.setdefault(name, entry.where) is not entry.where:
                problems.twice(entry.where, "alarm", "/".join(part for part in name if part), first[name])
                continue
            self._of[device].append(override)

    def _read(self, entry: Entry) -> Override | None:
        table, where = entry.table, entry.where
        unknown_keys(AlarmTable, table, where.at, self._problems)
        device, point, rule = table.get("device"), table.get("point", ""), table.get("name")
        if not isinstance(device, str):
            self._problems.unknown(where.at("device"), "device", device, self._known)
            return None
        if not isinstance(rule, str) or not isinstance(point, str):
            self._problems.add(
                where.at("name"), rule, "an alarm is named by device, point and name", "Write all three",
                zh="报警由 device、point、name 三者命名；请补全",
            )  # fmt: skip
            return None
        enabled = table.get("enabled", True)
        rest = {key: value for key, value in table.items() if key not in _PLACE}
        return Override(point, rule, enabled is not False, rest, where)

    def family(self, device: str, family: Family) -> Family:
        """The family as this device has it."""
        overrides = [one for one in self._of.get(device, ()) if one.point]
        if not overrides:
            return family
        told = sorted(
            (one.point, one.rule, one.enabled, sorted(one.table.items(), key=str)) for one in overrides
        )
        variant = sha256(repr(told).encode()).hexdigest()[:8]
        points = dict(family.points)
        for one in overrides:
            if one.point not in points:
                self._problems.unknown(one.where.at("point"), "point", one.point, family.points)
                continue
            points[one.point] = self._point(points[one.point], one, variant)
        return replace(family, points=points, variant=variant)

    def _point(self, point: MergedPoint, one: Override, variant: str) -> MergedPoint:
        rules, origins = dict(point.rules), dict(point.rule_origins)
        if one.rule not in rules and "kind" not in one.table:
            self._problems.unknown(one.where.at("name"), "rule", one.rule, point.rules)
            return point
        if one.enabled:
            rules[one.rule] = merged(rules.get(one.rule), dict(one.table))
            origins[one.rule] = one.where
        else:
            rules.pop(one.rule, None)
            origins.pop(one.rule, None)
        return replace(point, rules=rules, rule_origins=origins, variant=variant)

    def own_rules(self, device: str) -> Mapping[str, Rule]:
        """The rules that every device has, as this one has them."""
        return self._own_rules(device, OWN_RULES)

    def with_nodes(self, nodes: Mapping[str, Node]) -> dict[str, Node]:
        """Each with its rules as it has them. What is neither a device nor one of these is a problem."""
        for name, overrides in self._of.items():
            if name in self._known:
                continue
            for one in overrides:
                if name not in nodes:
                    self._problems.unknown(one.where.at("device"), "device", name, [*self._known, *nodes])
                elif one.point:
                    self._problems.unknown(one.where.at("point"), "point", one.point, ())
        return {
            name: replace(node, own_rules=self._own_rules(name, NODE_RULES)) for name, node in nodes.items()
        }

    def _own_rules(self, owner: str, usual: Mapping[str, Rule]) -> Mapping[str, Rule]:
        overrides = [one for one in self._of.get(owner, ()) if not one.point]
        if not overrides:
            return usual
        return {
            **usual,
            **{one.rule: rule for one in overrides if (rule := self._own(one, usual)) is not None},
        }

    def _own(self, one: Override, usual: Mapping[str, Rule]) -> Rule | None:
        if one.rule not in usual:
            self._problems.unknown(one.where.at("name"), "rule of a device", one.rule, usual)
            return None
        if not one.enabled:
            message = f"{one.rule} cannot be taken away: a lost device is an alarm"
            self._problems.add(
                one.where.at("enabled"), one.enabled, message,
                "Lower its priority, or take the device out of service",
                zh=f"{one.rule} 不能取消：设备失联必须报警；可降低级别，或将设备退出服务",
            )  # fmt: skip
            return None
        standard = usual[one.rule]
        rated = {"severity": str(standard.severity), "response_s": standard.response_s}
        written = {"kind": "state", "limit": 1, **rated, **one.table}

        def place(*keys: Key) -> Where:
            return one.where.at(*keys)

        table = validated(RuleTable, written, place, self._problems)
        if table is None:
            return None
        rule = rule_of(table, Text("", ""), {}, self._classes)
        if rule.alarm_class not in self._classes:
            self._problems.unknown(place("alarm_class"), "alarm class", rule.alarm_class, self._classes)
        said = {key: getattr(rule, key) for key in one.table if key in OF_OWN}
        if "severity" in said or "response_s" in said or "priority" in said:
            said["priority"] = rule.priority
        return replace(standard, **said, follows=tuple(key for key in rule.follows if key != "text"))


OF_OWN = frozenset(
    ("priority", "text", "cause", "consequence", "action", "alarm_class", "severity", "response_s",
     "re_alarm_s", "latched", "sound", "prompt", "suppressed_by", "suppressed_in")
)  # fmt: skip
"""What may be said of a rule that every device or node has: when it holds is not the site's to say."""
