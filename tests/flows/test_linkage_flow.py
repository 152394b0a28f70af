"""A plan on a running site, over real sockets, while `core` is killed under it (S0-3.5.5, S0-3.5.6)."""

import random
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from actors.channels.query import QueryFailed
from actors.messages import Issuer, PushButton, ReadRun, ReadRuns, RunRead, RunRow, Runs, StepState
from benchmarks.modbus_farm import Farm
from business.organisation.messages import CreatePost
from supervisor.run import INTENSITY, PERIOD_S
from tests.flows.house import CALM, HOT, SETPOINT, TEMPERATURE, House, eventually, house

WARM = 55
"""Above the limit of the plan, and below that of the alarm."""
PLANS = """
[[plan]]
id = "cool"
name = { zh = "降温", en = "Cool" }
enabled = true
group = "comfort"
min_interval_s = 0
trigger = [{ kind = "value", point = "u01/temperature", op = ">", value = 50 }]
condition = [{ point = "u04/temperature", op = "<", value = 60 }]
step = [
  { id = "first", name = { zh = "一", en = "First" }, kind = "write", point = "u02/setpoint", value = 31, restore = "before" },
  { id = "later", name = { zh = "二", en = "Later" }, kind = "write", point = "u03/setpoint", value = 32, after = ["first"], delay_s = 1, restore = "before" },
  { id = "tell", name = { zh = "通知", en = "Tell" }, kind = "notify", roster = "guards", text = { zh = "热", en = "Hot" }, after = ["later"] },
]
end = { when = "cleared" }

[[plan]]
id = "alarmed"
name = { zh = "报警联动", en = "On an alarm" }
enabled = true
min_interval_s = 0
trigger = [{ kind = "alarm", alarm = "u05/temperature/high" }, { kind = "button" }]
step = [{ id = "write", name = { zh = "写", en = "Write" }, kind = "write", point = "u06/setpoint", value = 33 }]
end = { when = "done" }

[[plan]]
id = "posted"
name = { zh = "业务联动", en = "On a new post" }
enabled = true
min_interval_s = 0
trigger = [{ kind = "business", event = "CreatePost", subject = "posts/" }]
step = [{ id = "write", name = { zh = "写", en = "Write" }, kind = "write", point = "u07/setpoint", value = 34 }]
end = { when = "done" }
"""  # noqa: E501


@pytest.fixture(scope="module")
def planned(farm: Farm) -> Iterator[House]:
    with house(farm) as found:
        (found.site / "plans.toml").write_text(PLANS, "utf-8")
        found.start()
        yield found


@pytest.fixture(scope="module")
def boss(planned: House) -> Issuer:
    return planned.administrator()


def runs(home: House, plan: str) -> list[RunRow]:
    """Oldest first; empty while `core` is away."""
    try:
        pages: list[Runs] = home.ask("core", ReadRuns(0, 100, plan=plan))
    except QueryFailed:
        return []
    return [row for page in pages for row in page.rows][::-1]


def read(home: House, run: int) -> RunRead:
    (found,) = home.ask("core", ReadRun(run))
    assert isinstance(found, RunRead)
    return found


def written(farm: Farm, device: int) -> list[int]:
    return [one.value for one in farm.writes() if (one.device, one.address) == (device, SETPOINT)]


def test_a_value_starts_a_plan_and_its_end_restores_what_was(
    planned: House, boss: Issuer, farm: Farm
) -> None:
    eventually(lambda: planned.rates("core").get("linkage") == 1.0, what="linkage")
    farm.set(1, TEMPERATURE, WARM)
    eventually(lambda: written(farm, 3) == [32], what="the second write")
    farm.set(1, TEMPERATURE, CALM)
    row = eventually(lambda: [one for one in runs(planned, "cool") if one.state == "ended"])[0]
    assert row.outcome == "done", [one.detail for one in read(planned, row.id).steps]
    assert (written(farm, 2), written(farm, 3)) == ([31, CALM], [32, CALM])
    assert "u01/temperature" not in " ".join(planned.alarms())  # an event, and no alarm below its limit
    (tell,) = [one for one in read(planned, row.id).steps if one.step == "tell"]
    assert tell.state is StepState.DONE
    assert {one.user for one in planned.audited("devices/u02/setpoint")} == {"linkage"}


