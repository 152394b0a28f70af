"""A whole site without a plant, as a process; `tests.hmi.browsing.served` starts it.

Tells port and users over its line, then obeys what comes on it (see `Plant.obey`), and tells of every command
it was given. Ends with a None, or when the line does.
"""

import asyncio
import contextlib
import dataclasses
import os
import time
from collections.abc import AsyncIterator, Callable, Generator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import uvicorn
from argon2 import PasswordHasher
from nicegui import ui
from sqlalchemy import select

from actors.alarm_records import Change, Key, Record
from actors.alarm_requests import Asked as Question
from actors.alarm_requests import Deed
from actors.alarm_states import step
from actors.alarm_tables import writer as alarm_writer
from actors.channels.live import LIVE
from actors.channels.query import QueryFailed
from actors.journal_reader import JournalReader
from actors.journal_rows import add_change
from actors.messages import (
    AlarmChanged,
    AlarmState,
    Area,
    AreasChanged,
    Beat,
    CommandResult,
    EndArea,
    Frame,
    Issuer,
    Journal,
    JournalRow,
    Link,
    LinkageState,
    NoticePosted,
    OpenSelection,
    OperatePoint,
    ReadJournal,
    ReadRun,
    ReadRuns,
    ReadSnapshot,
    ReadTrend,
    RunRow,
    Runs,
    RunState,
    Scans,
    SelectionsOpen,
    SelectPoint,
    SetArea,
    Snapshot,
    SpokenNotice,
    Stage,
    StationCalled,
    Tree,
    Trend,
    WithdrawSelection,
)
from actors.newest import LiveMessage
from actors.paths import RunPaths
from actors.said import said
from actors.table import tables
from business.access import Authority
from business.access.messages import CreateScope
from business.access.model import Scope, ScopeKind
from business.access.service import Access
from business.actor import BusinessActor
from business.alarm_kpi.queries import AlarmFigures
from business.alarm_orders.service import AlarmOrders
from business.alarm_report.service import AlarmReports
from business.alarm_report.work import report_job
from business.attachments.store import Attachments
from business.audit.service import Audit
from business.backup.kinds import BACKUP, BACKUP_LABEL
from business.backup.listing import backups
from business.backup.place import Places
from business.backup.service import Backups
from business.commands import BUSINESS_COMMANDS, MODULES
from business.configuration.desk import Desk
from business.configuration.secrets import Vault, secrets_of
from business.configuration.service import ConfigurationDesk
from business.database import open_reader, open_writer, sessions, sqlite_url
from business.duplicates.finding import find_duplicates
from business.duplicates.service import Duplicates
from business.duty.queries import plan as duty_plan
from business.duty.service import Duty
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
from business.notifier.handing_over import HandingOver
from business.notifier.outbox import Outbox
from business.notifier.service import Messaging
from business.packaging import Packaging
from business.privacy.service import Privacy
from business.property.entities import ENTITIES
from business.property.importing import importer
from business.property.service import Property
from business.push.service import Push
from business.registry.messages import made
from business.registry.service import Registry
from business.registry.uses import uses_in
from business.reviews.service import Reviews
from business.simulations.service import Simulations
from business.webhooks.service import Webhooks
from config.calendar import Calendar
from config.load import read
from config.secrets import Secret
from config.settings import Provider, Security
from config.site import BootstrapUser, Site
from config.text import Text
from drivers import SCHEMAS
from hmi.app import build
from hmi.ports import Ports
from supervisor.cli import DEMO
from supervisor.lifeline import quit_now
from supervisor.pictures import Pictures
from supervisor.probing import prober
from tests.hmi import estate
from tests.hmi.campus import alarm, campus, device_state, scans, with_cameras
from tests.hmi.linkage_runs import kept_run, kept_runs, linkage_state, run_row
from tests.hmi.notifier_stand_in import Notifier, notification

DRAWN = ("high", "low", "mean", "last")


