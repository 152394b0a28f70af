"""The REST app before real modules and a real database; only the channel between them is a function call."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import URL
from starlette.applications import Starlette
from starlette.types import ASGIApp

from actors.messages import CommandResult, Issuer, Stage
from business.actor import BusinessActor
from business.commands import BUSINESS_COMMANDS, MODULES
from business.gate import Execute
from business.identity.passwords import Passwords
from business.identity.token_service import Tokens
from business.jobs.kinds import JobContext, JobKind, Progress, catalogue
from business.jobs.service import Jobs
from business.notifier.outbox import Outbox
from business.notifier.service import Messaging
from business.property.entities import ENTITIES
from business.registry.service import Registry
from business.rest.app import PREFIX, mounted, rest
from business.rest.asking import Ports
from business.rest.limiting import Limiter, Rates
from business.routers import ROUTERS
from business.webhooks.service import Webhooks
from config.text import Text
from hmi.words.refusals import refusal
from tests.business.conftest import GOOD, Office
from tests.business.rest.plant import SITE, Plant


def _work(_context: JobContext) -> Generator[Progress, None, None]:
    yield Progress(1, 1)


STAFF = {
    "administrator": "security-administrator",
    "system": "system-administrator",
    "auditor": "auditor",
    "operator": "operator",
    "viewer": "viewer",
    "manager": "manager",
}
"""Users and their roles in the whole group."""
KINDS = catalogue(JobKind("count", Text("清点", "Count"), _work))


class Served:
    """An ASGI app on a port of its own."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        listening = config.bind_socket()
        listening.listen()  # whoever knows the port may connect at once
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, args=([listening],))
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


_built: list[FastAPI] = []


def _app(ports: Ports) -> FastAPI:
    """Built once: its hundreds of routes take longer than most tests. What differs are its ports."""
    if not _built:
        _built.append(rest(ports, ROUTERS))
    _built[0].state.ports = ports
    return _built[0]


class Desk(Office):
    """The office with all its modules, and a program before its REST app."""

    def __init__(self, database: URL, rates: Rates | None = None) -> None:
        super().__init__(database)
        self.answers: list[CommandResult] = []
        """Given instead of carrying out, in order."""
        jobs = Jobs(KINDS, ZoneInfo("Asia/Shanghai"), self.wall_ns)
        messaging = Messaging(
            self.authority.here, lambda: SITE, Passwords(self.hasher),
            Outbox(self.wall_ns), self.wall_ns,
        )  # fmt: skip
        self.actors = {
            **self.actors,
            "tokens": BusinessActor.start("tokens", module=Tokens(self.wall_ns), gate=self.gate),
            "jobs": BusinessActor.start("jobs", module=jobs, gate=self.gate),
            "registry": BusinessActor.start(
                "registry", module=Registry(ENTITIES, self.wall_ns), gate=self.gate
            ),
            "notifier": BusinessActor.start("notifier", module=messaging, gate=self.gate),
            "webhooks": BusinessActor.start("webhooks", module=Webhooks(self.wall_ns), gate=self.gate),
        }
        limiter = Limiter(rates or Rates(100_000, 100_000), time.time)
        self.plant = Plant(self.authority)
        self.ports = Ports(
            self.authority, self, refusal, limiter, self.wall_ns, self.plant, self.plant,
            site=lambda: SITE, linkage=lambda: self.plant.state,
        )  # fmt: skip
        self.app = _app(self.ports)
        self._served = Served(Starlette(routes=[mounted(lambda: self.app)]))
        self.address = self._served.address + PREFIX
        self.client = httpx.Client(base_url=self.address, timeout=30)

    def close(self) -> None:
        self.client.close()
        self._served.stop()
        self.plant.close()
        for actor in self.actors.values():
            actor.stop(block=True, timeout=30)
        super().close()

    async def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        """As the command channel: a defect is answered, and the first answer to an id is the answer."""
        if self.answers:
            yield self.answers.pop(0)
            return
        body = BUSINESS_COMMANDS.decode(BUSINESS_COMMANDS.encode(body))
        order = Execute(issuer, body, name) if name else Execute(issuer, body)
        actor = self.actors[MODULES[type(body)]]
        try:
            outcome = await asyncio.to_thread(actor.ask, order, timeout=ttl_s)
        except Exception as error:
            yield CommandResult(order.id, Stage.FAILED, repr(error), None, self.now_ns)
        else:
            yield CommandResult(order.id, outcome.stage, outcome.detail, None, self.now_ns)

    # -- a program

    def ask(
        self, method: str, path: str, token: str = "", body: Any = None, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            named["Authorization"] = f"Bearer {token}"
        return self.client.request(method, path, json=body, headers=named)

    def pair(self, user: str) -> dict[str, Any]:
        got = self.ask("POST", "/tokens", body={"grant": "password", "user": user, "password": GOOD})
        assert got.status_code == 200, got.text
        found: dict[str, Any] = got.json()
        return found

    def token(self, user: str) -> str:
        return str(self.pair(user)["access_token"])

    def staff(self) -> None:
        for user, role in STAFF.items():
            self.create(user, role)


@pytest.fixture
def desk(database: URL) -> Iterator[Desk]:
    desk = Desk(database)
    desk.staff()
    yield desk
    desk.close()
