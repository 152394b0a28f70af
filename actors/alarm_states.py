"""The life of an alarm as one table: the states of ISA-18.2-2016 / IEC 62682, by what happens to them. Pure.

Nothing else decides what follows what; `docs/alarm-states.md` is drawn from it. The standard's letters are
A normal, B unacknowledged, C acknowledged, D returned unacknowledged, E latched unacknowledged, F latched
acknowledged, G shelved, H suppressed by design, I out of service.

G, H and I add up: an alarm may be all three at once, shows the strongest (I before G before H), and is heard
of again only when the last has gone. Meanwhile its condition is tracked, and leaving with the condition
present annunciates.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from actors.messages import AlarmState

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


class Trigger(StrEnum):
    """What can happen to an alarm."""

    BEGAN = "began"
    """The condition holds."""
    ENDED = "ended"
    """The condition holds no longer."""
    ENDED_UNSEEN = "ended-unseen"
    """The condition holds no longer, and nobody had been told that it did."""
    TELL = "tell"
    """An occurrence that was held back (old, beneath a lost device, in a test) turns out to last."""
    REMIND = "remind"
    """It has been acknowledged and active for its re-alarm time, or became more urgent."""
    ACKNOWLEDGE = "acknowledge"
    """A person has seen it."""
    ACKNOWLEDGE_RETURN = "acknowledge-return"
    """Its class asks for no acknowledgement of a return."""
    SILENCE = "silence"
    """A person has heard it: the sound goes, the blinking stays."""
    RESET = "reset"
    """A person lets go of what is latched."""
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SHELF_TIME = "shelf-time"
    """The time on the shelf is over, or what was shelved for one shot has returned."""
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    TAKE_OUT = "take-out"
    """It is taken out of service."""
    PUT_BACK = "put-back"
    """It is put back in service."""
    REMOVE = "remove"
    """A configuration version removed the rule or the device."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the table may ask about an alarm besides its state; as it is once the trigger has happened."""

    active: bool = False
    """The condition holds."""
    latching: bool = False
    """It stays until it is reset, and has not been since the condition last held."""
    event: bool = False
    """It is of a class that is only journaled."""
    shelved: bool = False
    suppressed: bool = False
    out_of_service: bool = False


Guard = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Transition:
    """What follows: its name is what the journal says."""

    name: str
    target: AlarmState
    annunciates: bool = False
    """Sound, blink and notification, unless the occurrence is held back."""
    new_event: bool = False
    """Begins another occurrence, with a number of its own."""


@dataclass(frozen=True, slots=True)
class Case:
    """A transition and when it is taken; of several the first that holds."""

    guard: str
    """'' for always; a key of GUARDS."""
    transition: Transition


GUARDS: Final[Mapping[str, Guard]] = MappingProxyType(
    {
        "": lambda _facts: True,
        "active": lambda facts: facts.active,
        "latching": lambda facts: facts.latching,
        "event": lambda facts: facts.event,
        "out of service": lambda facts: facts.out_of_service,
        "shelved": lambda facts: facts.shelved,
        "suppressed": lambda facts: facts.suppressed,
    }
)

ACTIVE: Final = frozenset({UNACKNOWLEDGED, ACKNOWLEDGED})
"""States in which the condition holds; in HIDDEN ones it may."""
WAITING: Final = frozenset({UNACKNOWLEDGED, RETURNED, LATCHED})
"""States that wait for an acknowledgement."""
_KEPT_BACK: Final = (SHELVED, SUPPRESSED, OUT_OF_SERVICE)
SOUNDING: Final = frozenset({UNACKNOWLEDGED, LATCHED})
"""States that are heard until somebody acknowledges or silences them."""
SILENCE_S: Final = 600.0
"""How long an alarm stays silenced; then it is heard again, unless it was acknowledged."""
HIDDEN: Final = frozenset(_KEPT_BACK)
"""States that are kept from the operator, each in a list of its own."""
UNDONE: Final = HIDDEN | {LATCHED, LATCHED_ACKNOWLEDGED}
"""States that a list shows whether or not anybody was ever told: a person is to do something about them."""
_PLAIN: Final = (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, LATCHED, LATCHED_ACKNOWLEDGED)


def _only(transition: Transition) -> tuple[Case, ...]:
    return (Case("", transition),)


def _hiding(name: str) -> tuple[Case, ...]:
    """One more reason to be hidden: the strongest shows."""
    return (
        Case("out of service", Transition(name, OUT_OF_SERVICE)),
        Case("shelved", Transition(name, SHELVED)),
        Case("", Transition(name, SUPPRESSED)),
    )


