"""Commands over REST: the same gate, once however often they are sent, and every end has its status."""

import asyncio

import httpx
import pytest

from actors.messages import CommandResult, Stage
from business.access import Refusal
from business.audit.queries import Wanted, search
from business.identity.overreach import LIMIT
from business.rest.problems import STATUSES
from business.rest.sending import command_id
from tests.business.conftest import GOOD
from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases

NEW = {"user": "wang", "display": "王工", "role": "operator", "password": GOOD}


def test_a_command_leaves_the_same_trail_as_from_a_page(desk: Desk) -> None:
    """A06, S-30: who, in which session, from where."""
    token = desk.token("administrator")
    made = desk.ask("POST", "/users", token, NEW)
    assert (made.status_code, made.json()["user"]) == (201, "wang")
    with desk.authority.open() as session:
        (record,) = search(session, Wanted(kind="CreateUser", object="users/wang"), 10)
    me = desk.ask("GET", "/me", token).json()
    assert (record.user, record.session, record.station) == ("administrator", me["session"], "127.0.0.1")
    assert GOOD not in str(record.changes[0].after)


def test_the_same_key_is_answered_the_same_and_does_nothing_again(desk: Desk) -> None:
    token = desk.token("administrator")
    answers = [desk.ask("POST", "/users", token, NEW, Idempotency_Key="one") for _ in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 201]
    assert len({one.content for one in answers}) == 1
    again = desk.ask("POST", "/users", token, NEW, Idempotency_Key="two")
    assert (again.status_code, again.json()["code"]) == (409, "name-taken")


def test_a_run_asked_for_twice_under_one_key_is_one_run(desk: Desk) -> None:
    token = desk.token("system")
    asked = [desk.ask("POST", "/jobs/runs", token, {"job": "count"}, Idempotency_Key="r") for _ in range(2)]
    assert asked[0].json() == asked[1].json()
    assert len(desk.ask("GET", "/jobs/runs", token).json()["items"]) == 1


async def test_the_same_key_at_the_same_moment_is_one_command(desk: Desk) -> None:
    token = await asyncio.to_thread(desk.token, "system")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "same"}
    async with httpx.AsyncClient(base_url=desk.address, headers=headers, timeout=30) as client:
        asked = [client.post("/jobs/runs", json={"job": "count"}) for _ in range(8)]
        answers = await asyncio.gather(*asked)
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1


def test_a_key_belongs_to_one_command(desk: Desk) -> None:
    token = desk.token("administrator")
    assert desk.ask("POST", "/users", token, NEW, Idempotency_Key="one").status_code == 201
    other = desk.ask("POST", "/users", token, {**NEW, "user": "li"}, Idempotency_Key="one")
    assert (other.status_code, other.json()["code"]) == (422, "id-taken")
    assert desk.ask("GET", "/users/li", token).status_code == 404


def test_a_channel_that_repeats_an_answer_by_the_id_alone_does_not_deceive(desk: Desk) -> None:
    token = desk.token("administrator")
    desk.ask("POST", "/users/viewer/disable", token, Idempotency_Key="one")
    desk.answers = [CommandResult("x", Stage.DONE, "", None, 1)]
    other = desk.ask("POST", "/users/operator/disable", token, Idempotency_Key="one")
    assert (other.status_code, other.json()["code"]) == (422, "id-taken")


def test_a_key_belongs_to_one_user(desk: Desk) -> None:
    desk.create("chief", "security-administrator")
    first, second = desk.token("administrator"), desk.token("chief")
    assert desk.ask("POST", "/users", first, NEW, Idempotency_Key="one").status_code == 201
    other = desk.ask("POST", "/users", second, {**NEW, "user": "li"}, Idempotency_Key="one")
    assert other.status_code == 201


@pytest.mark.parametrize("key", ["with space", "x" * 129, "键"])
def test_an_odd_key_is_unfit(desk: Desk, key: str) -> None:
    bearer = f"Bearer {desk.token('administrator')}"
    headers = {b"Idempotency-Key": key.encode(), b"Authorization": bearer.encode()}
    assert desk.client.post("/users/viewer/enable", headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("stage", "detail", "status"),
    [
        (Stage.UNKNOWN, "", 503),
        (Stage.FAILED, "not sent", 503),
        (Stage.REFUSED, "not-recorded", 503),
        (Stage.REFUSED, "session-locked", 423),
        (Stage.REFUSED, "last-administrator", 409),
        (Stage.REFUSED, "一\x1eone", 422),
    ],
)
def test_every_end_has_its_status(desk: Desk, stage: Stage, detail: str, status: int) -> None:
    token = desk.token("administrator")
    desk.answers = [CommandResult("x", stage, detail, None, 1)]
    answer = desk.ask("POST", "/users/viewer/disable", token, Accept_Language="en")
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status == 503)
    if "\x1e" in detail:
        assert answer.json()["detail"] == "one"


