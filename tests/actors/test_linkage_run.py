"""Plans as they run: order, failure, feedback, verification, marks, ends, restoring (S0-3.5.5, S0-3.5.6)."""

from typing import Any

import pytest

from actors.linkage.rows import ns
from actors.messages import (
    AlarmState,
    ConfirmRun,
    Outcome,
    PushButton,
    RaiseEvent,
    RejectRun,
    RestoreRun,
    RunState,
    StopRun,
)
from config.plans import (
    Condition,
    DayKind,
    End,
    EndWhen,
    Feedback,
    OnFailure,
    Op,
    PlanEvent,
    PlanGroup,
    Restore,
    StepKind,
    Trigger,
    TriggerKind,
)
from tests.actors.linkage_bench import (
    BACK,
    BUTTON,
    OTHER_SMOKE,
    SMOKE,
    bench,
    name,
    plan,
    said_en,
    step,
    write,
)

ON = write("on", "ahu-1/fan", 50)
CLEARED = End(EndWhen.CLEARED)


def feedback(value: float = 1, within_s: float = 10) -> Feedback:
    return Feedback(name("ahu-1/speed"), Op.AT_LEAST, value, within_s)


def test_steps_follow_their_order_and_their_delays() -> None:
    at = bench(
        plan(
            "p",
            write("late", "ahu-2/fan", 1, after=("on",), delay_s=30),
            ON,
            step("say", StepKind.SPEAK, after=("late", "on")),
            step("tell", StepKind.NOTIFY, after=("late",), target="guards"),
        )
    )
    at.occurs()
    assert at.written() == [("ahu-1/fan", 50)]
    at.passes(29)
    assert at.steps() == {"late": "pending", "on": "done", "say": "pending", "tell": "pending"}
    at.passes(1)
    assert at.written() == [("ahu-1/fan", 50), ("ahu-2/fan", 1)]
    assert [one.text for one in at.calls] == ["say text\x1esay text"]
    assert [(one.kind, one.target) for one in at.requests] == [("notify", "guards")]
    assert (at.run().state, at.run().outcome) == (RunState.ENDED, Outcome.DONE)


@pytest.mark.parametrize(
    ("on_failure", "states", "outcome"),
    [
        (OnFailure.GO_ON, {"on": "failed", "next": "done"}, Outcome.FAILED),
        (OnFailure.STOP, {"on": "failed", "next": "skipped"}, Outcome.FAILED),
    ],
)
def test_what_follows_a_failure_is_what_the_step_says(
    on_failure: OnFailure, states: dict[str, str], outcome: Outcome
) -> None:
    first = write("on", "ahu-1/fan", 50, on_failure=on_failure)
    at = bench(plan("p", first, write("next", "ahu-2/fan", 1, after=("on",))))
    at.answers[name("ahu-1/fan")] = "failed"
    at.occurs()
    assert at.steps() == states
    assert at.run().outcome is outcome


def test_a_step_is_tried_again_as_often_as_it_says_and_each_time_under_another_id() -> None:
    at = bench(plan("p", write("on", "ahu-1/fan", 50, on_failure=OnFailure.RETRY, retries=2)))
    at.answers[name("ahu-1/fan")] = "failed"
    at.occurs()
    assert len(at.given) == 1
    at.passes(10)
    assert len({one.id for one in at.given}) == 3
    assert at.steps() == {"on": "failed"}


def test_what_nobody_knows_is_never_repeated() -> None:
    at = bench(plan("p", write("on", "ahu-1/fan", 50, on_failure=OnFailure.RETRY, retries=3)))
    at.answers[name("ahu-1/fan")] = "unknown"
    at.occurs()
    at.passes(30)
    assert len(at.given) == 1
    assert (at.steps(), at.run().outcome) == ({"on": "unknown"}, Outcome.INCOMPLETE)


