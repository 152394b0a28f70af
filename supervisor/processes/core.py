"""`core`: outbox receiver, command gate, alarm zones, `alarms.db`; nothing that holds the GIL for 20 ms."""

import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from actors.actor import Ref
from actors.address import Address
from actors.board import Board, BoardOutlets
from actors.channels.command import CommandServer, Envelope, Reply
from actors.channels.durable import Receiver
from actors.channels.query import Handler, QueryFailed, QueryServer
from actors.codecs import CORE_COMMANDS, QUERIES, RECORDED
from actors.gate import Gate, GateOutlets, Received
from actors.intake import Intake
from actors.journal import CommitMeter, Journal
from actors.journal_entries import MarkApplied
from actors.journal_reader import JournalReader
from actors.messages import (
    AlarmChanged,
    CanaryHeard,
    CanarySung,
    CommandResult,
    Configuration,
    ConfigurationAnnounced,
    Issuer,
    LimitSetUsed,
    ReadConfiguration,
    ReadSnapshot,
    ReadTree,
    Stage,
)
from actors.permissions import URGENT
from actors.said import in_both, said
from actors.spare_log import SpareLog
from actors.zone import AlarmZone, ConfigurationApplied, Tick, ZoneOutlets
from business.access import Authority
from business.database import open_reader
from config.following import bound
from config.problems import SiteError
from config.resolve import build
from config.site import Site
from config.versions import VersionError, VersionStore
from drivers import SCHEMAS
from supervisor.answers import snapshot_of, tree_of
from supervisor.ballast import Ballast
from supervisor.changeover import Changeover
from supervisor.clocks import Clocks
from supervisor.database import business_url
from supervisor.forward import Forwarder
from supervisor.in_force import use_version
from supervisor.journal_answers import journal_handlers
from supervisor.lifeline import quit_now
from supervisor.linkage import LinkagePart
from supervisor.node import Node
from supervisor.processes.arguments import parse
from supervisor.spec import AddChild, Child, Place
from supervisor.standing import Fatal, Named, ZoneByName
from supervisor.supervisor import Supervisor
from supervisor.trial import Attendance

logger = logging.getLogger(__name__)

FRESH_S = 10.0
"""A field process whose newest row is younger than this has no backlog."""
ZONES = "zones"
ITSELF = Issuer("core", "", "")
"""Returns to the version before when the new one does not come up."""


