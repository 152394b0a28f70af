"""Fires, floods, break-ins and power failures as the simulated devices play them (S0-3.7)."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.site import PointKind, Site
from drivers.simulators import Campus
from drivers.simulators.fire_system import STARTS_S
from drivers.simulators.wiring import Wiring
from tests.drivers.simulators.test_campus_world import alarms, counters, number

NewCampus = Callable[..., Campus]
OUTPUTS = tuple(STARTS_S)
UPS = (("ups-a", "state"), ("ups-b", "on-battery"), ("ups-c", "output-source"))
"""Each says in the words of its own protocol what feeds it."""


def play(campus: Campus, *scenarios: str) -> None:
    for scenario in scenarios:
        campus.write("drill", scenario, 1)


def reset(campus: Campus) -> None:
    campus.write("drill", "reset", 1)


def pass_s(campus: Campus, seconds: int) -> None:
    for _ in range(seconds):
        campus.step(1)


def commands(campus: Campus, linkage: str) -> set[str]:
    return {output for output in OUTPUTS if number(campus, linkage, f"{output}-command")}


def feedbacks(campus: Campus, linkage: str) -> set[str]:
    return {output for output in OUTPUTS if number(campus, linkage, f"{output}-feedback")}


def standing(campus: Campus) -> set[tuple[str, str, str]]:
    return {alarm for device, readings in campus.readings() for alarm in alarms(device, readings)}


@pytest.fixture
def campus(new_campus: NewCampus) -> Campus:
    """A working morning on which all runs."""
    campus = new_campus()
    pass_s(campus, 60)
    return campus


def test_the_console_offers_exactly_the_scenarios_of_the_wiring(demo: Site) -> None:
    points = {point.id for point in demo.devices["drill"].template.points}
    wiring = Wiring.read()
    assert points - {"reset", "playing"} == set(wiring.scenarios)
    for name, effects in wiring.scenarios.items():
        assert effects, name
        for effect in effects:
            assert effect.device in demo.devices, f"{name}: {effect.device}"
    for point in demo.devices["drill"].template.points:
        assert point.write is None or point.write.approval


def test_no_new_device_alarms_while_nothing_is_played(campus: Campus) -> None:
    kinds = {"fire", "security", "access", "parking", "video", "broadcast", "display", "other"}
    quiet = {device.id for device, _ in campus.readings() if device.subsystem in kinds}
    assert len(quiet) > 30
    assert {alarm for alarm in standing(campus) if alarm[0] in quiet} == set()


def test_one_detector_is_a_fire_alarm_that_starts_nothing(campus: Campus) -> None:
    play(campus, "smoke-a-2")
    pass_s(campus, 120)
    assert number(campus, "fz-a-2", "smoke-1") == 1
    assert (number(campus, "fp-1", "state"), number(campus, "fp-1", "fires")) == (1, 1)
    assert number(campus, "fp-1", "confirmed") == 0
    assert commands(campus, "fl-a") == set()
    assert number(campus, "door-a-2", "fire-input") == 0


@pytest.mark.parametrize("second", ["smoke-a-2-second", "call-point-a-2"])
def test_two_independent_signals_start_the_outputs_of_their_building_only(
    campus: Campus, second: str
) -> None:
    """GB 50116 4.1.6: AND of two independent signals; the controller, not Steward, commands."""
    play(campus, "smoke-a-2", second)
    pass_s(campus, 10)
    assert number(campus, "fp-1", "confirmed") == 1
    assert "power-cut" not in commands(campus, "fl-a"), "it comes last"
    pass_s(campus, 120)
    assert commands(campus, "fl-a") == feedbacks(campus, "fl-a") == set(OUTPUTS)
    assert [number(campus, linkage, "confirmed") for linkage in ("fl-a", "fl-b", "fl-c")] == [1, 0, 0]
    assert commands(campus, "fl-b") == commands(campus, "fl-c") == set()


def test_a_hydrant_button_is_no_second_signal_but_starts_the_fire_pump_with_one(campus: Campus) -> None:
    play(campus, "hydrant-a-2")
    pass_s(campus, 30)
    assert number(campus, "fp-1", "fire-pump-command") == 0
    assert number(campus, "fp-1", "hydrant-pressure") < 0.5
    play(campus, "smoke-a-2")
    pass_s(campus, 30)
    assert number(campus, "fp-1", "confirmed") == 0
    assert (number(campus, "fp-1", "fire-pump-command"), number(campus, "fp-1", "fire-pump-feedback")) == (
        1,
        1,
    )
    assert number(campus, "fp-1", "hydrant-pressure") > 0.6


def test_feedback_comes_later_than_the_command_and_may_stay_away(campus: Campus) -> None:
    play(campus, "no-smoke-fan-a", "smoke-a-2", "call-point-a-2")
    pass_s(campus, 13)
    assert "shutter" in commands(campus, "fl-a")
    assert "shutter" not in feedbacks(campus, "fl-a")
    pass_s(campus, 300)
    assert "smoke-fan" in commands(campus, "fl-a")
    assert feedbacks(campus, "fl-a") == set(OUTPUTS) - {"smoke-fan"}


def test_in_manual_nothing_starts_until_it_is_automatic_again(campus: Campus) -> None:
    play(campus, "linkage-manual", "smoke-a-2", "call-point-a-2")
    pass_s(campus, 60)
    assert (number(campus, "fp-1", "linkage-mode"), number(campus, "fp-1", "confirmed")) == (0, 1)
    assert commands(campus, "fl-a") == set()
    campus.write("drill", "linkage-manual", 0)
    pass_s(campus, 2)
    assert commands(campus, "fl-a") == set(OUTPUTS)


def test_in_manual_the_sprinklers_start_their_pump_all_the_same_and_no_door_is_freed(campus: Campus) -> None:
    """GB 50116 4.2.1: the pressure switch does not ask the linkage controller."""
    play(campus, "linkage-manual", "fire-a-2")
    pass_s(campus, 200)
    assert number(campus, "fz-a-2", "flow-1") == 1
    assert number(campus, "fp-1", "sprinkler-pump-feedback") == 1
    assert number(campus, "door-a-2", "fire-input") == number(campus, "barrier-in", "fire-input") == 0
    assert number(campus, "pa-a", "source") == 1


def test_a_confirmed_fire_calls_lifts_home_frees_doors_and_darkens_the_building(campus: Campus) -> None:
    """S4-6.3.4.3d, S4-7.2.1a, S4-6.3.4.7a: what hangs together in a building answers together."""
    before = campus.models["pm-a-socket"].power_kw
    campus.write("door-a-2", "door-1-command", 2)
    pass_s(campus, 10)
    assert number(campus, "door-a-2", "door-1-locked") == 1
    play(campus, "smoke-a-2", "call-point-a-2")
    pass_s(campus, 120)
    for lift in ("lift-a1", "lift-a2"):
        assert (number(campus, lift, "floor"), number(campus, lift, "service")) == (1, 2)
        assert number(campus, lift, "door") == 1
    assert number(campus, "lift-b1", "service") == 0
    for door in ("door-a-1", "door-a-2", "door-a-3"):
        assert (number(campus, door, "fire-input"), number(campus, door, "door-1-mode")) == (1, 1)
    assert number(campus, "door-a-2", "door-1-locked") == 0, "the wired input goes before the command"
    assert number(campus, "door-b-2", "fire-input") == 0
    assert number(campus, "turnstile-a", "open") == 1
    assert number(campus, "barrier-out", "position") == 1
    assert number(campus, "pa-a", "source") == 3
    assert number(campus, "ahu-a2", "running") == number(campus, "pau-a", "running") == 0
    assert number(campus, "ahu-b2", "running") == 1
    assert [number(campus, "lc-a-2", f"lamp-{n}-on") for n in range(1, 9)] == [1, 1, 0, 0, 0, 0, 0, 0]
    assert before > 30
    assert campus.models["pm-a-socket"].power_kw == 0
    reset(campus)
    pass_s(campus, 600)
    assert commands(campus, "fl-a") == feedbacks(campus, "fl-a") == set()
    assert number(campus, "door-a-2", "door-1-mode") == 2, "what was commanded counts again"
    assert number(campus, "lift-a1", "service") == 0
    assert number(campus, "ahu-a2", "running") == 1
    assert campus.models["pm-a-socket"].power_kw > 30


def test_a_fire_that_grows_reaches_detector_after_detector_and_the_sprinklers(campus: Campus) -> None:
    play(campus, "fire-c-1")
    pass_s(campus, 12)
    assert (number(campus, "fz-c-1", "smoke-1"), number(campus, "fp-1", "confirmed")) == (1, 0)
    pass_s(campus, 30)
    assert (number(campus, "fz-c-1", "smoke-2"), number(campus, "fp-1", "confirmed")) == (1, 1)
    pass_s(campus, 120)
    assert (number(campus, "fz-c-1", "heat-1"), number(campus, "fz-c-1", "flow-1")) == (1, 1)
    assert number(campus, "fp-1", "sprinkler-pump-feedback") == 1


def test_a_panel_remembers_until_it_is_reset_and_alarms_again_what_still_burns(campus: Campus) -> None:
    play(campus, "smoke-a-2")
    pass_s(campus, 10)
    campus.write("drill", "smoke-a-2", 0)
    pass_s(campus, 60)
    assert number(campus, "fz-a-2", "smoke-1") == 1, "detectors latch"
    reset(campus)
    play(campus, "smoke-a-2")
    campus.step(1)
    assert number(campus, "fp-1", "state") == 0
    pass_s(campus, 10)
    assert number(campus, "fp-1", "state") == 1


def test_a_faulty_and_a_shielded_detector_show_on_the_panel_and_a_shielded_one_is_deaf(
    campus: Campus,
) -> None:
    play(campus, "detector-fault-b-1")
    pass_s(campus, 2)
    assert (number(campus, "fz-b-1", "smoke-1"), number(campus, "fp-1", "faults")) == (2, 1)
    assert number(campus, "fp-1", "state") == 2
    campus.models["fz-a-2"].faults |= {"smoke-1", "shield-smoke-1"}
    for _ in range(10):
        campus.models["fz-a-2"].step(campus.world, 1)
    assert campus.models["fz-a-2"].readings(campus.world)["smoke-1"] == 3
    assert campus.world.fire.signals["fz-a-2"] == frozenset()


def test_when_the_release_input_fails_the_command_of_steward_is_the_second_release(campus: Campus) -> None:
    play(campus, "door-release-fails-a-2", "smoke-a-2", "call-point-a-2")
    pass_s(campus, 30)
    assert number(campus, "door-a-2", "fire-input") == 0
    assert number(campus, "door-a-1", "fire-input") == 1
    assert (number(campus, "fl-a", "doors-command"), number(campus, "fl-a", "doors-feedback")) == (1, 0)
    campus.write("door-a-2", "door-1-command", 1)
    campus.step(1)
    assert (number(campus, "door-a-2", "door-1-mode"), number(campus, "door-a-2", "door-1-locked")) == (1, 0)


def test_mains_loss_runs_through_ups_generator_and_transfer_switch(campus: Campus) -> None:
    play(campus, "mains-loss")
    pass_s(campus, 5)
    assert number(campus, "ats-1", "mains-ok") == 0
    assert number(campus, "in-1", "voltage-l1") == number(campus, "pm-b-light", "voltage-a") == 0
    assert [number(campus, *ups) for ups in UPS] == [2, 1, 5], "on their batteries"
    assert number(campus, "lift-a1", "power-ok") == 0
    assert number(campus, "ahu-a2", "running") == number(campus, "ch-1", "running") == 0
    assert number(campus, "lc-b-2", "lamp-1-on") == 1
    assert number(campus, "lc-b-2", "lamp-5-on") == 0
    pass_s(campus, 25)
    assert (number(campus, "gen-1", "state"), number(campus, "ats-1", "position")) == (2, 2)
    assert [number(campus, *ups) for ups in UPS] == [1, 0, 3]
    assert (number(campus, "lift-a1", "power-ok"), number(campus, "ahu-a2", "running")) == (1, 0)
    assert number(campus, "gen-1", "power") > 30
    assert number(campus, "in-1", "power") == 0
    campus.write("drill", "mains-loss", 0)
    pass_s(campus, 20)
    assert number(campus, "ats-1", "position") == 2, "it returns when the mains have stood for a while"
    pass_s(campus, 40)
    assert number(campus, "ats-1", "position") == 1
    assert number(campus, "gen-1", "state") == 3
    pass_s(campus, 120)
    assert number(campus, "gen-1", "state") == 0
    assert number(campus, "in-1", "power") > 100


def test_a_generator_that_does_not_start_leaves_the_ups_on_battery_until_it_is_reset(campus: Campus) -> None:
    play(campus, "generator-fails", "mains-loss")
    pass_s(campus, 120)
    assert (number(campus, "gen-1", "state"), number(campus, "ats-1", "position")) == (4, 1)
    assert number(campus, "ups-a", "state") == 2
    assert number(campus, "ups-a", "battery-charge") < 99
    reset(campus)
    pass_s(campus, 30)
    assert (number(campus, "gen-1", "state"), number(campus, "ups-a", "state")) == (0, 1)


def test_a_lift_without_power_levels_at_a_floor_and_opens(campus: Campus) -> None:
    play(campus, "generator-fails", "mains-loss")
    pass_s(campus, 60)
    for lift in ("lift-a1", "lift-b1", "lift-c1"):
        assert number(campus, lift, "position") % 4 == pytest.approx(0, abs=0.01)
        assert number(campus, lift, "door") == 1


def test_the_generator_can_be_run_by_hand(campus: Campus) -> None:
    campus.write("gen-1", "mode", 2)
    campus.write("gen-1", "start", 1)
    pass_s(campus, 12)
    assert (number(campus, "gen-1", "state"), number(campus, "ats-1", "generator-ok")) == (2, 1)
    assert number(campus, "ats-1", "position") == 1, "the mains are there"
    campus.write("gen-1", "mode", 0)
    pass_s(campus, 70)
    assert number(campus, "gen-1", "state") == 0


def test_a_burst_pipe_wets_the_cable_floods_the_floor_and_fills_the_sump_until_the_valve_shuts(
    campus: Campus,
) -> None:
    pressure, level = number(campus, "ws-1", "pressure"), number(campus, "sp-c", "level")
    play(campus, "leak-c-b1")
    pass_s(campus, 5)
    assert number(campus, "leak-c", "leak") == 1
    assert 0 < number(campus, "leak-c", "position") < 40
    pass_s(campus, 600)
    assert number(campus, "leak-c", "level") > 30
    assert number(campus, "ws-1", "pressure") < pressure - 50
    assert number(campus, "sp-c", "level") > max(level, 2.0)
    assert number(campus, "sp-a", "level") < 2.0
    campus.write("valve-c", "command", 0)
    pass_s(campus, 10)
    assert number(campus, "valve-c", "state") == 2
    pass_s(campus, 15)
    assert (number(campus, "valve-c", "state"), number(campus, "valve-c", "position")) == (0, 0)
    pass_s(campus, 900)
    assert number(campus, "leak-c", "level") == 0
    assert number(campus, "leak-c", "leak") == 0
    assert number(campus, "ws-1", "pressure") == pytest.approx(pressure, abs=15)


def test_a_valve_that_sticks_says_so_and_stays_open(campus: Campus) -> None:
    play(campus, "valve-c-stuck", "leak-c-b1")
    campus.write("valve-c", "command", 0)
    pass_s(campus, 60)
    assert (number(campus, "valve-c", "state"), number(campus, "valve-c", "fault")) == (1, 1)
    assert number(campus, "leak-c", "leak") == 1


def test_a_break_in_forces_the_door_then_alarms_its_zone_and_disarming_clears_it(campus: Campus) -> None:
    play(campus, "intrusion-b-1")
    pass_s(campus, 3)
    assert (number(campus, "door-b-1", "door-1-forced"), number(campus, "intrusion-b", "zone-1")) == (1, 1)
    pass_s(campus, 5)
    assert (number(campus, "intrusion-b", "zone-1"), number(campus, "intrusion-b", "siren")) == (2, 1)
    campus.write("drill", "intrusion-b-1", 0)
    pass_s(campus, 30)
    assert number(campus, "intrusion-b", "zone-1") == 2, "the host remembers"
    campus.write("intrusion-b", "arm", 0)
    campus.step(1)
    assert (number(campus, "intrusion-b", "zone-1"), number(campus, "intrusion-b", "siren")) == (1, 0)


def test_a_disarmed_zone_does_not_watch_and_an_armed_one_does(campus: Campus) -> None:
    host = campus.models["intrusion-a"]
    assert number(campus, "intrusion-a", "zone-4") == 0
    campus.write("intrusion-a", "arm", 1)
    pass_s(campus, 5)
    assert number(campus, "intrusion-a", "armed") == 0, "whoever arms has time to leave"
    pass_s(campus, 10)
    assert (number(campus, "intrusion-a", "armed"), number(campus, "intrusion-a", "zone-4")) == (1, 1)
    host.faults |= {"zone-4", "zone-5", "bypass-5", "tamper-3"}
    host.step(campus.world, 1)
    shown = host.readings(campus.world)
    assert (shown["zone-3"], shown["zone-4"], shown["zone-5"]) == (3, 2, 4)


def test_a_door_alarms_when_forced_and_when_held_but_not_while_it_is_released(campus: Campus) -> None:
    play(campus, "door-forced-a-1", "door-held-a-2")
    pass_s(campus, 10)
    assert number(campus, "door-a-1", "door-1-forced") == 1
    assert number(campus, "door-a-2", "door-2-held") == 0
    pass_s(campus, 30)
    assert number(campus, "door-a-2", "door-2-held") == 1
    campus.write("door-a-2", "door-2-command", 1)
    campus.step(1)
    assert (number(campus, "door-a-2", "door-2-held"), number(campus, "door-a-2", "door-2-open")) == (0, 1)


def test_people_pass_through_doors_and_a_locked_one_lets_nobody_in(campus: Campus) -> None:
    before = number(campus, "door-a-1", "passages")
    pass_s(campus, 600)
    assert number(campus, "door-a-1", "passages") > before
    for door in ("door-1-command", "door-2-command"):
        campus.write("door-a-1", door, 2)
    campus.step(1)
    before = number(campus, "door-a-1", "passages")
    pass_s(campus, 600)
    assert number(campus, "door-a-1", "passages") == before


def test_a_barrier_never_comes_down_on_a_vehicle(campus: Campus) -> None:
    barrier = campus.models["barrier-in"]
    campus.write("barrier-in", "command", 1)
    pass_s(campus, 5)
    assert number(campus, "barrier-in", "position") == 1
    campus.write("barrier-in", "command", 2)
    for _ in range(10):
        barrier.faults.add("vehicle")
        barrier.step(campus.world, 1)
        assert barrier.readings(campus.world)["position"] == 1
    barrier.faults.clear()
    pass_s(campus, 5)
    assert number(campus, "barrier-in", "position") == 2


def test_announcements_go_before_music_and_the_fire_broadcast_before_both(campus: Campus) -> None:
    """S4-6.3.4.7a: the emergency broadcast is the fire controller's."""
    assert number(campus, "pa-a", "source") == 1
    campus.write("pa-a", "announcement", 6)
    campus.step(1)
    assert [number(campus, "pa-a", point) for point in ("source", "playing", "busy")] == [2, 6, 1]
    play(campus, "smoke-a-2", "call-point-a-2")
    pass_s(campus, 15)
    assert [number(campus, "pa-a", point) for point in ("source", "playing", "busy")] == [3, 0, 1]
    campus.write("pa-b", "music", 0)
    campus.step(1)
    assert number(campus, "pa-b", "source") == 0


