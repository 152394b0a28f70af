"""A call: an escalation with what people are told of it, and the messages that go out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from business.notifier.escalation import Escalation, Slot
from config.notify_events import LANGUAGES

ALARM, PLAN, TEST = "alarm", "plan", "test"
"""Kinds of calls."""


@dataclass(frozen=True, slots=True)
class Call:
    escalation: Escalation
    kind: str
    subject: str
    """device/point/rule of an alarm; the plan."""
    event: int
    """The occurrence of the alarm to acknowledge."""
    notice: str
    """What it is about, of `config.notify_events`."""
    values: Mapping[str, Mapping[str, str]]
    """By language, the variables of the event."""
    text: str
    """In one line, in both languages (`said`)."""
    opened_ns: int
    team: str
    told: frozenset[str] = frozenset()
    """User names of those who were told."""
    only: str = ""
    """The one target that is meant; '' for all."""
    owed: str = ""
    """Who has answered in a way of which `core` does not know yet; '' for nobody."""
    way: str = ""
    """By which he has: sms, voice, link."""
    number: int = 0
    """Which call it is; 0 before it is kept."""

    def in_language(self, language: str) -> Mapping[str, str]:
        return self.values.get(language) or self.values[LANGUAGES[0]]


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message as it is kept; `number` to `body` are the columns of its row."""

    number: int
    id: str
    time_ns: int
    event: str
    call: str
    subject: str
    person: str
    receiver: str
    """With most of it hidden."""
    medium: str
    account: str
    only: str
    """The one account by which it may go; '' for any."""
    priority: int
    language: str
    title: str
    text: str
    state: str
    round: int
    step: int
    repeat: int
    due_ns: int
    until_ns: int
    waits: str
    """'' to go when it is due; digest to go with others then."""
    place: bytes = field(default=b"", repr=False)
    """By which messages to one receiver are found; the store fills it in."""
    written: int = 0
    """1 once its request was about to be written."""
    attempts: int = 0
    unclear: int = 0
    """How often nobody knew whether the provider had taken it."""
    tried_ns: int = 0
    handed_ns: int = 0
    reference: str = ""
    detail: str = ""
    cost: int = 0
    answered_ns: int = 0
    body: bytes = field(default=b"", repr=False)


def message_id(cause: str, slot: Slot, receiver: str, medium: str) -> str:
    """32 hexadecimal digits: the same intent has the same one whenever it is decided."""
    key = "\x1f".join((cause, str(slot.round), str(slot.step), str(slot.repeat), receiver, medium))
    return sha256(key.encode()).hexdigest()[:32]
