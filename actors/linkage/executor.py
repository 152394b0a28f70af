"""The executor of linkage plans: follows the alarm journal, keeps what it decides, and then carries it out.

A command is on disk under an id of its own before it is given, and the gate carries out an id once; so
whatever interrupts, nothing is lost and nothing repeated. What nobody answers any more ends as unknown.

On a disk that stays full, with the ballast gone, nothing can be kept and so nothing is done: what was decided
is forgotten, linkage says that it is off, and begins anew from the disk as soon as there is room, as after a
restart. Alarms wait for the same disk; fire outputs are the fire controller's and wait for nobody.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from actors.actor import Actor
from actors.channels.command import Envelope
from actors.codecs import CORE_COMMANDS
from actors.journal_reader import JournalReader
from actors.life import Listener, Wake
from actors.linkage import words
from actors.linkage.book import LATE_S, Book
from actors.linkage.decision import Decision
from actors.linkage.inbox import Asked, Given, Journaled, Taken
from actors.linkage.keeper import TAKEN, DiskFull, Keeper
from actors.linkage.outlets import LinkageOutlets, Pulse, Readings
from actors.linkage.rows import ns
from actors.linkage.store import Kept
from actors.messages import (
    CommandResult,
    Issuer,
    LinkageState,
    Mode,
    NoticePosted,
    OperatePoint,
    OrderRow,
    SetArea,
    Stage,
    WritePoint,
)
from actors.said import in_both, said
from actors.wire import WireError
from actors.zone import ConfigurationApplied
from config.plans import PointName
from config.site import Site

logger = logging.getLogger(__name__)

TTL_S = 30.0
"""How long a plan's command may be under way; given to the gate anew only within that."""
CHASE_S = 2.0
"""An order of which nothing was heard for so long is looked up in the record of commands."""
CHECK_S = 0.25
"""Between two looks at a feedback that is awaited."""
LOST_S = 5.0
"""A reading that has not come by then comes no more."""
IDLE_S = 1.0
STATE_S = 2.0
"""Between two messages that say that linkage lives."""
MARK_S = 1.0
"""How often the place in the journal is kept when nothing else is."""
RETRY_S = 1.0
"""Between two tries on a full disk."""
TELL_FULL_S = 60.0
"""Between two lines in the log about one."""
BATCH = 1000
JOURNAL, OPERATIONS, CLOCK = "journal", "operations", "clock"
"""Marks: up to which row, command and time everything was followed."""
ITSELF = "linkage"
DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class _Came:
    """How far an order came."""

    result: CommandResult


@dataclass(frozen=True, slots=True)
class _Read:
    readings: Readings


Inbox = Journaled | Taken | Asked | ConfigurationApplied | Wake | _Came | _Read


