"""Plans played against the past and against what somebody supposes, before they are enabled (S0-3.5.5)."""

from dataclasses import replace
from typing import Any

import pytest

from actors.linkage.past import Series, needed
from actors.linkage.rows import ns
from actors.linkage.simulation import Kind, Past, Simulated, Supposed, simulate
from actors.messages import Outcome, RunState
from config.plans import Condition, End, EndWhen, Feedback, Op, Plan, StepKind, Trigger, TriggerKind
from config.site import Site
from config.value_rules import rule_name, rule_of
from drivers.driver import Quality
from tests.actors.linkage_bench import (
    BACK,
    BUTTON,
    OTHER_SMOKE,
    SMOKE,
    START_NS,
    bench,
    name,
    plan,
    said_en,
    site,
    step,
    write,
)

HOUR_NS = ns(3600)
WARM = Trigger(
    TriggerKind.VALUE, device="ahu-1", point="speed", rule=rule_name("p", 0), op=Op.ABOVE, value=30,
    deadband=2, for_s=60,
)  # fmt: skip


def at(seconds: float) -> int:
    return START_NS + ns(seconds)


def with_rule(planned: Site, trigger: Trigger) -> Site:
    """As the resolution of the site puts it on its point."""
    device = planned.devices[trigger.device]
    points = tuple(
        replace(point, rules=(*point.rules, rule_of(trigger, point))) if point.id == trigger.point else point
        for point in device.template.points
    )
    own = replace(device, template=replace(device.template, id="own", points=points))
    return replace(planned, devices={**planned.devices, device.id: own})


def series(*samples: tuple[float, float], quality: int = 0) -> Series:
    return Series(
        tuple(at(seconds) for seconds, _ in samples),
        tuple(value for _, value in samples),
        tuple(quality for _ in samples),
    )


def play(*plans: Plan, supposed: list[Supposed] | None = None, **more: Any) -> Simulated:
    planned = site(*plans)
    for one in plans:
        for trigger in one.triggers:
            planned = with_rule(planned, trigger) if trigger.kind is TriggerKind.VALUE else planned
    return simulate(planned, plans[0].id, START_NS, START_NS + HOUR_NS, supposed=supposed or [], **more)


def writes(simulated: Simulated) -> list[tuple[str, float | str, bool]]:
    return [
        (f"{one.device}/{one.point}", one.value, one.restores) for run in simulated.runs for one in run.orders
    ]


def test_a_value_of_the_past_starts_it_where_its_rule_would_have() -> None:
    past = Past(
        series={
            name("ahu-1/speed"): series((0, 20), (100, 35), (130, 20), (500, 31), (900, 29), (1000, 27)),
            name("ahu-1/fan"): series((0, 12)),
        }
    )
    told = play(
        plan("p", write("w", "ahu-1/fan", 50, **BACK), triggers=(WARM,), end=End(EndWhen.CLEARED)), past=past
    )
    (run,) = told.runs
    assert run.run is not None
    assert run.run.begun_ns == at(560)  # a minute above 30: 100 to 130 was too short
    assert run.run.ended_ns == at(1000) + ns(0.5)  # 29 is inside the deadband; then one write is restored
    assert writes(told) == [("ahu-1/fan", 50, False), ("ahu-1/fan", 12, True)]


def test_bad_values_and_what_was_so_from_the_beginning_start_nothing() -> None:
    for past in (series((100, 20), (200, 40), quality=Quality.BAD_FROZEN), series((100, 40))):
        told = play(
            plan("p", write("w", "ahu-1/fan", 50), triggers=(WARM,)),
            past=Past(series={name("ahu-1/speed"): past}),
        )
        assert told.runs == ()


def test_it_is_played_though_it_is_not_enabled_and_touches_nothing_that_is_not() -> None:
    off = plan("off", write("w", "ahu-1/fan", 7), enabled=False)
    told = play(
        plan("p", write("w", "ahu-1/fan", 50), enabled=False),
        off,
        supposed=[Supposed(at(10), Kind.OCCURS, "ahu-1/smoke/high")],
    )
    assert [run.run.plan for run in told.runs if run.run] == ["p"]


def test_a_plan_of_a_higher_level_takes_the_point_and_it_is_told() -> None:
    told = play(
        plan("p", write("w", "ahu-1/fan", 50), triggers=(BUTTON,)),
        plan("fire", write("w", "ahu-1/fan", 0), level=1, end=End(EndWhen.HAND)),
        supposed=[
            Supposed(at(10), Kind.OCCURS, "ahu-1/smoke/high"),
            Supposed(at(20), Kind.PUSHES, "p"),
        ],
    )
    ours = next(run for run in told.runs if run.run and run.run.plan == "p")
    assert "held by plan fire of level 1" in said_en(ours.steps[0].detail)


