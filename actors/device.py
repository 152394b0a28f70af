"""One actor per device: owns its link state, its pump on the loop, and what persons do to it.

The loop does I/O, the actor decides. Scans do not pass through here: the pump hands them to the table's
sweep, and the actor hears only what changes.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from actors import device_words, kept, link_condition
from actors.actor import Actor, Pending
from actors.condition_set import since_ns, stored
from actors.device_acknowledgements import AcknowledgeAgain, AcknowledgementEnded, Acknowledgements
from actors.device_totals import Totals
from actors.device_writes import ConfirmDue, WriteEnded, Writes
from actors.dispatcher import Dispatcher
from actors.life import Control, Listener
from actors.link_condition import LinkCondition
from actors.loop import Timer, Work
from actors.messages import (
    DeviceState,
    EndSubstitution,
    HangTag,
    Link,
    PassAcknowledgement,
    RemoveTag,
    Stage,
    SubstitutePoint,
    WritePoint,
)
from actors.outlets import Outlets, Tell
from actors.said import in_language, said
from actors.sweep import Broken, EndSubstitute, Lost, Observed, Substitute
from actors.write import Order, result
from config.rules import COMM_LOSS
from config.site import Device
from drivers.driver import Driver, LinkError, Plant, Scan

logger = logging.getLogger(__name__)

LOSS_DELAY_S = 5.0
"""A link that is down this long is an alarm; shorter interruptions are only shown."""
PAUSE_S = 0.1
"""Between attempts of the pump: drivers keep their own back-off, this only bounds a driver that does not."""


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The pump reached the device; once it was lost, the device has also brought a scan."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The pump lost the device, or cannot reach it."""

    reason: str
    """Said in both languages."""


@dataclass(frozen=True, slots=True)
class Reseat:
    """The device is as it was, but its table is not: another row, another sweep."""

    row: int
    gather: Callable[[int, Scan], None]
    sweep: Tell


@dataclass(frozen=True, slots=True)
class TellState:
    """Somebody else spoke for the device meanwhile: say again how it is."""


@dataclass(frozen=True, slots=True)
class LossDue(Control):
    """The delay of the communication-loss alarm has run."""


@dataclass(frozen=True, slots=True)
class SubstitutionDue(Control):
    point: str


