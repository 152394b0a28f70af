"""All alarms with their rationalisation, what is missing, what waits to be in force, and the change log."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from business.alarm_database.comparing import changes
from business.alarm_database.definitions import Alarm
from business.alarm_database.fields import FIELD, PRIORITY_NAMES, SEVERITIES, missing, plainly
from business.alarm_database.messages import DEFINE
from business.configuration.desk import State, VersionRow
from business.exchange.sheet import FILE_BYTES
from config.versions import VersionError
from hmi import drawing
from hmi.guard import UPLOADS
from hmi.pages.alarm_database.filtering import PAGE, Filter, asked
from hmi.pages.alarm_database.telling import log
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import alarm_database as words
from hmi.words import transfers

LOGGED = 30
"""Versions among which the log looks."""
MEGABYTE = 1_000_000
_LOOKS = ("", "", "tight", "tight", "tight", "", "", "", "")
"""Of the columns."""


@dataclass(frozen=True, slots=True)
class Shown:
    state: State
    rows: Sequence[VersionRow]
    waiting: int
    """Alarms that the newest version defines otherwise than the one in force."""
    count: int
    events: int
    """Only journaled: not counted among the alarms."""
    lacking: int
    priorities: Counter[str]
    found: int
    page: Sequence[Alarm]


async def listing(view: View) -> None:
    chosen = asked(view.client.request.query_params)
    try:
        shown = await asyncio.to_thread(_read, view, chosen)
    except VersionError as error:
        with frame(view, view.say(words.DATABASE)):
            html(Markup('<p class="warning">{}</p>').format(str(error)))
        return
    with frame(view, view.say(words.DATABASE)):
        html(_state(view, shown))
        html(_progress(view, shown))
        html(_tools(view, chosen))
        html(_table(view, chosen, shown))
        html(Markup("<h2>{}</h2>{}").format(view.say(words.LOG), log(view, shown.rows, shown.state)))


def _read(view: View, chosen: Filter) -> Shown:
    desk = view.house.ports.desk
    state = desk.state()
    known = desk.definitions(state.running)
    waiting = 0
    if state.newest != state.running:
        waiting = sum(1 for _ in changes(known.site, desk.definitions(state.newest).site))
    count = events = lacking = 0
    priorities: Counter[str] = Counter()
    for alarm in known.all():
        is_event = known.site.classes[alarm.rule.alarm_class].event
        events += is_event
        if alarm.enabled and not is_event:
            count += 1
            lacking += bool(missing(alarm.rule))
            priorities[str(alarm.rule.priority)] += 1
    found = list(chosen.of(known.all()))
    page = found[chosen.page * PAGE : (chosen.page + 1) * PAGE]
    return Shown(
        state, desk.versions(0, LOGGED), waiting, count, events, lacking, priorities, len(found), page
    )


def _state(view: View, shown: Shown) -> Markup:
    state = shown.state
    if shown.waiting:
        said = view.say(words.NOT_IN_FORCE, running=state.running, newest=state.newest, count=shown.waiting)
        text = Markup('<p class="notice" data-waiting="{}">{}</p>').format(shown.waiting, said)
    else:
        text = Markup('<p class="sub">{}</p>').format(view.say(words.IN_FORCE, running=state.running))
    live = view.live.site.version
    if live and live != state.running:
        behind = view.say(words.BEHIND, live=live, running=state.running)
        text += Markup('<p class="warning">{}</p>').format(behind)
    return text


def _progress(view: View, shown: Shown) -> Markup:
    done = shown.count - shown.lacking
    total = max(shown.count, 1)
    targets = view.live.site.settings.alarm_targets
    wanted = {"critical": targets.critical_percent, "high": targets.high_percent,
              "medium": targets.medium_percent}  # fmt: skip
    shares = {name: f"{shown.priorities[name] / total:.1%}" for name in PRIORITY_NAMES}
    spread = ("；" if view.language == "zh" else "; ").join(
        view.say(words.SHARE_OF, name=view.name(label), share=shares[name], target=f"{wanted[name]:g}")
        if name in wanted
        else f"{view.name(label)} {shares[name]}"
        for name, label in PRIORITY_NAMES.items()
    )
    said = view.say(
        words.PROGRESS, count=shown.count, done=done, share=f"{done / total:.1%}", left=shown.lacking
    )
    of_events = view.say(words.EVENTS, count=shown.events) if shown.events else ""
    return Markup('<p data-missing="{}"><b>{}</b></p><p class="sub">{}{}</p>').format(
        shown.lacking, said, view.say(words.DISTRIBUTION), spread + of_events
    )


def _tools(view: View, chosen: Filter) -> Markup:
    option = Markup('<option value="{}"{}>{}</option>')
    selected = Markup(" selected")
    subsystems = [("", view.say(words.ALL))]
    subsystems += [(one.id, view.name(one.name)) for one in view.live.site.subsystems.values()]
    box = Markup('<label><input type="checkbox" name="{}" value="1"{}> {}</label>')
    ticked = Markup(" checked")
    form = Markup(
        '<form method="get" class="toolbar"><input name="text" value="{}" maxlength="100" placeholder="{}">'
        '<label>{} <select name="subsystem">{}</select></label>{}{}<button class="plain">{}</button>'
        '<a class="plain" data-export href="/transfer/alarms/export?{}" download>{}</a></form>'
    ).format(
        chosen.text,
        view.say(words.SEARCH),
        view.say(words.SUBSYSTEM),
        EMPTY.join(
            option.format(key, selected if key == chosen.subsystem else EMPTY, name)
            for key, name in subsystems
        ),
        box.format("missing", ticked if chosen.missing else EMPTY, view.say(words.ONLY_MISSING)),
        box.format("own", ticked if chosen.own else EMPTY, view.say(words.ONLY_OWN)),
        view.say(words.FILTER),
        urlencode(chosen.query(0)),
        view.say(words.EXPORT),
    )
    return form + (_drop(view) if view.can(DEFINE) else EMPTY)


def _drop(view: View) -> Markup:
    return Markup(
        '<label class="dropzone slim"><b>{}</b><span>{}</span>'
        '<input type="file" data-upload="{}alarm-database" '
        'data-most="{}" accept=".xlsx,.xls,.ods,.csv" data-uploading="{}" data-reading="{}" '
        'data-too-big="{}">'
        '<progress hidden max="1" value="0"></progress><span class="said"></span>'
        '<span class="problem" role="alert"></span></label>'
    ).format(
        view.say(words.IMPORT),
        view.say(words.IMPORT_HINT),
        UPLOADS,
        FILE_BYTES,
        view.say(transfers.UPLOADING),
        view.say(transfers.READING),
        view.say(transfers.TOO_BIG, megabytes=FILE_BYTES // MEGABYTE),
    )


def _table(view: View, chosen: Filter, shown: Shown) -> Markup:
    heads = (
        words.DEVICE, words.ALARM, words.LIMIT, FIELD["priority"].label, words.SEVERITY_AND_TIME,
        FIELD["cause"].label, FIELD["consequence"].label, FIELD["action"].label, words.MISSING,
    )  # fmt: skip
    first = chosen.page * PAGE
    said = view.say(
        words.FOUND, count=shown.found, first=min(first + 1, shown.found), last=first + len(shown.page)
    )
    link = Markup('<a href="/alarm-database?{}">{}</a> ')
    pages = EMPTY
    if chosen.page:
        pages += link.format(urlencode(chosen.query(chosen.page - 1)), view.say(words.PREVIOUS))
    if first + PAGE < shown.found:
        pages += link.format(urlencode(chosen.query(chosen.page + 1)), view.say(words.NEXT))
    return Markup('<p class="sub">{} {}</p>{}').format(
        said,
        pages,
        table(
            [(look, view.name(head)) for look, head in zip(_LOOKS, heads, strict=True)],
            (_row(view, one) for one in shown.page),
        ),
    )


def _row(view: View, alarm: Alarm) -> Markup:
    rule, name = alarm.rule, "/".join(alarm.name)
    text = Markup("{}").format(view.name(rule.text))
    if view.can(DEFINE):
        query = urlencode({"device": alarm.name[0], "point": alarm.name[1], "rule": alarm.name[2]})
        text = Markup('<a href="/alarm-database/edit?{}">{}</a>').format(query, text)
    marks = [view.say(words.OWN)] * alarm.own + [view.say(words.DISABLED)] * (not alarm.enabled)
    gaps = [view.name(FIELD[key].label) for key in missing(rule)]
    unit = alarm.point.unit if alarm.point else ""
    limit = f"{plainly(rule.limit)} {unit}".strip() if rule.limit == rule.limit else ""
    known = view.live.site.classes.get(rule.alarm_class)
    class_ = view.name(known.name) if known is not None else rule.alarm_class
    cells = (
        Markup("{}<br><small>{}</small>").format(view.name(alarm.device.name), name),
        Markup("{} <small>{}</small><br><small>{}</small>").format(text, " ".join(marks), class_),
        Markup("{}<br><small>{}</small>").format(
            limit, FIELD["kind"].type.show(str(rule.kind), view.language)
        ),
        Markup('<span class="sym p{0}">{0}</span> {1}').format(
            rule.priority.rank, view.name(PRIORITY_NAMES[rule.priority])
        ),
        Markup("{}<br><small>{}</small>").format(
            view.name(SEVERITIES[rule.severity]) if rule.severity else "",
            drawing.limit_span(view.language, rule.response_s) if rule.response_s else "",
        ),
        *(view.name(one) if one else "" for one in (rule.cause, rule.consequence, rule.action)),
        Markup('<span class="warning">{}</span>').format("、".join(gaps)) if gaps else drawing.NOTHING,
    )
    return Markup('<tr data-alarm="{}">{}</tr>').format(
        name, EMPTY.join(map(Markup('<td class="{}">{}</td>').format, _LOOKS, cells))
    )
