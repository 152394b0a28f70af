"""`field`: devices of its share of the site, their drivers, the alarm conditions, and the two outboxes.

It runs on from its last applied configuration when nothing else is up.
"""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from actors.channels.command import CommandServer, Envelope, Reply
from actors.channels.durable import Outbox, Sender
from actors.channels.live import Reshape
from actors.channels.query import Handler, QueryServer
from actors.codecs import CONDITIONS, FIELD_COMMANDS, HISTORY, QUERIES
from actors.historian.columns import condense
from actors.matrices import Matrices
from actors.messages import (
    CanarySung,
    CommandResult,
    PointsRead,
    ReadConditions,
    ReadPoints,
    ReadSnapshot,
    ReadTree,
    RetryDevice,
    SingCanary,
    Stage,
    TakePost,
    UseLimitSet,
)
from actors.outlets import Outlets
from actors.said import in_chinese, said
from actors.spare_log import waiting
from actors.subsystem import SayLimitSet
from actors.sweep import SayConditions
from actors.table import tables
from actors.write import Order, result
from business.notifier.state import read_state
from config.following import bound
from config.rules import DEVICE_FAULT
from config.secrets import secret
from config.settings_schema import FIELD
from config.site import Site
from drivers import DRIVERS
from drivers.cadence import Ticks
from drivers.driver import Surroundings
from drivers.shares import Shares
from supervisor.announcements import Announcements
from supervisor.answers import snapshot_of, tree_of
from supervisor.ballast import Ballast
from supervisor.configuration import documents_of, fetch, keep, read_site
from supervisor.elsewhere import Elsewhere, Everywhere
from supervisor.facts import Facts
from supervisor.lifeline import quit_now
from supervisor.node import Node
from supervisor.plant import Plant
from supervisor.point_reads import PointReads
from supervisor.posts import POST, Posts
from supervisor.processes.arguments import parse
from supervisor.recorded import Recorded
from supervisor.spec import Retry

logger = logging.getLogger(__name__)

CATCH_UP_BYTES_S = 20 * 1024 * 1024
"""History after an absence of the historian: fast enough to catch up, slow enough to leave both time."""


