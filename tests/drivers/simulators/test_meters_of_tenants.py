"""Meters of tenants, of water behind a valve and of heat; sensors that sleep between two readings."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.simulators import Campus
from drivers.simulators.tenants import PAID_IN, PRICES, TARIFFS, TenantMeter
from drivers.simulators.valve_meters import HeatMeter, ValveWaterMeter
from tests.drivers.simulators.test_campus_world import number, pass_time

NewCampus = Callable[..., Campus]
TENANTS = ("tm-b-101", "tm-b-102", "tm-b-201", "tm-b-202", "tm-b-203", "tm-b-301")


def tenant(campus: Campus, name: str = "tm-b-101") -> TenantMeter:
    found = campus.models[name]
    assert isinstance(found, TenantMeter)
    return found


def test_the_feeder_carries_its_tenants_and_its_own_sockets(new_campus: NewCampus) -> None:
    campus = new_campus()
    for _ in range(30):
        campus.step(10)
        used = sum(campus.models[name].power_kw for name in TENANTS)
        assert used > 20
        assert 0 < campus.models["pm-b-socket"].power_kw - used <= 26


def test_a_tenant_uses_more_by_day_than_by_night_and_no_two_the_same(new_campus: NewCampus) -> None:
    night, day = new_campus("2026-07-15 03:00"), new_campus("2026-07-15 10:30")
    for campus in (night, day):
        pass_time(campus, 600)
    for name in TENANTS:
        assert 0 < night.models[name].power_kw < 0.3 * day.models[name].power_kw
    assert len({day.models[name].power_kw for name in TENANTS}) == len(TENANTS)


def test_each_hour_counts_for_its_tariff_and_all_together_for_the_total(new_campus: NewCampus) -> None:
    campus = new_campus("2026-07-15 00:00")
    campus.step(1)
    meter = tenant(campus)

    def counted() -> list[float]:
        return [number(campus, "tm-b-101", f"energy-{tariff}") for tariff in sorted(PRICES)]

    for hour in range(24):
        before, total = counted(), number(campus, "tm-b-101", "energy")
        pass_time(campus, 3590)
        grown = [now - then for now, then in zip(counted(), before, strict=True)]
        assert [at for at, one in enumerate(grown, 1) if one > 0] == [TARIFFS[hour]]
        assert number(campus, "tm-b-101", "energy") - total == pytest.approx(sum(grown), rel=1e-6)
        pass_time(campus, 10)
    assert meter.power_kw > 0


def test_what_is_used_is_paid_for_by_the_price_of_the_hour(new_campus: NewCampus) -> None:
    campus = new_campus("2026-07-15 09:30")
    campus.step(1)
    meter = tenant(campus)
    meter.credit = 400.0
    before = number(campus, "tm-b-101", "energy")
    pass_time(campus, 1200)
    used = number(campus, "tm-b-101", "energy") - before
    assert number(campus, "tm-b-101", "price") == PRICES[2]
    assert number(campus, "tm-b-101", "remaining-amount") == pytest.approx(400 - PRICES[2] * used)


def test_tenants_pay_in_before_nothing_is_left(new_campus: NewCampus) -> None:
    campus = new_campus()
    seen = []
    for _ in range(14 * 24):
        campus.step(3600)
        seen.append(number(campus, "tm-b-102", "remaining-amount"))
    assert min(seen) > 20
    assert max(seen) < PAID_IN + 200
    assert any(later > earlier for earlier, later in itertools.pairwise(seen))


def test_an_open_relay_cuts_the_tenant_off_and_is_remembered(new_campus: NewCampus) -> None:
    campus = new_campus()
    campus.step(1)
    feeder = campus.models["pm-b-socket"].power_kw
    assert campus.models["tm-b-202"].readings(campus.world)["latest-trip"] is None
    campus.write("tm-b-202", "relay", 0)
    campus.step(1)
    for point in ("power", "current"):
        assert number(campus, "tm-b-202", point) == 0
    assert number(campus, "tm-b-202", "voltage") > 200, "the meter itself is in front of its relay"
    assert (number(campus, "tm-b-202", "trips"), number(campus, "tm-b-202", "relay-command")) == (1, 1)
    assert campus.models["tm-b-202"].readings(campus.world)["latest-trip"] == "2026-07-15 10:00:01"
    assert campus.models["pm-b-socket"].power_kw < feeder - 3
    campus.write("tm-b-202", "relay", 1)
    campus.step(1)
    assert number(campus, "tm-b-202", "power") > 3
    assert number(campus, "tm-b-202", "trips") == 1


def test_a_fire_and_a_lost_transformer_leave_the_tenants_without_voltage(new_campus: NewCampus) -> None:
    campus = new_campus()
    campus.write("drill", "mains-loss", 1)
    pass_time(campus, 10, 1)
    assert number(campus, "tm-b-101", "voltage") == number(campus, "tm-b-301", "power") == 0


def test_a_shut_valve_stops_the_water_and_its_count(new_campus: NewCampus) -> None:
    campus = new_campus()
    pass_time(campus, 300)
    meter = campus.models["wm-canteen"]
    assert isinstance(meter, ValveWaterMeter)
    assert meter.flow_m3_h > 2
    campus.write("wm-canteen", "valve", 0)
    campus.step(1)
    stands = number(campus, "wm-canteen", "volume")
    pass_time(campus, 300)
    assert (meter.flow_m3_h, number(campus, "wm-canteen", "volume")) == (0, stands)


def test_a_month_is_settled_when_it_ends(new_campus: NewCampus) -> None:
    campus = new_campus("2026-06-30 22:00")
    campus.step(1)
    before = number(campus, "wm-a", "settled-volume")
    assert before < number(campus, "wm-a", "volume")
    pass_time(campus, 3 * 3600)
    settled = number(campus, "wm-a", "settled-volume")
    assert before < settled < number(campus, "wm-a", "volume")
    pass_time(campus, 3600)
    assert number(campus, "wm-a", "settled-volume") == settled


def test_heat_is_flow_times_difference_and_energy_its_integral(new_campus: NewCampus) -> None:
    campus = new_campus()
    campus.step(1)
    meter = campus.models["hm-canteen"]
    assert isinstance(meter, HeatMeter)
    before, integral = number(campus, "hm-canteen", "heat"), 0.0
    for _ in range(360):
        campus.step(10)
        difference = number(campus, "hm-canteen", "supply-temperature")
        difference -= number(campus, "hm-canteen", "return-temperature")
        flow = number(campus, "hm-canteen", "flow")
        assert number(campus, "hm-canteen", "power") == pytest.approx(max(1.163 * flow * difference, 0))
        integral += meter.heat_kw * 10 / 3600
    assert integral > 1
    assert number(campus, "hm-canteen", "heat") - before == pytest.approx(integral, rel=1e-6)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0.5, 7200), min_size=2, max_size=6))
def test_no_clock_of_the_meters_is_far_off_whatever_the_steps(
    new_campus: NewCampus, steps: list[float]
) -> None:
    campus = new_campus()
    for dt_s in steps:
        campus.step(dt_s)
    for name in (*TENANTS, "wm-a", "hm-canteen"):
        assert abs(number(campus, name, "clock-drift")) <= 40
        campus.write(name, "clock-set", 1)
        assert number(campus, name, "clock-drift") == 0


def test_a_wireless_sensor_measures_once_a_minute(new_campus: NewCampus) -> None:
    campus = new_campus()
    seen: list[tuple[object, ...]] = []
    for _ in range(300):
        campus.step(1)
        told = tuple(campus.models["env-b-3-board"].readings(campus.world).values())
        if not seen or told != seen[-1]:
            seen.append(told)
    assert 5 <= len(seen) <= 7
