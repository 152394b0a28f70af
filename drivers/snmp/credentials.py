"""What a connection's secrets become."""

from collections.abc import Callable
from dataclasses import dataclass

from config.secrets import Secret, SecretError
from drivers.errors import LinkError
from drivers.snmp.schema import Connection
from drivers.snmp.security import Community, User
from drivers.snmp.terms import Version
from drivers.snmp.usm import SHORTEST_PASSPHRASE, Master

Keeper = Callable[[str], Secret]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of the reading, the writing and the sending of traps: communities, or thrice the same user."""

    reading: Community | User
    writing: Community | User
    trapping: Community | User

    @classmethod
    def of(cls, connection: Connection, keeper: Keeper) -> "Credentials":
        """Takes some milliseconds for version 3. Raises LinkError where a secret is missing or too short."""
        if connection.version is Version.V3:
            user = _user(connection, keeper)
            return cls(user, user, user)
        names = connection.community, connection.write_community, connection.trap_community
        return cls(*(_community(connection.version, name or names[0], keeper) for name in names))


def _community(version: Version, name: str, keeper: Keeper) -> Community:
    return Community(version, _revealed(name, keeper).encode())


def _user(connection: Connection, keeper: Keeper) -> User:
    phrases = [
        _phrase(name, keeper) if protocol != "none" else ""
        for protocol, name in ((connection.auth, connection.auth_key), (connection.priv, connection.priv_key))
    ]
    master = Master.of(connection.auth, phrases[0], connection.priv, phrases[1])
    return User(connection.user.encode(), master)


def _phrase(name: str, keeper: Keeper) -> str:
    phrase = _revealed(name, keeper)
    if len(phrase) < SHORTEST_PASSPHRASE:
        raise LinkError(
            f"密钥 {name} 只有 {len(phrase)} 个字符，SNMP 至少需要 {SHORTEST_PASSPHRASE} 个",
            f"the secret {name} has {len(phrase)} characters, SNMP needs at least {SHORTEST_PASSPHRASE}",
        )
    return phrase


def _revealed(name: str, keeper: Keeper) -> str:
    try:
        return keeper(name).reveal()
    except SecretError as error:
        raise LinkError(error.why.zh, error.why.en) from error
