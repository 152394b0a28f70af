"""`office`: business actors and jobs; the one writer of the business database. It is allowed to be slow."""

import os
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pykka
import pypinyin  # noqa: F401  # half a second that the first record shall not wait for

from actors.actor import Ref
from actors.channels.command import CommandServer, Envelope, Reply
from actors.channels.query import Handler, QueryServer
from actors.messages import (
    CommandResult,
    ReadSnapshot,
    ReadTree,
    Stage,
)
from actors.said import said
from business.access import Authority
from business.access.service import Access
from business.actor import BusinessActor
from business.alarm_kpi.codec import OFFICE_QUERIES
from business.alarm_kpi.messages import ReadAlarmKpis
from business.alarm_kpi.queries import AlarmFigures
from business.alarm_orders.following import AlarmOrderFollower
from business.alarm_orders.service import AlarmOrders
from business.alarm_report.service import AlarmReports
from business.alarm_report.work import report_job
from business.attachments.store import Attachments
from business.audit.cutting import cut_trail
from business.audit.nightly import verify_trail
from business.audit.plant import PlantTrail
from business.audit.service import Audit
from business.backup.archive import Origin
from business.backup.kinds import backup_jobs
from business.backup.place import Places
from business.backup.service import Backups
from business.commands import BUSINESS_COMMANDS, MODULES
from business.configuration.desk import Desk
from business.configuration.secrets import Vault, secrets_of
from business.configuration.service import ConfigurationDesk
from business.database import Base, open_reader, open_writer, sessions
from business.demo.job import ask_for_it, demo_estate
from business.duplicates.finding import find_duplicates
from business.duplicates.service import Duplicates
from business.duty.queries import plan as duty_plan
from business.duty.service import Duty
from business.exchange.shelf import Shelf
from business.exporting.service import Exporting
from business.exporting.work import export_job
from business.fields.keyring import keyring
from business.fields.resealing import reseal
from business.fields.sealed import supply
from business.gate import MOST_TOGETHER, Execute, Gate, Module, Outcome
from business.identity.bootstrap import ITSELF, create_first_users, prepare_access
from business.identity.passwords import Passwords
from business.identity.service import Identity
from business.identity.token_service import Tokens
from business.importing.expiry import clear_transfers
from business.importing.service import Importing
from business.importing.work import jobs_of
from business.jobs.kinds import catalogue
from business.jobs.messages import CreateSchedule
from business.jobs.purge import PURGE_RUNS
from business.jobs.runner import Runner
from business.jobs.service import Jobs
from business.linkage.events import BusinessEvents
from business.master_data import master_data
from business.migrations import migrate
from business.notifier.handing_over import HandingOver
from business.notifier.outbox import Outbox
from business.notifier.service import Messaging
from business.notifier.telling_directory import DirectoryTelling
from business.organisation.service import Organisation
from business.packaging import Packaging
from business.privacy.finishing import finish_erasures
from business.privacy.ledger import Ledger
from business.privacy.retention import erase_expired
from business.privacy.service import Privacy
from business.property.entities import ENTITIES
from business.property.importing import importer
from business.property.service import Property
from business.push.service import Push
from business.registry.attached import clear_attachments
from business.registry.messages import made
from business.registry.service import Registry
from business.registry.uses import uses_in
from business.reviews.service import Reviews
from business.search.upkeep import KEEP_SEARCH
from business.simulations.service import Simulations
from business.webhooks.delivering import webhook_job
from business.webhooks.posting import Poster
from business.webhooks.service import Webhooks
from config.calendar import Calendar
from config.site import BootstrapUser
from drivers import SCHEMAS
from supervisor.answers import snapshot_of, tree_of
from supervisor.asking_core import CoreClient
from supervisor.asking_notifier import NotifierClient
from supervisor.configuration import Present, fetch, read_site
from supervisor.database import DATABASE_PASSWORD, business_url
from supervisor.following import Follower
from supervisor.lifeline import announce, quit_now
from supervisor.node import Node
from supervisor.probing import prober
from supervisor.processes.arguments import parse
from supervisor.spec import Child, Place

NIGHTLY = {
    "backup": "10 2 * * *",
    "keep_search": "10 3 * * *",
    "purge_runs": "20 3 * * *",
    "clear_transfers": "every 1 hours",
    "clear_attachments": "30 3 * * *",
    "find_duplicates": "0 4 * * *",
    "erase_expired": "20 4 * * *",
    "finish_erasures": "every 1 hours",
    "verify_trail": "40 3 * * *",
    "cut_trail": "50 3 * * *",
    "send_webhooks": "every 1 minutes",
    "alarm_report": "30 0 1 * *",
    "snapshot": "every 4 minutes",  # with the time that one takes, what is lost stays under 5 minutes
}
"""The jobs that every site begins with, and when they run."""
COMMAND_S = 60.0
"""A business command may take this long; what takes longer is a job."""


