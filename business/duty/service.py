"""What the commands of duty do, each in one transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import Refusal
from business.duty import rostering, teams
from business.duty.messages import (
    AbsenceChanged,
    ChangeRoster,
    ChangeTeam,
    CreateRoster,
    CreateTeam,
    DischargeMember,
    EnlistMember,
    EnterAbsence,
    RemoveAbsence,
    RemoveRoster,
    RemoveTeam,
    RosterChanged,
    SayReachable,
    TeamChanged,
)
from business.duty.model import Reachable
from business.duty.queries import Plan
from business.gate import Refused
from business.identity.model import User

HOUR_NS = 3600 * 10**9
EARLY_NS = HOUR_NS
"""So long before his shift somebody may say that he can be reached."""


class Duty:
    """The module of `BusinessActor` that owns teams and rosters."""

    def __init__(
        self, here: Callable[[], str], plan: Callable[[Session], Plan], wall_ns: Callable[[], int]
    ) -> None:
        """`here` is the path of this site, whose teams they are; `plan` reads its rosters."""
        self._here = here
        self._plan = plan
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        del session, command
        return (self._here(),)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case CreateTeam():
                teams.create(session, command)
            case ChangeTeam():
                teams.change(session, command)
            case RemoveTeam():
                teams.remove(session, command.team)
            case EnlistMember():
                teams.enlist(session, command)
            case DischargeMember():
                teams.discharge(session, command.team, command.user)
            case SayReachable():
                self._say_reachable(session, issuer, command.team)
            case CreateRoster():
                return (RosterChanged(rostering.create(session, command).id),)
            case ChangeRoster():
                return (RosterChanged(rostering.change(session, command).id),)
            case RemoveRoster():
                rostering.remove(session, command.roster)
                return (RosterChanged(command.roster),)
            case EnterAbsence():
                return (AbsenceChanged(rostering.enter_absence(session, command).id),)
            case RemoveAbsence():
                rostering.remove_absence(session, command.absence)
                return (AbsenceChanged(command.absence),)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of duty")
        return (TeamChanged(command.team),)

    def _say_reachable(self, session: Session, issuer: Issuer, team_id: str) -> None:
        team = teams.existing(session, team_id)
        user = session.scalar(select(User).where(User.name == issuer.user))
        if user is None:
            raise Refused(Refusal.UNKNOWN_USER)
        now = self._wall_ns()
        own = (
            shift
            for shift in self._plan(session).shifts(team_id, now, now + EARLY_NS)
            if shift.user == user.name
        )
        shift = next(own, None)
        if shift is None:
            raise Refused(
                said(
                    f"您现在不在“{team.zh}”当值，一小时内也没有班；请核对排班",
                    f"you are not on duty in team {team.en!r}, nor within the hour: look at the roster",
                )
            )
        if session.get(Reachable, (team_id, user.id, shift.since_ns)) is None:
            session.add(Reachable(team_id=team_id, user_id=user.id, shift_ns=shift.since_ns, said_ns=now))
