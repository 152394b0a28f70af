"""A whole site without a plant, as a process: `python -m tests.hmi.serve PLACE DIRECTORY [HOSTILE]`.

Prints one JSON line with port and users, then obeys JSON lines on its standard input (see `Plant.obey`), and
prints one for every command it was given. Ends when its standard input closes.
"""

import asyncio
import contextlib
import dataclasses
import gc
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Generator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy import select

from actors.channels.live import LIVE
from actors.channels.query import QueryFailed
from actors.messages import (
    AcknowledgeAlarm,
    AlarmChanged,
    AlarmState,
    Beat,
    CommandResult,
    Frame,
    Issuer,
    Journal,
    JournalRow,
    Link,
    OperatePoint,
    ReadSnapshot,
    ReadTrend,
    Scans,
    SelectPoint,
    Snapshot,
    Stage,
    Tree,
    Trend,
)
from actors.newest import LiveMessage
from actors.paths import RunPaths
from actors.table import tables
from business.access import Authority
from business.access.messages import CreateScope
from business.access.model import Scope, ScopeKind
from business.access.service import Access
from business.actor import BusinessActor
from business.attachments.store import Attachments
from business.audit.service import Audit
from business.backup.kinds import BACKUP, BACKUP_LABEL
from business.backup.listing import backups
from business.backup.place import Places
from business.backup.service import Backups
from business.commands import BUSINESS_COMMANDS, MODULES
from business.configuration.desk import Desk
from business.configuration.secrets import Vault
from business.configuration.service import ConfigurationDesk
from business.database import open_reader, open_writer, sessions, sqlite_url
from business.duplicates.finding import find_duplicates
from business.duplicates.service import Duplicates
from business.exchange.shelf import Shelf
from business.exporting.service import Exporting
from business.exporting.work import export_job
from business.fields.keyring import Keyring
from business.fields.sealed import supply
from business.gate import Execute, Gate, Module
from business.identity.bootstrap import Credentials, create_first_users, prepare_access
from business.identity.model import Place
from business.identity.openid import OpenId
from business.identity.passwords import Passwords
from business.identity.service import Identity
from business.identity.token_service import Tokens
from business.importing.service import Importing
from business.importing.work import jobs_of
from business.jobs.kinds import JobContext, JobKind, Lane, Progress, catalogue
from business.jobs.messages import CreateSchedule
from business.jobs.runner import Runner
from business.jobs.service import Jobs
from business.master_data import master_data
from business.migrations import migrate
from business.packaging import Packaging
from business.privacy.service import Privacy
from business.property.entities import ENTITIES
from business.property.importing import importer
from business.property.service import Property
from business.registry.messages import made
from business.registry.service import Registry
from business.registry.uses import uses_in
from business.reviews.service import Reviews
from business.webhooks.service import Webhooks
from config.load import read
from config.secrets import Secret
from config.site import BootstrapUser, Provider, Security, Site, Text
from drivers import SCHEMAS
from hmi.app import build
from hmi.ports import Ports
from supervisor.cli import DEMO
from supervisor.probing import prober
from tests.hmi import estate
from tests.hmi.campus import alarm, campus, device_state, scans

DRAWN = ("high", "low", "mean", "last")


