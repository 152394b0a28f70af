"""The command gate of `core`: who may, recorded before it is carried out, at most once for ever."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from actors.actor import Actor
from actors.alarm_requests import Request
from actors.alarm_tables import CommandRecord
from actors.board import Rule
from actors.channels.command import Envelope, Reply
from actors.command_checks import processes_of, zone_of
from actors.dispatcher import Dispatcher
from actors.intake import Part, Ready, Resume
from actors.journal_entries import LoadOpenCommands, RecordCommand, RecordStage
from actors.life import Listener
from actors.linkage.inbox import Asked, Given
from actors.messages import (
    ApplyConfiguration,
    CommandResult,
    EndArea,
    Issuer,
    OperatePoint,
    SelectionsOpen,
    SelectPoint,
    SetArea,
    Stage,
    WithdrawSelection,
    WritePoint,
)
from actors.outlets import Tell
from actors.permissions import LINKAGE, URGENT
from actors.refusals import Authority, Refusals
from actors.said import said
from actors.selection import Selection, Selections, selected, told
from actors.zone import Ask, ConfigurationApplied, Tick
from config.site import Site

ZONE_RESTARTS = said("该报警区域正在重启；请重新操作", "the alarm zone is being restarted; do it again")
BOARD_RESTARTS = said("报警公告板正在重启；请重新操作", "the board is being restarted; do it again")
LINKAGE_RESTARTS = said(
    "联动正在重启或已停用；请稍后再试", "linkage is being restarted or set aside; try again"
)

GRACE_S = 60.0
"""How long after its time to live a command may still get its result before it counts as unknown."""


@dataclass(frozen=True, slots=True)
class Received:
    """What the command server hands over."""

    envelope: Envelope
    reply: Reply


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The command is on disk; `known` is what was known of an earlier one with its id."""

    id: str
    known: tuple[CommandResult, ...] | None


@dataclass(frozen=True, slots=True)
class _Came:
    """A result, from whoever carries the command out."""

    result: CommandResult


@dataclass(frozen=True, slots=True)
class _Ended:
    id: str


@dataclass(frozen=True, slots=True)
class _Interrupted:
    """Commands without an end, of an earlier incarnation: (id, process)."""

    commands: tuple[tuple[str, str], ...]


Inbox = (
    Received | Given | Part | Resume | Tick | ConfigurationApplied | _Recorded | _Came | _Ended | _Interrupted
)


@dataclass(frozen=True, slots=True)
class GateOutlets:
    """Where the gate asks and whom it tells. All callables may be called from any thread.

    encode: the command for the record.
    forward: to field processes, which together answer with one or more results.
    apply_configuration: likewise.
    show: a result that nobody waits for any more.
    publish: what waits for a second person.
    clock_offset_s: how far the clock of a process is off; None while it is not known.
    """

    journal: Tell
    linkage: Tell
    zones: Callable[[str], Tell | None]
    board: Tell
    authority: Authority
    encode: Callable[[Any], bytes]
    forward: Callable[[tuple[str, ...], Envelope, Reply], object]
    apply_configuration: Callable[[int, Issuer, Callable[[Stage, str], object]], object]
    show: Callable[[CommandResult], object]
    publish: Callable[[SelectionsOpen], object]
    clock_offset_s: Callable[[str], float | None]
    ready: Ready
    clock: Callable[[], float]
    wall_ns: Callable[[], int]


@dataclass(slots=True)
class _Open:
    envelope: Envelope
    processes: tuple[str, ...]
    replies: list[Reply] = field(default_factory=list)
    final: CommandResult | None = None
    """How the gate itself ended it, while that is being recorded."""


