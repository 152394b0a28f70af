"""REST on the whole site: `steward run`, the real channel to `office`, and kill -9 in between."""

import contextlib
from collections.abc import Iterator

import httpx

from actors.messages import Issuer
from tests.flows.house import PASSWORD, House, eventually


@contextlib.contextmanager
def program(home: House, user: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{home.office}/api/v1", timeout=30) as client:
        got = client.post("/tokens", json={"grant": "password", "user": user, "password": PASSWORD})
        assert got.status_code == 200, got.text
        client.headers["Authorization"] = f"Bearer {got.json()['access_token']}"
        yield client


def test_a_program_works_through_the_same_gate_as_a_page(home: House, chief: Issuer) -> None:
    """A06, S-20, S-30."""
    with program(home, "warden") as client:
        new = {"user": "rest-1", "display": "接口", "role": "viewer", "password": PASSWORD}
        headers = {"Idempotency-Key": "rest-1"}
        made = [client.post("/users", json=new, headers=headers) for _ in range(2)]
        assert [one.status_code for one in made] == [201, 201], made[0].text
        assert client.post("/users", json={**new, "user": "rest-2"}, headers=headers).status_code == 422
        assert client.get("/users/rest-2").status_code == 404
        (record,) = [one for one in home.audited("users/rest-1") if one.kind == "CreateUser"]
        assert (record.user, record.station) == ("warden", "127.0.0.1")
        assert client.post("/users/rest-1/disable").status_code == 200
    with program(home, "chief") as client:
        run = client.post("/jobs/runs", json={"job": "purge_runs"}).json()["id"]
        eventually(lambda: client.get(f"/jobs/runs/{run}").json()["state"] == "done", what="the run")
    with program(home, "vera") as client:
        assert client.get("/users").status_code == 403


def test_an_office_that_was_killed_answers_the_same_command_once_more(home: House, chief: Issuer) -> None:
    """The trail is the memory: across kill -9 one key is one user."""
    with program(home, "warden") as client:
        new = {"user": "rest-3", "display": "接口", "role": "viewer", "password": PASSWORD}
        headers = {"Idempotency-Key": "rest-3"}
        assert client.post("/users", json=new, headers=headers).status_code == 201
        before = home.kill("office")
        again = client.post("/users", json=new, headers=headers)
        while again.status_code == 503:
            assert again.headers["retry-after"]
            again = client.post("/users", json=new, headers=headers)
        assert again.status_code == 201
        home.wait_back("office", before)
        assert len([one for one in home.audited("users/rest-3") if one.kind == "CreateUser"]) == 1
        assert client.post("/users/rest-3/disable").status_code == 200


def test_a_revoked_key_is_refused_at_once(home: House, chief: Issuer) -> None:
    """S-23."""
    with program(home, "warden") as client, httpx.Client(base_url=f"{home.office}/api/v1") as service:
        account = {"user": "erp", "display": "ERP", "role": "viewer"}
        assert client.post("/service-accounts", json=account).status_code == 201
        key = client.post("/service-accounts/erp/keys", json={"name": "test"}).json()
        got = service.post("/tokens", json={"grant": "key", "key": key["key"]}).json()
        service.headers["Authorization"] = f"Bearer {got['access_token']}"
        assert service.get("/me").status_code == 200
        assert client.delete(f"/service-accounts/erp/keys/{key['id']}").status_code == 204
        assert service.get("/me").status_code == 401


def test_the_control_room_offers_no_rest_and_a_token_opens_no_page(home: House, chief: Issuer) -> None:
    with program(home, "chief") as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
    with httpx.Client() as stranger:
        assert stranger.get(f"{home.control}/api/v1/health").status_code == 403
        assert stranger.get(f"{home.office}/api/v1/docs").status_code == 200
        assert (
            stranger.get(f"{home.office}/users", headers={"Cookie": f"steward_office={token}"}).status_code
            == 403
        )
        assert (
            stranger.get(f"{home.control}/", headers={"Cookie": f"steward_control={token}"}).status_code
            == 403
        )
        assert stranger.get(f"{home.office}/api/v1x").status_code == 403
