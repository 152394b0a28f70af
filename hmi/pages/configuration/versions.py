"""The versions of the configuration: who changed what and why, which is in force, and the way to another."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from markupsafe import Markup
from nicegui import ui

from actors.messages import ApplyConfiguration
from business.configuration.desk import State, VersionRow
from business.configuration.messages import READ, WRITE
from config.applied import Event
from config.settings_fields import SettingField
from config.text import Text
from hmi import drawing
from hmi.commanding import carry_out
from hmi.editing import Editor, Values
from hmi.pages.configuration.proposing import APPLY
from hmi.pages.configuration.telling import by_keys, tabs, told
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import configuration as said
from hmi.words import refusals

PAGE = 20
READ_S = 1.0
_LINE = Markup("<p>{}</p>")
_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')


class VersionsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._state = State(0, 0, None, ())
        self._rows: tuple[VersionRow, ...] = ()
        self._before = 0
        self._fields: dict[tuple[object, ...], SettingField] = {}

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.CONFIGURATION)):
            html(tabs(view))
            html(view.block(self._now, lambda: self._state))
            html(view.block(self._table, lambda: (self._state, self._rows)))
            self._asking = Editor(view, ())
            ui.timer(READ_S, self._read_state)
        view.on("apply", APPLY, self._ask)
        view.on("older", READ, self._older)
        view.on("newest", READ, self._newest)

    async def _read(self) -> None:
        desk = self._view.house.ports.desk

        def read() -> tuple[State, tuple[VersionRow, ...], dict[tuple[object, ...], SettingField]]:
            state = desk.state()
            fields = by_keys(desk.store.get(state.running).documents)
            return state, desk.versions(self._before, PAGE), dict(fields)

        self._state, self._rows, self._fields = await asyncio.to_thread(read)

    async def _read_state(self) -> None:
        state = await asyncio.to_thread(self._view.house.ports.desk.state)
        if state != self._state:
            await self._read()

    async def _older(self, _key: str) -> None:
        if self._rows:
            self._before = self._rows[-1].number
            await self._read()

    async def _newest(self, _key: str) -> None:
        self._before = 0
        await self._read()

    # -- putting another one in force

    async def _ask(self, key: str) -> None:
        if not key.isdecimal():
            return
        version = int(key)

        async def then(_values: Values) -> bool:
            view = self._view
            done = await carry_out(view, ApplyConfiguration(version), APPLY, view.house.ports.gate)
            await self._read()
            return done

        title = self._view.say(said.PUT_IT, version=version)
        hint = self._view.say(said.PUT_HINT, running=self._state.running)
        self._asking.open(f"{title} {hint}", {}, then, button=said.PUT_IN_FORCE)

    # -- drawing

    def _now(self) -> Markup:
        return EMPTY.join(self._lines())

    def _lines(self) -> Iterator[Markup]:
        view, state = self._view, self._state
        yield Markup("<p><b>{}</b></p>").format(view.say(said.IN_FORCE, version=state.running))
        if state.trial is not None:
            yield Markup('<p class="notice" data-trial="{}">{}</p>').format(
                state.trial.version,
                view.say(said.ON_TRIAL, version=state.trial.version, before=state.trial.before),
            )
        last = state.log[-1] if state.log else None
        if last is not None and last.event is Event.RETURNED:
            yield Markup('<p class="warning" data-returned="{}">{}</p>').format(
                last.version, refusals.refusal(view.language, last.reason)
            )

    def _table(self) -> Markup:
        view = self._view
        heads: tuple[tuple[str, Text | None], ...] = (
            ("tight", said.NUMBER),
            ("tight", said.WHEN),
            ("hide-small", said.WHO),
            ("", said.WHY),
            ("", said.DIFFERENCES),
            ("", None),
        )
        rows = table(
            [(look, view.say(text) if text else "") for look, text in heads], map(self._row, self._rows)
        )
        older = self._rows and self._rows[-1].number > 1
        return rows + Markup('<div class="toolbar">{}{}</div>').format(
            _BUTTON.format("older", "", view.say(said.OLDER)) if older else EMPTY,
            _BUTTON.format("newest", "", view.say(said.NEWEST)) if self._before else EMPTY,
        )

    def _row(self, row: VersionRow) -> Markup:
        view, state = self._view, self._state
        is_running = row.number == state.running
        mark = (
            Markup('<br><b class="on">{}</b>').format(view.say(said.IN_FORCE_MARK)) if is_running else EMPTY
        )
        return Markup(
            '<tr data-version="{}"><td class="tight">{}{}</td><td class="tight">{}</td>'
            '<td class="hide-small">{}</td><td>{}{}</td><td>{}</td><td>{}</td></tr>'
        ).format(
            row.number,
            row.number,
            mark,
            drawing.date_and_clock(view.zone, _ns(row.created)) if row.created else drawing.NOTHING,
            f"{row.author} · {view.say(said.ORIGINS[row.origin])}" if row.origin else "",
            row.reason or row.trouble,
            self._events(row.number),
            self._differences(row),
            EMPTY if is_running or row.trouble else self._buttons(row.number),
        )

    def _events(self, version: int) -> Markup:
        view = self._view
        last = next((one for one in reversed(self._state.log) if one.version == version), None)
        if last is None:
            return EMPTY
        time = drawing.date_and_clock(view.zone, last.time_ns)
        return Markup('<br><small class="sub">{}</small>').format(
            view.say(said.EVENTS[last.event], time=time, user=last.by)
        )

    def _differences(self, row: VersionRow) -> Markup:
        view = self._view
        if row.trouble:
            return EMPTY
        if not row.differences:
            return Markup("{}").format(view.say(said.FIRST if row.number == 1 else said.NOTHING))
        return Markup("<details><summary>{}</summary>{}</details>").format(
            view.say(said.SOME_DIFFERENCES, count=len(row.differences)),
            told(view, row.differences, self._fields),
        )

    def _buttons(self, version: int) -> Markup:
        view = self._view
        was_in_force = any(one.version == version for one in self._state.log)
        apply = edit = EMPTY
        if view.can(APPLY):
            apply = _BUTTON.format(
                "apply", version, view.say(said.GO_BACK if was_in_force else said.PUT_IN_FORCE)
            )
        if view.can(WRITE):
            edit = Markup('<a href="/configuration/settings?base={}">{}</a>').format(
                version, view.say(said.EDIT_IT)
            )
        return apply + edit


def _ns(created: str) -> int:
    return int(datetime.fromisoformat(created).timestamp() * 1e9)


async def versions(view: View) -> None:
    await VersionsPage(view).draw()