def test_a_display_shows_its_template_and_text_and_a_camera_turns(campus: Campus) -> None:
    campus.write("display-a", "template", 1)
    campus.write("display-a", "text", "请从最近出口疏散")
    campus.write("cam-a-2", "preset", 3)
    campus.step(1)
    shown = campus.models["display-a"].readings(campus.world)
    assert (shown["shown"], shown["text"]) == (1, "请从最近出口疏散")
    assert number(campus, "cam-a-2", "at-preset") == 0
    pass_s(campus, 3)
    assert number(campus, "cam-a-2", "at-preset") == 3
    play(campus, "camera-offline-a-2")
    pass_s(campus, 1)
    assert (number(campus, "cam-a-2", "online"), number(campus, "cam-a-2", "recording")) == (0, 0)


def test_a_lighting_scene_switches_all_circuits_and_the_schedule_takes_them_back(campus: Campus) -> None:
    def lit() -> list[int]:
        return [n for n in range(1, 9) if number(campus, "lc-b-1", f"lamp-{n}-on")]

    for scene, circuits in ((5, []), (4, [1, 2]), (1, list(range(1, 9)))):
        campus.write("lc-b-1", "scene", scene)
        campus.step(1)
        assert (number(campus, "lc-b-1", "scene"), lit()) == (scene, circuits)
        assert number(campus, "lc-b-1", "mode") == 0
    campus.write("lc-b-1", "lamp-3", 0)
    campus.step(1)
    assert number(campus, "lc-b-1", "scene") == 0, "a circuit by itself ends the scene"
    campus.write("lc-b-1", "scene", 4)
    campus.write("lc-b-1", "mode", 1)
    campus.step(1)
    assert (number(campus, "lc-b-1", "scene"), lit()) == (0, list(range(1, 9)))


