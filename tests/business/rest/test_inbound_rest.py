"""A post goes from the REST interface over the command channel to a device, once, across restarts."""

import json
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from actors.channels.command import CommandServer
from actors.channels.command_client import CommandClient
from actors.channels.durable import Outbox
from actors.codecs import FIELD_COMMANDS, POSTS
from actors.loop import IoLoop
from actors.messages import CommandResult, Issuer, WritePoint
from business.rest.limiting import Limiter, Rates
from business.webhooks.signing import headers, new_secret
from drivers.driver import Cadence, Driver, Scan, Surroundings
from drivers.http.driver import Http
from drivers.http.schema import Connection, Options, Source
from supervisor.posts import Posts
from tests.actors.channels.conftest import Failures, failures, unfailing
from tests.business.rest.conftest import Desk
from tests.drivers.plant import Process, device, point, template

__all__ = ["Failures", "failures", "unfailing"]
SECRET = new_secret()


class FieldSide:
    """What a field process has of it: the command server, what is kept, the device."""

    def __init__(self, folder: Path, fail: Any, period_s: float = 0.05) -> None:
        self.endpoint = f"ipc://{folder}/command"
        self.scans: list[Scan] = []
        self._process = Process(secrets={"gate-key": SECRET})
        self._history = Outbox(folder / "history", commit_every_s=0.0, on_failure=fail)
        self._period_s = period_s
        self._loop = IoLoop()
        posts = Posts(self._process.shares, self._loop, self._history)
        self._server = CommandServer(self.endpoint, FIELD_COMMANDS, posts.take, on_failure=fail)
        self._history.start()
        posts.restore({"gate"})
        self._loop.start()
        self._work = self._loop.spawn(self._run(), on_error=fail)
        self._server.start()

    def stop(self) -> None:
        assert self._server.stop(5)
        self._work.stop(5)
        closed = threading.Event()
        self._loop.spawn(self._process.close(), on_error=lambda _error: None).then(closed.set)
        assert closed.wait(5)
        assert self._loop.stop()
        assert self._history.stop(5)

    def kept(self) -> list[str]:
        return sorted(self._history.load_state())

    async def _run(self) -> None:
        driver = self._driver(self._process.surroundings)
        try:
            await driver.connect()
            async for scan in driver.scans():
                self.scans.append(scan)
                self._history.append_all((), scan.keeps)
        finally:
            await driver.close()

    def _driver(self, surroundings: Surroundings) -> Driver:
        made = template("http", (point("free", Source(path="free")),), Options(), period_s=self._period_s)
        connection = Connection(webhook="parking-gate", secret="gate-key")
        return Http().driver(
            device("gate", made, connection), Cadence(self._period_s), Http().decoder(made), surroundings
        )


