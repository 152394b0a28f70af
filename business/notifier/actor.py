"""The actor that drives it all: follows the alarm journal, keeps what is decided, and hands messages over.

Whatever is decided is on the disk before anything of it is done, and what a provider says is kept before
anything follows from it.
"""

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from actors.actor import Actor
from actors.channels.command import Envelope, Reply
from actors.journal_reader import JournalReader
from actors.life import Listener
from actors.messages import CommandResult, RequestRow, Stage
from actors.said import in_both, said
from actors.wire import WireError
from actors.zone import ConfigurationApplied
from business.notifier.calls import ALARM
from business.notifier.channels.port import (
    Handed,
    NotHanded,
)
from business.notifier.directory import DIRECTORY
from business.notifier.engine import Engine, Owed, subject_of
from business.notifier.hearing import Hearing
from business.notifier.inbox import (
    Commanded,
    Ended,
    Heard,
    Inbox,
    Kept,
    Outlets,
    Paid,
    Requested,
    Round,
    Told,
    Writing,
)
from business.notifier.lines import Line
from business.notifier.messages import (
    AnswerByLink,
    CheckReachable,
    NoticePlayed,
    ProviderCalled,
    SayProgress,
    SendMessage,
    TellDirectory,
)
from business.notifier.sending import Sending
from business.notifier.state import Figures
from business.notifier.store import NotifierStore
from config.notification import Medium
from config.notify_events import EVENTS
from config.site import Site

logger = logging.getLogger(__name__)