def test_what_turns_out_to_have_been_done_makes_the_step_done() -> None:
    """`core` was killed: its gate says unknown first, and the field process what came of it soon after."""
    at = bench(plan("p", write("on", "ahu-1/fan", 50, **BACK), end=End(EndWhen.HAND)))
    at.answers[name("ahu-1/fan")] = "unknown"
    at.occurs()
    assert at.steps() == {"on": "unknown"}
    at.book.answered(at.given[0].id, "confirmed", "", at.now_ns)
    at.settle()
    assert at.steps() == {"on": "done"}
    at.answers.clear()
    assert at.command(RestoreRun(1, "")) == ""
    assert (at.run().outcome, at.written()) == (Outcome.DONE, [("ahu-1/fan", 50), ("ahu-1/fan", 0)])


def test_of_a_group_only_what_failed_is_tried_again() -> None:
    both = write("on", "ahu-1/fan", 50, on_failure=OnFailure.RETRY, retries=1)
    more = write("x", "ahu-2/fan", 50).settings
    group = type(both)(
        "on", both.name, StepKind.GROUP, settings=both.settings + more, on_failure=OnFailure.RETRY, retries=1
    )
    at = bench(plan("p", group))
    at.answers[name("ahu-2/fan")] = "failed"
    at.occurs()
    del at.answers[name("ahu-2/fan")]
    at.passes(2)
    assert at.written() == [("ahu-1/fan", 50), ("ahu-2/fan", 50), ("ahu-2/fan", 50)]
    assert at.steps() == {"on": "done"}


def test_a_feedback_that_comes_in_time_is_the_result_and_one_that_does_not_is_said() -> None:
    checked = write("on", "ahu-1/fan", 50, feedback=feedback())
    at = bench(plan("p", checked))
    at.occurs()
    assert at.steps() == {"on": "checking"}
    at.passes(5)
    at.values[name("ahu-1/speed")] = 3
    at.passes(1)
    assert at.steps() == {"on": "done"}
    at.values[name("ahu-1/speed")] = 0
    at.occurs()
    at.passes(11)
    assert at.steps(2) == {"on": "failed"}
    detail = said_en(at.runs[2].steps["on"].detail)
    assert "no feedback within 10 s: ahu-1/speed reads 0, not >= 1" in detail


def test_a_bad_value_is_no_feedback() -> None:
    at = bench(plan("p", write("on", "ahu-1/fan", 50, feedback=feedback())))
    at.values[name("ahu-1/speed")] = 3
    at.bad.add(name("ahu-1/speed"))
    at.occurs()
    at.passes(11)
    assert at.steps() == {"on": "failed"}


def test_an_unknown_write_is_known_by_its_feedback() -> None:
    at = bench(plan("p", write("on", "ahu-1/fan", 50, feedback=feedback())))
    at.answers[name("ahu-1/fan")] = "unknown"
    at.values[name("ahu-1/speed")] = 3
    at.occurs()
    assert at.steps() == {"on": "done"}


def test_the_fire_controllers_action_is_watched_and_its_absence_told() -> None:
    at = bench(plan("p", step("smoke-fan", StepKind.WATCH, feedback=feedback(within_s=30))))
    at.occurs()
    at.passes(31)
    assert at.given == []
    assert at.steps() == {"smoke-fan": "failed"}


def test_conditions_hold_or_say_why_not() -> None:
    guarded = plan("p", ON, conditions=(Condition(name("ahu-1/speed"), Op.EQUAL, 1),))
    at = bench(guarded)
    at.occurs()
    assert at.run().outcome is Outcome.REFUSED
    assert "ahu-1/speed reads 0, not = 1" in said_en(at.run().detail)
    at.values[name("ahu-1/speed")] = 1
    at.bad.add(name("ahu-1/speed"))
    at.occurs()
    assert "quality 0x80" in said_en(at.run(2).detail)
    at.bad.clear()
    at.occurs()
    assert at.run(3).outcome is Outcome.DONE
    del at.values[name("ahu-1/speed")]
    at.occurs()
    assert "cannot be read" in said_en(at.run(4).detail)
    assert at.written() == [("ahu-1/fan", 50)]


# --- verification


