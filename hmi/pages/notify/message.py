"""One message: what it says, to whom it went by what, and what came of it."""

from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import Markup

from actors.channels.query import QueryFailed
from actors.said import in_language
from business.notifier.messages import MessageRead, MessageRow, ReadMessage, TraceRow
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.pages.notify import telling
from hmi.pages.notify.asking import asked, away, displays
from hmi.pages.notify.log import HOME, LONGEST, address
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import notify
from hmi.words import notify_pages as words

_CARD: Final = Markup('<section class="card"><h2>{}</h2>{}</section>')
_TRACE: Final = Markup(
    '<tr><td class="tight">{}</td><td class="tight">{}</td><td class="tight">{}</td><td>{}</td></tr>'
)


async def message(view: View, name: str) -> None:
    found, problem = MessageRead(None, ()), EMPTY
    try:
        found = await asked(view, ReadMessage(name[:LONGEST]), MessageRead)
    except QueryFailed as error:
        problem = away(view, error)
    row = found.row
    above = Markup('<p class="crumbs"><a href="{}">{}</a></p>').format(HOME, view.say(words.MESSAGES))
    title = in_language(row.title, view.language) if row is not None else view.say(words.MESSAGE)
    names = await displays(view)
    with frame(view, title, above):
        if problem:
            html(problem)
        elif row is None:
            said = view.say(words.NO_SUCH_MESSAGE, name=name[:LONGEST])
            html(Markup('<p class="notice">{}</p>').format(said))
        else:
            html(
                Markup('<div class="two">{}{}</div>').format(
                    _CARD.format(view.say(words.MESSAGE), _facts(view, row, names)),
                    _CARD.format(view.say(words.TRACE), _traces(view, found.traces)),
                )
            )


def _facts(view: View, row: MessageRow, names: Mapping[str, str]) -> Markup:
    call = EMPTY
    if row.escalation:
        call = Markup('<a href="{}">{}</a> <small>{}</small>').format(
            address(escalation=row.escalation),
            view.say(words.ABOUT_CALL),
            view.say(words.ROUND_STEP, round=row.round + 1, step=row.step + 1),
        )
    private = Markup('<i class="sub">{}</i>').format(view.say(words.PRIVATE))
    facts: list[tuple[Text, str | Markup]] = [
        (words.EVENT, telling.event(view, row.event)),
        (words.TOLD, telling.about(view, row.subject, row.title)),
        (words.TEXT, row.text or private),
        (words.RECEIVER, telling.receiver(view, row, names)),
        (words.MEDIUM, telling.medium(view, row.medium)),
        (words.ACCOUNT, telling.account(view, row.account) or drawing.NOTHING),
        (words.LANGUAGE, view.say(notify.LANGUAGES[row.language])),
        (words.PRIORITY, view.say(common.PRIORITIES.get(row.priority, common.NONE))),
        (words.STATE, telling.state(view, row)),
        (words.DETAIL, in_language(row.detail, view.language) or drawing.NOTHING),
        (words.DECIDED, drawing.date_and_clock(view.zone, row.time_ns)),
        (words.DUE, drawing.date_and_clock(view.zone, row.due_ns)),
        (words.HANDED, drawing.date_and_clock(view.zone, row.handed_ns)),
        (words.ATTEMPTS, str(row.attempts)),
        (words.COST, telling.money(row.cost) if row.cost else drawing.NOTHING),
    ]  # fmt: skip
    if call:
        facts.append((words.CALL_OF, call))
    return Markup('<dl class="facts">{}</dl>').format(
        EMPTY.join(Markup("<dt>{}</dt><dd>{}</dd>").format(view.say(label), said) for label, said in facts)
    )


def _traces(view: View, traces: Iterable[TraceRow]) -> Markup:
    drawn = [
        _TRACE.format(
            drawing.date_and_clock(view.zone, one.time_ns),
            view.say(words.TRACES[one.what]) if one.what in words.TRACES else one.what,
            telling.account(view, one.account),
            in_language(one.detail, view.language),
        )
        for one in traces
    ]
    if not drawn:
        return Markup('<p class="sub">{}</p>').format(view.say(words.NO_TRACE))
    heads = (("tight", words.TIME), ("tight", words.WHAT), ("tight", words.ACCOUNT), ("", words.DETAIL))
    return table(telling.heads(view, heads), drawn)
