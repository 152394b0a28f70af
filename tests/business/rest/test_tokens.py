"""Bearer tokens: a session behind each, another pair at every refresh, and revocation that holds at once."""

from typing import Any

import httpx
import pytest

from business.access import REFRESH_NS
from business.access.messages import GrantRole, WithdrawGrant
from business.audit.queries import Wanted, search
from business.audit.verify import verify
from business.identity.messages import ChangePassword, DisableUser, EndSession
from business.identity.tokens import fingerprint
from tests.business.conftest import GOOD
from tests.business.logging_in import enrol
from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases


def refresh(desk: Desk, token: str) -> httpx.Response:
    return desk.ask("POST", "/tokens", body={"grant": "refresh", "refresh_token": token})


def works(desk: Desk, pair: dict[str, Any]) -> bool:
    status = desk.ask("GET", "/me", pair["access_token"]).status_code
    assert status in {200, 401}
    return status == 200


def test_a_pair_of_tokens_opens_the_interface(desk: Desk) -> None:
    pair = desk.pair("operator")
    me = desk.ask("GET", "/me", pair["access_token"]).json()
    (held,) = me["grants"]
    assert (me["user"], held["role"], held["scope"], held["own"]) == ("operator", "operator", 0, False)
    assert "alarm.acknowledge" in held["permissions"]
    assert "user.manage" not in held["permissions"]
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 900)


def test_an_access_token_lives_a_quarter_of_an_hour_however_it_is_used(desk: Desk) -> None:
    """S-05."""
    pair = desk.pair("viewer")
    for _ in range(3):
        desk.pass_minutes(4.9)
        assert works(desk, pair)
    desk.pass_minutes(0.5)
    assert not works(desk, pair)


def test_a_refresh_gives_another_pair_and_ends_the_one_before(desk: Desk) -> None:
    first = desk.pair("viewer")
    desk.pass_minutes(20)
    second = refresh(desk, first["refresh_token"]).json()
    assert works(desk, second)
    assert not works(desk, first)
    assert len(desk.ask("GET", "/sessions", second["access_token"]).json()["items"]) == 1


def test_a_refresh_token_used_twice_ends_its_whole_family_and_stands_in_the_trail(desk: Desk) -> None:
    first = desk.pair("viewer")
    second = refresh(desk, first["refresh_token"]).json()
    stolen = refresh(desk, first["refresh_token"])
    assert (stolen.status_code, stolen.json()["code"]) == (401, "token-reused")
    assert not works(desk, second)
    assert refresh(desk, second["refresh_token"]).status_code == 401
    with desk.authority.open() as session:
        (record, *rest) = search(session, Wanted(kind="RefreshSession", result="refused"), 10)
        assert (record.detail, record.object[:14]) == ("token-reused", "user_sessions/")
        assert "ended_ns" in str(record.changes[0].after)
        assert not [one for one in rest if one.detail == "token-reused"]
        assert verify(session).breaks == ()


def test_an_ordinary_refresh_is_no_deed(desk: Desk) -> None:
    refresh(desk, desk.pair("viewer")["refresh_token"])
    with desk.authority.open() as session:
        assert search(session, Wanted(kind="RefreshSession"), 10) == ()


def test_a_session_is_refreshed_for_a_week_of_silence_and_a_month_in_all(desk: Desk) -> None:
    week = REFRESH_NS / 60e9
    pair = desk.pair("viewer")
    for _ in range(4):
        desk.pass_minutes(week - 1)
        pair = refresh(desk, pair["refresh_token"]).json()
        assert works(desk, pair)
    desk.pass_minutes(week - 1)
    assert refresh(desk, pair["refresh_token"]).status_code == 401  # over 30 days old
    silent = desk.pair("viewer")
    desk.pass_minutes(week + 1)
    assert refresh(desk, silent["refresh_token"]).status_code == 401


def test_deleting_the_token_ends_the_session(desk: Desk) -> None:
    pair = desk.pair("viewer")
    assert desk.ask("DELETE", "/tokens/current", pair["access_token"]).status_code == 204
    assert not works(desk, pair)
    assert refresh(desk, pair["refresh_token"]).status_code == 401


def test_what_ends_a_session_elsewhere_ends_it_here_at_once(desk: Desk) -> None:
    """S-07, S-08: looked up at every request."""
    chief = desk.log_in("administrator")
    pair, other = desk.pair("viewer"), desk.pair("operator")
    session = desk.ask("GET", "/me", pair["access_token"]).json()["session"]
    assert desk.do(EndSession(session), chief).stage == "done"
    assert not works(desk, pair)
    assert refresh(desk, pair["refresh_token"]).status_code == 401
    assert desk.do(DisableUser("operator"), chief).stage == "done"
    assert not works(desk, other)
    assert refresh(desk, other["refresh_token"]).status_code == 401


