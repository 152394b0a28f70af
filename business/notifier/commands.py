"""Commands of the office about messages: how people are reached, and what somebody wants sent.

What goes from the office to the notifier is in `messages.py`. Times of day travel as '08:00'.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from business.access import OWN
from business.access.roles import MANAGING, OPERATING, SHIFT_LEADER, SYSTEM
from config.text import Text

READ: Final = "notify.read"
MANAGE: Final = "notify.manage"
ANSWER: Final = "alarm.acknowledge"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看消息记录", "See what was sent to whom, and what came of it"),
    MANAGE: Text("管理消息通知", "Manage how others are reached, and announce"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    READ: MANAGING | OPERATING | {SYSTEM},
    MANAGE: MANAGING | {SHIFT_LEADER, SYSTEM},
}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WishLine:
    """One medium of somebody's matrix."""

    medium: str
    priorities: tuple[int, ...]
    """1 critical to 4 low."""
    start: str = "00:00"
    end: str = "24:00"
    """Not after `start`: on the day that follows."""


@dataclass(frozen=True, slots=True)
class ReachLines:
    """All that somebody says about being reached. What is critical comes by call and SMS in any case."""

    wishes: tuple[WishLine, ...]
    """A medium that is not among them is used for nothing else."""
    rest_start: str = ""
    """Do not disturb from then: only what is critical is loud; '' for never."""
    rest_end: str = ""
    language: str = "zh"
    opted_out: tuple[str, ...] = ()
    """Events that are optional, of which he wants to hear nothing."""


@dataclass(frozen=True, slots=True)
class SetReach:
    """One's own."""

    label: ClassVar[Text] = Text("设置自己的提醒方式", "Set how one is reached")
    permission: ClassVar[str] = OWN
    lines: ReachLines


@dataclass(frozen=True, slots=True)
class SetReachOf:
    """Somebody else's."""

    label: ClassVar[Text] = Text("设置他人的提醒方式", "Set how somebody is reached")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "users/{user}"
    user: str
    lines: ReachLines


@dataclass(frozen=True, slots=True)
class SetPin:
    """What one enters in a call before one's answer counts."""

    label: ClassVar[Text] = Text("设置电话应答密码", "Set one's PIN for calls")
    permission: ClassVar[str] = OWN
    pin: str = field(repr=False)
    """4 to 8 digits; '' for none."""


@dataclass(frozen=True, slots=True)
class SendTrial:
    """A test message to oneself."""

    label: ClassVar[Text] = Text("给自己试发", "Send oneself a test message")
    permission: ClassVar[str] = OWN
    about: ClassVar[str] = "trials/{medium}"
    medium: str
    account: str = ""
    """By this account of a provider; '' for the one that is used for the medium."""


@dataclass(frozen=True, slots=True)
class Announce:
    label: ClassVar[Text] = Text("发公告", "Announce")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "announcements"
    title: str
    text: str
    teams: tuple[str, ...] = ()
    """Whoever is on duty in them."""
    persons: tuple[str, ...] = ()
    """User names of staff."""
    urgent: bool = False
    """It is about a danger: it goes at any hour, and nobody can have opted out of it."""


@dataclass(frozen=True, slots=True)
class SayHowFar:
    """Whoever answers an alarm says how far he is."""

    label: ClassVar[Text] = Text("反馈处置进度", "Say how far one is with an alarm")
    permission: ClassVar[str] = ANSWER
    about: ClassVar[str] = "escalations/{escalation}"
    escalation: str
    progress: str
    """A `Progress`; 'calling' passes it on to whoever is called next."""


@dataclass(frozen=True, slots=True)
class StartReachabilityTest:
    """The test call, now, instead of on its weekday."""

    label: ClassVar[Text] = Text("立即测试可达性", "Test now who can be reached")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "reachability"
    teams: tuple[str, ...] = ()
    """() for all."""


COMMANDS: tuple[type, ...] = (
    SetReach,
    SetReachOf,
    SetPin,
    SendTrial,
    Announce,
    SayHowFar,
    StartReachabilityTest,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReachChanged:
    user: str


@dataclass(frozen=True, slots=True)
class MessageAsked:
    """The notifier will be told."""

    id: str
