"""Commands and events of people whom another system vouches for (S1-4.4)."""

from dataclasses import dataclass, field
from typing import ClassVar

from business.access import EVERYBODY
from business.access.messages import USERS
from business.identity.entry_messages import Visit
from config.text import Text


@dataclass(frozen=True, slots=True)
class LogInByProvider:
    """The provider has said who it is; who is not known yet waits for somebody's consent."""

    label: ClassVar[Text] = Text("单点登录", "Log in by single sign-on")
    permission: ClassVar[str] = EVERYBODY
    visit: Visit
    provider: str
    subject: str
    name: str
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkIdentity:
    """Consent: whoever the provider calls so is this user from now on."""

    label: ClassVar[Text] = Text("绑定外部账号", "Link an external account")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    identity: int
    user: str


@dataclass(frozen=True, slots=True)
class DropIdentity:
    """Refuse consent, or take it back. The sessions that came in this way end."""

    label: ClassVar[Text] = Text("解除外部账号", "Drop an external account")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "external_identities/{identity}"
    identity: int


COMMANDS: tuple[type, ...] = (LogInByProvider, LinkIdentity, DropIdentity)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IdentityLinked:
    user: str
    provider: str


@dataclass(frozen=True, slots=True)
class IdentityDropped:
    identity: int
