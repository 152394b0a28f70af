"""The office's jobs: when they run, how they ran, run now, cancel."""

import asyncio

from markupsafe import Markup
from nicegui import ui

from business.jobs.messages import MANAGE, CancelRun, RunJobNow
from business.jobs.model import OPEN
from business.jobs.queries import RunPage, RunRow, ScheduleRow, run_log, schedules
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import jobs as job_words
from hmi.words import refusals

READ_S = 2.0
_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button>')


class JobsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._schedules: tuple[ScheduleRow, ...] = ()
        self._runs = RunPage((), None)

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(job_words.JOBS)):
            html(view.block(self._planned, lambda: self._schedules))
            html(Markup("<h2>{}</h2>").format(view.say(job_words.RUNS)))
            html(view.block(self._log, lambda: self._runs))
            ui.timer(READ_S, self._read)
        view.on("run", MANAGE, self._run)
        view.on("cancel", MANAGE, self._cancel)

    async def _read(self) -> None:
        def read() -> tuple[tuple[ScheduleRow, ...], RunPage]:
            with self._view.house.seats.authority.open() as session:
                return schedules(session), run_log(session)

        self._schedules, self._runs = await asyncio.to_thread(read)

    async def _run(self, key: str) -> None:
        row = next((one for one in self._schedules if one.name == key), None)
        if row is not None:
            await carry_out(
                self._view, RunJobNow(row.job, row.arguments), MANAGE, self._view.house.ports.office
            )
            await self._read()

    async def _cancel(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await carry_out(self._view, CancelRun(int(key)), MANAGE, self._view.house.ports.office)
            await self._read()

    def _planned(self) -> Markup:
        view = self._view
        heads = (
            ("", job_words.JOB),
            ("tight", job_words.SCHEDULE),
            ("tight", job_words.NEXT_RUN),
            ("tight hide-small", job_words.LAST_RUN),
            ("tight", None),
        )
        return table(
            [(look, view.say(text) if text else "") for look, text in heads],
            (self._schedule(row) for row in self._schedules),
        )

    def _schedule(self, row: ScheduleRow) -> Markup:
        view = self._view
        planned = drawing.date_and_clock(view.zone, row.next_fire_ns or 0)
        return Markup(
            '<tr><td>{}</td><td class="tight">{}</td><td class="tight">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight">{}</td></tr>'
        ).format(
            job_words.job(view.language, row.job),
            row.trigger,
            planned if row.enabled else view.say(words.DISABLED),
            drawing.date_and_clock(view.zone, row.last_fire_ns or 0),
            _BUTTON.format("run", row.name, view.say(job_words.RUN_NOW)),
        )

    def _log(self) -> Markup:
        view = self._view
        if not self._runs.rows:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_ROWS))
        heads = (
            ("tight", words.TIME),
            ("", job_words.JOB),
            ("tight", words.STATE),
            ("hide-small", words.NOTE),
            ("tight hide-small", words.WHO),
            ("tight", None),
        )
        return table(
            [(look, view.say(text) if text else "") for look, text in heads],
            (self._entry(row) for row in self._runs.rows),
        )

    def _entry(self, row: RunRow) -> Markup:
        view = self._view
        is_open = row.state in OPEN and not row.cancel_requested
        return Markup(
            '<tr><td class="tight">{}</td><td>{}</td><td class="tight">{}</td><td class="hide-small">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight">{}</td></tr>'
        ).format(
            drawing.date_and_clock(view.zone, row.ended_ns or row.started_ns or row.due_ns),
            job_words.job(view.language, row.job),
            view.say(job_words.RUN_STATES[row.state]),
            refusals.refusal(view.language, row.error or row.text),
            row.asked_by or row.schedule,
            _BUTTON.format("cancel", row.id, view.say(words.CANCEL)) if is_open else EMPTY,
        )


async def jobs(view: View) -> None:
    await JobsPage(view).draw()
