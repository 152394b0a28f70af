"""The plans of the site with their last runs, and what linkage does now (S0-3.5.5)."""

import asyncio

from markupsafe import Markup
from nicegui import ui

from actors.messages import PushButton, RunRow
from business.configuration.messages import WRITE
from config.plans import Plan, TriggerKind
from hmi import drawing
from hmi.editing import button
from hmi.pages.linkage import telling
from hmi.pages.linkage.deciding import Deciding
from hmi.pages.linkage.living import Living
from hmi.pages.linkage.reading import last_run
from hmi.pages.linkage.trying import Known, known_of
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import linkage as words
from hmi.words import plan_form

START = "linkage.start"
READ_S = 2.0


class PlanList:
    def __init__(self, view: View) -> None:
        self._view = view
        self._last: dict[str, RunRow] = {}
        self._simulated: Known | None = None
        self._turn = 0
        self._runs = self._under_way()

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(words.PLANS)):
            html(_bar(view))
            live = Living(view)
            html(live.markup())
            html(Markup("<h2>{}</h2>").format(view.say(words.PLANS)))
            html(view.block(self._table, lambda: (self._turn, view.live.site.version)))
            deciding = Deciding(view)
            ui.timer(READ_S, self._follow)
        live.offer(deciding)
        deciding.offer("start", START, words.START_IT, words.START, self._name, PushButton)

    def _name(self, plan: str) -> str | None:
        known = self._view.live.site.plans.get(plan)
        return self._view.name(known.name) if known is not None else None

    async def _follow(self) -> None:
        """A run that begins or ends is another plan's last."""
        if self._runs != self._under_way():
            await self._read()

    def _under_way(self) -> tuple[tuple[int, str], ...]:
        state = self._view.live.linkage()
        return tuple((row.id, row.state) for row in state.runs) if state is not None else ()

    async def _read(self) -> None:
        view = self._view
        self._runs = self._under_way()
        found = await asyncio.gather(*(last_run(view, plan) for plan in view.live.site.plans))
        last = {row.plan: row for row in found if row is not None}
        known = await asyncio.to_thread(known_of, view, [*view.live.site.plans.values()])
        if known != self._simulated:
            self._simulated = known
            self._turn += 1
        if last != self._last:
            self._last = last
            self._turn += 1

    # -- drawing

    def _table(self) -> Markup:
        view = self._view
        plans = sorted(view.live.site.plans.values(), key=lambda one: (one.level, one.id))
        if not plans:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(
                view.say(words.NO_PLANS)
            )
        heads = (
            ("tight", words.LEVEL),
            ("", words.NAME),
            ("tight", words.ENABLED),
            ("tight hide-small", words.GROUP),
            ("", words.TRIGGER),
            ("", words.LAST_RUN),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._row, plans),
        )

    def _row(self, plan: Plan) -> Markup:
        view = self._view
        has_button = any(one.kind is TriggerKind.BUTTON for one in plan.triggers)
        start = EMPTY
        if plan.enabled and has_button and view.can(START):
            start = button(view, "start", plan.id, words.START)
        return Markup(
            '<tr data-plan="{id}"><td class="tight number">{level}</td>'
            '<td><a href="/linkage/plan/{id}"><b>{name}</b></a><br>{simulated}</td>'
            '<td class="tight">{enabled}</td><td class="tight hide-small">{group}</td><td>{triggers}</td>'
            '<td>{last}</td><td class="tight">{start}</td></tr>'
        ).format(
            id=plan.id,
            level=plan.level,
            name=view.name(plan.name),
            simulated=self._last_simulation(plan),
            enabled=view.say(words.ENABLED)
            if plan.enabled
            else Markup('<span class="off">{}</span>').format(view.say(words.DISABLED)),
            group=view.say(words.GROUPS[plan.group]),
            triggers=Markup("<br>").join(telling.triggers(view, view.live.site, plan)),
            last=self._last_run(plan.id),
            start=start,
        )

    def _last_simulation(self, plan: Plan) -> Markup:
        view, known = self._view, self._simulated
        if known is None:
            return EMPTY
        if found := known.get(plan.id):
            day = drawing.date_and_clock(view.zone, found[0].time_ns)[:10]
            return Markup('<small class="sub">{}</small>').format(view.say(plan_form.SIMULATED_ON, day=day))
        # Of an enabled plan somebody should know that nobody ever looked at what it does.
        look = "mark" if plan.enabled else "sub"
        return Markup('<small class="{}" data-never>{}</small>').format(look, view.say(plan_form.NEVER))

    def _last_run(self, plan: str) -> Markup:
        view = self._view
        row = self._last.get(plan)
        if row is None:
            return Markup('<span class="sub">{}</span>').format(view.say(words.NEVER))
        return Markup('<a href="/linkage/run/{}">{}</a><br><small class="sub">{} {}</small>').format(
            row.id,
            drawing.date_and_clock(view.zone, row.opened_ns),
            telling.state(view, row),
            telling.detail(view, row),
        )


def _bar(view: View) -> Markup:
    new = EMPTY
    if view.can(WRITE):
        new = Markup('<a class="plain main" href="/linkage/new">{}</a> ').format(view.say(words.NEW_PLAN))
    return Markup(
        '<div class="toolbar">{}<a href="/linkage/runs">{}</a><a href="/calendar">{}</a></div>'
    ).format(new, view.say(words.RUNS), view.say(words.CALENDAR))


async def plans(view: View) -> None:
    await PlanList(view).draw()
