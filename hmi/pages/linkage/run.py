"""One run: its signals, every step with its command and feedback, what was lost, what was put back."""

from collections.abc import Iterator
from contextlib import suppress

from markupsafe import Markup
from nicegui import ui

from actors.channels.query import QueryFailed
from actors.messages import OrderRow, RunRead, RunRow, SignalRow, StepRow, StepState
from actors.said import in_language
from config.site import Site
from config.text import Text
from hmi import drawing
from hmi.alarm_naming import alarm_link
from hmi.pages.linkage import reading, telling
from hmi.pages.missing import missing
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import linkage as words

READ_S = 1.0
_BAD = {StepState.FAILED, StepState.LOST, StepState.UNKNOWN}


class RunPage:
    def __init__(self, view: View, read: RunRead) -> None:
        self._view = view
        self._read = read

    def draw(self, run: RunRow) -> None:
        view = self._view
        name = in_language(run.name, view.language)
        above = Markup('<p class="crumbs"><a href="/linkage/runs">{}</a></p>').format(view.say(words.RUNS))
        with frame(view, f"{name} · {view.say(words.RUN_NUMBER, run=run.id)}", above):
            html(view.block(self._markup, lambda: self._read))
            ui.timer(READ_S, self._follow)

    async def _follow(self) -> None:
        run = self._read.run
        if run is None or run.ended_ns:
            return
        with suppress(QueryFailed):  # the page shows what was; it asks again
            self._read = await reading.run(self._view, run.id)

    def _markup(self) -> Markup:
        return account(self._view, self._view.live.site, self._read)


def account(view: View, site: Site, read: RunRead) -> Markup:
    """All that is known of a run."""
    return EMPTY.join(_parts(view, site, read))


def _parts(view: View, site: Site, read: RunRead) -> Iterator[Markup]:
    run = read.run
    if run is None:
        return
    yield _facts(view, run)
    if read.signals:
        yield _heading(view, words.SIGNALS_TITLE)
        yield _signals(view, site, read.signals)
    if read.steps:
        yield _heading(view, words.STEPS_TITLE)
        yield _steps(view, read.steps)
    written = [one for one in read.orders if not one.restores]
    restored = [one for one in read.orders if one.restores]
    if written:
        yield _heading(view, words.ORDERS_TITLE)
        yield _orders(view, site, written)
    if restored:
        yield _heading(view, words.RESTORING_TITLE)
        yield _orders(view, site, restored)


def _heading(view: View, text: Text) -> Markup:
    return Markup("<h2>{}</h2>").format(view.say(text))


def _facts(view: View, run: RunRow) -> Markup:
    def time(at_ns: int) -> str:
        return drawing.date_and_clock(view.zone, at_ns)

    facts = (
        (
            words.PLAN,
            Markup('<a href="/linkage/plan/{}">{}</a>').format(run.plan, telling.plan_name(view, run.plan)),
        ),
        (words.STATE, telling.state(view, run)),
        (words.DETAIL, telling.detail(view, run)),
        (words.LEVEL, str(run.level)),
        (words.TRIGGER, telling.name_of(view, words.TRIGGERS, run.trigger)),
        (words.CAUSE, telling.cause(view, run)),
        (words.WHO, run.user),
        (words.NOTE, run.note),
        (words.OPENED, time(run.opened_ns)),
        (words.BEGAN, time(run.begun_ns) if run.begun_ns else ""),
        (words.FINISHED, time(run.finished_ns) if run.finished_ns else ""),
        (words.ENDED, time(run.ended_ns) if run.ended_ns else ""),
    )
    rows = EMPTY.join(
        Markup("<span>{}</span><span>{}</span>").format(view.say(label), value)
        for label, value in facts
        if value
    )
    parent = (
        Markup('<p><a href="/linkage/run/{}">{}</a></p>').format(
            run.parent, view.say(words.PARENT, run=run.parent)
        )
        if run.parent
        else EMPTY
    )
    return Markup('<div class="facts">{}</div>{}<p class="sub">{}</p>').format(
        rows, parent, view.say(words.VERSION, version=run.version)
    )


