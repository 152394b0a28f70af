"""Linkage plans of a site: what they resolve to, and every way in which one can be wrong (S0-3.5.5)."""
# ruff: noqa: E501, a case is a line

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from config.driver_schema import DriverSchema
from config.load import load_site
from config.plan_checks import faults
from config.plans import EndWhen, PlanGroup, PointName, Setting, StepKind, TriggerKind
from config.problems import Problem, SiteError
from config.rules import RuleKind
from config.site import Site, Verify

MORE = """
[[subsystem]]
id = "lift"
kind = "lift"
name = { zh = "电梯", en = "Lifts" }

[profile.panel]
name = { zh = "消防主机", en = "Fire panel" }
driver = "plain"

[[profile.panel.point]]
id = "fan"
name = { zh = "排烟风机", en = "Smoke fan" }
kind = "discrete"
source = { address = 1 }
write = { approval = "Li" }

[[profile.panel.point]]
id = "smoke"
name = { zh = "烟感", en = "Smoke" }
kind = "discrete"
source = { address = 2 }
rule = [{ name = "fire", kind = "state", limit = 1 }]

[[device]]
id = "panel"
name = { zh = "主机", en = "Panel" }
profile = "panel"
subsystem = "fire"
zone = "building-a"
connection = { host = "10.0.0.8" }

[[device]]
id = "lift-1"
name = { zh = "1号梯", en = "Lift 1" }
profile = "panel"
subsystem = "lift"
zone = "building-a"
connection = { host = "10.0.0.9" }

[[group]]
id = "cool"
name = { zh = "降温", en = "Cool" }
member = [{ point = "setpoint", profile = "ahu", zone = "building-a", value = 18 }]

[[calendar_day]]
day = 2027-01-01
workday = false
holiday = "new-year"
"""

PLAN = """
[[plan]]
id = "night"
name = { zh = "夜间", en = "Night" }
level = 5
enabled = true
group = "comfort"
trigger = [{ kind = "value", point = "ahu-1/temperature", op = ">", value = 28, deadband = 1, for_s = 5 }]
condition = [{ point = "ahu-1/remote", value = 1 }]
step = [
  { id = "cool", name = { zh = "降温", en = "Cool" }, kind = "group", group = "cool", restore = "before" },
  { id = "say", name = { zh = "播报", en = "Say" }, kind = "speak", after = ["cool"], text = { zh = "降温", en = "Cooling" } },
]
end = { when = "cleared" }
"""


class Bench:
    """The good site with a plan, to be changed in places."""

    def __init__(self, folder: Path, text: str, drivers: Mapping[str, DriverSchema]) -> None:
        self._folder, self._text, self._drivers = folder, text, drivers

    def site(self, *changes: tuple[str, str], more: str = "") -> Site:
        plan = PLAN + more
        for old, new in changes:
            assert old in plan, old
            plan = plan.replace(old, new, 1)
        (self._folder / "site.toml").write_text(self._text + MORE, "utf-8")
        (self._folder / "plans.toml").write_text(plan, "utf-8")
        return load_site(self._folder, self._drivers)

    def problems(self, *changes: tuple[str, str], more: str = "") -> list[Problem]:
        with pytest.raises(SiteError) as caught:
            self.site(*changes, more=more)
        return list(caught.value.problems)


@pytest.fixture
def bench(site: Path, site_text: str, drivers: Mapping[str, DriverSchema]) -> Bench:
    return Bench(site, site_text, drivers)


def test_a_plan_is_resolved_with_its_group_and_an_event_on_the_point(bench: Bench) -> None:
    site = bench.site()
    plan = site.plans["night"]
    assert plan.group is PlanGroup.COMFORT
    assert plan.end.when is EndWhen.CLEARED
    assert plan.steps[0].kind is StepKind.GROUP
    assert plan.steps[0].settings == (Setting(PointName("ahu-1", "setpoint"), 18),)
    trigger = plan.triggers[0]
    assert trigger.kind is TriggerKind.VALUE
    rule = site.rule("ahu-1", "temperature", trigger.rule)
    assert rule is not None
    assert (rule.kind, rule.limit, rule.deadband, rule.on_delay_s) == (RuleKind.HIGH, 28, 1, 5)
    assert site.classes[rule.alarm_class].event
    assert site.calendar[date(2027, 1, 1)].holiday == "new-year"


