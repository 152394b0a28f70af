"""REST reads, acknowledges and shelves alarms under the kernel's permissions (N03, N06)."""

from datetime import UTC, datetime

import pytest

from actors.messages import AlarmState
from business.rest.sending import command_id
from tests.actors.alarm_core import Core
from tests.actors.alarm_zone import began, ended
from tests.business.rest.conftest import Desk
from tests.business.rest.plant import HIGH, SMOKE

NAMED = {"device": HIGH[0], "point": HIGH[1], "rule": HIGH[2]}


@pytest.fixture
def operator(desk: Desk) -> str:
    return desk.token("operator")


def occurs(desk: Desk, *names: tuple[str, str, str]) -> Core:
    core = desk.plant.start()
    desk.plant.hear(*(began(*name, core.now_s) for name in names))
    return core


def at(core: Core, hours: float) -> str:
    return datetime.fromtimestamp(core.now_s + 3600 * hours, UTC).isoformat()


def states(desk: Desk, token: str) -> dict[str, str]:
    return {one["rule"]: one["state"] for one in desk.ask("GET", "/alarms", token).json()}


def test_what_stands_is_listed_and_filtered(desk: Desk, operator: str) -> None:
    occurs(desk, HIGH, SMOKE)
    assert states(desk, operator) == {"high": "unacknowledged", "smoke": "unacknowledged"}
    fires = desk.ask("GET", "/alarms?alarm_class=fire&priority=2", operator).json()
    assert [one["rule"] for one in fires] == ["smoke"]
    assert desk.ask("GET", "/alarms?state=shelved", operator).json() == []


def test_an_alarm_is_acknowledged_with_a_note_and_its_event(desk: Desk, operator: str) -> None:
    occurs(desk, HIGH)
    wrong = desk.ask("POST", "/alarms/acknowledge", operator, {**NAMED, "event": 2}, Accept_Language="en")
    assert wrong.status_code == 422
    assert "has no event 2" in wrong.json()["detail"]
    done = desk.ask("POST", "/alarms/acknowledge", operator, {**NAMED, "event": 1, "note": "看到"})
    assert (done.status_code, done.content) == (204, b"")
    assert states(desk, operator) == {"high": "acknowledged"}
    (row, *_) = desk.ask("GET", "/alarms/journal", operator).json()["items"]
    assert (row["transition"], row["user"], row["note"]) == ("acknowledge", "operator", "看到")


def test_every_action_is_a_command_on_record(desk: Desk, operator: str) -> None:
    core = occurs(desk, HIGH)
    body = {**NAMED, "event": 1}
    for _ in range(2):  # the same key is answered as before and does nothing
        done = desk.ask("POST", "/alarms/acknowledge", operator, body, Idempotency_Key="k-1")
        assert done.status_code == 204
    with core.reader() as reader:
        (row,) = reader.commands()
    assert (row.id, row.kind, row.user) == (command_id("operator", "k-1"), "AcknowledgeAlarm", "operator")
    assert row.stages[-1].stage == "done"


def test_shelving_goes_there_and_back(desk: Desk, operator: str) -> None:
    core = occurs(desk, HIGH)
    shelf = {**NAMED, "until": at(core, 2), "reason": "换传感器"}
    assert desk.ask("POST", "/alarms/shelve", operator, shelf).status_code == 204
    (one,) = desk.ask("GET", "/alarms", operator).json()
    assert (one["state"], one["hidden"][0]["by"]) == (AlarmState.SHELVED, "operator")
    too_long = desk.ask("POST", "/alarms/shelve", operator, {**shelf, "until": at(core, 9)})
    assert too_long.status_code == 422
    assert desk.ask("POST", "/alarms/unshelve", operator, NAMED).status_code == 204
    assert states(desk, operator) == {"high": "unacknowledged"}


def test_out_of_service_and_back(desk: Desk, operator: str) -> None:
    occurs(desk, HIGH)
    body = {**NAMED, "order": "WO-1", "reason": "检修"}
    assert desk.ask("POST", "/alarms/remove-from-service", operator, body).status_code == 204
    assert states(desk, operator) == {"high": "out-of-service"}
    assert desk.ask("POST", "/alarms/return-to-service", operator, NAMED).status_code == 204


def test_a_fire_is_answered_judged_and_reset(desk: Desk, operator: str) -> None:
    core = occurs(desk, SMOKE)
    smoke = {**NAMED, "rule": "smoke", "event": 1}
    assert desk.ask("POST", "/alarms/silence", operator, smoke).status_code == 204
    assert desk.ask("POST", "/alarms/tick", operator, {**smoke, "step": 0}).status_code == 204
    assert desk.ask("POST", "/alarms/acknowledge", operator, smoke).status_code == 204
    desk.plant.hear(ended(*SMOKE, core.now_s))
    assert desk.ask("POST", "/alarms/reset", operator, smoke).status_code == 422
    said = {**smoke, "verdict": "false", "cause": "蒸汽"}
    assert desk.ask("POST", "/alarms/verdict", operator, said).status_code == 204
    assert desk.ask("POST", "/alarms/reset", operator, smoke).status_code == 204
    assert states(desk, operator) == {}
    rows = desk.ask("GET", "/alarms/journal?transition=verdict", operator).json()["items"]
    assert [row["verdict"] for row in rows] == ["false"]


def test_a_mode_is_set_listed_and_ended(desk: Desk, operator: str) -> None:
    core = occurs(desk, HIGH)
    body = {"mode": "works", "zone": "building-a", "until": at(core, 3), "reason": "动火作业"}
    assert desk.ask("POST", "/alarms/areas", operator, body).status_code == 204
    (area,) = desk.ask("GET", "/alarms/areas", operator).json()
    assert (area["mode"], area["by"]) == ("works", "operator")
    assert desk.ask("DELETE", f"/alarms/areas/{area['area']}", operator).status_code == 204
    assert desk.ask("DELETE", f"/alarms/areas/{area['area']}", operator).status_code == 422
    assert desk.ask("GET", "/alarms/areas", operator).json() == []


def test_the_journal_comes_in_pages(desk: Desk, operator: str) -> None:
    core = occurs(desk, HIGH)
    for _ in range(3):
        desk.plant.hear(ended(*HIGH, core.now_s), began(*HIGH, core.now_s))
    found, cursor = [], ""
    while True:
        page = desk.ask("GET", f"/alarms/journal?limit=3&cursor={cursor}", operator).json()
        found += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert found == sorted(found, reverse=True)
    assert len(found) == 7


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("acknowledge", {**NAMED, "event": 1}),
        ("shelve", {**NAMED, "until": "2030-01-01T00:00:00Z", "reason": "x"}),
        ("remove-from-service", {**NAMED, "order": "1", "reason": "x"}),
        ("areas", {"mode": "test", "zone": "building-a", "until": "2030-01-01T00:00:00Z", "reason": "x"}),
    ],
)
def test_who_may_only_look_changes_nothing(desk: Desk, path: str, body: dict[str, object]) -> None:
    occurs(desk, HIGH)
    viewer = desk.token("viewer")
    assert desk.ask("GET", "/alarms", viewer).status_code == 200
    assert desk.ask("POST", f"/alarms/{path}", viewer, body).status_code == 403
    assert states(desk, viewer) == {"high": "unacknowledged"}


def test_who_has_nothing_to_do_with_the_plant_sees_nothing(desk: Desk) -> None:
    assert desk.ask("GET", "/alarms", desk.token("administrator")).status_code == 403
    assert desk.ask("GET", "/alarms").status_code == 401
