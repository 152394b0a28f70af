"""Teams and who is in them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business import wording
from business.access import Refusal
from business.duty.messages import ChangeTeam, CreateTeam, EnlistMember
from business.duty.model import Rank, Reachable, Roster, RosterShift, Team, TeamMember
from business.fields.field_type import FieldError
from business.fields.phone import phone
from business.gate import Refused
from business.identity.model import User, UserKind, plain_name
from config.table import ID_RULE, is_id


def create(session: Session, command: CreateTeam) -> Team:
    if not is_id(command.team):
        raise Refused(
            said(
                f"班组代号“{command.team[:80]}”不可用；请用小写字母、数字和连字符，最多 64 个",
                f"{command.team[:80]!r} is no id of a team; use {ID_RULE}",
            )
        )
    if session.get(Team, command.team) is not None:
        raise Refused(
            said(
                f"已有班组“{command.team}”；请换一个代号",
                f"there is a team {command.team!r} already; choose another id",
            )
        )
    team = Team(id=command.team)
    _name(team, command)
    session.add(team)
    return team


def change(session: Session, command: ChangeTeam) -> Team:
    team = existing(session, command.team)
    _name(team, command)
    return team


def remove(session: Session, team_id: str) -> None:
    team = existing(session, team_id)
    for kind in (Reachable, TeamMember, Roster):
        for row in session.scalars(select(kind).where(kind.team_id == team_id)):
            session.delete(row)
    session.flush()
    session.delete(team)


def enlist(session: Session, command: EnlistMember) -> None:
    team, user = existing(session, command.team), staff(session, command.user)
    if command.rank not in set(Rank):
        raise Refused(
            said(
                f"没有“{command.rank[:40]}”这种职责；可选 member、leader、manager",
                f"{command.rank[:40]!r} is no rank; choose member, leader or manager",
            )
        )
    row = _membership(session, team, user)
    if row is None:
        row = TeamMember(team_id=team.id, user_id=user.id)
        session.add(row)
    row.rank = command.rank


def discharge(session: Session, team_id: str, user_name: str) -> None:
    """Not one who has shifts to come: nobody would do them."""
    team, user = existing(session, team_id), _user(session, user_name)
    row = _membership(session, team, user)
    if row is None:
        raise Refused(
            said(
                f"{user.display}不在班组“{team.zh}”中；请刷新页面",
                f"{user.display} is not in team {team.en!r}; reload the page",
            )
        )
    rostered = session.scalar(
        select(Roster.name).join(RosterShift).where(Roster.team_id == team.id, RosterShift.user_id == user.id)
    )
    if rostered is not None:
        raise Refused(
            said(
                f"{user.display}在排班“{rostered}”中有班；请先把这些班排给别人",
                f"{user.display} has shifts in roster {rostered!r}; give those to somebody else first",
            )
        )
    session.delete(row)


def existing(session: Session, team_id: str) -> Team:
    team = session.get(Team, team_id)
    if team is None:
        raise Refused(
            said(
                f"没有班组“{team_id[:80]}”；请刷新页面", f"there is no team {team_id[:80]!r}; reload the page"
            )
        )
    return team


def staff(session: Session, name: str) -> User:
    """Somebody who can be on duty."""
    user = _user(session, name)
    if user.kind != UserKind.STAFF or user.disabled:
        raise Refused(
            said(
                f"{user.display}不是在职员工，不能当值；请另选一人",
                f"{user.display} is no staff with an enabled account and cannot be on duty; choose another",
            )
        )
    return user


def is_member(session: Session, team: Team, user: User) -> bool:
    return _membership(session, team, user) is not None


def _membership(session: Session, team: Team, user: User) -> TeamMember | None:
    return session.scalar(
        select(TeamMember).where(TeamMember.team_id == team.id, TeamMember.user_id == user.id)
    )


def _user(session: Session, name: str) -> User:
    user = session.scalar(select(User).where(User.name == plain_name(name)))
    if user is None:
        raise Refused(Refusal.UNKNOWN_USER)
    return user


def _name(team: Team, command: CreateTeam | ChangeTeam) -> None:
    team.zh, team.en = wording.name(command.zh, wording.ZH), wording.name(command.en, wording.EN)
    try:
        team.phone = phone().parse(command.phone[:40]) if command.phone.strip() else None
    except FieldError as error:
        raise Refused(str(error)) from error
