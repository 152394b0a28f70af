"""Service accounts and their keys (S-23)."""

import pytest

from business.identity.account_messages import SetUserKind
from business.identity.token_service import MOST_KEYS
from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases


@pytest.fixture
def chief(desk: Desk) -> str:
    """The administrator's token; the service account `erp` exists."""
    chief = desk.token("administrator")
    body = {"user": "erp", "display": "财务系统", "role": "viewer"}
    made = desk.ask("POST", "/service-accounts", chief, body)
    assert (made.status_code, made.json()["kind"]) == (201, "service")
    return chief


def new_key(desk: Desk, chief: str, **body: str) -> tuple[int, str]:
    made = desk.ask("POST", "/service-accounts/erp/keys", chief, {"name": "生产", **body})
    assert made.status_code == 201, made.text
    return made.json()["id"], made.json()["key"]


def enter(desk: Desk, key: str) -> tuple[int, str]:
    got = desk.ask("POST", "/tokens", body={"grant": "key", "key": key})
    return got.status_code, got.json().get("access_token", "")


def test_a_key_opens_a_session_of_its_account(desk: Desk, chief: str) -> None:
    status, token = enter(desk, new_key(desk, chief)[1])
    assert status == 200
    assert desk.ask("GET", "/me", token).json()["user"] == "erp"


def test_a_key_is_shown_once_and_stored_nowhere(desk: Desk, chief: str) -> None:
    number, key = new_key(desk, chief)
    (row,) = desk.ask("GET", "/service-accounts/erp/keys", chief).json()["items"]
    assert row["id"] == number
    assert "key" not in row
    assert key not in str(desk.rows())


def test_a_key_asked_for_twice_is_made_once_and_not_shown_again(desk: Desk, chief: str) -> None:
    asked = [
        desk.ask("POST", "/service-accounts/erp/keys", chief, {"name": "生产"}, Idempotency_Key="k-1")
        for _ in range(2)
    ]
    assert [one.status_code for one in asked] == [201, 409]
    assert asked[1].json()["code"] == "key-shown-once"
    assert len(desk.ask("GET", "/service-accounts/erp/keys", chief).json()["items"]) == 1


def test_a_revoked_key_and_what_it_opened_are_refused_at_once(desk: Desk, chief: str) -> None:
    """S-23: the requirement gives 5 s."""
    (one, key), (_, other) = new_key(desk, chief), new_key(desk, chief)
    got = desk.ask("POST", "/tokens", body={"grant": "key", "key": key}).json()
    kept = enter(desk, other)[1]
    assert desk.ask("DELETE", f"/service-accounts/erp/keys/{one}", chief).status_code == 204
    assert desk.ask("GET", "/me", got["access_token"]).status_code == 401
    again = {"grant": "refresh", "refresh_token": got["refresh_token"]}
    assert desk.ask("POST", "/tokens", body=again).status_code == 401
    assert enter(desk, key)[0] == 401
    assert desk.ask("GET", "/me", kept).status_code == 200
    assert desk.ask("DELETE", f"/service-accounts/erp/keys/{one}", chief).status_code == 422


def test_an_expired_key_opens_nothing_and_refreshes_nothing(desk: Desk, chief: str) -> None:
    _, key = new_key(desk, chief, expires_at="2027-01-15T08:10:00Z")  # the clock shows 08:00
    got = desk.ask("POST", "/tokens", body={"grant": "key", "key": key}).json()
    desk.pass_minutes(10)
    assert enter(desk, key)[0] == 401
    again = {"grant": "refresh", "refresh_token": got["refresh_token"]}
    assert desk.ask("POST", "/tokens", body=again).status_code == 401


@pytest.mark.parametrize("password", ["", "nobody has this password", "!"])
def test_no_password_opens_a_service_account(desk: Desk, chief: str, password: str) -> None:
    for _ in range(2):
        got = desk.try_to_log_in("erp", password)
        assert (got.stage, got.detail) == ("refused", "log-in-failed")


def test_a_service_account_that_becomes_a_persons_still_needs_a_password(desk: Desk, chief: str) -> None:
    key = new_key(desk, chief)[1]
    assert desk.do(SetUserKind("erp", "staff"), desk.log_in("administrator")).stage == "done"
    for password in ("nobody has this password", " "):
        assert desk.try_to_log_in("erp", password).detail == "log-in-failed"
    assert enter(desk, key)[0] == 401


def test_a_disabled_account_has_no_session(desk: Desk, chief: str) -> None:
    key = new_key(desk, chief)[1]
    token = enter(desk, key)[1]
    assert desk.ask("POST", "/users/erp/disable", chief).json()["disabled"] is True
    assert desk.ask("GET", "/me", token).status_code == 401
    assert enter(desk, key)[0] == 401


def test_a_person_has_no_keys(desk: Desk, chief: str) -> None:
    made = desk.ask("POST", "/service-accounts/viewer/keys", chief, {"name": "x"})
    assert made.status_code == 422
    assert "服务账号" in made.json()["detail"]
    assert desk.ask("GET", "/service-accounts/viewer/keys", chief).status_code == 404


def test_an_account_has_so_many_keys_and_no_more(desk: Desk, chief: str) -> None:
    for _ in range(MOST_KEYS):
        new_key(desk, chief)
    assert desk.ask("POST", "/service-accounts/erp/keys", chief, {"name": "x"}).status_code == 422


def test_another_accounts_key_is_not_found_there(desk: Desk, chief: str) -> None:
    number, _ = new_key(desk, chief)
    desk.ask("POST", "/service-accounts", chief, {"user": "bms", "display": "", "role": "viewer"})
    desk.ask("POST", "/service-accounts", chief, {"user": "bms", "display": "B", "role": "viewer"})
    assert desk.ask("DELETE", f"/service-accounts/bms/keys/{number}", chief).status_code == 404


def test_only_who_manages_users_makes_service_accounts(desk: Desk, chief: str) -> None:
    operator = desk.token("operator")
    body = {"user": "own", "display": "own", "role": "administrator"}
    assert desk.ask("POST", "/service-accounts", operator, body).status_code == 403
    assert desk.ask("POST", "/service-accounts/erp/keys", operator, {"name": "x"}).status_code == 403
    assert desk.ask("GET", "/service-accounts/erp/keys", operator).status_code == 403


def test_trying_keys_locks_the_address_out(desk: Desk, chief: str) -> None:
    """S-03."""
    key = new_key(desk, chief)[1]
    for _ in range(5):
        assert enter(desk, "no-such-key")[0] == 401
    assert enter(desk, key)[0] == 429
