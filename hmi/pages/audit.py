"""The audit trail, newest first, a page at a time: who did what, and what it changed."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from markupsafe import Markup
from nicegui import ui

from actors.said import in_language
from business.audit.exporting import exported
from business.audit.messages import EXPORT, ExportTrail
from business.audit.model import AuditChange, AuditRecord
from business.audit.queries import Wanted, search, users
from business.audit.service import REASON_LENGTH
from config.text import Text
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.editing import Editor, Field, Kind, Values
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import audit as own
from hmi.words import refusals

ROWS_A_PAGE = 100
_DAY = "%Y-%m-%d"
_EXPORT = Markup('<button type="button" class="plain" data-act="export" data-key="">{}</button>')


async def audit(view: View) -> None:
    asked = {name: str(value)[:160] for name, value in view.client.request.query_params.items()}
    wanted, problem = _wanted(view, asked)

    def read() -> tuple[tuple[AuditRecord, ...], tuple[str, ...]]:
        with view.house.seats.authority.open() as session:
            return search(session, wanted, ROWS_A_PAGE), users(session)

    rows, people = await asyncio.to_thread(read)
    with frame(view, view.say(words.AUDIT)):
        html(_form(view, asked, people))
        if view.can(EXPORT):
            _exporting(view, wanted)
        if problem:
            html(Markup('<p class="warning">{}</p>').format(problem))
        html(_pages(view, asked, wanted, rows))
        html(_table(view, rows))


def _exporting(view: View, wanted: Wanted) -> None:
    """The dialog that takes what matches out as a file."""
    editor = Editor(
        view,
        (
            Field("reason", own.REASON, longest=REASON_LENGTH, hint=view.say(own.REASON_HINT)),
            Field("format", own.FORMAT, Kind.CHOICE),
        ),
    )
    formats = {"xlsx": view.say(own.XLSX), "csv": view.say(own.CSV)}
    wanted = replace(wanted, before=0)

    def file(form: str) -> bytes:
        with view.house.seats.authority.open() as session:
            return exported(
                session,
                wanted,
                form,
                title=view.say(words.AUDIT),
                names={**words.COMMANDS, **words.RESULTS},
                language=view.language,
                zone=view.zone,
                now_ns=view.live.wall_ns(),
            )

    async def save(values: Values) -> bool:
        form = values["format"]
        command = ExportTrail(
            form,
            wanted.user,
            wanted.kind,
            wanted.object,
            wanted.result,
            wanted.since_ns,
            wanted.until_ns,
            values["reason"],
        )
        if not await carry_out(view, command, EXPORT, view.house.ports.office):
            return False
        ui.download.content(await asyncio.to_thread(file, form), f"{view.say(own.FILE_NAME)}.{form}")
        return True

    async def ask(_key: str) -> None:
        editor.open(
            view.say(own.EXPORT_TITLE),
            {"format": "xlsx"},
            save,
            choices={"format": formats},
            button=own.EXPORT,
        )

    view.on("export", EXPORT, ask)


def _wanted(view: View, asked: dict[str, str]) -> tuple[Wanted, str]:
    """What the address asks for, and what in it is no date."""
    days, problem = {}, ""
    for name in ("since", "until"):
        text = asked.get(name, "")
        try:
            days[name] = datetime.strptime(text, _DAY).replace(tzinfo=view.zone) if text else None
        except ValueError:
            days[name] = None
            problem = view.say(words.NOT_A_DATE, day=text)
    until = days["until"] + timedelta(days=1) if days["until"] else None
    before = asked.get("before", "")
    return Wanted(
        user=asked.get("user", ""),
        kind=asked.get("kind", ""),
        object=asked.get("object", "").strip(),
        result=asked.get("result", ""),
        since_ns=round(days["since"].timestamp()) * 1_000_000_000 if days["since"] else 0,
        until_ns=round(until.timestamp()) * 1_000_000_000 if until else 0,
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else 0,
    ), problem


def _form(view: View, asked: dict[str, str], people: Iterable[str]) -> Markup:
    kinds = ((kind, view.say(text)) for kind, text in words.COMMANDS.items())
    results = ((result, view.say(text)) for result, text in words.RESULTS.items())
    field = Markup('<label class="field">{} <input type="{}" name="{}" value="{}" size="{}"></label>')
    return Markup(
        '<form method="get" class="toolbar">{}{}{}{}{}{}<button class="plain">{}</button>{}</form>'
    ).format(
        _choice(view, words.WHO, "user", asked, ((one, one) for one in people)),
        _choice(view, words.DEED, "kind", asked, kinds),
        _choice(view, words.RESULT, "result", asked, results),
        field.format(view.say(words.OBJECT), "search", "object", asked.get("object", ""), 16),
        field.format(view.say(words.SINCE), "date", "since", asked.get("since", ""), 10),
        field.format(view.say(words.UNTIL), "date", "until", asked.get("until", ""), 10),
        view.say(words.SEARCH),
        _EXPORT.format(view.say(own.EXPORT)) if view.can(EXPORT) else EMPTY,
    )


def _choice(
    view: View, label: Text, name: str, asked: dict[str, str], options: Iterable[tuple[str, str]]
) -> Markup:
    chosen = asked.get(name, "")
    option = Markup('<option value="{}"{}>{}</option>')
    return Markup('<label>{} <select name="{}">{}</select></label>').format(
        view.say(label),
        name,
        EMPTY.join(
            option.format(value, Markup(" selected") if value == chosen else EMPTY, shown)
            for value, shown in (("", view.say(words.ALL)), *options)
        ),
    )


def _pages(view: View, asked: dict[str, str], wanted: Wanted, rows: tuple[AuditRecord, ...]) -> Markup:
    kept = {name: value for name, value in asked.items() if value and name != "before"}
    link = Markup('<a href="/audit?{}">{}</a>')
    return Markup('<div class="toolbar">{} {}</div>').format(
        link.format(urlencode(kept), view.say(words.NEWEST)) if wanted.before else EMPTY,
        link.format(urlencode({**kept, "before": rows[-1].sequence}), view.say(words.OLDER))
        if len(rows) == ROWS_A_PAGE
        else EMPTY,
    )


def _table(view: View, rows: tuple[AuditRecord, ...]) -> Markup:
    if not rows:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_ROWS))
    heads = (
        ("tight", words.TIME),
        ("tight", words.WHO),
        ("tight", words.DEED),
        ("tight", words.OBJECT),
        ("", words.RESULT),
        ("tight hide-small", words.ADDRESS),
        ("hide-small", words.CHANGES),
    )
    return table([(look, view.say(text)) for look, text in heads], (_row(view, row) for row in rows))


def _row(view: View, row: AuditRecord) -> Markup:
    kind = words.COMMANDS.get(row.kind)
    trouble = f" {refusals.refusal(view.language, row.detail)}" if row.detail else ""
    return Markup(
        '<tr><td class="tight">{}</td><td class="tight">{}</td><td class="tight" title="{}">{}</td>'
        '<td class="tight">{}</td><td>{}{}</td>'
        '<td class="tight hide-small">{}</td><td class="hide-small">{}</td></tr>'
    ).format(
        drawing.date_and_clock(view.zone, row.time_ns),
        row.user or drawing.NOTHING,
        row.permission,
        view.say(kind) if kind else row.kind,
        row.object or drawing.NOTHING,
        view.say(words.RESULTS[row.result]) if row.result in words.RESULTS else row.result,
        in_language(trouble, view.language),
        row.station,
        _changes(view, row.changes),
    )


def _changes(view: View, changes: list[AuditChange]) -> Markup:
    if not changes:
        return Markup("{}").format(drawing.NOTHING)
    line = Markup("<li>{}<br>{} → {}</li>")
    return Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(
        view.say(words.CHANGE_COUNT, count=len(changes)),
        EMPTY.join(
            line.format(change.object, _values(view, change.before), _values(view, change.after))
            for change in changes
        ),
    )


def _values(view: View, values: str | None) -> str:
    found = json.loads(values) if values is not None else {}
    shown = {
        name: drawing.date_and_clock(view.zone, value) if name.endswith("_ns") and value else value
        for name, value in found.items()
        if value is not None
    }
    return ", ".join(f"{name} = {value}" for name, value in shown.items()) or drawing.NOTHING
