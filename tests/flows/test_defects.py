"""Devices whose driver or profile is broken: they fail alone, and hold up nothing."""

import time

import pytest

from benchmarks.modbus_farm import Farm
from config.rules import DEVICE_FAULT
from tests.flows.house import CALM, HOT, LEFT, TEMPERATURE, await_end, calm, eventually, house
from tests.flows.odd_field import BROKEN

STOP_S = 30.0
"""Nothing waits for what hangs; the promised 5 s are measured where the machine does nothing else."""


def test_ten_devices_whose_profile_raises_leave_the_others_undisturbed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of the ten is set aside with an alarm; the others, of the same table, go on scanning."""
    monkeypatch.setenv("STEWARD_ODD", "decode")
    with Farm(20, registers=20, period_s=0.1) as farm, house(farm) as home:
        calm(farm, 20)
        home.start(module="tests.flows.odd_steward")
        pid, began_ns = home.pid("field"), time.time_ns()
        for device in range(10):
            farm.set(device, TEMPERATURE, BROKEN)
        faulted = {f"u{device:02}//{DEVICE_FAULT}" for device in range(10)}
        eventually(lambda: faulted <= home.alarms().keys(), 40, "ten device faults")
        assert not [key for key in home.alarms() if key.endswith(DEVICE_FAULT) and key not in faulted]
        marked_ns = time.time_ns()
        eventually(lambda: home.stored("u15/counter", marked_ns) >= 3, what="history of the others")
        times = home.history("u15/counter", began_ns).time_ns
        assert (times[1:] - times[:-1]).max() < 5e9
        farm.set(16, TEMPERATURE, HOT)
        eventually(lambda: "u16/temperature/high" in home.alarms(), what="an alarm of the others")
        assert home.pid("field") == pid
        # Mended, they are tried again on request.
        for device in range(10):
            farm.set(device, TEMPERATURE, CALM)


def test_a_hundred_devices_that_hang_in_close_do_not_hold_up_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_ODD", "close")
    with Farm(100, registers=20) as farm, house(farm) as home:
        home.start(module="tests.flows.odd_steward")
        eventually(lambda: all(farm.polls()), what="a scan of every device")
        children = home.children()
        _status, took_s = home.interrupt()
        assert took_s < STOP_S
        assert not [child for child in children if child.is_running()]


def test_ctrl_c_stops_everything_in_order(farm: Farm) -> None:
    with house(farm, devices=2) as home:
        home.start()
        children = home.children()
        status, took_s = home.interrupt()
        assert (status, took_s < STOP_S) == (0, True)
        assert not [child for child in children if child.is_running()]
        assert not (home.paths.root / "processes.json").exists()


def test_ctrl_c_during_the_start_stops_everything(farm: Farm) -> None:
    with house(farm, devices=2) as home:
        home.begin()
        children = eventually(home.children, what="a child")
        _status, took_s = home.interrupt()
        assert took_s < STOP_S
        await_end(children)


def test_ctrl_c_is_heard_while_a_process_cannot_start(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others run, and show what there is."""
    monkeypatch.setenv("STEWARD_ODD", "start")
    with house(farm, devices=2) as home:
        home.start(module="tests.flows.odd_steward")
        eventually(lambda: home.states()["field"]["restarts"] > 1, what="another attempt")
        status, took_s = home.interrupt()
        assert (status in LEFT, took_s < STOP_S) == (True, True)
