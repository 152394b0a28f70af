"""Writes that take two persons (S-62): what one asked for, shown to whoever may carry it out."""

from functools import partial

from markupsafe import Markup

from actors.messages import OpenSelection, OperatePoint, WithdrawSelection
from config.site import Device
from config.writing import reason_in_both
from hmi import drawing
from hmi.commanding import carry_out
from hmi.editing import Editor, Values
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import operating as words

PERMISSION = "point.operate"


class SecondPerson:
    """On the page of one device."""

    def __init__(self, view: View, device: Device) -> None:
        self._view = view
        self._device = device

    def draw(self) -> Markup:
        """Draws its dialog too."""
        view = self._view
        self._question = Editor(view, ())
        view.on("carry-out", PERMISSION, self._ask)
        view.on("withdraw", PERMISSION, self._withdraw)
        return view.block(self._waiting, lambda: (tuple(self._open()), view.person))

    def _open(self) -> list[OpenSelection]:
        return [one for one in self._view.live.waiting() if one.device == self._device.id]

    def _waiting(self) -> Markup:
        return EMPTY.join(map(self._line, self._open()))

    def _line(self, one: OpenSelection) -> Markup:
        view, is_own = self._view, one.by == self._view.person.user
        button = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
        buttons = EMPTY
        if view.can(PERMISSION):
            if not is_own:
                buttons += button.format("carry-out", one.id, view.say(words.CARRY_OUT))
            buttons += button.format(
                "withdraw", one.id, view.say(words.WITHDRAW if is_own else words.DECLINE)
            )
        return Markup('<p class="notice marked" data-waiting="{}">{} {}</p>').format(
            one.id, self._in_words(one), buttons
        )

    def _in_words(self, one: OpenSelection) -> str:
        view = self._view
        point = self._device.template.find(one.point)
        return view.say(
            words.WAITS,
            by=one.by,
            point=one.point if point is None else view.name(point.name),
            value=one.value if point is None else drawing.with_unit(view.language, point, one.value),
            reason=one.reason if point is None else view.name(reason_in_both(point, one.reason)),
            until=drawing.clock(view.zone, one.until_ns),
        )

    def _found(self, key: str) -> OpenSelection | None:
        return next((one for one in self._open() if one.id == key), None)

    async def _ask(self, key: str) -> None:
        if (one := self._found(key)) is not None:
            sure = f"{self._view.say(words.SECOND_SURE)} {self._in_words(one)}"
            self._question.open(sure, {}, partial(self._carry_out, one), button=words.CARRY_OUT)

    async def _carry_out(self, one: OpenSelection, _values: Values) -> bool:
        await carry_out(self._view, OperatePoint(one.id, one.device, one.point, one.value), PERMISSION)
        return True

    async def _withdraw(self, key: str) -> None:
        if (one := self._found(key)) is not None:
            await carry_out(self._view, WithdrawSelection(one.id, one.device, one.point), PERMISSION)
