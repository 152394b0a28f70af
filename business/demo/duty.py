"""The teams of the demo's property company, and their rosters from its staff."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from business.demo.loading import Loading
from business.demo.words import TeamWords, words
from business.duty.messages import CreateRoster, CreateTeam, EnlistMember
from business.duty.model import Rank
from business.duty.patterns import PATTERNS
from business.gate import Module
from business.identity.model import User
from business.organisation.model import Membership, Post

MANAGER = "项目副经理"
"""The post to which every team escalates at last."""


def muster(loading: Loading, sessions: sessionmaker[Session], duty: Module, day: date) -> None:
    """Once the staff is there."""
    managers = _holders(sessions, MANAGER)
    for team in words().team:
        loading.do(duty, CreateTeam(team.id, team.name.zh, team.name.en, team.phone), f"team {team.id}")
        begin = team.crew.first
        crew = _holders(sessions, team.posts.members)[begin : begin + team.crew.count]
        for rank, users in (
            (Rank.MEMBER, crew),
            (Rank.LEADER, _holders(sessions, team.posts.leader)),
            (Rank.MANAGER, managers),
        ):
            for user in users:
                loading.do(duty, EnlistMember(team.id, user, rank), f"team {team.id} {user}")
        loading.do(duty, _roster(team, crew, day), f"roster {team.id}")


def _roster(team: TeamWords, crew: Sequence[str], day: date) -> CreateRoster:
    pattern = PATTERNS[team.crew.pattern]
    # The night before the first day is somebody's too.
    first = pattern.first(day - timedelta(days=7)).isoformat()
    lines = tuple(pattern.lines(crew))
    return CreateRoster(team.id, team.name.zh, first, "", pattern.length(len(crew)), lines)


def _holders(sessions: sessionmaker[Session], post: str) -> Sequence[str]:
    query = select(User.name).join(Membership).join(Post).where(Post.name == post).order_by(User.id)
    with sessions() as session:
        return session.scalars(query).all()
