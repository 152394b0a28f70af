"""What a subsystem as a whole is doing: how many of its devices are up, and which limit set is in force."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from actors import kept
from actors.actor import Actor
from actors.dispatcher import Dispatcher
from actors.life import Listener
from actors.loop import Timer
from actors.messages import DeviceState, LimitSetUsed, Link, Stage, SubsystemState, UseLimitSet
from actors.outlets import Outlets, Tell
from actors.said import said
from actors.sweep import UseLimits
from actors.write import Order, result
from config.limit_schedule import LimitSchedule
from config.site import Subsystem

GATHER_S = 0.2
"""Devices come and go in crowds; the subsystem tells of them once in this time."""


class Tally:
    """Told by a timer: publish what has changed since."""


LOOK_S = 60.0
"""The schedule is looked at this often at least: the wall clock may be set."""


class Follow:
    """Told by a timer: the schedule may have gone on."""


class SayLimitSet:
    """`core` has asked for everything that it judges alarms by."""


class SubsystemActor(Actor):
    """Pooled. Hears of every device's state and publishes the sum."""

    def __init__(
        self,
        name: str,
        supervisor: Listener | None,
        *,
        dispatcher: Dispatcher,
        subsystem: Subsystem,
        schedule: LimitSchedule,
        sweeps: Sequence[Tell],
        outlets: Outlets,
    ) -> None:
        super().__init__(name, supervisor, dispatcher=dispatcher)
        self._subsystem = subsystem
        self._schedule = schedule
        self._sweeps = sweeps
        self._out = outlets
        self._links: dict[str, Link] = {}
        self._waiting = False
        self._limit_set = ""
        self._timer: Timer | None = None

    def setup(self) -> None:
        self._follow()

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
            case Follow():
                self._follow()
            case SayLimitSet():
                self._say_limit_set()
            case Order(body=UseLimitSet(_, limit_set)):
                self._order(message, limit_set)
            case _:
                super().handle(message)

    def teardown(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

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
        now_ns = self._out.wall_ns()
        until_ns = self._schedule.next_change_ns(now_ns) if self._schedule else 0
        self._out.remember(kept.limit_set(self._subsystem.id, limit_set, until_ns))
        self._use(limit_set)
        order.reply(result(order, Stage.DONE, self._used(zh, limit_set, until_ns), now_ns))

    def _used(self, zh: str, limit_set: str, until_ns: int) -> str:
        id_ = self._subsystem.id
        if not until_ns:
            return said(f"{zh}使用限值组 {limit_set}", f"{id_} uses {limit_set}")
        until = datetime.fromtimestamp(until_ns // 10**9, self._schedule.zone).strftime("%Y-%m-%d %H:%M")
        then = self._schedule.at(until_ns)
        return said(
            f"{zh}使用限值组 {limit_set}，到 {until} 为止；之后按时间表使用 {then}",
            f"{id_} uses {limit_set} until {until}; then {then}, by the schedule",
        )

    def _follow(self) -> None:
        """What is in force now; look again when the schedule goes on."""
        now_ns = self._out.wall_ns()
        in_force = kept.read_limit_set(self._out.recall, self._subsystem, self._schedule, now_ns)
        if in_force != self._limit_set:
            self._use(in_force)
        if self._schedule:
            wait_s = (self._schedule.next_boundary_ns(now_ns) - now_ns) / 1e9
            self._timer = self._out.loop.call_later(min(wait_s, LOOK_S), partial(self.tell_self, Follow()))

    def _use(self, limit_set: str) -> None:
        self._limit_set = limit_set
        for sweep in self._sweeps:
            sweep.tell(UseLimits(self._subsystem.id, limit_set))
        self._say_limit_set()
        self._publish()

    def _say_limit_set(self) -> None:
        """For the alarms that are suppressed in a state of the plant."""
        self._out.condition(LimitSetUsed(self._subsystem.id, self._limit_set, self._out.wall_ns()), {})

    def _publish(self) -> None:
        links = Counter(self._links.values())
        state = SubsystemState(
            self._subsystem.id, len(self._links), links[Link.UP], links[Link.FAULTED], self._limit_set
        )
        self._out.publish(f"subsystem/{self._subsystem.id}/", state)