class DeviceActor(Actor):
    """Pooled. Restarting it closes nothing but its own driver, and writes nothing to the plant."""

    def __init__(
        self,
        name: str,
        supervisor: Listener | None,
        *,
        dispatcher: Dispatcher,
        device: Device,
        row: int,
        make_driver: Callable[[], Driver],
        gather: Callable[[int, Scan], None],
        sweep: Tell,
        subsystem: Tell,
        plant: Plant,
        outlets: Outlets,
    ) -> None:
        """`gather(row, scan)` is called on the loop with every scan of this device."""
        super().__init__(name, supervisor, dispatcher=dispatcher)
        self._device = device
        self._seat = row, gather
        self._make_driver = make_driver
        self._sweep = sweep
        self._subsystem = subsystem
        self._out = outlets
        self._link = Link.CONNECTING
        self._since_ns = outlets.wall_ns()
        self._reason = ""
        self._loss = LinkCondition(LOSS_DELAY_S, 0.0)
        self._loss_timer: Timer | None = None
        self._tag_note = self._tag_by = ""
        self._substituted: dict[str, Timer] = {}
        self._driver: Driver | None = None
        self._pump: Work | None = None
        self._writes = Writes(
            device, row, sweep=sweep, plant=plant, outlets=outlets, observer=self.ref, spawn=self._spawn
        )
        self._acknowledgements = Acknowledgements(
            device, outlets=outlets, observer=self.ref, spawn=self._spawn
        )

    def setup(self) -> None:
        self._recall()
        driver = self._make_driver()
        totals = Totals(self._device.id, driver, self._out)
        self._driver = driver
        self._pump = self._out.loop.spawn(self._run(driver, totals), on_error=self._broken)
        self._tell_state()

    def handle(self, message: Any) -> None:
        match message:
            case LinkUp():
                self._set_link(Link.UP, "")
            case LinkDown(reason):
                self._set_link(Link.DOWN, reason)
            case TellState():
                self._tell_state()
            case LossDue():
                self._judge_loss()
            case Reseat(row, gather, sweep):
                self._reseat(row, gather, sweep)
            case Order():
                self._order(message)
            case WriteEnded():
                assert self._driver is not None
                self._writes.ended(message, self._driver)
            case Observed():
                self._writes.observed(message)
            case ConfirmDue(id_):
                self._writes.overdue(id_)
            case AcknowledgementEnded():
                self._acknowledgements.ended(message)
            case AcknowledgeAgain():
                self._acknowledge_all()
            case SubstitutionDue(point):
                self._end_substitution(point)
            case Broken(error):
                raise error
            case _:
                super().handle(message)

    def teardown(self) -> Pending | None:
        self._writes.abandon()
        for timer in (self._loss_timer, *self._substituted.values()):
            if timer is not None:
                timer.cancel()
        if self._pump is not None:
            self._pump.cancel()
        return self._pump

    # -- the pump, on the loop

    async def _run(self, driver: Driver, totals: Totals) -> None:
        lost = False
        try:
            while True:
                try:
                    await driver.connect()
                    if not lost:
                        self.tell_self(LinkUp())
                    async for scan in driver.scans():
                        if lost:  # who only answers the greeting would go up and down, and never be an alarm
                            lost = False
                            self.tell_self(LinkUp())
                        row, gather = self._seat
                        gather(row, totals.kept_with(scan))
                except LinkError as error:
                    lost = True
                    self.tell_self(LinkDown(said(error.why.zh, error.why.en)))
                await asyncio.sleep(PAUSE_S)
        finally:
            totals.end()
            await driver.close()

    def _spawn(self, work: Any) -> None:
        self._out.loop.spawn(work, on_error=self._broken)

    def _broken(self, error: BaseException) -> None:
        self.tell_self(Broken(error))

    def _reseat(self, row: int, gather: Callable[[int, Scan], None], sweep: Tell) -> None:
        self._writes.reseat(row, sweep)
        # One assignment: the pump, on the loop, must never see the row of one table with another's gatherer.
        self._seat = row, gather
        self._sweep = sweep
        if self._link is not Link.UP:
            sweep.tell(Lost(row))

    # -- link

    def _set_link(self, link: Link, reason: str) -> None:
        if link is self._link:
            if reason != self._reason:  # who writes the secret that was missing sees what is wrong with it
                self._reason = reason
                self._tell_state()
            return
        if link is Link.DOWN:
            logger.warning("%s is down: %s", self._device.id, in_language(reason, "en"))
            self._sweep.tell(Lost(self._seat[0]))
        elif self._link is Link.DOWN:
            logger.info("%s is up again", self._device.id)
        self._link, self._reason, self._since_ns = link, reason, self._out.wall_ns()
        self._judge_loss()
        self._tell_state()
        self._acknowledge_all()

    def _acknowledge_all(self) -> None:
        if self._link is Link.UP and self._driver is not None:
            self._acknowledgements.tell_all(self._driver)

    def _judge_loss(self) -> None:
        now = self._out.clock()
        began_or_ended = self._loss.update(
            holds=link_condition.holds(COMM_LOSS, self._link), now=now, time_ns=self._since_ns
        )
        if self._loss_timer is not None:
            self._loss_timer.cancel()
            self._loss_timer = None
        if began_or_ended:
            change = link_condition.changed(self._device.id, COMM_LOSS, self._loss, self._out.version)
            key, body = stored(change)
            self._out.condition(change, {key: body})
        elif self._loss.due != float("inf"):
            self._loss_timer = self._out.loop.call_later(
                max(0.0, self._loss.due - now), partial(self.tell_self, LossDue())
            )

    def _tell_state(self) -> None:
        state = DeviceState(
            self._device.id, self._link, self._since_ns, self._reason, self._tag_note, self._tag_by,
            tuple(sorted(self._substituted)),
        )  # fmt: skip
        self._out.publish(f"device/{self._device.id}/", state)
        self._subsystem.tell(state)

    # -- commands

    def _order(self, order: Order) -> None:
        match order.body:
            case WritePoint(_, point, value):
                assert self._driver is not None
                self._writes.begin(order, self._driver, point, value, self._prevented())
            case PassAcknowledgement():
                assert self._driver is not None
                self._acknowledgements.take(order, order.body, self._driver, self._link)
            case HangTag(_, reason):
                self._tag_note, self._tag_by = reason, order.by
                self._out.remember(kept.tag(self._device.id, order.by, reason))
                self._done(order, device_words.tagged(self._device, reason))
            case RemoveTag():
                self._tag_note = self._tag_by = ""
                self._out.remember(kept.no_tag(self._device.id))
                self._done(order, device_words.untagged(self._device))
            case SubstitutePoint(_, point, value, _, until_ns):
                refused = self._may_not_substitute(point, until_ns)
                if refused:
                    self._reply(order, Stage.REFUSED, refused)
                    return
                substituted = kept.Substituted(self._device.id, point, value, until_ns)
                self._out.remember(kept.substitution(substituted))
                self._substitute(substituted)
                self._done(order, device_words.substituted(self._device, point, value))
            case EndSubstitution(_, point):
                self._end_substitution(point)
                self._done(order, device_words.measured_again(self._device, point))
            case other:
                self._reply(order, Stage.REFUSED, device_words.unknown_command(other))

    def _prevented(self) -> str | None:
        """Why nothing may be written to this device now."""
        if self._tag_note:
            return device_words.prevented_by_tag(self._device, self._tag_by, self._tag_note)
        if self._link is not Link.UP:
            return device_words.prevented_by_link(self._device, self._link, self._reason)
        return None

    def _done(self, order: Order, detail: str) -> None:
        self._tell_state()
        self._reply(order, Stage.DONE, detail)

    def _reply(self, order: Order, stage: Stage, detail: str) -> None:
        order.reply(result(order, stage, detail, self._out.wall_ns()))

    # -- substitution

    def _may_not_substitute(self, point: str, until_ns: int) -> str | None:
        if point not in self._device.template.index:
            return device_words.no_point(self._device, point)
        if until_ns <= self._out.wall_ns():
            return device_words.substitution_is_past(self._device, point)
        return None

    def _substitute(self, one: kept.Substituted) -> None:
        point, value, until_ns = one.point, one.value, one.until_ns
        if (before := self._substituted.get(point)) is not None:
            before.cancel()
        left_s = (until_ns - self._out.wall_ns()) / 1e9
        self._substituted[point] = self._out.loop.call_later(
            left_s, partial(self.tell_self, SubstitutionDue(point))
        )
        self._sweep.tell(Substitute(self._seat[0], self._device.template.index[point], value, until_ns))

    def _end_substitution(self, point: str) -> None:
        timer = self._substituted.pop(point, None)
        if timer is None:
            return
        timer.cancel()
        self._out.remember(kept.no_substitution(self._device.id, point))
        self._sweep.tell(EndSubstitute(self._seat[0], self._device.template.index[point]))
        self._tell_state()

    # -- across restarts

    def _recall(self) -> None:
        recall = self._out.recall
        if (since := recall.get(f"{self._device.id}//{COMM_LOSS}")) is not None:
            self._loss.active, self._loss.since_ns = True, since_ns(since)
        self._tag_by, self._tag_note = kept.read_tag(recall, self._device.id)
        for one in self._kept_substitutions():
            if self._may_not_substitute(one.point, one.until_ns) is None:
                self._substitute(one)
            else:
                self._out.remember(kept.no_substitution(self._device.id, one.point))

    def _kept_substitutions(self) -> list[kept.Substituted]:
        points = self._device.template.index
        return [
            one
            for point in points
            if (one := kept.read_substitution(self._out.recall, self._device.id, point))
        ]