class Office:
    """The business modules, each an actor, and the way of commands to them."""

    def __init__(self, node: Node, *, demo: str) -> None:
        self._node = node
        self._demo = demo
        self._pool = ThreadPoolExecutor(MOST_TOGETHER, thread_name_prefix="office command")

    def start(self) -> None:
        node = self._node
        configuration = fetch(node.paths)
        site = read_site(configuration)
        node.version = site.version
        url = business_url(site.settings, node.paths, os.environ)
        writer = open_writer(url)
        migrate(writer)
        reader = open_reader(url)
        keys = keyring(os.environ, node.paths.secrets, generate=True)
        supply(writer, keys)
        supply(reader, keys)
        zone, packaging = ZoneInfo(site.timezone), Packaging(site.settings.modules_off)
        authority = Authority(reader, time.time_ns, site.id, zone=zone, packaging=packaging)
        code = secrets.token_hex(4)
        passwords, outbox = Passwords(), Outbox(time.time_ns)
        identity = Identity(passwords, time.time_ns, code, security=site.settings.security)
        access = Access(time.time_ns)
        gate = Gate(sessions(writer), authority, time.time_ns)
        prepare_access(gate, authority, access, site.id, site.name)
        if self._demo or not authority.has_users():
            self._create_users(gate, authority, identity, site.users)
        if not authority.has_users():
            announce(first_start_code=code)

        audit, settings = Audit(time.time_ns), site.settings.backup
        origin = Origin(node.paths, site.id, url, keys.ids)
        registry, shelf = Registry(ENTITIES, time.time_ns), Shelf(node.paths.transfers)
        privacy = Privacy(ENTITIES, registry.records.index, zone, time.time_ns)
        erased = Ledger(node.paths.erased, ENTITIES["person"])
        rows = importer(registry.records, shelf, zone, time.time_ns)
        present = Present(node.paths, site)
        figures = AlarmFigures(node.paths.alarms, present, time.time_ns)
        duty = Duty(
            authority.here,
            lambda session: duty_plan(session, zone, Calendar(present().calendar)),
            time.time_ns,
        )
        kinds = catalogue(
            PURGE_RUNS,
            *jobs_of(rows, gate),
            export_job(ENTITIES, shelf, authority.open, zone),
            clear_transfers(shelf),
            KEEP_SEARCH,
            webhook_job(Poster(to_this_machine=site.settings.webhooks_to_this_machine)),
            clear_attachments(Attachments(node.paths.files), ENTITIES, authority.open),
            find_duplicates(ENTITIES, authority.open),
            erase_expired(
                gate, privacy, ENTITIES, authority.open, zone, site.settings.personal_keep_days, erased
            ),
            finish_erasures(ENTITIES, Attachments(node.paths.files), shelf, authority.open, erased),
            reseal(Base.metadata),
            report_job(figures, present, authority.open),
            verify_trail(authority.open, node.paths.audit_anchor),
            cut_trail(gate, audit, authority.open, node.paths.audit_anchor, site.settings.audit_keep_days),
            *backup_jobs(origin, Places.of(settings, node.paths.backups), settings),
            *((demo_estate(gate, registry, identity, Organisation(), duty),) if self._demo else ()),
            packaging=packaging,
        )
        jobs = Jobs(kinds, zone, time.time_ns)
        for name, trigger in NIGHTLY.items():
            # Once in the life of a database: what somebody changes or removes stays so.
            order = Execute(ITSELF, CreateSchedule(name, name, trigger), f"first schedule {name}")
            gate.on_own_account(jobs, order)
        orders = AlarmOrders(authority.here, present, outbox, zone, time.time_ns)
        runner = Runner(kinds, sessions(writer), zone, time.time_ns, time.monotonic_ns)
        modules: dict[str, Module] = {
            "identity": identity,
            "access": access,
            "audit": audit,
            "jobs": jobs,
            "backup": Backups(jobs, time.time_ns),
            "tokens": Tokens(time.time_ns),
            "configuration": ConfigurationDesk(
                Desk(node.paths, SCHEMAS, prober(node.paths, os.environ)),
                Vault(node.paths.secrets, os.environ, secrets_of(site)),
            ),
            "push": Push(time.time_ns),
            "webhooks": Webhooks(time.time_ns),
            **master_data(gate, zone, time.time_ns, (uses_in(ENTITIES),)),
            "registry": registry,
            "duplicates": Duplicates(ENTITIES, time.time_ns),
            "privacy": privacy,
            "reviews": Reviews(ENTITIES, registry.records, time.time_ns),
            "importing": Importing(rows, jobs, time.time_ns),
            "exporting": Exporting(ENTITIES, jobs, time.time_ns),
            "property": Property(registry.records),
            "alarm-orders": orders,
            "simulations": Simulations(time.time_ns),
            "duty": duty,
            "notifier": Messaging(authority.here, present, passwords, outbox, time.time_ns),
            "alarm-report": AlarmReports(jobs, present, authority.here, time.time_ns),
        }
        if self._demo:
            ask_for_it(gate, jobs, datetime.now(zone).date(), sessions(writer))
        hearers: dict[str, Callable[[Any], None]] = dict.fromkeys(
            ("jobs", "backup", "importing", "exporting", "alarm-report"), runner.hear
        )
        node.grow(
            [_child(name, module, gate, hearers.get(name, _nobody)) for name, module in modules.items()]
        )
        node.start(runner)
        handlers: dict[type, Handler] = {
            ReadSnapshot: snapshot_of(node),
            ReadTree: tree_of(node),
            ReadAlarmKpis: figures.answer,
        }
        node.start(QueryServer(node.paths.query(node.name), OFFICE_QUERIES, handlers, on_failure=node.fail))
        node.start(_Pool(self._pool))
        core = CoreClient(node.paths, follower="alarm-orders")
        node.start(PlantTrail(sessions(writer), core.ended_commands, on_failure=node.fail))
        node.start(
            AlarmOrderFollower(
                sessions(writer),
                gate,
                orders,
                present,
                core.journal,
                core.requests,
                time.time_ns,
                on_failure=node.fail,
            )
        )
        node.start(BusinessEvents(sessions(writer), present, core.tell, time.time_ns, on_failure=node.fail))
        notifier = NotifierClient(node.paths)
        node.start(HandingOver(sessions(writer), notifier.tell, time.time_ns, on_failure=node.fail))
        node.start(DirectoryTelling(authority.open, notifier.tell, time.time_ns, on_failure=node.fail))
        node.start(
            CommandServer(node.paths.command(node.name), BUSINESS_COMMANDS, self._obey, on_failure=node.fail)
        )
        node.start(
            Follower(
                node.paths,
                "office",
                configuration,
                renew=node.renew,
                accept=node.accept,
                secrets=(DATABASE_PASSWORD,),
            )
        )

    def _create_users(
        self, gate: Gate, authority: Authority, identity: Identity, users: tuple[BootstrapUser, ...]
    ) -> None:
        """On a site once; in the demo once a launch, so that what its terminal has shown stays true."""
        shown = self._node.paths.demo_users
        if self._demo and shown.exists() and shown.read_text() == self._demo:
            return
        made = create_first_users(gate, authority, identity, users, renew=bool(self._demo))
        shown.write_text(self._demo)
        announce(users=[(one.user, one.role, one.password) for one in made])

    def _obey(self, envelope: Envelope, reply: Reply) -> None:
        self._pool.submit(self._carry_out, envelope, reply)

    def _carry_out(self, envelope: Envelope, reply: Reply) -> None:
        address = self._node.addresses[MODULES[type(envelope.body)]]
        try:
            outcome: Outcome = address.ask(
                Execute(envelope.issuer, envelope.body, envelope.id), timeout_s=COMMAND_S
            )
        except (pykka.ActorDeadError, pykka.Timeout) as error:
            reply(CommandResult(envelope.id, Stage.UNKNOWN, _trouble(error), None, time.time_ns()))
        except Exception as error:  # noqa: BLE001  # the actor's own error: it restarts, whoever asked is told
            reply(CommandResult(envelope.id, Stage.FAILED, _trouble(error), None, time.time_ns()))
        else:
            result = CommandResult(
                envelope.id, outcome.stage, outcome.detail, made(outcome.events), time.time_ns()
            )
            reply(result)


def _child(name: str, module: Module, gate: Gate, announce: Callable[[Any], None]) -> Child:
    def start(place: Place) -> Ref:
        return BusinessActor.start(place.name, place.supervisor, module=module, gate=gate, announce=announce)

    return Child(name, start, turn_limit_s=COMMAND_S)


def _nobody(_event: Any) -> None:
    """Most modules' events have no hearer."""


def _trouble(error: Exception) -> str:
    return said(f"办公服务内部错误：{error!r}", f"an error within the office process: {error!r}")


class _Pool:
    """The threads that wait for business actors, as a service."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def start(self) -> None:
        """Its threads start with the first command."""

    def stop(self, timeout_s: float) -> bool:
        self._pool.shutdown(wait=False, cancel_futures=True)
        return timeout_s > 0


def main(arguments: Sequence[str] | None = None) -> int:
    told = parse("office", arguments)
    return Node(told.name, told.paths).run(lambda node: Office(node, demo=told.demo).start())


if __name__ == "__main__":
    quit_now(main())