def say(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Plant:
    """Field, core and historian in one: publishes, answers queries, takes commands."""

    def __init__(self, site: Site, hostile: str) -> None:
        self.site = site
        self.hostile = hostile
        self.tables = tables(site)
        self.queue: asyncio.Queue[tuple[Frame, LiveMessage]] = asyncio.Queue()
        self.sequences = {"field": 0, "core": 0}
        self.moving = True
        self.published: dict[str, dict[Any, LiveMessage]] = {"field": {}, "core": {}}

    def open(self) -> None: ...

    def close(self) -> None: ...

    async def frames(self) -> AsyncIterator[tuple[Frame, LiveMessage]]:
        while True:
            yield await self.queue.get()

    def publish(self, publisher: str, message: LiveMessage, key: Any) -> None:
        self.sequences[publisher] += 1
        self.published[publisher][key] = message
        self.queue.put_nowait((Frame(publisher, "e1", self.sequences[publisher]), message))

    def set_alarm(self, **changes: Any) -> None:
        changed = alarm(**changes)
        self.publish("core", AlarmChanged(changed), ("alarm", changed.device, changed.point, changed.rule))

    async def run(self) -> None:
        for number, device in enumerate(self.site.devices):
            state = device_state(device)
            if number in {3, 30}:
                state = device_state(device, Link.DOWN, reason="connection refused")
            if number == 5:
                state = device_state(device, tag="检修中" + self.hostile)
            self.publish("field", state, ("device", device))
        for number, device in enumerate(("hvac-1", "hvac-2", "fresh-1", "water-2")):
            self.set_alarm(device=device, priority=number + 1, time_ns=time.time_ns() - number * 10**11)
        self.set_alarm(device="hvac-3", state=AlarmState.ACKNOWLEDGED, note="已派工" + self.hostile)
        self.set_alarm(device="hvac-4", rule="comm-loss", point="", priority=2)
        second = 0
        while True:
            beat = Beat("field", 4711, time.time_ns(), time.time_ns(), 1, {"points_per_s": 1530.0})
            self.publish("core", Beat("core", 4712, 10**18, time.time_ns(), 1, {}), "beat")
            if self.moving:
                self.publish("field", beat, "beat")
                for table in self.tables:
                    self.publish("field", scans(table, second, 7, time.time_ns()), table.id)
            second += 1
            await asyncio.sleep(1.0)

    async def ask(self, query: Any) -> AsyncIterator[Any]:
        if isinstance(query, ReadTrend):
            times = np.arange(
                query.since_ns, query.until_ns, (query.until_ns - query.since_ns) // query.buckets
            )
            wave = 20 + 4 * np.sin(np.arange(len(times)) / 20)
            column = {"low": wave - 0.6, "high": wave + 0.6, "mean": wave, "last": wave}
            yield Trend(
                query.points[0],
                times,
                **column,
                worst=np.zeros(len(times), np.uint8),
                count=np.ones(len(times), np.int64),
            )

    async def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        say(command=type(body).__name__, user=issuer.user, body=repr(body))
        now = time.time_ns()
        match body:
            case SelectPoint():
                yield CommandResult("1", Stage.DONE, "selected", "selection-1", now)
            case OperatePoint():
                yield CommandResult("2", Stage.ACCEPTED, "", None, now)
                yield CommandResult("2", Stage.WRITTEN, "", None, now)
                yield CommandResult("2", Stage.CONFIRMED, "", body.value, now)
            case AcknowledgeAlarm(device, point, rule, event, note):
                old = self.published["core"][("alarm", device, point, rule)]
                assert isinstance(old, AlarmChanged)
                priority = old.alarm.priority
                acknowledged = AlarmState.ACKNOWLEDGED
                self.set_alarm(
                    device=device,
                    point=point,
                    rule=rule,
                    event=event,
                    note=note,
                    priority=priority,
                    state=acknowledged,
                )
                yield CommandResult("3", Stage.DONE, "", None, now)
            case _:
                yield CommandResult("4", Stage.DONE, "", None, now)

    def obey(self, line: dict[str, Any]) -> None:
        match line:
            case {"set": [device, point, value, quality]}:
                for table in self.tables:
                    if device in table.row:
                        at = table.row[device]
                        kept = self.published["field"][table.id]
                        assert isinstance(kept, Scans)
                        values, qualities = kept.values[[at]].copy(), kept.quality[[at]].copy()
                        values[0, table.template.index[point]] = value
                        qualities[0, table.template.index[point]] = quality
                        rows = np.array([at], np.int32)
                        message = Scans(1, table.id, rows, np.array([time.time_ns()]), values, qualities, ())
                        self.publish("field", message, f"{table.id}#{device}")
            case {"moving": moving}:
                self.moving = bool(moving)
            case {"alarm": dict(changes)}:
                self.set_alarm(**{**changes, "state": AlarmState(changes["state"])})


class Asked:
    """One kind of query of the plant."""

    def __init__(self, plant: Plant, publisher: str) -> None:
        self.plant, self.publisher = plant, publisher

    async def ask(self, query: Any) -> AsyncIterator[Any]:
        if isinstance(query, ReadSnapshot):
            frame = Frame(self.publisher, "e1", self.plant.sequences[self.publisher])
            bodies = tuple(LIVE.encode(message) for message in self.plant.published[self.publisher].values())
            yield Snapshot(frame, bodies)
        elif self.publisher == "core":
            yield Journal(
                tuple(
                    JournalRow(
                        1000 - number, time.time_ns(), time.time_ns(), "hvac-1", "supply-temperature", "high",
                        "a-1", number, ("alarm_occurs", "acknowledge", "return_to_normal")[number % 3],
                        AlarmState.UNACKNOWLEDGED, 1 + number % 4, 31.2, 30.0, "summer",
                        "operator" if number % 3 == 1 else "", "127.0.0.1", "已派工" + self.plant.hostile,
                        number % 5 != 0,
                    )
                    for number in range(40)
                )
            )  # fmt: skip
        else:
            raise QueryFailed(f"{self.publisher} did not answer within 5 s; ask again")


class Trees:
    async def ask(self, _query: Any) -> AsyncIterator[Any]:
        def node(name: str, *children: Any) -> dict[str, Any]:
            return {
                "name": name, "kind": "DeviceActor", "state": "running", "restarts": 1, "inbox": 0,
                "inbox_max": 4,
                "messages": 123456, "error": "", "children": list(children),
            }  # fmt: skip

        yield Tree(
            "field", 4711, node("field", node("hvac", node("hvac-1"), node("hvac-2")), node("publisher"))
        )


class Office:
    """The actors of the business modules, as the command channel would reach them."""

    def __init__(self, gate: Gate, modules: dict[str, Module], hear: Callable[[Any], None]) -> None:
        self._actors = {
            name: BusinessActor.start(name, module=module, gate=gate, announce=hear)
            for name, module in modules.items()
        }

    def stop(self) -> None:
        for actor in self._actors.values():
            actor.stop()

    async def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        body = BUSINESS_COMMANDS.decode(BUSINESS_COMMANDS.encode(body))
        actor = self._actors[MODULES[type(body)]]
        order = Execute(issuer, body, name) if name else Execute(issuer, body)
        outcome = await asyncio.to_thread(actor.ask, order, timeout=ttl_s)
        yield CommandResult(name, outcome.stage, outcome.detail, made(outcome.events), time.time_ns())


async def obey(plant: Plant, server: uvicorn.Server) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        plant.obey(json.loads(line))
    server.should_exit = True


def never(_context: JobContext) -> Generator[Progress, None, None]:
    """No worker is here to take it up."""
    yield Progress(0)


ROLES = {
    "viewer": "viewer",
    "operator": "operator",
    "auditor": "auditor",
    "manager": "manager",
    "admin": "system-administrator",
    "security": "security-administrator",
    "owner": "owner",
}
USERS = tuple(BootstrapUser(user, user.title(), role) for user, role in ROLES.items())


def now() -> datetime:
    return datetime.now(UTC)


async def main(place: str, directory: str, hostile: str = "") -> None:
    url = sqlite_url(Path(directory) / "business.db")
    writer = open_writer(url)
    migrate(writer)
    reader = open_reader(url)
    keys = Keyring((os.urandom(32).hex(),))
    supply(writer, keys)
    supply(reader, keys)
    providers = tuple(
        Provider(name, Text(f"{name} 账号", f"{name} account"), issuer, "steward")
        for name, _, issuer in (one.partition("=") for one in os.environ.get("PROVIDERS", "").split())
    )
    security = Security(
        second_factor_for=frozenset(os.environ.get("SECOND_FACTOR_FOR", "").split()), providers=providers
    )
    site = campus(hostile)
    site = dataclasses.replace(site, settings=dataclasses.replace(site.settings, security=security))
    plant = Plant(site, hostile)
    packaging = Packaging(frozenset(os.environ.get("MODULES_OFF", "").split()))
    zone = ZoneInfo(plant.site.timezone)
    authority = Authority(reader, time.time_ns, plant.site.id, zone=zone, packaging=packaging)
    code = "one-time-code"
    passwords = Passwords(PasswordHasher(1, 64, 1))
    identity = Identity(passwords, time.time_ns, code, security=security)
    access = Access(time.time_ns)
    gate = Gate(sessions(writer), authority, time.time_ns)
    prepare_access(gate, authority, access, plant.site.id, plant.site.name)
    made: tuple[Credentials, ...] = ()
    if not os.environ.get("NO_USERS"):
        made = create_first_users(gate, authority, identity, USERS)
    registry, shelf = Registry(ENTITIES, time.time_ns), Shelf(Path(directory) / "transfers")
    rows = importer(registry.records, shelf, zone, time.time_ns)
    kinds = catalogue(
        JobKind(BACKUP, BACKUP_LABEL, never),
        *jobs_of(rows, gate),
        export_job(ENTITIES, shelf, authority.open, zone),
        find_duplicates(ENTITIES, authority.open),
    )
    jobs = Jobs(kinds, zone, time.time_ns)
    runner = Runner(
        kinds, sessions(writer), zone, time.time_ns, time.monotonic_ns, {Lane.TRANSFER: 1, Lane.HEAVY: 1}
    )
    runner.start()
    paths = RunPaths(Path(directory) / "run")
    paths.create()
    vault = Vault(paths.secrets, os.environ)
    desk = Desk(paths, SCHEMAS, prober(paths, os.environ))
    made_here = desk.store.add(read(DEMO), "chief", "imported by steward run", "files", now)
    paths.running.write_text(str(made_here.number))
    acts = Property(registry.records)
    modules: dict[str, Module] = {
        "identity": identity,
        "access": access,
        "audit": Audit(time.time_ns),
        "jobs": jobs,
        "backup": Backups(jobs, time.time_ns),
        "tokens": Tokens(time.time_ns),
        "webhooks": Webhooks(time.time_ns),
        "configuration": ConfigurationDesk(desk, vault),
        **master_data(gate, zone, time.time_ns, (uses_in(ENTITIES),)),
        "registry": registry,
        "duplicates": Duplicates(ENTITIES, time.time_ns),
        "privacy": Privacy(ENTITIES, registry.records.index, zone, time.time_ns),
        "reviews": Reviews(ENTITIES, registry.records, time.time_ns),
        "importing": Importing(rows, jobs, time.time_ns),
        "exporting": Exporting(ENTITIES, jobs, time.time_ns),
        "property": acts,
    }
    if os.environ.get("ESTATE"):
        for command in estate.commands():
            module = acts if MODULES[type(command)] == "property" else registry
            outcome = gate.on_own_account(module, Execute(Issuer("steward", "", "office"), command))
            assert outcome.stage is Stage.DONE, outcome
        nightly = CreateSchedule("find_duplicates", "find_duplicates", "0 4 * * *")
        gate.on_own_account(jobs, Execute(Issuer("steward", "", "office"), nightly))
    for number in range(2, int(os.environ.get("PROJECTS", "1")) + 1):
        with authority.open() as session:
            company = session.scalars(select(Scope.id).where(Scope.kind == ScopeKind.COMPANY)).one()
        added = CreateScope(company, f"p{number}", f"第 {number} 项目", f"Project {number}")
        assert (
            gate.on_own_account(access, Execute(Issuer("steward", "", "office"), added)).stage is Stage.DONE
        )
    office = Office(gate, modules, runner.hear)

    @contextlib.asynccontextmanager
    async def outside() -> AsyncIterator[None]:
        tasks = [asyncio.create_task(plant.run()), asyncio.create_task(obey(plant, server))]
        say(port=listening.getsockname()[1], users={one.user: one.password for one in made})
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def configuration(_version: int) -> Site:
        return plant.site

    ports = Ports(
        gate=plant,
        office=office,
        history=plant,
        journal=Asked(plant, "core"),
        trees={"field": Trees(), "historian": Asked(plant, "historian")},
        snapshots={"field": Asked(plant, "field"), "core": Asked(plant, "core")},
        backups=partial(backups, Places(Path(directory) / "backups", None)),
        shelf=shelf,
        files=Attachments(Path(directory) / "files"),
        configuration=configuration,
        desk=desk,
        secrets=vault.rows,
    )
    app = build(
        Place(place),
        site=plant.site,
        frames=plant,
        ports=ports,
        authority=authority,
        outside=outside,
        providers={one.id: OpenId(one, Secret("the client's secret")) for one in providers},
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # whoever reads the port may connect at once
    await server.serve([listening])
    office.stop()
    runner.stop(5.0)
    reader.dispose()
    writer.dispose()


def start() -> None:
    gc.enable()
    asyncio.run(main(*sys.argv[1:]))
