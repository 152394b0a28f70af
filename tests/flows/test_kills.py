"""Processes are killed and come back; nothing is lost, nothing is told twice."""

import time

import numpy as np
import pytest

from actors.messages import Issuer
from benchmarks.modbus_farm import Farm
from tests.flows.house import (
    CALM,
    DAMPED,
    HOT,
    TEMPERATURE,
    House,
    await_end,
    eventually,
    house,
    read_by_all,
)

JITTER_S = 10.0
"""Between two scans 0.2 s apart on a machine that is busy starting processes and other sites."""


def _state(home: House, alarm: str) -> str:
    """'' for normal."""
    found = home.alarms().get(alarm)
    return found.state.value if found is not None else ""


@pytest.mark.parametrize("name", ["historian", "core", "office", "web-office"])
def test_a_killed_process_is_back_and_history_has_no_hole(
    home: House, chief: Issuer, farm: Farm, name: str
) -> None:
    began_ns = time.time_ns()
    eventually(lambda: home.stored("u05/counter", began_ns) >= 5, what="history")
    home.wait_back(name, home.kill(name))
    marked_ns = time.time_ns()
    eventually(lambda: home.stored("u05/counter", marked_ns) >= 5, what="history after the kill")
    page = home.history("u05/counter", began_ns)
    steps_s = np.diff(page.time_ns) / 1e9
    assert steps_s.min() > 0, "a value was stored twice"
    assert steps_s.max() < JITTER_S, f"{steps_s.max():.2f} s are missing"


def test_a_killed_field_process_is_back_and_misses_only_the_time_it_was_away(
    home: House, chief: Issuer, farm: Farm
) -> None:
    began_ns = time.time_ns()
    eventually(lambda: home.stored("u05/counter", began_ns) >= 5, what="history")
    killed = time.monotonic()
    home.wait_back("field", home.kill("field"))
    away_s = time.monotonic() - killed
    marked_ns = time.time_ns()
    eventually(lambda: home.stored("u05/counter", marked_ns) >= 5, what="history after the kill")
    page = home.history("u05/counter", began_ns)
    steps_s = np.sort(np.diff(page.time_ns)) / 1e9
    assert steps_s[0] > 0
    assert steps_s[-1] < away_s + JITTER_S
    assert steps_s[-2] < JITTER_S


@pytest.mark.parametrize("name", ["historian", "core", "field"])
def test_no_alarm_is_lost_or_doubled_by_a_kill(home: House, chief: Issuer, farm: Farm, name: str) -> None:
    device = {"historian": 5, "core": 6, "field": 7}[name]
    told = len(home.journal(f"u{device:02}"))
    before = home.kill(name)
    farm.set(device, TEMPERATURE, HOT)
    home.wait_back(name, before)
    key = f"u{device:02}/temperature/high"
    eventually(lambda: key in home.alarms() and home.journal(f"u{device:02}")[-1].annunciated, what=key)
    farm.set(device, TEMPERATURE, CALM)
    eventually(lambda: _state(home, key) == "returned", what="its return")
    rows = home.journal(f"u{device:02}")[told:]
    occurred = [row for row in rows if row.transition == "alarm_occurs"]
    assert len(occurred) == 1
    assert len({row.event for row in rows}) == 1
    assert sum(row.annunciated for row in rows) == 1
    assert rows[-1].transition == "return_to_normal"


def test_what_came_and_went_while_core_was_away_is_journaled_and_not_annunciated(
    home: House, chief: Issuer, farm: Farm
) -> None:
    """What still lasts is annunciated, once."""
    gone, lasts = len(home.journal("u08")), len(home.journal("u09"))
    with home.away("core"):
        farm.set(8, TEMPERATURE, HOT)
        farm.set(9, TEMPERATURE, HOT)
        read_by_all(farm, 8)
        read_by_all(farm, 9)
        farm.set(8, TEMPERATURE, CALM)
        read_by_all(farm, 8)
    eventually(lambda: home.transitions("u09")[lasts:] == ["alarm_occurs", "annunciate!"], what="u09")
    assert home.transitions("u08")[gone:] == ["alarm_occurs", "return_to_normal"]
    assert "u08/temperature/high" not in home.alarms()
    farm.set(9, TEMPERATURE, CALM)
    eventually(lambda: home.transitions("u09")[-1] == "return_to_normal")
    assert sum(row.annunciated for row in home.journal("u09")[lasts:]) == 1


@pytest.mark.parametrize("memory", ["kept", "lost"])
def test_a_condition_that_cleared_while_field_was_away_ends_with_its_first_scan(
    home: House, chief: Issuer, farm: Farm, memory: str
) -> None:
    """Of a field process that has lost its memory the zone itself finds the difference."""
    farm.set(10, TEMPERATURE, HOT)
    eventually(lambda: _state(home, "u10/temperature/high") == "unacknowledged", what="the alarm")
    told = len(home.journal("u10"))
    with home.away("field"):
        farm.set(10, TEMPERATURE, CALM)
        if memory == "lost":
            for file in home.paths.field("field").conditions.parent.glob("conditions.db*"):
                file.unlink()
    eventually(lambda: _state(home, "u10/temperature/high") == "returned", what="its return")
    (row,) = home.journal("u10")[told:]
    assert row.transition == "return_to_normal"
    assert ("found clear after restart" in row.note) == (memory == "lost")


def test_a_condition_inside_its_deadband_stays_while_field_was_away(
    home: House, chief: Issuer, farm: Farm
) -> None:
    farm.set(11, DAMPED, HOT)
    eventually(lambda: _state(home, "u11/damped/high") == "unacknowledged", what="the alarm")
    told = len(home.journal("u11"))
    with home.away("field"):
        farm.set(11, DAMPED, 50)
    read_by_all(farm, 11)
    assert _state(home, "u11/damped/high") == "unacknowledged"
    assert len(home.journal("u11")) == told
    farm.set(11, DAMPED, CALM)
    eventually(lambda: _state(home, "u11/damped/high") == "returned", what="its return")


def test_after_a_kill_of_the_outermost_supervisor_children_leave_and_a_new_run_takes_over(
    farm: Farm,
) -> None:
    """S0-2.9: two field processes never poll one plant."""
    with house(farm, devices=2) as home:
        home.start()
        before = home.pid("field")
        await_end(home.kill_steward())
        home.start()
        assert home.pid("field") != before
        began_ns = time.time_ns()
        eventually(lambda: home.stored("u00/counter", began_ns) >= 3, what="history of the new run")


def test_children_that_still_wait_for_each_other_leave_with_a_killed_supervisor(farm: Farm) -> None:
    """What waits for `core` must not wait for ever when nobody is left to start it."""
    with house(farm, devices=2) as home:
        home.begin()
        eventually(lambda: len(home.children()) >= 6, within_s=30, what="children")
        await_end(home.kill_steward())
