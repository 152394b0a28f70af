"""What an alarm is by ISA-18.2, written without the program: plain facts, from which the state follows.

The program has a table of states and transitions. Here is none: an alarm is its condition, whether somebody
has seen it, whether it is latched, what hides it and whether it was told; everything else is derived.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from actors.circumstances import Circumstances
from actors.messages import AlarmState, Hiding, Mode
from config.rules import COMM_LOSS, DEVICE_FAULT, NODE_OUT, Rule
from config.site import Site

Name = tuple[str, str, str]
Why = tuple[Hiding, str]
"""What hides an alarm: a kind, and its cause; '' for a person's decision."""

STRONGEST_FIRST = (
    (Hiding.OUT_OF_SERVICE, AlarmState.OUT_OF_SERVICE),
    (Hiding.SHELVED, AlarmState.SHELVED),
    (Hiding.SUPPRESSED, AlarmState.SUPPRESSED),
)
SOUNDING = (AlarmState.UNACKNOWLEDGED, AlarmState.LATCHED)
LATE_S = 10
NODE_WAIT_S = 2
OWN = (COMM_LOSS, DEVICE_FAULT)


@dataclass
class Facts:
    """All there is to know of one alarm."""

    priority: int
    condition: bool = False
    seen: bool = True
    """Nothing waits for an acknowledgement."""
    latched: bool = False
    hidden_by: dict[Why, float] = field(default_factory=dict)
    """And until when."""
    one_shot: bool = False
    """The person's shelf ends with the condition."""
    told: bool = False
    """This occurrence was annunciated."""
    on_list: bool = False
    """Operators see it, be it for an earlier occurrence."""
    waited: bool = False
    """It was not told when it occurred: by now it may be over, as a source that is behind would say."""
    wait_until_s: float = 0.0
    """Until when the node has the word."""
    seen_at_s: float = 0.0
    event: int = 0
    silenced: bool = False
    judged: bool = False
    first: bool = False

    @property
    def state(self) -> AlarmState:
        for kind, state in STRONGEST_FIRST:
            if any(why == kind for why, _ in self.hidden_by):
                return state
        if self.condition:
            return AlarmState.ACKNOWLEDGED if self.seen else AlarmState.UNACKNOWLEDGED
        if self.latched:
            return AlarmState.LATCHED_ACKNOWLEDGED if self.seen else AlarmState.LATCHED
        return AlarmState.NORMAL if self.seen else AlarmState.RETURNED

    @property
    def stands(self) -> bool:
        """There is something to hide."""
        return self.condition or self.latched or self.state is AlarmState.RETURNED


