"""REST reads plans and runs, and starts, confirms, stops and restores them (S0-3.5.5, S0-3.5.6, N03)."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from actors.linkage.words import disk_is_full
from actors.messages import Issuer, LinkageState, OperatePoint, SelectPoint
from business.rest.sending import command_id
from tests.actors.alarm_core import eventually
from tests.actors.alarm_zone import began, ended
from tests.business.rest.conftest import Desk
from tests.business.rest.plant import SMOKE

WHY = {"reason": "现场要求"}
RELEASE = {"device": "ahu-1", "point": "fan", "reason": "检修完成"}


@pytest.fixture
def operator(desk: Desk) -> str:
    return desk.token("operator")


def smoke(desk: Desk, token: str) -> int:
    """One signal of two: a verification is open; its run."""
    core = desk.plant.start()
    desk.plant.hear(began(*SMOKE, core.now_s))
    eventually(lambda: bool(runs(desk, token)))
    (run,) = runs(desk, token)
    assert (run["state"], run["trigger"], run["cause"]) == ("verifying", "alarm", "ahu-1/t/smoke")
    return int(run["run"])


def runs(desk: Desk, token: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.ask("GET", f"/linkage/runs{query}", token).json()["items"]
    return found


def read(desk: Desk, token: str, run: int) -> dict[str, Any]:
    found: dict[str, Any] = desk.ask("GET", f"/linkage/runs/{run}", token).json()
    return found


def post(desk: Desk, token: str, path: str, body: Any = None, **headers: str) -> int:
    return desk.ask("POST", f"/linkage/{path}", token, WHY if body is None else body, **headers).status_code


def in_state(desk: Desk, token: str, run: int, state: str) -> dict[str, Any]:
    eventually(lambda: read(desk, token, run)["run"]["state"] == state)
    return read(desk, token, run)


def operates(desk: Desk, user: str) -> None:
    """A person writes a point that plans write, from a page."""
    session = desk.log_in(user)

    async def say(body: Any) -> Any:
        return [one async for one in desk.plant.send(body, Issuer(user, session.session, "west"), 10.0)][-1]

    selected = asyncio.run(say(SelectPoint("ahu-1", "fan", 11.0)))
    done = asyncio.run(say(OperatePoint(str(selected.value), "ahu-1", "fan", 11.0)))
    assert done.stage == "confirmed"


def test_plans_are_listed_with_what_they_do(desk: Desk, operator: str) -> None:
    run = smoke(desk, operator)
    eventually(lambda: desk.ask("GET", "/linkage", operator).json()["under_way"] == 1)
    plans = {one["plan"]: one for one in desk.ask("GET", "/linkage/plans", operator).json()}
    assert list(plans) == ["fire", "off", "scene"]
    assert [one["startable"] for one in plans.values()] == [False, False, True]
    assert (plans["fire"]["level"], plans["fire"]["group"], plans["off"]["enabled"]) == (1, "fire", False)
    assert [one["run"] for one in plans["fire"]["under_way"]] == [run]
    assert desk.ask("GET", "/linkage", operator).json() == {
        "works": True, "trouble": "", "under_way": 1, "failing": 0, "calendar_missing": None,
    }  # fmt: skip


def test_a_signal_is_confirmed_and_the_run_read_to_its_end(desk: Desk, operator: str) -> None:
    run = smoke(desk, operator)
    assert post(desk, operator, f"runs/{run}/confirm", {"note": "看到烟"}) == 204
    held = in_state(desk, operator, run, "holding")
    assert (held["run"]["user"], held["run"]["note"]) == ("operator", "看到烟")
    assert [(one["step"], one["state"], one["kind"]) for one in held["steps"]] == [
        ("fan", "done", "write"), ("say", "done", "speak"),
    ]  # fmt: skip
    assert [(one["rule"], one["cleared_at"]) for one in held["signals"]] == [("smoke", None)]
    (write,) = held["writes"]
    assert (write["point"], write["value"], write["before"], write["stage"]) == ("fan", 80, 5, "confirmed")
    (point,) = desk.ask("GET", "/linkage/held-points", operator).json()
    assert (point["plan"], point["run"], point["user"], point["until"]) == ("fire", run, "", None)
    assert post(desk, operator, f"runs/{run}/restore") == 204
    ended = in_state(desk, operator, run, "ended")
    assert ended["run"]["outcome"] == "done"
    assert [(one["restores"], one["value"]) for one in ended["writes"]] == [(False, 80), (True, 5)]
    assert desk.ask("GET", "/linkage/held-points", operator).json() == []


def test_a_signal_is_rejected_and_a_run_stopped(desk: Desk, operator: str) -> None:
    run = smoke(desk, operator)
    assert post(desk, operator, f"runs/{run}/stop") == 422  # it has not begun
    assert post(desk, operator, f"runs/{run}/reject") == 204
    assert in_state(desk, operator, run, "ended")["run"]["outcome"] == "rejected"
    core = desk.plant.start()
    core.now_s += 1
    desk.plant.hear(ended(*SMOKE, core.now_s), began(*SMOKE, core.now_s))
    eventually(lambda: len(runs(desk, operator)) == 2)
    second = runs(desk, operator)[0]["run"]
    assert post(desk, operator, f"runs/{second}/confirm", {}) == 204
    in_state(desk, operator, second, "holding")
    again = desk.ask("POST", f"/linkage/runs/{second}/confirm", operator, {}, Accept_Language="en")
    assert (again.status_code, again.json()["detail"]) == (
        422, f"run {second} of fire is holding and cannot be confirmed",
    )  # fmt: skip


def test_every_command_is_carried_out_once_and_on_record(desk: Desk, operator: str) -> None:
    for _ in range(2):  # the same key is answered as before and does nothing
        assert post(desk, operator, "plans/scene/start", Idempotency_Key="k-1") == 201
    assert [one["note"] for one in runs(desk, operator)] == ["现场要求"]
    with desk.plant.start().reader() as reader:
        (row,) = [one for one in reader.commands() if one.kind == "PushButton"]
    assert (row.id, row.user) == (command_id("operator", "k-1"), "operator")
    assert row.stages[-1].stage == "done"


def test_who_starts_a_plan_is_told_which_run_it_is(desk: Desk, operator: str) -> None:
    """Also who asks again by the same key, after another has started it once more."""
    told = []
    for key in ("k-1", "k-2", "k-1"):
        answer = desk.ask("POST", "/linkage/plans/scene/start", operator, WHY, Idempotency_Key=key)
        told.append(answer.json()["run"])
        in_state(desk, operator, told[-1], "ended")
    assert told == [1, 2, 1]


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ("off", "plan off is not enabled; enable it first"),
        ("fire", "plan fire has no button; add one to it"),
        ("gone", "there is no plan 'gone'; look at the list of plans"),
    ],
)
def test_a_plan_that_cannot_be_started_says_why(desk: Desk, operator: str, plan: str, why: str) -> None:
    refused = desk.ask("POST", f"/linkage/plans/{plan}/start", operator, WHY, Accept_Language="en")
    assert (refused.status_code, refused.json()["detail"]) == (422, why)


def test_runs_come_in_pages_and_by_plan_trigger_time_level_and_outcome(desk: Desk, operator: str) -> None:
    first = smoke(desk, operator)
    assert post(desk, operator, f"runs/{first}/reject") == 204
    for _ in range(4):
        assert post(desk, operator, "plans/scene/start") == 201
        newest = runs(desk, operator)[0]["run"]
        in_state(desk, operator, newest, "ended")
    found, cursor = [], ""
    while True:
        page = desk.ask("GET", f"/linkage/runs?limit=2&cursor={cursor}", operator).json()
        found += [row["run"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert found == [5, 4, 3, 2, 1]
    later = datetime.fromtimestamp(desk.plant.start().now_s + 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for query, expected in (
        ("?plan=fire", [1]), ("?trigger=button&limit=1", [5]), ("?level=1", [1]),
        ("?group=other", [5, 4, 3, 2]),
        ("?outcome=rejected", [1]), ("?outcome=failed", []), (f"?since={later}", []),
        (f"?until={later}&plan=fire", [1]),
    ):  # fmt: skip
        assert [one["run"] for one in runs(desk, operator, query)] == expected, query
    for unfit in ("?trigger=never", "?level=0", "?outcome=well", "?cursor=x", "?limit=0"):
        assert desk.ask("GET", f"/linkage/runs{unfit}", operator).status_code == 422, unfit
    assert desk.ask("GET", "/linkage/runs/99", operator).status_code == 404


def test_a_point_that_a_person_holds_is_released(desk: Desk, operator: str) -> None:
    assert post(desk, operator, "held-points/release", RELEASE) == 422
    operates(desk, "operator")
    eventually(lambda: bool(desk.ask("GET", "/linkage/held-points", operator).json()))
    (held,) = desk.ask("GET", "/linkage/held-points", operator).json()
    assert (held["user"], held["run"], held["value"]) == ("operator", None, 11)
    assert held["until"] > held["since"]
    assert post(desk, operator, "plans/scene/start") == 201
    lost = in_state(desk, operator, 1, "ended")
    assert [one["state"] for one in lost["steps"]] == ["lost"]
    assert post(desk, operator, "held-points/release", RELEASE) == 204
    assert desk.ask("GET", "/linkage/held-points", operator).json() == []


def test_linkage_that_is_off_is_told_and_starts_nothing(desk: Desk, operator: str) -> None:
    desk.plant.stop_linkage()
    assert desk.ask("GET", "/linkage", operator).json()["works"] is False
    assert [one["under_way"] for one in desk.ask("GET", "/linkage/plans", operator).json()] == [[], [], []]
    refused = desk.ask("POST", "/linkage/plans/scene/start", operator, WHY, Accept_Language="en")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "has not carried it out" in refused.json()["detail"]
    assert runs(desk, operator) == []


def test_linkage_that_cannot_keep_anything_says_why(desk: Desk, operator: str) -> None:
    desk.plant.stop_linkage()
    desk.plant.state = LinkageState(1, (), (), 0, 0, off=disk_is_full())
    told = desk.ask("GET", "/linkage", operator, Accept_Language="en").json()
    assert told["works"] is False
    assert told["trouble"].startswith("the disk is full")


def test_while_core_is_away_reading_says_so(desk: Desk, operator: str) -> None:
    desk.plant.is_away = True
    for path in ("runs", "runs/1", "held-points"):
        answer = desk.ask("GET", f"/linkage/{path}", operator)
        assert (answer.status_code, answer.json()["detail"]) == (503, "实时服务没有应答；请稍后重试"), path


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("plans/scene/start", WHY),
        ("runs/1/confirm", {}),
        ("runs/1/reject", WHY),
        ("runs/1/stop", WHY),
        ("runs/1/restore", WHY),
        ("held-points/release", RELEASE),
    ],
)
def test_who_may_only_look_decides_nothing(desk: Desk, path: str, body: dict[str, str]) -> None:
    run = smoke(desk, desk.token("operator"))
    viewer = desk.token("viewer")
    assert post(desk, viewer, path, body) == 403
    assert read(desk, viewer, run)["run"]["state"] == "verifying"


def test_a_reason_is_needed_and_strangers_see_nothing(desk: Desk, operator: str) -> None:
    assert post(desk, operator, "plans/scene/start", {"reason": ""}) == 422
    assert post(desk, operator, "plans/scene/start", {"reason": "x", "run": 1}) == 422
    assert runs(desk, operator) == []
    assert desk.ask("GET", "/linkage/runs", desk.token("administrator")).status_code == 403
    assert desk.ask("GET", "/linkage/plans").status_code == 401
