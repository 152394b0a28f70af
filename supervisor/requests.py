"""What a supervisor may be asked to change, and why it refuses.  Pure but for the future that says no."""

from collections.abc import Mapping
from typing import Any

import pykka

from supervisor.charge import Charge
from supervisor.spec import AddChild, Child, RemoveChild, ReplaceChild, Retry, Strategy, SupervisionError

Request = AddChild | RemoveChild | ReplaceChild | Retry


def misfit(child: Child, strategy: Strategy) -> str | None:
    """Why this child cannot live under a supervisor with that strategy, or None."""
    if child.breaker is not None and strategy is not Strategy.ONE_FOR_ONE:
        return f"{child.name} has a breaker; that needs one_for_one, and this is {strategy}"
    return None


def complaint(request: Request, charges: Mapping[str, Charge], strategy: Strategy) -> str | None:
    """Why the request cannot be met, or None."""
    match request:
        case AddChild(child):
            if child.name in charges:
                return f"there are two children named {child.name}; names must differ"
            return misfit(child, strategy)
        case ReplaceChild(child) if child.name in charges:
            return misfit(child, strategy)
        case RemoveChild(name) if name in charges:
            return None
        case Retry(name) if name in charges:
            state = charges[name].state
            return None if state.is_down else f"{name} is {state}; only what is faulted or stopped is retried"
        case ReplaceChild(Child(name=name)) | RemoveChild(name) | Retry(name):
            return f"there is no child named {name}"


def refusal(supervisor: str, why: str) -> pykka.Future[Any]:
    """A future that says no: a mistaken request must not end a whole subtree, even if it was told."""
    future: pykka.Future[Any] = pykka.ThreadingFuture()
    error = SupervisionError(f"{supervisor}: {why}")
    future.set_exception((SupervisionError, error, None))
    return future