class Linkage(Actor):
    """Has its own thread: it waits for the disk."""

    def __init__(
        self,
        supervisor: Listener | None,
        *,
        site: Site,
        path: Path,
        journal: Path,
        outlets: LinkageOutlets,
        pulse: Pulse | None = None,
    ) -> None:
        """`journal` is `alarms.db`."""
        super().__init__("linkage", supervisor)
        self._site = site
        self._path = path
        self._out = outlets
        self._pulse = pulse or Pulse()
        self._reader = JournalReader(journal)
        self._keeper: Keeper | None = None
        self._book: Book | None = None
        self._marks: dict[str, int] = {}
        self._kept_marks: dict[str, int] = {}
        self._marked_s = self._stated_s = self._chased_s = self._read_s = 0.0
        self._tried_s = self._told_full_s = float("-inf")
        self._reading = False
        self._said: LinkageState | None = None
        # Delays and clocks of runs go by a time that no correction of the clock makes jump.
        self._start_ns, self._start_s = outlets.wall_ns(), outlets.clock()

    # --- its life

    def setup(self) -> None:
        self._keeper = Keeper(self._path, self._out.clock, self._out.on_disk_full)
        self._begin()

    def _begin(self) -> None:
        """From what is on the disk."""
        assert self._keeper is not None
        self._tried_s = self._out.clock()
        try:
            self._take_up(self._keeper.load(self._now_ns()))
        except DiskFull:
            self._pause()

    def _take_up(self, kept: Kept) -> None:
        """Raises DiskFull."""
        now_ns = self._now_ns()
        self._book = Book(self._site, next_run=kept.next_run, new_token=self._out.new_token)
        newest_row, newest_command = self._reader.newest()
        # A journal that is younger than the mark was replaced: what it holds is past.
        self._marks = {
            JOURNAL: min(kept.marks.get(JOURNAL, newest_row), newest_row),
            OPERATIONS: min(kept.marks.get(OPERATIONS, newest_command), newest_command),
            CLOCK: kept.marks.get(CLOCK, self._out.wall_ns()),
            **{name: value for name, value in kept.marks.items() if name.startswith(TAKEN)},
        }
        away_s = (self._out.wall_ns() - self._marks[CLOCK]) / 1e9
        self._book.load(kept.runs, kept.begun, kept.hands, now_ns, away_s=away_s)
        self._chase(now_ns, after_s=0.0)
        self._follow()
        self._round(now_ns)

    def handle(self, message: Inbox) -> None:
        if self._book is None:
            self._wait(message)
            return
        try:
            self._hear(message, self._book)
        except DiskFull:
            self._pause()

    def _hear(self, message: Inbox, book: Book) -> None:
        """Raises DiskFull."""
        now_ns = self._now_ns()
        match message:
            case Journaled() | Wake():
                self._follow()
            case _Came(result):
                book.answered(result.id, result.stage, result.detail, now_ns)
            case _Read(readings):
                self._reading = False
                book.readings(readings, now_ns)
            case Asked():
                self._asked(message, now_ns)
            case Taken(follower, request):
                self._marks[TAKEN + follower] = request
            case ConfigurationApplied(site):
                self._site = site
                book.use(site)
            case _:
                super().handle(message)
        self._round(now_ns)

    def _pause(self) -> None:
        """Nothing of what was decided since the last that is kept has been done: it never was decided."""
        self._book = self._said = None
        self._reading = False
        self._pulse.beat_s, self._pulse.held = 0.0, ()
        now_s, why = self._out.clock(), words.disk_is_full()
        if now_s - self._told_full_s >= TELL_FULL_S:
            self._told_full_s = now_s
            logger.critical("linkage is off: %s (%s)", in_both(why), self._path)
        self._out.publish("linkage/state/", LinkageState(self._out.wall_ns(), (), (), 0, 0, off=why))

    def _wait(self, message: Inbox) -> None:
        """For room on the disk."""
        match message:
            case ConfigurationApplied(site):
                self._site = site
            case Asked():
                self._answer(message, words.disk_is_full())
            case Journaled() | Taken() | Wake() | _Came() | _Read():
                pass  # found again in the journal and the record of commands, or asked again
            case _:
                super().handle(message)
        if self._out.clock() - self._tried_s < RETRY_S:
            return
        self._begin()
        if self._book is not None:
            logger.warning("linkage goes on: there is room on the disk again")

    def patience_s(self) -> float | None:
        if self._book is None:
            return RETRY_S
        due_ns = self._book.next_ns()
        wait_s = IDLE_S if due_ns is None else (due_ns - self._now_ns()) / 1e9
        return max(0.005, min(wait_s, CHECK_S if self._book.watched() else IDLE_S))

    def teardown(self) -> None:
        self._pulse.beat_s = 0.0
        if self._keeper is not None:
            self._keeper.close()
        self._reader.close()

    # --- what it follows

    def _follow(self) -> None:
        """Rows of the journal and what persons have operated, each once and in their order."""
        assert self._book is not None
        while rows := self._reader.since(self._marks[JOURNAL], BATCH):
            for row in rows:
                again = row.transition == "re_alarm" and self._book.is_trigger(row)
                if again and self._reader.has_begun(row):
                    continue  # its timer rings again: nothing has happened
                late = self._out.wall_ns() - row.time_ns > ns(LATE_S)
                self._book.journaled(row, self._now_ns(), late=late)
            self._marks[JOURNAL] = rows[-1].id
            self._keep()
        for command in self._reader.commands_since(self._marks[OPERATIONS], OperatePoint.__name__):
            self._marks[OPERATIONS] = command.number
            if any(stage.stage is Stage.REFUSED for stage in command.stages):
                continue
            try:
                operated = CORE_COMMANDS.decode(command.body)
            except WireError as error:
                logger.warning("command %s cannot be read: %s", command.id, error)
                continue
            point = PointName(operated.device, operated.point)
            self._book.operated(point, command.id, command.user, operated.value, self._now_ns())

    def _asked(self, asked: Asked, now_ns: int) -> None:
        assert self._book is not None
        answer = self._book.command(asked.command, asked.issuer.user, now_ns)
        if not isinstance(answer, str):
            try:
                self._keep()  # answered once it is on disk
            except DiskFull:
                self._answer(asked, words.disk_is_full())
                raise
        self._answer(asked, answer)

    def _answer(self, asked: Asked, answer: str | int) -> None:
        """Why not, or the run that was opened (0: none)."""
        if isinstance(answer, str):
            result = CommandResult(asked.id, Stage.REFUSED, answer, None, self._out.wall_ns())
        else:
            opened = str(answer) if answer else None
            result = CommandResult(asked.id, Stage.DONE, said("已执行", "done"), opened, self._out.wall_ns())
        asked.reply(result)

    # --- a round

    def _round(self, now_ns: int) -> None:
        assert self._book is not None
        wall_ns, now_s = self._out.wall_ns(), self._out.clock()
        if wall_ns > self._marks[CLOCK]:
            self._book.clock(self._marks[CLOCK], wall_ns, now_ns)
            self._marks[CLOCK] = wall_ns
        if now_s - self._chased_s >= CHASE_S:
            self._chase(now_ns, after_s=CHASE_S)
        self._book.tick(now_ns)
        self._keep()
        watched = self._book.watched()
        since_s = now_s - self._read_s
        if watched and since_s >= (LOST_S if self._reading else CHECK_S):
            self._ask(watched)
        self._state(now_ns, now_s)
        self._pulse.beat_s = now_s
        assert self._keeper is not None
        self._keeper.purge(now_ns - self._site.settings.linkage_keep_days * DAY_NS, self._marks)

    def _keep(self) -> None:
        """Keep what was decided, then carry it out."""
        assert self._book is not None
        decision = self._book.take()
        now_s = self._out.clock()
        if decision.is_empty:
            if self._marks != self._kept_marks and now_s - self._marked_s >= MARK_S:
                self._save(decision)
            return
        self._save(decision)
        for order in decision.orders:
            self._give(order)
        for call in decision.calls:
            kind = "notice" if isinstance(call, NoticePosted) else "call"
            self._out.publish(f"linkage/{kind}/", call)
        if decision.reads:
            self._ask(decision.reads)

    def _save(self, decision: Decision) -> None:
        assert self._keeper is not None
        self._keeper.save(decision, self._marks)
        self._kept_marks = dict(self._marks)
        self._marked_s = self._out.clock()

    def _give(self, order: OrderRow) -> None:
        body = self._body(order)
        envelope = Envelope(
            order.id, Issuer(ITSELF, "", str(order.run)), TTL_S, self._out.clock() + TTL_S, body
        )
        self._out.gate.tell(Given(envelope, self._came))

    def _body(self, order: OrderRow) -> WritePoint | SetArea:
        assert self._book is not None
        if order.device:
            return WritePoint(order.device, order.point, order.value)
        plan, step = self._book.step_of(order)
        until_ns = self._out.wall_ns() + ns(3600 * step.hours)
        reason = said(plan.name.zh, plan.name.en)
        return SetArea(Mode.SHELVED, step.zone, "", step.alarm_class, until_ns, reason)

    def _came(self, result: CommandResult) -> None:
        """From any thread."""
        self.tell_self(_Came(result))

    def _ask(self, points: set[PointName]) -> None:
        self._reading, self._read_s = True, self._out.clock()
        self._out.read(frozenset(points), lambda readings: self.tell_self(_Read(readings)))

    def _chase(self, now_ns: int, *, after_s: float) -> None:
        """Find out what came of orders of which nothing was heard."""
        assert self._book is not None
        self._chased_s = self._out.clock()
        for order in self._book.open_orders():
            age_s = (now_ns - order.time_ns) / 1e9
            if age_s < after_s:
                continue
            stages = self._reader.stages(order.id)
            if stages:
                for result in stages:
                    self._book.answered(order.id, result.stage, result.detail, now_ns)
            elif age_s < TTL_S:
                self._give(order)
            else:
                self._book.answered(order.id, Stage.REFUSED, words.not_given_in_time(), now_ns)

    def _state(self, now_ns: int, now_s: float) -> None:
        """Say that linkage lives, and what it does."""
        assert self._book is not None
        state = self._book.state(now_ns)
        news = self._said is None or (state.runs, state.held) != (self._said.runs, self._said.held)
        if news or now_s - self._stated_s >= STATE_S:
            self._stated_s, self._said, self._pulse.held = now_s, state, state.held
            self._out.publish("linkage/state/", state)

    def _now_ns(self) -> int:
        return self._start_ns + ns(self._out.clock() - self._start_s)
