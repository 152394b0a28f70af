"""The work orders of alarms: the open first; to be closed, and to take their alarm out of service."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from actors.messages import AlarmState, RemoveFromService, Verdict
from actors.permissions import PERMISSIONS
from actors.said import in_language
from business.access.catalogue import PERMISSIONS as LABELS
from business.alarm_orders.closing import alarm_of_order, alarm_side
from business.alarm_orders.messages import CLOSE, CloseAlarmOrder
from business.alarm_orders.model import RESULT_LENGTH
from business.alarm_orders.queries import AlarmOrderRow, WantedOrders, orders, teams
from hmi import drawing, words
from hmi.alarm_naming import alarm_link
from hmi.commanding import carry_out
from hmi.editing import Editor, Field, Kept, Kind, Values, button, empty, now
from hmi.shell import EMPTY, frame, html, symbol
from hmi.tabular import table
from hmi.view import View
from hmi.words import alarm_orders as said
from hmi.words.alarms import VERDICTS

READ_S: Final = 3.0
SERVICE: Final = PERMISSIONS[RemoveFromService]
_STATES: Final = {"open": (said.OPEN, True), "closed": (said.CLOSED, False), "all": (said.ALL, None)}
_Found = tuple[tuple[AlarmOrderRow, ...], tuple[str, ...]]


def _read(session: Session, wanted: WantedOrders) -> _Found:
    return orders(session, wanted), teams(session)


class AlarmOrdersPage:
    def __init__(self, view: View) -> None:
        query = view.client.request.query_params
        self._view = view
        self._state = query.get("state", "") if query.get("state", "") in _STATES else "all"
        self._wanted = WantedOrders(
            _STATES[self._state][1], query.get("team", "")[:200], query.get("device", "")[:200].strip()
        )
        self._kept: Kept[_Found] = Kept(view, CLOSE, partial(_read, wanted=self._wanted))

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        with frame(view, view.say(said.ORDERS)):
            html(Markup('<p class="sub">{}</p>').format(view.say(said.POLICY)))
            html(self._form())
            html(self._kept.block(self._table))
            hint = view.say(said.RESULT_HINT)
            self._closing = Editor(view, [Field("result", said.RESULT, longest=RESULT_LENGTH, hint=hint)])
            self._taking_out = Editor(
                view, [Field("until", said.UNTIL, Kind.DAY), Field("reason", said.REASON, longest=200)]
            )
            ui.timer(READ_S, self._kept.read)
        view.on("close-order", CLOSE, self._ask_close)
        view.on("take-out", SERVICE, self._ask_take_out)

    # -- drawing

    def _form(self) -> Markup:
        view = self._view
        option = Markup('<option value="{}"{}>{}</option>')

        def choice(name: str, label: str, chosen: str, options: list[tuple[str, str]]) -> Markup:
            return Markup('<label>{} <select name="{}">{}</select></label>').format(
                label,
                name,
                EMPTY.join(
                    option.format(value, Markup(" selected") if value == chosen else EMPTY, shown)
                    for value, shown in options
                ),
            )

        states = [(key, view.say(label)) for key, (label, _) in _STATES.items()]
        named = [("", view.say(said.ALL)), *((one, self._team(one)) for one in self._kept.rows[1])]
        return Markup(
            '<form method="get" class="toolbar" role="search">{}{}<label class="field">{} '
            '<input type="search" name="device" value="{}" size="16"></label>'
            '<button class="plain">{}</button></form>'
        ).format(
            choice("state", view.say(said.STATE), self._state, states),
            choice("team", view.say(said.TEAM), self._wanted.team, named),
            view.say(said.DEVICE),
            self._wanted.device,
            view.say(said.SEARCH),
        )

    def _table(self) -> Markup:
        view = self._view
        found = self._kept.rows[0]
        if not found:
            return empty(view, said.NO_ORDERS)
        heads = (
            ("tight", said.NUMBER),
            ("", said.WHAT),
            ("hide-small", said.CAUSE),
            ("tight", said.TEAM),
            ("tight hide-small", said.OPENED),
            ("number hide-small", said.TIMES),
            ("", said.STATE),
            ("tight", said.ACTIONS),
        )
        return table([(look, view.say(text)) for look, text in heads], map(self._row, found))

    def _row(self, row: AlarmOrderRow) -> Markup:
        view = self._view
        return Markup(
            '<tr><td class="tight">{} {}</td><td>{}</td><td class="hide-small">{}</td>'
            '<td class="tight">{}</td><td class="tight hide-small">{}</td>'
            '<td class="number hide-small">{}</td><td>{}</td><td class="tight">{}</td></tr>'
        ).format(
            symbol(row.priority, AlarmState.ACKNOWLEDGED, view.say(words.PRIORITIES[row.priority])),
            row.number,
            self._what(row),
            self._cause(row),
            self._team(row.team),
            drawing.date_and_clock(view.zone, row.opened_ns),
            row.joined,
            self._is(row),
            self._buttons(row),
        )

    def _what(self, row: AlarmOrderRow) -> Markup:
        text = in_language(row.text, self._view.language)
        if not row.rule:
            return Markup("{}").format(text)
        return alarm_link(self._view, (row.device, row.point, row.rule), text)

    def _cause(self, row: AlarmOrderRow) -> str:
        site = self._view.live.site
        found = site.plans.get(row.plan) if row.plan else site.classes.get(row.alarm_class)
        return self._view.name(found.name) if found is not None else row.plan or row.alarm_class

    def _team(self, team: str) -> str:
        known = said.TEAMS.get(team)
        return self._view.say(known) if known is not None else team

    def _is(self, row: AlarmOrderRow) -> str:
        view = self._view
        if row.closed_ns is not None:
            at = drawing.date_and_clock(view.zone, row.closed_ns)
            told = [view.say(said.CLOSED_AT, at=at, by=row.closed_by)]
            if row.verdict:
                told.append(view.say(said.VERDICT, verdict=view.say(VERDICTS[Verdict(row.verdict)])))
            return " ".join([*told, row.result])
        if not row.rule:
            return view.say(said.ASKED_BY_PLAN)
        if row.cleared_ns is None:
            return view.say(said.STANDS)
        return view.say(said.OVER, at=drawing.date_and_clock(view.zone, row.cleared_ns))

    def _buttons(self, row: AlarmOrderRow) -> Markup:
        view = self._view
        if row.closed_ns is not None:
            return EMPTY
        may_close, may_take_out = view.can(CLOSE), view.can(SERVICE) and row.rule
        return (button(view, "close-order", row.id, said.CLOSE) if may_close else EMPTY) + (
            button(view, "take-out", row.id, said.TAKE_OUT) if may_take_out else EMPTY
        )

    # -- what a person does

    def _named(self, key: str) -> AlarmOrderRow | None:
        return next((row for row in self._kept.rows[0] if str(row.id) == key), None)

    async def _ask_close(self, key: str) -> None:
        row = self._named(key)
        if row is not None:
            title = self._view.say(said.CLOSE_ONE, number=row.number)
            self._closing.open(title, {}, partial(self._close, row), button=said.CLOSE)

    async def _close(self, row: AlarmOrderRow, values: Values) -> bool:
        if not await self._kept.send(CloseAlarmOrder(row.id, values["result"])):
            return False
        view = self._view
        alarm = alarm_of_order(row, view.live.every_alarm())
        command = alarm_side(row, alarm, values["result"].strip())
        if command is None:
            return True
        permission = PERMISSIONS[type(command)]
        if view.can(permission):
            await carry_out(view, command, permission)
        else:  # nobody oversteps by closing an order
            ui.notify(view.say(said.ALARM_LEFT, permission=view.name(LABELS[permission])), type="warning")
        return True

    async def _ask_take_out(self, key: str) -> None:
        row = self._named(key)
        if row is not None and row.rule:
            title = self._view.say(said.TAKE_OUT_ONE, number=row.number)
            self._taking_out.open(title, {}, partial(self._take_out, row), button=said.TAKE_OUT)

    async def _take_out(self, row: AlarmOrderRow, values: Values) -> bool:
        """To the end of the day that was named, at the site."""
        view, until_ns = self._view, 0
        if day := values["until"]:
            end = _end_of(day, now(view))
            if end is None:
                ui.notify(view.say(said.BAD_DAY, day=day), type="warning")
                return False
            until_ns = int(end.timestamp()) * 10**9
        place = (row.device, row.point, row.rule)
        command = RemoveFromService(*place, until_ns, row.number, values["reason"].strip())
        return await carry_out(view, command, SERVICE)


def _end_of(day: str, at: datetime) -> datetime | None:
    """None for what is no day to come."""
    try:
        found = date.fromisoformat(day)
        end = datetime.combine(found + timedelta(days=1), time(), at.tzinfo)
    except (ValueError, OverflowError):
        return None
    return end if end > at else None
