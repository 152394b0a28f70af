"""The world as a whole: repeatable, plausible, balanced, and obedient to the control room."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.rules import Priority, RuleKind
from config.site import Device, PointKind, Site
from drivers.simulators import MODELS, Campus, always_working_day, campus_of
from drivers.simulators.air import AirHandler
from drivers.simulators.faults import Fault
from drivers.simulators.model import Reading
from drivers.simulators.presence import office_hours, presence

NewCampus = Callable[..., Campus]
SEASONS = ("2026-01-14", "2026-04-15", "2026-07-15", "2026-10-14")


def values(campus: Campus) -> dict[tuple[str, str], Reading]:
    return {(device.id, point): value for device, all_ in campus.readings() for point, value in all_.items()}


def number(campus: Campus, device: str, point: str) -> float:
    value = values(campus)[device, point]
    assert isinstance(value, float | int)
    return value


def pass_time(campus: Campus, seconds: float, step_s: float = 10) -> None:
    for _ in range(round(seconds / step_s)):
        campus.step(step_s)


def counters(campus: Campus) -> dict[tuple[str, str], float]:
    found = {}
    for device, readings in campus.readings():
        for point in device.template.points:
            value = readings[point.id]
            if point.kind is PointKind.COUNTER and isinstance(value, float | int):
                found[device.id, point.id] = value
    return found


def alarms(device: Device, readings: Mapping[str, Reading]) -> list[tuple[str, str, str]]:
    """Limits that a device's values are beyond now, without delays."""
    found = []
    for point in device.template.points:
        value = readings[point.id]
        if not isinstance(value, float | int):
            continue
        for rule in point.rules:
            match rule.kind:
                case RuleKind.HIGH | RuleKind.HIGH_HIGH:
                    beyond = value > rule.limit
                case RuleKind.LOW | RuleKind.LOW_LOW:
                    beyond = value < rule.limit
                case RuleKind.STATE:
                    beyond = value == rule.limit
                case _:
                    beyond = False
            if beyond:
                found.append((device.id, point.id, rule.name))
    return found


def test_every_model_is_used_by_the_demo(demo: Site) -> None:
    assert {device.template.model for device in demo.devices.values()} - {""} == set(MODELS)


def test_the_same_seed_gives_the_same_values_faults_included(new_campus: NewCampus) -> None:
    one, two, other = (new_campus(seed=seed, with_faults=True) for seed in (5, 5, 6))
    for _ in range(300):
        for campus in (one, two, other):
            campus.step(1)
    assert one.faults
    assert one.faults == two.faults
    assert values(one) == values(two)
    assert values(one) != values(other)


@pytest.mark.parametrize("season", SEASONS)
def test_a_healthy_campus_stays_plausible_through_a_day_of_every_season(
    new_campus: NewCampus, season: str
) -> None:
    campus = new_campus(f"{season} 00:00")
    for step in range(24 * 60):
        campus.step(60)
        if step % 10:
            continue
        for device, readings in campus.readings():
            for point in device.template.points:
                value = readings[point.id]
                if isinstance(value, float | int):
                    where = f"{device.id}/{point.id} = {value} at {campus.world.local}"
                    assert point.plausible_low <= value <= point.plausible_high, where
                    if point.kind is PointKind.DISCRETE and point.states:
                        assert value in point.states, where


@pytest.mark.parametrize("season", SEASONS)
def test_a_healthy_working_day_raises_next_to_no_alarm(new_campus: NewCampus, season: str) -> None:
    campus = new_campus(f"{season} 06:00")
    for step in range(2 * 60 * 14):
        campus.step(30)
        if step % 20 == 0:
            found = [alarm for device, readings in campus.readings() for alarm in alarms(device, readings)]
            assert len(found) <= 2, (campus.world.local, found)


def test_counters_never_count_down_in_a_simulated_year(new_campus: NewCampus) -> None:
    campus = new_campus("2026-01-01 00:00")
    campus.step(3600)
    before = counters(campus)
    for hour in range(365 * 24):
        campus.step(3600)
        if hour % 50 == 0:
            now = counters(campus)
            assert not {point for point in before if now[point] < before[point]}
            before = now


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0.1, 7200), min_size=2, max_size=8))
def test_counters_never_count_down_whatever_the_steps(new_campus: NewCampus, steps: list[float]) -> None:
    campus = new_campus()
    campus.step(1)
    before = counters(campus)
    for dt_s in steps:
        campus.step(dt_s)
        now = counters(campus)
        assert not {point for point in before if now[point] < before[point]}
        before = now


