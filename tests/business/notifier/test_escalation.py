"""Escalations as pure state: which steps are due, what ends them, what begins them anew (N02)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business.notifier.escalation import (
    End,
    Escalation,
    Slot,
    answer,
    next_ns,
    pass_on,
    pass_time,
    rehearsal,
    returned,
    take,
    withdrawn,
)
from business.notifier.policy import Cause
from config.notification import Audience, Medium, Policy, Progress, Step, Stop
from config.text import Text

S = 10**9
DUTY = Step(0, Audience.ON_DUTY, media=(Medium.SMS, Medium.VOICE), repeats=1, every_s=60)
LEADER = Step(120, Audience.LEADER)
MANAGER = Step(300, Audience.MANAGER)
THREE = Policy("p", Text("三级", "Three"), "guards", (DUTY, LEADER, MANAGER))


def begun(policy: Policy = THREE, at_s: float = 0) -> Escalation:
    return Escalation("alarm a/b/c 7", policy, Cause(1), round(at_s * S))


def driven(escalation: Escalation, until_s: float) -> tuple[Escalation, list[tuple[float, int]]]:
    """As a driver does, always in time: what was taken, with seconds and step."""
    seen = []
    while (at_ns := next_ns(escalation)) is not None and at_ns <= until_s * S:
        escalation, due = take(escalation, at_ns)
        seen += [(at_ns / S, slot.step) for slot in due]
        escalation = pass_time(escalation, at_ns)
    return escalation, seen


def test_steps_come_at_their_times_until_nobody_is_left() -> None:
    ended, seen = driven(begun(), 10_000)
    assert seen == [(0, 0), (60, 0), (120, 1), (300, 2)]
    assert ended.end is End.UNANSWERED
    assert next_ns(ended) is None


def test_an_answer_stops_everything_at_once() -> None:
    called, _ = driven(begun(), 90)
    answered = answer(called, Progress.ACKNOWLEDGED, "li", 95 * S)
    assert (answered.end, answered.by) == (End.ANSWERED, "li")
    assert take(answered, 10_000 * S)[1] == ()
    assert answer(answered, Progress.ACKNOWLEDGED, "wu", 96 * S) == answered, "the first answer counts"


def test_an_answer_that_comes_late_counts() -> None:
    ended, _ = driven(begun(), 10_000)
    assert answer(ended, Progress.ACKNOWLEDGED, "li", 10_001 * S).end is End.ANSWERED


def test_critical_ones_begin_anew_until_somebody_answers() -> None:
    _, seen = driven(begun(replace(THREE, again_s=300)), 1_300)
    assert seen == [
        (0, 0), (60, 0), (120, 1), (300, 2), (600, 0), (660, 0), (720, 1), (900, 2), (1200, 0), (1260, 0),
    ]  # fmt: skip


def test_acknowledged_is_not_solved_and_silence_calls_again() -> None:
    policy = replace(
        THREE, promises_s={Progress.ACKNOWLEDGED: 600, Progress.ON_THE_WAY: 900, Progress.ON_SITE: 3600}
    )
    called, _ = driven(begun(policy), 10)
    answered = answer(called, Progress.ACKNOWLEDGED, "li", 10 * S)
    assert (answered.end, next_ns(answered)) == (End.OPEN, 610 * S)
    again, seen = driven(answered, 700)
    assert seen == [(610, 0), (670, 0)]
    assert (again.progress, again.round) == (Progress.CALLING, 1)
    moving = answer(again, Progress.ON_THE_WAY, "li", 700 * S)
    assert next_ns(moving) == 1_600 * S
    there = answer(moving, Progress.ON_SITE, "li", 1_000 * S)
    done = answer(there, Progress.DONE, "li", 2_000 * S)
    assert done.end is End.DONE


def test_whoever_is_under_way_when_the_alarm_returns_is_asked_no_more() -> None:
    policy = replace(THREE, promises_s={Progress.ACKNOWLEDGED: 600})
    answered = answer(begun(policy), Progress.ACKNOWLEDGED, "li", 5 * S)
    assert returned(answered).end is End.RETURNED


def test_a_return_ends_the_calls_only_where_the_policy_says_so() -> None:
    still = returned(begun())
    assert still.end is End.OPEN
    assert driven(still, 130)[1] == [(0, 0), (60, 0), (120, 1)]
    both = replace(THREE, stops=frozenset({Stop.ANSWER, Stop.RETURN}))
    assert returned(begun(both)).end is End.RETURNED
    until_over = replace(THREE, stops=frozenset({Stop.RETURN}))
    answered = answer(begun(until_over), Progress.ACKNOWLEDGED, "li", S)
    assert answered.is_calling, "an answer alone does not stop these"


def test_what_everybody_is_to_know_goes_on_after_answers_and_ends_as_told() -> None:
    told = replace(THREE, stops=frozenset(), again_s=60)
    _, seen = driven(answer(begun(told), Progress.ACKNOWLEDGED, "li", 0), 10_000)
    assert seen == [(0, 0), (60, 0), (120, 1), (300, 2)]
    ended, _ = driven(begun(told), 10_000)
    assert ended.end is End.TOLD


def test_passing_on_calls_the_next_at_once_and_the_same_people_no_more() -> None:
    called, _ = driven(begun(), 20)
    passed = pass_on(called, 20 * S)
    assert driven(passed, 10_000)[1] == [(20, 1), (200, 2)]
    last, _ = driven(begun(), 290)
    assert driven(pass_on(last, 290 * S), 290)[1] == [(290, 2)]
    alone = begun(Policy("p", Text("一", "One"), "t", (DUTY,)))
    alone, _ = take(alone, 0)
    assert pass_on(alone, 5 * S) == alone, "there is nobody to pass it on to"


def test_what_was_missed_during_an_absence_is_said_once() -> None:
    _, due = take(begun(), 10_000 * S)
    assert due == (Slot(0, 0, 1), Slot(0, 1, 0), Slot(0, 2, 0))


def test_what_is_put_aside_is_called_for_no_more() -> None:
    aside = withdrawn(begun())
    assert (aside.end, next_ns(aside), take(aside, S)[1]) == (End.WITHDRAWN, None, ())
    assert answer(aside, Progress.DONE, "li", S) == aside
    assert withdrawn(returned(aside)) == aside


def test_a_rehearsal_says_what_would_be() -> None:
    shown = list(rehearsal(replace(THREE, again_s=300), 700))
    assert [(at_s, slot.round, slot.step) for at_s, slot in shown] == [
        (0, 0, 0), (60, 0, 0), (120, 0, 1), (300, 0, 2), (600, 1, 0), (660, 1, 0),
    ]  # fmt: skip
    assert list(rehearsal(replace(THREE, steps=(), again_s=0), 10_000)) == []


STEPS = st.builds(
    Step,
    st.integers(0, 600),
    st.sampled_from(list(Audience)),
    repeats=st.integers(0, 3),
    every_s=st.integers(1, 120),
)
POLICIES = st.builds(
    Policy,
    st.just("p"),
    st.just(Text("甲", "A")),
    st.just("t"),
    st.lists(STEPS, max_size=4).map(tuple),
    stops=st.sets(st.sampled_from(list(Stop))).map(frozenset),
    again_s=st.sampled_from([0, 60, 300]),
    promises_s=st.dictionaries(
        st.sampled_from([Progress.ACKNOWLEDGED, Progress.ON_THE_WAY]), st.integers(1, 500), max_size=2
    ),
)
MOVES = st.lists(
    st.tuples(
        st.integers(0, 400), st.sampled_from(["look", "crash", "ack", "way", "done", "pass", "return"])
    ),
    max_size=25,
)


@given(policy=POLICIES, moves=MOVES)
@pytest.mark.parametrize("tick_s", [1, 7])
def test_no_slot_is_taken_twice_and_nothing_is_due_after_the_end(
    policy: Policy, moves: list[tuple[int, str]], tick_s: int
) -> None:
    """Whatever happens, and however often the driver looks."""
    escalation, now_s, seen = begun(policy), 0, set[Slot]()
    for wait_s, move in moves:
        for now in range(now_s, now_s + wait_s + 1, tick_s):
            before = escalation
            escalation, due = take(escalation, now * S)
            assert not seen.intersection(due)
            seen.update(due)
            assert not due or before.is_calling
            escalation = pass_time(escalation, now * S)
            if (next_at := next_ns(escalation)) is not None and escalation.end is End.OPEN:
                assert next_at > now * S or escalation.taken == 0
        now_s += wait_s
        ended = escalation.end
        match move:
            case "ack":
                escalation = answer(escalation, Progress.ACKNOWLEDGED, "li", now_s * S)
            case "way":
                escalation = answer(escalation, Progress.ON_THE_WAY, "li", now_s * S)
            case "done":
                escalation = answer(escalation, Progress.DONE, "li", now_s * S)
                if Stop.ANSWER in policy.stops:
                    assert escalation.end is not End.OPEN
            case "pass":
                escalation = pass_on(escalation, now_s * S)
            case "return":
                escalation = returned(escalation)
        if ended not in {End.OPEN, End.UNANSWERED}:
            assert escalation.end is ended, "what has ended stays so"
