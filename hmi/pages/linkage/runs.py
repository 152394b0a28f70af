"""The history of linkage: runs by plan, trigger, time and level, the newest first (S0-3.5.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup

from actors.channels.query import QueryFailed
from actors.messages import Outcome, ReadRuns, RunRow
from actors.said import in_language
from config.plans import PlanGroup, TriggerKind
from config.text import Text
from hmi import drawing
from hmi.journal_filter import Unclear, time_ns
from hmi.pages.linkage import reading, telling
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import linkage as words
from hmi.words.alarm_journal import ALL

Kind = TypeVar("Kind", bound=StrEnum)
ROWS_A_PAGE: Final = 50
LEVELS: Final = range(1, 10)
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the form, as they were filled in."""

    plan: str = ""
    group: str = ""
    level: str = ""
    trigger: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        return cls(**{name: query.get(name, "").strip()[:LONGEST] for name in cls.__slots__})

    def filled(self) -> dict[str, str]:
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    def wanted(self, view: View, cursor: int) -> ReadRuns:
        """Raises Unclear."""
        return ReadRuns(
            cursor,
            ROWS_A_PAGE,
            plan=self.plan,
            group=self.group,
            level=int(self.level) if self.level in map(str, LEVELS) else 0,
            trigger=self.trigger,
            outcome=self.outcome,
            since_ns=time_ns(self.since, view.zone, view.language),
            until_ns=time_ns(self.until, view.zone, view.language),
        )


async def runs(view: View) -> None:
    query = view.client.request.query_params
    before = query.get("before", "")
    cursor = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else 0
    asked = Asked.of(query)
    rows: tuple[RunRow, ...] = ()
    problem = ""
    try:
        rows = await reading.runs(view, asked.wanted(view, cursor))
    except Unclear as unclear:
        problem = str(unclear)
    except QueryFailed as error:
        problem = view.say(words.RUNS_AWAY, error=in_language(str(error), view.language))
    above = Markup('<p class="crumbs"><a href="/linkage">{}</a></p>').format(view.say(words.PLANS))
    with frame(view, view.say(words.RUNS), above):
        html(_form(view, asked))
        if problem:
            html(Markup('<p class="warning">{}</p>').format(problem))
        html(_pages(view, asked, cursor, rows))
        html(_table(view, rows))


def _form(view: View, asked: Asked) -> Markup:
    plans = [(plan.id, view.name(plan.name)) for plan in view.live.site.plans.values()]
    if asked.plan and asked.plan not in view.live.site.plans:
        plans.append((asked.plan, asked.plan))
    time = Markup('<label class="field">{} <input type="datetime-local" name="{}" value="{}"></label>')
    return Markup(
        '<form method="get" class="toolbar" role="search">{}{}{}{}{}{}{}<button class="plain">{}</button>'
        '<a href="/linkage/runs">{}</a></form>'
    ).format(
        _choice(view, words.PLAN, "plan", asked.plan, plans),
        _choice(view, words.GROUP, "group", asked.group, _said(view, PlanGroup, words.GROUPS)),
        _choice(view, words.LEVEL, "level", asked.level, ((str(one), str(one)) for one in LEVELS)),
        _choice(view, words.TRIGGER, "trigger", asked.trigger, _said(view, TriggerKind, words.TRIGGERS)),
        _choice(
            view,
            words.RESULT,
            "outcome",
            asked.outcome,
            _said(view, [one for one in Outcome if one is not Outcome.OPEN], words.OUTCOMES),
        ),
        time.format(view.say(words.FROM), "since", asked.since),
        time.format(view.say(words.TO), "until", asked.until),
        view.say(words.SEARCH),
        view.say(words.CLEAR),
    )


def _said(view: View, kinds: Iterable[Kind], table_: Mapping[Kind, Text]) -> Iterable[tuple[str, str]]:
    return ((str(one), view.say(table_[one])) for one in kinds)


def _choice(view: View, label: Text, name: str, chosen: str, options: Iterable[tuple[str, str]]) -> Markup:
    option = Markup('<option value="{}"{}>{}</option>')
    return Markup('<label>{} <select name="{}">{}</select></label>').format(
        view.say(label),
        name,
        EMPTY.join(
            option.format(value, Markup(" selected") if value == chosen else EMPTY, shown)
            for value, shown in (("", view.say(ALL)), *options)
        ),
    )


def _pages(view: View, asked: Asked, cursor: int, rows: tuple[RunRow, ...]) -> Markup:
    filled = asked.filled()
    link = Markup('<a href="/linkage/runs?{}"{}>{}</a>')
    newest = link.format(urlencode(filled), EMPTY, view.say(words.NEWEST)) if cursor else EMPTY
    older = EMPTY
    if len(rows) == ROWS_A_PAGE:
        at = urlencode({**filled, "before": rows[-1].id})
        older = link.format(at, Markup(' rel="next"'), view.say(words.OLDER))
    return Markup('<div class="toolbar">{} {}</div>').format(newest, older)


def _table(view: View, rows: tuple[RunRow, ...]) -> Markup:
    if not rows:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_RUNS))
    heads = (
        ("tight", words.OPENED),
        ("tight hide-small", words.LEVEL),
        ("", words.PLAN),
        ("tight hide-small", words.TRIGGER),
        ("", words.CAUSE),
        ("tight", words.RESULT),
        ("tight hide-small", words.ENDED),
        ("hide-small", words.WHO),
        ("hide-small", words.DETAIL),
    )
    return table([(look, view.say(text)) for look, text in heads], (_row(view, row) for row in rows))


def _row(view: View, row: RunRow) -> Markup:
    return Markup(
        '<tr data-run="{id}"><td class="tight"><a href="/linkage/run/{id}">{opened}</a></td>'
        '<td class="tight number hide-small">{level}</td><td><b>{plan}</b></td>'
        '<td class="tight hide-small">{trigger}</td><td>{cause}</td><td class="tight{bad}">{state}</td>'
        '<td class="tight hide-small">{ended}</td><td class="hide-small">{user}</td>'
        '<td class="hide-small">{detail} {note}</td></tr>'
    ).format(
        id=row.id,
        opened=drawing.date_and_clock(view.zone, row.opened_ns),
        level=row.level,
        plan=in_language(row.name, view.language),
        trigger=telling.name_of(view, words.TRIGGERS, row.trigger),
        cause=telling.cause(view, row),
        bad=" off" if row.outcome in telling.TROUBLED else "",
        state=telling.state(view, row),
        ended=drawing.clock(view.zone, row.ended_ns),
        user=row.user,
        detail=telling.detail(view, row),
        note=row.note,
    )