def test_a_restart_of_the_simulators_sets_no_counter_back(new_campus: NewCampus) -> None:
    campus = new_campus("2026-07-15 09:00")
    pass_time(campus, 3 * 3600)
    again = new_campus("2026-07-15 12:00", seed=2)
    again.step(1)
    now = counters(again)
    assert {point for point, value in counters(campus).items() if now[point] < value} == set()


def test_incomers_carry_what_their_feeders_carry_and_the_losses(new_campus: NewCampus) -> None:
    campus = new_campus()
    for _ in range(50):
        campus.step(10)
        for incomer, model in (("in-1", campus.models["in-1"]), ("in-2", campus.models["in-2"])):
            fed = campus.world.wiring.behind(incomer, campus.models)
            total = sum(campus.models[meter].power_kw for meter in fed)
            assert model.power_kw == pytest.approx(1.015 * total)


def test_energy_is_the_integral_of_power(new_campus: NewCampus) -> None:
    campus = new_campus()
    campus.step(1)
    before, integral = number(campus, "pm-a-air", "energy"), 0.0
    for _ in range(600):
        campus.step(5)
        integral += campus.models["pm-a-air"].power_kw * 5 / 3600
    assert number(campus, "pm-a-air", "energy") - before == pytest.approx(integral, rel=1e-6)


def test_heat_taken_by_the_coils_warms_the_return_water(new_campus: NewCampus) -> None:
    """In a settled plant, flow times temperature difference is the cold that the coils take."""
    campus = new_campus("2026-07-15 14:00")
    pass_time(campus, 2 * 3600)
    water = campus.world.chilled_water
    assert 1.163 * water.flow_m3_h * (water.return_c - water.supply_c) == pytest.approx(
        water.demand_kw, rel=0.1
    )
    assert number(campus, "ch-1", "cooling") + number(campus, "ch-2", "cooling") == pytest.approx(
        water.demand_kw, rel=0.1
    )


@pytest.mark.parametrize(("start", "setpoint"), [("2026-07-15 09:00", 22.0), ("2026-01-14 09:00", 25.0)])
def test_a_room_follows_the_setpoint_that_the_control_room_moves(
    new_campus: NewCampus, start: str, setpoint: float
) -> None:
    campus = new_campus(start)
    pass_time(campus, 3600)
    air = campus.models["ahu-a2"]
    assert isinstance(air, AirHandler)
    before = air.room.temperature_c
    campus.write("ahu-a2", "temp-setpoint", setpoint)
    pass_time(campus, 300)
    moved = air.room.temperature_c - before
    assert abs(air.room.temperature_c - setpoint) < abs(before - setpoint)
    assert abs(moved) > 0.05, "something must be seen within minutes"
    pass_time(campus, 4 * 3600)
    assert air.room.temperature_c == pytest.approx(setpoint, abs=0.5)
    assert number(campus, "ahu-a2", "temp-setpoint") == setpoint


def test_a_lamp_switched_off_goes_dark_and_lowers_the_meters(new_campus: NewCampus) -> None:
    campus = new_campus()
    campus.step(1)
    before = campus.models["pm-a-light"].power_kw
    assert number(campus, "lc-a-2", "lamp-3-on") == 1
    campus.write("lc-a-2", "lamp-3", 0)
    campus.step(1)
    assert number(campus, "lc-a-2", "lamp-3-on") == 0
    assert number(campus, "lc-a-2", "lamp-3-current") == 0
    assert 1.0 < before - campus.models["pm-a-light"].power_kw < 3.0


def test_a_hand_on_the_switch_counts_until_the_schedule_switches_next(new_campus: NewCampus) -> None:
    campus = new_campus("2026-07-15 18:00")
    campus.step(1)
    campus.write("lc-b-1", "lamp-1", 0)
    pass_time(campus, 3600, 30)
    assert number(campus, "lc-b-1", "lamp-1-on") == 0
    pass_time(campus, 2 * 3600, 30)
    assert number(campus, "lc-b-1", "lamp-1-on") == 1
    assert number(campus, "lc-b-1", "lamp-8-on") == 0, "at night only corridors and exits are lit"


