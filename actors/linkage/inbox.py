"""What the gate and the executor of linkage tell each other."""

from collections.abc import Callable
from dataclasses import dataclass

from actors.channels.command import Envelope
from actors.linkage.book import Command
from actors.messages import CommandResult, Issuer

Reply = Callable[[CommandResult], None]


@dataclass(frozen=True, slots=True)
class Given:
    """A plan's command, to the gate: the plan was approved with its configuration, so that no person's
    permission is asked; whether it can be meant, tags and the local switch are."""

    envelope: Envelope
    reply: Reply


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's command, already permitted, to the executor. `reply` is called once, from any thread."""

    id: str
    command: Command
    issuer: Issuer
    reply: Reply


@dataclass(frozen=True, slots=True)
class Taken:
    """A follower has taken what plans ask of others up to this request."""

    follower: str
    request: int


@dataclass(frozen=True, slots=True)
class Journaled:
    """Told by the journal after a commit: there may be something to follow."""