def _signals(view: View, site: Site, signals: tuple[SignalRow, ...]) -> Markup:
    heads = (("", words.SIGNAL), ("tight", words.SOURCE_TIME), ("tight", words.CLEARED))
    row = Markup('<tr><td>{}</td><td class="tight">{}</td><td class="tight">{}</td></tr>')
    return table(
        [(look, view.say(text)) for look, text in heads],
        (
            row.format(
                telling.point_name(view, site, one.device, one.point)
                if one.rule.startswith("plan.")
                else alarm_link(view, (one.device, one.point, one.rule), site=site),
                drawing.date_and_clock(view.zone, one.time_ns),
                drawing.clock(view.zone, one.cleared_ns) if one.cleared_ns else view.say(words.STANDING),
            )
            for one in signals
        ),
    )


def _steps(view: View, steps: tuple[StepRow, ...]) -> Markup:
    heads = (
        ("", words.STEP),
        ("tight hide-small", words.KIND),
        ("tight", words.ROLE),
        ("tight", words.RESULT),
        ("tight", words.BEGAN),
        ("tight hide-small", words.ENDED),
        ("number hide-small", words.ATTEMPT),
        ("", words.DETAIL),
    )
    row = Markup(
        '<tr data-step="{id}"><td>{name}</td><td class="tight hide-small">{kind}</td>'
        '<td class="tight">{role}</td><td class="tight{bad}">{state}</td><td class="tight">{began}</td>'
        '<td class="tight hide-small">{ended}</td><td class="number hide-small">{attempt}</td>'
        "<td>{detail}</td></tr>"
    )
    return table(
        [(look, view.say(text)) for look, text in heads],
        (
            row.format(
                id=one.step,
                name=in_language(one.name, view.language),
                kind=telling.name_of(view, words.STEPS, one.kind),
                role=telling.name_of(view, words.ROLES, one.role),
                bad=" off" if one.state in _BAD else "",
                state=view.say(words.STEP_STATES[one.state]),
                began=drawing.clock(view.zone, one.begun_ns),
                ended=drawing.clock(view.zone, one.ended_ns),
                attempt=one.attempt or "",
                detail=in_language(one.detail, view.language),
            )
            for one in steps
        ),
    )


def _orders(view: View, site: Site, orders: list[OrderRow]) -> Markup:
    heads = (
        ("tight", words.BEGAN),
        ("tight hide-small", words.STEP),
        ("", words.POINT),
        ("number", words.VALUE),
        ("number hide-small", words.BEFORE),
        ("tight", words.STAGE),
        ("", words.DETAIL),
    )
    row = Markup(
        '<tr data-order="{id}"><td class="tight">{time}</td><td class="tight hide-small">{step}</td>'
        '<td>{point}</td><td class="number">{value}</td><td class="number hide-small">{before}</td>'
        '<td class="tight{bad}">{stage}</td><td>{detail}</td></tr>'
    )
    return table(
        [(look, view.say(text)) for look, text in heads],
        (
            row.format(
                id=one.id,
                time=drawing.clock(view.zone, one.time_ns),
                step=one.step,
                point=telling.point_link(view, site, one.device, one.point) if one.device else "",
                value=telling.value_text(view, site, one.device, one.point, one.value),
                before=telling.value_text(view, site, one.device, one.point, one.before),
                bad=" off" if telling.is_bad(one.stage) else "",
                stage=telling.stage(view, one.stage),
                detail=in_language(one.detail, view.language),
            )
            for one in orders
        ),
    )


async def run(view: View, name: str) -> None:
    if not (name.isascii() and name.isdecimal() and len(name) < 16):
        missing(view)
        return
    try:
        read = await reading.run(view, int(name))
    except QueryFailed as error:
        with frame(view, view.say(words.RUN)):
            said = view.say(words.RUNS_AWAY, error=in_language(str(error), view.language))
            html(Markup('<p class="warning">{}</p>').format(said))
        return
    if read.run is None:
        with frame(view, view.say(words.RUN)):
            html(Markup('<p class="notice">{}</p>').format(view.say(words.NO_RUN, run=name)))
        return
    RunPage(view, read).draw(read.run)
