"""Every refusal is a problem document (RFC 9457), in the reader's language, and gives nothing away."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from actors.messages import CommandResult, Stage
from business.rest.door import BODY_BYTES
from business.rest.problems import Problem, language
from tests.business.rest.conftest import Desk


def problem(answer: httpx.Response, status: int) -> Problem:
    """The document, once everything that holds for all of them has been looked at."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    found = Problem.model_validate(answer.json())
    assert found.status == status
    assert found.title
    return found


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/users/", 404),
        ("GET", "/a%0Ab", 404),
        ("DELETE", "/users", 405),
        ("TRACE", "/me", 405),
        ("HEAD", "/me", 405),
        ("GET", "/users", 401),
        ("POST", "/users", 401),
    ],
)
def test_what_is_not_there_is_a_problem(desk: Desk, method: str, path: str, status: int) -> None:
    answer = desk.client.request(method, path)
    if method == "HEAD":
        assert answer.status_code == status
        return
    problem(answer, status)
    if status == 405:
        assert answer.headers["allow"]


def test_a_body_that_is_no_json_is_refused_by_its_kind(desk: Desk) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = desk.client.post("/tokens", content=b"grant=password", headers={"Content-Type": kind})
        problem(answer, 415)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"", b"[" * 100_000, b"nul", b'"text"', b"[1]"])
def test_json_that_is_none_is_told_of(desk: Desk, body: bytes) -> None:
    answer = desk.client.post("/tokens", content=body, headers={"Content-Type": "application/json"})
    told = problem(answer, 422)
    assert told.errors or "JSON" in told.detail


def test_a_large_body_is_refused_however_it_comes(desk: Desk) -> None:
    """S-40."""
    large = b" " * (BODY_BYTES + 1)
    kind = {"Content-Type": "application/json"}
    problem(desk.client.post("/tokens", content=large, headers=kind), 413)

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    problem(desk.client.post("/tokens", content=chunks(), headers=kind), 413)


def test_every_mistake_is_pointed_at_in_the_readers_language(desk: Desk) -> None:
    token = desk.token("administrator")
    body = {"user": "", "role": "king" * 20, "password": "Correct-Horse-7", "colour": "red"}
    told = {}
    for spoken in ("zh-CN,zh;q=0.9", "en-GB,en;q=0.8,zh;q=0.1"):
        found = problem(desk.ask("POST", "/users", token, body, Accept_Language=spoken), 422)
        told[spoken[:2]] = {one.pointer: one.reason for one in found.errors or ()}
    assert set(told["zh"]) == {"/user", "/display", "/role", "/colour"}
    assert told["zh"]["/display"] == "必填"
    assert told["en"]["/display"] == "is required"
    assert told["en"]["/colour"] == "there is no such field"
    assert told["en"]["/role"] == "has at most 64 characters"


def test_the_value_is_told_unless_it_is_secret(desk: Desk) -> None:
    token = desk.token("administrator")
    limit = problem(desk.ask("GET", "/users?limit=201", token), 422).errors
    assert limit is not None
    assert (limit[0].where, limit[0].pointer, limit[0].value) == ("query", "/limit", "201")
    secret = "s3cret" * 100
    for path, body in (
        ("/tokens", {"grant": "password", "user": "x", "password": secret}),
        ("/tokens", {"grant": "key", "key": secret}),
        ("/tokens", {"grant": "refresh", "refresh_token": secret}),
        ("/tokens", {"grant": secret, "password": secret}),
        ("/tokens", [secret]),
    ):
        answer = desk.ask("POST", path, body=body)
        assert answer.status_code == 422
        if isinstance(body, dict) and body["grant"] != secret:
            assert "s3cret" not in answer.text


@pytest.mark.parametrize("number", ["NaN", "1e999", "9" * 400, "-0"])
def test_numbers_beyond_all_measure_are_unfit_and_no_defect(desk: Desk, number: str) -> None:
    token = desk.token("system")
    body = f'{{"job": "count", "trigger": "x", "schedule": "s", "window_s": {number}, "enabled": 7}}'
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    problem(desk.client.post("/jobs/schedules", content=body.encode(), headers=headers), 422)
    problem(desk.ask("GET", f"/jobs/runs/{number}", token), 422)


def test_text_that_no_database_holds_is_unfit(desk: Desk) -> None:
    token = desk.token("system")
    for name in ("a\x00b", "\ud800"):
        body = json.dumps({"user": name, "display": "x", "role": "viewer", "password": "Correct-Horse-7"})
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        problem(desk.client.post("/users", content=body.encode(), headers=headers), 422)
        body = json.dumps({"job": name})
        problem(desk.client.post("/jobs/runs", content=body.encode(), headers=headers), 422)
    problem(desk.ask("GET", "/users/%00", desk.token("administrator")), 422)
    problem(desk.ask("GET", "/jobs/schedules/%00", token), 422)
    problem(desk.ask("GET", "/jobs/runs?job=%00", token), 422)


def test_a_defect_shows_nothing_of_itself(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    token = desk.token("administrator")
    desk.answers = [CommandResult("never-seen", Stage.FAILED, "sqlite3 at /srv/secret", None, 1)]
    found = problem(desk.ask("POST", "/users/viewer/disable", token), 503)
    assert "secret" not in found.model_dump_json()

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("at /srv/secret")

    desk.authority.version = broken  # type: ignore[method-assign]
    found = problem(desk.ask("GET", "/health"), 500)
    assert "secret" not in found.model_dump_json()
    assert "ZeroDivisionError" in caplog.text


def test_health_needs_no_token_and_knows_of_the_database(desk: Desk) -> None:
    assert desk.ask("GET", "/health").json() == {"status": "up"}
    with desk.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE access_version RENAME TO hidden")
    found = desk.ask("GET", "/health")
    problem(found, 503)
    assert found.headers["retry-after"]
    with desk.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE hidden RENAME TO access_version")


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "zh"),
        ("en", "en"),
        ("EN-us", "en"),
        ("fr,de", "zh"),
        ("fr, en;q=0.5, zh;q=0.4", "en"),
        ("en;q=0", "zh"),
        ("en;q=x, zh", "zh"),
        (";;;,,q=", "zh"),
    ],
)
def test_the_language_is_the_readers(accepted: str, spoken: str) -> None:
    assert language(accepted) == spoken


@pytest.mark.parametrize("query", ["since=4695", "since=true", "limit=1&limit=2", "user=a&user=b"])
def test_a_number_is_no_time_and_a_parameter_stands_once(desk: Desk, query: str) -> None:
    auditor = desk.token("auditor")
    assert desk.ask("GET", "/audit?since=2026-03-01T08:00:00Z&limit=1", auditor).status_code == 200
    assert desk.ask("GET", f"/audit?{query}", auditor).status_code == 422
