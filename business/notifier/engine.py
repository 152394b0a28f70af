"""What is decided: who is called for what, what an answer ends, what a failure leads to.

Every method is called inside a transaction of the store, so that what is decided, the messages that follow
and how far the causes were followed are kept together. What has been decided twice is one message.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from actors.alarm_states import ACTIVE, HIDDEN
from actors.messages import JournalRow, RequestRow
from actors.said import said
from business.alarm_orders.policy import NOTHING_TO_REPAIR
from business.notifier import answering, reachability
from business.notifier.audience import Target, people_of
from business.notifier.calls import ALARM, PLAN, TEST, Call, Outbound
from business.notifier.composing import clock, line_of, of_alarm, of_plan
from business.notifier.directory import NOBODY, Directory
from business.notifier.drafting import Draft, Drafts, Receiver
from business.notifier.escalation import (
    End,
    Escalation,
    Slot,
    answer,
    is_newest,
    next_ns,
    pass_on,
    pass_time,
    put_back,
    returned,
    take,
    withdrawn,
)
from business.notifier.messages import CheckReachable, MessageState, SendMessage
from business.notifier.notes import DAY_NS, Notes
from business.notifier.policy import Cause, policy_for
from business.notifier.reach import CRITICAL, EVERYTHING, LOUD, media_for
from business.notifier.store import NotifierStore
from business.notifier.tables import SECOND_NS
from config import notify_events as events
from config.calendar import Calendar
from config.notification import Audience, Medium, Policy, Progress, Step
from config.site import Site
from config.text import Text

FALL_BACK_NS: Final = 60 * SECOND_NS
"""What no provider has taken by then goes another way."""
LONG_NS: Final = 3600 * SECOND_NS
"""After that a message of a call is worth nothing any more."""
COVER_NS: Final = 60 * SECOND_NS
"""Between two looks at the rosters of the next day."""
TESTED: Final = "tested"
"""The mark of the day of the last weekly test."""
STATIONS: Final = "@stations"
"""Whom the speakers of all stations are told as."""
_OF_PLAN: Final = Policy(
    "plan",
    Text("预案通知", "Asked for by a plan"),
    "",
    (Step(0, Audience.ON_DUTY), Step(180, Audience.LEADER), Step(360, Audience.MANAGER)),
)
"""Where no policy says otherwise: a plan has named whom it wants."""
_OVER: Final = Text("报警已恢复或撤销", "the alarm is over")
_ANSWERED: Final = Text("已有人应答", "somebody has answered")


@dataclass(frozen=True, slots=True)
class Owed:
    """An acknowledgement that `core` has not heard of yet."""

    call: str
    subject: str
    event: int
    user: str
    way: str


class Engine:
    """Keeps the calls under way in memory as the store has them. For one thread."""

    def __init__(self, store: NotifierStore, site: Site, wall_ns: Callable[[], int]) -> None:
        self._store = store
        self._wall_ns = wall_ns
        self._directory = NOBODY
        self._covered_ns = self._uncovered = 0
        self._started_ns = wall_ns()
        self._drafts = Drafts(store, site, wall_ns)
        self._notes = Notes(site, self._drafts, wall_ns)
        self.use(site)
        self._calls = {call.escalation.id: call for call in store.open_calls()}
        self._by_subject = {
            call.subject: id_ for id_, call in self._calls.items() if call.escalation.end is End.OPEN
        }

    def use(self, site: Site) -> None:
        self._site = site
        self._drafts.use(site)
        self._notes.use(site)
        self._zone = ZoneInfo(site.timezone)
        self._calendar = Calendar(site.calendar)
        self._parents = {one.id: one.parent for one in site.zones.values()}

    def learn(self, directory: Directory) -> None:
        self._directory = self._notes.directory = directory

    @property
    def directory(self) -> Directory:
        return self._directory

    @property
    def open(self) -> Iterable[Call]:
        return self._calls.values()

    # --- causes

    def follow(self, row: JournalRow) -> None:
        """A row of the alarm journal."""
        subject = subject_of(row)
        call = self._calls.get(self._by_subject.get(subject, "")) or self._given_up(subject)
        if call is not None:
            if row.annunciated and row.priority < call.escalation.cause.priority:
                self._keep(replace(call, escalation=withdrawn(call.escalation)))  # it begins anew, louder
                call = None
            else:
                call = self._goes_on(call, row)
        if row.annunciated and (call is None or call.escalation.end is not End.OPEN):
            self._begin_alarm(row, subject)

    def _given_up(self, subject: str) -> Call | None:
        """The newest call about it, if nobody answered: what becomes of the alarm ends it."""
        call = self._store.newest_call(subject)
        return call if call is not None and call.escalation.end is End.UNANSWERED else None

    def _goes_on(self, call: Call, row: JournalRow) -> Call:
        escalation = call.escalation
        if row.state in HIDDEN or row.verdict in NOTHING_TO_REPAIR:
            escalation = withdrawn(escalation)
        elif row.transition == "acknowledge" and row.user:
            escalation = answer(escalation, Progress.ACKNOWLEDGED, row.user, row.time_ns)
            call = replace(call, owed="", way="")
        if row.state not in ACTIVE and row.state not in HIDDEN:
            escalation = returned(escalation)
        elif escalation.over and row.state in ACTIVE:
            escalation = replace(escalation, over=False)
        was_over = call.escalation.over
        call = self._keep(replace(call, escalation=escalation, event=row.event or call.event))
        if escalation.over and not was_over and row.state not in HIDDEN:
            self._notes.over(call, row)
        return call

    def _begin_alarm(self, row: JournalRow, subject: str) -> None:
        if row.mode and not self._site.settings.notification.drill:
            return
        cause = Cause(row.priority, row.zone, row.subsystem, row.alarm_class)
        if (policy := self._policy(cause, row.time_ns)) is None:
            return
        values = of_alarm(self._site, row, self._zone)
        self._begin(
            f"alarm/{row.id}", policy, cause, ALARM, subject, row.event, events.ALARM, values, row.time_ns
        )

    def ask(self, row: RequestRow) -> None:
        """A linkage plan wants somebody told."""
        if row.kind != "notify" or (row.mode and not self._site.settings.notification.drill):
            return
        cause = Cause(row.priority, row.zone, team=row.target)
        policy = self._policy(cause, row.time_ns) or _OF_PLAN
        values = of_plan(self._site, row, self._zone)
        self._begin(
            f"plan/{row.run}/{row.step}", replace(policy, team=row.target), cause, PLAN, row.plan, 0,
            events.PLAN, values, row.time_ns,
        )  # fmt: skip

    def check_reachable(self, told: CheckReachable, id_: str) -> None:
        """Everybody on duty, and every duty phone, is asked to answer."""
        now_ns, plan = self._wall_ns(), self._directory.plan(self._zone, self._calendar)
        values = {
            one: {"site": self._site.name.in_language(one), "time": clock(now_ns, self._zone)}
            for one in events.LANGUAGES
        }
        for one in reachability.asked(told.teams, plan, self._directory, now_ns):
            key, subject = one.key, f"{one.policy.team}/{one.key}"
            self._begin(
                f"test/{id_}/{key}", one.policy, one.cause, TEST, subject, 0, events.TEST, values, now_ns,
                only=key,
            )  # fmt: skip

    def check_weekly(self) -> None:
        """The test of the week, once its hour has come."""
        at = datetime.fromtimestamp(self._wall_ns() / 1e9, self._zone)
        is_due = reachability.is_due(self._site.settings.notification, self._calendar, at)
        if is_due and self._store.mark(TESTED) != at.toordinal():
            self._store.set_mark(TESTED, at.toordinal())
            self.check_reachable(CheckReachable(), f"week-{at:%Y%m%d}")

    def send(self, task: SendMessage, id_: str) -> None:
        """A message that needs no answer."""
        self._notes.send(task, id_)

    # --- answers

    def say_progress(self, call_id: str, user: str, progress: Progress, way: str) -> str:
        """'' once it counts, else why it does not (`said`)."""
        call = self._calls.get(call_id) or self._store.call(call_id)
        if call is not None and call.kind == ALARM:  # the same alarm may have called anew meanwhile
            call = self._calls.get(self._by_subject.get(call.subject, ""), call)
        if call is None or call.escalation.end not in {End.OPEN, End.UNANSWERED}:
            return said("呼叫已经结束，无须再应答", "the call is over and needs no answer any more")
        now_ns = self._wall_ns()
        if progress is answering.PASS_ON:
            call = replace(call, escalation=pass_on(call.escalation, now_ns))
        else:
            first = call.escalation.progress is Progress.CALLING
            escalation = answer(call.escalation, progress, user, now_ns)
            call = replace(call, escalation=escalation)
            if first and call.kind == ALARM and way:
                call = replace(call, owed=user, way=way)
        self._keep(call)
        return ""

    def owed(self) -> tuple[Owed, ...]:
        """What `core` is to be told."""
        return tuple(
            Owed(id_, call.subject, call.event, call.owed, call.way)
            for id_, call in self._calls.items()
            if call.owed
        )

    def paid(self, call_id: str) -> None:
        """`core` has it, or will not take it."""
        if (call := self._calls.get(call_id)) is not None:
            self._keep(replace(call, owed="", way=""))

    # --- time

    def pass_time(self) -> None:
        """Take what is due, fall back where nobody takes a message, send digests."""
        now_ns = self._wall_ns()
        is_known = self._directory is not NOBODY  # else every step would be taken, and nobody called
        for call in tuple(self._calls.values()) if is_known else ():
            escalation = put_back(call.escalation, now_ns)
            if escalation is not call.escalation:
                call = self._keep(replace(call, escalation=escalation))
            due = next_ns(escalation)
            if due is not None and due <= now_ns:
                self._turn(call, now_ns)
        is_tried = now_ns - self._started_ns >= FALL_BACK_NS  # what waited while nobody sent is not late
        for message in self._store.late(now_ns - FALL_BACK_NS) if is_tried else ():
            if message.state == MessageState.WAITING.value:
                self.failed(message, said("60 秒内没有渠道接受", "no provider took it within 60 s"))
        self._drafts.send_digests()
        for message in self._store.overdue(now_ns):
            self._store.change(message.id, state=MessageState.EXPIRED.value)
            self._store.trace(message.id, now_ns, MessageState.EXPIRED.value)

    def uncovered(self) -> int:
        """Teams of policies for which nobody is on duty at some time of the next day."""
        now_ns = self._wall_ns()
        if now_ns - self._covered_ns >= COVER_NS:
            self._covered_ns = now_ns
            plan = self._directory.plan(self._zone, self._calendar)
            policies = [one for one in self._site.notification.policies if one.enabled]
            teams = {step.team or one.team for one in policies for step in one.steps} - {""}
            self._uncovered = sum(
                1 for team in teams if team not in plan.teams or plan.uncovered(team, now_ns, now_ns + DAY_NS)
            )
        return self._uncovered

    def _turn(self, call: Call, now_ns: int) -> Call:
        escalation, due = take(call.escalation, now_ns)
        told: set[str] = set()
        nobody = bool(due)
        plan = self._directory.plan(self._zone, self._calendar)
        for slot in due:
            step = escalation.policy.steps[slot.step]
            targets = people_of(step, escalation.policy, escalation.cause, plan, self._directory, now_ns)
            if Medium.SPEAKER in step.media:
                self._speak(replace(call, escalation=escalation), slot, now_ns)
            for target in targets:
                if target.media and (not call.only or target.key == call.only):
                    self._tell(replace(call, escalation=escalation), slot, step, target, now_ns)
                    told.add(target.user)
                    nobody = False
        if nobody:
            escalation = pass_on(escalation, now_ns)
        elif escalation.taken == call.escalation.taken:
            escalation = pass_time(escalation, now_ns)
        return self._keep(replace(call, escalation=escalation, told=call.told | told - {""}))

    # --- what comes of messages

    def wants(self, message: Outbound) -> bool:
        """Whether anybody is still to be told of it."""
        if message.event == events.DIGEST:
            return any(self.wants(one) for one in self._store.members(message.id))
        call = self._calls.get(message.call) or self._store.call(message.call)
        return call is None or call.escalation.is_calling or call.escalation.end in {End.UNANSWERED, End.TOLD}

    def failed(self, message: Outbound, why: str) -> None:
        """Nothing arrives this way any more: the next medium, or the next person."""
        now_ns = self._wall_ns()
        self._store.change(message.id, state=MessageState.FAILED.value, detail=why)
        self._store.trace(message.id, now_ns, MessageState.FAILED.value, message.account, why)
        if message.event == events.DIGEST:
            for member in self._store.members(message.id):
                self.failed(member, why)
            return
        call = self._calls.get(message.call) or self._store.call(message.call)
        if call is None or not (call.escalation.is_calling or call.escalation.end is End.UNANSWERED):
            return
        rest = [one for one in self._store.of_call(message.call) if _turn_of(one) == _turn_of(message)]
        own = [one for one in rest if one.person == message.person and one.id != message.id]
        if self._is_reached(message, own):
            return
        coming = [one for one in own if one.state == MessageState.WAITING.value]
        if coming:
            self._store.change(coming[0].id, due_ns=min(coming[0].due_ns, now_ns))
            return
        if self._another_way(call, message, {one.medium for one in own} | {message.medium}, now_ns):
            return
        nobody = all(one.state == MessageState.FAILED.value or one.id == message.id for one in rest)
        if nobody and is_newest(call.escalation, message.round, message.step):
            self._keep(replace(call, escalation=pass_on(call.escalation, now_ns)))

    @staticmethod
    def _is_reached(message: Outbound, own: Iterable[Outbound]) -> bool:
        """Whether another message, at least as loud, is with him or on its way."""
        loud = Medium(message.medium) in LOUD
        taken = {MessageState.HANDED.value, MessageState.DELIVERED.value, MessageState.SENDING.value}
        return any(one.state in taken and (not loud or Medium(one.medium) in LOUD) for one in own)

    def _another_way(self, call: Call, message: Outbound, used: set[str], now_ns: int) -> bool:
        person = self._directory.people.get(message.person)
        if person is None:
            return False
        at = datetime.fromtimestamp(now_ns / 1e9, self._zone)
        wished = media_for(person.reach, message.priority, at, (), person.media)
        order = EVERYTHING if message.priority == CRITICAL else wished
        medium = next((one for one in order if one in person.media and one.value not in used), None)
        if medium is None:
            return False
        slot = Slot(message.round, message.step, message.repeat)
        addresses = {medium: person.addresses[medium]}
        target = Target(person.user, person.display, call.team, person.language, (medium,), addresses)
        self._tell(call, slot, Step(0, Audience.ON_DUTY), target, now_ns)
        return True

    # --- messages

    def _tell(self, call: Call, slot: Slot, step: Step, target: Target, now_ns: int) -> None:
        draft = self._draft(call, slot, target.language, now_ns)
        for at, medium in enumerate(target.media):
            due_ns = now_ns + (round(at * step.wait_s * 1e9) if step.in_order else 0)
            for to in target.addresses[medium]:
                self._drafts.add(
                    replace(draft, due_ns=due_ns, until_ns=due_ns + LONG_NS),
                    Receiver(target.key, to, medium, target.language),
                )

    def _speak(self, call: Call, slot: Slot, now_ns: int) -> None:
        """At every station, in the first language: whoever sits there is no person that could be asked."""
        language = events.LANGUAGES[0]
        draft = self._draft(call, slot, language, now_ns)
        self._drafts.add(draft, Receiver(STATIONS, "", Medium.SPEAKER, language))

    def _draft(self, call: Call, slot: Slot, language: str, now_ns: int) -> Draft:
        escalation, values = call.escalation, call.in_language(language)
        priority, until_ns = escalation.cause.priority, now_ns + LONG_NS
        return Draft(escalation.id, slot, call.notice, values, priority, now_ns, until_ns, call)

    # --- helpers

    def _policy(self, cause: Cause, at_ns: int) -> Policy | None:
        policies = self._site.notification.policies
        return policy_for(policies, cause, at_ns, self._zone, self._calendar, self._parents)

    def _begin(
        self,
        id_: str,
        policy: Policy,
        cause: Cause,
        kind: str,
        subject: str,
        event: int,
        notice: str,
        values: Mapping[str, Mapping[str, str]],
        time_ns: int,
        *,
        only: str = "",
    ) -> None:
        if self._store.has_call(id_):
            return
        team = policy.team or cause.team
        escalation = Escalation(id_, policy, cause, time_ns)
        text = line_of(notice, values)
        call = Call(escalation, kind, subject, event, notice, values, text, time_ns, team, only=only)
        self._keep(call)

    def _keep(self, call: Call) -> Call:
        """The call as it is now, on the disk with the transaction."""
        id_ = call.escalation.id
        before = self._calls.get(id_)
        self._store.save_call(call, next_ns(call.escalation) or 0)
        is_open = call.escalation.end is End.OPEN
        if is_open or call.owed:
            self._calls[id_] = call
        else:
            self._calls.pop(id_, None)
        if is_open:
            self._by_subject[call.subject] = id_
        elif self._by_subject.get(call.subject) == id_:
            del self._by_subject[call.subject]
        stopped = not call.escalation.is_calling and (before is None or before.escalation.is_calling)
        if stopped and call.escalation.end not in {End.UNANSWERED, End.TOLD}:
            why = _ANSWERED if call.escalation.progress is not Progress.CALLING else _OVER
            self._store.withdraw(id_, self._wall_ns(), said(why.zh, why.en))
        return call


def subject_of(row: JournalRow) -> str:
    return f"{row.device}/{row.point}/{row.rule}"


def _turn_of(message: Outbound) -> tuple[int, int, int]:
    return message.round, message.step, message.repeat