class Field:
    """One field process."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._files = node.paths.field(node.name)
        self._files.conditions.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._configuration = fetch(node.paths, applied=self._files.applied)
        self._bound = bound(documents_of(self._configuration), FIELD)
        site = read_site(self._configuration)
        ballast = Ballast(node.paths.ballast, site.settings.ballast_mb)
        self._conditions = node.start(
            Outbox(
                self._files.conditions, commit_every_s=0.0, on_failure=node.fail, on_disk_full=ballast.free
            )
        )
        self._history = node.start(
            Outbox(
                self._files.history,
                commit_every_s=1.0,
                on_failure=node.fail,
                # The ballast is not for history, which gives up its oldest rows instead.
                budget_bytes=site.settings.history_budget_mb * 1024 * 1024,
                condense=condense,
            )
        )
        self._recall = self._conditions.load_state()
        self._totals = {
            key: body for key, body in self._history.load_state().items() if not key.startswith(POST)
        }
        self._out = Outlets(
            process=node.name,
            version=site.version,
            loop=node.loop,
            publish=node.publish,
            history=lambda messages, state: self._history.append_all(
                [HISTORY.encode(message) for message in messages], state
            ),
            totals=self._totals,
            condition=self._condition,
            remember=self._remember,
            recall=self._recall,
            clock=time.monotonic,
            wall_ns=time.time_ns,
        )
        self._announcements = Announcements(node.loop, node.paths, self._follow)
        self._facts = Facts(
            node.paths.root,
            self._out.counts,
            backlog_bytes=lambda: self._history.lag().bytes,
            clock_offset_s=lambda: self._announcements.clock_offset_s,
            unrecorded=partial(waiting, node.paths.spare_log),
            notifier=lambda: read_state(node.paths.notifier_state, time.time_ns()),
        )
        self._shares = Shares(time.monotonic)
        self._ticks = Ticks(time.monotonic)
        self._posts = Posts(self._shares, node.loop, self._history)
        self._reads = PointReads(node.loop, node.paths, site)
        self._elsewhere = Elsewhere(node.loop, self._reads, time.monotonic, time.time_ns)
        self._recorded = Recorded(node.loop, node.paths.query("historian"), lambda: self._plant.site)
        self._plant = self._make_plant(site)

    def start(self) -> None:
        node, out = self._node, self._out
        self._forget_faults()
        self._end_interrupted()
        self._shape_newest()
        self._posts.restore({id_ for table in self._plant.tables.values() for id_ in table.row})
        node.start(self._recorded)
        node.start(self._reads)
        node.start(self._elsewhere)
        node.version = out.version
        node.rates = self._rates
        node.grow(self._plant.children())
        core, historian = node.paths.durable("core"), node.paths.durable("historian")
        node.start(Sender(self._conditions, core, node.name, on_failure=node.fail))
        node.start(
            Sender(
                self._history, historian, node.name, on_failure=node.fail, catch_up_bytes_s=CATCH_UP_BYTES_S
            )
        )
        handlers: dict[type, Handler] = {
            ReadSnapshot: snapshot_of(node),
            ReadTree: tree_of(node),
            ReadPoints: self._read_points,
        }
        node.start(QueryServer(node.paths.query(node.name), QUERIES, handlers, on_failure=node.fail))
        node.start(
            CommandServer(node.paths.command(node.name), FIELD_COMMANDS, self._obey, on_failure=node.fail)
        )
        keep(self._configuration, self._files.applied)
        node.start(self._announcements)

    def _read_points(self, query: ReadPoints) -> Iterator[PointsRead]:
        yield PointsRead(self._plant.matrices.points(query.points, time.time_ns()))

    def _rates(self) -> dict[str, float]:
        counts = self._out.counts
        return {
            "scans": counts.scans,
            "points": counts.points,
            "late": counts.late,
            "history_lag_rows": self._history.lag().rows,
            "conditions_lag_rows": self._conditions.lag().rows,
            "history_dropped": self._history.dropped,
        }

    # -- state and messages

    def _condition(self, message: Any, state: Mapping[str, bytes | None]) -> None:
        self._note(state)
        self._conditions.append(CONDITIONS.encode(message), state)

    def _remember(self, state: Mapping[str, bytes | None]) -> None:
        self._note(state)
        self._conditions.put_state(state)

    def _note(self, state: Mapping[str, bytes | None]) -> None:
        for key, body in state.items():
            if body is None:
                self._recall.pop(key, None)
            else:
                self._recall[key] = body

    def _forget_faults(self) -> None:
        """Every device begins anew: the first scan or the next fault tells how it is."""
        faults = [key for key in self._recall if key.endswith(f"//{DEVICE_FAULT}")]
        if faults:
            self._remember(dict.fromkeys(faults))

    # -- plant

    def _make_plant(self, site: Site) -> Plant:
        return Plant(
            site,
            self._node.name,
            protocols=DRIVERS,
            surroundings=self._surroundings,
            dispatcher=self._node.dispatcher,
            outlets=self._out,
        )

    def _surroundings(self, matrices: Matrices) -> Surroundings:
        return Surroundings(
            shares=self._shares,
            ticks=self._ticks,
            plant=Everywhere(self._node.name, lambda: self._plant.site, matrices, self._elsewhere),
            may_poll=lambda: self._history.may_poll,
            clock=time.monotonic,
            wall_ns=time.time_ns,
            facts=self._facts,
            history=self._recorded,
            secret=partial(secret, environ=os.environ, directory=self._node.paths.secrets, shortest=1),
        )

    def _shape_newest(self) -> None:
        self._node.newest.shape(
            self._out.version,
            {
                table.id: (len(table.devices), len(table.template.points))
                for table in self._plant.tables.values()
            },
        )

    # -- another configuration

    def _follow(self, version: int) -> None:
        """`core` says which version is in force; on a thread of its own, and never two at once."""
        if version == self._out.version:
            return
        configuration = fetch(self._node.paths, version)
        if bound(documents_of(configuration), FIELD) != self._bound:
            keep(configuration, self._files.applied)
            self._node.renew(f"configuration version {version} sets what it reads only at its start")
            return
        site = read_site(configuration)
        self._out.version = site.version
        self._reads.use(site)
        sizes = tuple(
            (table.id, len(table.devices), len(table.template.points))
            for table in tables(site, self._node.name)
        )
        self._node.addresses["publisher"].tell(Reshape(site.version, sizes))
        try:
            change = self._plant.use(site)
        except Exception:
            self._node.renew(f"configuration version {version} could be applied only in part")
            raise
        prefixes = tuple(f"{mark}{id_}/" for id_ in change.removed for mark in ("", "~"))
        if prefixes:
            gone = [key for key in self._recall if key.startswith(prefixes)]
            self._remember(dict.fromkeys(gone))
            ended = [key for key in self._totals if key.startswith(prefixes)]
            self._history.put_state(dict.fromkeys(ended))
            for key in ended:
                del self._totals[key]
        keep(configuration, self._files.applied)
        self._node.accept(version)
        logger.warning("configuration version %d is applied: %s", site.version, change.in_words())

    # -- commands, on the command server's thread

    def _obey(self, envelope: Envelope, reply: Reply) -> None:
        match envelope.body:
            case ReadConditions():
                for sweep in self._plant.sweeps():
                    sweep.tell(SayConditions())
                for subsystem in self._plant.site.subsystems:
                    if (address := self._plant.subsystem(subsystem)) is not None:
                        address.tell(SayLimitSet())
            case SingCanary():
                self._sing(envelope.id)
            case TakePost():
                self._posts.take(envelope, reply)
                return
            case _:
                self._obey_once(envelope, reply)
                return
        reply(CommandResult(envelope.id, Stage.DONE, "", None, time.time_ns()))

    def _sing(self, id_: str) -> None:
        """Over the loop and the dispatcher into the outbox: the way that a condition takes."""
        canary = CanarySung(id_, self._node.name, time.time_ns())
        self._out.loop.call_soon(
            lambda: self._node.dispatcher.call_soon(lambda: self._out.condition(canary, {}))
        )

    def _obey_once(self, envelope: Envelope, reply: Reply) -> None:
        try:
            is_new = self._conditions.mark_seen(envelope.id)
        except TimeoutError as error:
            detail = said(f"命令不能记录，没有执行：{error}", str(error))
            reply(CommandResult(envelope.id, Stage.REFUSED, detail, None, time.time_ns()))
            return
        if not is_new:
            detail = said(
                "此命令先前已收到，不会执行两次", "it was received before; it is not carried out twice"
            )
            reply(CommandResult(envelope.id, Stage.UNKNOWN, detail, None, time.time_ns()))
            return

        def report(answer: CommandResult) -> None:
            finishes = answer.id if answer.stage.is_final else ""
            self._conditions.append(CONDITIONS.encode(answer), finishes=finishes)
            reply(answer)

        order = Order(envelope.id, envelope.issuer.user, envelope.deadline_s, envelope.body, report)
        refused = self._route(order)
        if refused:
            report(result(order, Stage.REFUSED, refused, time.time_ns()))

    def _route(self, order: Order) -> str | None:
        """Hand an order to whom it concerns; why it cannot be."""
        match order.body:
            case UseLimitSet(subsystem):
                address = self._plant.subsystem(subsystem)
                if address is None or not address.tell(order):
                    return self._not_served("子系统", "subsystem", subsystem)
            case RetryDevice(device):
                found = self._plant.site.devices.get(device)
                supervisor = self._plant.supervisor(found.subsystem) if found is not None else None
                if found is None or supervisor is None or not supervisor.tell(Retry(device)):
                    return self._not_served("设备", "device", device)
                detail = said(f"正在重试{in_chinese(found)}", f"{device} is tried again")
                order.reply(result(order, Stage.DONE, detail, time.time_ns()))
            case body:
                device = getattr(body, "device", "")
                address = self._plant.device(device)
                if address is None:
                    return self._not_served("设备", "device", device)
                if not address.tell(order):
                    return said(
                        f"{in_chinese(self._plant.site.devices[device])}的程序正在重启或已停用；没有发送",
                        f"{device} is being restarted or set aside; nothing was sent",
                    )
        return None

    def _not_served(self, zh: str, en: str, name: str) -> str:
        process = self._node.name
        return said(f"{zh} {name} 不由进程 {process} 管理", f"{en} {name!r} is not served by {process}")

    def _end_interrupted(self) -> None:
        """Commands that a crash cut off: nobody can say how far they came, and they are not repeated."""
        for id_ in self._conditions.interrupted():
            detail = said(
                f"结果未知时进程 {self._node.name} 已结束",
                f"{self._node.name} ended before the result was known",
            )
            answer = CommandResult(id_, Stage.UNKNOWN, detail, None, time.time_ns())
            self._conditions.append(CONDITIONS.encode(answer), finishes=id_)


def main() -> int:
    told = parse("field")
    return Node(told.name, told.paths).run(lambda node: Field(node).start())


if __name__ == "__main__":
    quit_now(main())
