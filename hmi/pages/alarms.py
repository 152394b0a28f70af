"""The live alarm list: what needs somebody first stands first; acknowledge one, the selected or the page."""

from markupsafe import Markup
from nicegui import ui

from actors.messages import AcknowledgeAlarm, Alarm, AlarmState
from actors.said import in_language
from hmi import drawing, words
from hmi.commanding import in_words, is_trouble, send
from hmi.shell import EMPTY, frame, html, key_of, symbol, urgency
from hmi.tabular import table
from hmi.view import View

ROWS_A_PAGE = 100
NOTE_LENGTH = 500
WAITING = {AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED}


class AlarmList:
    """The list on one page, with what is selected and how it is filtered."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._selected: set[str] = set()
        self._turn = 0
        self._from = 0
        self._subsystem = ""
        self._waiting_only = False
        self._asked: list[Alarm] = []

    def draw(self) -> None:
        view = self._view
        with frame(view, view.say(words.ALARMS)):
            html(self._toolbar())
            html(view.block(self._table, lambda: (view.live.alarm_revision, self._turn)))
            with ui.dialog() as self._dialog, ui.card():
                self._title = ui.label().classes("text-weight-bold")
                self._note = ui.input(view.say(words.NOTE)).props(f"outlined dense maxlength={NOTE_LENGTH}")
                self._note.on("keydown.enter", self._acknowledge)
                with ui.element("div").classes("actions"):
                    ui.button(view.say(words.CANCEL), on_click=self._dialog.close).props("flat")
                    ui.button(view.say(words.ACKNOWLEDGE), on_click=self._acknowledge).mark("acknowledge")
        view.on("pick", "", self._pick)
        view.on("ack", "alarm.acknowledge", self._ask_one)
        view.on("ack-selected", "alarm.acknowledge", self._ask_selected)
        view.on("ack-page", "alarm.acknowledge", self._ask_page)
        view.on("filter", "", self._filter)
        view.on("waiting", "", self._toggle_waiting)
        view.on("turn", "", self._turn_page)

    # -- drawing

    def _toolbar(self) -> Markup:
        view = self._view
        buttons = (
            Markup(
                '<button class="plain" data-act="ack-selected" data-hotkey="a">{}</button>'
                '<button class="plain" data-act="ack-page">{}</button>'
            ).format(view.say(words.ACKNOWLEDGE_SELECTED), view.say(words.ACKNOWLEDGE_PAGE))
            if view.can("alarm.acknowledge")
            else EMPTY
        )
        return Markup('<div class="toolbar">{}{}</div>').format(
            buttons, view.block(self._filters, lambda: (view.live.alarm_revision, self._turn))
        )

    def _filters(self) -> Markup:
        view = self._view
        hidden = sum(1 for _ in view.live.alarms()) - len(self._alarms())
        chips = EMPTY.join(
            Markup('<button class="plain" data-act="filter" data-key="{}"{}>{}</button> ').format(
                key, _pressed(pressed=key == self._subsystem), name
            )
            for key, name in [
                ("", view.say(words.ALL)),
                *((one.id, view.name(one.name)) for one in view.live.site.subsystems.values()),
            ]
        )
        return Markup(
            '<span class="chips">{}<button class="plain" data-act="waiting"{}>{}</button></span> <b>{}</b>'
        ).format(
            chips,
            _pressed(pressed=self._waiting_only),
            view.say(words.UNACKNOWLEDGED_ONLY),
            view.say(words.HIDDEN_BY_FILTER, count=hidden) if hidden else "",
        )

    def _table(self) -> Markup:
        view = self._view
        alarms = self._alarms()
        self._from = min(self._from, max(len(alarms) - 1, 0) // ROWS_A_PAGE * ROWS_A_PAGE)
        shown = self._shown()
        if not alarms:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(
                view.say(words.NO_ALARMS)
            )
        heads = (
            ("tight", ""),
            ("tight", ""),
            ("", view.say(words.ALARM)),
            ("tight", view.say(words.STATE)),
            ("tight", view.say(words.TIME)),
            ("number hide-small", view.say(words.VALUE)),
            ("number hide-small", view.say(words.LIMIT)),
            ("hide-small", view.say(words.NOTE)),
            ("tight", ""),
        )
        rows = (self._row(alarm) for alarm in shown)
        return table(heads, rows, look="alarms") + self._pages(len(alarms))

    def _row(self, alarm: Alarm) -> Markup:
        view = self._view
        said = drawing.alarm(view.language, view.live.site, alarm)
        key = key_of(alarm)
        button = (
            Markup('<button class="plain" data-act="ack" data-key="{}">{}</button>').format(
                key, view.say(words.ACKNOWLEDGE)
            )
            if alarm.state in WAITING and view.can("alarm.acknowledge")
            else EMPTY
        )
        return Markup(
            '<tr class="alarm {state}" id="{key}" data-alarm="{key}"><td class="tight">'
            '<input type="checkbox" data-act="pick" data-key="{key}"{picked}></td>'
            '<td class="tight">{symbol}</td><td><a href="/device/{id}"><b>{device}</b></a> {message}<br>'
            "<small>{place}</small></td>"
            '<td class="tight">{state_word}</td><td class="tight" title="{date}">{time}</td>'
            '<td class="number hide-small">{value}</td>'
            '<td class="number hide-small">{limit}</td><td class="hide-small">{by} {note}</td>'
            '<td class="tight">{button}</td></tr>'
        ).format(
            state=alarm.state.value,
            key=key,
            picked=(Markup(" checked") if key in self._selected else ""),
            symbol=symbol(
                alarm.priority, alarm.state, view.say(words.PRIORITIES.get(alarm.priority, words.ALARM))
            ),
            id=alarm.device,
            device=said.device,
            message=said.message,
            place=said.place,
            state_word=view.say(words.ALARM_STATES[alarm.state]),
            date=drawing.date_and_clock(view.zone, alarm.occurred_ns),
            time=drawing.clock(view.zone, alarm.occurred_ns),
            value=said.value,
            limit=said.limit,
            by=alarm.by,
            note=in_language(alarm.note, view.language),
            button=button,
        )

    def _pages(self, count: int) -> Markup:
        if count <= ROWS_A_PAGE:
            return EMPTY
        view = self._view
        button = Markup('<button class="plain" data-act="turn" data-key="{}">{}</button>')
        return Markup('<div class="toolbar">{} {} {}</div>').format(
            button.format("back", view.say(words.PREVIOUS)),
            view.say(words.PAGE_OF, page=self._from // ROWS_A_PAGE + 1, pages=-(-count // ROWS_A_PAGE)),
            button.format("on", view.say(words.NEXT)),
        )

    def _alarms(self) -> list[Alarm]:
        site = self._view.live.site
        return sorted(
            (
                alarm
                for alarm in self._view.live.alarms()
                if (not self._waiting_only or alarm.state in WAITING)
                and (
                    not self._subsystem
                    or ((device := site.devices.get(alarm.device)) and device.subsystem == self._subsystem)
                )
            ),
            key=urgency,
        )

    def _shown(self) -> list[Alarm]:
        return self._alarms()[self._from : self._from + ROWS_A_PAGE]

    # -- what a person does

    async def _pick(self, key: str) -> None:
        self._selected ^= {key}
        self._turn += 1

    async def _filter(self, key: str) -> None:
        self._subsystem = key
        self._turn += 1

    async def _toggle_waiting(self, _key: str) -> None:
        self._waiting_only = not self._waiting_only
        self._turn += 1

    async def _turn_page(self, key: str) -> None:
        self._from = max(self._from + (ROWS_A_PAGE if key == "on" else -ROWS_A_PAGE), 0)
        self._turn += 1

    async def _ask_one(self, key: str) -> None:
        self._ask([alarm for alarm in self._shown() if key_of(alarm) == key])

    async def _ask_selected(self, _key: str) -> None:
        self._ask([alarm for alarm in self._shown() if key_of(alarm) in self._selected])

    async def _ask_page(self, _key: str) -> None:
        self._ask(self._shown())

    def _ask(self, alarms: list[Alarm]) -> None:
        """What is asked about now is what will be acknowledged: not what occurs while the note is typed."""
        self._asked = [alarm for alarm in alarms if alarm.state in WAITING]
        if not self._asked:
            ui.notify(self._view.say(words.NOTHING_SELECTED), type="warning")
            return
        first = drawing.alarm(self._view.language, self._view.live.site, self._asked[0])
        more = f" (+{len(self._asked) - 1})" if len(self._asked) > 1 else ""
        self._title.text = f"{self._view.say(words.ACKNOWLEDGE)} · {first.device} {first.message}{more}"
        self._note.value = ""
        self._dialog.open()

    async def _acknowledge(self) -> None:
        view = self._view
        asked, self._asked = self._asked, []
        self._dialog.close()
        if not await view.may("alarm.acknowledge"):
            return
        note = str(self._note.value or "")[:NOTE_LENGTH]
        failed, reason = 0, ""
        for alarm in asked:
            body = AcknowledgeAlarm(alarm.device, alarm.point, alarm.rule, alarm.event, note)
            result = await send(view, body, lambda _result: None)
            if is_trouble(result):
                failed += 1
                reason = in_words(view, result)
            self._selected.discard(key_of(alarm))
        self._turn += 1
        said = view.say(words.ACKNOWLEDGED_COUNT, done=len(asked) - failed, failed=failed)
        ui.notify(f"{said} · {reason}" if failed else said, type="warning" if failed else "info")


def _pressed(*, pressed: bool) -> Markup:
    return Markup(' aria-pressed="true"') if pressed else EMPTY
