"""The life of one escalation: which steps are due, what an answer ends, when silence begins it anew. Pure.

Whoever drives it keeps what it decides together with the messages that follow, in one transaction, so that
a kill at any moment neither loses nor repeats a step.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from business.notifier.policy import Cause
from config.notification import Policy, Progress, Stop


class End(StrEnum):
    """Why nobody is called any more."""

    OPEN = ""
    DONE = "done"
    """Whoever answered says that it is solved."""
    ANSWERED = "answered"
    """Somebody answered, and the policy asks no more of him."""
    RETURNED = "returned"
    """The alarm is over."""
    WITHDRAWN = "withdrawn"
    """It was put aside: shelved, in a test, found to be nothing."""
    UNANSWERED = "unanswered"
    """Every step was taken, and nobody has answered. An answer that comes late counts."""
    TOLD = "told"
    """Every step was taken, and nobody was asked to answer."""


_STAGES = tuple(Progress)
_ASKS: Final = frozenset({End.OPEN, End.UNANSWERED})
"""Somebody may still answer, or the alarm end it."""
PATIENCE_S: Final = 300.0
"""Whoever was called last has so long to answer before the calls are given up."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One turn of one step."""

    round: int
    """0 for the first; one more each time that all of it begins anew."""
    step: int
    repeat: int


@dataclass(frozen=True, slots=True)
class Escalation:
    id: str
    """Of what caused it, so that the same cause begins one only."""
    policy: Policy
    """As it was when it began: a change meanwhile counts for the next."""
    cause: Cause
    begun_ns: int
    """Of this round."""
    round: int = 0
    taken: int = 0
    """How many slots of this round were taken, in the order of their times."""
    passed: int = -1
    """The step whose people have passed it on: theirs and those before are taken no more in this round."""
    progress: Progress = Progress.CALLING
    by: str = ""
    """Who answered last."""
    since_ns: int = 0
    """Since when the progress is what it is."""
    over: bool = False
    """The alarm has returned."""
    end: End = End.OPEN

    @property
    def is_calling(self) -> bool:
        """Whether steps are still to be taken."""
        if self.end is not End.OPEN:
            return False
        return self.progress is Progress.CALLING or Stop.ANSWER not in self.policy.stops


def slots(policy: Policy, round_: int) -> tuple[tuple[int, Slot], ...]:
    """Those of one round with their nanoseconds after its beginning, in their order."""
    found = [
        (_ns(step.after_s + repeat * step.every_s), Slot(round_, at, repeat))
        for at, step in enumerate(policy.steps)
        for repeat in range(step.repeats + 1)
    ]
    return tuple(sorted(found))


def take(escalation: Escalation, now_ns: int) -> tuple[Escalation, tuple[Slot, ...]]:
    """What is due by now, taken: each slot once. Of what a driver missed while it was away, each step's last
    turn is enough."""
    if not escalation.is_calling:
        return escalation, ()
    due = [
        slot
        for after_ns, slot in slots(escalation.policy, escalation.round)[escalation.taken :]
        if escalation.begun_ns + after_ns <= now_ns
    ]
    newest = {slot.step: slot for slot in due if slot.step > escalation.passed}
    return replace(escalation, taken=escalation.taken + len(due)), tuple(newest.values())


def pass_time(escalation: Escalation, now_ns: int) -> Escalation:
    """What the clock alone brings: silence begins it anew, and so does the end of a round, or ends it."""
    if escalation.end is not End.OPEN:
        return escalation
    if (limit_ns := _promised_ns(escalation)) is not None and now_ns >= limit_ns:
        return _anew(replace(escalation, progress=Progress.CALLING, since_ns=now_ns), now_ns)
    if not escalation.is_calling or (ends_ns := _ends_ns(escalation)) is None or now_ns < ends_ns:
        return escalation
    stops = escalation.policy.stops
    if escalation.policy.again_s and stops:
        return _anew(escalation, now_ns)
    if escalation.progress is not Progress.CALLING:
        return _settled(escalation)
    return replace(escalation, end=End.UNANSWERED if stops else End.TOLD)


def next_ns(escalation: Escalation) -> int | None:
    """When something may be due next; None while it waits for somebody, or is over."""
    if escalation.end is not End.OPEN:
        return None
    times = [_promised_ns(escalation)]
    if escalation.is_calling:
        rest = slots(escalation.policy, escalation.round)[escalation.taken :]
        times.append(escalation.begun_ns + rest[0][0] if rest else _ends_ns(escalation))
    return min((one for one in times if one is not None), default=None)


