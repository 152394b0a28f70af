"""What linkage does now: verifications with their clock, runs under way, points that somebody holds."""

from collections.abc import Iterator

from markupsafe import Markup

from actors.messages import (
    ConfirmRun,
    HeldPoint,
    LinkageState,
    RejectRun,
    ReleasePoint,
    RestoreRun,
    RunRow,
    RunState,
    StopRun,
)
from actors.said import in_language
from hmi import drawing
from hmi.editing import button
from hmi.pages.linkage import telling
from hmi.pages.linkage.deciding import Deciding
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import linkage as words
from hmi.words.alarms import MODES

CONFIRM = "linkage.confirm"
STOP = "linkage.stop"
_STOPPED = {RunState.PREPARING, RunState.RUNNING, RunState.HOLDING}
_NOTHING = LinkageState(0, (), (), 0, 0)


class Living:
    """Draws one page's view of `LinkageState`."""

    def __init__(self, view: View) -> None:
        self._view = view

    def offer(self, deciding: Deciding) -> None:
        """What a person may do about it."""
        run = self._run_name
        deciding.offer(
            "confirm", CONFIRM, words.CONFIRM_IT, words.CONFIRM, run,
            lambda key, note: ConfirmRun(int(key), note), needs_reason=False,
        )  # fmt: skip
        deciding.offer(
            "reject", CONFIRM, words.REJECT_IT, words.REJECT, run,
            lambda key, note: RejectRun(int(key), note),
        )  # fmt: skip
        deciding.offer(
            "stop", STOP, words.STOP_IT, words.STOP, run, lambda key, reason: StopRun(int(key), reason)
        )
        deciding.offer(
            "restore", STOP, words.RESTORE_IT, words.RESTORE, run,
            lambda key, reason: RestoreRun(int(key), reason),
        )  # fmt: skip
        deciding.offer(
            "release", STOP, words.RELEASE_IT, words.RELEASE, self._point_name,
            lambda key, reason: ReleasePoint(*_pair(key), reason),
        )  # fmt: skip

    def markup(self) -> Markup:
        view = self._view
        # A verification's clock runs by the second; all else changes with a message.
        return view.block(self._clocks, lambda: (view.live.linkage_revision, self._second())) + view.block(
            self._rest, lambda: (view.live.linkage_revision, view.live.linkage() is None)
        )

    def _state(self) -> LinkageState:
        return self._view.live.linkage() or _NOTHING

    def _second(self) -> int:
        waiting = any(row.state is RunState.VERIFYING for row in self._state().runs)
        return self._view.live.wall_ns() // 10**9 if waiting else 0

    def _run_name(self, key: str) -> str | None:
        found = next((row for row in self._state().runs if str(row.id) == key), None)
        return in_language(found.name, self._view.language) if found is not None else None

    def _point_name(self, key: str) -> str | None:
        for one in self._state().held:
            if f"{one.device}/{one.point}" == key:
                return telling.point_name(self._view, self._view.live.site, one.device, one.point)
        return None

    # -- verifications

    def _clocks(self) -> Markup:
        view = self._view
        waiting = [row for row in self._state().runs if row.state is RunState.VERIFYING]
        if not waiting:
            return EMPTY
        return Markup("<h2>{}</h2>{}").format(
            view.say(words.TO_VERIFY), EMPTY.join(map(self._verification, waiting))
        )

    def _verification(self, row: RunRow) -> Markup:
        view = self._view
        left_s = (row.deadline_ns - view.live.wall_ns()) // 10**9
        clock = view.say(words.OVERDUE if left_s < 0 else words.LEFT, time=_minutes(abs(left_s)))
        buttons = EMPTY
        if view.can(CONFIRM):
            buttons = button(view, "confirm", row.id, words.CONFIRM) + button(
                view, "reject", row.id, words.REJECT
            )
        return Markup(
            '<div class="{look} verification" data-run="{id}" role="alert"><b>{name}</b> {mode} {cause} '
            '<b class="clock">{clock}</b> {buttons}<br><small>{hint} <a href="/linkage/run/{id}">{run}</a>'
            "</small></div>"
        ).format(
            look="warning" if left_s < 0 else "notice",
            id=row.id,
            name=in_language(row.name, view.language),
            mode=_mode(view, row),
            cause=telling.cause(view, row),
            clock=clock,
            buttons=buttons,
            hint=view.say(words.VERIFY_HINT),
            run=view.say(words.RUN_NUMBER, run=row.id),
        )

    # -- runs and points

    def _rest(self) -> Markup:
        return EMPTY.join(self._parts())

    def _parts(self) -> Iterator[Markup]:
        view, state = self._view, self._state()
        line = Markup('<p class="notice">{}</p>')
        if state.calendar_missing:
            said = view.say(words.CALENDAR_MISSING, year=state.calendar_missing)
            yield Markup('<p class="notice">{} <a href="/calendar">{}</a></p>').format(
                said, view.say(words.CALENDAR)
            )
        if state.failing:
            yield line.format(view.say(words.FAILING, count=state.failing))
        runs = [row for row in state.runs if row.state is not RunState.VERIFYING]
        yield Markup("<h2>{}</h2>").format(view.say(words.UNDER_WAY))
        yield self._runs(runs) if runs else _empty(view.say(words.NOT_UNDER_WAY))
        if state.held:
            yield Markup("<h2>{}</h2>").format(view.say(words.HELD))
            yield self._held(state.held)

    def _runs(self, rows: list[RunRow]) -> Markup:
        view = self._view
        heads = (
            ("tight", words.LEVEL),
            ("", words.PLAN),
            ("", words.CAUSE),
            ("tight", words.STATE),
            ("tight hide-small", words.BEGAN),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")], map(self._run, rows), "live"
        )

    def _run(self, row: RunRow) -> Markup:
        view = self._view
        buttons = EMPTY
        if view.can(STOP):
            if row.state in _STOPPED:
                buttons += button(view, "stop", row.id, words.STOP)
            if row.state in {RunState.HOLDING, RunState.AWAITING}:
                buttons += button(view, "restore", row.id, words.RESTORE)
        return Markup(
            '<tr data-run="{id}"><td class="tight number">{level}</td>'
            '<td><a href="/linkage/run/{id}"><b>{name}</b></a> {mode}</td><td>{cause}</td>'
            '<td class="tight">{state}</td><td class="tight hide-small">{began}</td>'
            '<td class="tight">{buttons}</td></tr>'
        ).format(
            id=row.id,
            level=row.level,
            name=in_language(row.name, view.language),
            mode=_mode(view, row),
            cause=telling.cause(view, row),
            state=telling.state(view, row),
            began=drawing.date_and_clock(view.zone, row.begun_ns or row.opened_ns),
            buttons=buttons,
        )

    def _held(self, held: tuple[HeldPoint, ...]) -> Markup:
        view = self._view
        heads = (
            ("", words.POINT),
            ("number", words.VALUE),
            ("", words.HOLDER),
            ("tight hide-small", words.SINCE),
            ("tight hide-small", words.UNTIL),
            ("", words.LOSERS),
        )
        # What a person holds comes first: it keeps plans from their work.
        rows = sorted(held, key=lambda one: (one.run != 0, one.level, one.device, one.point))
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")], map(self._point, rows), "held"
        )

    def _point(self, one: HeldPoint) -> Markup:
        view, site = self._view, self._view.live.site
        by_hand = not one.run
        holder = (
            Markup('<b class="off">{}</b>').format(view.say(words.BY_PERSON, user=one.user))
            if by_hand
            else Markup('<a href="/linkage/run/{}">{}</a>').format(
                one.run,
                view.say(words.BY_PLAN, plan=telling.plan_name(view, one.plan), level=one.level),
            )
        )
        name = f"{one.device}/{one.point}"
        release = button(view, "release", name, words.RELEASE) if by_hand and view.can(STOP) else EMPTY
        return Markup(
            '<tr data-held="{name}"><td>{point}</td><td class="number">{value}'
            '</td><td>{holder}</td><td class="tight hide-small">{since}</td>'
            '<td class="tight hide-small">{until}</td><td>{losers}</td><td class="tight">{release}</td></tr>'
        ).format(
            name=name,
            point=telling.point_link(view, site, one.device, one.point),
            value=telling.value_text(view, site, one.device, one.point, one.value),
            holder=holder,
            since=drawing.clock(view.zone, one.since_ns),
            until=drawing.clock(view.zone, one.until_ns) if one.until_ns else view.say(words.AS_LONG),
            losers=", ".join(telling.plan_name(view, plan) for plan in one.losers),
            release=release,
        )


def _pair(key: str) -> tuple[str, str]:
    device, _, point = key.partition("/")
    return device, point


def _mode(view: View, row: RunRow) -> Markup:
    if not row.mode:
        return EMPTY
    mode = telling.name_of(view, MODES, row.mode)
    return Markup('<span class="tagged">{}</span>').format(view.say(words.MARK, mode=mode))


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _empty(text: str) -> Markup:
    return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(text)
