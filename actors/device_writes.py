"""The writes of one device on their way: sent once, then confirmed by what the device reads afterwards."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from actors.life import Control
from actors.messages import Stage
from actors.outlets import Outlets, Tell
from actors.said import in_chinese, said
from actors.sweep import Observed, Unwatch, Watch
from actors.write import Order, Writing, confirming_point, confirms, refusal, result, unscaled
from config.site import Device
from drivers.driver import UNCERTAIN, Driver, DriverError, Plant, WriteUnknown


@dataclass(frozen=True, slots=True)
class WriteEnded:
    """What became of the driver's write of order `id`."""

    id: str
    error: DriverError | None


@dataclass(frozen=True, slots=True)
class ConfirmDue(Control):
    """The time within which a write must be confirmed has run out."""

    id: str


class Writes:
    """Part of a device actor: everything is called in its turn, and what comes later is told to it."""

    def __init__(
        self,
        device: Device,
        row: int,
        *,
        sweep: Tell,
        plant: Plant,
        outlets: Outlets,
        observer: Tell,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """`observer` is the device actor; `spawn` runs a coroutine on the loop, errors go to the actor."""
        self._device = device
        self._row = row
        self._sweep = sweep
        self._plant = plant
        self._out = outlets
        self._observer = observer
        self._spawn = spawn
        self._under_way: dict[str, Writing] = {}

    def begin(
        self, order: Order, driver: Driver, point_id: str, value: float | str, prevented: str | None
    ) -> None:
        """Send, unless something speaks against it: `prevented`, the limits, the local switch, the clock."""
        refused = refusal(self._device, point_id, value) or prevented or self._stands_on_local()
        if not refused and self._out.clock() > order.deadline:
            refused = said(
                f"对{in_chinese(self._device, point_id)}的命令到达太晚，没有执行；请重新下达",
                f"the command for {self._device.id}/{point_id} came too late and was not carried out; "
                "give it again",
            )
        if refused:
            self._reply(order, Stage.REFUSED, refused)
            return
        index = self._device.template.index[point_id]
        point = self._device.template.points[index]
        self._under_way[order.id] = Writing(order, point, value)
        self._reply(order, Stage.ACCEPTED, "")
        self._spawn(self._send(driver, order.id, index, unscaled(point, value)))

    def ended(self, message: WriteEnded, driver: Driver) -> None:
        writing = self._under_way.get(message.id)
        if writing is None:
            return
        error = message.error
        if error is not None and not isinstance(error, WriteUnknown):
            self._finish(writing, Stage.FAILED, said(f"写入失败：{error.why.zh}", error.why.en))
            return
        writing.answered = error is None
        if writing.answered:
            self._reply(writing.order, Stage.WRITTEN, "")
        confirming = confirming_point(self._device, writing.point)
        if confirming is None:
            if error is None:
                self._finish(writing, Stage.DONE, "")
            else:
                detail = said(f"设备没有应答：{error.why.zh}", error.why.en)
                self._finish(writing, Stage.UNKNOWN, detail)
            return
        # Also after an unanswered write: reading back is what can still tell whether the device obeyed.
        self._sweep.tell(
            Watch(message.id, self._row, self._device.template.index[confirming.id], self._observer)
        )
        self._out.loop.call_soon(driver.hurry)
        assert writing.point.write is not None
        self._out.loop.call_later(
            writing.point.write.within_s, partial(self._observer.tell, ConfirmDue(message.id))
        )

    def observed(self, message: Observed) -> None:
        writing = self._under_way.get(message.id)
        # A substituted value is a person's word, not the device's.
        if writing is None or message.quality >= UNCERTAIN:
            return
        if confirms(writing.point, writing.value, message.value):
            self._finish(writing, Stage.CONFIRMED, "", message.value)

    def overdue(self, id_: str) -> None:
        writing = self._under_way.get(id_)
        if writing is None:
            return
        assert writing.point.write is not None
        confirming = confirming_point(self._device, writing.point)
        assert confirming is not None
        reading = self._plant.reading(self._device.id, confirming.id)
        seen = f"{reading.value:g} {confirming.unit}".strip() if reading is not None else ""
        within = f"{writing.point.write.within_s:g} s"
        detail = said(
            f"写入 {within} 后，{in_chinese(self._device, confirming.id)}的读数为 {seen or '无'}",
            f"{self._device.id}/{confirming.id} reads {seen or 'nothing'} {within} after the write",
        )
        self._finish(writing, Stage.FAILED if writing.answered else Stage.UNKNOWN, detail)

    def reseat(self, row: int, sweep: Tell) -> None:
        """Another row of another sweep, which must watch for what is still to be confirmed."""
        self._row, self._sweep = row, sweep
        for id_, writing in self._under_way.items():
            if (confirming := confirming_point(self._device, writing.point)) is not None:
                column = self._device.template.index[confirming.id]
                sweep.tell(Watch(id_, row, column, self._observer))

    def abandon(self) -> None:
        """The actor ends: nobody will see what becomes of these."""
        for writing in list(self._under_way.values()):
            detail = said(
                f"写入尚未得到确认，{in_chinese(self._device)}的程序就已重启",
                f"{self._device.id} was restarted before the write was confirmed",
            )
            self._finish(writing, Stage.UNKNOWN, detail)

    def _stands_on_local(self) -> str | None:
        remote = self._device.template.remote_point
        if not remote:
            return None
        reading = self._plant.reading(self._device.id, remote)
        if reading is None or reading.quality >= UNCERTAIN:
            return said(
                f"读不到{in_chinese(self._device, remote)}，设备可能处于就地；没有发送",
                f"{self._device.id}/{remote} cannot be read, so it may stand on local; nothing was sent",
            )
        if reading.value != self._device.template.remote_value:
            return said(
                f"{in_chinese(self._device)}处于就地；请先在设备上切换到远方",
                f"{self._device.id} stands on local (就地); switch it to remote at the device first",
            )
        return None

    async def _send(self, driver: Driver, id_: str, index: int, raw: float | str) -> None:
        error: DriverError | None = None
        try:
            await driver.write(index, raw)
        except DriverError as raised:
            error = raised
        self._observer.tell(WriteEnded(id_, error))

    def _finish(self, writing: Writing, stage: Stage, detail: str, value: float | str | None = None) -> None:
        del self._under_way[writing.order.id]
        self._sweep.tell(Unwatch(writing.order.id))
        self._reply(writing.order, stage, detail, value)

    def _reply(self, order: Order, stage: Stage, detail: str, value: float | str | None = None) -> None:
        order.reply(result(order, stage, detail, self._out.wall_ns(), value))
