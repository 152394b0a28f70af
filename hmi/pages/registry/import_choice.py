"""The file of an import is chosen: where to drop it, a template to fill in, and the last imports."""

import asyncio

from markupsafe import Markup

from business.exchange.sheet import FILE_BYTES, ROWS
from business.importing.model import Phase
from business.importing.queries import ImportState, recent
from business.registry.entity import Entity
from hmi import drawing
from hmi import words as common
from hmi.guard import UPLOADS
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import jobs as job_words
from hmi.words import transfers as words

RECENT = 8
MEGABYTE = 1_000_000


async def choosing(view: View, entity: Entity) -> Markup:

    def read() -> tuple[ImportState, ...]:
        with view.house.seats.authority.open() as session:
            return recent(session, entity.name, view.person.user, RECENT)

    found = await asyncio.to_thread(read)
    megabytes = FILE_BYTES // MEGABYTE
    drop = Markup(
        '<label class="dropzone"><b>{}</b><span>{}</span><input type="file" data-upload="{}{}" '
        'data-most="{}" accept=".xlsx,.xls,.xlsm,.ods,.csv,.txt,.tsv,.xml" data-uploading="{}" '
        'data-reading="{}" data-too-big="{}"><progress hidden max="1" value="0"></progress>'
        '<span class="said"></span>'
        '<span class="problem" role="alert"></span></label>'
    ).format(
        view.say(words.CHOOSE_FILE),
        view.say(words.FILE_KINDS, megabytes=megabytes, rows=ROWS),
        UPLOADS,
        entity.name,
        FILE_BYTES,
        view.say(words.UPLOADING),
        view.say(words.READING),
        view.say(words.TOO_BIG, megabytes=megabytes),
    )
    template = Markup(
        '<p><a class="plain" href="/transfer/template/{}" download>{}</a> <span class="sub">{}</span></p>'
    ).format(entity.name, view.say(words.TEMPLATE), view.say(words.TEMPLATE_HINT))
    return drop + template + (_recent(view, found) if found else EMPTY)


def _recent(view: View, found: tuple[ImportState, ...]) -> Markup:
    heads = (
        ("tight", common.TIME),
        ("", words.FILE),
        ("tight", words.PHASE),
        ("tight", common.STATE),
        ("tight", words.DONE["created"]),
        ("tight", words.DONE["updated"]),
        ("tight", words.DONE["failed"]),
    )
    row = Markup(
        '<tr><td class="tight">{}</td><td><a href="?file={}">{}</a></td><td class="tight">{}</td>'
        '<td class="tight">{}</td><td class="tight">{}</td><td class="tight">{}</td>'
        '<td class="tight">{}</td></tr>'
    )
    rows = (
        row.format(
            drawing.date_and_clock(view.zone, one.started_ns),
            one.file,
            one.file_name,
            view.say(words.STEPS[3 if one.phase is Phase.TRIAL else 4]),
            view.say(job_words.RUN_STATES[one.state]),
            one.created,
            one.updated,
            one.failed,
        )
        for one in found
    )
    return Markup("<h2>{}</h2>{}").format(
        view.say(words.RECENT), table([(look, view.say(text)) for look, text in heads], rows)
    )