def test_what_was_done_and_cannot_be_sent_again_is_no_defect(desk: Desk) -> None:
    """The office is away when a program asks once more under its key."""
    token = desk.token("administrator")
    assert desk.ask("POST", "/users/viewer/disable", token, Idempotency_Key="one").status_code == 200
    desk.answers = [CommandResult(command_id("administrator", "one"), Stage.FAILED, "not sent", None, 1)]
    again = desk.ask("POST", "/users/viewer/disable", token, Idempotency_Key="one")
    assert again.status_code == 503
    assert desk.ask("POST", "/users/viewer/disable", token, Idempotency_Key="one").status_code == 200


def test_what_ends_in_a_defect_is_an_internal_error(desk: Desk) -> None:
    token = desk.token("administrator")
    desk.identity._passwords = None  # type: ignore[assignment]
    answer = desk.ask("POST", "/users", token, NEW)
    assert answer.status_code == 500
    assert "NoneType" not in answer.text


def test_every_refusal_with_a_status_of_its_own_exists() -> None:
    assert set(STATUSES) <= set(Refusal)
    assert set(STATUSES.values()) <= {401, 403, 404, 409, 423, 429, 503}


def test_who_keeps_trying_what_is_not_his_is_locked(desk: Desk) -> None:
    """S1-4.6b, also for what is only read."""
    token = desk.token("viewer")
    for _ in range(LIMIT + 1):
        assert desk.ask("GET", "/users", token).status_code == 403
    assert desk.ask("GET", "/me", token).json()["locked"] is True
    body = {"old_password": GOOD, "new_password": "Battery-Staple-8"}
    assert desk.ask("PUT", "/me/password", token, body).status_code == 204  # one's own remains
    chief = desk.token("administrator")
    (row,) = desk.ask("GET", "/sessions?user=viewer", chief).json()["items"]
    assert desk.ask("POST", f"/sessions/{row['id']}/release", chief).status_code == 204
    assert desk.ask("GET", "/me", token).json()["locked"] is False
    assert desk.ask("POST", f"/sessions/{row['id']}/release", chief).status_code == 409


def test_the_trail_is_the_auditors(desk: Desk) -> None:
    """S-21."""
    desk.token("viewer")
    assert desk.ask("GET", "/audit", desk.token("administrator")).status_code == 403
    auditor = desk.token("auditor")
    found = desk.ask("GET", "/audit?kind=LogIn&user=&result=done", auditor).json()["items"]
    assert [one["object"] for one in found] == ["users/auditor", "users/administrator", "users/viewer"]
    one = desk.ask("GET", f"/audit/{found[0]['sequence']}", auditor)
    assert one.json() == found[0]
    assert desk.ask("GET", "/audit/999999", auditor).status_code == 404
    assert desk.ask("GET", "/audit?until=0001-01-01T00:00:00Z", auditor).json()["items"] == []
    assert desk.ask("GET", "/audit?since=9999-12-31T23:59:59Z", auditor).json()["items"] == []


def test_schedules_are_planned_changed_and_removed(desk: Desk) -> None:
    token = desk.token("system")
    new = {"schedule": "nightly", "job": "count", "trigger": "0 3 * * *"}
    made = desk.ask("POST", "/jobs/schedules", token, new)
    assert made.status_code == 201
    assert made.json()["next_at"] == "2027-01-15T19:00:00Z"
    changed = desk.ask(
        "PUT",
        "/jobs/schedules/nightly",
        token,
        {"job": "count", "trigger": "every 2 hours", "enabled": False},
    )
    assert (changed.json()["trigger"], changed.json()["next_at"]) == ("every 2 hours", None)
    assert desk.ask("DELETE", "/jobs/schedules/nightly", token).status_code == 204
    assert desk.ask("GET", "/jobs/schedules/nightly", token).status_code == 404
    assert desk.ask("DELETE", "/jobs/schedules/nightly", token).status_code == 404
    assert desk.ask("POST", "/jobs/runs", token, {"job": "no-such"}).status_code == 422


def test_a_queued_run_is_cancelled(desk: Desk) -> None:
    token = desk.token("system")
    run = desk.ask("POST", "/jobs/runs", token, {"job": "count"}).json()["id"]
    assert desk.ask("POST", f"/jobs/runs/{run}/cancel", token).json()["state"] == "cancelled"
    assert desk.ask("POST", f"/jobs/runs/{run}/cancel", token).status_code == 422
    assert desk.ask("POST", "/jobs/runs/999/cancel", token).status_code == 404
