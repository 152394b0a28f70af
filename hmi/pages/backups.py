"""Backups: which there are, whether they are whole, one more now, and the commands that go back to one."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from markupsafe import Markup
from nicegui import ui

from business.backup.kinds import BACKUP
from business.backup.listing import BackupRow, Listing
from business.backup.messages import MANAGE, BackUpNow
from business.jobs.queries import RunRow, WantedRuns, run_log
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import backup as said
from hmi.words import jobs as job_words
from hmi.words import refusals

READ_S = 3.0
MIB = 1 << 20
_TOOLBAR = Markup(
    '<div class="toolbar"><button class="plain" data-act="backup" data-key="">{}</button></div>'
)
_EMPTY = Markup('<div class="scroll"><p class="empty">{}</p></div>')
_LINE = Markup("<p>{}</p>")
_COMMAND = Markup("<p>{}<code>{}</code></p>")
_WARNING = Markup('<p class="warning">{}</p>')


class BackupsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._found = Listing("", "", (), 0, 0, 0)
        self._last: RunRow | None = None

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.BACKUPS)):
            html(_TOOLBAR.format(view.say(said.BACK_UP_NOW)))
            html(view.block(self._state, lambda: (self._found, self._last)))
            html(view.block(self._rows, lambda: self._found))
            html(Markup("<h2>{}</h2>").format(view.say(said.RESTORING)))
            html(view.block(self._how, lambda: self._found))
            ui.timer(READ_S, self._read)
        view.on("backup", MANAGE, self._back_up)

    async def _read(self) -> None:
        def read() -> tuple[Listing, RunRow | None]:
            with self._view.house.seats.authority.open() as session:
                runs = run_log(session, WantedRuns(job=BACKUP), limit=1).rows
            return self._view.house.ports.backups(), runs[0] if runs else None

        self._found, self._last = await asyncio.to_thread(read)

    async def _back_up(self, _key: str) -> None:
        await carry_out(self._view, BackUpNow(), MANAGE, self._view.house.ports.office)
        await self._read()

    def _state(self) -> Markup:
        return EMPTY.join(self._lines())

    def _lines(self) -> Iterator[Markup]:
        view, found = self._view, self._found
        yield _LINE.format(view.say(said.FOLDER, folder=found.folder))
        if found.second_folder:
            yield _LINE.format(view.say(said.SECOND_FOLDER, folder=found.second_folder))
        else:
            yield _WARNING.format(view.say(said.NO_SECOND))
        newest = found.rows[0] if found.rows else None
        if newest is not None and newest.second is not None and newest.second.same_disk:
            yield _WARNING.format(view.say(said.SAME_DISK, folder=newest.second.folder))
        if lacking := found.lacking_keys:
            yield _WARNING.format(view.say(said.NO_KEYS, keys=", ".join(lacking)))
        if found.snapshots:
            first, last = (
                drawing.date_and_clock(view.zone, one)
                for one in (found.first_snapshot_ns, found.last_snapshot_ns)
            )
            yield _LINE.format(view.say(said.SNAPSHOTS, count=found.snapshots, first=first, last=last))
        else:
            yield _LINE.format(view.say(said.NO_SNAPSHOT))
        if self._last is not None:
            text = refusals.refusal(view.language, self._last.error or self._last.text)
            state = view.say(job_words.RUN_STATES[self._last.state])
            line = _WARNING if self._last.error else _LINE
            yield line.format(view.say(said.LAST_RUN, state=state, told=text))

    def _rows(self) -> Markup:
        view = self._view
        if not self._found.rows:
            return _EMPTY.format(view.say(said.NO_BACKUP))
        heads = (
            ("tight", said.TAKEN),
            ("tight hide-small", said.NAME),
            ("tight hide-small", said.SIZE),
            ("tight hide-small", said.FILES),
            ("", words.STATE),
            ("hide-small", said.SECOND_PLACE),
            ("tight hide-small", said.SECRETS),
        )
        return table([(look, view.say(text)) for look, text in heads], map(self._row, self._found.rows))

    def _row(self, row: BackupRow) -> Markup:
        view = self._view
        look, state = "", view.say(said.VERIFIED)
        if row.trouble:
            look, state = "off", refusals.refusal(view.language, row.trouble)
        elif row.missing:
            state = f"{state} {view.say(said.LOST_HISTORY, count=row.missing)}"
        return Markup(
            '<tr><td class="tight">{}</td><td class="tight hide-small">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight hide-small">{}</td>'
            '<td class="{}">{}</td><td class="hide-small">{}</td><td class="tight hide-small">{}</td></tr>'
        ).format(
            drawing.date_and_clock(view.zone, row.taken_ns),
            row.name,
            drawing.NOTHING if row.trouble else f"{row.size / MIB:.1f} MiB",
            drawing.NOTHING if row.trouble else row.files,
            look,
            state,
            self._second(row),
            drawing.NOTHING if row.trouble else view.say(words.YES if row.has_secrets else words.NO),
        )

    def _second(self, row: BackupRow) -> str:
        view = self._view
        if row.second is None:
            return view.say(said.NOT_COPIED) if self._found.second_folder else drawing.NOTHING
        if row.second.error:
            return refusals.refusal(view.language, row.second.error)
        return f"{view.say(said.VERIFIED)} {row.second.folder}"

    def _how(self) -> Markup:
        view, found = self._view, self._found
        whole = [row for row in found.rows if not row.trouble]
        folder = f"{found.folder}/{whole[0].name}" if whole else found.folder
        time_ns = found.last_snapshot_ns or (whole[0].taken_ns if whole else view.live.wall_ns())
        at = datetime.fromtimestamp(time_ns // 1_000_000_000, view.zone).strftime("%Y-%m-%dT%H:%M")
        ways = (
            (said.RESTORE_ALL, view.say(said.RESTORE_ALL_COMMAND, folder=folder)),
            (said.RESTORE_AT, view.say(said.RESTORE_AT_COMMAND, time=at)),
            (said.DRILL, view.say(said.DRILL_COMMAND, folder=folder)),
        )
        return _LINE.format(view.say(said.STAND_STILL)) + EMPTY.join(
            _COMMAND.format(view.say(label), command) for label, command in ways
        )


async def backups(view: View) -> None:
    await BackupsPage(view).draw()
