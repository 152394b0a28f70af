"""A zone that is killed at any moment ends as one that was not, and has told as much (R-61)."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from actors.alarm_records import Name
from actors.messages import (
    AcknowledgeAlarm,
    Area,
    Mode,
    RecordVerdict,
    RemoveFromService,
    ResetAlarm,
    ReturnToService,
    ShelveAlarm,
    SilenceAlarm,
    TickStep,
    UnshelveAlarm,
    Verdict,
)
from tests.actors.alarm_zone import S, Zone, began, read
from tests.actors.test_alarm_model import FEW, LINKS, OWN, RULES, SMOKE, run, site_of


class Crash(Enum):
    NONE = "none"
    BEFORE = "before it was journaled"
    AFTER = "after it was journaled"


Deed = Callable[[Zone], object]
crashes = st.sampled_from(Crash)
names = st.sampled_from(FEW + LINKS)
SITE = site_of(1, *RULES)


class Crashes(RuleBasedStateMachine):
    """The same happens to two zones; one of them is killed now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.steady, self.killed = Zone(SITE), Zone(SITE)

    def do(self, deed: Deed, crash: Crash) -> None:
        deed(self.steady)
        if crash is Crash.BEFORE:
            kept, rows, sequence = dict(self.killed.kept), len(self.killed.journal), self.killed.sequence
            deed(self.killed)
            self.killed.kept, self.killed.sequence = kept, sequence
            del self.killed.journal[rows:], self.killed.heard[sequence:]
            self.again()
        deed(self.killed)
        if crash is Crash.AFTER:
            self.again()

    def again(self) -> None:
        """From what was journaled; the source sends what it has not been told of, and catches up."""
        self.killed.start(SITE)
        self.killed.hear_again(min(3, self.killed.sequence))

    @rule(name=names, holds=st.booleans(), crash=crashes)
    def a_condition_changes(self, name: Name, holds: bool, crash: Crash) -> None:
        at_s = self.steady.now_s
        self.do(lambda zone: zone.hear(began(*name, at_s, active=holds)), crash)

    @rule(
        device=st.sampled_from(["a", "b"]),
        rules=st.sets(st.sampled_from([one.name for one in RULES])),
        own=st.sets(st.sampled_from(OWN)),
        is_up=st.booleans(),
        crash=crashes,
    )
    def a_device_is_read(
        self, device: str, rules: set[str], own: set[str], is_up: bool, crash: Crash
    ) -> None:
        found = [("t", name) for name in sorted(rules)] if is_up else [("", name) for name in sorted(own)]
        at_s = self.steady.now_s
        self.do(lambda zone: zone.hear(read(device, at_s, *found, complete=is_up)), crash)

    @rule(
        out=st.sets(st.sampled_from(["gw", "net"])),
        holding=st.sets(st.sampled_from([("a", "t", "trip"), ("b", "t", "plain")])),
        limit_set=st.sampled_from(["day", "night"]),
        modes=st.sets(st.sampled_from(Mode), max_size=2),
        crash=crashes,
    )
    def the_board_has_news(
        self, out: set[str], holding: set[Name], limit_set: str, modes: set[Mode], crash: Crash
    ) -> None:
        areas = tuple(
            Area(mode.value, mode, "", "a", "", "anna", "works", 0, 9_000 * S) for mode in sorted(modes)
        )
        nodes: Mapping[str, int] = dict.fromkeys(sorted(out), self.steady.wall_ns)
        self.do(
            lambda zone: zone.told(
                nodes_out=nodes, holding=holding, limit_sets={"hvac": limit_set}, areas=areas
            ),
            crash,
        )

    @rule(seconds=st.sampled_from([3, 70, 200, 400]), crash=crashes)
    def time_passes(self, seconds: int, crash: Crash) -> None:
        until_s = self.steady.now_s + seconds
        self.do(lambda zone: zone.wait(until_s - zone.now_s), crash)

    @rule(name=names, what=st.integers(0, 6), seconds=st.sampled_from([50, 150]), crash=crashes)
    def somebody_asks(self, name: Name, what: int, seconds: int, crash: Crash) -> None:
        event = self.steady.kept[name].alarm.event if name in self.steady.kept else 0
        until_ns = self.steady.wall_ns + seconds * S
        request = (
            AcknowledgeAlarm(*name, event, "seen"),
            SilenceAlarm(*name, event),
            ResetAlarm(*name, event, ""),
            ShelveAlarm(*name, until_ns, seconds == 50, "noisy"),
            UnshelveAlarm(*name, "back"),
            RemoveFromService(*name, until_ns, "WO-1", "sensor"),
            ReturnToService(*name, "done"),
        )[what]
        self.do(lambda zone: zone.ask(request), crash)

    @rule(name=st.sampled_from(SMOKE), crash=crashes)
    def somebody_answers_a_fire(self, name: Name, crash: Crash) -> None:
        event = self.steady.kept[name].alarm.event if name in self.steady.kept else 0
        self.do(lambda zone: zone.ask(TickStep(*name, event, 0, "camera")), crash)
        self.do(lambda zone: zone.ask(RecordVerdict(*name, event, Verdict.REAL, "x", "y")), crash)

    @invariant()
    def both_zones_are_alike(self) -> None:
        for zone in (self.steady, self.killed):
            zone.hear()
            zone.wait(3)
        assert self.killed.kept.keys() == self.steady.kept.keys()
        for name, record in self.steady.kept.items():
            other = self.killed.kept[name]
            # It may be told later; and the mark of a mode that ended is taken off once more.
            alarm = replace(other.alarm, changed_ns=record.alarm.changed_ns, mode=record.alarm.mode)
            assert replace(other, alarm=alarm, condition=record.condition) == record

    @invariant()
    def each_occurrence_was_annunciated_as_often(self) -> None:
        assert annunciated(self.killed) == annunciated(self.steady)

    @invariant()
    def the_journals_say_the_same_happened(self) -> None:
        assert transitions(self.killed) == transitions(self.steady)


def annunciated(zone: Zone) -> Counter[tuple[Name, int]]:
    return Counter((one.record.name, one.record.alarm.event) for one in zone.journal if one.row.annunciated)


def transitions(zone: Zone) -> Counter[tuple[Name, str]]:
    """Without `annunciate`: what is annunciated at once in one zone may wait for its source in the other."""
    return Counter(
        (one.record.name, one.row.transition) for one in zone.journal if one.row.transition != "annunciate"
    )


def test_a_crash_at_any_moment_changes_nothing() -> None:
    run(Crashes, 200)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_crash_at_any_moment_changes_nothing_in_many_histories() -> None:
    run(Crashes, 5000)
