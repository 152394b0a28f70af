"""Lists by cursor: everything once, in order, whatever is added meanwhile."""

import base64
import json

import pytest

from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases


def walk(desk: Desk, token: str, path: str, limit: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    cursor = ""
    while True:
        page = desk.ask(
            "GET", f"{path}{'&' if '?' in path else '?'}limit={limit}&cursor={cursor}", token
        ).json()
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = page["next"]


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_every_row_comes_once(desk: Desk, limit: int) -> None:
    for at in range(7):
        desk.create(f"用户{at}", "viewer")
    token = desk.token("administrator")
    names = [str(one["user"]) for one in walk(desk, token, "/users", limit)]
    assert names == sorted(names)
    assert len(set(names)) == 13
    viewers = [str(one["user"]) for one in walk(desk, token, "/grants?role=viewer", limit)]
    assert set(viewers) == {"viewer", *(f"用户{at}" for at in range(7))}


def test_what_is_added_meanwhile_shifts_nothing(desk: Desk) -> None:
    token = desk.token("system")
    runs = [desk.ask("POST", "/jobs/runs", token, {"job": "count"}).json()["id"] for _ in range(4)]
    first = desk.ask("GET", "/jobs/runs?limit=2", token).json()
    desk.ask("POST", "/jobs/runs", token, {"job": "count"})
    second = desk.ask("GET", f"/jobs/runs?limit=2&cursor={first['next']}", token).json()
    assert [one["id"] for one in first["items"] + second["items"]] == runs[::-1]
    assert second["next"] is None


def test_sessions_of_the_same_moment_are_told_apart(desk: Desk) -> None:
    token = desk.token("viewer")
    for _ in range(4):
        desk.token("viewer")
    found = walk(desk, token, "/sessions", 2)
    assert len({str(one["id"]) for one in found}) == 5


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "****",
        "%00",
        "键",
        packed(1),
        packed([]),
        packed(["a", "b"]),
        packed([None]),
        packed([{"a": 1}]),
        packed(["\ud800"]),
        packed(["\x00"]),
        packed([1]),
        packed("x" * 700),
    ],
)
def test_a_cursor_of_elsewhere_is_unfit(desk: Desk, cursor: str) -> None:
    token = desk.token("administrator")
    assert desk.ask("GET", f"/users?cursor={cursor}", token).status_code == 422


@pytest.mark.parametrize("value", [[2**64], [True], [1.5], ["1"]])
def test_a_number_of_a_cursor_is_one_that_the_database_holds(desk: Desk, value: object) -> None:
    token = desk.token("system")
    assert desk.ask("GET", f"/jobs/runs?cursor={packed(value)}", token).status_code == 422


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", ""])
def test_a_page_has_1_to_200_rows(desk: Desk, limit: str) -> None:
    token = desk.token("administrator")
    assert desk.ask("GET", f"/users?limit={limit}", token).status_code == 422