def test_a_person_of_the_supposition_confirms_operates_and_restores() -> None:
    fire = plan(
        "fire",
        write("w", "ahu-1/fan", 50, **BACK),
        write("d", "ahu-1/damper", 1),
        triggers=(SMOKE, OTHER_SMOKE),
        independent=2,
        end=End(EndWhen.CLEARED, by_hand=True),
    )
    told = play(
        fire,
        past=Past(series={name("ahu-1/fan"): series((0, 3))}),
        supposed=[
            Supposed(at(5), Kind.OPERATES, "ahu-1/damper", 9),
            Supposed(at(10), Kind.OCCURS, "ahu-1/smoke/high"),
            Supposed(at(70), Kind.CONFIRMS, "fire"),
            Supposed(at(200), Kind.CLEARS, "ahu-1/smoke/high"),
            Supposed(at(600), Kind.RESTORES, "fire"),
        ],
    )
    (run,) = told.runs
    assert run.run is not None
    assert (run.run.opened_ns, run.run.begun_ns) == (at(10), at(70))
    assert [one.state for one in run.steps] == ["done", "lost"]
    assert run.run.ended_ns == at(600) + ns(0.5)


def test_a_schedule_of_the_hour_fires_once() -> None:
    minute = (START_NS // ns(60) + 20) * ns(60)
    local = minute // ns(60) % 1440 + 8 * 60
    daily = Trigger(TriggerKind.SCHEDULE, minute=local % 1440)
    told = play(plan("p", write("w", "ahu-1/fan", 50), triggers=(daily,)))
    (run,) = told.runs
    assert run.run is not None
    assert run.run.begun_ns == minute


def test_conditions_are_judged_by_what_was_and_what_is_not_known_is_said() -> None:
    guarded = plan(
        "p", write("w", "ahu-1/fan", 50), conditions=(Condition(name("ahu-2/speed"), Op.ABOVE, 1),)
    )
    occurs = [Supposed(at(10), Kind.OCCURS, "ahu-1/smoke/high")]
    told = play(guarded, supposed=occurs)
    assert told.unknown == (name("ahu-2/speed"),)
    assert [run.run.outcome for run in told.runs if run.run] == [Outcome.REFUSED]
    told = play(guarded, supposed=[*occurs, Supposed(at(5), Kind.VALUE, "ahu-2/speed", 2)])
    assert [run.run.outcome for run in told.runs if run.run] == [Outcome.DONE]


@pytest.mark.parametrize(("obeys", "state"), [(True, "done"), (False, "failed")])
def test_feedback_comes_or_does_not_as_one_supposes(*, obeys: bool, state: str) -> None:
    checked = write("w", "ahu-1/fan", 50, feedback=Feedback(name("ahu-1/speed"), Op.ABOVE, 5, 10))
    told = play(plan("p", checked), supposed=[Supposed(at(10), Kind.OCCURS, "ahu-1/smoke/high")], obeys=obeys)
    assert [one.state for one in told.runs[0].steps] == [state]


def test_what_it_would_say_and_order_is_told() -> None:
    told = play(
        plan("p", step("say", StepKind.SPEAK), step("tell", StepKind.ORDER, target="repair")),
        supposed=[Supposed(at(10), Kind.OCCURS, "ahu-1/smoke/high")],
    )
    assert len(told.calls) == 1
    assert [one.target for one in told.requests] == ["repair"]


def test_the_points_that_it_needs_of_the_past_are_named() -> None:
    guarded = plan(
        "p",
        write("w", "ahu-1/fan", 50, **BACK, feedback=Feedback(name("ahu-3/speed"), Op.ABOVE, 5, 10)),
        triggers=(WARM,),
        conditions=(Condition(name("ahu-2/speed"), Op.ABOVE, 1),),
    )
    assert sorted(map(str, needed([guarded]))) == ["ahu-1/fan", "ahu-1/speed", "ahu-2/speed", "ahu-3/speed"]


def test_a_time_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="31 days"):
        simulate(site(plan("p")), "p", START_NS, START_NS + ns(32 * 86_400))


def test_it_tells_what_the_same_alarms_really_did() -> None:
    """The simulation and the run are one machine: both come to the same rows."""
    plans = (
        plan("p", write("w", "ahu-1/fan", 50), write("late", "ahu-2/fan", 1, after=("w",), delay_s=20)),
        plan("q", write("w", "ahu-1/damper", 5), triggers=(OTHER_SMOKE,), min_interval_s=600),
    )
    real = bench(*plans)
    for device in ("ahu-1", "ahu-2", "ahu-2", "ahu-1"):
        real.passes(30)
        real.occurs(device)
    real.passes(60)
    supposed = [
        Supposed(at(30 * (turn + 1)), Kind.OCCURS, f"{device}/smoke/high")
        for turn, device in enumerate(("ahu-1", "ahu-2", "ahu-2", "ahu-1"))
    ]
    told = play(*plans, supposed=supposed)
    assert [(run.run.plan, run.run.opened_ns) for run in told.runs if run.run and run.run.begun_ns] == [
        (run.row.plan, run.row.opened_ns) for run in real.runs.values() if run.row.begun_ns
    ]
    assert [one for one, _, _ in writes(told)] == [
        f"{one.device}/{one.point}" for run in real.runs.values() for one in run.orders.values()
    ]
    assert all(run.run.state is RunState.ENDED for run in told.runs if run.run)
