"""Commands and events of bearer tokens and service accounts."""

from dataclasses import dataclass, field
from typing import ClassVar

from business.access import EVERYBODY
from business.access.messages import USERS
from config.text import Text

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogInWithKey:
    """Open a session of a service account, for the tokens whose fingerprints are given."""

    label: ClassVar[Text] = Text("用密钥登录", "Log in with a key")
    permission: ClassVar[str] = EVERYBODY
    key_hash: str = field(repr=False)
    token_hash: str = field(repr=False)
    refresh_hash: str = field(repr=False)
    address: str
    program: str
    """What it says of itself (User-Agent)."""


@dataclass(frozen=True, slots=True)
class RefreshSession:
    """Give a session another access token and another refresh token, for the last refresh token.

    One that was used before ends the session: either it or its successor is in wrong hands. That is recorded;
    an ordinary refresh is mere presence.
    """

    label: ClassVar[Text] = Text("更新令牌", "Refresh a session")
    permission: ClassVar[str] = EVERYBODY
    audited: ClassVar[bool] = False
    refresh_hash: str = field(repr=False)
    token_hash: str = field(repr=False)
    next_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreateServiceAccount:
    """A user who is a program: it has keys and no password, and roles by grants as everybody."""

    label: ClassVar[Text] = Text("创建服务账号", "Create a service account")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    display: str
    role: str
    """'' for none."""
    scope: int = 0
    """0 for the whole group."""


@dataclass(frozen=True, slots=True)
class CreateServiceKey:
    """For the key whose fingerprint is given. The key itself is shown once, by whoever drew it."""

    label: ClassVar[Text] = Text("创建服务密钥", "Create a service key")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    name: str
    key_hash: str = field(repr=False)
    expires_ns: int
    """0 for never."""


@dataclass(frozen=True, slots=True)
class RevokeServiceKey:
    """The key opens nothing any more, and the sessions that it opened end (S-23)."""

    label: ClassVar[Text] = Text("吊销服务密钥", "Revoke a service key")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "service_keys/{key}"
    key: int


COMMANDS: tuple[type, ...] = (
    LogInWithKey,
    RefreshSession,
    CreateServiceAccount,
    CreateServiceKey,
    RevokeServiceKey,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServiceAccountCreated:
    user: str
    role: str


@dataclass(frozen=True, slots=True)
class ServiceKeyCreated:
    key: int
    user: str

    @property
    def answer(self) -> str:
        return str(self.key)


@dataclass(frozen=True, slots=True)
class ServiceKeyRevoked:
    key: int
    sessions: tuple[str, ...]