def _revealing(name: str) -> tuple[Case, ...]:
    """One reason less: with the last of them the alarm is what its condition says."""
    return (
        Case("out of service", Transition(name, OUT_OF_SERVICE)),
        Case("shelved", Transition(name, SHELVED)),
        Case("suppressed", Transition(name, SUPPRESSED)),
        Case("active", Transition(name, UNACKNOWLEDGED, annunciates=True, new_event=True)),
        Case("latching", Transition(name, LATCHED)),
        Case("", Transition(name, NORMAL)),
    )


def _rows() -> Iterator[tuple[tuple[AlarmState, Trigger], tuple[Case, ...]]]:
    occurs = Transition("alarm_occurs", UNACKNOWLEDGED, annunciates=True, new_event=True)
    yield (
        (NORMAL, Trigger.BEGAN),
        (Case("event", Transition("event_begins", ACKNOWLEDGED, new_event=True)), Case("", occurs)),
    )
    for state in (RETURNED, LATCHED, LATCHED_ACKNOWLEDGED):
        again = Transition("re_alarm", UNACKNOWLEDGED, annunciates=True, new_event=True)
        yield (state, Trigger.BEGAN), _only(again)
    yield (
        (UNACKNOWLEDGED, Trigger.TELL),
        _only(Transition("annunciate", UNACKNOWLEDGED, annunciates=True)),
    )
    yield (
        (ACKNOWLEDGED, Trigger.REMIND),
        _only(Transition("re_alarm", UNACKNOWLEDGED, annunciates=True)),
    )
    for state in (UNACKNOWLEDGED, LATCHED):
        yield (state, Trigger.SILENCE), _only(Transition("silence", state))
    yield (
        (UNACKNOWLEDGED, Trigger.ENDED),
        (
            Case("latching", Transition("return_to_normal", LATCHED)),
            Case("", Transition("return_to_normal", RETURNED)),
        ),
    )
    yield (
        (UNACKNOWLEDGED, Trigger.ENDED_UNSEEN),
        (
            Case("latching", Transition("return_to_normal", LATCHED)),
            Case("", Transition("return_to_normal", NORMAL)),
        ),
    )
    yield (
        (ACKNOWLEDGED, Trigger.ENDED),
        (
            Case("event", Transition("event_ends", NORMAL)),
            Case("latching", Transition("return_to_normal", LATCHED_ACKNOWLEDGED)),
            Case("", Transition("return_to_normal", NORMAL)),
        ),
    )
    yield (RETURNED, Trigger.ACKNOWLEDGE_RETURN), _only(Transition("auto_ack_rtn", NORMAL))
    for state, target in (
        (UNACKNOWLEDGED, ACKNOWLEDGED),
        (RETURNED, NORMAL),
        (LATCHED, LATCHED_ACKNOWLEDGED),
    ):
        yield (state, Trigger.ACKNOWLEDGE), _only(Transition("acknowledge", target))
    yield (LATCHED_ACKNOWLEDGED, Trigger.RESET), _only(Transition("reset", NORMAL))
    yield (LATCHED, Trigger.RESET), _only(Transition("reset", RETURNED))
    for state in (*_PLAIN, *_KEPT_BACK):
        for trigger, name in (
            (Trigger.SHELVE, "shelve"),
            (Trigger.SUPPRESS, "suppress"),
            (Trigger.TAKE_OUT, "remove_from_service"),
        ):
            yield (state, trigger), _hiding(name)
    for state in _KEPT_BACK:
        yield (state, Trigger.BEGAN), _only(Transition("alarm_occurs", state, new_event=True))
        yield (state, Trigger.ENDED), _only(Transition("return_to_normal", state))
        for trigger, name in (
            (Trigger.UNSHELVE, "unshelve"),
            (Trigger.SHELF_TIME, "shelve_timeout"),
            (Trigger.UNSUPPRESS, "unsuppress"),
            (Trigger.PUT_BACK, "return_to_service"),
        ):
            yield (state, trigger), _revealing(name)
    for state in (*_PLAIN, *_KEPT_BACK):
        if state is not NORMAL:
            yield (state, Trigger.REMOVE), _only(Transition("remove", NORMAL))


TRANSITIONS: Final[Mapping[tuple[AlarmState, Trigger], tuple[Case, ...]]] = MappingProxyType(dict(_rows()))


def step(state: AlarmState, trigger: Trigger, facts: Facts) -> Transition | None:
    """What follows; None where the trigger changes nothing in this state."""
    for case in TRANSITIONS.get((state, trigger), ()):
        if GUARDS[case.guard](facts):
            return case.transition
    return None
