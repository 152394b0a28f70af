"""Machines one by one: tanks and pumps, UPS, lifts, weather, people, faults."""

import itertools
import math
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.site import Device, Site
from drivers.simulators import Campus
from drivers.simulators.approach import toward
from drivers.simulators.chilled_water import sequence
from drivers.simulators.faults import KINDS, SENSOR, Fault, schedule
from drivers.simulators.lifts import FLOORS, Lift, metres
from drivers.simulators.model import Model
from drivers.simulators.presence import office_hours, presence
from drivers.simulators.thermal import Room
from drivers.simulators.ups import BATTERY_KWH, Ups
from drivers.simulators.water import TANK_HIGH_M, TANK_LOW_M, Sump, WaterSupply
from drivers.simulators.weather import Weather

NewCampus = Callable[..., Campus]
M = TypeVar("M", bound=Model)
SHANGHAI = ZoneInfo("Asia/Shanghai")
shared_fixtures = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def model(campus: Campus, device: str, kind: type[M]) -> M:
    found = campus.models[device]
    assert isinstance(found, kind)
    return found


@shared_fixtures
@given(st.lists(st.floats(1, 20_000), min_size=5, max_size=40))
def test_a_sump_never_runs_over_nor_dry_whatever_the_steps(new_campus: NewCampus, steps: list[float]) -> None:
    campus = new_campus()
    sump = model(campus, "sp-a", Sump)
    for dt_s in steps:
        sump.step(campus.world, dt_s)
        assert 0.3 <= sump.level_m <= 2.1


def test_sump_pumps_start_at_most_six_times_an_hour(new_campus: NewCampus) -> None:
    campus = new_campus()
    for name in ("sp-a", "sp-b", "sp-c"):
        sump = model(campus, name, Sump)
        for _ in range(48):
            before = sump.starts
            for _ in range(360):
                sump.step(campus.world, 10)
            assert sump.starts - before <= 6
        assert sump.starts >= 4


def test_both_sump_pumps_help_when_water_rushes_in(new_campus: NewCampus) -> None:
    campus = new_campus()
    sump = model(campus, "sp-a", Sump)
    sump.faults = {"inflow", "pump-1"}
    for _ in range(2000):
        sump.step(campus.world, 10)
    assert sump.level_m < 2.4, "one healthy pump holds a flood of this size"
    sump.settings["mode"] = 0
    for _ in range(2000):
        sump.step(campus.world, 10)
    assert sump.level_m > 2.4
    sump.settings["mode"] = 2
    sump.faults = set()
    sump.step(campus.world, 1)
    assert sump.running == 2


@shared_fixtures
@given(st.lists(st.floats(1, 20_000), min_size=5, max_size=40))
def test_the_water_tank_stays_between_its_switching_levels(new_campus: NewCampus, steps: list[float]) -> None:
    campus = new_campus()
    supply = model(campus, "ws-1", WaterSupply)
    for dt_s in steps:
        supply.step(campus.world, dt_s)
        assert TANK_LOW_M - 1e-6 <= supply.level_m <= TANK_HIGH_M + 1e-6


def test_the_booster_set_holds_its_pressure_setpoint_and_follows_a_new_one(new_campus: NewCampus) -> None:
    campus = new_campus()
    supply = model(campus, "ws-1", WaterSupply)
    for setpoint in (420.0, 500.0):
        supply.write("pressure-setpoint", setpoint)
        for _ in range(120):
            supply.step(campus.world, 5)
        assert supply.pressure_kpa == pytest.approx(setpoint, abs=5)


def test_pressure_falls_when_too_few_pumps_are_left(new_campus: NewCampus) -> None:
    campus = new_campus()
    supply = model(campus, "ws-1", WaterSupply)
    supply.faults = {"pump-1", "pump-2"}
    for _ in range(120):
        supply.step(campus.world, 5)
    assert supply.pumps == 1
    assert supply.pressure_kpa < 300
    supply.faults |= {"pump-3"}
    for _ in range(120):
        supply.step(campus.world, 5)
    assert supply.flow_m3_h < 0.1


