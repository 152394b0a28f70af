"""The table of alarm states keeps the rules of ISA-18.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.alarm_states import ACTIVE, TRANSITIONS, Trigger, step
from actors.messages import AlarmState

NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED = AlarmState


@pytest.mark.parametrize(
    ("state", "trigger", "name", "target"),
    [
        (NORMAL, Trigger.BEGAN, "alarm_occurs", UNACKNOWLEDGED),
        (UNACKNOWLEDGED, Trigger.ACKNOWLEDGE, "acknowledge", ACKNOWLEDGED),
        (UNACKNOWLEDGED, Trigger.ENDED, "return_to_normal", RETURNED),
        (ACKNOWLEDGED, Trigger.ENDED, "return_to_normal", NORMAL),
        (RETURNED, Trigger.ACKNOWLEDGE, "acknowledge", NORMAL),
        (RETURNED, Trigger.BEGAN, "re_alarm", UNACKNOWLEDGED),
    ],
)
def test_the_transitions_have_the_names_of_the_standard(
    state: AlarmState, trigger: Trigger, name: str, target: AlarmState
) -> None:
    transition = step(state, trigger)
    assert transition is not None
    assert (transition.name, transition.target) == (name, target)


def test_the_order_of_acknowledge_and_return_does_not_matter() -> None:
    for order in ((Trigger.ACKNOWLEDGE, Trigger.ENDED), (Trigger.ENDED, Trigger.ACKNOWLEDGE)):
        state = UNACKNOWLEDGED
        for trigger in order:
            transition = step(state, trigger)
            assert transition is not None
            state = transition.target
        assert state is NORMAL


@given(st.lists(st.sampled_from(Trigger)))
def test_only_the_condition_decides_whether_an_alarm_is_active(triggers: list[Trigger]) -> None:
    state, holds = NORMAL, False
    for trigger in triggers:
        transition = step(state, trigger)
        state = transition.target if transition else state
        match trigger:
            case Trigger.BEGAN:
                holds = True
            case Trigger.ENDED | Trigger.REMOVE:
                holds = False
            case Trigger.ENDED_UNSEEN if state is not ACKNOWLEDGED:
                holds = False
        assert (state in ACTIVE) == holds


def test_every_occurrence_is_a_new_event_and_nothing_else_is() -> None:
    for (state, trigger), transition in TRANSITIONS.items():
        assert transition.new_event == (trigger is Trigger.BEGAN)
        assert not transition.annunciates or transition.target is UNACKNOWLEDGED
        assert (state in ACTIVE) or trigger is not Trigger.ENDED
