"""What a subsystem as a whole is doing: how many of its devices are up, and which limit set is in force."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from actors import kept
from actors.actor import Actor
from actors.dispatcher import Dispatcher
from actors.life import Listener
from actors.messages import DeviceState, Link, Stage, SubsystemState, UseLimitSet
from actors.outlets import Outlets, Tell
from actors.said import said
from actors.sweep import UseLimits
from actors.write import Order, result
from config.site import Subsystem

GATHER_S = 0.2
"""Devices come and go in crowds; the subsystem tells of them once in this time."""


class Tally:
    """Told by a timer: publish what has changed since."""


class SubsystemActor(Actor):
    """Pooled. Hears of every device's state and publishes the sum."""

    def __init__(
        self,
        name: str,
        supervisor: Listener | None,
        *,
        dispatcher: Dispatcher,
        subsystem: Subsystem,
        sweeps: Sequence[Tell],
        outlets: Outlets,
    ) -> None:
        super().__init__(name, supervisor, dispatcher=dispatcher)
        self._subsystem = subsystem
        self._sweeps = sweeps
        self._out = outlets
        self._links: dict[str, Link] = {}
        self._waiting = False
        self._limit_set = kept.read_limit_set(outlets.recall, subsystem)

    def setup(self) -> None:
        self._use(self._limit_set)

    def handle(self, message: Any) -> None:
        match message:
            case DeviceState(device, link):
                self._links[device] = link
                if not self._waiting:
                    self._waiting = True
                    self._out.loop.call_later(GATHER_S, partial(self.tell_self, Tally()))
            case Tally():
                self._waiting = False
                self._publish()
            case Order(body=UseLimitSet(_, limit_set)):
                self._order(message, limit_set)
            case _:
                super().handle(message)

    def _order(self, order: Order, limit_set: str) -> None:
        known, id_ = self._subsystem.limit_sets, self._subsystem.id
        zh = f"{self._subsystem.name.zh}（{id_}）"
        if limit_set not in known:
            detail = said(
                f"{zh}没有限值组 {limit_set}；现有：{'、'.join(known)}",
                f"{id_} has no limit set {limit_set!r}; it has {', '.join(known)}",
            )
            order.reply(result(order, Stage.REFUSED, detail, self._out.wall_ns()))
            return
        self._out.remember(kept.limit_set(self._subsystem.id, limit_set))
        self._use(limit_set)
        detail = said(f"{zh}使用限值组 {limit_set}", f"{id_} uses {limit_set}")
        order.reply(result(order, Stage.DONE, detail, self._out.wall_ns()))

    def _use(self, limit_set: str) -> None:
        self._limit_set = limit_set
        for sweep in self._sweeps:
            sweep.tell(UseLimits(self._subsystem.id, limit_set))
        self._publish()

    def _publish(self) -> None:
        links = Counter(self._links.values())
        state = SubsystemState(
            self._subsystem.id, len(self._links), links[Link.UP], links[Link.FAULTED], self._limit_set
        )
        self._out.publish(f"subsystem/{self._subsystem.id}/", state)