def test_what_was_so_when_field_started_starts_nothing(planned: House, boss: Issuer, farm: Farm) -> None:
    before = len(runs(planned, "alarmed"))
    farm.set(5, TEMPERATURE, HOT)
    eventually(lambda: [one.state for one in runs(planned, "alarmed")][before:] == ["ended"], what="its run")
    planned.wait_back("field", planned.kill("field"))
    eventually(lambda: "u05/temperature/high" in planned.alarms(), what="the alarm after the restart")
    planned.wait_back("core", planned.kill("core"))
    told = planned.tell(PushButton("alarmed", "to see that it follows"), boss)
    assert told[-1].stage == "done", told
    found = eventually(lambda: [one.trigger for one in runs(planned, "alarmed")][before + 1 :])
    assert found == ["button"]
    farm.set(5, TEMPERATURE, CALM)


def test_what_happens_in_the_office_starts_a_plan_once_though_office_is_killed(
    planned: House, boss: Issuer, farm: Farm
) -> None:
    made = planned.tell_office(CreatePost("Fitter"), boss)
    assert made.stage == "done", made
    row = eventually(lambda: [one for one in runs(planned, "posted") if one.state == "ended"])[0]
    assert row.cause.startswith("CreatePost posts/")
    planned.wait_back("office", planned.kill("office"))
    assert planned.tell_office(CreatePost("Gardener"), boss).stage == "done"
    eventually(lambda: [one.state for one in runs(planned, "posted")] == ["ended"] * 2, what="both runs")
    assert written(farm, 7) == [34, 34]


def round_of_kills(planned: House, farm: Farm, moments: random.Random) -> None:
    """One run of the plan, with `core` killed somewhere in it; each write comes to the plant once."""
    before = {device: len(written(farm, device)) for device in (2, 3)}
    known = len(runs(planned, "cool"))
    farm.set(1, TEMPERATURE, WARM)
    time.sleep(moments.uniform(0, 1.8))  # where in the run it is killed is left to chance
    planned.wait_back("core", planned.kill("core"))
    eventually(lambda: len(runs(planned, "cool")) == known + 1, what="the run")
    eventually(lambda: runs(planned, "cool")[-1].state == "holding", what="every step's result")
    farm.set(1, TEMPERATURE, CALM)
    eventually(lambda: runs(planned, "cool")[-1].state == "ended", what="its end")
    row = runs(planned, "cool")[-1]
    found = read(planned, row.id)
    for device in (2, 3):
        new = written(farm, device)[before[device] :]
        assert all(one != other for one, other in pairwise(new)), f"repeated at u{device:02}: {new}"
        orders = [one for one in found.orders if one.device == f"u{device:02}"]
        unknown = [one for one in orders if one.stage == "unknown"]
        assert len(new) + len(unknown) >= 2, (new, orders)
        assert unknown or new[-1] == CALM, orders
    doubtful = any(one.stage == "unknown" for one in found.orders)
    assert row.outcome == ("incomplete" if doubtful else "done"), found
    farm.set(2, SETPOINT, CALM)
    farm.set(3, SETPOINT, CALM)


def test_core_is_killed_in_the_middle_of_a_plan(planned: House, boss: Issuer, farm: Farm) -> None:
    moments = random.Random(4)
    for _ in range(3):
        round_of_kills(planned, farm, moments)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_core_is_killed_in_the_middle_of_many_plans(planned: House, boss: Issuer, farm: Farm) -> None:
    moments = random.Random()
    time.sleep(PERIOD_S)  # those of the tests before count too
    for _ in range(30):
        round_of_kills(planned, farm, moments)
        time.sleep(PERIOD_S / INTENSITY)  # more restarts, and core is set aside for a while
