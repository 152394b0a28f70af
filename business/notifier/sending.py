"""Messages on their way: by which account each goes, and what follows from what the provider says.

A message is marked as under way before its request. After a kill nobody knows whether such a one has gone; it
goes again, once where the provider cannot tell that it is the same, and then another way.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from actors.said import in_both, said
from business.notifier.calls import Outbound
from business.notifier.channels.port import (
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
from business.notifier.engine import Engine
from business.notifier.lines import Choice, Line, Lines
from business.notifier.messages import MessageState
from business.notifier.reach import CRITICAL
from business.notifier.store import NotifierStore
from config.notification import Medium
from config.notify_events import DIGEST, EVENTS

logger = logging.getLogger(__name__)

LOOKED_AT: Final = (16, 500)
"""Waiting messages of a medium that are looked at; more where the first few leave an account idle."""
MOST_UNCLEAR: Final = 2
PUT_OFF_NS: Final = 60 * 10**9
"""What no account can take now is looked at again after that, unless somebody is called by it."""
HEARD_NS: Final = 72 * 3600 * 10**9
"""So long a provider may take to say what became of a message."""
ASKED_AT_ONCE: Final = 100
"""References of one question."""


class Sending:
    """Called inside a transaction of the store."""

    def __init__(
        self,
        store: NotifierStore,
        engine: Engine,
        lines: Lines,
        clock: Callable[[], float],
        wall_ns: Callable[[], int],
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._wall_ns = wall_ns
        self._refused: dict[str, set[str]] = {}
        """Accounts that would not take a message as it is."""
        self._today = date.min
        self.lines = lines

    def take_up(self) -> None:
        """What was under way when an earlier incarnation ended."""
        why = said("发送途中进程中断", "the process ended while it was sent")
        for message in self._store.sending():
            if message.written:
                self._unclear(message, self.lines.all.get(message.account), why)
            else:  # nothing of it had left
                self._again(message, why, self._wall_ns())

    def use(self, lines: Lines) -> None:
        self.lines = lines
        self._today = date.min

    def count(self, zone: ZoneInfo) -> None:
        """What the accounts have done today, once a day from what is kept."""
        today = datetime.fromtimestamp(self._wall_ns() / 1e9, zone).date()
        if today == self._today:
            return
        self._today = today
        since_ns = round(datetime.combine(today, time(), zone).timestamp()) * 10**9
        for line in self.lines.all.values():
            sums = self._store.sums(line.account.id, since_ns)
            line.handed_today, line.failed_today, line.cost_today = sums

    # --- out

    def begin(self) -> Iterator[tuple[Line, Outgoing]]:
        """What goes now, marked as under way; to be handed over once that is on the disk."""
        now_ns, now_s = self._wall_ns(), self._clock()
        for medium in Medium:
            for most in LOOKED_AT:
                waiting = self._store.waiting(now_ns, medium.value, most)
                for message in waiting:
                    if not self.lines.has_room(message, now_s):
                        break  # nor for what is less urgent
                    choice = self.lines.choose(message, now_s, partial(self._spent, message, now_ns))
                    if choice.why:
                        self._not_by_any(message, choice, now_ns)
                    elif choice.line is not None:
                        choice.line.begin(now_s)
                        yield choice.line, self._begun(message, choice.line, now_ns)
                else:
                    if len(waiting) == most:
                        continue
                break

    def _not_by_any(self, message: Outbound, choice: Choice, now_ns: int) -> None:
        """A call takes another way at once; what else may go later waits, while it is worth something."""
        is_hopeless = message.id in self._refused or self._store.is_dead(message.place)
        if message.call or message.event == DIGEST or is_hopeless or not choice.passes:
            self._engine.failed(message, choice.why)
            return
        if message.detail != choice.why:
            self._store.trace(message.id, now_ns, "later", detail=choice.why)
        self._store.change(message.id, due_ns=now_ns + PUT_OFF_NS, detail=choice.why)

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

    def _begun(self, message: Outbound, line: Line, now_ns: int) -> Outgoing:
        attempts = message.attempts + 1
        self._store.change(
            message.id,
            state=MessageState.SENDING.value,
            account=line.account.id,
            attempts=attempts,
            tried_ns=now_ns,
            written=0,
        )
        self._store.trace(message.id, now_ns, MessageState.SENDING.value, line.account.id)
        return self.outgoing(message, line)

    def outgoing(self, message: Outbound, line: Line) -> Outgoing:
        hidden = self._store.hidden(message)
        person = self._engine.directory.people.get(message.person)
        has_pin = person is not None and bool(person.pin_hash)
        template, variables = "", {}
        if line.kind.templated:
            approval = approval_for(self.lines.approvals, line.account.id, message.event, message.language)
            if approval is not None:
                template, variables = approval.template, variables_of(approval, hidden.values)
        return Outgoing(
            message.id,
            hidden.to,
            message.language,
            message.title,
            hidden.text,
            template,
            variables,
            hidden.link,
            hidden.code,
            # Where one key alone is heard, anybody with the phone could press it: he answers otherwise.
            asks=EVENTS[message.event].answered and not (has_pin and line.kind.most_keys <= 1),
            urgent=message.priority <= CRITICAL,
        )

    def writing(self, id_: str) -> None:
        """Its request is about to be written."""
        self._store.change(id_, written=1)

    # --- back

    def ended(self, id_: str, line: Line, outcome: Handed | NotHanded) -> None:
        """`line` is the one that it went by, whatever the site says of the account meanwhile."""
        message = self._store.message(id_)
        assert message is not None, "what is under way is kept"
        account = line.account.id
        if self.lines.all.get(account) is not line:
            self._today = date.min  # another counts for the account now
        now_ns, now_s = self._wall_ns(), self._clock()
        why = str(outcome)
        match outcome:
            case Handed(reference, cost):
                self._handed(message, line, reference, cost, now_ns)
                return
            case BadReceiver():
                self._store.bury(message, now_ns, why)
                self._engine.failed(message, why)
            case BadMessage():
                self._refused.setdefault(message.id, set()).add(account)
                self._again(message, why, now_ns)
            case Unclear():
                self._unclear(message, line, why)
            case _:
                self._again(message, why, now_ns)
        self._blame(line, message, outcome, now_s, now_ns)

    def _blame(self, line: Line, message: Outbound, outcome: NotHanded, now_s: float, now_ns: int) -> None:
        if isinstance(outcome, BadAccount):
            logger.error("account %s: %s", line.account.id, in_both(str(outcome)))
            line.out(now_s, now_ns, str(outcome))
        elif isinstance(outcome, TryLater | Unclear):
            line.paused(now_s, now_ns, str(outcome), getattr(outcome, "after_s", 0.0), message.place)
        else:
            line.refused()

    def _handed(self, message: Outbound, line: Line, reference: str, cost: int, now_ns: int) -> None:
        cost = cost or line.account.cost_each
        line.well(now_ns, cost)
        self._refused.pop(message.id, None)
        state = MessageState.HANDED.value
        self._store.change(
            message.id, state=state, handed_ns=now_ns, reference=reference, cost=cost, detail=""
        )
        self._store.trace(message.id, now_ns, state, message.account, reference)

    def _again(self, message: Outbound, why: str, now_ns: int) -> None:
        self._store.trace(message.id, now_ns, "later", message.account, why)
        self._wait(message, why, now_ns)

    def _wait(self, message: Outbound, why: str, now_ns: int, **changes: int) -> None:
        """It goes again, unless somebody has answered while it was under way."""
        state = MessageState.WAITING if self._engine.wants(message) else MessageState.WITHDRAWN
        self._store.change(message.id, state=state.value, detail=why, **changes)
        if state is MessageState.WITHDRAWN:
            self._store.trace(message.id, now_ns, state.value)

    def _unclear(self, message: Outbound, line: Line | None, why: str) -> None:
        repeatable = line is not None and line.kind.repeatable
        times = message.unclear + (0 if repeatable else 1)
        now_ns = self._wall_ns()
        self._store.trace(message.id, now_ns, "unclear", message.account, why)
        if times >= MOST_UNCLEAR:
            self._engine.failed(message, why)
        else:
            self._wait(message, why, now_ns, unclear=times)

    # --- what a provider tells later

    def unheard(self, account: str) -> Sequence[tuple[str, str, int]]:
        """Messages of which it has not told what became of them: reference, receiver, time."""
        now_ns = self._wall_ns()
        found = self._store.unheard(account, now_ns - HEARD_NS, ASKED_AT_ONCE)
        for one in found:
            self._store.change(one.id, tried_ns=now_ns)  # the others have their turn next
        return [(one.reference, self._store.hidden(one).to, one.handed_ns) for one in found]

    def receipt(self, account: str, receipt: Receipt) -> None:
        message = self._store.by_reference(account, receipt.reference)
        if message is None or message.state != MessageState.HANDED.value:
            return
        line = self.lines.all.get(account)
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
