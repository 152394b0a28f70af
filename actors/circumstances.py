"""What decides beyond a single alarm whether it is told: topology, logic, states of the plant, modes.

Pure. The board keeps it for all zones; each zone judges its own alarms by it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from actors.alarm_records import Name
from actors.messages import Area, Hiding, Mode, Suppression
from actors.said import said
from config.alarms import ancestors, suppressors
from config.rules import COMM_LOSS, NODE_OUT, Rule
from config.site import Site

SILENT_MODES = frozenset({Mode.TEST, Mode.WORKS})
"""Alarms are shown and marked, and nothing sounds; in a drill the control room hears them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a zone contributes."""

    zone: str
    lost: Mapping[str, int]
    """Device -> since when it is lost, UTC nanoseconds."""
    holding: frozenset[Name]
    """Those of the watched conditions that hold."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    nodes_out: Mapping[str, int] = field(default_factory=dict)
    """Node -> since when, UTC nanoseconds."""
    holding: frozenset[Name] = frozenset()
    limit_sets: Mapping[str, str] = field(default_factory=dict)
    """Subsystem -> the set in force; none where nobody has said."""
    areas: tuple[Area, ...] = ()


def watched(site: Site) -> frozenset[Name]:
    """The conditions on which other alarms or nodes depend."""
    names = {
        name
        for device in site.devices.values()
        for point in device.template.points
        for rule in point.rules
        if rule.suppressed_by
        for name in suppressors(device.id, rule)
    }
    return frozenset(names | {name_of(node.alarm) for node in site.nodes.values() if node.alarm})


def name_of(written: str) -> Name:
    """device/point/rule as a name."""
    device, point, rule = written.split("/")
    return device, point, rule


def written(name: Name) -> str:
    return "/".join(name)


class Topology:
    """Which devices hang on which nodes."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._members: dict[str, set[str]] = defaultdict(set)
        self._above: dict[str, tuple[str, ...]] = {}
        for device in site.devices.values():
            above = tuple(
                dict.fromkeys(node for one in device.upstream for node in ancestors(site.nodes, one))
            )
            self._above[device.id] = above
            for node in above:
                self._members[node].add(device.id)

    def out(self, lost: Mapping[str, int], holding: frozenset[Name]) -> dict[str, int]:
        """The nodes that are out, and since when: their own alarm says so, or all that hangs on them is lost
        (of one device alone nobody can tell)."""
        found: dict[str, int] = {}
        for node in self._site.nodes.values():
            members = self._members.get(node.id, set())
            gone = [lost[device] for device in members if device in lost]
            if node.alarm and name_of(node.alarm) in holding:
                found[node.id] = min(gone, default=0)
            elif len(members) > 1 and len(gone) == len(members):
                found[node.id] = max(gone)
        return found

    def shares(self, device: str) -> bool:
        """Whether it hangs on something together with others."""
        return any(len(self._members[node]) > 1 for node in self._above.get(device, ()))

    def root(self, name: Name, nodes_out: Mapping[str, int]) -> str:
        """What explains that a device or node is lost: the nearest node above that is out; '' for nothing."""
        device, point, rule = name
        if not point and rule == COMM_LOSS:
            above: tuple[str, ...] = self._above.get(device, ())
        elif not point and rule == NODE_OUT and device in self._site.nodes:
            if (alarm := self._site.nodes[device].alarm) and self._is_told(name_of(alarm)):
                return alarm
            above = ancestors(self._site.nodes, self._site.nodes[device].parent)
        else:
            return ""
        return next((written((node, "", NODE_OUT)) for node in above if node in nodes_out), "")

    def _is_told(self, name: Name) -> bool:
        rule = self._site.rule(*name)
        return rule is not None and not self._site.classes[rule.alarm_class].event


def place_of(site: Site, device: str) -> tuple[str, ...]:
    """The zones that hold a device or node, the root first."""
    found = site.devices.get(device) or site.nodes.get(device)
    return site.zone_path(found.zone) if found is not None and found.zone in site.zones else ()


def covers(area: Area, site: Site, device: str, alarm_class: str) -> bool:
    return (
        area.device in ("", device)
        and (not area.zone or area.zone in place_of(site, device))
        and area.alarm_class in ("", alarm_class)
    )


def mode_of(circumstances: Circumstances, site: Site, device: str, alarm_class: str) -> str:
    """'' where nothing is going on; of several the one in which nothing sounds."""
    if not circumstances.areas:
        return ""
    found = [one.mode for one in circumstances.areas if covers(one, site, device, alarm_class)]
    modes = [mode for mode in found if mode is not Mode.SHELVED]
    return next((mode for mode in modes if mode in SILENT_MODES), modes[0] if modes else "")


def hiding(
    circumstances: Circumstances, site: Site, name: Name, rule: Rule, now_ns: int
) -> Iterator[Suppression]:
    """What hides an alarm by itself; its cause tells one from another."""
    device, _, _ = name
    for suppressor in suppressors(device, rule):
        if suppressor in circumstances.holding:
            told = said(f"因 {written(suppressor)}", f"because of {written(suppressor)}")
            yield Suppression(Hiding.SUPPRESSED, written(suppressor), "", told, now_ns)
    found = site.devices.get(device)
    limit_set = circumstances.limit_sets.get(found.subsystem, "") if found else ""
    if limit_set and limit_set in rule.suppressed_in:
        told = said(f"处于工况 {limit_set}", f"in the plant state {limit_set}")
        yield Suppression(Hiding.SUPPRESSED, f"limit-set/{limit_set}", "", told, now_ns)
    for area in circumstances.areas:
        if area.mode is Mode.SHELVED and covers(area, site, device, rule.alarm_class):
            yield Suppression(Hiding.SHELVED, f"area/{area.id}", area.by, area.reason, now_ns, area.until_ns)
