"""The supervision tree as values: what `steward status` shows."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import pykka

from actors.actor import Ref
from actors.address import Address
from actors.life import Control


class State(StrEnum):
    """What a child is doing, seen from its supervisor."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAULTED = "faulted"
    """Set aside after too many failures, until it is tried again."""

    @property
    def is_down(self) -> bool:
        return self in {State.STOPPED, State.FAULTED}


@dataclass(frozen=True, slots=True)
class Node:
    """One actor; `dataclasses.asdict` gives plain maps."""

    name: str
    kind: str
    """The name of the actor's class; "" before it was ever started."""
    state: State
    restarts: int = 0
    inbox: int = 0
    inbox_max: int = 0
    messages: int = 0
    """Handled since the last start; two looks give a rate."""
    shed: int = 0
    error: str = ""
    """How the child failed last."""
    children: tuple["Node", ...] = ()

    def walk(self, above: str = "") -> Iterator[tuple[str, "Node"]]:
        """Every node with its path, this one first."""
        path = f"{above}/{self.name}" if above else self.name
        yield path, self
        for child in self.children:
            yield from child.walk(path)


def actor_node(
    ref: Ref, name: str, state: State, *, restarts: int = 0, error: str = "", children: tuple[Node, ...] = ()
) -> Node:
    """The node of an actor that is there; `name` and `state` are its supervisor's."""
    inbox = ref.actor_inbox
    return Node(
        name,
        ref.actor_class.__name__,
        state,
        restarts,
        inbox=inbox.depth,
        inbox_max=inbox.depth_max,
        messages=ref.vitals.handled,
        shed=inbox.shed,
        error=error,
        children=children,
    )


@dataclass(frozen=True, slots=True)
class Level:
    """A supervisor and its children, and where to ask on for those that are supervisors themselves."""

    node: Node
    supervisors: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Look(Control):
    """Asks a supervisor for its `Level`."""


def tree(supervisor: Address, *, timeout_s: float = 2.0) -> Node:
    """The whole tree below `supervisor`, asked level by level from the caller's thread.

    A supervisor below that does not answer in time is shown without children and with an error.

    Raises:
        pykka.ActorDeadError, pykka.Timeout: the first supervisor does not answer.
    """
    return _tree(supervisor, time.monotonic() + timeout_s)


def _tree(supervisor: Address, deadline: float) -> Node:
    level: Level = supervisor.ask(Look(), timeout_s=max(0.0, deadline - time.monotonic()))
    below: dict[str, tuple[Node, ...] | str] = {}
    for address in level.supervisors:
        try:
            below[address.name] = _tree(address, deadline).children
        except (pykka.ActorDeadError, pykka.Timeout) as error:
            below[address.name] = f"does not answer: {error!r}"
    return replace(level.node, children=tuple(_grown(node, below) for node in level.node.children))


def _grown(node: Node, below: dict[str, tuple[Node, ...] | str]) -> Node:
    match below.get(node.name):
        case None:
            return node
        case str() as error:
            return replace(node, error=error)
        case children:
            return replace(node, children=children)
