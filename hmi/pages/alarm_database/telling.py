"""Changes of alarms, and the log of them, in words."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from markupsafe import Markup

from business.alarm_database.comparing import AlarmChange, Change, FieldChange
from business.alarm_database.fields import FIELD, PRIORITY_NAMES
from business.configuration.desk import State, VersionRow
from config.applied import Event
from config.editing import Difference
from hmi import drawing
from hmi.pages.configuration.telling import told
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import alarm_database as words

MOST_SHOWN = 200
_CHANGES = {
    Change.ADDED: words.ADDED,
    Change.CHANGED: words.CHANGED,
    Change.TAKEN_AWAY: words.TAKEN_AWAY,
}


def changed(view: View, found: Sequence[AlarmChange]) -> Markup:
    """A line an alarm: which fields, from what to what."""
    lines = EMPTY.join(_line(view, one) for one in islice(found, MOST_SHOWN))
    if len(found) > MOST_SHOWN:
        lines += Markup("<li>{}</li>").format(view.say(words.AND_MORE, count=len(found) - MOST_SHOWN))
    return Markup('<ul class="differences">{}</ul>').format(lines)


def _line(view: View, one: AlarmChange) -> Markup:
    return Markup('<li data-alarm="{}"><b>{}</b> {}{}</li>').format(
        "/".join(one.alarm),
        "/".join(one.alarm),
        view.say(_CHANGES[one.change]),
        EMPTY.join(_field(view, field) for field in one.fields),
    )


def _field(view: View, field: FieldChange) -> Markup:
    label = words.RANK if field.key == "rank" else FIELD[field.key].label
    return Markup("<br>{}: <del>{}</del> → <ins>{}</ins>").format(
        view.name(label), value(view, field.key, field.before), value(view, field.key, field.after)
    )


def value(view: View, key: str, found: object) -> str:
    if found is None or found in ("", (), {}):
        return view.say(words.NOTHING)
    if key == "rank":
        return view.name(PRIORITY_NAMES[str(found)])
    field = FIELD[key]
    if field.is_text and isinstance(found, tuple):
        return " / ".join(found)
    return field.type.show(found, view.language)


def of_alarms(found: Iterable[Difference]) -> Iterator[Difference]:
    """Those that concern what alarms there are and what is said of them."""
    for one in found:
        is_of_profile = one.keys[:1] == ("profile",) and "rule" in one.keys
        if is_of_profile or one.keys[:1] in {("alarm",), ("alarm_class",)}:
            yield one


def log(view: View, rows: Sequence[VersionRow], state: State) -> Markup:
    lines = [
        _version(view, row, concerned, state) for row in rows if (concerned := [*of_alarms(row.differences)])
    ]
    if not lines:
        return Markup('<p class="sub">{}</p>').format(view.say(words.NO_LOG))
    heads = (words.VERSION, words.WHEN, words.WHO, words.WHY, words.APPROVED, words.WHAT)
    return table([("", view.say(head)) for head in heads], lines)


def _version(view: View, row: VersionRow, concerned: list[Difference], state: State) -> Markup:
    applied = [one for one in state.log if one.version == row.number and one.event is Event.APPLIED]
    time_ns = int(datetime.fromisoformat(row.created).timestamp() * 1e9)
    return Markup(
        '<tr data-version="{}"><td>{}</td><td class="tight">{}</td><td>{}</td><td>{}</td><td>{}</td>'
        "<td>{}</td></tr>"
    ).format(
        row.number,
        row.number,
        drawing.date_and_clock(view.zone, time_ns),
        row.author,
        row.reason,
        applied[-1].by if applied else drawing.NOTHING,
        told(view, concerned, {}),
    )