def test_reset_ends_every_scenario_and_shows_that_it_was_heard(campus: Campus, demo: Site) -> None:
    everything = Wiring.read().scenarios
    play(campus, *everything)
    pass_s(campus, 60)
    assert number(campus, "drill", "playing") == len(everything)
    assert campus.silent() == frozenset()
    assert "lift-a1" in campus.cut_off()
    reset(campus)
    campus.step(1)
    assert (number(campus, "drill", "reset"), number(campus, "drill", "playing")) == (1, 0)
    assert not any(number(campus, "drill", name) for name in everything)
    assert campus.cut_off() == frozenset()
    pass_s(campus, 900)
    assert number(campus, "drill", "reset") == 0
    assert {alarm[0] for alarm in standing(campus)} & {
        "fp-1",
        "gen-1",
        "leak-c",
        "intrusion-b",
        "ups-a",
    } == set()


def test_the_same_drill_from_the_same_seed_gives_the_same_values(new_campus: NewCampus) -> None:
    def played() -> list[object]:
        campus = new_campus(seed=9)
        pass_s(campus, 20)
        play(campus, "fire-a-2", "mains-loss")
        pass_s(campus, 120)
        return [dict(readings) for _, readings in campus.readings()]

    assert played() == played()


LONG_STEPS = st.lists(st.floats(0.1, 7200), min_size=2, max_size=12)
OF_EMERGENCIES = {
    "fire-panel",
    "shut-off-valve",
    "leak-detector",
    "generator",
    "transfer-switch",
    "sump",
    "lift",
}
ONLY_SCENARIOS = sorted(set(Wiring.read().scenarios))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=LONG_STEPS, scenarios=st.sets(st.sampled_from(ONLY_SCENARIOS), min_size=1, max_size=5))
def test_whatever_is_played_at_whatever_pace_every_value_stays_possible(
    new_campus: NewCampus, steps: list[float], scenarios: set[str]
) -> None:
    campus = new_campus()
    campus.step(1)
    before = counters(campus)
    for at, dt_s in enumerate(steps):
        for scenario in scenarios:
            campus.write("drill", scenario, at % 3 != 2)
        campus.step(dt_s)
        now = counters(campus)
        assert not {point for point in before if now[point] < before[point]}
        before = now
        for device, readings in campus.readings():
            for point in device.template.points:
                value = readings[point.id]
                if point.kind is PointKind.DISCRETE and point.states:
                    assert value in point.states, f"{device.id}/{point.id} = {value}"
                elif isinstance(value, float | int) and device.template.model in OF_EMERGENCIES:
                    where = f"{device.id}/{point.id} = {value}"
                    assert point.plausible_low <= value <= point.plausible_high, where
