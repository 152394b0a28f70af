"""What persons have acknowledged of the alarms that one device raised itself, on its way to the device."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from actors import device_words, kept
from actors.life import Control
from actors.messages import DeviceAcknowledged, Link, PassAcknowledgement, Stage
from actors.outlets import Outlets, Tell
from actors.said import said
from actors.write import Order, result
from config.site import Device
from drivers.driver import Acknowledgement, Acknowledging, Driver, LinkError, WriteError

AGAIN_S = 30.0
"""A device that did not answer, and is not lost either, is told again after so long."""


@dataclass(frozen=True, slots=True)
class AcknowledgementEnded:
    """What came of telling the device; neither taken nor an error: nothing there waited for it."""

    one: kept.Acknowledged
    taken: bool
    error: LinkError | WriteError | None


@dataclass(frozen=True, slots=True)
class AcknowledgeAgain(Control):
    """Some have not arrived at the device, and its link is up."""


class Acknowledgements:
    """Part of a device actor: everything is called in its turn, and what comes later is told to it.

    They outlive the process. What is told later than at once is held against the time of the person's deed:
    what came about at the device since then, nobody has seen.
    """

    def __init__(
        self,
        device: Device,
        *,
        outlets: Outlets,
        observer: Tell,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """`observer` is the device actor; `spawn` runs a coroutine on the loop, errors go to the actor."""
        self._device = device
        self._out = outlets
        self._observer = observer
        self._spawn = spawn
        known = device.template.index
        self._open = {
            one.key: one
            for one in kept.acknowledgements(outlets.recall, device.id)
            if one.point in known and device.template.points[known[one.point]].acknowledge
        }
        self._under_way: set[str] = set()

    def take(self, order: Order, command: PassAcknowledgement, driver: Driver, link: Link) -> None:
        """It is kept; what becomes of it is told as `DeviceAcknowledged`."""
        refused = ""
        if command.point not in self._device.template.index:
            refused = device_words.no_point(self._device, command.point)
        elif not isinstance(driver, Acknowledging):
            refused = device_words.nothing_to_acknowledge(self._device)
        if refused:
            order.reply(result(order, Stage.REFUSED, refused, self._out.wall_ns()))
            return
        now_ns = self._out.wall_ns()
        seen_ns = command.seen_ns or now_ns
        one = kept.Acknowledged(
            self._device.id, command.point, command.rule, command.event, order.by, command.note, seen_ns
        )
        self._open[one.key] = one
        self._out.remember(kept.acknowledgement(one))
        order.reply(result(order, Stage.DONE, "", now_ns))
        if link is Link.UP:
            self._tell(driver, replace(one, seen_ns=command.seen_ns))

    def tell_all(self, driver: Driver) -> None:
        """The device is there: tell it what it has not heard."""
        for one in self._open.values():
            self._tell(driver, one)

    def ended(self, message: AcknowledgementEnded) -> None:
        one = message.one
        self._under_way.discard(one.key)
        current = self._open.get(one.key)
        if current is None or current.event != one.event:
            self._observer.tell(AcknowledgeAgain())  # a later one waits in its place
            return
        if isinstance(message.error, LinkError):
            self._out.loop.call_later(AGAIN_S, partial(self._observer.tell, AcknowledgeAgain()))
            return
        del self._open[one.key]
        forgotten = kept.no_acknowledgement(one)
        if message.error is None and not message.taken:
            self._out.remember(forgotten)
            return
        detail = ""
        if message.error is not None:
            detail = said(f"设备没有接受确认：{message.error.why.zh}", message.error.why.en)
        told = DeviceAcknowledged(
            one.device, one.point, one.rule, one.event, one.by, detail, self._out.wall_ns()
        )
        self._out.condition(told, forgotten)

    def _tell(self, driver: Driver, one: kept.Acknowledged) -> None:
        if isinstance(driver, Acknowledging) and one.key not in self._under_way:
            self._under_way.add(one.key)
            self._spawn(self._send(driver, one))

    async def _send(self, driver: Acknowledging, one: kept.Acknowledged) -> None:
        error: LinkError | WriteError | None = None
        taken = False
        try:
            point = self._device.template.index[one.point]
            taken = await driver.acknowledge(point, Acknowledgement(one.by, one.note, one.seen_ns))
        except (LinkError, WriteError) as raised:
            error = raised
        self._observer.tell(AcknowledgementEnded(one, taken, error))
