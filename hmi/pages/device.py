"""A device: every point with value, quality, age and range; its link, tag and trend; and its commands."""

from urllib.parse import urlencode

from markupsafe import Markup
from nicegui import ui

from actors.messages import Alarm, EndSubstitution, HangTag, Link, RemoveTag, RetryDevice, SubstitutePoint
from actors.said import in_language
from config.site import Device, Point, PointKind
from hmi import drawing, words
from hmi.alarm_index import name_of
from hmi.alarm_naming import alarm_link, message_of
from hmi.commanding import carry_out
from hmi.operating import OperateDialog
from hmi.pages.missing import missing
from hmi.pages.subsystem import link_state
from hmi.picture import live_picture
from hmi.second_person import SecondPerson
from hmi.shell import EMPTY, frame, html, symbol
from hmi.tabular import table
from hmi.trend import TrendPanel
from hmi.view import View
from hmi.words import operating as own

HOUR_NS = 3_600_000_000_000
ALARMS = 8
"""Named at the top of the page; more are counted."""
SUBSTITUTE_HOURS = 24 * 30
"""The longest substitution, in hours."""


class DevicePage:
    """Everything about one device on one open page."""

    def __init__(self, view: View, device: Device) -> None:
        self._view = view
        self._device = device
        self._points = {point.id: point for point in device.template.points}

    def draw(self) -> None:
        view, device = self._view, self._device
        with frame(view, view.name(device.name)):
            html(self._status())
            html(view.block(self._alarms, lambda: view.house.alarms.revision))
            html(SecondPerson(view, device).draw())
            with ui.element("div").classes("split"):
                with ui.element("div"):
                    html(self._table())
                with ui.element("div").classes("trend card"):
                    if device.picture is not None:
                        html(Markup('<figure class="camera">{}</figure>').format(live_picture(view, device)))
                    self._trend = TrendPanel(view, device)
                    self._trend.draw(self._first_point())
            self._operate = OperateDialog(view, device)
            self._operate.draw()
            self._draw_dialogs()
        view.on("trend", "", self._select_trend)
        view.on("operate", "point.operate", self._open_operate)
        view.on("tag", "device.tag", self._open_tag)
        view.on("untag", "device.tag", self._untag)
        view.on("retry", "device.retry", self._retry)
        view.on("substitute", "point.substitute", self._open_substitute)
        view.on("end-substitution", "point.substitute", self._end_substitution)

    # -- drawing

    def _status(self) -> Markup:
        view, device = self._view, self._device
        subsystem = view.live.site.subsystems[device.subsystem]
        path = " / ".join(
            view.name(view.live.site.zones[zone].name) for zone in view.live.site.zone_path(device.zone)
        )
        return Markup(
            '<div class="status">{link}<span>{tag_word} <b>{tag}</b></span><span>{path}</span>'
            '<a href="/subsystem/{subsystem_id}">{subsystem}</a>{buttons}</div>'
        ).format(
            link=view.block(self._link, lambda: view.live.state_revision, "span"),
            tag_word=view.say(words.TAG_NUMBER),
            tag=device.tag or device.id,
            path=path,
            subsystem_id=subsystem.id,
            subsystem=view.name(subsystem.name),
            buttons=view.block(self._buttons, lambda: (view.live.state_revision, view.person), "span"),
        )

    def _alarms(self) -> Markup:
        """What is wrong with it, the most urgent first."""
        view = self._view
        alarms = view.house.alarms.now.by_device.get(self._device.id, ())
        if not alarms:
            return EMPTY
        lines = EMPTY.join(map(self._alarm, alarms[:ALARMS]))
        if len(alarms) > ALARMS:
            address = urlencode({"text": self._device.tag or self._device.id})
            lines += Markup('<a href="/alarms?{}">+{}</a>').format(address, len(alarms) - ALARMS)
        return Markup('<div class="of-device">{}</div>').format(lines)

    def _alarm(self, one: Alarm) -> Markup:
        view = self._view
        name = name_of(one)
        return Markup('<span data-alarm="{}">{} {} <small>{} {}</small></span>').format(
            "/".join(name),
            symbol(one.priority, one.state, view.say(words.PRIORITIES.get(one.priority, words.ALARM))),
            alarm_link(view, name, message_of(view, view.live.site, name)),
            view.say(words.ALARM_STATES[one.state]),
            drawing.moment(view.zone, one.occurred_ns, view.live.wall_ns()),
        )

    def _link(self) -> Markup:
        view = self._view
        state = view.live.device_state(self._device.id)
        since = (
            view.say(words.LINK_SINCE, time=drawing.date_and_clock(view.zone, state.since_ns))
            if state
            else ""
        )
        tagged = (
            Markup(' <span class="tagged">{}</span>').format(
                view.say(words.TAGGED, note=state.tag_note, by=state.tag_by)
            )
            if state and state.tag_note
            else EMPTY
        )
        reason = in_language(state.reason, view.language) if state and state.link is not Link.UP else ""
        return Markup('{} <small class="sub">{} {}</small>{}').format(
            link_state(view, self._device.id), since, reason, tagged
        )

    def _buttons(self) -> Markup:
        view = self._view
        state = view.live.device_state(self._device.id)
        button = Markup('<button class="plain" data-act="{}">{}</button> ')
        shown = EMPTY
        if view.can("device.tag"):
            hanging = state is not None and bool(state.tag_note)
            shown += (
                button.format("untag", view.say(words.REMOVE_TAG))
                if hanging
                else button.format("tag", view.say(words.HANG_TAG))
            )
        if state is not None and state.link is Link.FAULTED and view.can("device.retry"):
            shown += button.format("retry", view.say(words.RETRY))
        return shown

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", words.POINT),
            ("number", words.VALUE),
            ("tight", words.QUALITY),
            ("tight number hide-small", words.AGE),
            ("tight hide-small", words.RANGE),
            ("tight", words.OPERATE),
        )
        said = [(look, view.say(text)) for look, text in heads]
        return table(said, map(self._row, self._device.template.points), look="points")

    def _row(self, point: Point) -> Markup:
        view = self._view
        cell = view.cell(self._device.id, point.id, with_age=not point.write_only)
        bounds = drawing.bounds(view.live.site, point, view.live.limit_set(self._device.subsystem))
        trend, name = EMPTY, Markup.escape(view.name(point.name))
        if not point.write_only:
            trend = Markup(' data-act="trend" data-key="{}"').format(point.id)
            name = Markup('<button class="bare"{}>{}</button>').format(trend, name)
        return Markup(
            '<tr{trend}><td>{name}<br class="hide-small"><small class="hide-small">{id}</small></td>'
            '<td class="number">{value}</td><td class="tight">'
            '<span class="q" id="{cell}q" data-quality="{quality}" data-good="{good}">{word}</span></td>'
            '<td class="tight number hide-small"><span id="{cell}a"></span></td>'
            '<td class="tight hide-small">{bar}</td><td class="tight">{buttons}</td></tr>'
        ).format(
            id=point.id,
            trend=trend,
            name=name,
            value=view.value(self._device.id, point.id),
            cell=cell.id,
            quality=cell.shown.quality,
            good=view.say(words.GOOD),
            word=cell.shown.word or view.say(words.GOOD),
            bar=bar(view, point, cell.id, cell.shown.fraction, bounds),
            buttons=view.block(
                lambda: self._point_buttons(point), lambda: (view.live.state_revision, view.person), "span"
            ),
        )

    def _point_buttons(self, point: Point) -> Markup:
        view = self._view
        button = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
        state = view.live.device_state(self._device.id)
        shown = EMPTY
        if point.write is not None and view.can("point.operate"):
            shown += button.format("operate", point.id, view.say(words.OPERATE))
        if point.kind is not PointKind.TEXT and not point.write_only and view.can("point.substitute"):
            if state is not None and point.id in state.substituted:
                shown += button.format("end-substitution", point.id, view.say(words.END_SUBSTITUTION))
            else:
                shown += Markup(
                    '<button class="quiet" data-act="substitute" data-key="{0}" title="{1}" aria-label="{1}">'
                    "✎</button>"
                ).format(point.id, view.say(words.SUBSTITUTE))
        return shown

    def _first_point(self) -> Point | None:
        main = next(iter(self._view.live.main_points(self._device)), None)
        return main or next((one for one in self._points.values() if one.kind is not PointKind.TEXT), None)

    # -- dialogs

    def _draw_dialogs(self) -> None:
        view = self._view
        with ui.dialog() as self._tag_dialog, ui.card():
            ui.label(f"{view.say(words.HANG_TAG)} · {view.name(self._device.name)}").classes(
                "text-weight-bold"
            )
            self._tag_reason = ui.input(view.say(words.TAG_REASON)).props("outlined dense maxlength=200")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._tag_dialog.close).props("flat")
                ui.button(view.say(words.HANG_TAG), on_click=self._tag)
        with ui.dialog() as self._substitute_dialog, ui.card():
            self._substitute_title = ui.label().classes("text-weight-bold")
            self._substitute_value = ui.input(view.say(own.NEW_VALUE)).props("outlined dense")
            self._substitute_hours = ui.input(view.say(words.FOR_HOURS), value="8").props("outlined dense")
            self._substitute_reason = ui.input(view.say(words.REASON)).props("outlined dense maxlength=200")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._substitute_dialog.close).props("flat")
                ui.button(view.say(words.SUBSTITUTE), on_click=self._substitute)
        self._substituted: Point | None = None

    # -- what a person does

    async def _select_trend(self, key: str) -> None:
        if point := self._points.get(key):
            await self._trend.select(point)

    async def _open_operate(self, key: str) -> None:
        if (point := self._points.get(key)) and point.write is not None:
            self._operate.open(point)

    async def _open_tag(self, _key: str) -> None:
        self._tag_reason.value = ""
        self._tag_dialog.open()

    async def _tag(self) -> None:
        reason = str(self._tag_reason.value or "").strip()[:200]
        if not reason:
            ui.notify(self._view.say(words.REASON_MISSING), type="warning")
            return
        self._tag_dialog.close()
        await carry_out(self._view, HangTag(self._device.id, reason), "device.tag")

    async def _untag(self, _key: str) -> None:
        await carry_out(self._view, RemoveTag(self._device.id), "device.tag")

    async def _retry(self, _key: str) -> None:
        await carry_out(self._view, RetryDevice(self._device.id), "device.retry")

    async def _open_substitute(self, key: str) -> None:
        if point := self._points.get(key):
            self._substituted = point
            self._substitute_title.text = (
                f"{self._view.say(words.SUBSTITUTE)} · {self._view.name(point.name)}"
            )
            self._substitute_value.value = ""
            self._substitute_reason.value = ""
            self._substitute_dialog.open()

    async def _substitute(self) -> None:
        view, point = self._view, self._substituted
        if point is None:
            return
        value = drawing.number(str(self._substitute_value.value or ""))
        hours = drawing.number(str(self._substitute_hours.value or ""))
        reason = str(self._substitute_reason.value or "").strip()[:200]
        if value is None:
            typed = str(self._substitute_value.value or "").strip()[:40]
            said = view.say(own.NOT_A_NUMBER, value=typed) if typed else view.say(own.VALUE_MISSING)
        elif not point.low <= value <= point.high:
            said = view.say(
                own.OUT_OF_LIMITS,
                value=drawing.value(view.language, point, value),
                low=f"{point.low:g}",
                high=f"{point.high:g}",
                unit=point.unit,
            )
        elif hours is None or not 0 < hours <= SUBSTITUTE_HOURS:
            said = view.say(words.HOURS_RANGE, limit=SUBSTITUTE_HOURS)
        elif not reason:
            said = view.say(words.REASON_MISSING)
        else:
            self._substitute_dialog.close()
            until_ns = view.live.wall_ns() + int(hours * HOUR_NS)
            body = SubstitutePoint(self._device.id, point.id, value, reason, until_ns)
            await carry_out(view, body, "point.substitute")
            return
        ui.notify(said, type="warning")

    async def _end_substitution(self, key: str) -> None:
        await carry_out(self._view, EndSubstitution(self._device.id, key), "point.substitute")


