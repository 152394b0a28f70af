"""REST: one's own reach, progress of an alarm, announcements."""

from typing import Any

import pytest

from business.duty.messages import CreateTeam
from business.duty.service import Duty
from business.gate import Execute
from business.notifier.messages import SayProgress, SendMessage
from business.notifier.outbox import Task, read, waiting
from config.notification import Progress
from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases

REACH: dict[str, Any] = {
    "wishes": [
        {"medium": "voice", "priorities": [1], "start": "00:00", "end": "24:00"},
        {"medium": "sms", "priorities": [1, 3], "start": "20:00", "end": "08:00"},
    ],
    "rest": {"start": "22:00", "end": "06:00"},
    "language": "en",
    "opted_out": ["announcement"],
}


def asked(desk: Desk) -> list[Task]:
    with desk.sessions() as session:
        return [read(session, number) for number, _, _ in waiting(session, 10)]


@pytest.fixture
def guarded(desk: Desk) -> Desk:
    """With a team."""

    def no_plan(_session: object) -> Any:
        raise AssertionError("nobody asked for the roster")

    desk.token("manager")
    duty = Duty(desk.authority.here, no_plan, desk.wall_ns)
    created = Execute(desk.log_in("manager"), CreateTeam("guards", "保安队", "Guards"))
    assert desk.gate.carry_out(duty, created).detail == ""
    return desk


def test_ones_own_reach_is_read_and_set_as_a_whole(desk: Desk) -> None:
    token = desk.token("operator")
    usual = desk.ask("GET", "/notify/reach", token).json()
    assert (usual["user"], usual["language"], usual["rest"], usual["media"]) == ("operator", "zh", None, [])
    assert [one["medium"] for one in usual["wishes"]] == ["voice", "sms", "push", "chat", "email"]
    assert desk.ask("PUT", "/notify/reach", token, REACH).status_code == 204
    assert desk.ask("GET", "/notify/reach", token).json() == {
        "user": "operator", **REACH, "has_pin": False, "media": [],
    }  # fmt: skip
    assert desk.ask("GET", "/notify/reach", desk.token("viewer")).json()["language"] == "zh"


def test_what_is_critical_cannot_be_switched_off(desk: Desk) -> None:
    body = {**REACH, "wishes": REACH["wishes"][:1]}
    refused = desk.ask("PUT", "/notify/reach", desk.token("operator"), body, Accept_Language="en")
    assert refused.status_code == 422
    assert "cannot be switched off" in refused.json()["detail"]


def test_who_answers_says_how_far_he_is(desk: Desk) -> None:
    path = "/notify/escalations/alarm-7/progress"
    assert desk.ask("POST", path, desk.token("operator"), {"progress": "on-site"}).status_code == 204
    assert asked(desk) == [SayProgress("alarm-7", "operator", Progress.ON_SITE)]
    assert desk.ask("POST", path, desk.token("viewer"), {"progress": "done"}).status_code == 403
    assert desk.ask("POST", path, desk.token("operator"), {"progress": "asleep"}).status_code == 422


def test_an_announcement_is_made_once_for_one_key(guarded: Desk) -> None:
    body = {"title": "电梯检修", "text": "明日检修", "teams": ["guards"]}
    for _ in range(2):
        told = guarded.ask(
            "POST", "/notify/announcements", guarded.token("manager"), body, Idempotency_Key="one"
        )
        assert told.status_code == 204
    (task,) = asked(guarded)
    assert isinstance(task, SendMessage)
    assert (task.event, task.teams) == ("announcement", ("guards",))
    for user, status in (("operator", 403), ("manager", 422)):
        nobody = {"title": "x", "text": "y"}
        refused = guarded.ask("POST", "/notify/announcements", guarded.token(user), nobody)
        assert refused.status_code == status, refused.text
