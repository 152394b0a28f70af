"""Who is told of what, when and how, as data: policies, accounts of providers, templates of messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from config.hours import ALWAYS, Hours
from config.plans import DayKind
from config.text import Text


class Medium(StrEnum):
    """How a message meets its person."""

    SMS = "sms"
    VOICE = "voice"
    EMAIL = "email"
    CHAT = "chat"
    PUSH = "push"
    SPEAKER = "speaker"


class Audience(StrEnum):
    """Who of a team is called."""

    ON_DUTY = "on-duty"
    LEADER = "leader"
    MANAGER = "manager"
    MEMBERS = "members"
    """Everybody in it, on duty or not."""
    PHONE = "phone"
    """The team's duty phone."""


class Stop(StrEnum):
    """What ends the calls."""

    ANSWER = "answer"
    RETURN = "return"
    """The alarm is over."""


class Progress(StrEnum):
    """How far an alarm has come with those who answer it."""

    CALLING = "calling"
    ACKNOWLEDGED = "acknowledged"
    ON_THE_WAY = "on-the-way"
    ON_SITE = "on-site"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    after_s: float
    """From the beginning of the calls."""
    audience: Audience
    team: str = ""
    """'' for the team of the policy."""
    media: tuple[Medium, ...] = ()
    """() for what each person's own rules say."""
    in_order: bool = False
    """One medium after the other: the next when the one before has failed, or brought no answer in time."""
    wait_s: float = 60.0
    """Between one medium and the next, where they are in order."""
    repeats: int = 0
    every_s: float = 0.0
    """Between one repeat and the next."""

    @property
    def last_s(self) -> float:
        """When its last repeat comes."""
        return self.after_s + self.repeats * self.every_s


@dataclass(frozen=True, slots=True)
class Policy:
    id: str
    name: Text
    team: str
    """'' for the team that the cause names."""
    steps: tuple[Step, ...]
    stops: frozenset[Stop] = frozenset({Stop.ANSWER})
    """None where every step is taken whatever happens: everybody is to know."""
    again_s: float = 0.0
    """So long after the last step all of it begins anew while nothing has stopped it; 0 for giving up."""
    promises_s: Mapping[Progress, float] = field(default_factory=dict)
    """How long whoever answered may stay at a stage before he is taken for silent; left out, for ever."""
    priorities: frozenset[int] = frozenset()
    """1 critical to 4 low; here and below none are all."""
    zones: frozenset[str] = frozenset()
    """With all below them."""
    subsystems: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    days: tuple[DayKind, ...] = ()
    """Kinds of the day on which its hours begin."""
    hours: Hours = ALWAYS
    enabled: bool = True


class Duties(StrEnum):
    """What an account of a provider carries."""

    ALL = "all"
    ALARMS = "alarms"
    """Nothing but alarms, so that no other message uses up its limits."""
    BUSINESS = "business"
    WATCHDOG = "watchdog"
    """Only that Steward is silent: no other process uses it."""


@dataclass(frozen=True, slots=True)
class NumberLimit:
    """How many messages a provider takes to one receiver within a time."""

    most: int
    within_s: float
    equal: bool = False
    """Only those of the same text count."""


@dataclass(frozen=True, slots=True)
class Account:
    """At a provider, by whose channel messages go."""

    id: str
    name: Text
    kind: str
    """The name of the channel, such as aliyun-sms."""
    order: int
    """Of those of one medium the lowest is used first; the others when it fails."""
    duties: Duties
    per_minute: float
    """Messages that the provider takes; 0 for no limit."""
    limits: tuple[NumberLimit, ...]
    cost_each: int
    """Hundredths of the currency that a message costs, where the provider does not say."""
    cost_a_day: int
    """The ceiling in the same: beyond it only what is critical goes this way. 0 for none."""
    languages: tuple[str, ...]
    """In which it can speak; () for all."""
    options: Mapping[str, Any]
    """As the channel's own table has them."""
    enabled: bool = True


class Review(StrEnum):
    """How far a provider has come with a template."""

    DRAFT = "draft"
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class VariableKind(StrEnum):
    """What a provider lets stand in a variable."""

    ANY = "any"
    LETTERS = "letters"
    """No digits."""
    DIGITS = "digits"
    CHARACTERS = "characters"
    """Digits and letters of the Latin alphabet."""


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    """As the provider's template has it; where its variables are numbered, the number."""
    source: str
    """The variable of the event that fills it."""
    most: int
    """Characters."""
    kind: VariableKind = VariableKind.ANY


@dataclass(frozen=True, slots=True)
class Approval:
    """A template at a provider, without which it takes no message about an event."""

    id: str
    account: str
    event: str
    language: str
    template: str
    """The provider's id of it."""
    variables: tuple[Variable, ...]
    review: Review
    remark: str = ""
    """What the reviewer said."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a message about an event says, instead of what ships."""

    id: str
    event: str
    language: str
    medium: Medium | None
    """None for all."""
    subject: str
    text: str
    """With the event's variables in braces."""


_NIGHT = Hours(21 * 60, 8 * 60)


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """How messages are sent, whatever they say."""

    link_address: str = ""
    """Of the office's pages as phones reach them, for links in messages; '' for no links."""
    code_minutes: int = 240
    """How long a code or link answers."""
    digest_s: float = 60.0
    """Within this time what is not critical is gathered for one person ..."""
    digest_after: int = 3
    """... once so many messages have gone to him within it."""
    quiet: Hours | None = _NIGHT
    """Tenants get nothing then but what is dangerous; None for no such hours."""
    drill: bool = False
    """Whether what is marked test, drill or works calls people too."""
    test_day: DayKind = DayKind.WEDNESDAY
    test_minute: int = 600
    """Of the day: the weekly test of everybody on duty and of the duty phones."""
    silent_receivers: tuple[str, ...] = ()
    """Whom the watchdog tells that Steward is silent: numbers or addresses."""


@dataclass(frozen=True, slots=True)
class Notification:
    """All that a site says of it."""

    policies: tuple[Policy, ...] = ()
    """In the order in which they are tried."""
    accounts: Mapping[str, Account] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()
    wordings: tuple[Wording, ...] = ()
