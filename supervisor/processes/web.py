"""`web control` and `web office`: one program started twice. No actors; reads who may do what."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from functools import partial
from zoneinfo import ZoneInfo

import uvicorn
from nicegui.storage import Storage

from actors.channels.command_client import CommandClient
from actors.channels.live import Subscriber
from actors.channels.query_client import QueryClient
from actors.codecs import CORE_COMMANDS, POSTS, QUERIES
from actors.messages import Configuration, ReadConfiguration
from actors.paths import RunPaths
from business.access import Authority
from business.alarm_kpi.codec import OFFICE_QUERIES
from business.attachments.store import Attachments
from business.backup.listing import backups
from business.backup.place import Places
from business.commands import BUSINESS_COMMANDS
from business.configuration.desk import Desk
from business.configuration.secrets import CAMERA_PASSWORD, Vault, secrets_of
from business.database import open_reader
from business.exchange.shelf import Shelf
from business.fields.keyring import keyring
from business.fields.sealed import supply
from business.identity.model import Place
from business.identity.openid import OpenId
from business.notifier.channels.catalogue import push_key
from business.notifier.messages import NOTIFIER_COMMANDS, NOTIFIER_QUERIES
from business.packaging import Packaging
from config.secrets import Secret, SecretMissing, secret
from config.settings import Security
from config.site import Site
from drivers import SCHEMAS
from drivers.http.schema import Connection as Platform
from hmi.app import build
from hmi.ports import Ports
from supervisor.beat import Heart
from supervisor.configuration import fetch, read_site, wait_for
from supervisor.database import DATABASE_PASSWORD, business_url
from supervisor.following import Follower
from supervisor.lifeline import RENEWED, Lifeline, announce, leave_within
from supervisor.log import set_up
from supervisor.pictures import Pictures
from supervisor.probing import prober
from supervisor.processes.arguments import Arguments, parse

LEAVE_S = 2.0


class Outside:
    """The ends of the channels that the pages use, opened on the app's loop."""

    def __init__(self, paths: RunPaths, site: Site, place: Place, fields: tuple[str, ...]) -> None:
        """The office hears beats, configurations and linkage: no page of it shows a value of the plant."""
        publishers = (*fields, "core", "historian", "office")
        self._commands = {
            "core": CommandClient(paths.command("core"), CORE_COMMANDS),
            "office": CommandClient(paths.command("office"), BUSINESS_COMMANDS),
            "notifier": CommandClient(paths.command("notifier"), NOTIFIER_COMMANDS),
        }
        taking = fields if place is Place.OFFICE else ()
        self._posts = {name: CommandClient(paths.command(name), POSTS) for name in taking}
        self._queries = {
            name: QueryClient(paths.query(name), OFFICE_QUERIES if name == "office" else QUERIES)
            for name in publishers
        }
        self._notifier = QueryClient(paths.query("notifier"), NOTIFIER_QUERIES)
        self.subscriber = Subscriber(
            [paths.live(name) for name in (*publishers, "notifier", "web-control", "web-office", "watchdog")],
            [""] if place is Place.CONTROL else ["node/", "configuration/", "linkage/state/"],
        )
        self._pictures = Pictures(_camera_password(paths, os.environ))
        self.ports = Ports(
            gate=self._commands["core"],
            office=self._commands["office"],
            history=self._queries["historian"],
            journal=self._queries["core"],
            figures=self._queries["office"],
            notifier=self._notifier,
            answers=self._commands["notifier"],
            trees=self._queries,
            snapshots=self._queries if place is Place.CONTROL else {},
            backups=partial(backups, Places.of(site.settings.backup, paths.backups)),
            shelf=Shelf(paths.transfers),
            files=Attachments(paths.files),
            configuration=self._configuration,
            desk=Desk(paths, SCHEMAS, prober(paths, os.environ)),
            pictures=self._pictures,
            push_key=lambda site: push_key(site.notification.accounts),
            secrets=Vault(paths.secrets, os.environ, secrets_of(site)).rows,
            posts=self._takers,
        )

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        clients: list[CommandClient | QueryClient] = [
            *self._commands.values(),
            *self._posts.values(),
            *self._queries.values(),
            self._notifier,
        ]
        for client in clients:
            await client.start()
        try:
            yield
        finally:
            await self._pictures.close()
            for client in clients:
                await client.stop()

    def _takers(self, site: Site, hook: str) -> list[CommandClient]:
        found = {
            device.process
            for device in site.devices.values()
            if isinstance(device.connection, Platform) and device.connection.webhook == hook
        }
        return [self._posts[name] for name in sorted(found & self._posts.keys())]

    async def _configuration(self, version: int) -> Site:
        answer = await self._queries["core"].one(ReadConfiguration(version))
        assert isinstance(answer, Configuration)
        return await asyncio.to_thread(read_site, answer)