FIRE = {"independent": 2, "triggers": (SMOKE, OTHER_SMOKE, BUTTON), "group": PlanGroup.FIRE}


def fire(**more: Any) -> Any:
    return plan("fire", ON, **(FIRE | more))


def test_a_fire_plan_starts_on_two_independent_signals() -> None:
    """GB 50116 4.1.6."""
    at = bench(fire())
    at.occurs("ahu-1")
    assert at.run().state is RunState.VERIFYING
    at.occurs("ahu-1")  # the same detector again is no second one
    assert at.given == []
    at.occurs("ahu-2")
    assert at.written() == [("ahu-1/fan", 50)]
    assert at.run().outcome is Outcome.DONE
    assert len(at.runs) == 1


def test_signals_too_far_apart_are_not_two() -> None:
    at = bench(fire(within_s=60))
    at.occurs("ahu-1")
    at.passes(90, 10)
    at.occurs("ahu-2")
    assert at.given == []
    at.occurs("ahu-1")
    assert at.written() == [("ahu-1/fan", 50)]


def test_one_detector_alone_waits_for_a_person_and_the_clock_reminds() -> None:
    at = bench(fire())
    at.occurs("ahu-1")
    assert at.run().deadline_ns == at.now_ns + ns(180)
    at.passes(181, 10)
    assert at.run().overdue
    assert "the verification is overdue" in said_en(at.calls[0].text)
    assert at.command(ConfirmRun(1, "seen flames")) == ""
    assert (at.run().user, at.run().note) == ("li", "seen flames")
    assert at.written() == [("ahu-1/fan", 50)]


def test_a_person_rejects_what_is_none() -> None:
    at = bench(fire())
    at.occurs("ahu-1")
    assert at.command(RejectRun(1, "dust")) == ""
    assert (at.run().outcome, at.run().detail, at.run().user) == (Outcome.REJECTED, "dust", "li")
    assert "not under way" in at.command(ConfirmRun(1, ""))
    at.occurs("ahu-2")
    assert at.run(2).state is RunState.VERIFYING  # the signal before was none


def test_a_signal_that_is_over_unanswered_expires_only_after_its_clock() -> None:
    at = bench(fire())
    at.occurs("ahu-1")
    at.clears("ahu-1")
    at.passes(100, 10)
    assert at.run().state is RunState.VERIFYING
    at.passes(100, 10)
    assert at.run().outcome is Outcome.EXPIRED
    assert at.given == []


def test_the_button_needs_no_second_signal() -> None:
    at = bench(fire())
    assert at.command(PushButton("fire", "manual call point")) == ""
    assert at.written() == [("ahu-1/fan", 50)]
    assert (at.run().trigger, at.run().user) == ("button", "li")


# --- what starts nothing


@pytest.mark.parametrize(
    "row",
    [
        {"fresh": False},
        {"transition": "annunciate"},
        {"transition": "acknowledge"},
        {"mode": "test"},
        {"rule": "low"},
        {"state": AlarmState.SHELVED},
        {"state": AlarmState.SUPPRESSED},
        {"state": AlarmState.OUT_OF_SERVICE},
        {"device": "ahu-3"},
    ],
)
def test_none_fires_on_what_is_not_a_fresh_occurrence(row: dict[str, Any]) -> None:
    at = bench(plan("p", ON))
    at.occurs(**row) if "transition" not in row else at.journaled(row["transition"])
    assert at.runs == {}


def test_a_trigger_that_is_seen_late_is_kept_as_refused() -> None:
    at = bench(plan("p", ON))
    at.occurs(time_ns=at.now_ns - ns(61))
    assert at.run().outcome is Outcome.REFUSED
    assert "the executor was not running" in said_en(at.run().detail)


def test_a_mark_that_the_plan_accepts_marks_its_run() -> None:
    at = bench(plan("p", step("tell", StepKind.NOTIFY), modes=("drill",)))
    at.occurs(mode="drill")
    assert at.run().mode == "drill"
    assert at.requests[0].mode == "drill"


