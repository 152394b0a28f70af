"""The command gate of `core`: who may, recorded before it is carried out, at most once for ever."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from actors.actor import Actor
from actors.alarm_requests import Request
from actors.alarm_tables import CommandRecord
from actors.board import Rule
from actors.channels.command import Envelope, Reply
from actors.command_checks import problem, process_of, zone_of
from actors.dispatcher import Dispatcher
from actors.intake import Part, Ready, Resume
from actors.journal_entries import LoadOpenCommands, RecordCommand, RecordStage
from actors.life import Listener
from actors.linkage.inbox import Asked, Given
from actors.messages import (
    AcknowledgeAlarm,
    ApplyConfiguration,
    CommandResult,
    EndArea,
    Issuer,
    OperatePoint,
    RaiseEvent,
    SelectPoint,
    SetArea,
    Stage,
    WritePoint,
)
from actors.outlets import Tell
from actors.permissions import LINKAGE, PERMISSIONS, URGENT
from actors.said import said
from actors.selection import Selections, selected
from actors.zone import Ask, ConfigurationApplied, Tick
from config.site import Site

logger = logging.getLogger(__name__)

CLOCK_LIMIT_S = 5.0
"""How far the clock of a process may be off before commands for it are refused."""
GRACE_S = 60.0
"""How long after its time to live a command may still get its result before it counts as unknown."""


OFFICE = Issuer("office", "", "")
"""The process itself: only it has no session, and it tells plans what has happened in the business."""


NOTIFIER = "notifier"
"""The session of an answer from outside: the notifier has called this person by the site's own policies, and
has seen that the answer is his."""


class Authority(Protocol):
    """Who may do what, asked at the moment of execution."""

    def refusal(self, issuer: Issuer, command: object, /) -> str | None:
        """Why not, or None."""

    def remember(self) -> object:
        """Look who is there, for when nobody can be asked; called every second, never raises."""


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
    forward: to a field process, which answers with one or more results.
    apply_configuration: likewise.
    show: a result that nobody waits for any more.
    clock_offset_s: how far the clock of a process is off; None while it is not known.
    """

    journal: Tell
    linkage: Tell
    zones: Callable[[str], Tell | None]
    board: Tell
    authority: Authority
    encode: Callable[[Any], bytes]
    forward: Callable[[str, Envelope, Reply], object]
    apply_configuration: Callable[[int, Issuer, Callable[[Stage, str], object]], object]
    show: Callable[[CommandResult], object]
    clock_offset_s: Callable[[str], float | None]
    ready: Ready
    clock: Callable[[], float]
    wall_ns: Callable[[], int]


