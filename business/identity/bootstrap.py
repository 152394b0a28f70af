"""What a site begins with: scopes and roles, and the users that its files name, with random passwords."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from sqlalchemy import select

from actors.messages import Issuer, Stage
from business.access import Authority
from business.access.first import is_prepared
from business.access.messages import PrepareAccess
from business.access.model import Role
from business.access.service import Access
from business.gate import Execute, Gate, Refused
from business.identity.messages import CreateUser, SetPassword
from business.identity.model import User
from business.identity.service import Identity
from config.site import BootstrapUser
from config.text import Text

logger = logging.getLogger(__name__)

ITSELF = Issuer("steward", "", "office")
"""Who creates the first users, in the trail."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the terminal prints once."""

    user: str
    role: str
    password: str = field(repr=False)


def prepare_access(gate: Gate, authority: Authority, access: Access, project: str, name: Text) -> None:
    """Write the default roles and the project of this site, unless they are there. Raises Refused."""
    with authority.open() as session:
        if is_prepared(session, project):
            return
    outcome = gate.on_own_account(access, Execute(ITSELF, PrepareAccess(project, name.zh, name.en)))
    if outcome.stage is not Stage.DONE:
        raise Refused(outcome.detail)


def create_first_users(
    gate: Gate,
    authority: Authority,
    identity: Identity,
    users: Sequence[BootstrapUser],
    *,
    renew: bool = False,
    draw: Callable[[], str] | None = None,
) -> tuple[Credentials, ...]:
    """Create those who do not exist yet, with random passwords and their role in the whole group.

    One whose role does not exist is left out, and the log says so. With `renew`, which is for the demo, those
    who do exist get a new password, unless they were disabled. Raises Refused.
    """
    with authority.open() as session:
        disabled = {user.name: user.disabled for user in session.scalars(select(User))}
        roles = sorted(session.scalars(select(Role.name)))
    made = []
    for one in users:
        password = (draw or random_password)()
        if one.name not in disabled and one.role not in roles:
            logger.error(
                "user %s of the site's files is not created: %s", one.name, _unknown(one.role, roles)
            )
            continue
        if one.name not in disabled:
            command: CreateUser | SetPassword = CreateUser(one.name, one.display, one.role, password)
        elif renew and not disabled[one.name]:
            command = SetPassword(one.name, password)
        else:
            continue
        outcome = gate.on_own_account(identity, Execute(ITSELF, command))
        if outcome.stage is not Stage.DONE:
            raise Refused(outcome.detail)
        made.append(Credentials(one.name, one.role, password))
    return tuple(made)


def _unknown(role: str, roles: Sequence[str]) -> str:
    near = get_close_matches(role, roles, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(roles)}"
    return f"there is no role {role!r}; {hint}"


_LETTERS = "abcdefghjkmnpqrstuvwxyz"


def random_password() -> str:
    """79 random bits in four groups that a person can type from a terminal: letters, a capital, digits."""
    groups = ["".join(secrets.choice(_LETTERS + "23456789") for _ in range(4)) for _ in range(4)]
    return "-".join(
        [*groups[:3], secrets.choice(_LETTERS).upper() + secrets.choice("23456789") + groups[3][:2]]
    )
