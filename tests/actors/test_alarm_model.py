"""The life of alarms against a model in other words: random histories of a small site (R-60, N01, N06)."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from actors.circumstances import Circumstances
from actors.messages import (
    AcknowledgeAlarm,
    AlarmState,
    Area,
    Hiding,
    Mode,
    RecordVerdict,
    RemoveFromService,
    ResetAlarm,
    ReturnToService,
    ShelveAlarm,
    SilenceAlarm,
    UnshelveAlarm,
    Verdict,
)
from config.alarms import NODE_RULES
from config.rules import COMM_LOSS, DEVICE_FAULT, NODE_OUT, AlarmClass, Priority, Rule
from config.site import Node, NodeKind, Site
from tests.actors.alarm_model import SOUNDING, Facts, Model, Name
from tests.actors.alarm_zone import ANNA, BERT, S, Zone, began, read
from tests.actors.small_site import point, site, text
from tests.actors.small_site import rule as rule_of

RULES = (
    rule_of("plain"),
    rule_of("low", suppressed_by=("t/trip", "b/t/plain"), suppressed_in=("night",), first_out="group"),
    rule_of("trip", first_out="group", re_alarm_s=300.0),
    rule_of("smoke", alarm_class="fire", latched=True),
    rule_of("latch", latched=True, first_out="group", suppressed_in=("night",)),
    rule_of("quick", alarm_class="quick", re_alarm_s=60.0),
    rule_of("quick-latch", alarm_class="quick", latched=True),
    rule_of("open", alarm_class="event", suppressed_in=("night",)),
)


def site_of(version: int, *rules: Rule) -> Site:
    """Devices a and b behind a gateway of a network, c by itself."""
    plain = site(point("t", *rules), devices=("a", "b", "c"), version=version)
    devices = {
        name: replace(one, upstream=("gw",)) if name != "c" else one for name, one in plain.devices.items()
    }
    nodes = {
        "gw": Node("gw", text("gw"), NodeKind.GATEWAY, "building-a", parent="net", own_rules=NODE_RULES),
        "net": Node("net", text("net"), NodeKind.NETWORK, "building-a", own_rules=NODE_RULES),
    }
    quick = AlarmClass("quick", text("quick"), acknowledge_return=False)
    return replace(plain, devices=devices, nodes=nodes, classes={**plain.classes, "quick": quick})


DEVICES = ("a", "b", "c")
OWN = (COMM_LOSS, DEVICE_FAULT)
POINTS: list[Name] = [(device, "t", one.name) for device in DEVICES for one in RULES]
LINKS: list[Name] = [(device, "", own) for device in DEVICES for own in OWN]
NODES: list[Name] = [(node, "", NODE_OUT) for node in ("gw", "net")]
NAMES = POINTS + LINKS + NODES
SMOKE = [name for name in POINTS if name[2] == "smoke"]
FEW: list[Name] = [*POINTS[:8], ("b", "t", "plain"), ("b", "t", "low"), LINKS[0], LINKS[2]]
"""Those to which most happens, so that much happens to them."""

SAME = st.sampled_from([None] * 8)
"""The one to which something happened last, so that some go through many states."""
conditions = SAME | st.sampled_from(FEW) | st.sampled_from(POINTS + LINKS)
names = SAME | SAME | st.sampled_from(FEW) | st.sampled_from(NAMES)
AGES = st.sampled_from([0, 0, 0, 0, 5, 60])
ALL_AREAS = st.lists(
    st.builds(
        Area,
        st.just(""),
        st.sampled_from(Mode),
        st.sampled_from(["", "building-a"]),
        st.sampled_from(["", "a", "b"]),
        st.sampled_from(["", "", "process", "fire", "network"]),
        st.just("anna"),
        st.just("works"),
        st.just(0),
        st.just(9_000 * S),
    ),
    max_size=2,
)


class Histories(RuleBasedStateMachine):
    """Everything happens to the program and to the model alike."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 1
        plant = site_of(1, *RULES)
        self.zone = Zone(plant)
        self.model = Model(plant, self.zone.now_s)
        self.told = 0
        self.journaled = 0
        self.board = Circumstances()
        self.areas = 0
        self.events: dict[Name, int] = {}
        self.last = FEW[0]

    def one(self, name: Name | None) -> Name:
        self.last = name or self.last
        return self.last

    def condition(self, name: Name | None) -> Name:
        """Nodes have none that a source tells."""
        return FEW[0] if self.one(name) in NODES else self.last

    # --- conditions

    @rule(name=conditions, holds=st.booleans(), age_s=AGES, caught_up=st.booleans())
    def a_condition_changes(self, name: Name | None, holds: bool, age_s: int, caught_up: bool) -> None:
        name = self.condition(name)
        at_s = self.zone.now_s - age_s
        self.model.condition(name, holds, at_s, caught_up=caught_up)
        self.zone.hear(began(*name, at_s, active=holds), caught_up=caught_up)

    @rule(name=conditions, holds=st.booleans())
    def a_condition_changes_now(self, name: Name | None, holds: bool) -> None:
        name = self.condition(name)
        self.model.condition(name, holds, self.zone.now_s)
        self.zone.hear(began(*name, self.zone.now_s, active=holds))

    @rule(
        device=st.sampled_from(["a", "a", "b", "c"]),
        rules=st.sets(st.sampled_from([one.name for one in RULES])),
        own=st.sets(st.sampled_from(OWN)),
        is_up=st.booleans(),
        age_s=AGES,
        caught_up=st.booleans(),
    )
    def a_device_is_read(
        self, device: str, rules: set[str], own: set[str], is_up: bool, age_s: int, caught_up: bool
    ) -> None:
        found = [("t", name) for name in sorted(rules)] if is_up else [("", name) for name in sorted(own)]
        at_s = self.zone.now_s - age_s
        self.model.condition_set(
            device, [(device, *one) for one in found], at_s, complete=is_up, caught_up=caught_up
        )
        self.zone.hear(read(device, at_s, *found, complete=is_up), caught_up=caught_up)

    @rule()
    def the_source_has_caught_up(self) -> None:
        self.model.caught_up()
        self.zone.hear()

    @precondition(lambda self: self.zone.heard)
    @rule(back=st.integers(1, 5))
    def rows_come_again(self, back: int) -> None:
        """R-61: they change nothing; that the source is behind once more is true."""
        self.model.caught_up()
        before = len(self.zone.journal)
        self.zone.hear_again(back)
        assert not [one for one in self.zone.journal[before:] if one.row.transition != "annunciate"]

    # --- circumstances

    def news(self, now: Circumstances) -> None:
        self.board = now
        self.model.board(now)
        self.zone.told(
            nodes_out=now.nodes_out, holding=now.holding, limit_sets=now.limit_sets, areas=now.areas
        )

    @rule(out=st.sets(st.sampled_from(["gw", "net"])))
    def nodes_go_out(self, out: set[str]) -> None:
        self.news(replace(self.board, nodes_out=dict.fromkeys(out, self.zone.wall_ns)))

    @rule(a=st.booleans(), b=st.booleans())
    def watched_conditions_hold(self, a: bool, b: bool) -> None:
        held = [name for name, holds in ((("a", "t", "trip"), a), (("b", "t", "plain"), b)) if holds]
        self.news(replace(self.board, holding=frozenset(held)))

    @rule(limit_set=st.sampled_from(["day", "night"]))
    def the_plant_changes(self, limit_set: str) -> None:
        self.news(replace(self.board, limit_sets={"hvac": limit_set}))

    @rule(areas=ALL_AREAS)
    def areas_change(self, areas: list[Area]) -> None:
        self.news(replace(self.board, areas=self.numbered(areas)))

    def numbered(self, areas: list[Area]) -> tuple[Area, ...]:
        self.areas += len(areas)
        return tuple(replace(one, id=f"a{self.areas - at}") for at, one in enumerate(areas))

    # --- the clock, restarts, configurations

    @rule(seconds=st.sampled_from([1, 3, 15, 70, 200, 400]))
    def time_passes(self, seconds: int) -> None:
        self.model.clock(seconds)
        self.zone.wait(seconds)

    @rule(seconds=st.sampled_from([1, 5, 100, 400]), forgets=st.booleans(), areas=st.none() | ALL_AREAS)
    def the_process_restarts(self, seconds: int, forgets: bool, areas: list[Area] | None) -> None:
        """With what was kept; the plant may not have said yet how it is, and orders may have ended."""
        self.zone.now_s += seconds
        self.model.now_s += seconds
        if forgets:
            self.board = replace(self.board, limit_sets={})
        if areas is not None:
            self.board = replace(self.board, areas=self.numbered(areas))
        self.zone.circumstances = self.board
        self.model.restart(self.board)
        told = self.model.told_now
        self.zone.start(self.zone.site)
        self.model.clock(0)
        self.model.told_now += told
        self.zone.wait(0)

    @rule(
        without=st.sampled_from([None, None, "plain", "low", "smoke", "open"]),
        urgent=st.sampled_from([None, "plain", "trip", "latch"]),
    )
    def another_configuration(self, without: str | None, urgent: str | None) -> None:
        self.version += 1
        rules = (
            replace(one, priority=Priority.CRITICAL) if one.name == urgent else one
            for one in RULES
            if one.name != without
        )
        plant = site_of(self.version, *rules)
        self.model.configure(plant)
        self.zone.reconfigure(plant)
        self.zone.heard.clear()  # what was passed over then may count now

    # --- people

    @rule(name=names, older=st.sampled_from([0, 0, 0, 1]), bert=st.booleans())
    def somebody_acknowledges(self, name: Name | None, older: int, bert: bool) -> None:
        name = self.one(name)
        event = self.event(name) - older
        self.model.acknowledge(name, event)
        self.zone.ask(AcknowledgeAlarm(*name, event, "seen"), BERT if bert else ANNA)

    @rule(name=names, older=st.sampled_from([0, 0, 0, 1]))
    def somebody_resets(self, name: Name | None, older: int) -> None:
        name = self.one(name)
        event = self.event(name) - older
        self.model.reset(name, event)
        self.zone.ask(ResetAlarm(*name, event, ""))

    @rule(name=names, older=st.sampled_from([0, 0, 1]))
    def somebody_silences(self, name: Name | None, older: int) -> None:
        name = self.one(name)
        event = self.event(name) - older
        self.model.silence(name, event)
        self.zone.ask(SilenceAlarm(*name, event))

    @rule(
        name=st.sampled_from([one for one in POINTS if one[2] == "smoke"]), cause=st.sampled_from(["x", ""])
    )
    def somebody_judges(self, name: Name | None, cause: str) -> None:
        name = self.one(name)
        event = self.event(name)
        if cause:
            self.model.judge(name, event)
        self.zone.ask(RecordVerdict(*name, event, Verdict.FALSE, cause, ""))

    @rule(
        name=names,
        seconds=st.sampled_from([50, 150, 3600, -1, 100_000]),
        one_shot=st.booleans(),
        reason=st.sampled_from(["noisy", "noisy", " "]),
    )
    def somebody_shelves(self, name: Name | None, seconds: int, one_shot: bool, reason: str) -> None:
        name = self.one(name)
        until_s = self.zone.now_s + seconds
        self.model.shelve(name, until_s, one_shot=one_shot, reason=reason)
        self.zone.ask(ShelveAlarm(*name, round(until_s * S), one_shot, reason))

    @rule(name=names)
    def somebody_unshelves(self, name: Name | None) -> None:
        name = self.one(name)
        self.model.bring_back(name, Hiding.SHELVED)
        self.zone.ask(UnshelveAlarm(*name, "back"))

    @rule(name=names, seconds=st.sampled_from([0, 0, 150, -1]), order=st.sampled_from(["WO-1", "WO-1", ""]))
    def somebody_takes_it_out_of_service(self, name: Name | None, seconds: int, order: str) -> None:
        name = self.one(name)
        until_s = self.zone.now_s + seconds if seconds else 0
        self.model.take_out(name, until_s, order=order, reason="sensor")
        self.zone.ask(RemoveFromService(*name, round(until_s * S), order, "sensor"))

    @rule(name=names)
    def somebody_puts_it_back(self, name: Name | None) -> None:
        name = self.one(name)
        self.model.bring_back(name, Hiding.OUT_OF_SERVICE)
        self.zone.ask(ReturnToService(*name, "done"))

    @rule(
        name=st.sampled_from(POINTS[:8]),
        acts=st.lists(
            st.sampled_from(["begin", "end", "see", "silence", "reset", "wait"]), min_size=3, max_size=8
        ),
    )
    def it_lives_on(self, name: Name, acts: list[str]) -> None:
        """The common course of one alarm, which single steps seldom make."""
        for act in acts:
            match act:
                case "begin" | "end":
                    self.a_condition_changes_now(name=name, holds=act == "begin")
                case "see":
                    self.somebody_acknowledges(name=name, older=0, bert=False)
                case "silence":
                    self.somebody_silences(name=name, older=0)
                case "reset":
                    self.somebody_resets(name=name, older=0)
                case _:
                    self.time_passes(seconds=400)
            self.what_is_told_is_what_the_model_tells()
            self.every_alarm_is_what_the_model_says()

    def event(self, name: Name) -> int:
        return self.zone.kept[name].alarm.event if name in self.zone.kept else 0

    # --- what must be the same

    @invariant()
    def every_alarm_is_what_the_model_says(self) -> None:
        for name in NAMES:
            facts = self.model.alarms.get(name, Facts(0))
            kept, modelled = self.as_kept(name), as_modelled(facts)
            differ = {what: (kept[what], modelled[what]) for what in kept if kept[what] != modelled[what]}
            assert not differ, f"{name}: the zone and the model say {differ}"

    def as_kept(self, name: Name) -> dict[str, object]:
        record = self.zone.kept.get(name)
        if record is None:
            return as_modelled(Facts(0))
        alarm = record.alarm
        return {
            "state": alarm.state,
            "active": alarm.active,
            "event": alarm.event,
            "held": record.held,
            "shown": record.shown,
            "latch": record.latch,
            "hidden by": {(one.kind, one.cause): one.until_ns for one in alarm.suppressions if not one.cause}
            | {(one.kind, one.cause): 0 for one in alarm.suppressions if one.cause},
            "silenced": alarm.state in SOUNDING and alarm.silenced_ns != 0,
            "judged": record.stands and alarm.judgement is not None,
            "first": record.stands and alarm.first_out,
        }

    @invariant()
    def what_is_told_is_what_the_model_tells(self) -> None:
        changes = self.zone.journal[self.journaled :]
        told = sorted(one.record.name for one in changes if one.row.annunciated)
        self.journaled = len(self.zone.journal)
        assert told == sorted(self.model.told_now)
        self.model.told_now = []

    @invariant()
    def nothing_is_journaled_twice(self) -> None:
        keys = [(one.record.name, one.key, one.row.transition) for one in self.zone.journal]
        assert len(keys) == len(set(keys))

    @invariant()
    def what_is_hidden_is_not_annunciated(self) -> None:
        for one in self.zone.journal:
            assert not (one.row.annunciated and one.record.hidden)

    @invariant()
    def no_number_is_given_again(self) -> None:
        for name, record in self.zone.kept.items():
            assert record.alarm.event >= self.events.get(name, 0)
            self.events[name] = record.alarm.event

    @invariant()
    def nothing_stays_whose_condition_is_over_and_nothing_is_missing(self) -> None:
        for record in self.zone.kept.values():
            state, active = record.alarm.state, record.alarm.active
            if state in {AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED}:
                assert active
            elif not record.hidden:
                assert not active


def as_modelled(facts: Facts) -> dict[str, object]:
    state = facts.state
    return {
        "state": state,
        "active": facts.condition,
        "event": facts.event,
        "held": state is AlarmState.UNACKNOWLEDGED and not facts.told,
        "shown": facts.on_list,
        "latch": facts.latched,
        "hidden by": {why: round(until_s * S) for why, until_s in facts.hidden_by.items()},
        "silenced": state in SOUNDING and facts.silenced,
        "judged": facts.stands and facts.judged,
        "first": facts.stands and facts.first,
    }


def run(machine: type[RuleBasedStateMachine], sequences: int) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=sequences, stateful_step_count=30))


def test_random_histories_agree_with_the_model() -> None:
    run(Histories, 400)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_random_histories_agree_with_the_model() -> None:
    run(Histories, 10_000)