class Gate(Actor):
    """Every write passes here. Give it a thread of its own unless its authority never blocks."""

    def __init__(
        self,
        supervisor: Listener | None,
        *,
        site: Site,
        outlets: GateOutlets,
        new_id: Callable[[], str],
        dispatcher: Dispatcher | None = None,
    ) -> None:
        super().__init__("gate", supervisor, dispatcher=dispatcher)
        self._site = site
        self._outlets = outlets
        self._selections = Selections(new_id)
        self._refusals = Refusals(outlets.authority, self._selections, outlets.clock, outlets.clock_offset_s)
        self._waiting: tuple[Selection, ...] | None = None
        """For a second person, as last told."""
        self._open: dict[str, _Open] = {}

    def setup(self) -> None:
        self._outlets.journal.tell(LoadOpenCommands(lambda commands: self.tell_self(_Interrupted(commands))))
        self._outlets.ready("", self.tell_self, started=True)
        self._tell_waiting()

    def handle(self, message: Inbox) -> None:
        match message:
            case Received(envelope, reply):
                self._take(envelope, reply, self._refusals.of_person)
            case Given(envelope, reply):
                self._take(envelope, reply, self._refusals.of_plan)
            case _Recorded(id_, known):
                self._recorded(id_, known)
            case _Came(result):
                self._record(result)
            case _Ended(id_):
                self._open.pop(id_, None)
            case Part(results=results, done=done):
                for result in results[:-1]:
                    self._record(result)
                self._record(results[-1], done)
            case _Interrupted(commands):
                for id_, process in commands:
                    what = process or "core"
                    detail = said(
                        f"命令在送往 {what} 的途中因重启而中断；可能已生效",
                        f"interrupted by a restart on its way to {what}; it may have taken effect",
                    )
                    self._record(self._result(id_, Stage.UNKNOWN, detail))
            case ConfigurationApplied(site):
                self._site = site
            case Tick():
                self._outlets.authority.remember()
                self._outlets.ready("", self.tell_self, started=False)
                self._give_up()
                self._tell_waiting()
            case Resume():
                pass  # results are applied once, in whatever order they come
            case _:
                super().handle(message)

    # --- before it is carried out

    def _take(
        self, envelope: Envelope, reply: Reply, refusal: Callable[[Site, Envelope], str | None]
    ) -> None:
        if (known := self._open.get(envelope.id)) is not None:
            known.replies.append(reply)
            return
        refused = refusal(self._site, envelope)
        processes = () if refused else processes_of(self._site, envelope.body)
        opened = _Open(envelope, processes, [reply])
        if refused:
            opened.final = self._result(envelope.id, Stage.REFUSED, refused)
        elif isinstance(envelope.body, SelectPoint):
            opened.final = self._select(envelope, envelope.body)
        elif isinstance(envelope.body, WithdrawSelection):
            opened.final = self._result(envelope.id, Stage.DONE, said("已撤回", "withdrawn"))
        self._tell_waiting()
        self._open[envelope.id] = opened
        body = envelope.body
        record = CommandRecord(
            envelope.id, type(body).__name__, self._outlets.encode(body), envelope.issuer, _names(processes),
            envelope.ttl_s, self._outlets.wall_ns(),
        )  # fmt: skip
        first = opened.final or self._result(envelope.id, Stage.ACCEPTED, "")
        # A refusal that cannot be recorded is told: nothing comes of it, and nobody waits for the disk.
        is_urgent = type(body) in URGENT and opened.final is None
        no_space = None if is_urgent else partial(self._no_space, envelope.id, reply)
        self._outlets.journal.tell(
            RecordCommand(
                record, (first,), lambda known: self.tell_self(_Recorded(envelope.id, known)), no_space
            )
        )

    def _select(self, envelope: Envelope, command: SelectPoint) -> CommandResult:
        device = self._site.devices[command.device]
        point = device.template.point(command.point)
        two_person = point.write is not None and point.write.two_person
        now_s = self._outlets.clock()
        selection = self._selections.select(envelope.issuer, command, now_s, two_person=two_person)
        if isinstance(selection, str):
            return self._result(envelope.id, Stage.REFUSED, selection)
        return self._result(envelope.id, Stage.DONE, selected(device, point, command.value), selection.id)

    def _tell_waiting(self) -> None:
        now_s = self._outlets.clock()
        waiting = self._selections.waiting(now_s)
        if waiting == self._waiting:
            return
        self._waiting = waiting
        self._outlets.publish(told(waiting, self._outlets.wall_ns() - int(now_s * 1e9)))

    def _no_space(self, id_: str, reply: Reply) -> None:
        detail = said(
            "磁盘已满：不能记录的命令不予执行",
            "the disk is full: what cannot be recorded is not carried out",
        )
        reply(self._result(id_, Stage.REFUSED, detail))
        self.tell_self(_Ended(id_))

    # --- carrying it out

    def _recorded(self, id_: str, known: tuple[CommandResult, ...] | None) -> None:
        opened = self._open.get(id_)
        if opened is None:
            return
        envelope = opened.envelope
        ended = (opened.final,) if opened.final is not None else None
        if (answers := ended if known is None else known) is not None:
            del self._open[id_]
            for reply in opened.replies:
                for result in answers:
                    reply(result)
            return
        for reply in opened.replies:
            reply(self._result(id_, Stage.ACCEPTED, ""))
        if envelope.has_expired(self._outlets.clock()):
            detail = said(
                f"记录期间命令已超过 {envelope.ttl_s:g} s 的有效期；没有发送",
                f"it outlived its {envelope.ttl_s:g} s while it was recorded; nothing was sent",
            )
            self._record(self._result(id_, Stage.FAILED, detail))
            return
        self._carry_out(opened)

    def _carry_out(self, opened: _Open) -> None:
        envelope, came = opened.envelope, self._came
        id_, issuer = envelope.id, envelope.issuer
        match envelope.body:
            case command if isinstance(command, Request):
                zone = self._outlets.zones(zone_of(self._site, command.device))
                self._hand(zone, Ask(id_, command, issuer, came), ZONE_RESTARTS)
            case SetArea() | EndArea() as command:
                self._hand(self._outlets.board, Rule(id_, command, issuer, came), BOARD_RESTARTS)
            case command if type(command) in LINKAGE:
                self._hand(self._outlets.linkage, Asked(id_, command, issuer, came), LINKAGE_RESTARTS)
            case ApplyConfiguration(version):
                self._outlets.apply_configuration(
                    version, issuer, lambda stage, detail: came(self._result(id_, stage, detail))
                )
            case OperatePoint(_, device, point, value):
                order = replace(envelope, body=WritePoint(device, point, value))
                self._outlets.forward(opened.processes, order, came)
            case _:
                self._outlets.forward(opened.processes, envelope, came)

    def _hand(self, to: Tell | None, message: Ask | Rule | Asked, otherwise: str) -> None:
        """To an actor of this process; `otherwise` is said of one that takes nothing now."""
        if to is None or to.tell(message) is False:
            self._record(self._result(message.id, Stage.FAILED, otherwise))

    def _came(self, result: CommandResult) -> None:
        """From any thread."""
        self.tell_self(_Came(result))

    # --- what came of it

    def _record(self, result: CommandResult, done: Callable[[], object] | None = None) -> None:
        """Record how far a command came; if that was news, tell whoever waits."""
        opened = self._open.get(result.id)
        replies = list(opened.replies) if opened is not None else [self._outlets.show]

        def recorded(news: bool) -> None:  # noqa: FBT001
            if news:
                for reply in replies:
                    reply(result)
                if result.stage.is_final:
                    self.tell_self(_Ended(result.id))
            if done is not None:
                done()

        self._outlets.journal.tell(RecordStage(result, recorded))

    def _give_up(self) -> None:
        now_s = self._outlets.clock()
        for id_, opened in self._open.items():
            if now_s > opened.envelope.deadline_s + GRACE_S:
                who = _names(opened.processes) or "core"
                detail = said(
                    f"{who} 没有回报结果；命令可能已生效",
                    f"{who} has not said what came of it; it may have taken effect",
                )
                self._record(self._result(id_, Stage.UNKNOWN, detail))

    def _result(self, id_: str, stage: Stage, detail: str, value: float | str | None = None) -> CommandResult:
        return CommandResult(id_, stage, detail, value, self._outlets.wall_ns())


def _names(processes: tuple[str, ...]) -> str:
    return ", ".join(processes)