def answer(escalation: Escalation, progress: Progress, by: str, now_ns: int) -> Escalation:
    """Somebody says how far he is; going back to an earlier stage is saying it anew."""
    if escalation.end not in _ASKS or progress is Progress.CALLING:
        return escalation
    answered = replace(escalation, progress=progress, by=by, since_ns=now_ns, end=End.OPEN)
    return answered if answered.is_calling else _settled(answered)


def pass_on(escalation: Escalation, now_ns: int) -> Escalation:
    """Whoever was called last cannot: the next step is due at once, and all after it so much sooner."""
    if not escalation.is_calling or escalation.progress is not Progress.CALLING:
        return escalation
    all_ = slots(escalation.policy, escalation.round)
    passed = max((slot.step for _, slot in all_[: escalation.taken]), default=-1)
    further = next((after_ns for after_ns, slot in all_[escalation.taken :] if slot.step > passed), None)
    if further is None:
        return escalation
    return replace(escalation, passed=passed, begun_ns=min(escalation.begun_ns, now_ns - further))


def is_newest(escalation: Escalation, round_: int, step: int) -> bool:
    """Whether nobody was called after the people of a step."""
    taken = slots(escalation.policy, escalation.round)[: escalation.taken]
    return escalation.round == round_ and all(slot.step <= step for _, slot in taken)


def put_back(escalation: Escalation, now_ns: int) -> Escalation:
    """The clock may have been: what has begun in the future has begun now."""
    if max(escalation.begun_ns, escalation.since_ns) <= now_ns:
        return escalation
    begun_ns, since_ns = min(escalation.begun_ns, now_ns), min(escalation.since_ns, now_ns)
    return replace(escalation, begun_ns=begun_ns, since_ns=since_ns)


def returned(escalation: Escalation) -> Escalation:
    """The alarm is over. Unless the policy stops then, whoever is called still has to answer."""
    if escalation.end not in _ASKS:
        return escalation
    over = replace(escalation, over=True)
    if Stop.RETURN in escalation.policy.stops or escalation.end is End.UNANSWERED:
        return replace(over, end=End.RETURNED)
    return over if over.is_calling else _settled(over)


def withdrawn(escalation: Escalation) -> Escalation:
    return escalation if escalation.end not in _ASKS else replace(escalation, end=End.WITHDRAWN)


def _settled(escalation: Escalation) -> Escalation:
    """The end, where whoever answered has promised nothing more, or what he was called for is over."""
    if escalation.progress is Progress.DONE:
        return replace(escalation, end=End.DONE)
    if escalation.over:
        return replace(escalation, end=End.RETURNED)
    later = _STAGES[_STAGES.index(escalation.progress) :]
    if not any(stage in escalation.policy.promises_s for stage in later):
        return replace(escalation, end=End.ANSWERED)
    return escalation


def _promised_ns(escalation: Escalation) -> int | None:
    """Until when whoever answered has to say more; None for no limit."""
    if escalation.progress is Progress.CALLING or escalation.over:
        return None
    limit_s = escalation.policy.promises_s.get(escalation.progress)
    return None if limit_s is None else escalation.since_ns + _ns(limit_s)


def _ends_ns(escalation: Escalation) -> int | None:
    """When its round is over; None while steps of it are to be taken, or somebody has promised more."""
    policy = escalation.policy
    all_ = slots(policy, escalation.round)
    if escalation.taken < len(all_):
        return None
    begins_anew = bool(policy.again_s and policy.stops)
    is_answered = escalation.progress is not Progress.CALLING
    if is_answered and not begins_anew and _settled(escalation).end is End.OPEN:
        return None
    waits = policy.stops and not is_answered
    rest_s = policy.again_s if begins_anew else PATIENCE_S if waits else 0.0
    return escalation.begun_ns + (all_[-1][0] if all_ else 0) + _ns(rest_s)


def _anew(escalation: Escalation, now_ns: int) -> Escalation:
    return replace(escalation, begun_ns=now_ns, round=escalation.round + 1, taken=0, passed=-1)


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)


def rehearsal(policy: Policy, within_s: float) -> Iterator[tuple[float, Slot]]:
    """What would be done, in seconds from the beginning, if nobody answered: for the timeline of a page."""
    escalation = Escalation("rehearsal", policy, Cause(1), 0)
    while (at_ns := next_ns(escalation)) is not None and at_ns <= _ns(within_s):
        escalation, due = take(escalation, at_ns)
        yield from ((at_ns / 1e9, slot) for slot in due)
        escalation = pass_time(escalation, at_ns)
