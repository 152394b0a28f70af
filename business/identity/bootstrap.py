"""The first users of a site, as its files name them, with random passwords that the terminal shows once."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.identity.messages import CreateUser, SetPassword
from business.identity.model import Role, User
from business.identity.service import Identity
from config.site import BootstrapUser

NOBODY = Issuer("", "", "")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the terminal prints once."""

    user: str
    role: Role
    password: str = field(repr=False)


def create_first_users(
    session: Session,
    identity: Identity,
    users: Sequence[BootstrapUser],
    *,
    renew: bool = False,
    draw: Callable[[], str] | None = None,
) -> tuple[Credentials, ...]:
    """Create those who do not exist yet, with random passwords; the caller commits.

    With `renew`, which is for the demo, those who do exist get a new password, unless they were disabled.
    """
    made = []
    for one in users:
        role, password = Role(one.role), (draw or random_password)()
        user = session.scalar(select(User).where(User.name == one.name))
        if user is None:
            identity.handle(session, NOBODY, CreateUser(one.name, one.display, role, password))
        elif renew and not user.disabled:
            identity.handle(session, NOBODY, SetPassword(one.name, password))
        else:
            continue
        made.append(Credentials(one.name, role, password))
    return tuple(made)


_LETTERS = "abcdefghjkmnpqrstuvwxyz"


def random_password() -> str:
    """79 random bits in four groups that a person can type from a terminal: letters, a capital, digits."""
    groups = ["".join(secrets.choice(_LETTERS + "23456789") for _ in range(4)) for _ in range(4)]
    return "-".join(
        [*groups[:3], secrets.choice(_LETTERS).upper() + secrets.choice("23456789") + groups[3][:2]]
    )
