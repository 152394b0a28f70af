"""What the pages, the notifier and other modules read of duty; nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, select, union_all
from sqlalchemy.orm import Session, selectinload

from business.duty.model import DutyAbsence, Rank, Reachable, Roster, RosterShift, Team, TeamMember
from business.duty.roster import Absence, Cycle, Shift, ShiftLine, gaps, shifts
from business.identity.model import User, UserKind
from config.calendar import Calendar
from config.plans import DayKind
from config.text import Text

_RANKS = tuple(Rank)


@dataclass(frozen=True, slots=True)
class Member:
    user: str
    display: str
    rank: Rank
    disabled: bool
    """His account is: nobody can reach him."""


@dataclass(frozen=True, slots=True)
class TeamRow:
    id: str
    name: Text
    phone: str
    """The duty phone; '' for none."""
    members: tuple[Member, ...]
    """Managers last."""

    def of_rank(self, rank: Rank) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.rank is rank)


@dataclass(frozen=True, slots=True)
class RosterRow:
    id: int
    team: str
    name: str
    cycle: Cycle


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    id: int
    user: str
    substitute: str
    """'' for nobody."""
    since_ns: int
    until_ns: int
    reason: str

    @property
    def absence(self) -> Absence:
        return Absence(self.user, self.substitute, self.since_ns, self.until_ns)


@dataclass(frozen=True)
class Plan:
    """Who is on duty when, by all rosters of a site. What the roster of another module says comes in here."""

    teams: Mapping[str, TeamRow]
    rosters: Sequence[RosterRow]
    absences: Sequence[AbsenceRow]
    displays: Mapping[str, str]
    """By user name, of everybody in it."""
    zone: ZoneInfo
    calendar: Calendar = field(default_factory=Calendar)

    def shifts(self, team: str, since_ns: int, until_ns: int) -> tuple[Shift, ...]:
        """All shifts that touch the time between, in the order of their beginnings."""
        cycles = [one.cycle for one in self.rosters if one.team == team]
        absences = [one.absence for one in self.absences]
        return shifts(cycles, absences, self.calendar, self.zone, since_ns, until_ns)

    def on_duty(self, team: str, at_ns: int) -> tuple[Shift, ...]:
        """The shifts of those who are on duty then, and of nobody who should be and is replaced by none."""
        return tuple(one for one in self.shifts(team, at_ns, at_ns + 1) if one.user)

    def next_after(self, team: str, at_ns: int, within_ns: int) -> tuple[Shift, ...]:
        """Those that begin together next, within a time."""
        later = [
            one for one in self.shifts(team, at_ns, at_ns + within_ns) if one.since_ns > at_ns and one.user
        ]
        return tuple(one for one in later if one.since_ns == later[0].since_ns)

    def uncovered(self, team: str, since_ns: int, until_ns: int) -> tuple[tuple[int, int], ...]:
        """The times at which nobody is on duty. A team without any roster has none that it should cover."""
        if not any(one.team == team for one in self.rosters):
            return ()
        return gaps(self.shifts(team, since_ns, until_ns), since_ns, until_ns)


def plan(session: Session, zone: ZoneInfo, calendar: Calendar) -> Plan:
    """All of it: a site has some ten teams."""
    everybody: CompoundSelect[Any] = union_all(
        select(TeamMember.user_id),
        select(RosterShift.user_id),
        select(DutyAbsence.user_id),
        select(DutyAbsence.substitute_id),
    )
    people = {one.id: one for one in session.scalars(select(User).where(User.id.in_(everybody)))}
    names = {id_: one.name for id_, one in people.items()}
    rosters = session.scalars(select(Roster).options(selectinload(Roster.shifts)).order_by(Roster.id))
    absences = session.scalars(select(DutyAbsence).order_by(DutyAbsence.since_ns, DutyAbsence.id))
    return Plan(
        teams={one.id: one for one in _teams(session, people)},
        rosters=tuple(_roster(one, names) for one in rosters),
        absences=tuple(
            AbsenceRow(
                one.id,
                names[one.user_id],
                names[one.substitute_id] if one.substitute_id is not None else "",
                one.since_ns,
                one.until_ns,
                one.reason,
            )
            for one in absences
        ),
        displays={one.name: one.display for one in people.values()},
        zone=zone,
        calendar=calendar,
    )


def reachable(session: Session, since_ns: int) -> Mapping[tuple[str, str, int], int]:
    """When it was said, by team, user and beginning of the shift, of shifts that began since."""
    query = (
        select(Reachable.team_id, User.name, Reachable.shift_ns, Reachable.said_ns)
        .join(User, User.id == Reachable.user_id)
        .where(Reachable.shift_ns >= since_ns)
    )
    return {(team, user, shift_ns): said_ns for team, user, shift_ns, said_ns in session.execute(query)}


def candidates(session: Session) -> Mapping[str, str]:
    """Display names by user names, of everybody who can be on duty."""
    query = select(User.name, User.display).where(User.kind == UserKind.STAFF, User.disabled.is_(False))
    return dict(session.execute(query.order_by(User.display, User.name)).tuples().all())


def team_names(session: Session) -> Mapping[str, Text]:
    """By id."""
    found = session.execute(select(Team.id, Team.zh, Team.en).order_by(Team.id))
    return {id_: Text(zh, en) for id_, zh, en in found}


def _teams(session: Session, people: Mapping[int, User]) -> list[TeamRow]:
    members: dict[str, list[Member]] = {}
    for one in session.scalars(select(TeamMember).order_by(TeamMember.id)):
        user = people[one.user_id]
        members.setdefault(one.team_id, []).append(
            Member(user.name, user.display, Rank(one.rank), user.disabled)
        )
    return [
        TeamRow(
            team.id,
            Text(team.zh, team.en),
            team.phone or "",
            tuple(sorted(members.get(team.id, ()), key=lambda one: _RANKS.index(one.rank))),
        )
        for team in session.scalars(select(Team).order_by(Team.id))
    ]


def _roster(row: Roster, names: Mapping[int, str]) -> RosterRow:
    lines = tuple(
        ShiftLine(
            one.day,
            one.start,
            one.end,
            names[one.user_id],
            tuple(DayKind(kind) for kind in one.days.split(",") if kind),
        )
        for one in row.shifts
    )
    cycle = Cycle(row.team_id, row.first_day, row.last_day, row.length, lines)
    return RosterRow(row.id, row.team_id, row.name, cycle)