@dataclass(slots=True)
class _Open:
    envelope: Envelope
    process: str
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
        self._open: dict[str, _Open] = {}

    def setup(self) -> None:
        self._outlets.journal.tell(LoadOpenCommands(lambda commands: self.tell_self(_Interrupted(commands))))
        self._outlets.ready("", self.tell_self, started=True)

    def handle(self, message: Inbox) -> None:
        match message:
            case Received(envelope, reply):
                self._take(envelope, reply, self._refusal)
            case Given(envelope, reply):
                self._take(envelope, reply, self._refusal_of_plan)
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
            case Resume():
                pass  # results are applied once, in whatever order they come
            case _:
                super().handle(message)

    # --- before it is carried out

    def _take(self, envelope: Envelope, reply: Reply, refusal: Callable[[Envelope], str | None]) -> None:
        if (known := self._open.get(envelope.id)) is not None:
            known.replies.append(reply)
            return
        refused = refusal(envelope)
        process = "" if refused else process_of(self._site, envelope.body)
        opened = _Open(envelope, process, [reply])
        if refused:
            opened.final = self._result(envelope.id, Stage.REFUSED, refused)
        elif isinstance(envelope.body, SelectPoint):
            opened.final = self._select(envelope, envelope.body)
        self._open[envelope.id] = opened
        body = envelope.body
        record = CommandRecord(
            envelope.id, type(body).__name__, self._outlets.encode(body), envelope.issuer, process,
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

    def _refusal(self, envelope: Envelope) -> str | None:
        """Why a person's command is not carried out now, or None."""
        body = envelope.body
        if type(body) not in PERMISSIONS:
            kind = type(body).__name__
            return said(f"{kind} 不是可在此下达的命令", f"{kind} is not a command of the gate")
        if refused := self._expired(envelope):
            return refused
        is_news = isinstance(body, RaiseEvent) and envelope.issuer == OFFICE
        is_answer = isinstance(body, AcknowledgeAlarm) and envelope.issuer.session == NOTIFIER
        if (
            not is_news
            and not is_answer
            and (refused := self._outlets.authority.refusal(envelope.issuer, body))
        ):
            return refused
        if refused := self._unmeant(body):
            return refused
        if isinstance(body, OperatePoint):
            return self._selections.operate(envelope.issuer, body, self._outlets.clock())
        return None

    def _refusal_of_plan(self, envelope: Envelope) -> str | None:
        """Why a plan's command is not: nobody's permission is asked, its configuration was approved."""
        return self._expired(envelope) or self._unmeant(envelope.body)

    def _expired(self, envelope: Envelope) -> str | None:
        if not envelope.has_expired(self._outlets.clock()):
            return None
        return said(
            f"命令已超过 {envelope.ttl_s:g} s 的有效期；请重新下达",
            f"it is older than its {envelope.ttl_s:g} s to live; give the command again",
        )

    def _unmeant(self, body: object) -> str | None:
        """Why the command makes no sense now, whoever gives it."""
        if refused := problem(self._site, body):
            return refused
        process = process_of(self._site, body)
        off_s = self._outlets.clock_offset_s(process) if process else None
        if off_s is not None and abs(off_s) > CLOCK_LIMIT_S:
            return said(
                f"进程 {process} 的时钟偏差 {off_s:.1f} s，超过 {CLOCK_LIMIT_S:g} s；请校时后重新下达",
                f"the clock of {process} is off by {off_s:.1f} s, more than {CLOCK_LIMIT_S:g} s; "
                "set its clock, then give the command again",
            )
        return None

    def _select(self, envelope: Envelope, command: SelectPoint) -> CommandResult:
        selection = self._selections.select(envelope.issuer, command, self._outlets.clock())
        if isinstance(selection, str):
            return self._result(envelope.id, Stage.REFUSED, selection)
        device = self._site.devices[command.device]
        point = device.template.points[device.template.index[command.point]]
        return self._result(envelope.id, Stage.DONE, selected(device, point, command.value), selection.id)

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
        match envelope.body:
            case command if isinstance(command, Request):
                zone = self._outlets.zones(zone_of(self._site, command.device))
                told = zone is not None and zone.tell(Ask(envelope.id, command, envelope.issuer, came))
                if told is False:
                    detail = said(
                        "该报警区域正在重启；请重新操作",
                        "the alarm zone is being restarted; do it again",
                    )
                    self._record(self._result(envelope.id, Stage.FAILED, detail))
            case SetArea() | EndArea() as command:
                if self._outlets.board.tell(Rule(envelope.id, command, envelope.issuer, came)) is False:
                    detail = said(
                        "报警公告板正在重启；请重新操作", "the board is being restarted; do it again"
                    )
                    self._record(self._result(envelope.id, Stage.FAILED, detail))
            case command if type(command) in LINKAGE:
                told = self._outlets.linkage.tell(Asked(envelope.id, command, envelope.issuer, came))
                if told is False:
                    detail = said(
                        "联动正在重启或已停用；请稍后再试",
                        "linkage is being restarted or set aside; try again",
                    )
                    self._record(self._result(envelope.id, Stage.FAILED, detail))
            case ApplyConfiguration(version):
                self._outlets.apply_configuration(
                    version,
                    envelope.issuer,
                    lambda stage, detail: came(self._result(envelope.id, stage, detail)),
                )
            case OperatePoint(_, device, point, value):
                order = replace(envelope, body=WritePoint(device, point, value))
                self._outlets.forward(opened.process, order, came)
            case _:
                self._outlets.forward(opened.process, envelope, came)

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
                who = opened.process or "core"
                detail = said(
                    f"{who} 没有回报结果；命令可能已生效",
                    f"{who} has not said what came of it; it may have taken effect",
                )
                self._record(self._result(id_, Stage.UNKNOWN, detail))

    def _result(self, id_: str, stage: Stage, detail: str, value: float | str | None = None) -> CommandResult:
        return CommandResult(id_, stage, detail, value, self._outlets.wall_ns())
