"""What every channel offers: hand over one message, and ask what became of it and who has answered.

A channel knows one provider's protocol and nothing of policies, persons and retries. It keeps no state of its
own that a restart could lose.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from actors.messages import SpokenNotice
from business.notifier.speech.speech import Speech
from config.notification import Medium as Medium
from config.secrets import Secret
from config.text import Text


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one receiver, as a channel is to hand it over."""

    id: str
    """32 hexadecimal digits, the same in every attempt: the provider's idempotency key where it has one."""
    to: str = field(repr=False)
    """A number in E.164 (+8613800138000), an e-mail address, or what the channel's options name."""
    language: str
    """zh or en"""
    subject: str
    """One line, without what others may not read."""
    text: str = field(repr=False)
    """What a person reads or hears, where the channel takes free text; without link and code, which the
    channel adds where it can show them."""
    template: str = ""
    """The provider's id of an approved template, where it takes nothing else."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By the names, and within the lengths, that the template was approved with."""
    link: str = field(default="", repr=False)
    """Where the receiver answers by a button; '' for a message that wants no answer."""
    code: str = field(default="", repr=False)
    """By which the receiver answers in writing; '' for none."""
    asks: bool = False
    """A call asks for a key: 1 to acknowledge, 2 to pass on, 3 to hear it again."""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """The provider has taken the message."""

    reference: str
    """How receipts and answers name it; '' where the provider gives no name."""
    cost: int = 0
    """What the provider says it costs, in hundredths of its currency; 0 where it does not say."""


class ReceiptKind(StrEnum):
    DELIVERED = "delivered"
    """On the phone, or the call was taken."""
    FAILED = "failed"
    """It will not arrive any more: switched off, not answered, refused on the way."""
    DEAD = "dead"
    """Nor will any other: there is no such receiver."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message, told later."""

    reference: str
    kind: ReceiptKind
    time_ns: int
    detail: str
    """The provider's code and words."""
    cost: int = 0


class Key(StrEnum):
    """What a called person may press."""

    ACKNOWLEDGE = "1"
    PASS_ON = "2"  # noqa: S105  # no password
    REPEAT = "3"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wrote or pressed."""

    id: str
    """The provider's name of it, so that it is taken once."""
    sender: str = field(repr=False)
    """The number or account that it came from, in the form of `Outgoing.to`."""
    text: str = field(repr=False)
    """As written; of a call the keys pressed."""
    time_ns: int
    reference: str = ""
    """The message that it answers, where the provider knows; '' otherwise."""


class NotHanded(Exception):
    """The provider has not taken a message. Says what, which limit or code, and the way out, in both
    languages (`actors.said.said`); never a secret, never the whole number."""


class BadReceiver(NotHanded):
    """Because of this receiver: no other attempt to the same address can succeed."""


class BadMessage(NotHanded):
    """Because of what it says: template, signature or variables are not as approved."""


class BadAccount(NotHanded):
    """Because of us: key, balance, permission, configuration. Nothing goes this way until somebody acts."""


class TryLater(NotHanded):
    """It is throttled, unreachable, or has a fault of its own."""

    def __init__(self, why: str, after_s: float = 0.0) -> None:
        """`after_s` is what the provider says; 0 when it does not."""
        super().__init__(why)
        self.after_s = after_s


class Unclear(NotHanded):
    """Nobody knows: the connection broke after the request was written. Only where `repeatable` says so can
    the same message be handed over again without reaching its receiver twice."""


_WRITING: ContextVar[Callable[[], Awaitable[None]] | None] = ContextVar("writing", default=None)


async def writing() -> None:
    """A channel says so right before it writes what may take effect: a process that ends before then has sent
    nothing, and afterwards nobody knows."""
    if (told := _WRITING.get()) is not None:
        await told()


def on_writing(told: Callable[[], Awaitable[None]]) -> None:
    """Who hears of it, of what this task hands over from now on."""
    _WRITING.set(told)


class Channel(Protocol):
    """On one asyncio loop. Each call ends by itself within `DEADLINE_S`."""

    async def hand_over(self, message: Outgoing) -> Handed:
        """Raises NotHanded, and nothing else for what the network or the provider does."""

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        """What is known of messages that were handed over, each (reference, to, time_ns), and of others that
        the provider tells of unasked. Empty where it tells nothing. Raises NotHanded."""

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        """What has come in since, perhaps some again. Empty where nobody can answer. Raises NotHanded."""

    async def check(self) -> None:
        """Whether the account works, without sending anything, as far as the provider lets us ask. Raises
        NotHanded."""

    async def close(self) -> None: ...


class Forged(Exception):
    """A request that claims to come from a provider is not signed by it, or lacks something."""


@runtime_checkable
class CallsBack(Protocol):
    """A channel whose provider posts to us what was pressed or written."""

    def posted(self, url: str, fields: Mapping[str, str], signature: str, now_ns: int) -> Answer:
        """`url` as the provider has called it. Raises Forged."""

    def thanks(self, message: Outgoing, url: str, *, again: bool) -> str:
        """What the provider wants to hear: `again` for the message once more, else a farewell."""


@dataclass(frozen=True, slots=True)
class House:
    """What the program itself offers to channels, beside what an administrator sets."""

    announce: Callable[[SpokenNotice], object]
    """To the control room's browsers; who is not there does not hear of it later."""
    played_ns: Callable[[str], int]
    """When the first browser played the notice of that id; 0 while none has."""
    speech: Speech


class ChannelKind(Protocol):
    """A channel's file offers one as `KIND`."""

    name: ClassVar[str]
    """Such as aliyun-sms."""
    label: ClassVar[Text]
    medium: ClassVar[Medium]
    options: ClassVar[type[BaseModel]]
    """What an administrator sets for an account, secrets apart."""
    secrets: ClassVar[Mapping[str, Text]]
    """What he sets as secrets: by name, with labels."""
    templated: ClassVar[bool]
    """Whether the provider takes approved templates only."""
    repeatable: ClassVar[bool]
    """Whether the provider refuses or ignores a second message of the same id."""
    answered: ClassVar[bool]
    """Whether answers come back this way."""
    most_keys: ClassVar[int]
    """How many keys it hears of a call, so that a PIN can be asked for; 1 for no PIN, 0 for no keys."""

    def open(self, options: Any, secrets: Mapping[str, Secret], house: House) -> Channel:
        """`options` is of the class `self.options`."""


DEADLINE_S = 15.0
"""For one call, from the look-up of the name to the whole of the answer."""
