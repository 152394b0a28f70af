"""Roles, scopes and grants over REST: programs hold roles as persons do, and reach as far."""

from typing import Any

import pytest

from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases


@pytest.fixture
def chief(desk: Desk) -> str:
    return desk.token("administrator")


def scope(desk: Desk, token: str, parent: int, code: str) -> int:
    label = {"zh": code, "en": code}
    made = desk.ask("POST", "/scopes", token, {"parent": parent, "code": code, "label": label})
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def grant(desk: Desk, token: str, **body: Any) -> Any:
    made = desk.ask("POST", "/grants", token, body)
    assert made.status_code == 201, made.text
    return made.json()


def account(desk: Desk, token: str, **body: Any) -> int:
    return desk.ask("POST", "/service-accounts", token, {"display": "ERP", **body}).status_code


def roles_of(desk: Desk, token: str) -> list[tuple[str, int]]:
    me = desk.ask("GET", "/me", token).json()
    return [(one["role"], one["scope"]) for one in me["grants"]]


def enter(desk: Desk, token: str, user: str) -> str:
    key = desk.ask("POST", f"/service-accounts/{user}/keys", token, {"name": "k"}).json()["key"]
    return str(desk.ask("POST", "/tokens", body={"grant": "key", "key": key}).json()["access_token"])


def test_a_program_holds_roles_by_grants_that_count_at_once(desk: Desk, chief: str) -> None:
    """S-21: service accounts are granted roles like everybody, and lose them like everybody."""
    east = scope(desk, chief, 0, "east")
    assert account(desk, chief, user="erp") == 201
    token = enter(desk, chief, "erp")
    assert roles_of(desk, token) == []
    assert desk.ask("GET", "/scopes", token).json()["items"] == []
    made = grant(desk, chief, user="erp", role="viewer", scope=east)
    assert roles_of(desk, token) == [("viewer", east)]
    assert [one["id"] for one in desk.ask("GET", "/scopes", token).json()["items"]] == [east]
    (row,) = desk.ask("GET", "/grants?user=erp", chief).json()["items"]
    assert row == made
    assert desk.ask("DELETE", f"/grants/{made['id']}", chief).status_code == 204
    assert roles_of(desk, token) == []
    assert desk.ask("DELETE", f"/grants/{made['id']}", chief).status_code == 404


def test_a_grant_of_some_time_begins_and_ends(desk: Desk, chief: str) -> None:
    """S-22."""
    desk.create("temp", "viewer")
    made = grant(
        desk, chief, user="temp", role="guard", since="2027-01-15T08:05:00Z", until="2027-01-15T08:10:00Z"
    )
    assert (made["since"], made["until"]) == ("2027-01-15T08:05:00Z", "2027-01-15T08:10:00Z")
    token = desk.token("temp")
    held = []
    for _ in range(3):
        held.append(len(roles_of(desk, token)))
        desk.pass_minutes(6)
    assert held == [1, 2, 1]


def test_whoever_manages_a_region_sees_and_makes_only_what_lies_in_it(desk: Desk, chief: str) -> None:
    """B14: the reach of a program is that of its grants."""
    east, west = (scope(desk, chief, 0, code) for code in ("east", "west"))
    desk.create("regina", "regional-manager", scope=east)
    assert account(desk, chief, user="erp-west", role="viewer", scope=west) == 201
    manager = desk.token("regina")
    assert account(desk, manager, user="erp-east", role="viewer", scope=east) == 201
    assert account(desk, manager, user="erp-all", role="viewer") == 403
    assert account(desk, manager, user="erp-2", role="security-administrator", scope=east) == 422
    seen = {one["user"] for one in desk.ask("GET", "/users", manager).json()["items"]}
    assert seen == {"regina", "erp-east"}
    assert desk.ask("GET", "/users/erp-west", manager).status_code == 404
    assert desk.ask("GET", "/service-accounts/erp-west/keys", manager).status_code == 404
    assert {one["scope"] for one in desk.ask("GET", "/grants", manager).json()["items"]} == {east}
    assert [one["id"] for one in desk.ask("GET", "/scopes", manager).json()["items"]] == [east]
    assert desk.ask("GET", f"/scopes/{west}", manager).status_code == 404


def test_a_key_gives_nobody_more_than_he_has(desk: Desk, chief: str) -> None:
    """A key opens its account: whoever may not give its roles may not make one."""
    east = scope(desk, chief, 0, "east")
    desk.create("regina", "regional-manager", scope=east)
    assert account(desk, chief, user="erp", role="accountant", scope=east) == 201
    grant(desk, chief, user="erp", role="operator", scope=east)
    manager = desk.token("regina")
    made = desk.ask("POST", "/service-accounts/erp/keys", manager, {"name": "x"}, Accept_Language="en")
    assert made.status_code == 422
    assert "security administrator" in made.json()["detail"]
    key = desk.ask("POST", "/service-accounts/erp/keys", chief, {"name": "x"}).json()["id"]
    assert desk.ask("DELETE", f"/service-accounts/erp/keys/{key}", manager).status_code == 422


def test_a_program_cannot_be_the_last_security_administrator(desk: Desk, chief: str) -> None:
    assert account(desk, chief, user="bot", role="security-administrator") == 201
    desk.create("other", "security-administrator")
    other = desk.token("other")
    assert desk.ask("POST", "/users/administrator/disable", other).status_code == 200
    bot = desk.ask("POST", "/service-accounts/bot/keys", other, {"name": "x"}).json()["key"]
    token = desk.ask("POST", "/tokens", body={"grant": "key", "key": bot}).json()["access_token"]
    last = desk.ask("POST", "/users/other/disable", token)
    assert (last.status_code, last.json()["code"]) == (409, "last-administrator")


def test_roles_and_scopes_are_told_in_both_languages(desk: Desk, chief: str) -> None:
    roles = {one["role"]: one for one in desk.ask("GET", "/roles?limit=200", chief).json()["items"]}
    assert roles["operator"]["label"] == {"zh": "值班员", "en": "Control room operator"}
    assert "alarm.acknowledge" in roles["operator"]["permissions"]
    east = scope(desk, chief, 0, "east")
    label = {"zh": "东区", "en": "East"}
    renamed = desk.ask("PUT", f"/scopes/{east}/label", chief, {"label": label}).json()
    assert (renamed["kind"], renamed["label"]) == ("company", label)
    assert desk.ask("GET", f"/scopes/{east}", chief).json() == renamed
    assert desk.ask("PUT", "/scopes/9999/label", chief, {"label": label}).status_code == 404
    assert desk.ask("GET", "/roles", desk.token("viewer")).status_code == 403
