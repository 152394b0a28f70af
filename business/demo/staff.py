"""The people of the property company: departments, posts, and a user for everybody."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from business.demo.drafts import Sheet
from business.demo.loading import Loading
from business.demo.people import Crowd
from business.demo.words import words
from business.identity.bootstrap import random_password
from business.identity.messages import CreateUser
from business.identity.service import Identity
from business.organisation.messages import AssignMember, CreateDepartment, CreatePost
from business.organisation.model import Department, Post
from business.organisation.service import Organisation
from business.property.estate import Building

COUNT = sum(post.count for department in words().department for post in department.posts)
STEWARD = "steward"
"""Each keeps one building."""


def hire(
    loading: Loading,
    sessions: sessionmaker[Session],
    identity: Identity,
    organisation: Organisation,
    seed: int,
    day: date,
) -> Iterator[int]:
    """After each person, one more. Nobody knows the passwords: an administrator sets one."""
    sheet = Sheet("staff", seed, 0, day)
    crowd, dice = Crowd(sheet), random.Random(f"{seed} staff days")
    buildings = _scopes(sessions)
    number = 0
    for department in words().department:
        loading.do(organisation, CreateDepartment(department.name), f"department {department.name}")
        for post in department.posts:
            loading.do(organisation, CreatePost(post.name, post.certificates), f"post {post.name}")
            belongs = _ids(sessions, department.name, post.name)
            for _ in range(post.count):
                number += 1
                user = f"g{number:03}"
                _, name = crowd.full_name(male=dice.random() < 0.6)
                scope = buildings[number % len(buildings)] if post.role == STEWARD and buildings else 0
                # The password is drawn anew in a repetition, where the id of the command does not count it.
                loading.do(
                    identity, CreateUser(user, name, post.role, random_password(), scope), f"user {user}"
                )
                since = day - timedelta(days=dice.randint(20, 2000))
                assigned = AssignMember(user, *belongs, since.isoformat())
                loading.do(organisation, assigned, f"membership {user}")
                yield 1


def _ids(sessions: sessionmaker[Session], department: str, post: str) -> tuple[int, int]:
    with sessions() as session:
        return (
            session.scalars(select(Department.id).where(Department.name == department)).one(),
            session.scalars(select(Post.id).where(Post.name == post)).one(),
        )


def _scopes(sessions: sessionmaker[Session]) -> list[int]:
    with sessions() as session:
        return list(session.scalars(select(Building.scope_id).order_by(Building.id)))