class Way:
    """The end in the web process. Its loop is the REST app's."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    async def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        client = CommandClient(self._endpoint, POSTS)
        await client.start()
        try:
            async for result in client.send(body, issuer, ttl_s, name=name, wait_s=0.5):
                yield result
        finally:
            await client.stop()


class Rig:
    def __init__(self, desk: Desk, folder: Path, fail: Any) -> None:
        self._desk = desk
        self._folder, self._fail = folder, fail
        self.field = FieldSide(folder, fail)
        self.hooks = {"parking-gate": [Way(self.field.endpoint)]}
        app: FastAPI = desk.app
        object.__setattr__(app.state.ports, "posts", lambda hook: self.hooks.get(hook, ()))

    def restart(self, period_s: float = 0.05) -> None:
        self.field.stop()
        self.field = FieldSide(self._folder, self._fail, period_s)

    def post(
        self, body: Any, id_: str = "msg_1", hook: str = "parking-gate", **changed: str
    ) -> httpx.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        told = {
            **headers(id_, int(time.time()), text, [SECRET]),
            "content-type": "application/json",
            **changed,
        }
        return httpx.post(f"{self._desk.address}/inbound/{hook}", content=text, headers=told, timeout=30)

    def shows(self, value: float) -> bool:
        until_s = time.monotonic() + 30
        while time.monotonic() < until_s:
            if self.field.scans and self.field.scans[-1].raw.values == (value,):
                return True
            time.sleep(0.02)
        return False


@pytest.fixture
def rig(desk: Desk, unfailing: Any) -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="st-") as folder:  # a path of a socket is short
        rig = Rig(desk, Path(folder), unfailing)
        yield rig
        rig.field.stop()


def test_a_post_reaches_its_device_once_also_across_a_restart(rig: Rig) -> None:
    """What was accepted has been answered by the field process; what comes again is a conflict."""
    taken = rig.post({"free": 12})
    assert (taken.status_code, taken.json()) == (202, {"id": "msg_1"})
    assert rig.shows(12)
    again = rig.post({"free": 13})
    assert (again.status_code, again.json()["code"]) == (409, "replayed")
    rig.restart()
    assert rig.post({"free": 14}).status_code == 409
    assert rig.post({"free": 15}, id_="msg_2").status_code == 202
    assert rig.shows(15)


def test_what_was_accepted_and_not_yet_read_is_there_after_a_restart(rig: Rig) -> None:
    """202 is a promise, and one that is kept once."""
    rig.restart(period_s=3600.0)
    until_s = time.monotonic() + 30
    while not rig.field.scans and time.monotonic() < until_s:
        time.sleep(0.02)
    assert rig.post({"free": 12}).status_code == 202
    assert rig.field.kept() == ["post/parking-gate/msg_1/gate"]
    rig.restart()
    assert rig.shows(12)
    assert rig.post({"free": 13}).status_code == 409
    rig.restart()
    assert rig.field.kept() == []


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"webhook-signature": "v1,AAAA"}, 401, "forged"),
        ({"webhook-id": "other"}, 401, "forged"),
        ({"webhook-timestamp": str(int(time.time()) - 400)}, 401, "forged"),
        ({"webhook-timestamp": "soon"}, 401, "unsigned"),
        ({"webhook-id": "a.b"}, 401, "unsigned"),
        ({"webhook-signature": ""}, 401, "unsigned"),
        ({"content-type": "text/plain"}, 415, ""),
        ({"content-type": "application/x-www-form-urlencoded"}, 415, ""),
    ],
)
def test_what_is_not_signed_or_no_json_is_refused(
    rig: Rig, changed: dict[str, str], status: int, code: str
) -> None:
    refused = rig.post({"free": 1}, **changed)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert rig.post({"free": 2}).status_code == 202  # a forged post takes no id from a right one


def test_bodies_names_and_absent_processes_have_answers_of_their_own(rig: Rig) -> None:
    assert rig.post('"' + "x" * 300_000 + '"').status_code == 413
    assert rig.post("{").status_code == 422
    assert rig.post({}, hook="nobody").status_code == 404
    assert rig.post({}, hook="No%20Name").status_code == 422
    rig.hooks["parking-gate"] = [Way(rig.field.endpoint + "-away")]
    away = rig.post({"free": 1}, id_="msg_3")
    assert (away.status_code, away.headers["retry-after"]) == (503, "5")
    rig.hooks["parking-gate"] = [Way(rig.field.endpoint)]
    assert rig.post({"free": 1}, id_="msg_3").status_code == 202


def test_an_old_post_is_refused_though_its_signature_is_right(rig: Rig) -> None:
    old = headers("msg_1", int(time.time()) - 400, "{}", [SECRET])
    refused = rig.post("{}", **old)
    assert (refused.status_code, refused.json()["code"]) == (401, "old")


def test_posts_are_limited_by_address_and_by_hook(rig: Rig) -> None:
    object.__setattr__(rig._desk.ports, "limiter", Limiter(Rates(requests=5), time.time))
    answers = [rig.post({"free": at}, id_=f"m{at}").status_code for at in range(8)]
    assert answers == [202] * 5 + [429] * 3


def test_the_office_site_can_hand_posts_to_field_and_no_other_command() -> None:
    with pytest.raises(Exception, match="WritePoint"):
        POSTS.encode(WritePoint("d", "p", 1.0))