class Model:
    """The alarms of a site, all of one zone. Whatever happens, `told_now` has what was annunciated by it."""

    def __init__(self, site: Site, now_s: float) -> None:
        self.site = site
        self.now_s = self.started_s = now_s
        self.circumstances = Circumstances()
        self.behind = False
        """The source has sent something old, and there may be more."""
        self.alarms: dict[Name, Facts] = {}
        self.told_now: list[Name] = []

    # --- what the site says

    def rule(self, name: Name) -> Rule | None:
        device, point, rule = name
        if device in self.site.nodes:
            return self.site.nodes[device].own_rules.get(rule) if not point else None
        if device not in self.site.devices:
            return None
        if not point:
            return self.site.devices[device].own_rules.get(rule)
        points = {one.id: one for one in self.site.devices[device].template.points}
        found = points.get(point)
        return next((one for one in found.rules if one.name == rule), None) if found else None

    def is_event(self, name: Name) -> bool:
        rule = self.rule(name)
        return rule is not None and self.site.classes[rule.alarm_class].event

    def latches(self, rule: Rule) -> bool:
        return rule.latched or self.site.classes[rule.alarm_class].latched

    def of(self, name: Name) -> Facts:
        rule = self.rule(name)
        assert rule is not None
        if name not in self.alarms:
            self.alarms[name] = Facts(rule.priority.rank)
        return self.alarms[name]

    # --- conditions

    def condition(self, name: Name, holds: bool, source_s: float, *, caught_up: bool = True) -> None:
        """One change; not `caught_up` when the source has more to send."""
        self.told_now = []
        late = self._note_age(source_s)
        if self.rule(name) is not None:
            self._follow(name, holds, late=late)
        self._heard(caught_up=caught_up)

    def condition_set(
        self, device: str, active: Iterable[Name], source_s: float, *, complete: bool, caught_up: bool = True
    ) -> None:
        """What a device says after a start: the difference counts."""
        self.told_now = []
        late = self._note_age(source_s)
        holding = [name for name, facts in self.alarms.items() if name[0] == device and facts.condition]
        theirs = [name for name in holding if complete or not name[1]]
        begun = [name for name in active if (complete or not name[1]) and self.rule(name) is not None]
        for name in theirs:
            if name not in begun:
                self._follow(name, False, late=late)
        for name in sorted(begun, key=lambda name: bool(name[1])):
            self._follow(name, True, late=late)
        self._heard(caught_up=caught_up)

    def caught_up(self) -> None:
        self.told_now = []
        self._heard(caught_up=True)

    def _note_age(self, source_s: float) -> bool:
        late = source_s < self.started_s or self.now_s - source_s > LATE_S
        self.behind |= late
        return late

    def _heard(self, *, caught_up: bool) -> None:
        self._tell()
        self.behind &= not caught_up
        self._tell()

    def _follow(self, name: Name, holds: bool, *, late: bool) -> None:
        facts = self.of(name)
        if facts.condition == holds:
            return
        facts.condition = holds
        if self.is_event(name):
            facts.event += holds
        elif holds:
            self._occur(name, late=late)
        else:
            self._return(name)

    def _occur(self, name: Name, *, late: bool) -> None:
        facts, rule = self.of(name), self.rule(name)
        assert rule is not None
        self._hide_by_design(name, begins=True)
        facts.latched |= rule.latched
        self._number(name)
        facts.waited, facts.wait_until_s = late, 0.0
        if self._is_tested(name) and not late and not self._is_explained(name):
            facts.on_list = True  # marked, without a sound
        if not facts.hidden_by and self._may_be_the_node(name) and not self._is_explained(name):
            facts.wait_until_s = self.now_s + NODE_WAIT_S
            facts.waited = True

    def _number(self, name: Name) -> None:
        """An occurrence of its own, that nobody has seen, heard or judged."""
        facts = self.of(name)
        facts.event += 1
        facts.first = self._is_first(name)
        facts.seen = facts.told = facts.silenced = facts.judged = False

    def _return(self, name: Name) -> None:
        facts, rule = self.of(name), self.rule(name)
        assert rule is not None
        was_hidden = bool(facts.hidden_by)
        if facts.one_shot:
            facts.one_shot = False
            facts.hidden_by.pop((Hiding.SHELVED, ""), None)
        if was_hidden:
            if not facts.hidden_by:
                self._emerge(name)
        elif facts.latched:
            facts.on_list = True
        elif not facts.on_list or not self.site.classes[rule.alarm_class].acknowledge_return:
            self._see(facts)
        elif facts.seen:
            facts.on_list = False

    def _see(self, facts: Facts) -> None:
        facts.seen = True
        facts.seen_at_s = self.now_s
        if not facts.condition and not facts.latched:
            facts.on_list = False

    def _is_first(self, name: Name) -> bool:
        """Of its group within the device: nothing else of it stands."""
        rule = self.rule(name)
        if rule is None or not rule.first_out:
            return False
        for other, facts in self.alarms.items():
            theirs = self.rule(other)
            same = theirs is not None and theirs.first_out == rule.first_out
            if same and other != name and other[0] == name[0] and facts.stands:
                return False
        return True

    # --- what hides

    def board(self, now: Circumstances, *, anew: bool = False) -> None:
        """News from beyond the zone."""
        self.told_now = []
        before, self.circumstances = self.circumstances, now
        for node in self.site.nodes:
            self._follow((node, "", NODE_OUT), node in now.nodes_out, late=False)
        if anew or replace(before, nodes_out={}) != replace(now, nodes_out={}):
            for name in list(self.alarms):
                self._hide_by_design(name)
        self._tell()

    def _hide_by_design(self, name: Name, *, begins: bool = False) -> None:
        facts = self.alarms[name]
        if self.is_event(name) or self.rule(name) is None:
            return
        was_hidden = bool(facts.hidden_by)
        own = {why: until for why, until in facts.hidden_by.items() if not why[1]}
        theirs = [why for why in self._reasons(name, facts) if facts.stands or why in facts.hidden_by]
        facts.hidden_by = own | dict.fromkeys(theirs, 0.0)
        facts.on_list |= bool(facts.hidden_by)
        if was_hidden and not facts.hidden_by and not begins:
            self._emerge(name)

    def _reasons(self, name: Name, facts: Facts) -> Iterator[Why]:
        device, now = name[0], self.circumstances
        rule = self.rule(name)
        assert rule is not None
        for written in rule.suppressed_by:
            parts = tuple(written.split("/"))
            cause = parts if len(parts) == 3 else (device, *parts)
            if cause in now.holding:
                yield Hiding.SUPPRESSED, "/".join(cause)
        if device in self.site.devices:
            subsystem = self.site.devices[device].subsystem
            for limit_set in rule.suppressed_in:
                why = (Hiding.SUPPRESSED, f"limit-set/{limit_set}")
                unknown = subsystem not in now.limit_sets
                if now.limit_sets.get(subsystem) == limit_set or (unknown and why in facts.hidden_by):
                    yield why
        for area in now.areas:
            theirs = area.alarm_class in ("", rule.alarm_class)
            if area.mode is Mode.SHELVED and theirs and self._covers(area.zone, area.device, device):
                yield Hiding.SHELVED, f"area/{area.id}"

    def _covers(self, zone: str, area_device: str, device: str) -> bool:
        found = self.site.devices.get(device) or self.site.nodes[device]
        path, at = [], found.zone
        while at:
            path.append(at)
            at = self.site.zones[at].parent
        return area_device in ("", device) and (not zone or zone in path)

    def _emerge(self, name: Name) -> None:
        """The last reason is gone."""
        facts = self.alarms[name]
        if facts.condition:
            self._number(name)
            facts.waited, facts.wait_until_s = True, 0.0
        elif facts.latched:
            facts.seen = False
        else:
            self._see(facts)

    # --- telling

    def _tell(self) -> None:
        """Whatever nobody has heard of and nothing explains."""
        for name, facts in self.alarms.items():
            if not facts.condition or facts.seen or facts.told or facts.hidden_by or self.is_event(name):
                continue
            explained, tested = self._is_explained(name), self._is_tested(name)
            facts.waited |= explained or tested
            may_be_over = facts.waited and self.behind and name[0] in self.site.devices
            is_early = self.now_s < facts.wait_until_s or may_be_over
            if not (explained or tested or is_early):
                facts.told = facts.on_list = True
                self.told_now.append(name)

    def _is_explained(self, name: Name) -> bool:
        """By a device that is lost or a node that is out."""
        device, point, rule = name
        if point:
            return any(self._holds((device, "", own)) for own in OWN)
        out = self.circumstances.nodes_out.keys()
        if rule == COMM_LOSS:
            return bool(out & self._nodes_above(device))
        return rule == NODE_OUT and bool(out & self._above(self.site.nodes[device].parent))

    def _is_tested(self, name: Name) -> bool:
        rule = self.rule(name)
        assert rule is not None
        return any(
            area.mode in (Mode.TEST, Mode.WORKS)
            and area.alarm_class in ("", rule.alarm_class)
            and self._covers(area.zone, area.device, name[0])
            for area in self.circumstances.areas
        )

    def _holds(self, name: Name) -> bool:
        return name in self.alarms and self.alarms[name].condition

    def _nodes_above(self, device: str) -> set[str]:
        return set().union(*map(self._above, self.site.devices[device].upstream))

    def _above(self, node: str) -> set[str]:
        if node not in self.site.nodes:
            return set()
        return {node} | self._above(self.site.nodes[node].parent)

    def _may_be_the_node(self, name: Name) -> bool:
        device, point, rule = name
        if point or rule != COMM_LOSS:
            return False
        above = self._nodes_above(device)
        return any(above & self._nodes_above(one) for one in self.site.devices if one != device)

    # --- the clock, restarts, configurations

    def clock(self, seconds: float) -> None:
        self.told_now = []
        self.now_s += seconds
        for name, facts in self.alarms.items():
            rule = self.rule(name)
            if rule is None:
                continue
            over = [why for why, until in facts.hidden_by.items() if 0 < until <= self.now_s]
            for why in over:
                self._uncover(name, why)
            is_due = rule.re_alarm_s and self.now_s >= facts.seen_at_s + rule.re_alarm_s
            if facts.state is AlarmState.ACKNOWLEDGED and is_due and not self.is_event(name):
                self._again(facts)
        self._tell()

    def _uncover(self, name: Name, why: Why) -> None:
        facts = self.alarms[name]
        del facts.hidden_by[why]
        facts.one_shot &= why != (Hiding.SHELVED, "")
        if not facts.hidden_by:
            self._emerge(name)

    def _again(self, facts: Facts) -> None:
        """The same occurrence once more."""
        facts.seen = facts.told = facts.silenced = False
        facts.waited = True
        facts.wait_until_s = 0.0

    def restart(self, now: Circumstances) -> None:
        self.started_s = self.now_s
        held = {
            name: facts
            for name, facts in self.alarms.items()
            if facts.state is AlarmState.UNACKNOWLEDGED and not facts.told and name[0] in self.site.devices
        }
        self.behind = bool(held)
        for facts in self.alarms.values():
            facts.wait_until_s = 0.0
        for name, facts in held.items():
            facts.waited = True
            facts.wait_until_s = self.now_s + NODE_WAIT_S if self._may_be_the_node(name) else 0.0
        self.board(now, anew=True)

    def configure(self, site: Site) -> None:
        self.told_now = []
        self.site = site
        for name, facts in list(self.alarms.items()):
            rule = self.rule(name)
            if rule is None:
                self.alarms[name] = Facts(0, event=facts.event)  # its numbers are not given again
                continue
            if rule.priority.rank < facts.priority and facts.state is AlarmState.ACKNOWLEDGED:
                self._again(facts)
            facts.priority = rule.priority.rank
            self._hide_by_design(name)
        self._tell()

    # --- what people ask

    def acknowledge(self, name: Name, event: int) -> None:
        facts = self._asked(name, event)
        if facts and facts.on_list and not facts.hidden_by and not facts.seen:
            self._see(facts)

    def reset(self, name: Name, event: int) -> None:
        facts, rule = self._asked(name, event), self.rule(name)
        if facts is None or rule is None or facts.hidden_by or facts.condition or not facts.latched:
            return
        kind = self.site.classes[rule.alarm_class]
        if kind.verdict and not facts.judged:
            return
        facts.latched = False
        if facts.seen or not kind.acknowledge_return:
            self._see(facts)

    def silence(self, name: Name, event: int) -> None:
        facts = self._asked(name, event)
        if facts and (facts.told or facts.state is AlarmState.LATCHED) and facts.state in SOUNDING:
            facts.silenced = True

    def judge(self, name: Name, event: int) -> None:
        facts = self._asked(name, event)
        if facts and facts.event:
            facts.judged = True

    def shelve(self, name: Name, until_s: float, *, one_shot: bool, reason: str) -> None:
        self.told_now = []
        rule = self.rule(name)
        if rule is None or not reason.strip() or self.is_event(name):
            return
        if not self.now_s < until_s <= self.now_s + self.site.classes[rule.alarm_class].shelve_limit_s:
            return
        facts = self.of(name)
        facts.hidden_by[Hiding.SHELVED, ""] = until_s
        facts.on_list = True
        facts.one_shot = one_shot

    def take_out(self, name: Name, until_s: float, *, order: str, reason: str) -> None:
        self.told_now = []
        if self.rule(name) is None or self.is_event(name) or not order.strip() or not reason.strip():
            return
        if until_s and until_s <= self.now_s:
            return
        facts = self.of(name)
        facts.hidden_by[Hiding.OUT_OF_SERVICE, ""] = until_s
        facts.on_list = True

    def bring_back(self, name: Name, kind: Hiding) -> None:
        self.told_now = []
        if self.rule(name) is None or (kind, "") not in self.of(name).hidden_by:
            return
        self._uncover(name, (kind, ""))
        self._tell()

    def _asked(self, name: Name, event: int) -> Facts | None:
        """None unless it names the occurrence that is there."""
        self.told_now = []
        if self.rule(name) is None or self.is_event(name) or name not in self.alarms:
            return None
        return self.alarms[name] if self.alarms[name].event == event else None


def names_of(site: Site) -> Iterable[Name]:
    for device in site.devices.values():
        for point in device.template.points:
            for rule in point.rules:
                yield device.id, point.id, rule.name
        for own in device.own_rules:
            yield device.id, "", own