def test_a_ups_discharges_while_the_mains_is_gone_and_charges_afterwards(new_campus: NewCampus) -> None:
    campus = new_campus()
    ups = model(campus, "ups-a", Ups)
    ups.faults = {"mains"}
    for _ in range(600):
        ups.step(campus.world, 1)
    assert ups.power_kw == 0
    lost_kwh = (100 - ups.charge_pct) / 100 * BATTERY_KWH
    assert lost_kwh == pytest.approx(ups.load_kw * 1.06 / 6, rel=0.05)
    ups.faults = set()
    ups.step(campus.world, 1)
    assert ups.power_kw > ups.load_kw
    for _ in range(7200):
        ups.step(campus.world, 1)
    assert ups.charge_pct == pytest.approx(100)


def test_an_empty_battery_drops_the_load(new_campus: NewCampus) -> None:
    campus = new_campus()
    ups = model(campus, "ups-a", Ups)
    ups.faults = {"mains"}
    for _ in range(200):
        ups.step(campus.world, 60)
    assert ups.charge_pct == 0
    assert ups.load_kw == 0
    assert ups.readings(campus.world)["out-voltage-a"] == 0


def test_lifts_stay_in_their_shaft_and_stop_at_floors(new_campus: NewCampus) -> None:
    campus = new_campus()
    lift = model(campus, "lift-a1", Lift)
    visited = set()
    for _ in range(4 * 3600):
        lift.step(campus.world, 1)
        assert metres(min(FLOORS)) <= lift.position_m <= metres(max(FLOORS))
        if not lift.moving:
            visited.add(lift.position_m)
    assert visited == {metres(floor) for floor in FLOORS}


def test_a_trapped_lift_stands_until_it_is_freed(new_campus: NewCampus) -> None:
    campus = new_campus()
    lift = model(campus, "lift-a1", Lift)
    while not lift.moving:
        lift.step(campus.world, 1)
    lift.faults = {"trapped"}
    stuck_m = lift.position_m
    for _ in range(100):
        lift.step(campus.world, 1)
    assert lift.position_m == stuck_m
    told = lift.readings(campus.world)
    assert (told["fault"], told["trapped"], told["moving"], told["door"]) == (1, 1, 0, 0)
    lift.faults = set()
    lift.step(campus.world, 1)
    assert lift.position_m != stuck_m


@given(st.floats(0, 3.2e7))
def test_the_weather_stays_within_the_climate(second_of_year: float) -> None:
    time_s = datetime(2026, 1, 1, tzinfo=SHANGHAI).timestamp() + second_of_year
    sky = Weather(4).at(time_s, datetime.fromtimestamp(time_s, SHANGHAI))
    assert -8 < sky.temperature_c < 42
    assert 20 <= sky.humidity_pct <= 100
    assert sky.dew_point_c <= sky.temperature_c + 0.1
    assert sky.wet_bulb_c <= sky.temperature_c + 1
    assert 0 <= sky.solar_w_m2 < 1100
    assert sky.rain_mm_h >= 0
    assert sky.pm25_ug_m3 > 0


def test_the_sun_shines_by_day_and_summer_is_warmer_than_winter() -> None:
    weather = Weather(4)

    def at(text: str) -> tuple[float, float]:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
        sky = weather.at(local.timestamp(), local)
        return sky.temperature_c, sky.solar_w_m2

    assert at("2026-07-20 02:00")[1] == 0
    assert at("2026-07-20 12:00")[1] > 200
    assert at("2026-07-20 12:00")[0] > at("2026-01-20 12:00")[0] + 12


