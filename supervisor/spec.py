"""What a supervisor is told: child specifications as data, and the requests it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from actors.actor import TURN_LIMIT_S, Ref
from actors.address import Address
from actors.life import Control, PlatformError
from supervisor.restart import Breaker


class Strategy(StrEnum):
    """Who is restarted with a child that failed."""

    ONE_FOR_ONE = "one_for_one"
    REST_FOR_ONE = "rest_for_one"
    """It and the children started after it."""
    ONE_FOR_ALL = "one_for_all"


class Restart(StrEnum):
    """Which ends of a child are followed by a restart."""

    PERMANENT = "permanent"
    """Every one."""
    TRANSIENT = "transient"
    """Failures only."""
    TEMPORARY = "temporary"
    """None; the child is forgotten."""


class SupervisionError(PlatformError):
    """A request that names no child, or a child that exists already, or one that did not start."""


class ChildDidNotStart(Exception):  # like TooManyRestarts it says what happened
    """A child failed while its supervisor was starting; the parent must decide."""


class TooManyRestarts(Exception):
    """Restarting did not help; the parent must decide."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a child is started."""

    name: str
    supervisor: Address
    siblings: Mapping[str, Address]
    """All children of the supervisor, a live view; those started earlier are running."""


@dataclass(frozen=True, slots=True)
class Child:
    """How to start one child, how long it may take for what, and what follows its end."""

    name: str
    start: Callable[[Place], Ref]
    """Must only construct and start the actor; what may fail or take time belongs into its setup."""
    start_s: float = 10.0
    shutdown_s: float = 5.0
    turn_limit_s: float = TURN_LIMIT_S
    restart: Restart = Restart.PERMANENT
    breaker: Breaker | None = None
    """Limits this child by itself and sets it aside as faulted, for devices; None escalates, for services."""
    concurrent: bool = False
    """Starts together with its neighbours that are concurrent too."""

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a child has an empty name")
        for field in ("start_s", "shutdown_s", "turn_limit_s"):
            if (value := getattr(self, field)) <= 0:
                raise ValueError(f"{self.name}: {field} is {value} s; it must be more than 0")
        if self.breaker is not None and self.restart is Restart.TEMPORARY:
            raise ValueError(f"{self.name} is temporary, so its breaker has nothing to limit; leave one out")


@dataclass(frozen=True, slots=True)
class AddChild(Control):
    """Start one more child.  Asked, it answers a future: None once started, SupervisionError if it failed."""

    child: Child


@dataclass(frozen=True, slots=True)
class RemoveChild(Control):
    """Stop a child and forget it.  Asked, it answers a future: None once gone."""

    name: str


@dataclass(frozen=True, slots=True)
class ReplaceChild(Control):
    """Stop the child of that name and start this one in its place, as `AddChild`; its address stays."""

    child: Child

    @property
    def name(self) -> str:
        return self.child.name


@dataclass(frozen=True, slots=True)
class Retry(Control):
    """Try a faulted child again now.  Asked, it answers a future as `AddChild`."""

    name: str


@dataclass(frozen=True, slots=True)
class ChildFaulted:
    """A child was set aside after too many failures: reason for one alarm."""

    name: str
    error: str


@dataclass(frozen=True, slots=True)
class ChildHealed:
    """A child that had been set aside runs again and has lived through its period, or was replaced."""

    name: str


FaultNews = ChildFaulted | ChildHealed


def unheard(_: FaultNews) -> None:
    """For a supervisor without breakers, or whose faults only the tree is to show."""