def test_a_plan_that_is_not_enabled_does_nothing() -> None:
    at = bench(plan("p", ON, enabled=False))
    at.occurs()
    assert "not enabled" in at.command(PushButton("p", ""))
    assert at.runs == {}


def test_the_interval_and_the_starts_of_a_day_are_limits() -> None:
    at = bench(plan("p", ON, min_interval_s=60, max_a_day=2))
    at.occurs()
    at.passes(30, 10)
    at.occurs()
    assert "less than 60 s" in said_en(at.run(2).detail)
    for _ in range(5):
        at.occurs()
    assert at.run(2).repeats == 5
    at.passes(30, 10)
    at.occurs()
    assert at.last().outcome is Outcome.DONE
    at.passes(600, 60)
    at.occurs()
    assert "2 times today" in said_en(at.last().detail)
    at.passes(86_400, 600)
    at.occurs()
    assert at.last().outcome is Outcome.DONE


# --- other triggers


def test_a_schedule_fires_once_on_the_days_it_means() -> None:
    at_eight = Trigger(TriggerKind.SCHEDULE, minute=8 * 60, days=(DayKind.WORKDAY,))
    at = bench(plan("p", ON, triggers=(at_eight,)), now_ns=1_791_331_200 * 10**9)  # 2026-10-07 08:00 +8
    at.passes(86_400 * 5, 50)
    begun = [one.begun_ns for one in (run.row for run in at.runs.values())]
    days = [(one - 1_791_331_200 * 10**9) // (86_400 * 10**9) for one in begun]
    assert days == [1, 2, 3, 5]  # 8, 9, 10 (a make-up Saturday) and 12 October


def test_an_event_starts_what_waits_for_it_and_its_subject() -> None:
    late = Trigger(TriggerKind.BUSINESS, event="gate.forced", subject="north")
    at = bench(plan("p", ON, triggers=(late,)))
    assert at.command(RaiseEvent("gate.forced", ("south",))) == ""
    assert at.runs == {}
    at.command(RaiseEvent("gate.forced", ("east", "north/1")))
    assert at.run().cause == "gate.forced north/1"


def test_a_plan_starts_another_as_a_step_and_by_its_end() -> None:
    ended = Trigger(TriggerKind.PLAN, plan="a", plan_event=PlanEvent.ENDED)
    failed = Trigger(TriggerKind.PLAN, plan="a", plan_event=PlanEvent.FAILED)
    at = bench(
        plan("a", step("b", StepKind.PLAN, plan="b")),
        plan("b", ON, triggers=()),
        plan("c", write("c", "ahu-2/fan", 1), triggers=(ended,)),
        plan("d", write("d", "ahu-3/fan", 1), triggers=(failed,)),
    )
    at.command(PushButton("a", ""))
    assert [run.row.plan for run in at.runs.values()] == ["a", "b", "c"]
    assert at.run(2).parent == 1
    assert "no button" in at.command(PushButton("b", ""))


# --- ends


def lasting(**more: Any) -> Any:
    return plan(
        "p", write("on", "ahu-1/fan", 50, **BACK), write("d", "ahu-2/fan", 9, after=("on",), **BACK), **more
    )


def test_what_was_written_is_restored_in_reverse_when_the_cause_is_over() -> None:
    at = bench(lasting(end=CLEARED))
    at.values[name("ahu-1/fan")] = 20
    at.occurs()
    assert at.run().state is RunState.HOLDING
    at.clears()
    assert at.written() == [("ahu-1/fan", 50), ("ahu-2/fan", 9), ("ahu-2/fan", 0), ("ahu-1/fan", 20)]
    assert at.run().outcome is Outcome.DONE
    assert at.book.held() == ()


def test_all_that_started_it_must_be_over() -> None:
    at = bench(lasting(end=CLEARED, triggers=(SMOKE, OTHER_SMOKE)))
    at.occurs("ahu-1")
    at.occurs("ahu-2")
    at.clears("ahu-1")
    assert at.run().state is RunState.HOLDING
    at.occurs("ahu-1")
    at.clears("ahu-2")
    assert at.run().state is RunState.HOLDING
    at.clears("ahu-1")
    assert at.run().state is RunState.ENDED


def test_a_plan_ends_after_its_time() -> None:
    at = bench(lasting(end=End(EndWhen.AFTER, 600)))
    at.occurs()
    at.passes(599, 50)
    assert at.run().state is RunState.HOLDING
    at.passes(2)
    assert at.run().state is RunState.ENDED
    assert at.values[name("ahu-1/fan")] == 0


def test_after_fire_a_person_says_when_it_is_restored() -> None:
    at = bench(lasting(end=End(EndWhen.CLEARED, by_hand=True), group=PlanGroup.FIRE))
    at.occurs()
    at.clears()
    assert at.run().state is RunState.AWAITING
    assert len(at.book.held()) == 2
    at.passes(3600, 300)
    assert at.written()[2:] == []
    assert at.command(RestoreRun(1, "all clear")) == ""
    assert at.written()[2:] == [("ahu-2/fan", 0), ("ahu-1/fan", 0)]
    assert (at.run().user, at.run().note) == ("li", "all clear")


def test_an_alarm_while_the_last_one_waits_to_be_restored_is_answered() -> None:
    at = bench(lasting(end=End(EndWhen.CLEARED, by_hand=True)))
    at.values[name("ahu-1/fan")] = 20
    at.occurs()
    at.clears()
    at.occurs()
    assert at.run(2).state is RunState.HOLDING
    at.command(RestoreRun(1, ""))
    assert at.values[name("ahu-1/fan")] == 50  # the second run holds it
    at.clears()
    at.command(RestoreRun(2, ""))
    assert at.values[name("ahu-1/fan")] == 20


def test_a_value_that_could_not_be_read_is_left_to_a_person() -> None:
    at = bench(lasting(end=CLEARED))
    at.bad.add(name("ahu-1/fan"))
    at.occurs()
    at.clears()
    assert at.written()[2:] == [("ahu-2/fan", 0)]
    assert at.run().outcome is Outcome.INCOMPLETE
    (lost,) = [one for one in at.runs[1].orders.values() if one.stage == "lost"]
    assert "restore it by hand" in said_en(lost.detail)


def test_what_was_refused_is_not_restored_and_what_failed_is() -> None:
    at = bench(lasting(end=CLEARED))
    at.answers |= {name("ahu-1/fan"): "refused", name("ahu-2/fan"): "failed"}
    at.occurs()
    at.clears()
    assert at.written() == [("ahu-1/fan", 50), ("ahu-2/fan", 9), ("ahu-2/fan", 0)]


def test_a_person_stops_a_run_and_the_rest_is_not_done() -> None:
    at = bench(
        plan(
            "p",
            write("on", "ahu-1/fan", 50, **BACK),
            write("late", "ahu-2/fan", 9, delay_s=60),
            end=End(EndWhen.HAND),
        )
    )
    at.occurs()
    assert at.command(StopRun(1, "false alarm")) == ""
    assert at.steps() == {"on": "done", "late": "skipped"}
    assert (at.run().outcome, at.run().detail) == (Outcome.STOPPED, "false alarm")
    assert at.written() == [("ahu-1/fan", 50), ("ahu-1/fan", 0)]
    assert "not under way" in at.command(StopRun(1, "again"))


def test_a_notice_stands_as_long_as_the_run() -> None:
    at = bench(plan("p", step("post", StepKind.NOTICE, zone="building-a"), end=CLEARED))
    at.occurs()
    at.clears()
    assert [one.stands for one in at.calls if hasattr(one, "stands")] == [True, False]
    assert len({one.id for one in at.calls}) == 1


def test_a_given_value_is_restored_to() -> None:
    back = {"restore": Restore.VALUE, "restore_value": 33}
    at = bench(plan("p", write("on", "ahu-1/fan", 50, **back), end=CLEARED))
    at.occurs()
    at.clears()
    assert at.written() == [("ahu-1/fan", 50), ("ahu-1/fan", 33)]
