"""The life of an alarm as one table: ISA-18.2 / IEC 62682 states, by what happens to them. Pure.

A further state (latched, shelved, suppressed by design, out of service) is a member of `AlarmState` and rows
here; nothing else decides what follows what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from actors.messages import AlarmState

NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED = AlarmState


class Trigger(StrEnum):
    """What can happen to an alarm."""

    BEGAN = "began"
    """The condition holds."""
    ENDED = "ended"
    """The condition holds no longer."""
    ENDED_UNSEEN = "ended-unseen"
    """The condition holds no longer, and nobody had been told that it did."""
    TELL = "tell"
    """An occurrence that was held back, because it was old or beneath a lost device, turns out to last."""
    ACKNOWLEDGE = "acknowledge"
    """A person has seen it."""
    REMOVE = "remove"
    """A configuration version removed the rule or the device."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: its name is what the journal says."""

    name: str
    target: AlarmState
    annunciates: bool = False
    """Sound, blink and notification, unless the occurrence is held back."""
    new_event: bool = False
    """Begins another occurrence, with a number of its own."""


TRANSITIONS: Mapping[tuple[AlarmState, Trigger], Transition] = MappingProxyType(
    {
        (NORMAL, Trigger.BEGAN): Transition("alarm_occurs", UNACKNOWLEDGED, annunciates=True, new_event=True),
        (RETURNED, Trigger.BEGAN): Transition("re_alarm", UNACKNOWLEDGED, annunciates=True, new_event=True),
        (UNACKNOWLEDGED, Trigger.TELL): Transition("annunciate", UNACKNOWLEDGED, annunciates=True),
        (UNACKNOWLEDGED, Trigger.ENDED): Transition("return_to_normal", RETURNED),
        (UNACKNOWLEDGED, Trigger.ENDED_UNSEEN): Transition("return_to_normal", NORMAL),
        (ACKNOWLEDGED, Trigger.ENDED): Transition("return_to_normal", NORMAL),
        (UNACKNOWLEDGED, Trigger.ACKNOWLEDGE): Transition("acknowledge", ACKNOWLEDGED),
        (RETURNED, Trigger.ACKNOWLEDGE): Transition("acknowledge", NORMAL),
        (UNACKNOWLEDGED, Trigger.REMOVE): Transition("remove", NORMAL),
        (ACKNOWLEDGED, Trigger.REMOVE): Transition("remove", NORMAL),
        (RETURNED, Trigger.REMOVE): Transition("remove", NORMAL),
    }
)

ACTIVE = frozenset({UNACKNOWLEDGED, ACKNOWLEDGED})
"""States in which the condition holds."""


def step(state: AlarmState, trigger: Trigger) -> Transition | None:
    """What follows; None where the trigger changes nothing in this state."""
    return TRANSITIONS.get((state, trigger))
