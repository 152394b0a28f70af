"""A workbook of the database is tried: what it would change, the rows refused, and the way to save."""

import asyncio
from collections.abc import Iterator
from itertools import islice

from markupsafe import Markup

from actors.said import in_language
from business.alarm_database.importing import DryRun, dry_run, write_refused
from business.alarm_database.messages import DEFINE
from business.exchange.refusal import FileRefused
from business.exchange.shelf import Shelf
from business.exchange.stored import stored
from business.importing.uploads import ROWS
from config.versions import VersionError
from hmi.pages.alarm_database.telling import MOST_SHOWN, changed
from hmi.pages.configuration.proposing import Editing, opened
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import alarm_database as words

HOME = "/alarm-database"
REFUSED_ROWS = "refused.{language}.xlsx"
_BACK = Markup('<p><a href="{}">{}</a></p>')


async def importing(view: View) -> None:
    token = view.client.request.query_params.get("file", "")
    problem, found, editing = "", None, None
    try:
        editing = await opened(view)
        found = await asyncio.to_thread(_tried, view, editing, token)
    except (OSError, KeyError):
        problem = view.say(words.GONE)
    except FileRefused as refusal:
        problem = in_language(str(refusal), view.language)
    except VersionError as error:
        problem = str(error)
    with frame(view, view.say(words.DRY_RUN)):
        html(_BACK.format(HOME, view.say(words.BACK)))
        if found is None or editing is None:
            html(Markup('<p class="warning">{}</p>').format(problem))
            return
        html(EMPTY.join(_result(view, found, token)))
        if found.edits or found.troubles:
            editing.then = HOME
            editing.define(found.proposal, found.edits)
            html(view.block(editing.markup, lambda: editing.turn))
            view.on_form("save", DEFINE, editing.submit)


def _tried(view: View, editing: Editing, token: str) -> DryRun:
    desk, shelf = view.house.ports.desk, view.house.ports.shelf
    sheets = stored(shelf.path(token, ROWS))
    base = editing.base.number
    found = dry_run(desk, base, desk.definitions(base), sheets)
    _keep_refused(shelf, token, found, view.language)
    return found


def _keep_refused(shelf: Shelf, token: str, found: DryRun, language: str) -> None:
    path = shelf.path(token, REFUSED_ROWS.format(language=language))
    path.unlink(missing_ok=True)
    if found.failed:
        with path.open("wb") as target:
            write_refused(target, found, language)


def _result(view: View, found: DryRun, token: str) -> Iterator[Markup]:
    said = view.say(words.RESULT, rows=found.rows, edits=len(found.edits), failed=len(found.failed))
    yield Markup('<p data-edits="{}" data-failed="{}"><b>{}</b></p>').format(
        len(found.edits), len(found.failed), said
    )
    if found.ignored:
        heads = "、".join(found.ignored)
        yield Markup('<p class="notice">{}</p>').format(view.say(words.IGNORED, heads=heads))
    if found.failed:
        yield Markup("<h2>{}</h2>").format(view.say(words.REFUSED))
        yield Markup('<p><a class="plain" href="/transfer/alarms/refused/{}" download>{}</a></p>').format(
            token, view.say(words.REFUSED_FILE)
        )
        yield _errors(view, found)
    if found.changes:
        yield Markup("<h2>{}</h2>").format(view.say(words.CHANGES))
        yield changed(view, found.changes)


def _errors(view: View, found: DryRun) -> Markup:
    heads = (words.ROW, words.COLUMN, words.VALUE, words.REASON)
    errors = (error for failed in found.failed for error in failed.errors)
    rows = (
        Markup("<tr><td>{}</td><td>{} {}</td><td>{}</td><td>{}</td></tr>").format(
            error.row,
            error.column,
            view.name(error.label),
            error.value,
            in_language(error.reason, view.language),
        )
        for error in islice(errors, MOST_SHOWN)
    )
    return table([("", view.say(head)) for head in heads], rows, "errors")
