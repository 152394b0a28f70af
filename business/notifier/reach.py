"""By which media somebody is reached, at which hours, for how urgent a thing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from config.hours import ALWAYS, Hours
from config.notification import Medium

CRITICAL: Final = 1
AT_LEAST: Final = (Medium.VOICE, Medium.SMS)
"""For what is critical each of these is used, whatever somebody's rules and rest say, if he has a number."""
LOUD: Final = frozenset({Medium.VOICE, Medium.SMS, Medium.PUSH})
"""What wakes people. The others wait in silence until somebody looks."""
EVERYTHING: Final = tuple(Medium)


@dataclass(frozen=True, slots=True)
class Wish:
    """A row of somebody's matrix: this medium, for these priorities, at these hours."""

    medium: Medium
    priorities: frozenset[int]
    hours: Hours = ALWAYS


USUAL: Final = (
    Wish(Medium.VOICE, frozenset({1})),
    Wish(Medium.SMS, frozenset({1, 2})),
    Wish(Medium.PUSH, frozenset({1, 2, 3})),
    Wish(Medium.CHAT, frozenset({1, 2, 3})),
    Wish(Medium.EMAIL, frozenset({1, 2, 3, 4})),
)
"""Of somebody who has not said otherwise."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person has said about being reached."""

    wishes: tuple[Wish, ...] = USUAL
    rest: Hours | None = None
    """Do not disturb: only what is critical is loud then."""


def media_for(
    reach: Reach, priority: int, at: datetime, asked: Sequence[Medium], has: frozenset[Medium]
) -> tuple[Medium, ...]:
    """Those to use at this time on the site's clock, in the order in which they are asked for.

    `asked` are the media of a policy's step, none for all; `has` those of which he has an address. What is
    critical is never silent: if nothing else is left, everything that he has is used.
    """
    wished = {wish.medium for wish in reach.wishes if priority in wish.priorities and wish.hours.hold(at)}
    if priority == CRITICAL:
        wished |= set(AT_LEAST)
    elif reach.rest is not None and reach.rest.hold(at):
        wished -= LOUD
    order = tuple(dict.fromkeys(asked)) or EVERYTHING
    found = tuple(one for one in order if one in wished and one in has)
    if found or priority != CRITICAL:
        return found
    return tuple(one for one in EVERYTHING if one in has)