def test_an_air_handler_switched_off_stops_and_one_switched_on_runs_at_night(new_campus: NewCampus) -> None:
    campus = new_campus()
    pass_time(campus, 600)
    campus.write("ahu-b1", "mode", 0)
    pass_time(campus, 600)
    assert number(campus, "ahu-b1", "running") == 0
    assert number(campus, "ahu-b1", "fan-power") < 0.1
    night = new_campus("2026-04-15 02:00")
    night.write("ahu-b1", "mode", 1)
    pass_time(night, 600)
    assert number(night, "ahu-b1", "running") == 1


def test_the_standby_pump_takes_over_from_one_that_trips(new_campus: NewCampus) -> None:
    campus = new_campus()
    pass_time(campus, 2 * 3600)
    pumps = ("chwp-1", "chwp-2", "chwp-3")
    running = [pump for pump in pumps if number(campus, pump, "running")]
    assert len(running) == 2
    campus.faults.append(Fault(running[0], "trip", "", 0, math.inf))
    pass_time(campus, 60)
    assert number(campus, running[0], "tripped") == 1
    assert number(campus, running[0], "frequency") < 1
    assert [number(campus, pump, "running") for pump in pumps].count(1) == 2


def test_the_first_fault_comes_soon_and_few_alarms_stand(new_campus: NewCampus) -> None:
    """What a newcomer meets: something within two minutes, never a storm."""
    for seed in (1, 2, 3):
        campus = new_campus(seed=seed, with_faults=True)
        seen, most = 0, 0
        for second in range(0, 3600, 2):
            campus.step(2)
            if campus.faults and not seen:
                seen = second
            if second % 20 == 0:
                absent = campus.silent() | {
                    device.id
                    for device in (model.device for model in campus.models.values())
                    if campus.cut_off() and device.subsystem == "lift"
                }
                most = max(
                    most,
                    len(absent)
                    + sum(len(alarms(device, readings)) for device, readings in campus.readings()),
                )
        assert 0 < seen < 120
        assert 0 < most < 10


def test_a_tower_that_shakes_runs_on_and_one_under_repair_shows_local(new_campus: NewCampus) -> None:
    campus = new_campus()
    pass_time(campus, 2 * 3600)
    (running, *_) = [tower for tower in ("ct-1", "ct-2") if number(campus, tower, "running")]
    campus.faults += [Fault(running, effect, "", 0, math.inf) for effect in ("vibration", "local")]
    pass_time(campus, 60)
    assert number(campus, running, "running") == 1
    assert number(campus, running, "vibration") > 8
    assert number(campus, running, "remote") == 0


def test_faults_are_mended(new_campus: NewCampus) -> None:
    campus = new_campus(with_faults=True)
    pass_time(campus, 7200, 5)
    first = campus.world.time_s
    for fault in campus.faults:
        assert fault.until_s > first
    struck = {device for device, model in campus.models.items() if model.faults}
    assert struck == {fault.device for fault in campus.faults}


def test_a_site_with_a_model_that_nobody_knows_is_refused(demo: Site, new_campus: NewCampus) -> None:
    lift = demo.devices["lift-a1"]
    strange = replace(lift, template=replace(lift.template, model="elevator"))
    site = replace(demo, devices={"lift-a1": strange})
    with pytest.raises(ValueError, match=r"elevator.*known models: .*lift"):
        campus_of(site, seed=1, start_s=datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def test_the_priorities_of_the_profiles_are_spread_as_the_standard_asks(demo: Site) -> None:
    """IEC 62682: about 80 % low, 15 % medium, 5 % high and above.

    Fire and intrusion are ranked by the law rather than by this: they are rare, not of low priority, nor is
    what their own devices say of themselves. The profiles of a standard have every alarm that it knows.
    """
    lawful = ("fire-panel", "fire-linkage", "fire-loop", "intrusion-host", "nut-ups", "ups-mib-3")
    templates = demo.templates.values()
    rules = {
        (template.profile.removesuffix("-recorded"), point.id, rule.name): rule.priority
        for template in templates
        for point in template.points
        for rule in point.rules
        if rule.alarm_class not in {"fire", "security", "event"} and template.profile not in lawful
    }
    share = {priority: sum(one is priority for one in rules.values()) / len(rules) for priority in Priority}
    assert 0.65 < share[Priority.LOW] < 0.85
    assert 0.1 < share[Priority.MEDIUM] < 0.25
    assert share[Priority.HIGH] + share[Priority.CRITICAL] < 0.12


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)))  # noqa: DTZ001
def test_the_demo_always_plays_a_working_day(now: datetime) -> None:
    day = always_working_day(now.replace(tzinfo=UTC))
    assert office_hours(day)
    assert presence(day) > 0.5
