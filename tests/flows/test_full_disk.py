"""A run directory on a small disk that fills up under the running site."""

import time
from collections.abc import Iterator

import pytest

from benchmarks.modbus_farm import Farm
from tests.flows.house import CALM, HOT, TEMPERATURE, House, calm, eventually, house, read_by_all
from tests.small_disk import as_root, disk, fill, is_root

DISK_MB = 48
BALLAST_MB = 8
DISK = {"field", "core", "historian", "office"}
"""Processes that write to it."""


@pytest.fixture
def farm() -> Iterator[Farm]:
    """Its own: alarms of these tests are nobody else's."""
    with Farm(12, registers=20, period_s=0.1) as farm:
        calm(farm, 12)
        yield farm


@pytest.fixture
def small(farm: Farm) -> Iterator[House]:
    """A site whose run directory is a disk of its own."""
    with house(farm, devices=4, ballast_mb=BALLAST_MB) as home:
        root = home.paths.root
        root.mkdir()
        if not is_root():
            yield home
            return
        with disk(root, DISK_MB):
            yield home
            home.stop()


def test_alarms_survive_a_full_disk(small: House, farm: Farm) -> None:
    """R-42 with ENOSPC: the ballast carries them on; without it they wait, and no process restarts."""
    if not is_root():
        as_root(__file__)
        return
    home = small.start()
    since_ns = time.time_ns()
    eventually(lambda: home.stored("u00/counter", since_ns) >= 3, what="history")
    hog = home.paths.root / "hog"

    fill(hog)
    farm.set(0, TEMPERATURE, HOT)
    eventually(lambda: not home.paths.ballast.exists(), 60.0, what="the end of the ballast")
    eventually(lambda: home.transitions("u00") == ["alarm_occurs!"], what="an alarm on the ballast")

    fill(hog)
    farm.set(1, TEMPERATURE, HOT)
    read_by_all(farm, 1)
    eventually(lambda: home.rates("core")["linkage"] == 0, what="linkage that is off")
    hog.unlink()
    eventually(lambda: home.transitions("u01"), what="the alarm that waited")
    assert [name.removesuffix("!") for name in home.transitions("u01")] in (
        ["alarm_occurs"],
        ["alarm_occurs", "annunciate"],
    )
    since_ns = time.time_ns()
    eventually(lambda: home.rates("core")["linkage"] == 1, what="linkage that goes on")
    eventually(lambda: home.stored("u00/counter", since_ns) >= 3, what="history on a disk with space")
    for device in (0, 1):
        farm.set(device, TEMPERATURE, CALM)
    eventually(lambda: home.transitions("u01")[-1] == "return_to_normal", what="its return")
    assert {name: home.states()[name]["restarts"] for name in DISK} == dict.fromkeys(DISK, 0)


def test_history_is_given_up_first(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-70: an outbox that can grow no more loses its oldest history; conditions go on as ever."""
    monkeypatch.setenv("STEWARD_ODD", "full")
    with house(farm) as home:
        home.start(module="tests.flows.odd_steward")
        with home.frozen("historian"):
            eventually(lambda: home.rates("field")["history_dropped"] > 0, 40, "history given up")
            farm.set(0, TEMPERATURE, HOT)
            eventually(lambda: home.transitions("u00") == ["alarm_occurs!"], what="the alarm")
        since_ns = time.time_ns()
        eventually(lambda: home.stored("u00/counter", since_ns) >= 3, what="history afterwards")
        farm.set(0, TEMPERATURE, CALM)
        eventually(lambda: home.transitions("u00")[-1] == "return_to_normal", what="its return")
        assert home.states()["field"]["restarts"] == 0