class Line:
    """To the test."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def say(self, **facts: Any) -> None:
        self._connection.send(facts)

    async def heard(self) -> AsyncIterator[dict[str, Any]]:
        with contextlib.suppress(EOFError):
            while (told := await asyncio.to_thread(self._connection.recv)) is not None:
                yield told


class Plant:
    """Field, core and historian in one: publishes, answers queries, takes commands."""

    def __init__(self, site: Site, hostile: str, alarms: Path, line: Line) -> None:
        self.site = site
        self.line = line
        self.alarms = alarms
        _write_journal(alarms, hostile)
        self.hostile = hostile
        self.tables = tables(site)
        self.notifier = Notifier(hostile, line.say)
        self.queue: asyncio.Queue[tuple[Frame, LiveMessage]] = asyncio.Queue()
        self.sequences = {"field": 0, "core": 0}
        self.moving = True
        self.linkage = True
        self.trouble = ""
        """Why linkage says itself that it is off."""
        self.core = True
        self.areas: tuple[Area, ...] = ()
        self.runs: tuple[RunRow, ...] = ()
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
                state = device_state(device, Link.DOWN, reason=said("连接被拒绝", "connection refused"))
            if number == 5:
                state = device_state(device, tag="检修中" + self.hostile)
            self.publish("field", state, ("device", device))
        self.begin()
        second = 0
        while True:
            beat = Beat("field", 4711, time.time_ns(), time.time_ns(), 1, {"points_per_s": 1530.0})
            if self.core:
                self.publish("core", Beat("core", 4712, 10**18, time.time_ns(), 1, {}), "beat")
            if self.core and self.linkage:
                self.publish("core", self.linkage_state(), "linkage")
            if self.moving:
                self.publish("field", beat, "beat")
                for table in self.tables:
                    self.publish("field", scans(table, second, 7, time.time_ns()), table.id)
            second += 1
            await asyncio.sleep(1.0)

    def linkage_state(self) -> LinkageState:
        if os.environ.get("LINKAGE_RUNS"):
            return linkage_state(self.hostile, time.time_ns())
        return LinkageState(time.time_ns(), self.runs, (), 0, 0, off=self.trouble)

    def begin(self) -> None:
        """The alarms that it has at its start, and no others."""
        for kept in [*self.published["core"].values()]:
            if isinstance(kept, AlarmChanged):
                gone = replace(kept.alarm, state=AlarmState.NORMAL)
                self.publish("core", AlarmChanged(gone), ("alarm", gone.device, gone.point, gone.rule))
        self.set_areas()
        for number, device in enumerate(("hvac-1", "hvac-2", "fresh-1", "water-2")):
            self.set_alarm(device=device, priority=number + 1, time_ns=time.time_ns() - number * 10**11)
        self.set_alarm(device="hvac-3", state=AlarmState.ACKNOWLEDGED, note="已派工" + self.hostile)
        self.set_alarm(device="hvac-4", rule="comm-loss", point="", priority=2)

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
        self.line.say(command=type(body).__name__, user=issuer.user, body=repr(body))
        now = time.time_ns()
        match body:
            case SelectPoint():
                if body.reason:
                    self.set_waiting(
                        OpenSelection(
                            "selection-1", body.device, body.point, body.value, issuer.user, body.reason,
                            now + 300 * 10**9,
                        )
                    )  # fmt: skip
                yield CommandResult("1", Stage.DONE, "selected", "selection-1", now)
            case OperatePoint() | WithdrawSelection():
                self.set_waiting()
                if isinstance(body, WithdrawSelection):
                    yield CommandResult("2", Stage.DONE, "", None, now)
                    return
                yield CommandResult("2", Stage.ACCEPTED, "", None, now)
                yield CommandResult("2", Stage.WRITTEN, "", None, now)
                yield CommandResult("2", Stage.CONFIRMED, "", body.value, now)
            case _ if hasattr(body, "rule"):
                yield CommandResult("3", *self.answer(body, issuer.user, now), None, now)
            case SetArea():
                area = Area(
                    f"area-{len(self.areas) + 1}", body.mode, body.zone, body.device, body.alarm_class,
                    issuer.user, body.reason, now, body.until_ns,
                )  # fmt: skip
                self.set_areas(*self.areas, area)
                yield CommandResult("5", Stage.DONE, "", None, now)
            case EndArea():
                self.set_areas(*(one for one in self.areas if one.id != body.area))
                yield CommandResult("5", Stage.DONE, "", None, now)
            case _:
                yield CommandResult("4", Stage.DONE, "", None, now)

    def answer(self, body: Any, user: str, now: int) -> tuple[Stage, str]:
        """As the book of `core` answers: the second of two who acknowledge is told so."""
        key = ("alarm", body.device, body.point, body.rule)
        kept = self.published["core"][key]
        assert isinstance(kept, AlarmChanged)
        record = Record(kept.alarm, told=True, shown=True, condition=Key("field", "e", 1))
        found = Question(self.site, record, Issuer(user, "", ""), now).answer(body)
        if isinstance(found, str):
            return Stage.REFUSED, found
        if isinstance(found, Deed):
            changed = found.alarm
            shelf = next((one.kind.value for one in changed.suppressions), "")
            facts = replace(record, alarm=changed).facts(event=False)
            step_ = step(changed.state, found.trigger, facts) if found.trigger else None
            state = AlarmState(shelf) if shelf else step_.target if step_ else changed.state
            self.publish("core", AlarmChanged(replace(changed, state=state, changed_ns=now)), key)
        return Stage.DONE, ""

    def set_waiting(self, *selections: OpenSelection) -> None:
        self.publish("core", SelectionsOpen(selections), "selections")

    def set_areas(self, *areas: Area) -> None:
        self.areas = areas
        self.publish("core", AreasChanged(areas), "areas")

    def journal(self, query: ReadJournal) -> Journal:
        with JournalReader(self.alarms) as reader:
            page = reader.page(query.wanted, query.cursor, query.limit)
            return Journal(page, reader.count(query.wanted))

    def obey(self, told: dict[str, Any]) -> None:
        match told:
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
            case {"flood_from": [int(first), int(count)]}:
                devices = [*self.site.devices]
                for number in range(first, first + count):
                    device, rule = devices[number % len(devices)], f"made-{number // len(devices)}"
                    self.set_alarm(device=device, rule=rule, priority=4, time_ns=time.time_ns())
            case {"call": [id_, kind, zone, device, text]}:
                called = StationCalled(id_, 1, "fire", kind, zone, device, text, time.time_ns())
                self.publish("core", called, "call")
            case {"run": dict(changes)}:
                state = RunState(changes.pop("state"))
                self.runs = (run_row(1, self.hostile, state=state, opened_ns=time.time_ns(), **changes),)
                self.publish("core", self.linkage_state(), "linkage")
            case {"read_out": [id_, station, text, wav]}:
                notice = SpokenNotice(id_, station, "zh", text, True, wav, time.time_ns())
                self.queue.put_nowait((Frame("notifier", "e1", 1), notice))
            case {"notice": [id_, zone, text, stands]}:
                posted = NoticePosted(id_, 1, "fire", zone, text, time.time_ns(), bool(stands))
                self.publish("core", posted, ("notice", id_))
            case {"reset": True}:
                self.begin()
                self.line.say(command="reset")
            case {"past": [device, point, rule, kind, int(seconds_ago)]}:
                _happened(self.alarms, device, point, rule, kind, seconds_ago)
                self.line.say(command="past")
            case {"trouble": str(why)}:
                self.trouble = why
                self.publish("core", self.linkage_state(), "linkage")
            case {"notifier": bool(here)}:
                self.notifier.here = here
            case {"linkage": bool(beats)}:
                self.linkage = beats
            case {"core": bool(beats)}:
                self.core = beats


def _happened(path: Path, device: str, point: str, rule: str, kind: str, seconds_ago: int) -> None:
    """An alarm of the demo in the journal, such as a plan may start on."""
    time_ns = time.time_ns() - seconds_ago * 10**9
    row = JournalRow(
        0, time_ns, time_ns, device, point, rule, "a-2", 1, "alarm_occurs", AlarmState.UNACKNOWLEDGED, 3,
        1.0, 1.0, "", "", "", "", True, alarm_class=kind, fresh=True,
    )  # fmt: skip
    kept = alarm(device=device, point=point, rule=rule, priority=3, time_ns=time_ns)
    key = Key("field", "past", time_ns)
    with contextlib.closing(alarm_writer(str(path))) as db:
        add_change(db, Change(Record(kept, told=True, shown=True, condition=key), row, key))


def _write_journal(path: Path, hostile: str) -> None:
    """Of two machines and `gone-9`, which is gone, up to a minute ago; another chattered long before."""
    with contextlib.closing(alarm_writer(str(path))) as db:
        for number in range(6):
            time_ns = time.time_ns() - (60 * 86_400 - 10 * number) * 10**9
            begins = number % 2 == 0
            row = JournalRow(
                0, time_ns, time_ns, "hvac-3", "supply-temperature", "high", "a", number // 2,
                "alarm_occurs" if begins else "return_to_normal", AlarmState.UNACKNOWLEDGED, 3, 9.0, 10.0,
                "summer", "", "", "", begins, profile="ahu", subsystem="hvac",
            )  # fmt: skip
            kept = alarm(device="hvac-3", priority=3, time_ns=time_ns)
            key = Key("field", "before", number)
            add_change(db, Change(Record(kept, told=True, shown=True, condition=key), row, key))
        for number in range(240, 0, -1):
            time_ns = time.time_ns() - number * 60 * 10**9
            device = ("hvac-1", "hvac-1", "hvac-2", "gone-9")[number % 4]
            transition = ("alarm_occurs", "acknowledge", "return_to_normal")[number % 3]
            row = JournalRow(
                0, time_ns, time_ns, device, "supply-temperature", "high", "a", number, transition,
                AlarmState.UNACKNOWLEDGED, 1 + number % 4, 31.2, 30.0, "summer",
                "operator" if transition == "acknowledge" else "", "127.0.0.1", "=1+1 已派工" + hostile,
                number % 5 != 0, profile="ahu", subsystem="hvac",
            )  # fmt: skip
            kept = alarm(device=device, priority=row.priority, time_ns=time_ns)
            key = Key("field", "e", 1000 - number)
            add_change(db, Change(Record(kept, told=True, shown=True, condition=key), row, key))


class Asked:
    """One kind of query of the plant."""

    def __init__(self, plant: Plant, publisher: str) -> None:
        self.plant, self.publisher = plant, publisher

    async def ask(self, query: Any) -> AsyncIterator[Any]:
        if isinstance(query, ReadSnapshot):
            frame = Frame(self.publisher, "e1", self.plant.sequences[self.publisher])
            bodies = tuple(LIVE.encode(message) for message in self.plant.published[self.publisher].values())
            yield Snapshot(frame, bodies)
        elif isinstance(query, ReadRuns):
            yield Runs(kept_runs(query, self.plant.hostile))
        elif isinstance(query, ReadRun):
            yield kept_run(query.run, self.plant.hostile)
        elif self.publisher == "core":
            yield await asyncio.to_thread(self.plant.journal, query)
        else:
            raise QueryFailed(f"{self.publisher} did not answer within 5 s; ask again")


class Figures:
    """As `office` answers."""

    def __init__(self, plant: Plant) -> None:
        self._figures = AlarmFigures(plant.alarms, lambda: plant.site, time.time_ns)

    async def ask(self, query: Any) -> AsyncIterator[Any]:
        yield await asyncio.to_thread(self._figures.read, query)


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
    async for told in plant.line.heard():
        plant.obey(told)
    server.should_exit = True


def never(_context: JobContext) -> Generator[Progress, None, None]:
    """No worker is here to take it up."""
    yield Progress(0)


ROLES = {
    "viewer": "viewer",
    "operator": "operator",
    "leader": "shift-leader",
    "auditor": "auditor",
    "manager": "manager",
    "admin": "system-administrator",
    "security": "security-administrator",
    "owner": "owner",
}
USERS = tuple(BootstrapUser(user, user.title(), role) for user, role in ROLES.items())


def now() -> datetime:
    return datetime.now(UTC)


async def main(line: Line, place: str, directory: str, hostile: str) -> None:
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
    settings = dataclasses.replace(site.settings, security=security)
    site = dataclasses.replace(site, settings=settings, notification=notification(hostile))
    if cameras := os.environ.get("CAMERAS"):
        site = with_cameras(site, cameras)
    plant = Plant(site, hostile, Path(directory) / "alarms.db", line)
    packaging = Packaging(frozenset(os.environ.get("MODULES_OFF", "").split()))
    zone = ZoneInfo(plant.site.timezone)
    authority = Authority(reader, time.time_ns, plant.site.id, zone=zone, packaging=packaging)
    code = "one-time-code"
    passwords = Passwords(PasswordHasher(1, 64, 1))
    outbox = Outbox(time.time_ns)
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
        report_job(
            AlarmFigures(plant.alarms, lambda: plant.site, time.time_ns), lambda: plant.site, authority.open
        ),
    )
    jobs = Jobs(kinds, zone, time.time_ns)
    runner = Runner(
        kinds, sessions(writer), zone, time.time_ns, time.monotonic_ns, {Lane.TRANSFER: 1, Lane.HEAVY: 1}
    )
    runner.start()
    notifier = plant.notifier
    paths = RunPaths(Path(directory) / "run")
    paths.create()
    vault = Vault(paths.secrets, os.environ, secrets_of(plant.site))
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
        "push": Push(time.time_ns),
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
        "alarm-orders": AlarmOrders(authority.here, lambda: plant.site, outbox, zone, time.time_ns),
        "alarm-report": AlarmReports(jobs, lambda: plant.site, authority.here, time.time_ns),
        "simulations": Simulations(time.time_ns),
        "duty": Duty(
            authority.here,
            lambda session: duty_plan(session, zone, Calendar(plant.site.calendar)),
            time.time_ns,
        ),
        "notifier": Messaging(authority.here, lambda: plant.site, passwords, outbox, time.time_ns),
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
    handing_over = HandingOver(
        sessions(writer), notifier.take, time.time_ns, on_failure=lambda error: line.say(failed=repr(error))
    )

    @contextlib.asynccontextmanager
    async def outside() -> AsyncIterator[None]:
        tasks = [asyncio.create_task(plant.run()), asyncio.create_task(obey(plant, server))]
        handing_over.start()
        line.say(port=listening.getsockname()[1], users={one.user: one.password for one in made})
        yield
        handing_over.stop(5.0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def configuration(_version: int) -> Site:
        return plant.site

    ports = Ports(
        notifier=notifier,
        answers=notifier,
        gate=plant,
        office=office,
        history=plant,
        journal=Asked(plant, "core"),
        figures=Figures(plant),
        trees={"field": Trees(), "historian": Asked(plant, "historian")},
        snapshots={"field": Asked(plant, "field"), "core": Asked(plant, "core")},
        backups=partial(backups, Places(Path(directory) / "backups", None)),
        shelf=shelf,
        files=Attachments(Path(directory) / "files"),
        configuration=configuration,
        desk=desk,
        pictures=Pictures(Secret("the cameras' password")),
        push_key=lambda _site: os.environ.get("PUSH_KEY", ""),
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
    ui.page("/broken")(_broken)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # whoever reads the port may connect at once
    await server.serve([listening])
    office.stop()
    runner.stop(5.0)
    reader.dispose()
    writer.dispose()


def _broken() -> None:
    """A page that meets a defect."""
    raise LookupError("of the inner workings")


def start(line: Connection, environment: dict[str, str], place: str, directory: str, hostile: str) -> None:
    """In a new process."""
    os.environ.clear()
    os.environ.update(environment)
    asyncio.run(main(Line(line), place, directory, hostile))
    quit_now(0)
