"""The command dialog: select, see that the checks pass, confirm, and watch how far the command comes."""

from markupsafe import Markup
from nicegui import ui

from actors.messages import CommandResult, OperatePoint, SelectPoint
from config.site import Device, Point, PointKind, Verify
from config.writing import unfounded
from hmi import drawing, words
from hmi.commanding import in_words, is_trouble, send
from hmi.shell import EMPTY, html
from hmi.view import View
from hmi.words import operating as own


class OperateDialog:
    """Two steps for every write (S-60): what was selected is exactly what is confirmed."""

    def __init__(self, view: View, device: Device) -> None:
        self._view = view
        self._device = device
        self._point: Point | None = None
        self._selection = ""
        self._value: float | str = 0.0
        self._lines: list[tuple[str, bool]] = []

    def draw(self) -> None:
        view = self._view
        with ui.dialog().props("persistent") as self._dialog, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            self._facts = html(EMPTY)
            self._choice = ui.select({}, label=view.say(own.NEW_VALUE)).props("outlined dense").mark("choice")
            self._entry = ui.input(view.say(own.NEW_VALUE)).props("outlined dense").mark("entry")
            self._entry.on("keydown.enter", self._select)
            self._reason = ui.select({}, label=view.say(own.REASON)).props("outlined dense").mark("reason")
            self._detail = ui.input(view.say(own.REASON_DETAIL)).props("outlined dense maxlength=200")
            self._detail.mark("detail")
            self._problem = ui.label().classes("warning").mark("problem")
            self._stages = html(EMPTY)
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CLOSE), on_click=self._dialog.close).props("flat").mark("close")
                self._step_1 = ui.button(view.say(own.SELECT), on_click=self._select).mark("select")
                self._step_2 = ui.button(view.say(own.CONFIRM_WRITE), on_click=self._operate).mark("confirm")

    def open(self, point: Point) -> None:
        view, write = self._view, point.write
        assert write is not None
        self._point, self._selection, self._lines = point, "", []
        self._title.text = (
            f"{view.say(own.SET_POINT, point=view.name(point.name))} · {view.name(self._device.name)}"
        )
        self._facts.content = str(
            Markup(
                '<div class="checks"><span>{}</span><span>{}</span><span>{}</span><span>{}</span>'
                "<span>{}</span><span>{}</span></div>"
            ).format(
                view.say(own.CURRENT_VALUE),
                view.value(self._device.id, point.id, role="operate"),
                view.say(own.LIMITS),
                self._range(point),
                view.say(own.VERIFIED_BY),
                self._verification(point),
            )
        )
        states = {
            code: view.name(text) for code, text in point.states.items() if write.low <= code <= write.high
        }
        self._choice.set_options(states, value=self._other(point, states))
        self._choice.visible = point.kind is PointKind.DISCRETE and bool(states)
        self._entry.visible = not self._choice.visible
        self._reason.set_options({one.zh: view.name(one) for one in write.reasons}, value=None)
        self._reason.visible = bool(write.reasons)
        self._detail.visible = write.two_person or bool(write.reasons)
        self._detail.value = ""
        self._step_1.text = view.say(own.ASK if write.two_person else own.SELECT)
        self._entry.value = ""
        self._entry.props(f'suffix="{point.unit}"' if point.unit.isascii() and '"' not in point.unit else "")
        self._complain("")
        if write.two_person:
            self._lines.append((view.say(own.TAKES_TWO), False))
        self._draw_stages()
        self._buttons(selected=False)
        self._dialog.open()

    def _other(self, point: Point, states: dict[int, str]) -> int | None:
        """Of two states the one that is not; whoever opens the dialog of a lamp means to switch it."""
        now = self._view.live.reading(self._device.id, point.id).value
        others = [code for code in states if code != now]
        return others[0] if len(states) == 2 and len(others) == 1 else None

    def _range(self, point: Point) -> str:
        assert point.write is not None
        if point.kind is PointKind.DISCRETE:
            return " / ".join(
                self._view.name(text)
                for code, text in point.states.items()
                if point.write.low <= code <= point.write.high
            )
        if point.kind is PointKind.TEXT:
            return self._view.say(own.ANY_TEXT)
        return f"{point.write.low:g} – {point.write.high:g} {point.unit}"

    def _verification(self, point: Point) -> str:
        assert point.write is not None
        match point.write.verify:
            case Verify.READ_BACK:
                return self._view.say(own.READ_BACK)
            case Verify.FEEDBACK:
                feedback = self._device.template.find(point.write.feedback)
                assert feedback is not None, "held by the configuration"
                return self._view.say(own.FEEDBACK, point=self._view.name(feedback.name))
            case Verify.NONE:
                return self._view.say(own.NOT_VERIFIED)

    def _entered(self, point: Point) -> float | str | None:
        """The value typed or chosen; None after a complaint."""
        view, write = self._view, point.write
        assert write is not None
        if self._choice.visible:
            if self._choice.value is None:
                self._complain(view.say(own.VALUE_MISSING))
                return None
            return float(self._choice.value)
        text = str(self._entry.value or "").strip()
        if point.kind is PointKind.TEXT:
            return text
        if not text:
            self._complain(view.say(own.VALUE_MISSING))
            return None
        value = drawing.number(text)
        if value is None:
            self._complain(view.say(own.NOT_A_NUMBER, value=text[:40]))
            return None
        if not write.low <= value <= write.high:
            self._complain(
                view.say(
                    own.OUT_OF_LIMITS,
                    value=f"{value:g}",
                    low=f"{write.low:g}",
                    high=f"{write.high:g}",
                    unit=point.unit,
                )
            )
            return None
        return value

    async def _select(self) -> None:
        point = self._point
        self._complain("")
        if point is None or self._selection or (value := self._entered(point)) is None:
            return
        if not await self._view.may("point.operate"):
            return
        reason = self._given_reason()
        if (why := unfounded(point, reason)) is not None:
            self._complain(self._view.name(why))
            return
        self._value, self._lines = value, []
        result = await send(self._view, SelectPoint(self._device.id, point.id, value, reason), self._ignore)
        assert point.write is not None
        said = drawing.with_unit(self._view.language, point, value)
        if is_trouble(result):
            self._lines.append((in_words(self._view, result, point), True))
        elif point.write.two_person:
            self._lines.append((f"{said} · {self._view.say(own.ASKED_FOR)}", False))
            self._step_1.visible = False
        else:
            self._selection = str(result.value)
            self._lines.append((f"{said} · {self._view.say(own.SELECTED)}", False))
        self._draw_stages()
        if not point.write.two_person:
            self._buttons(selected=bool(self._selection))

    def _given_reason(self) -> str:
        parts = (str(self._reason.value or ""), str(self._detail.value or "").strip())
        return "；".join(part for part in parts if part)

    async def _operate(self) -> None:
        point, selection = self._point, self._selection
        self._selection = ""
        if point is None or not selection or not await self._view.may("point.operate"):
            return
        self._step_2.visible = False
        self._lines.append((self._view.say(own.SENT), False))
        self._draw_stages()
        await send(self._view, OperatePoint(selection, self._device.id, point.id, self._value), self._hear)
        self._buttons(selected=False)

    def _hear(self, result: CommandResult) -> None:
        self._lines.append((in_words(self._view, result, self._point), is_trouble(result)))
        self._draw_stages()

    def _ignore(self, _result: CommandResult) -> None:
        """The stages of a selection are of no interest, its end is."""

    def _complain(self, text: str) -> None:
        self._problem.text = text
        self._problem.visible = bool(text)

    def _buttons(self, *, selected: bool) -> None:
        self._step_1.visible = not selected
        self._step_2.visible = selected
        for field in (self._choice, self._entry):
            field.set_enabled(not selected)

    def _draw_stages(self) -> None:
        self._stages.content = str(
            Markup('<ul class="stages">{}</ul>').format(
                EMPTY.join(
                    Markup('<li class="{}">{}</li>').format("bad" if bad else "good", line)
                    for line, bad in self._lines
                )
            )
        )
