"""The users of a demo: one a role, with random passwords that the terminal prints once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.identity.messages import CreateUser, SetPassword
from business.identity.model import Role, User
from business.identity.service import Identity


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the terminal prints once."""

    user: str
    role: Role
    password: str = field(repr=False)


def create_demo_users(
    session: Session, identity: Identity, draw: Callable[[], str] | None = None
) -> tuple[Credentials, ...]:
    """One user a role, with a new random password at every start: the terminal shows it once.

    A role's user that somebody renamed or disabled is left alone. The caller commits.
    """
    nobody = Issuer("", "", "")
    made = []
    for role in reversed(Role):
        one = Credentials(role.value, role, (draw or random_password)())
        user = session.scalar(select(User).where(User.name == one.user))
        if user is None:
            identity.handle(session, nobody, CreateUser(one.user, _DISPLAY[role], role, one.password))
        elif user.disabled:
            continue
        else:
            identity.handle(session, nobody, SetPassword(one.user, one.password))
        made.append(one)
    return tuple(made)


_DISPLAY = {
    Role.VIEWER: "观察员 Viewer",
    Role.OPERATOR: "值班员 Operator",
    Role.ADMINISTRATOR: "管理员 Admin",
}
_LETTERS = "abcdefghjkmnpqrstuvwxyz"


def random_password() -> str:
    """79 random bits in four groups that a person can type from a terminal: letters, a capital, digits."""
    groups = ["".join(secrets.choice(_LETTERS + "23456789") for _ in range(4)) for _ in range(4)]
    return "-".join(
        [*groups[:3], secrets.choice(_LETTERS).upper() + secrets.choice("23456789") + groups[3][:2]]
    )
