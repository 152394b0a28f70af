"""A random mix of kills and freezes under alarms that come and go; STEWARD_SOAK says for how many rounds."""

import os
import random
import time

import pytest

from benchmarks.modbus_farm import Farm
from tests.flows.house import CALM, HOT, TEMPERATURE, House, calm, eventually, house, read_by_all

ROUNDS = 20 * int(os.environ.get("STEWARD_SOAK", "1"))
SEED = 20260101
TOUCHED = ("field", "core", "historian", "office", "web-control")


@pytest.mark.soak
@pytest.mark.timeout(60 * ROUNDS)
def test_no_alarm_is_lost_or_doubled_whatever_is_killed_or_frozen() -> None:
    """R-40, R-90, R-91: every occurrence is journaled once, and annunciated at most once."""
    dice = random.Random(SEED)
    with Farm(4, registers=20, period_s=0.1) as farm, house(farm) as home:
        calm(farm, 4)
        home.start()
        for number in range(ROUNDS):
            _one_round(home, farm, number % 4, dice)


def _one_round(home: House, farm: Farm, device: int, dice: random.Random) -> None:
    name, victim = f"u{device:02}", dice.choice(TOUCHED)
    told = len(home.journal(name))
    farm.set(device, TEMPERATURE, HOT)
    time.sleep(dice.random() / 2)
    if dice.random() < 0.5:
        home.wait_back(victim, home.kill(victim), 60)
    else:
        with home.frozen(victim):
            time.sleep(dice.random() * 2)
    read_by_all(farm, device)
    eventually(lambda: len(home.journal(name)) > told, what=f"{name} begins after {victim}")
    farm.set(device, TEMPERATURE, CALM)
    eventually(lambda: home.journal(name)[-1].transition == "return_to_normal", what=f"{name} ends")
    rows = home.journal(name)[told:]
    assert len({row.event for row in rows}) == 1
    assert sum(row.transition in {"alarm_occurs", "re_alarm"} for row in rows) == 1
    assert sum(row.annunciated for row in rows) <= 1
