"""Who is on duty now and next, where nobody is, and the teams and rosters behind it (G06, G07, H03)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from business.access import OWN
from business.duty.messages import MANAGE, SayReachable
from business.duty.model import Rank
from business.duty.queries import AbsenceRow, Member, Plan, RosterRow, TeamRow, candidates, plan, reachable
from business.duty.roster import Shift, instant_ns
from business.fields.phone import phone
from business.notifier.commands import MANAGE as REACH
from config.calendar import Calendar
from config.plans import StepKind
from config.site import Site
from config.text import Text
from hmi.editing import Kept, button, empty, now, toolbar
from hmi.pages.dutying import Dutying
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import duty as own
from hmi.words import editing as said

_PHONE = phone()
READ_S = 20.0
SHOWN_DAYS = 14
"""Of the shifts, and how far ahead gaps are looked for."""
DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Shown:
    plan: Plan
    reachable: Mapping[tuple[str, str, int], int]
    people: Mapping[str, str]
    """Display names by user names, of staff who can be on duty."""


class DutyPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._now_ns = view.live.wall_ns()
        self._team = view.client.request.query_params.get("team", "")
        self._kept = Kept(view, MANAGE, self._read)
        self._manages = view.can(MANAGE)
        self._reaches = view.can(REACH)

    async def draw(self) -> None:
        view, kept = self._view, self._kept
        await kept.read()
        heading = Markup("<h2>{}</h2>")
        with frame(view, view.say(own.DUTY)):
            html(kept.block(self._warnings))
            html(heading.format(view.say(own.NOW)))
            html(kept.block(self._present))
            html(kept.block(self._shifts))
            html(heading.format(view.say(own.ABSENCES)))
            html(self._bar("add-absence", own.ADD_ABSENCE))
            html(kept.block(self._absences))
            html(heading.format(view.say(own.ROSTERS)))
            html(self._bar("add-roster", own.ADD_ROSTER))
            html(kept.block(self._rosters))
            html(heading.format(view.say(own.TEAMS)))
            html(self._bar("add-team", own.ADD_TEAM))
            html(kept.block(self._teams))
            ui.timer(READ_S, kept.read)
            view.on("reachable", "", self._say_reachable)
            if self._manages:
                Dutying(view, kept).bind()

    def _read(self, session: Session) -> Shown:
        site = self._view.live.site
        self._now_ns = self._view.live.wall_ns()
        return Shown(
            plan(session, self._view.zone, Calendar(site.calendar)),
            reachable(session, self._now_ns - 2 * DAY_NS),
            candidates(session),
        )

    async def _say_reachable(self, key: str) -> None:
        await self._kept.send(SayReachable(key), OWN)

    def _bar(self, act: str, text: Text) -> Markup:
        return toolbar(button(self._view, act, "", text)) if self._manages else EMPTY

    def _buttons(self, *made: Markup) -> Markup:
        return EMPTY.join(made) if self._manages else EMPTY

    # -- what somebody has to see to

    def _warnings(self) -> Markup:
        return EMPTY.join(Markup('<p class="warning">{}</p>').format(text) for text in self._troubles())

    def _troubles(self) -> Iterator[str]:
        view, found = self._view, self._kept.rows.plan
        if unknown := sorted(named_teams(view.live.site) - found.teams.keys()):
            yield view.say(own.UNKNOWN_TEAMS, names=view.listed(unknown))
        until_ns = self._now_ns + SHOWN_DAYS * DAY_NS
        for team in found.teams.values():
            name = view.name(team.name)
            gaps = found.uncovered(team.id, self._now_ns, until_ns)
            if gaps:
                since, until = (self._time(at_ns) for at_ns in gaps[0])
                word = own.GAP if len(gaps) == 1 else own.GAPS
                yield view.say(word, team=name, since=since, until=until, count=len(gaps), days=SHOWN_DAYS)
            if team.members and not (team.of_rank(Rank.LEADER) or team.of_rank(Rank.MANAGER)):
                yield view.say(own.NO_LEADER, team=name)
            for member in team.members:
                if member.disabled:
                    yield view.say(own.DISABLED_MEMBER, team=name, name=member.display)

    # -- now and next

    def _present(self) -> Markup:
        view, found = self._view, self._kept.rows.plan
        if not found.teams:
            return empty(view, own.NO_TEAMS)
        return self._table(
            map(self._present_team, found.teams.values()),
            ("", own.TEAM),
            ("", own.ON_DUTY),
            ("tight", own.REACHABLE),
            ("", own.NEXT),
            ("", own.DUTY_PHONE),
        )

    def _present_team(self, team: TeamRow) -> Markup:
        view, found = self._view, self._kept.rows.plan
        present = found.on_duty(team.id, self._now_ns)
        rostered = any(one.team == team.id for one in found.rosters)
        nobody = view.say(own.NOBODY if rostered else own.NO_ROSTER)
        told = Markup("<br>").join(self._shift(one, own.UNTIL, one.until_ns) for one in present)
        next_ = found.next_after(team.id, self._now_ns, SHOWN_DAYS * DAY_NS)
        then = Markup("<br>").join(self._shift(one, own.SINCE, one.since_ns) for one in next_)
        return Markup(
            '<tr data-team="{}"><td><a href="/duty?team={}">{}</a></td><td>{}</td><td class="tight">{}</td>'
            "<td>{}</td><td>{}</td></tr>"
        ).format(
            team.id,
            team.id,
            view.name(team.name),
            told or Markup('<span class="{}">{}</span>').format("problem" if rostered else "sub", nobody),
            Markup("<br>").join(self._reachable(one) for one in present),
            then or Markup('<span class="sub">{}</span>').format(view.say(own.NONE_NEXT, days=SHOWN_DAYS)),
            _PHONE.show(team.phone, view.language) if team.phone else "",
        )

    def _shift(self, shift: Shift, word: Text, at_ns: int) -> Markup:
        names = self._kept.rows.plan.displays
        instead = (
            self._view.say(own.INSTEAD_OF, name=names.get(shift.instead_of, shift.instead_of))
            if shift.instead_of
            else ""
        )
        return Markup("{} <small>{} {}</small>").format(
            names.get(shift.user, shift.user), self._view.say(word, time=self._time(at_ns)), instead
        )

    def _reachable(self, shift: Shift) -> Markup:
        view = self._view
        said_ns = self._kept.rows.reachable.get((shift.team, shift.user, shift.since_ns))
        if said_ns is not None:
            return Markup("{}").format(view.say(own.REACHABLE_SINCE, time=self._time(said_ns)))
        if shift.user == view.person.user:
            return button(view, "reachable", shift.team, own.SAY_REACHABLE)
        return Markup('<span class="sub">{}</span>').format(view.say(own.NOT_SAID))

    # -- the shifts of one team

    def _shifts(self) -> Markup:
        view, found = self._view, self._kept.rows.plan
        team = found.teams.get(self._team) or next(
            (one for one in found.teams.values() if any(row.team == one.id for row in found.rosters)), None
        )
        if team is None:
            return EMPTY
        first = now(view).date()
        days = [first + timedelta(days=number) for number in range(SHOWN_DAYS)]
        edges = [instant_ns(day, 0, view.zone) for day in (*days, days[-1] + timedelta(days=1))]
        shifts = found.shifts(team.id, edges[0], edges[-1])
        rows = (
            Markup("<tr><td class='tight'>{:%m-%d} {}</td><td>{}</td></tr>").format(
                day,
                view.say(own.WEEKDAYS[day.weekday()]),
                Markup("<br>").join(self._planned(one) for one in shifts if begin <= one.since_ns < end),
            )
            for day, begin, end in zip(days, edges, edges[1:], strict=False)
        )
        title = view.say(own.PLAN_OF, team=view.name(team.name), days=SHOWN_DAYS)
        shown = self._table(rows, ("tight", own.DAY), ("", own.PLAN))
        return Markup("<h2>{}</h2>{}").format(title, shown)

    def _planned(self, shift: Shift) -> Markup:
        names = self._kept.rows.plan.displays
        who = names.get(shift.user, shift.user) if shift.user else self._view.say(own.NOBODY)
        begin, end = (self._local(at_ns) for at_ns in (shift.since_ns, shift.until_ns))
        until = f"{end:%H:%M}"
        if end.date() != begin.date():
            midnight = end.time() == time.min and end.date() - begin.date() == timedelta(days=1)
            until = "24:00" if midnight else self._view.say(own.NEXT_DAY, time=until)
        instead = names.get(shift.instead_of, shift.instead_of)
        told = self._view.say(own.INSTEAD_OF, name=instead) if instead else ""
        return Markup('{:%H:%M}–{} <span class="{}">{}</span> <small>{}</small>').format(
            begin, until, "" if shift.user else "bad", who, told
        )

    # -- what is entered

    def _absences(self) -> Markup:
        view = self._view
        rows = [one for one in self._kept.rows.plan.absences if one.until_ns > self._now_ns]
        if not rows:
            return empty(view, own.NO_ABSENCES)
        return self._table(
            map(self._absence, rows),
            ("", own.PERSON),
            ("", own.SUBSTITUTE),
            ("tight", own.FROM),
            ("tight", own.TO),
            ("", own.REASON),
            ("tight", None),
        )

    def _absence(self, row: AbsenceRow) -> Markup:
        view, names = self._view, self._kept.rows.plan.displays
        nobody = Markup('<span class="problem">{}</span>').format(view.say(own.NO_SUBSTITUTE))
        return Markup(
            '<tr data-absence="{}"><td>{}</td><td>{}</td><td class="tight">{}</td><td class="tight">{}</td>'
            '<td>{}</td><td class="tight">{}</td></tr>'
        ).format(
            row.user,
            names.get(row.user, row.user),
            names.get(row.substitute, row.substitute) if row.substitute else nobody,
            self._time(row.since_ns),
            self._time(row.until_ns),
            row.reason,
            self._buttons(button(view, "remove-absence", row.id, said.REMOVE)),
        )

    def _rosters(self) -> Markup:
        view = self._view
        if not self._kept.rows.plan.rosters:
            return empty(view, own.NO_ROSTERS)
        return self._table(
            map(self._roster, self._kept.rows.plan.rosters),
            ("", own.ROSTER),
            ("", own.TEAM),
            ("tight", own.FIRST_DAY),
            ("tight", own.LAST_DAY),
            ("tight", own.CYCLE),
            ("tight", None),
        )

    def _roster(self, row: RosterRow) -> Markup:
        view, cycle = self._view, row.cycle
        team = self._kept.rows.plan.teams[row.team]
        return Markup(
            '<tr data-roster="{}"><td>{}</td><td>{}</td><td class="tight">{}</td><td class="tight">{}</td>'
            '<td class="tight">{}</td><td class="tight">{}</td></tr>'
        ).format(
            row.name,
            row.name,
            view.name(team.name),
            cycle.first_day,
            cycle.last_day or view.say(own.OPEN_END),
            view.say(own.CYCLE_DAYS, days=cycle.length, shifts=len(cycle.lines)),
            self._buttons(button(view, "remove-roster", row.id, said.REMOVE)),
        )

    def _teams(self) -> Markup:
        view, teams = self._view, self._kept.rows.plan.teams
        if not teams:
            return empty(view, own.NO_TEAMS)
        rows = map(self._of_team, teams.values())
        return self._table(rows, ("", own.TEAM), ("", own.MEMBER), ("tight", None))

    def _of_team(self, team: TeamRow) -> Markup:
        view = self._view
        members = Markup("<br>").join(self._member(team, one) for one in team.members)
        return Markup(
            '<tr data-members="{}"><td>{} <small>{}</small></td><td>{}</td><td class="tight">{}</td></tr>'
        ).format(
            team.id,
            view.name(team.name),
            team.id,
            members,
            self._buttons(
                button(view, "enlist", team.id, own.ENLIST),
                button(view, "edit-team", team.id, said.EDIT),
                button(view, "remove-team", team.id, said.REMOVE),
            ),
        )

    def _member(self, team: TeamRow, member: Member) -> Markup:
        view = self._view
        name = Markup("{}").format(member.display)
        if self._reaches:
            name = Markup('<a href="/reach?{}">{}</a>').format(urlencode({"user": member.user}), name)
        return Markup("{} <small>{} · {}</small> {}").format(
            name,
            member.user,
            view.say(own.RANKS[member.rank]),
            self._buttons(button(view, "discharge", f"{team.id} {member.user}", own.DISCHARGE)),
        )

    def _table(self, rows: Iterable[Markup], *heads: tuple[str, Text | None]) -> Markup:
        return table([(look, self._view.say(text) if text else "") for look, text in heads], rows)

    def _time(self, at_ns: int) -> str:
        return f"{self._local(at_ns):%m-%d %H:%M}"

    def _local(self, at_ns: int) -> datetime:
        return datetime.fromtimestamp(at_ns / 1e9, self._view.zone)


def named_teams(site: Site) -> set[str]:
    """The teams that plans notify, and to which plans and classes give work orders."""
    asked = {StepKind.NOTIFY, StepKind.ORDER}
    targets = {step.target for one in site.plans.values() for step in one.steps if step.kind in asked}
    return (targets | {one.order_team for one in site.classes.values()}) - {""}


async def duty(view: View) -> None:
    await DutyPage(view).draw()
