"""Shown below the forms of notification: how a text reads, what fits a template, what secrets it takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup
from pydantic import ValidationError

from business.notifier.channels.catalogue import KINDS
from business.notifier.composing import variables_of, worded
from config.notification import Approval, Medium, Review, Variable, VariableKind, Wording
from config.notify_events import EVENTS, EXAMPLES, LANGUAGES, VARIABLES
from config.notify_schema import VariableTable, WordingTable
from hmi.pages.configuration.offering import Around, Row
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import notify
from hmi.words import notify_forms as words

_PART = Markup('<section class="card" data-preview><h2>{} <small class="sub">{}</small></h2>{}</section>')


def account(view: View, around: Around) -> Markup:
    kind = KINDS.get(str(around.row.get("kind")))
    if kind is None:
        said = view.say(words.CHOOSE_CHANNEL)
    elif kind.secrets:
        said = view.say(words.SECRETS_HINT, names=view.listed(map(view.name, kind.secrets.values())))
    else:
        return EMPTY
    return Markup('<p class="sub" data-preview>{}</p>').format(said)


def wording(view: View, around: Around) -> Markup:
    """The edited one, and what is said in the other language."""
    event = EVENTS.get(str(around.row.get("event")))
    if event is None:
        return EMPTY
    medium = str(around.row.get("medium", "")) or Medium.SMS.value
    rows = [one for row in _wordings(around) if (one := _wording(row)) is not None]
    heads = [("tight", ""), ("", view.say(words.SUBJECT)), ("", view.say(words.TEXT))]
    return _PART.format(
        view.say(words.READS),
        view.say(words.READS_HINT),
        table(heads, (_reads(view, rows, event.id, medium, language) for language in LANGUAGES)),
    )


def _reads(view: View, rows: list[Wording], event: str, medium: str, language: str) -> Markup:
    values = {name: text.in_language(language) for name, text in EXAMPLES.items()}
    try:
        title, text = worded(rows, event, medium, language, values)
    except ValueError:  # braces that are none: the field says so
        title = text = ""
    return Markup(
        '<tr data-language="{0}"><td class="tight">{1}</td><td>{2}</td><td lang="{0}">{3}</td></tr>'
    ).format(language, view.say(notify.LANGUAGES[language]), title, text)


def _wordings(around: Around) -> Iterator[Row]:
    """The edited one counts in its own place."""
    own = around.row.get("id")
    for tables in around.documents.values():
        yield from (
            one for one in tables.get("wording", ()) if isinstance(one, dict) and one.get("id") != own
        )
    yield around.row


def _wording(row: Row) -> Wording | None:
    try:
        one = WordingTable.model_validate(row)
    except ValidationError:
        return None
    medium = Medium(one.medium) if one.medium else None
    return Wording(one.id, one.event, one.language, medium, one.subject, one.text)


def approval(view: View, around: Around) -> Markup:
    """Each variable with what it is filled with, and what is left of it."""
    language = str(around.row.get("language", "zh"))
    values = {name: text.in_language(language) for name, text in EXAMPLES.items()}
    variables = [one for row in around.row.get("variable", ()) if (one := _variable(row)) is not None]
    if not variables:
        content = Markup('<p class="sub">{}</p>').format(view.say(words.NO_VARIABLES))
    else:
        held = variables_of(Approval("", "", "", language, "", tuple(variables), Review.DRAFT), values)
        heads = [
            ("tight", view.say(words.VARIABLE)), ("tight", view.say(words.FILLED)),
            ("", view.say(words.WHOLE)), ("", view.say(words.CUT)),
        ]  # fmt: skip
        content = table(heads, (_held(view, one, values, held[one.name]) for one in variables))
    return _PART.format(view.say(words.HOLDS), view.say(words.HOLDS_HINT), content)


def _variable(row: Mapping[str, Any]) -> Variable | None:
    try:
        one = VariableTable.model_validate(row)
    except ValidationError:
        return None
    return (
        Variable(one.name, one.source, one.most, VariableKind(one.kind)) if one.source in VARIABLES else None
    )


def _held(view: View, one: Variable, values: Mapping[str, str], held: str) -> Markup:
    whole = values[one.source]
    mark = (
        Markup(' <small class="problem">{}</small>').format(view.say(words.IS_CUT))
        if held != whole
        else EMPTY
    )
    return Markup(
        '<tr data-variable="{}"><td class="tight">{}</td><td class="tight">{}</td><td>{}</td>'
        "<td><b>{}</b>{}</td></tr>"
    ).format(one.name, one.name, view.name(VARIABLES[one.source]), whole, held, mark)