def test_only_the_device_that_a_value_is_watched_on_gets_a_template_of_its_own(bench: Bench) -> None:
    row = """
[[device]]
id = "ahu-2"
name = { zh = "2号机组", en = "Unit 2" }
profile = "ahu"
subsystem = "hvac"
zone = "building-a"
connection = { host = "10.0.0.2" }
"""
    site = bench.site(more=row)
    plain = bench.site(("value = 28", "value = 27"), more=row)
    assert site.devices["ahu-1"].template.id != site.devices["ahu-2"].template.id
    assert len(site.devices["ahu-2"].template.points[0].rules) == 1
    assert site.devices["ahu-1"].digest != plain.devices["ahu-1"].digest
    assert site.devices["ahu-2"].digest == plain.devices["ahu-2"].digest


STEP = 'kind = "group", group = "cool", restore = "before"'
TRIGGER = 'kind = "value", point = "ahu-1/temperature", op = ">", value = 28, deadband = 1, for_s = 5'
LAST = 'kind = "speak", after = ["cool"], text = { zh = "降温", en = "Cooling" }'
CASES = {
    # what: (old, new, words of the message and the way out, words of the Chinese)
    "no end": ('end = { when = "cleared" }', "", ["has no end", "done, cleared, after or hand"], ["没有结束方式"]),
    "unknown point": ("ahu-1/remote", "ahu-1/remot", ["'remot'", "Did you mean 'remote'?"], ["remot"]),
    "unknown device": ("ahu-1/remote", "ahu-7/remote", ["unknown device 'ahu-7'"], ["ahu-7"]),
    "unknown group": ('group = "cool", restore', 'group = "cold", restore', ["unknown group 'cold'"], ["cold"]),
    "read only": (STEP, 'kind = "write", point = "ahu-1/temperature", value = 20', ["read only"], ["只读"]),
    "outside the limits": (STEP, 'kind = "write", point = "ahu-1/setpoint", value = 31', ["31 °C is outside 16 to 30"], ["超出"]),
    "restored outside the limits": (STEP, 'kind = "write", point = "ahu-1/setpoint", value = 20, restore = "value", restore_value = 99', ["99"], ["99"]),
    "key of another kind": (TRIGGER, 'kind = "schedule", at = "08:00", value = 3', ["'value' means nothing", "schedule"], ["不适用"]),
    "key missing": (TRIGGER, 'kind = "schedule"', ["has no 'at'"], ["缺少", "时刻"]),
    "no time": (TRIGGER, 'kind = "schedule", at = "25:00"', ["25:00"], ["25:00"]),
    "never": (TRIGGER, 'kind = "schedule", at = "08:00", days = ["make-up"], weekdays = ["monday"]', ["fits no day"], ["没有一天成立"]),
    "never a day of that holiday": (TRIGGER, 'kind = "calendar", occasion = "make-up-workday", season = ["07-01", "07-02"]', ["fits no day"], ["没有一天成立"]),
    "comparison": ('op = ">", value = 28', 'op = "=", value = 28', ["analogue point", "Comparisons that fit: >, <"], ["不能用"]),
    "outside the range": ("value = 28", "value = 70", ["70 is outside the range"], ["量程"]),
    "unknown alarm": (TRIGGER, 'kind = "alarm", alarm = "ahu-1/temperature/hihg"', ["'hihg'", "Did you mean 'high'?"], ["hihg"]),
    "unknown alarm class": (TRIGGER, 'kind = "alarm", alarm_class = "fires"', ["unknown alarm class 'fires'", "Did you mean 'fire'?"], ["fires"]),
    "alarm that is not named": (TRIGGER, 'kind = "alarm"', ["has no 'alarm'"], ["缺少"]),
    "unknown plan": (TRIGGER, 'kind = "plan", plan = "nihgt"', ["unknown plan 'nihgt'"], ["nihgt"]),
    "starts itself": (TRIGGER, 'kind = "plan", plan = "night"', ["in a ring: night -> night"], ["循环"]),
    "starts itself as a step": (LAST, 'kind = "plan", plan = "night"', ["in a ring: night -> night"], ["循环"]),
    "watches what it writes": (TRIGGER, 'kind = "value", point = "ahu-1/setpoint", op = "<", value = 19', ["in a ring"], ["循环"]),
    "unknown step before": ('after = ["cool"]', 'after = ["cold"]', ["unknown step 'cold'", "Known: cool, say"], ["前序 cold 不存在"]),
    "waits for itself": ('after = ["cool"]', 'after = ["say"]', ["'say' is never reached"], ["永远不会执行"]),
    "defined twice": ('id = "say"', 'id = "cool"', ["'cool' is defined twice"], ["用了两次"]),
    "side by side": (LAST, 'kind = "write", point = "ahu-1/setpoint", value = 20', ["side by side", "ahu-1/setpoint"], ["并行"]),
    "no steps": (f'{{ id = "cool", name = {{ zh = "降温", en = "Cool" }}, {STEP} }},\n  {{ id = "say", name = {{ zh = "播报", en = "Say" }}, {LAST} }},', "", ["does nothing"], ["没有动作"]),
    "no trigger": (f"trigger = [{{ {TRIGGER} }}]", "", ["nothing starts"], ["没有触发"]),
    "never over": (TRIGGER, 'kind = "button"', ["nothing that starts it can be over", "done, after or hand"], ["没有会消失的触发"]),
    "after what": ('when = "cleared"', 'when = "after"', ["after a time that is not given"], ["没有时长"]),
    "fire output": (STEP, 'kind = "write", point = "panel/fan", value = 1', ["fire-linkage controller", "'watch'"], ["消防联动控制器"]),
    "lift without interlock": (STEP, 'kind = "write", point = "lift-1/fan", value = 1', ["no interlock", "Add a condition on a point of lift-1"], ["联锁"]),
    "fire on one signal": ('group = "comfort"', 'group = "fire"', ["start on one signal", "independent = 2"], ["一个信号"]),
    "fire restored by itself": ('group = "comfort"', 'group = "fire"\nindependent = 2', ["a person does", "by_hand = true"], ["人员确认"]),
    "power restored by itself": ('group = "comfort"', 'group = "power"', ["a person does"], ["人员确认"]),
    "unknown mode": ("level = 5", 'level = 5\nmodes = ["drills"]', ["unknown mode 'drills'", "Did you mean 'drill'?"], ["drills"]),
    "shelving what may not be": (LAST, 'kind = "shelve", alarm_class = "fire", hours = 1', ["shelves class 'fire'", "at most 0 h"], ["搁置"]),
    "level": ("level = 5", "level = 0", ["level", "1"], ["级别"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_with_a_plan_is_told_in_both_languages(bench: Bench, case: str) -> None:
    old, new, english, chinese = CASES[case]
    problems = bench.problems((old, new))
    told = "\n".join(map(str, problems))
    assert all(word in told for word in english), told
    assert all(word in "\n".join(one.zh for one in problems) for word in chinese), [
        one.zh for one in problems
    ]
    assert all(one.path.startswith("plan[0] night") for one in problems), told


def test_a_primary_action_of_a_fire_plan_is_the_controllers(bench: Bench) -> None:
    fire = ('group = "comfort"', 'group = "fire"\nindependent = 2')
    hand = ('when = "cleared"', 'when = "hand", by_hand = true')
    assert bench.site(fire, hand).plans["night"].independent == 2
    (problem,) = bench.problems(fire, hand, (LAST, LAST + ', role = "primary"'))
    assert "belongs to the fire-linkage controller" in problem.message
    watch = 'kind = "watch", role = "primary", feedback = { point = "panel/fan", value = 1, within_s = 30 }'
    assert bench.site(fire, hand, (LAST, watch)).plans["night"].steps[1].feedback is not None


def test_a_lift_is_written_with_an_interlock(bench: Bench) -> None:
    write = (STEP, 'kind = "write", point = "lift-1/fan", value = 1')
    guard = ("condition = [", 'condition = [{ point = "lift-1/smoke", value = 0 }, ')
    assert bench.site(write, guard).plans["night"].conditions[0].point == PointName("lift-1", "smoke")


def test_an_emergency_write_without_feedback_is_a_warning_and_no_error(bench: Bench) -> None:
    flood = ('group = "comfort"', 'group = "flood"')
    assert [fault.is_error for fault in faults(bench.site(flood))] == []  # the write is confirmed by feedback
    site = bench.site(flood)
    device = site.devices["ahu-1"]
    points = tuple(
        replace(point, write=replace(point.write, verify=Verify.NONE)) if point.write else point
        for point in device.template.points
    )
    changed = replace(device, template=replace(device.template, points=points))
    (warning,) = faults(replace(site, devices={**site.devices, "ahu-1": changed}))
    assert not warning.is_error
    assert "without a feedback" in warning.en
    assert "没有反馈" in warning.zh


def test_a_plan_waits_for_no_value_of_a_point_that_is_only_written(bench: Bench) -> None:
    watched = 'kind = "watch", feedback = { point = "ahu-1/remote", value = 1, within_s = 30 }'
    site = bench.site((LAST, watched))
    assert not [*faults(site)]

    def told(*only: str) -> list[tuple[object, ...]]:
        device = site.devices["ahu-1"]
        points = tuple(replace(point, write_only=point.id in only) for point in device.template.points)
        changed = replace(device, template=replace(device.template, points=points))
        found = [*faults(replace(site, devices={**site.devices, "ahu-1": changed}))]
        assert all("is only written" in one.en and "只写" in one.zh and one.is_error for one in found)
        return [one.keys for one in found]

    assert told("temperature") == [("trigger", 0, "point")]
    assert told("remote") == [("condition", 0, "point"), ("step", 1, "feedback", "point")]
    assert told("setpoint") == [("step", 0, "restore")]


def second(id_: str, *changes: tuple[str, str]) -> str:
    text = PLAN.replace('id = "night"', f'id = "{id_}"', 1)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


WARM = (STEP, 'kind = "write", point = "ahu-1/setpoint", value = 24')
CLOCK = (TRIGGER, 'kind = "schedule", at = "18:00"')
DONE = ('when = "cleared"', 'when = "done"')
TOGETHER = {
    "same trigger": ([WARM], True),
    "other level": ([WARM, ("level = 5", "level = 4")], False),
    "same value": ([], False),
    "not enabled": ([WARM, ("enabled = true", "enabled = false")], False),
    "opposite values": ([WARM, ('op = ">", value = 28', 'op = "<", value = 20')], False),
    "overlapping values": ([WARM, ('op = ">", value = 28', 'op = ">", value = 27')], True),
    "while the first lasts": ([WARM, CLOCK, DONE], True),
}


@pytest.mark.parametrize("case", TOGETHER)
def test_two_plans_of_one_level_may_not_write_one_point_different_values(bench: Bench, case: str) -> None:
    changes, conflict = TOGETHER[case]
    more = second("day", *changes)
    if not conflict:
        assert set(bench.site(more=more).plans) == {"night", "day"}
        return
    (problem,) = bench.problems(more=more)
    assert "ahu-1/setpoint" in problem.message
    assert "another level" in problem.suggestion


def test_short_plans_at_different_hours_do_not_conflict(bench: Bench) -> None:
    morning = second("day", WARM, (TRIGGER, 'kind = "schedule", at = "07:00"'), DONE)
    assert set(bench.site(CLOCK, DONE, more=morning).plans) == {"night", "day"}
    same = second("day", WARM, CLOCK, DONE)
    assert bench.problems(CLOCK, DONE, more=same)


def test_a_ring_over_points_and_plans_is_found(bench: Bench) -> None:
    begun = (TRIGGER, 'kind = "plan", plan = "night", plan_event = "started"')
    writes = (STEP, 'kind = "write", point = "ahu-1/setpoint", value = 25')
    more = second("day", begun, writes, ("level = 5", "level = 4"), DONE)
    assert set(bench.site(more=more).plans) == {"night", "day"}
    (problem,) = bench.problems(
        (TRIGGER, 'kind = "value", point = "ahu-1/setpoint", op = ">", value = 20'),
        (STEP, 'kind = "write", point = "ahu-1/setpoint", value = 18'),
        more=more,
    )
    assert "night -> day -> night" in problem.message


def test_groups_and_days_of_the_calendar_can_be_wrong_too(bench: Bench) -> None:
    more = """
[[group]]
id = "none"
name = { zh = "无", en = "None" }
member = [{ point = "setpiont", value = 18 }]

[[calendar_day]]
day = 2027-02-01
workday = true
holiday = "new-year"

[[calendar_day]]
day = 2027-02-01
workday = false
"""
    told = "\n".join(map(str, bench.problems(more=more)))
    assert "no device here has point 'setpiont'" in told
    assert "is a workday and a day of 'new-year'" in told
    assert "day '2027-02-01' is defined twice" in told