def test_people_come_on_working_days() -> None:
    wednesday, sunday = (datetime(2026, 7, day, 10, tzinfo=SHANGHAI) for day in (15, 19))
    assert presence(wednesday) > 0.9
    assert presence(sunday) < 0.3
    assert presence(wednesday.replace(hour=3)) < 0.05
    assert office_hours(wednesday)
    assert not office_hours(sunday)
    steps = [presence(wednesday.replace(hour=minute // 60, minute=minute % 60)) for minute in range(24 * 60)]
    assert max(abs(a - b) for a, b in itertools.pairwise(steps)) < 0.02, "people do not jump"


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 1e6), st.floats(1, 1e5))
def test_an_approach_never_overshoots(value: float, target: float, dt_s: float, tau_s: float) -> None:
    assert min(value, target) - 1e-9 <= toward(value, target, dt_s, tau_s) <= max(value, target) + 1e-9


def test_a_closed_room_settles_where_gains_and_envelope_balance() -> None:
    weather = Weather(1).at(0, datetime(2026, 1, 1, 2, tzinfo=SHANGHAI))
    room = Room(1000.0)
    for _ in range(1000):
        room.step(weather, 0.0, 3600)
    balance_k = room.gains_kw(weather, 0.0) / (1000 * 0.002)
    assert room.temperature_c == pytest.approx(weather.temperature_c + balance_k)


class FakeMachine:
    def __init__(self, *, forced: bool = False, available: bool = True) -> None:
        self.running, self.forced, self.available = False, forced, available


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=6), st.integers(0, 6), st.floats(0, 1e10))
def test_the_sequence_runs_as_many_as_wanted_and_able(
    states: list[tuple[bool, bool]], wanted: int, time_s: float
) -> None:
    machines = [FakeMachine(forced=forced, available=able and not forced) for forced, able in states]
    running = sequence(machines, wanted, time_s)
    assert running == sum(machine.running for machine in machines)
    assert all(machine.running for machine in machines if machine.forced)
    forced = sum(machine.forced for machine in machines)
    able = sum(machine.available for machine in machines)
    assert running == max(forced, min(wanted, forced + able))


def by_model(site: Site) -> dict[str, list[Device]]:
    found: dict[str, list[Device]] = defaultdict(list)
    for device in site.devices.values():
        found[device.template.model].append(device)
    return found


def test_faults_come_in_order_every_kind_in_turn_and_alike_for_a_seed(demo: Site) -> None:
    some = list(itertools.islice(schedule(by_model(demo), 3, 1000.0), 3 * len(KINDS)))
    assert some == list(itertools.islice(schedule(by_model(demo), 3, 1000.0), 3 * len(KINDS)))
    assert some != list(itertools.islice(schedule(by_model(demo), 4, 1000.0), 3 * len(KINDS)))
    assert [fault.from_s for fault in some] == sorted(fault.from_s for fault in some)
    assert some[0].from_s - 1000 <= 60
    assert all(80 <= b.from_s - a.from_s <= 150 for a, b in itertools.pairwise(some))
    first_round = {fault.effect.rstrip("0123456789") for fault in some[: len(KINDS)]}
    assert first_round == {kind.effect.partition("{")[0].rstrip("1") for kind in KINDS}


def test_a_broken_sensor_is_one_that_has_a_fault_code(demo: Site) -> None:
    some = itertools.islice(schedule(by_model(demo), 3, 0.0), 200)
    for fault in (fault for fault in some if fault.effect == SENSOR):
        template = demo.devices[fault.device].template
        assert template.points[template.index[fault.point]].fault_codes


def test_without_devices_nothing_breaks() -> None:
    assert list(schedule({}, 1, 0.0)) == []


def test_a_crowd_makes_the_air_of_its_room_stale(new_campus: NewCampus) -> None:
    campus = new_campus()
    for _ in range(360):
        campus.step(10)
    before = campus.world.rooms["a-2-meeting"].co2_ppm
    campus.faults.append(Fault("env-a-2-meeting", "crowd", "", 0, math.inf))
    for _ in range(90):
        campus.step(10)
    assert campus.world.rooms["a-2-meeting"].co2_ppm > before + 200