def main() -> int:
    told = parse("web")
    set_up(told.name)
    server: uvicorn.Server | None = None
    status = 0

    def leave() -> None:
        if server is not None:
            server.should_exit = True
        leave_within(LEAVE_S if server is not None else 0.0, status)

    Lifeline(leave).hold()  # first of all: what follows may wait for other processes for ever
    configuration = fetch(told.paths)
    site = read_site(configuration)
    wait_for(told.paths, "office")
    outside = Outside(told.paths, site, Place(told.role), told.fields)
    figures = Lag()
    server = _server(told, site, outside, figures)
    heart = Heart(told.name, told.paths, figures.rates, site.version)
    heart.start()

    def renew(_why: str) -> None:
        nonlocal status
        status = RENEWED
        leave()

    def accept(version: int) -> None:
        heart.version = version

    follower = Follower(
        told.paths,
        told.name,
        configuration,
        renew=renew,
        accept=accept,
        secrets=(
            DATABASE_PASSWORD,
            CAMERA_PASSWORD,
            *(f"oidc-{one.id}" for one in site.settings.security.providers),
        ),
    )
    follower.start()
    asyncio.run(_serve(server, figures))
    follower.stop(1.0)
    heart.stop(1.0)
    return status


async def _serve(server: uvicorn.Server, figures: "Lag") -> None:
    watching = asyncio.create_task(figures.watch())
    # Not `serve`, which would take Ctrl+C and SIGTERM for itself: here the lifeline decides.
    serving = asyncio.create_task(server._serve())
    while not server.started and not serving.done():  # noqa: ASYNC110  # uvicorn offers no event
        await asyncio.sleep(0.02)
    if server.started:
        announce(ready=True)
    try:
        await serving
    finally:
        watching.cancel()


def _server(told: Arguments, site: Site, outside: Outside, figures: "Lag") -> uvicorn.Server:
    place = Place(told.role)
    address = site.settings.control if place is Place.CONTROL else site.settings.office
    Storage.path = told.paths.pages  # the class's own: that is what it reads
    reader = open_reader(business_url(site.settings, told.paths, os.environ))
    supply(reader, keyring(os.environ, told.paths.secrets))
    app = build(
        place,
        site=site,
        frames=outside.subscriber,
        ports=outside.ports,
        authority=Authority(
            reader,
            time.time_ns,
            site.id,
            zone=ZoneInfo(site.timezone),
            packaging=Packaging(site.settings.modules_off),
        ),
        outside=outside.opened,
        providers=_providers(site.settings.security, told.paths, os.environ),
    )
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=address.host,
            port=address.port,
            log_config=None,
            access_log=False,
            server_header=False,
            ws_max_size=1 << 20,
            timeout_graceful_shutdown=1,
        )
    )


def _camera_password(paths: RunPaths, environ: Mapping[str, str]) -> Secret | None:
    """None where nobody has set it: there are cameras that ask for none."""
    try:
        return secret(CAMERA_PASSWORD, environ, directory=paths.secrets, shortest=1)
    except SecretMissing:
        return None


def _providers(security: Security, paths: RunPaths, environ: Mapping[str, str]) -> dict[str, OpenId]:
    """With the secret "oidc-ID" of each; one without a secret is a public client."""

    def secret_of(provider: str) -> Secret | None:
        try:
            return secret(f"oidc-{provider}", environ, directory=paths.secrets, shortest=1)
        except SecretMissing:
            return None

    return {one.id: OpenId(one, secret_of(one.id)) for one in security.providers}


class Lag:
    """How late the loop of the pages runs: what operators feel first."""

    CHECK_S = 0.1

    def __init__(self) -> None:
        self._worst_ms = 0.0

    async def watch(self) -> None:
        while True:
            due = time.monotonic() + self.CHECK_S
            await asyncio.sleep(self.CHECK_S)
            self._worst_ms = max(self._worst_ms, (time.monotonic() - due) * 1e3)

    def rates(self) -> Mapping[str, float]:
        """On the heart's thread, once a second: the worst lag since the last time."""
        worst, self._worst_ms = self._worst_ms, 0.0
        return {"loop_lag_ms": round(worst, 1)}


if __name__ == "__main__":
    sys.exit(main())
