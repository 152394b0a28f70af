"""Commands and events of registered screens: wall displays that see, and command nothing."""

from dataclasses import dataclass, field
from typing import ClassVar

from business.access import EVERYBODY
from business.access.messages import USERS
from business.access.roles import VIEWER
from business.identity.entry_messages import Visit
from config.text import Text


@dataclass(frozen=True, slots=True)
class CreateScreen:
    """An account that a one-time code opens, once and for one browser."""

    label: ClassVar[Text] = Text("登记屏幕", "Add a screen")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    display: str
    code_hash: str = field(repr=False)
    scope: int = 0
    """0 for the whole group."""
    role: str = VIEWER


@dataclass(frozen=True, slots=True)
class RenewScreenCode:
    """For another browser in its place; the session that it has ends."""

    label: ClassVar[Text] = Text("重新登记屏幕", "Register a screen anew")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    code_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisterScreen:
    """From the screen itself: its session lasts until somebody ends it."""

    label: ClassVar[Text] = Text("屏幕登录", "Log a screen in")
    permission: ClassVar[str] = EVERYBODY
    visit: Visit
    code: str = field(repr=False)


COMMANDS: tuple[type, ...] = (CreateScreen, RenewScreenCode, RegisterScreen)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScreenCodeSet:
    user: str
