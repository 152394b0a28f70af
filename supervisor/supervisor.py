"""OTP's supervisor on our actors: start in order, restart what fails, stop in reverse."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, assert_never

import pykka

from actors.actor import Actor
from actors.address import Address
from actors.life import ChildFailed, ChildStarted, ChildStopped, Listener, Wake
from supervisor.charge import Charge, longest_shutdown_s, start_groups, stop_and_wait
from supervisor.requests import Request, complaint, refusal
from supervisor.restart import RestartLimit
from supervisor.spec import (
    AddChild,
    Child,
    ChildDidNotStart,
    ChildFaulted,
    ChildHealed,
    FaultNews,
    Place,
    RemoveChild,
    ReplaceChild,
    Restart,
    Retry,
    Strategy,
    TooManyRestarts,
    unheard,
)
from supervisor.timetable import Timetable
from supervisor.tree import Level, Look, State, actor_node

logger = logging.getLogger(__name__)


class Supervisor(Actor):
    """Has its own thread and never waits in a turn: starts and stops go on as the children report.

    It reports ChildStarted itself once all its children have started. It fails, and its own supervisor
    decides, when a child without a breaker fails during that start (ChildDidNotStart), or needs more than
    `intensity` restarts within `period_s` (TooManyRestarts). Only its teardown waits: under one_for_one
    all children stop at once within one deadline (the longest `shutdown_s`), otherwise in reverse order,
    each within its own. What does not stop is named in the log and abandoned; so a supervisor's own
    `shutdown_s` must exceed its children's. `on_fault` hears, on the supervisor's thread, of children set
    aside and healed. `clock` is monotonic.
    """

    reports_start_itself = True
    drains = False

    def __init__(
        self,
        name: str,
        supervisor: Listener | None,
        children: Sequence[Child],
        *,
        strategy: Strategy = Strategy.ONE_FOR_ONE,
        intensity: int = 3,
        period_s: float = 30.0,
        on_fault: Callable[[FaultNews], None] = unheard,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ValueError for children that share a name, or have a breaker but restart together."""
        super().__init__(name, supervisor)
        self._strategy = strategy
        self._limit = RestartLimit(intensity, period_s)
        self._on_fault = on_fault
        self._clock = clock
        self._here = Address(name, self._actor_ref)
        self._charges: dict[str, Charge] = {}
        self._addresses: dict[str, Address] = {}
        self._timetable = Timetable()
        self._starting = True
        # What is under way across several turns: the first start, or a restart of several children.
        self._procedure: Iterator[set[Charge]] | None = None
        self._awaited: set[Charge] = set()
        self._affected: set[Charge] = set()
        for child in children:
            if (why := complaint(AddChild(child), self._charges, strategy)) is not None:
                raise ValueError(f"{name}: {why}")
            self._enrol(child)

    def setup(self) -> None:
        self._procedure = self._bring_up(tuple(self._charges.values()))
        self._go_on()

    def patience_s(self) -> float | None:
        due_s = self._timetable.next_s()
        return None if due_s is None else max(0.0, due_s - self._clock())

    def handle(self, message: Any) -> Any:
        answer = self._obey(message)
        self._go_on()
        return answer

    def teardown(self) -> None:
        running = [charge for charge in reversed(self._charges.values()) if charge.ref is not None]
        together = [running] if self._strategy is Strategy.ONE_FOR_ONE else [[charge] for charge in running]
        # Health must not take this wait for a hang: it is as long as the children may be, and bounded.
        self.vitals.turn_limit_s += sum(longest_shutdown_s(group) for group in together)
        for charge in self._charges.values():
            charge.answer("its supervisor has ended")
        for group in together:
            stop_and_wait(self.name, group)

    # -- messages

    def _obey(self, message: Any) -> Any:
        match message:
            case ChildStarted(name, urn):
                if charge := self._current(name, urn):
                    self._started(charge)
            case ChildFailed(name, urn, error):
                if charge := self._current(name, urn):
                    self._failed(charge, error)
            case ChildStopped(name, urn):
                if charge := self._current(name, urn):
                    self._stopped(charge)
            case Wake():
                pass  # what is due is done after every message
            case Look():
                return self._level()
            case AddChild() | RemoveChild() | ReplaceChild() | Retry():
                return self._serve(message)
            case _:
                return super().handle(message)
        return None

    def _current(self, name: str, urn: str) -> Charge | None:
        charge = self._charges.get(name)
        return charge if charge is not None and charge.urn == urn else None

    def _level(self) -> Level:
        charges = self._charges.values()
        below = [c for c in charges if c.ref is not None and issubclass(c.ref.actor_class, Supervisor)]
        state = State.STARTING if self._starting else State.RUNNING
        node = actor_node(self._actor_ref, self.name, state, children=tuple(c.node() for c in charges))
        return Level(node, tuple(charge.address for charge in below))

    def _serve(self, request: Request) -> pykka.Future[Any]:
        if (why := complaint(request, self._charges, self._strategy)) is not None:
            logger.warning("%s refuses: %s", self.name, why)
            return refusal(self.name, why)
        charge = self._enrol(request.child) if isinstance(request, AddChild) else self._charges[request.name]
        answer = charge.ask()
        match request:
            case AddChild():
                charge.added = True
                self._launch(charge)
            case RemoveChild():
                self._halt(charge, partial(self._forget, charge))
            case ReplaceChild(child):
                charge.respecified(child)
                self._halt(charge, partial(self._launch, charge))
            case Retry():
                self._relaunch(charge)
            case _:
                assert_never(request)
        return answer

    # -- one child

    def _enrol(self, child: Child) -> Charge:
        charge = Charge(child)
        self._charges[child.name] = charge
        self._addresses[child.name] = charge.address
        return charge

    def _forget(self, charge: Charge) -> None:
        charge.lost()
        del self._charges[charge.spec.name]
        del self._addresses[charge.spec.name]
        charge.answer()
        self._heal(charge)

    def _launch(self, charge: Charge) -> None:
        charge.generation += 1
        charge.state = State.STARTING
        place = Place(charge.spec.name, self._here, MappingProxyType(self._addresses))
        try:
            ref = charge.spec.start(place)
        except Exception as error:  # noqa: BLE001  # a factory that raises is a child that did not start
            charge.urn = f"never started, {charge.generation}"
            self.tell_self(ChildFailed(charge.spec.name, charge.urn, repr(error)))
            return
        charge.begun(ref)
        self._note(charge.spec.start_s, charge, State.STARTING, self._start_is_overdue)

    def _relaunch(self, charge: Charge) -> None:
        charge.restarts += 1
        self._launch(charge)

    def _note(self, delay_s: float, charge: Charge, state: State, call: Callable[[Charge], None]) -> None:
        self._timetable.note(self._clock() + delay_s, charge.while_still(state, call))

    def _started(self, charge: Charge) -> None:
        if charge.state is not State.STARTING or charge.ref is None:
            return  # told to stop while it was starting
        charge.state = State.RUNNING
        charge.added = False
        charge.ref.vitals.turn_limit_s = charge.spec.turn_limit_s
        self._awaited.discard(charge)
        self._affected.discard(charge)
        charge.answer()
        if charge.fault_stands:
            period_s = charge.spec.breaker.period_s if charge.spec.breaker else 0.0
            self._note(period_s, charge, State.RUNNING, self._heal)

    def _start_is_overdue(self, charge: Charge) -> None:
        assert charge.ref is not None, "it is starting"
        charge.ref.stop(block=False)  # should its setup ever return
        self._failed(charge, f"did not start within {charge.spec.start_s:g} s; it was abandoned")

    def _failed(self, charge: Charge, error: str) -> None:
        before = charge.state
        charge.error = error
        if before is State.STOPPING:
            self._gone(charge)
            return
        logger.error("%s/%s failed: %s", self.name, charge.spec.name, error)
        self._gone(charge)
        charge.answer(error)
        if charge.added and charge.spec.breaker is None:
            self._forget(charge)
        elif self._starting and before is State.STARTING and charge.spec.breaker is None:
            raise ChildDidNotStart(f"{self.name}: {charge.spec.name} did not start: {error}")
        elif charge.spec.restart is Restart.TEMPORARY:
            self._forget(charge)
        else:
            self._restart(charge)

    def _stopped(self, charge: Charge) -> None:
        asked = charge.state is State.STOPPING
        self._gone(charge)
        if asked:
            return
        charge.answer("it stopped by itself")
        match charge.spec.restart:
            case Restart.PERMANENT:
                charge.error = "it stopped by itself"
                logger.warning("%s/%s stopped by itself", self.name, charge.spec.name)
                self._restart(charge)
            case Restart.TRANSIENT:
                pass  # done, until a restart of the group
            case Restart.TEMPORARY:
                self._forget(charge)

    def _halt(self, charge: Charge, then: Callable[[], None] | None = None) -> None:
        charge.then = then or charge.then
        if charge.ref is None:
            self._gone(charge)
        elif charge.state is not State.STOPPING:
            charge.state = State.STOPPING
            charge.ref.vitals.turn_limit_s = max(charge.spec.turn_limit_s, charge.spec.shutdown_s)
            charge.ref.stop(block=False)
            self._note(charge.spec.shutdown_s, charge, State.STOPPING, self._stop_is_overdue)

    def _stop_is_overdue(self, charge: Charge) -> None:
        charge.error = f"did not stop within {charge.spec.shutdown_s:g} s"
        logger.critical("%s/%s %s; it is abandoned", self.name, charge.spec.name, charge.error)
        self._gone(charge)

    def _gone(self, charge: Charge) -> None:
        charge.lost()
        self._awaited.discard(charge)
        then, charge.then = charge.then, None
        if then is not None:
            then()

    # -- restarts

    def _restart(self, charge: Charge) -> None:
        now_s = self._clock()
        if charge.limit is not None:
            if charge.fault_stands or not charge.limit.allows(now_s):
                self._set_aside(charge)
            else:
                self._relaunch(charge)
        elif not self._limit.allows(now_s):
            raise TooManyRestarts(
                f"{self.name}: more than {self._limit.intensity} restarts within {self._limit.period_s:g} s; "
                f"the last to fail was {charge.spec.name}: {charge.error}"
            )
        elif self._strategy is Strategy.ONE_FOR_ONE:
            self._relaunch(charge)
        else:
            self._restart_group(charge)

    def _set_aside(self, charge: Charge) -> None:
        assert charge.spec.breaker is not None, "only a breaker sets aside"
        charge.state = State.FAULTED
        self._note(charge.spec.breaker.retry_s, charge, State.FAULTED, self._relaunch)
        if not charge.fault_stands:
            charge.fault_stands = True
            logger.error("%s/%s is faulted and set aside: %s", self.name, charge.spec.name, charge.error)
            self._on_fault(ChildFaulted(charge.spec.name, charge.error))

    def _heal(self, charge: Charge) -> None:
        if charge.fault_stands:
            charge.fault_stands = False
            logger.info("%s/%s is healed", self.name, charge.spec.name)
            self._on_fault(ChildHealed(charge.spec.name))

    def _restart_group(self, failed: Charge) -> None:
        """Also during the first start or another such restart, whose remains it takes over."""
        charges = tuple(self._charges.values())
        first = 0 if self._strategy is Strategy.ONE_FOR_ALL else charges.index(failed)
        self._affected.update(charges[first:])
        self._awaited = set()
        self._procedure = self._replace([charge for charge in charges if charge in self._affected])

    def _replace(self, affected: Sequence[Charge]) -> Iterator[set[Charge]]:
        for charge in reversed(affected):
            self._halt(charge)
            if charge.state is State.STOPPING:
                yield {charge}
        present = [charge for charge in affected if self._charges.get(charge.spec.name) is charge]
        for charge in present:
            if charge.spec.restart is Restart.TEMPORARY:
                self._forget(charge)
            elif charge.generation:
                charge.restarts += 1
        yield from self._bring_up([c for c in present if c.spec.restart is not Restart.TEMPORARY])

    def _bring_up(self, charges: Sequence[Charge]) -> Iterator[set[Charge]]:
        for group in start_groups(charges):
            due = {c for c in group if c.ref is None and self._charges.get(c.spec.name) is c}
            for charge in group:
                if charge in due:
                    self._launch(charge)
            yield due

    def _go_on(self) -> None:
        """Do what is due, and take the next steps of what is under way."""
        while (call := self._timetable.pop_due(self._clock())) is not None:
            call()
        while self._procedure is not None and not self._awaited:
            step = next(self._procedure, None)
            if step is not None:
                self._awaited = step
                continue
            self._procedure = None
            self._affected = set()
            if self._starting:
                self._starting = False
                self.report_started()