class Core:
    """One a site."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._started_ns = time.time_ns()
        self._versions = VersionStore(node.paths.configuration)
        self._site = self._build(int(node.paths.running.read_text()))
        self._reader = JournalReader(node.paths.alarms)
        self._zones: Mapping[str, Address] = {}
        self._ballast = Ballast(node.paths.ballast, self._site.settings.ballast_mb)
        url = business_url(self._site.settings, node.paths, os.environ)
        self._authority = Authority(open_reader(url), time.time_ns, self._site.id, urgent=URGENT)
        self._applying = threading.Lock()
        self._refused = 0
        """A version that could not be put in force is not tried every second."""
        self._meter = CommitMeter()
        self._linkage = LinkagePart(node, self._site, on_disk_full=self._ballast.free)
        self._forwarder = Forwarder(node.loop, node.paths)
        self._clocks = Clocks(node.loop, node.paths)
        self._changeover = Changeover(
            node.paths, Attendance(node.loop, node.paths, lambda: self._site.processes), self._versions
        )
        self._bound = self._bound_by(self._site.version)
        self._renewal = ""
        self._intake = Intake(
            self._site,
            {zone: ZoneByName(self.zone, zone) for zone in self._zone_ids(self._site)},
            Named(node, "gate"),
            mark_applied=self._mark_applied,
            other=self._hear,
            wall_ns=time.time_ns,
            fresh_s=FRESH_S,
        )

    def start(self) -> None:
        node = self._node
        node.version = self._site.version
        node.rates = lambda: {**self._meter.rates(), **self._linkage.rates()}
        node.start(self._forwarder)
        node.start(self._clocks)
        self._linkage.start()
        self._use(self._site)
        node.grow(
            [
                Child("journal", self._start_journal),
                Child("board", self._start_board),
                Child(ZONES, self._start_zones, start_s=30.0),
                Child("gate", self._start_gate),
                self._linkage.child(),
            ]
        )
        self._announce()
        node.start(
            Receiver(
                node.paths.durable(node.name), self._intake.apply, self._reader.applied, on_failure=node.fail
            )
        )
        node.start(QueryServer(node.paths.query(node.name), QUERIES, self._handlers(), on_failure=node.fail))
        node.start(
            CommandServer(node.paths.command(node.name), CORE_COMMANDS, self._obey, on_failure=node.fail)
        )
        self._changeover.resume(self._site.version)
        node.on_beat = self._beat

    # -- children

    def _start_journal(self, place: Place) -> Ref:
        fatal = Fatal(place.supervisor, self._node.fail)
        return Journal.start(
            self._node.paths.alarms,
            fatal,
            on_disk_full=self._ballast.free,
            spare=SpareLog(self._node.paths.spare_log),
            meter=self._meter,
            on_commit=self._linkage.wake,
        )

    def _start_board(self, place: Place) -> Ref:
        outlets = BoardOutlets(
            journal=Named(self._node, "journal"),
            zones=lambda: {one.removeprefix("zone/"): address for one, address in self._zones.items()},
            publish=lambda message: self._node.publish("area/", message),
            wall_ns=time.time_ns,
        )
        return Board.start(
            place.supervisor, site=self._site, outlets=outlets, dispatcher=self._node.dispatcher
        )

    def _start_zones(self, place: Place) -> Ref:
        children = [self._zone(zone) for zone in self._zone_ids(self._site)]
        return Supervisor.start(place.name, place.supervisor, children, intensity=10, period_s=60.0)

    def _zone(self, zone: str) -> Child:
        return Child(f"zone/{zone}", partial(self._start_zone, zone))

    def _start_zone(self, zone: str, place: Place) -> Ref:
        self._zones = place.siblings
        outlets = ZoneOutlets(
            journal=Named(self._node, "journal"),
            board=Named(self._node, "board"),
            publish=self._publish_alarm,
            ready=self._intake.ready,
            read_conditions=self._forwarder.read_conditions,
            pass_on=lambda command, issuer, taken: self._forwarder.pass_on(
                self._site.devices[command.device].process, command, issuer, taken
            ),
            clock=time.monotonic,
            wall_ns=time.time_ns,
        )
        return AlarmZone.start(
            zone,
            place.supervisor,
            site=self._site,
            outlets=outlets,
            started_ns=self._started_ns,
            dispatcher=self._node.dispatcher,
        )

    def _start_gate(self, place: Place) -> Ref:
        outlets = GateOutlets(
            journal=Named(self._node, "journal"),
            linkage=Named(self._node, "linkage"),
            zones=self.zone,
            board=Named(self._node, "board"),
            authority=self._authority,
            encode=RECORDED.encode,
            forward=self._forwarder.forward,
            apply_configuration=self._apply_command,
            show=self._show,
            publish=lambda selections: self._node.publish("selections/", selections),
            clock_offset_s=self._clocks.offset_s,
            ready=self._intake.ready,
            clock=time.monotonic,
            wall_ns=time.time_ns,
        )
        return Gate.start(
            place.supervisor, site=self._site, outlets=outlets, new_id=lambda: secrets.token_hex(8)
        )

    # -- what comes and goes

    def _publish_alarm(self, change: AlarmChanged) -> None:
        self._node.publish(f"alarm/{change.alarm.zone}/", change)

    def _mark_applied(self, source: str, epoch: str, sequence: int, then: Callable[[], None]) -> None:
        self._node.addresses["journal"].tell(MarkApplied(source, epoch, sequence, then))

    def _hear(self, message: object) -> None:
        """What is no condition, once its batch is committed: the state of a subsystem, or a canary that came
        as far as an alarm does before somebody is notified."""
        if isinstance(message, LimitSetUsed):
            self._node.addresses["board"].tell(message)
            return
        assert isinstance(message, CanarySung)
        name = self._site.name
        text = f"【{name.zh}】演练 {message.process}: 告警链路正常 / {name.en}: drill, the alarm path is well"
        heard = CanaryHeard(message.id, message.process, message.time_ns, time.time_ns(), text)
        self._node.publish(f"canary/{message.process}/", heard)

    def _show(self, result: CommandResult) -> None:
        """A result that nobody waits for any more; the record of commands has it."""
        logger.warning("command %s ended as %s: %s", result.id, result.stage, in_both(result.detail))

    def _obey(self, envelope: Envelope, reply: Reply) -> None:
        if not self._node.addresses["gate"].tell(Received(envelope, reply)):
            detail = said(
                "命令入口正在重启；请重新下达", "the gate is being restarted; give the command again"
            )
            reply(CommandResult(envelope.id, Stage.REFUSED, detail, None, time.time_ns()))

    def _beat(self) -> None:
        """On the loop, once a second."""
        for zone in self._zones.values():
            zone.tell(Tick())
        for name in ("gate", "board"):
            self._node.addresses[name].tell(Tick())
        if self._renewal:
            self._node.renew(self._renewal)
            return
        number = int(self._node.paths.running.read_text())
        if number not in {self._site.version, self._refused}:
            self._apply_soon(number, Issuer("steward config apply", "", ""), lambda _stage, _detail: None)
        elif (back := self._changeover.look(self._site.version)) is not None:
            self._apply_soon(back, ITSELF, lambda _stage, _detail: None)

    # -- queries

    def _handlers(self) -> dict[type, Handler]:
        return {
            ReadSnapshot: snapshot_of(self._node),
            ReadTree: tree_of(self._node),
            ReadConfiguration: self._tell_configuration,
            **journal_handlers(self._reader),
            **self._linkage.handlers(),
        }

    def _tell_configuration(self, query: ReadConfiguration) -> Iterator[Configuration]:
        number = query.version or self._site.version
        try:
            documents = self._versions.get(number).documents
        except VersionError as error:
            raise QueryFailed(str(error)) from error
        yield Configuration(number, json.dumps(documents, ensure_ascii=False))

    # -- configuration

    def _build(self, version: int) -> Site:
        return build(self._versions.get(version).documents, SCHEMAS, version)

    def _apply_command(self, version: int, issuer: Issuer, answer: Callable[[Stage, str], object]) -> None:
        logger.warning("%s puts configuration version %d in force", issuer.user, version)
        self._apply_soon(version, issuer, answer)

    def _apply_soon(self, version: int, issuer: Issuer, answer: Callable[[Stage, str], object]) -> None:
        """Off the loop: reading and resolving a large site takes a while."""
        threading.Thread(
            target=self._apply, args=(version, issuer, answer), name="configuration", daemon=True
        ).start()

    def _apply(self, version: int, issuer: Issuer, answer: Callable[[Stage, str], object]) -> None:
        with self._applying:
            if version == self._site.version:
                answer(Stage.DONE, "")
                return
            if issuer.session and (why := self._changeover.refusal(version, issuer.user, self._site)):
                answer(Stage.REFUSED, why)
                return
            try:
                site = self._build(version)
                is_bound = self._bound_by(version)
            except (VersionError, SiteError) as error:
                logger.error("configuration version %d is not put in force: %s", version, error)  # noqa: TRY400
                self._refused = version
                answer(Stage.REFUSED, said(f"配置版本 {version} 未生效：{error}", str(error)))
                return
            if issuer is not ITSELF:
                self._changeover.begin(version, self._site.version, issuer.user)
            use_version(self._node.paths, version)
            if issuer is ITSELF:
                self._changeover.returned()
            self._site = site
            self._node.version = version
            self._use(site)
            zones = self._zone_ids(site)
            for zone in zones:
                if self.zone(zone) is None:
                    self._node.addresses[ZONES].request(AddChild(self._zone(zone)))
            self._linkage.use(site)
            self._intake.use(site, {zone: ZoneByName(self.zone, zone) for zone in zones})
            for name in ("gate", "board"):
                self._node.addresses[name].tell(ConfigurationApplied(site))
            for address in self._zones.values():
                address.tell(ConfigurationApplied(site))
            self._announce()
            answer(Stage.DONE, "")
            if is_bound != self._bound:
                self._renewal = f"configuration version {version} sets what it reads only at its start"

    def _bound_by(self, version: int) -> str:
        return bound(self._versions.get(version).documents, "core")

    def _use(self, site: Site) -> None:
        self._forwarder.use(site.processes)
        self._clocks.use(site.processes)

    def _announce(self) -> None:
        self._node.publish("configuration/", ConfigurationAnnounced(self._site.version))

    @staticmethod
    def _zone_ids(site: Site) -> tuple[str, ...]:
        return tuple(sorted({site.alarm_zone(zone) for zone in site.zones}))

    def zone(self, zone: str) -> Address | None:
        return self._zones.get(f"zone/{zone}")


def main() -> int:
    told = parse("core")
    return Node(told.name, told.paths).run(lambda node: Core(node).start())


if __name__ == "__main__":
    quit_now(main())
