"""The simulation of the plan in the form, against the past or by hand, told as a timeline."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from actors.channels.query import QueryFailed
from actors.linkage.recalling import recall
from actors.linkage.run import LOST
from actors.linkage.simulation import LONGEST_S, Kind, Past, Simulated, Supposed, simulate
from actors.messages import OrderRow, Outcome, RunRead, StepState
from actors.said import in_language
from business.access.plant import WATCH
from config.site import Site
from hmi import drawing
from hmi.forms import options_of
from hmi.journal_filter import Unclear, time_ns
from hmi.pages.linkage import telling
from hmi.pages.linkage.trying import Tried
from hmi.shell import EMPTY, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import linkage
from hmi.words import plan_form as words

LINES = 4
LENGTH_S = 600
MOST_LINES = 500
Planned = Callable[[], Awaitable[tuple[Site, str] | None]]


@dataclass(frozen=True, slots=True)
class Line:
    """One moment of the timeline."""

    time_ns: int
    text: str
    is_bad: bool = False


class Playing:
    def __init__(self, view: View, planned: Planned, tried: Tried) -> None:
        self._view = view
        self._planned = planned
        self._tried = tried
        self._filled: Entered = self._initial()
        self._problem = ""
        self._lines: tuple[Line, ...] | None = None
        self._unknown: tuple[str, ...] = ()
        self._turn = 0

    def draw(self) -> None:
        view = self._view
        section = Markup(
            '<section class="simulation" id="simulation"><h2>{}</h2><p class="sub">{}</p>{}</section>'
        )
        shown = view.block(self._markup, lambda: self._turn)
        html(section.format(view.say(words.SIMULATION), view.say(words.SIMULATION_HINT), shown))
        view.on_form("play", WATCH, self._play)

    def _initial(self) -> Entered:
        now = datetime.fromtimestamp(self._view.live.wall_ns() / 1e9, self._view.zone)
        day = now - timedelta(days=1)
        return {
            "since": (day.strftime("%Y-%m-%dT%H:%M"),), "until": (now.strftime("%Y-%m-%dT%H:%M"),),
            "length": (str(LENGTH_S),), "obeys": ("yes",),
        }  # fmt: skip

    # -- playing

    async def _play(self, entered: Entered) -> None:
        self._filled = entered
        self._lines, self._problem, self._unknown = None, "", ()
        try:
            await self._played(entered)
        except (Unclear, QueryFailed) as error:
            self._problem = in_language(str(error), self._view.language)
        except ValueError as error:
            self._problem = self._view.say(words.FAILED, error=str(error))
        self._turn += 1

    async def _played(self, entered: Entered) -> None:
        view = self._view
        planned = await self._planned()
        if planned is None:
            raise Unclear(view.say(words.NOT_PLAYABLE))
        site, plan = planned
        ports = view.house.ports
        past = Past()
        supposed: tuple[Supposed, ...] = ()
        by_history = "past" in entered.get("do", ())
        if by_history:
            since_ns = time_ns(_text(entered, "since"), view.zone, view.language)
            until_ns = time_ns(_text(entered, "until"), view.zone, view.language)
            if not since_ns or not 0 < until_ns - since_ns <= LONGEST_S * 10**9:
                raise Unclear(view.say(words.WRONG_TIME))
            past = await recall(site, plan, since_ns, until_ns, core=ports.journal, historian=ports.history)
        else:
            since_ns = view.live.wall_ns()
            length = drawing.number(_text(entered, "length")) or 0
            if not 0 < length <= LONGEST_S:
                raise Unclear(view.say(words.WRONG_TIME))
            until_ns = since_ns + int(length * 1e9)
            supposed = tuple(self._supposed(entered, site, since_ns))
        obeys = "yes" in entered.get("obeys", ())
        told = await asyncio.to_thread(
            simulate, site, plan, since_ns, until_ns, past=past, supposed=supposed, obeys=obeys
        )
        self._lines = tuple(sorted(timeline(view, site, told), key=lambda one: one.time_ns))
        self._unknown = tuple(telling.point_name(view, site, one.device, one.point) for one in told.unknown)
        await self._tried.remember(site.plans[plan], since_ns, until_ns, told, by_history=by_history)

    def _supposed(self, entered: Entered, site: Site, since_ns: int) -> Iterator[Supposed]:
        """Raises Unclear for a line that says nothing."""
        for at in range(LINES):
            kind, name = _text(entered, f"{at}.kind"), _text(entered, f"{at}.name")
            if not kind:
                continue
            after = drawing.number(_text(entered, f"{at}.after") or "0")
            value = drawing.number(_text(entered, f"{at}.value") or "0")
            if (
                kind not in set(Kind)
                or after is None
                or after < 0
                or value is None
                or not _is_there(site, Kind(kind), name)
            ):
                raise Unclear(self._view.say(words.WRONG_ROW, number=at + 1, named=name))
            # The first moment is the start of the time, which is not played itself.
            yield Supposed(since_ns + max(int(after * 1e9), 1), Kind(kind), name, value)

    # -- drawing

    def _markup(self) -> Markup:
        view = self._view
        problem = (
            Markup('<p class="warning" role="alert">{}</p>').format(self._problem) if self._problem else EMPTY
        )
        unknown = EMPTY
        if self._unknown:
            said = view.say(words.UNKNOWN_POINTS, points=", ".join(self._unknown))
            unknown = Markup('<p class="notice">{}</p>').format(said)
        return self._form() + problem + self._timeline() + unknown

    def _form(self) -> Markup:
        view, filled = self._view, self._filled
        kinds = [("", ""), *((kind.value, view.say(text)) for kind, text in words.KINDS.items())]
        heads = (words.AFTER, words.WHAT, words.WHICH, words.VALUE)
        row = Markup(
            '<tr><td><input name="{0}.after" value="{1}" size="5" inputmode="decimal" aria-label="{5}"></td>'
            '<td><select name="{0}.kind" aria-label="{6}">{2}</select></td>'
            '<td><input name="{0}.name" value="{3}" maxlength="200" aria-label="{7}"></td>'
            '<td><input name="{0}.value" value="{4}" size="6" inputmode="decimal" aria-label="{8}"></td></tr>'
        )
        rows = EMPTY.join(
            row.format(
                at, _text(filled, f"{at}.after"), options_of(kinds, _text(filled, f"{at}.kind")),
                _text(filled, f"{at}.name"), _text(filled, f"{at}.value"),
                *(f"{view.say(one)} {at + 1}" for one in heads),
            )
            for at in range(LINES)
        )  # fmt: skip
        time = Markup('<label class="field">{} <input type="datetime-local" name="{}" value="{}"></label>')
        return Markup(
            '<form data-form="play" autocomplete="off" novalidate><div class="toolbar">{since}{until}'
            '<button class="plain" name="do" value="past">{by_past}</button></div>{rows}'
            '<div class="toolbar"><label class="field">{length} '
            '<input name="length" value="{seconds}" size="6" inputmode="decimal"></label>'
            '<label><input type="checkbox" name="obeys" value="yes"{obeys}> {well}</label>'
            '<button class="plain" name="do" value="hand">{by_hand}</button></div></form>'
        ).format(
            since=time.format(view.say(words.FROM), "since", _text(filled, "since")),
            until=time.format(view.say(words.TO), "until", _text(filled, "until")),
            by_past=view.say(words.BY_PAST),
            rows=table([("", view.say(one)) for one in heads], [rows], "supposed"),
            length=view.say(words.LENGTH),
            seconds=_text(filled, "length"),
            obeys=Markup(" checked") if "yes" in filled.get("obeys", ()) else EMPTY,
            well=view.say(words.OBEYS),
            by_hand=view.say(words.BY_HAND),
        )

    def _timeline(self) -> Markup:
        view = self._view
        if self._lines is None:
            return EMPTY
        if not self._lines:
            return Markup('<p class="notice" data-timeline>{}</p>').format(view.say(words.NOTHING_STARTED))
        row = Markup('<tr><td class="tight">{}</td><td class="{}">{}</td></tr>')
        return Markup("<h2>{}</h2><div data-timeline>{}</div>").format(
            view.say(words.TIMELINE),
            table(
                [("tight", view.say(words.WHEN)), ("", view.say(words.EVENT))],
                (
                    row.format(
                        drawing.date_and_clock(view.zone, one.time_ns), "off" if one.is_bad else "", one.text
                    )
                    for one in self._lines[:MOST_LINES]
                ),
            ),
        )


def timeline(view: View, site: Site, told: Simulated) -> Iterator[Line]:
    """What would have started, its steps, its writes, and what refused them."""
    for read in told.runs:
        yield from _of_run(view, site, read)


def _of_run(view: View, site: Site, read: RunRead) -> Iterator[Line]:
    row = read.run
    if row is None:
        return
    plan = in_language(row.name, view.language)
    if row.outcome is Outcome.REFUSED:
        detail = telling.detail(view, row)
        yield Line(row.opened_ns, view.say(words.REFUSES, plan=plan, detail=detail), is_bad=True)
        return
    if row.deadline_ns:
        yield Line(row.opened_ns, view.say(words.OPENS, plan=plan))
    if row.begun_ns:
        yield Line(row.begun_ns, view.say(words.STARTS, plan=plan, level=row.level))
    for order in read.orders:
        yield _of_order(view, site, order)
    for step in read.steps:
        if step.ended_ns:
            bad = step.state in {StepState.FAILED, StepState.LOST, StepState.UNKNOWN}
            text = view.say(
                words.DID,
                step=in_language(step.name, view.language),
                state=view.say(linkage.STEP_STATES[step.state]),
                detail=in_language(step.detail, view.language),
            )
            yield Line(step.ended_ns, text, is_bad=bad)
    if row.ended_ns:
        yield Line(row.ended_ns, view.say(words.ENDS, plan=plan, outcome=telling.state(view, row)))


def _of_order(view: View, site: Site, order: OrderRow) -> Line:
    point = telling.point_name(view, site, order.device, order.point) if order.device else ""
    if order.stage == LOST:
        detail = in_language(order.detail, view.language)
        return Line(order.time_ns, view.say(words.LOSES, point=point, detail=detail), is_bad=True)
    value = telling.value_text(view, site, order.device, order.point, order.value)
    text = words.PUTS_BACK if order.restores else words.WRITES
    return Line(order.time_ns, view.say(text, point=point, value=value))


def _is_there(site: Site, kind: Kind, name: str) -> bool:
    parts = name.split("/")
    match kind:
        case Kind.OCCURS | Kind.CLEARS:
            return len(parts) == 3 and site.rule(*parts) is not None
        case Kind.VALUE | Kind.OPERATES:
            device = site.devices.get(parts[0])
            return len(parts) == 2 and device is not None and parts[1] in device.template.index
        case Kind.HAPPENS:
            return bool(name)
        case _:
            return name in site.plans


def _text(entered: Mapping[str, tuple[str, ...]], name: str) -> str:
    values = entered.get(name, ())
    return values[0].strip() if values else ""