MEDIA: Final = frozenset({"", *Medium})
PAGE: Final = 500
POLL_S: Final = 3.0
"""Between two questions to an account, for receipts and answers."""
BACK_NS: Final = 600 * 10**9
"""What a provider has heard so long before the newest may come late."""
KEPT_NS: Final = 400 * 86_400 * 10**9
PURGE_S: Final = 60.0
LOOK_S: Final = 2.0
"""Between two reports of how the notifier is."""
TEST_NS: Final = 8 * 86_400 * 10**9
"""A test that nobody answered is told of until the one a week later."""
JOURNAL, REQUESTS, ANSWERS, DIRECTORY_ = "journal", "requests", "answers/", "directory"
"""Marks: up to which row, or time, everything was followed."""


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
        self._asked_s: dict[str, float] = {}
        self._owing: set[str] = set()
        self._purged_s = self._looked_s = float("-inf")
        self._is_behind = self._is_blind = False

    # --- its life

    def setup(self) -> None:
        self._store = self._open_store()
        self._reader = self._open_journal()
        with self._store.transaction():
            lost = self._store.forget_unreadable()
            self._engine = Engine(self._store, self._site, self._out.wall_ns)
            if (body := self._store.kept(DIRECTORY_)) is not None:
                self._remember(body)
            if lost:
                self._begin_again(lost)
            lines = self._out.lines(self._site, {})
            self._sending = Sending(self._store, self._engine, lines, self._out.clock, self._out.wall_ns)
            self._sending.take_up()
        self._hearing = Hearing(self._store, self._engine, self._sending, self._out.wall_ns)

    def _remember(self, body: bytes) -> None:
        try:
            self._engine.learn(DIRECTORY.decode(body))
        except WireError as error:
            logger.error("who is who is not known until the office tells it: %s", error)  # noqa: TRY400

    def _begin_again(self, lost: Mapping[str, str]) -> None:
        """Calls that another version wrote: those for alarms begin anew from the journal; what was sent for
        them is not sent again."""
        logger.error("%d open calls are of another version; those for alarms begin anew", len(lost))
        began = [int(one.removeprefix(f"{ALARM}/")) for one in lost if one.startswith(f"{ALARM}/")]
        after, mark = min(began, default=0) - 1, self._store.mark(JOURNAL) or 0
        try:
            while began and after < mark and (rows := self._reader.since(after, PAGE)):
                for row in rows:
                    if row.id <= mark and subject_of(row) in lost.values():
                        self._engine.follow(row)
                after = rows[-1].id
        except sqlite3.OperationalError as error:
            logger.error("the alarm journal cannot be read: %s", error)  # noqa: TRY400

    def teardown(self) -> None:
        if hasattr(self, "_store"):
            self._store.close()
            self._reader.close()

    def handle(self, message: Inbox) -> Any:
        match message:
            case Round(begun):
                begun()
                return self._round()
            case Requested(rows):
                return self._take_requests(rows)
            case Commanded(envelope, reply):
                return self._obey(envelope, reply)
            case Writing(id_, kept):
                with self._store.transaction():
                    self._sending.writing(id_)
                return kept()
            case Ended():
                return self._ended(message)
            case Heard():
                return self._heard(message)
            case Paid(owed, result):
                return self._paid(owed, result)
            case ConfigurationApplied(site):
                self._site = site
                self._engine.use(site)
                self._sending.use(self._out.lines(site, self._sending.lines.all))
                return None
        return super().handle(message)

    # --- causes

    def _round(self) -> None:
        self._follow()
        self._move(self._pass_time)
        self._ask_providers()
        self._pay()
        self._look_after()

    def _pass_time(self) -> None:
        if not self._is_behind:  # else what is over already would be told
            self._engine.pass_time()
            self._engine.check_weekly()

    def _move(self, decide: Callable[[], None]) -> None:
        """Decide in one transaction with what goes because of it, then hand that over."""
        with self._store.transaction():
            decide()
            self._sending.count(ZoneInfo(self._site.timezone))
            going = list(self._sending.begin())
        for line, outgoing in going:
            id_ = outgoing.id
            writing, ended = partial(self._hear_writing, id_), partial(self._hear_end, id_, line)
            self._out.hand_over(line, outgoing, writing, ended)

    def _follow(self) -> None:
        try:
            newest, _ = self._reader.newest()
            mark = self._store.mark(JOURNAL)
            # A journal that is younger than the mark was replaced: what it holds is past.
            after = newest if mark is None or mark > newest else mark
            rows = self._reader.since(after, PAGE) if newest > after else ()
        except sqlite3.OperationalError as error:
            if not self._is_blind:
                logger.warning("the alarm journal cannot be read: %s", error)
            self._is_blind = True
            return
        self._is_blind = False
        self._is_behind = len(rows) == PAGE
        if rows or mark != after:
            with self._store.transaction():
                for row in rows:
                    self._engine.follow(row)
                self._store.set_mark(JOURNAL, rows[-1].id if rows else after)

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
        told = why = ""
        with self._store.transaction():
            if self._store.first_time(envelope.id, now_ns):
                told, why = self._carry_out(envelope)
        stage = Stage.REFUSED if why and not told else Stage.DONE
        reply(CommandResult(envelope.id, stage, told or why, None, now_ns))

    def _carry_out(self, envelope: Envelope) -> tuple[str, str]:
        """What whoever asked is told, and why it does not count."""
        match envelope.body:
            case SendMessage() as task:
                if task.event not in EVENTS:
                    return "", said(f"没有事件“{task.event}”", f"there is no event {task.event!r}")
                if task.medium not in MEDIA or (task.receiver and not task.medium):
                    return "", said(
                        f"没有渠道类型“{task.medium}”；可用 {', '.join(Medium)}",
                        f"there is no medium {task.medium!r}; there are {', '.join(Medium)}",
                    )
                self._engine.send(task, envelope.id)
            case SayProgress(call, user, progress):
                return "", self._engine.say_progress(call, user, progress, "")
            case CheckReachable() as told:
                self._engine.check_reachable(told, envelope.id)
            case TellDirectory(time_ns, body):
                try:
                    self._engine.learn(DIRECTORY.decode(body))
                except WireError as error:
                    return "", said(
                        f"人员目录的版本不符：{error}", f"a directory of another version: {error}"
                    )
                self._store.keep(DIRECTORY_, body)
                self._store.set_mark(DIRECTORY_, time_ns)
            case AnswerByLink() as answer:
                return "", self._hearing.link(answer, envelope.id)
            case ProviderCalled() as called:
                return self._hearing.called(called, envelope.id)
            case NoticePlayed(id_):
                self._out.played(id_)
            case body:
                name = type(body).__name__
                return "", said(f"不认识 {name}", f"{name} is no command here")
        return "", ""

    # --- what providers say

    def _hear_writing(self, message: str, kept: Kept) -> None:
        """On the loop."""
        self.tell_self(Writing(message, kept))

    def _hear_end(self, message: str, line: Line, outcome: Handed | NotHanded) -> None:
        """On the loop."""
        self.tell_self(Ended(message, line, outcome))

    def _ended(self, ended: Ended) -> None:
        self._move(lambda: self._sending.ended(ended.message, ended.line, ended.outcome))

    def _ask_providers(self) -> None:
        now_s = self._out.clock()
        for account, line in self._sending.lines.all.items():
            if line.channel is None or now_s - self._asked_s.get(account, float("-inf")) < POLL_S:
                continue
            with self._store.transaction():
                references = self._sending.unheard(account)
            since_ns = self._store.mark(ANSWERS + account) or self._out.wall_ns() - BACK_NS
            if references or line.kind.answered or line.is_out:
                self._asked_s[account] = float("inf")  # until it has answered
                self._out.ask(line, references, since_ns, partial(self._hear, account))

    def _hear(self, account: str, told: Told) -> None:
        """On the loop."""
        self.tell_self(Heard(account, told))

    def _heard(self, heard: Heard) -> None:
        now_s, now_ns = self._out.clock(), self._out.wall_ns()
        account, told = heard.account, heard.told
        self._asked_s[account] = now_s
        line = self._sending.lines.all.get(account)
        if line is None:
            return
        line.checked(now_s, now_ns, told.problem)
        with self._store.transaction():
            for receipt in told.receipts:
                self._sending.receipt(account, receipt)
            for answer in told.answers:
                self._hearing.answer(account, line.kind.medium, answer)
            if told.answers:
                newest_ns = min(max(one.time_ns for one in told.answers), now_ns)
                self._store.set_mark(ANSWERS + account, newest_ns - BACK_NS)

    # --- what `core` is told

    def _pay(self) -> None:
        for owed in self._engine.owed():
            if owed.call not in self._owing:
                self._owing.add(owed.call)
                self._out.acknowledge(owed, partial(self._hear_paid, owed))

    def _hear_paid(self, owed: Owed, result: CommandResult) -> None:
        """On whatever thread waited for it."""
        self.tell_self(Paid(owed, result))

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
        if now_s - self._purged_s >= PURGE_S:
            self._purged_s = now_s
            with self._store.transaction():
                self._store.purge(now_ns - KEPT_NS, PAGE)
        if now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            lines = self._sending.lines.all
            self._out.report(self._figures(), lines, self._store.mark(DIRECTORY_) or 0)

    def _figures(self) -> Figures:
        lines = self._sending.lines.all.values()
        return Figures(
            open_calls=sum(1 for _ in self._engine.open),
            accounts_in_trouble=sum(1 for one in lines if one.problem),
            dear=sum(1 for one in lines if one.is_dear),
            dead_numbers=self._store.dead(),
            unanswered=self._store.unanswered(self._out.wall_ns() - TEST_NS),
            uncovered=self._engine.uncovered(),
            waiting=self._store.waiting_count(),
        )