def test_another_role_and_another_password_count_at_once(desk: Desk) -> None:
    pair = desk.pair("operator")
    chief = desk.log_in("administrator")
    assert desk.do(WithdrawGrant(desk.grant("operator")), chief).stage == "done"
    assert desk.do(GrantRole("operator", "viewer"), chief).stage == "done"
    me = desk.ask("GET", "/me", pair["access_token"]).json()
    assert [one["role"] for one in me["grants"]] == ["viewer"]
    mine = desk.log_in("operator")
    assert desk.do(ChangePassword(GOOD, "Battery-Staple-8"), mine).stage == "done"
    assert not works(desk, pair)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer  x", "Bearer x", "Basic eDp5", "Bearer \xff"]
)
def test_nothing_else_opens_it(desk: Desk, authorization: str) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")} if authorization else {}
    answer = desk.client.get("/me", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_cookie_is_never_looked_at(desk: Desk) -> None:
    token = desk.token("viewer")
    for name in ("steward_office", "steward_api", "access_token"):
        answer = desk.client.get("/me", headers={"Cookie": f"{name}={token}"})
        assert answer.status_code == 401


def test_the_session_of_a_browser_does_not_open_it(desk: Desk) -> None:
    desk.log_in("viewer", token="a-browsers-token")
    assert desk.ask("GET", "/me", "a-browsers-token").status_code == 401


def test_unknown_user_and_wrong_password_are_told_alike(desk: Desk) -> None:
    """S-04."""
    bodies = [
        {"grant": "password", "user": user, "password": "Wrong-Horse-7"} for user in ("viewer", "nobody")
    ]
    checks = desk.hasher.checks
    answers = []
    for body in bodies:
        answers.append(desk.ask("POST", "/tokens", body=body))
        checks, before = desk.hasher.checks, checks
        assert checks == before + 1
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].content == answers[1].content


def test_five_failures_lock_out_here_as_on_the_pages(desk: Desk) -> None:
    """S-03."""
    wrong = {"grant": "password", "user": "viewer", "password": "Wrong-Horse-7"}
    for _ in range(5):
        assert desk.ask("POST", "/tokens", body=wrong).status_code == 401
    locked = desk.ask("POST", "/tokens", body={**wrong, "password": GOOD})
    assert (locked.status_code, locked.json()["code"]) == (429, "locked-out")
    assert int(locked.headers["retry-after"]) > 0


def by_password(desk: Desk, user: str, **more: str) -> httpx.Response:
    return desk.ask("POST", "/tokens", body={"grant": "password", "user": user, "password": GOOD, **more})


def test_a_second_factor_is_asked_for_here_as_on_the_pages(desk: Desk) -> None:
    """S-06; and S-04: that the password was right is not told."""
    phone = enrol(desk, "viewer", desk.log_in("viewer"))
    wrong = desk.ask("POST", "/tokens", body={"grant": "password", "user": "viewer", "password": "x"})
    without, mistaken = by_password(desk, "viewer"), by_password(desk, "viewer", code="000000")
    assert [one.status_code for one in (wrong, without, mistaken)] == [401] * 3
    assert len({one.content for one in (wrong, without, mistaken)}) == 1
    desk.pass_minutes(16)
    got = by_password(desk, "viewer", code=phone.code())
    assert got.status_code == 200
    assert works(desk, got.json())
    assert by_password(desk, "viewer", code=phone.paper[0]).status_code == 200


def test_a_password_that_somebody_else_chose_opens_no_interface(desk: Desk) -> None:
    chief = desk.token("administrator")
    assert desk.ask("PUT", "/users/viewer/password", chief, {"password": GOOD + "8"}).status_code == 204
    body = {"grant": "password", "user": "viewer", "password": GOOD + "8"}
    got = desk.ask("POST", "/tokens", body=body)
    assert (got.status_code, got.json()["code"]) == (401, "password-awaited")


def test_the_session_stands_in_the_list_of_sessions(desk: Desk) -> None:
    token = desk.token("viewer")
    (row,) = desk.ask("GET", "/sessions", token).json()["items"]
    assert (row["user"], row["place"], row["current"]) == ("viewer", "api", True)
    chief = desk.token("administrator")
    everybody = {one["user"] for one in desk.ask("GET", "/sessions", chief).json()["items"]}
    assert everybody == {"viewer", "administrator"}
    assert desk.ask("DELETE", f"/sessions/{row['id']}", chief).status_code == 204
    assert desk.ask("GET", "/me", token).status_code == 401


def test_somebody_elses_session_is_not_ones_own_to_end(desk: Desk) -> None:
    session = desk.ask("GET", "/me", desk.token("viewer")).json()["session"]
    assert desk.ask("DELETE", f"/sessions/{session}", desk.token("operator")).status_code == 404


def test_no_token_is_kept_and_none_is_in_the_trail(desk: Desk) -> None:
    pair = desk.pair("viewer")
    refresh(desk, pair["refresh_token"])
    refresh(desk, pair["refresh_token"])
    stored = str(desk.rows())
    assert fingerprint(pair["refresh_token"]) in stored
    for token in (pair["access_token"], pair["refresh_token"]):
        assert token not in stored
