"""The table of alarm states keeps the rules of ISA-18.2 (N01, N06)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.alarm_states import ACTIVE, GUARDS, HIDDEN, TRANSITIONS, WAITING, Facts, Trigger, step
from actors.messages import AlarmState
from scripts import alarm_states

(
    NORMAL,
    UNACKNOWLEDGED,
    ACKNOWLEDGED,
    RETURNED,
    LATCHED,
    LATCHED_ACKNOWLEDGED,
    SHELVED,
    SUPPRESSED,
    OUT_OF_SERVICE,
) = AlarmState
PLAIN = Facts()


@pytest.mark.parametrize(
    ("state", "trigger", "facts", "name", "target"),
    [
        (NORMAL, Trigger.BEGAN, PLAIN, "alarm_occurs", UNACKNOWLEDGED),
        (UNACKNOWLEDGED, Trigger.ACKNOWLEDGE, PLAIN, "acknowledge", ACKNOWLEDGED),
        (UNACKNOWLEDGED, Trigger.ENDED, PLAIN, "return_to_normal", RETURNED),
        (ACKNOWLEDGED, Trigger.ENDED, PLAIN, "return_to_normal", NORMAL),
        (RETURNED, Trigger.ACKNOWLEDGE, PLAIN, "acknowledge", NORMAL),
        (RETURNED, Trigger.ACKNOWLEDGE_RETURN, PLAIN, "auto_ack_rtn", NORMAL),
        (RETURNED, Trigger.BEGAN, PLAIN, "re_alarm", UNACKNOWLEDGED),
        (ACKNOWLEDGED, Trigger.REMIND, PLAIN, "re_alarm", UNACKNOWLEDGED),
        (UNACKNOWLEDGED, Trigger.SILENCE, PLAIN, "silence", UNACKNOWLEDGED),
        (UNACKNOWLEDGED, Trigger.ENDED, Facts(latching=True), "return_to_normal", LATCHED),
        (ACKNOWLEDGED, Trigger.ENDED, Facts(latching=True), "return_to_normal", LATCHED_ACKNOWLEDGED),
        (LATCHED, Trigger.SILENCE, PLAIN, "silence", LATCHED),
        (LATCHED, Trigger.ACKNOWLEDGE, PLAIN, "acknowledge", LATCHED_ACKNOWLEDGED),
        (LATCHED, Trigger.RESET, PLAIN, "reset", RETURNED),
        (LATCHED_ACKNOWLEDGED, Trigger.RESET, PLAIN, "reset", NORMAL),
        (LATCHED_ACKNOWLEDGED, Trigger.BEGAN, PLAIN, "re_alarm", UNACKNOWLEDGED),
        (UNACKNOWLEDGED, Trigger.SHELVE, Facts(shelved=True), "shelve", SHELVED),
        (SHELVED, Trigger.TAKE_OUT, Facts(shelved=True, out_of_service=True), "remove_from_service",
         OUT_OF_SERVICE),
        (OUT_OF_SERVICE, Trigger.PUT_BACK, Facts(shelved=True, active=True), "return_to_service", SHELVED),
        (SHELVED, Trigger.SHELF_TIME, Facts(active=True), "shelve_timeout", UNACKNOWLEDGED),
        (SHELVED, Trigger.UNSHELVE, PLAIN, "unshelve", NORMAL),
        (SUPPRESSED, Trigger.UNSUPPRESS, Facts(latching=True), "unsuppress", LATCHED),
        (NORMAL, Trigger.BEGAN, Facts(event=True), "event_begins", ACKNOWLEDGED),
        (ACKNOWLEDGED, Trigger.ENDED, Facts(event=True), "event_ends", NORMAL),
    ],
)  # fmt: skip
def test_the_transitions_have_the_names_of_the_standard(
    state: AlarmState, trigger: Trigger, facts: Facts, name: str, target: AlarmState
) -> None:
    transition = step(state, trigger, facts)
    assert transition is not None
    assert (transition.name, transition.target) == (name, target)


def test_the_order_of_acknowledge_and_return_does_not_matter() -> None:
    for order in ((Trigger.ACKNOWLEDGE, Trigger.ENDED), (Trigger.ENDED, Trigger.ACKNOWLEDGE)):
        for facts, end in ((PLAIN, NORMAL), (Facts(latching=True), LATCHED_ACKNOWLEDGED)):
            state = UNACKNOWLEDGED
            for trigger in order:
                transition = step(state, trigger, facts)
                assert transition is not None
                state = transition.target
            assert state is end


def test_acknowledging_never_clears_an_alarm() -> None:
    for state in WAITING & ACTIVE:
        transition = step(state, Trigger.ACKNOWLEDGE, Facts(active=True))
        assert transition is not None
        assert transition.target in ACTIVE


def test_leaving_what_hides_with_the_condition_present_annunciates() -> None:
    for state in HIDDEN:
        for trigger in (Trigger.UNSHELVE, Trigger.SHELF_TIME, Trigger.UNSUPPRESS, Trigger.PUT_BACK):
            transition = step(state, trigger, Facts(active=True))
            assert transition is not None
            assert transition.annunciates
            assert transition.new_event
            assert transition.target is UNACKNOWLEDGED


def test_what_is_hidden_is_never_told() -> None:
    for (state, _), cases in TRANSITIONS.items():
        for case in cases:
            if case.transition.target in HIDDEN:
                assert not case.transition.annunciates
            if state in HIDDEN and case.transition.annunciates:
                assert case.transition.target is UNACKNOWLEDGED


def test_only_an_unacknowledged_alarm_is_told() -> None:
    for cases in TRANSITIONS.values():
        for case in cases:
            assert not case.transition.annunciates or case.transition.target is UNACKNOWLEDGED


def test_every_guard_is_known_and_the_last_case_always_holds() -> None:
    for cases in TRANSITIONS.values():
        assert cases[-1].guard == ""
        assert {case.guard for case in cases} <= GUARDS.keys()


@given(
    st.sampled_from(AlarmState),
    st.sampled_from(Trigger),
    st.builds(Facts, *(st.booleans() for _ in range(6))),
)
def test_the_strongest_reason_shows(state: AlarmState, trigger: Trigger, facts: Facts) -> None:
    transition = step(state, trigger, facts)
    if (
        transition is not None
        and transition.target in HIDDEN
        and trigger not in {Trigger.BEGAN, Trigger.ENDED}
    ):
        strongest = OUT_OF_SERVICE if facts.out_of_service else SHELVED if facts.shelved else SUPPRESSED
        assert transition.target is strongest


def test_the_drawing_is_that_of_the_table() -> None:
    assert alarm_states.PATH.read_text("utf-8") == alarm_states.text(), "run `make docs`"