def device(view: View, device_id: str) -> None:
    found = view.live.site.devices.get(device_id)
    if found is None:
        missing(view)
        return
    DevicePage(view, found).draw()


def bar(
    view: View, point: Point, cell: str, fraction: float | None, bounds: tuple[list[float], list[float]]
) -> Markup:
    """Where the value lies in its range: a band free of alarms, limits as ticks, a mark for the value."""
    if point.kind is not PointKind.ANALOGUE or point.high <= point.low:
        return EMPTY
    lows, highs = bounds
    since = drawing.fraction(point, max(lows, default=point.low))
    until = drawing.fraction(point, min(highs, default=point.high))
    ticks = EMPTY.join(
        Markup('<i style="left:{}%" title="{}"></i>').format(
            round(100 * drawing.fraction(point, limit), 1), drawing.with_unit(view.language, point, limit)
        )
        for limit in lows + highs
    )
    return Markup(
        '<span class="bar"><u style="left:{}%;right:{}%"></u>{}<s id="{}m" style="left:{}%"{}></s></span>'
        '<span class="ends"><span>{}</span><span>{}</span></span>'
    ).format(
        round(100 * since, 1),
        round(100 - 100 * until, 1),
        ticks,
        cell,
        round(100 * (fraction or 0.0), 1),
        (Markup(" hidden") if fraction is None else ""),
        f"{point.low:g}",
        f"{point.high:g}",
    )
