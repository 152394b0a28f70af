"""What actors, their supervisors and their watchers tell each other about living and dying."""

from dataclasses import dataclass
from typing import Protocol

from pykka.messages import _ActorStop


class PlatformError(Exception):
    """An expected refusal: answers whoever asked, and leaves the actor that raises it running.

    Told instead of asked there is nobody to answer, so it then ends the actor like any other error.
    """


@dataclass(frozen=True, slots=True)
class Control:
    """Base of the messages that go ahead of every backlog and are never shed."""


CONTROL = (Control, _ActorStop)
"""The kinds of message that an inbox keeps in its control lane."""


@dataclass(frozen=True, slots=True)
class ChildStarted(Control):
    """The child `name` has finished its setup; `urn` tells it from its predecessors and successors."""

    name: str
    urn: str


@dataclass(frozen=True, slots=True)
class ChildStopped(Control):
    """The child ended because somebody (perhaps itself) asked it to stop."""

    name: str
    urn: str


@dataclass(frozen=True, slots=True)
class ChildFailed(Control):
    """The child ended by an error: in setup, in a turn or in teardown."""

    name: str
    urn: str
    error: str


Ending = ChildStopped | ChildFailed
Life = ChildStarted | Ending


@dataclass(frozen=True, slots=True)
class Ping(Control):
    """Are you there?  Every actor answers `Pong`, ahead of its backlog."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to `Ping`."""

    name: str


@dataclass(frozen=True, slots=True)
class Wake(Control):
    """Told by an actor's own thread when no mail came for `Actor.patience_s()` seconds."""


class Listener(Protocol):
    """Whoever wants to hear: an `Address`, an actor's reference, or the process itself."""

    def tell(self, message: Life, /) -> object: ...
