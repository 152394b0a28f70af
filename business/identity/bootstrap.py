"""The first users of a site, as its files name them, with random passwords that the terminal shows once."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from actors.messages import Issuer, Stage
from business.access import Authority
from business.gate import Execute, Gate, Refused
from business.identity.messages import CreateUser, SetPassword
from business.identity.model import Role, User
from business.identity.service import Identity
from config.site import BootstrapUser

ITSELF = Issuer("steward", "", "office")
"""Who creates the first users, in the trail."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the terminal prints once."""

    user: str
    role: Role
    password: str = field(repr=False)


def create_first_users(
    gate: Gate,
    authority: Authority,
    identity: Identity,
    users: Sequence[BootstrapUser],
    *,
    renew: bool = False,
    draw: Callable[[], str] | None = None,
) -> tuple[Credentials, ...]:
    """Create those who do not exist yet, with random passwords.

    With `renew`, which is for the demo, those who do exist get a new password, unless they were disabled.
    Raises Refused.
    """
    with authority.open() as session:
        disabled = {user.name: user.disabled for user in session.scalars(select(User))}
    made = []
    for one in users:
        role, password = Role(one.role), (draw or random_password)()
        if one.name not in disabled:
            command: CreateUser | SetPassword = CreateUser(one.name, one.display, role, password)
        elif renew and not disabled[one.name]:
            command = SetPassword(one.name, password)
        else:
            continue
        outcome = gate.on_own_account(identity, Execute(ITSELF, command))
        if outcome.stage is not Stage.DONE:
            raise Refused(outcome.detail)
        made.append(Credentials(one.name, role, password))
    return tuple(made)


_LETTERS = "abcdefghjkmnpqrstuvwxyz"


def random_password() -> str:
    """79 random bits in four groups that a person can type from a terminal: letters, a capital, digits."""
    groups = ["".join(secrets.choice(_LETTERS + "23456789") for _ in range(4)) for _ in range(4)]
    return "-".join(
        [*groups[:3], secrets.choice(_LETTERS).upper() + secrets.choice("23456789") + groups[3][:2]]
    )
