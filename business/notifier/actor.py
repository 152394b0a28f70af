"""The actor that drives it all: follows the alarm journal, keeps what is decided, and hands messages over.

Whatever is decided is on the disk before anything of it is done, and what a provider says is kept before
anything follows from it. A message is marked as under way before its request: after a kill nobody knows
whether such a one has gone, so it goes again, once where the provider cannot tell that it is the same.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from actors.actor import Actor
from actors.channels.command import Envelope, Reply
from actors.journal_reader import JournalReader
from actors.life import Listener
from actors.messages import CommandResult, RequestRow, Stage
from actors.said import in_both, said
from actors.zone import ConfigurationApplied
from business.notifier.calls import Outbound
from business.notifier.channels.port import (
    Answer,
    BadAccount,
    BadMessage,
    BadReceiver,
    Handed,
    NotHanded,
    Outgoing,
    Receipt,
    ReceiptKind,
    TryLater,
    Unclear,
)
from business.notifier.composing import approval_for, variables_of
from business.notifier.directory import DIRECTORY
from business.notifier.engine import Engine, Owed
from business.notifier.hearing import Hearing
from business.notifier.lines import Line, Lines
from business.notifier.messages import (
    AnswerByLink,
    CheckReachable,
    MessageState,
    ProviderCalled,
    SayProgress,
    SendMessage,
    TellDirectory,
)
from business.notifier.reach import CRITICAL
from business.notifier.store import NotifierStore
from config.notification import Medium
from config.notify_events import EVENTS
from config.site import Site

logger = logging.getLogger(__name__)

PAGE: Final = 500
LOOKED_AT: Final = 200
"""Waiting messages of a medium that are looked at in one round."""
POLL_S: Final = 3.0
"""Between two questions to an account, for receipts and answers."""
HEARD_NS: Final = 72 * 3600 * 10**9
"""So long a provider may take to say what became of a message."""
ASKED_AT_ONCE: Final = 100
"""References of one question."""
MOST_UNCLEAR: Final = 2
"""After that a message that may have gone twice goes another way."""
KEPT_NS: Final = 400 * 86_400 * 10**9
PURGE_S: Final = 60.0
JOURNAL, REQUESTS = "journal", "requests"
"""Marks: up to which row everything was followed."""


@dataclass(frozen=True, slots=True)
class Round:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class Requested:
    """What plans ask; asked, so that the next page comes only once it is kept."""

    rows: Sequence[RequestRow]


@dataclass(frozen=True, slots=True)
class Commanded:
    envelope: Envelope
    reply: Reply


@dataclass(frozen=True, slots=True)
class Ended:
    """A request to a provider."""

    message: str
    account: str
    outcome: Handed | NotHanded


@dataclass(frozen=True, slots=True)
class Heard:
    """What a provider has told when asked."""

    account: str
    receipts: Sequence[Receipt]
    answers: Sequence[Answer]
    problem: str


@dataclass(frozen=True, slots=True)
class Paid:
    """`core` has answered an acknowledgement."""

    owed: Owed
    result: CommandResult


@dataclass(frozen=True, slots=True)
class Outlets:
    """All may be called from any thread.

    lines: opens the accounts of a site, keeping those that are as they were.
    hand_over: by a line, calling back once.
    ask: a line for receipts and answers, calling back once; the flag says whether to ask for answers.
    acknowledge: in `core`, calling back once.
    report: figures about the notifier, for the beat and the alarms about it.
    """

    lines: Callable[[Site, Mapping[str, Line]], Lines]
    hand_over: Callable[[Line, Outgoing, Callable[[Handed | NotHanded], None]], None]
    ask: Callable[[Line, Sequence[tuple[str, str, int]], int, Callable[..., None]], None]
    acknowledge: Callable[[Owed, Callable[[CommandResult], None]], None]
    report: Callable[[Mapping[str, float], Mapping[str, Line]], None]
    clock: Callable[[], float]
    wall_ns: Callable[[], int]


Inbox = Round | Requested | Commanded | Ended | Heard | Paid | ConfigurationApplied


class Notifier(Actor):
    """Has its own thread: it waits for the disk."""

    def __init__(
        self,
        supervisor: Listener | None,
        *,
        site: Site,
        open_store: Callable[[], NotifierStore],
        journal: Callable[[], JournalReader],
        outlets: Outlets,
    ) -> None:
        super().__init__("notifier", supervisor)
        self._site = site
        self._open_store = open_store
        self._open_journal = journal
        self._out = outlets
        self._refused: dict[str, set[str]] = {}
        """Accounts that would not take a message as it is."""
        self._asked_s: dict[str, float] = {}
        self._owing: set[str] = set()
        self._purged_s = float("-inf")
        self._is_behind = False
        self._day = date.min

    # --- its life

    def setup(self) -> None:
        self._store = self._open_store()
        self._reader = self._open_journal()
        self._lines = self._out.lines(self._site, {})
        with self._store.transaction():
            self._engine = Engine(self._store, self._site, self._out.wall_ns)
            if (body := self._store.kept("directory")) is not None:
                self._engine.learn(DIRECTORY.decode(body))
            for message in self._store.sending():
                line = self._lines.all.get(message.account)
                self._unclear(message, line, said("发送途中进程中断", "the process ended while it was sent"))
        self._hearing = Hearing(self._store, self._engine, self._out.wall_ns)

    def teardown(self) -> None:
        if hasattr(self, "_store"):
            self._store.close()
            self._reader.close()

    def handle(self, message: Inbox) -> Any:
        match message:
            case Round():
                return self._round()
            case Requested(rows):
                return self._take_requests(rows)
            case Commanded(envelope, reply):
                return self._obey(envelope, reply)
            case Ended():
                return self._ended(message)
            case Heard():
                return self._heard(message)
            case Paid(owed, result):
                return self._paid(owed, result)
            case ConfigurationApplied(site):
                self._site = site
                self._engine.use(site)
                self._lines = self._out.lines(site, self._lines.all)
                self._count_today()
                return None
        return super().handle(message)

    # --- causes

    def _round(self) -> None:
        self._follow()
        going: list[tuple[Line, Outgoing]] = []
        with self._store.transaction():
            if not self._is_behind:  # else what is over already would be told
                self._engine.pass_time()
            going = list(self._pump())
        for line, outgoing in going:
            self._out.hand_over(line, outgoing, partial(self._hear_end, outgoing.id, line.account.id))
        self._ask_providers()
        self._pay()
        self._look_after()

    def _follow(self) -> None:
        try:
            newest, _ = self._reader.newest()
            mark = self._store.mark(JOURNAL)
            # A journal that is younger than the mark was replaced: what it holds is past.
            after = newest if mark is None or mark > newest else mark
            rows = self._reader.since(after, PAGE) if newest > after else ()
        except sqlite3.OperationalError as error:
            logger.warning("the alarm journal cannot be read: %s", error)
            return
        self._is_behind = len(rows) == PAGE
        if rows or mark != after:
            with self._store.transaction():
                for row in rows:
                    self._engine.follow(row)
                self._store.set_mark(JOURNAL, rows[-1].id if rows else after)
        if self._is_behind:
            self.tell_self(Round())

    def _take_requests(self, rows: Sequence[RequestRow]) -> int:
        """Up to which they are taken."""
        with self._store.transaction():
            mark = self._store.mark(REQUESTS) or 0
            for row in rows:
                if row.id > mark:
                    self._engine.ask(row)
                    mark = row.id
            self._store.set_mark(REQUESTS, mark)
        return mark

    def _obey(self, envelope: Envelope, reply: Reply) -> None:
        now_ns = self._out.wall_ns()
        why = ""
        with self._store.transaction():
            if self._store.first_time(envelope.id, now_ns):
                why = self._carry_out(envelope)
        stage = Stage.REFUSED if why and not isinstance(envelope.body, ProviderCalled) else Stage.DONE
        reply(CommandResult(envelope.id, stage, why, None, now_ns))

    def _carry_out(self, envelope: Envelope) -> str:
        """'' or why not."""
        match envelope.body:
            case SendMessage() as task:
                if task.event not in EVENTS:
                    return said(f"没有事件“{task.event}”", f"there is no event {task.event!r}")
                self._engine.send(task, envelope.id)
            case SayProgress(call, user, progress):
                return self._engine.say_progress(call, user, progress, "")
            case CheckReachable() as told:
                self._engine.check_reachable(told, envelope.id)
            case TellDirectory(time_ns, body):
                self._engine.learn(DIRECTORY.decode(body))
                self._store.keep("directory", body)
                self._store.set_mark("directory", time_ns)
            case AnswerByLink() as answer:
                return self._hearing.link(answer, envelope.id)
            case ProviderCalled() as called:
                return self._hearing.called(called, self._lines.all.get(called.account))
            case body:
                return said(
                    f"不认识的命令 {type(body).__name__}", f"{type(body).__name__} is no command here"
                )
        return ""

    # --- messages on their way

    def _pump(self) -> Iterable[tuple[Line, Outgoing]]:
        now_ns, now_s = self._out.wall_ns(), self._out.clock()
        for medium in Medium:
            for message in self._store.waiting(now_ns, medium.value, LOOKED_AT):
                choice = self._lines.choose(message, now_s, partial(self._spent, message, now_ns))
                if choice.why:
                    self._engine.failed(message, choice.why)
                elif choice.line is not None:
                    yield choice.line, self._begin(message, choice.line, now_ns, now_s)

    def _spent(self, message: Outbound, now_ns: int, line: Line) -> str:
        """Why the account takes no more for this receiver now; '' when it does."""
        account = line.account
        if account.id in self._refused.get(message.id, ()):
            return message.detail
        if message.priority > CRITICAL and self._store.is_dead(message.place):
            return said("号码无效", "there is no such number")
        for limit in account.limits:
            since_ns = now_ns - round(limit.within_s * 1e9)
            same = message.text if limit.equal else None
            if self._store.to_place(message.place, account.id, since_ns, same) >= limit.most:
                return said(
                    f"此号码在 {limit.within_s:g} 秒内已发 {limit.most} 条，达到服务商上限",
                    f"{limit.most} went to this number within {limit.within_s:g} s, which is the limit",
                )
        return ""

    def _begin(self, message: Outbound, line: Line, now_ns: int, now_s: float) -> Outgoing:
        line.begin(now_s)
        hidden = self._store.hidden(message)
        template, variables = "", {}
        if line.kind.templated:
            approval = approval_for(self._lines.approvals, line.account.id, message.event, message.language)
            assert approval is not None, "lines choose no account without one"
            template, variables = approval.template, variables_of(approval, hidden.values)
        self._store.change(
            message.id, state=MessageState.SENDING.value, account=line.account.id,
            attempts=message.attempts + 1, tried_ns=now_ns,
        )  # fmt: skip
        self._store.trace(message.id, now_ns, MessageState.SENDING.value, line.account.id)
        return Outgoing(
            message.id, hidden.to, message.language, message.title, hidden.text, template, variables,
            hidden.link, hidden.code, asks=EVENTS[message.event].answered, urgent=message.priority <= 1,
        )  # fmt: skip

    def _hear_end(self, message: str, account: str, outcome: Handed | NotHanded) -> None:
        """On the loop."""
        self.tell_self(Ended(message, account, outcome))

    def _ended(self, ended: Ended) -> None:
        line = self._lines.all.get(ended.account)
        now_ns, now_s = self._out.wall_ns(), self._out.clock()
        with self._store.transaction():
            message = self._store.message(ended.message)
            if message is None or message.state != MessageState.SENDING.value:
                return
            match ended.outcome:
                case Handed(reference, cost):
                    self._handed(message, line, reference, cost, now_ns)
                case BadReceiver() as error:
                    if line is not None:
                        line.refused()
                    self._store.bury(message, now_ns, str(error))
                    self._engine.failed(message, str(error))
                case BadMessage() as error:
                    if line is not None:
                        line.refused()
                    self._refused.setdefault(message.id, set()).add(ended.account)
                    self._again(message, ended.account, str(error), now_ns)
                case BadAccount() as error:
                    if line is not None:
                        line.out(now_ns, str(error))
                    logger.error("account %s: %s", ended.account, in_both(str(error)))
                    self._again(message, ended.account, str(error), now_ns)
                case TryLater() as error:
                    if line is not None:
                        line.paused(now_s, now_ns, str(error), error.after_s)
                    self._again(message, ended.account, str(error), now_ns)
                case Unclear() as error:
                    if line is not None:
                        line.paused(now_s, now_ns, str(error), 0.0)
                    self._unclear(message, line, str(error))

    def _handed(self, message: Outbound, line: Line | None, reference: str, cost: int, now_ns: int) -> None:
        if line is not None:
            cost = cost or line.account.cost_each
            line.well(now_ns, cost)
        self._refused.pop(message.id, None)
        self._store.change(
            message.id,
            state=MessageState.HANDED.value,
            handed_ns=now_ns,
            reference=reference,
            cost=cost,
            detail="",
        )
        self._store.trace(message.id, now_ns, MessageState.HANDED.value, message.account, reference)

    def _again(self, message: Outbound, account: str, why: str, now_ns: int) -> None:
        self._store.change(message.id, state=MessageState.WAITING.value, detail=why)
        self._store.trace(message.id, now_ns, "later", account, why)

    def _unclear(self, message: Outbound, line: Line | None, why: str) -> None:
        """Nobody knows whether it has gone. Where a second is recognised, it goes again at once."""
        now_ns = self._out.wall_ns()
        repeatable = line is not None and line.kind.repeatable
        times = message.unclear + (0 if repeatable else 1)
        self._store.trace(message.id, now_ns, "unclear", message.account, why)
        if times >= MOST_UNCLEAR:
            self._engine.failed(message, why)
            return
        self._store.change(message.id, state=MessageState.WAITING.value, unclear=times, detail=why)

    # --- what providers tell

    def _ask_providers(self) -> None:
        now_s, now_ns = self._out.clock(), self._out.wall_ns()
        for account, line in self._lines.all.items():
            if line.channel is None or now_s - self._asked_s.get(account, float("-inf")) < POLL_S:
                continue
            unheard = self._store.unheard(account, now_ns - HEARD_NS, ASKED_AT_ONCE)
            if not unheard and not line.kind.answered:
                continue
            self._asked_s[account] = float("inf")  # until it has answered
            references = [(one.reference, self._store.hidden(one).to, one.handed_ns) for one in unheard]
            with self._store.transaction():
                for one in unheard:
                    self._store.change(one.id, tried_ns=now_ns)
            since_ns = self._store.mark(f"answers/{account}") or now_ns - 600 * 10**9
            self._out.ask(line, references, since_ns, partial(self._hear, account))

    def _hear(
        self, account: str, receipts: Sequence[Receipt], answers: Sequence[Answer], problem: str
    ) -> None:
        """On the loop."""
        self.tell_self(Heard(account, receipts, answers, problem))

    def _heard(self, heard: Heard) -> None:
        self._asked_s[heard.account] = self._out.clock()
        now_ns = self._out.wall_ns()
        if heard.problem:
            logger.warning("account %s does not tell: %s", heard.account, in_both(heard.problem))
            return
        with self._store.transaction():
            for receipt in heard.receipts:
                self._receipt(heard.account, receipt)
            for answer in heard.answers:
                self._hearing.answer(heard.account, self._lines.all[heard.account].kind.medium, answer)
            if heard.answers:
                newest = max(one.time_ns for one in heard.answers)
                self._store.set_mark(f"answers/{heard.account}", min(newest, now_ns) - 60 * 10**9)

    def _receipt(self, account: str, receipt: Receipt) -> None:
        message = self._store.by_reference(account, receipt.reference)
        if message is None or message.state != MessageState.HANDED.value:
            return
        line = self._lines.all.get(account)
        if receipt.cost and receipt.cost != message.cost:
            self._store.change(message.id, cost=receipt.cost)
            if line is not None:
                line.cost_today += receipt.cost - message.cost
        if receipt.kind is ReceiptKind.DELIVERED:
            self._store.change(message.id, state=MessageState.DELIVERED.value, detail=receipt.detail)
            self._store.trace(message.id, receipt.time_ns, receipt.kind.value, account, receipt.detail)
            self._store.revive(message)
            return
        if receipt.kind is ReceiptKind.DEAD:
            self._store.bury(message, receipt.time_ns, receipt.detail)
        self._engine.failed(message, receipt.detail)

    # --- what `core` is told

    def _pay(self) -> None:
        for owed in self._engine.owed():
            if owed.call not in self._owing:
                self._owing.add(owed.call)
                self._out.acknowledge(owed, lambda result, owed=owed: self.tell_self(Paid(owed, result)))  # type: ignore[misc]

    def _paid(self, owed: Owed, result: CommandResult) -> None:
        self._owing.discard(owed.call)
        if result.stage is Stage.UNKNOWN:
            return  # `core` is away: again at the next round
        if result.stage is not Stage.DONE:
            logger.warning("%s is not acknowledged: %s", owed.subject, in_both(result.detail))
        with self._store.transaction():
            self._engine.paid(owed.call)

    # --- itself

    def _look_after(self) -> None:
        now_s, now_ns = self._out.clock(), self._out.wall_ns()
        today = datetime.fromtimestamp(now_ns / 1e9, ZoneInfo(self._site.timezone)).date()
        if today != self._day:
            self._day = today
            self._count_today()
        if now_s - self._purged_s >= PURGE_S:
            self._purged_s = now_s
            with self._store.transaction():
                self._store.purge(now_ns - KEPT_NS, PAGE)
        self._out.report(self._figures(), self._lines.all)

    def _count_today(self) -> None:
        midnight = datetime.combine(self._day, time(), ZoneInfo(self._site.timezone))
        since_ns = round(midnight.timestamp()) * 10**9
        for line in self._lines.all.values():
            line.handed_today, line.failed_today, line.cost_today = self._store.sums(
                line.account.id, since_ns
            )

    def _figures(self) -> dict[str, float]:
        lines = self._lines.all.values()
        return {
            "calls": float(sum(1 for _ in self._engine.open)),
            "accounts_in_trouble": float(sum(1 for one in lines if one.problem)),
            "dear": float(sum(1 for one in lines if one.is_dear)),
            "dead_numbers": float(self._store.dead()),
        }
