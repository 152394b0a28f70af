"""Commands and events of identity."""

from dataclasses import dataclass, field
from typing import ClassVar

from business.access import EVERYBODY, OWN
from business.access.messages import USERS
from business.identity import account_messages, entry_messages, external_messages, screen_messages
from business.identity.entry_messages import Visit
from config.text import Text

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogIn:
    """Open a session for the token whose fingerprint is given. The token never leaves the web process."""

    label: ClassVar[Text] = Text("登录", "Log in")
    permission: ClassVar[str] = EVERYBODY
    about: ClassVar[str] = "users/{user}"
    user: str
    password: str = field(repr=False)
    token_hash: str = field(repr=False)
    place: str
    address: str
    browser: str
    previous: str
    """The session that the same browser held until now: it ends."""
    challenge_hash: str = field(default="", repr=False)
    refresh_hash: str = field(default="", repr=False)

    @property
    def visit(self) -> Visit:
        return Visit(
            self.token_hash,
            self.challenge_hash,
            self.place,
            self.address,
            self.browser,
            self.previous,
            self.refresh_hash,
        )


@dataclass(frozen=True, slots=True)
class LogOut:
    label: ClassVar[Text] = Text("退出登录", "Log out")
    permission: ClassVar[str] = OWN


@dataclass(frozen=True, slots=True)
class EndSession:
    """Revoke one of one's own sessions; an administrator, anybody's."""

    label: ClassVar[Text] = Text("结束登录", "End a session")
    permission: ClassVar[str] = OWN
    about: ClassVar[str] = "user_sessions/{session}"
    session: str


@dataclass(frozen=True, slots=True)
class ContinueSession:
    """Somebody's hand is on it. Does not wake a session that is idle already."""

    permission: ClassVar[str] = OWN
    audited: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ReleaseSession:
    """Let a session that was locked for overreaching command again."""

    label: ClassVar[Text] = Text("解锁登录", "Release a session")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "user_sessions/{session}"
    session: str


@dataclass(frozen=True, slots=True)
class NoteOverreach:
    """A page refused what its person may not do, and tells it: refused here too, recorded and counted."""

    label: ClassVar[Text] = Text("越权操作", "Attempt beyond the role")
    permission: ClassVar[str] = OWN
    about: ClassVar[str] = "permissions/{wanted}"
    wanted: str


@dataclass(frozen=True, slots=True)
class CreateFirstAdministrator:
    """The security administrator, who then gives the other roles.

    Only while nobody exists, and with the one-time code that the terminal printed.
    """

    label: ClassVar[Text] = Text("创建首位安全管理员", "Create the first security administrator")
    permission: ClassVar[str] = EVERYBODY
    about: ClassVar[str] = "users/{user}"
    code: str = field(repr=False)
    user: str
    display: str
    password: str = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class CreateUser:
    """With a first role at a scope, by the rules of granting; without one the user may only log in."""

    label: ClassVar[Text] = Text("创建用户", "Create a user")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    display: str
    role: str
    """'' for none."""
    password: str = field(repr=False)
    scope: int = 0
    """0 for the whole group."""


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """One's own, knowing the old one. All other sessions of the user end."""

    label: ClassVar[Text] = Text("修改自己的密码", "Change one's password")
    permission: ClassVar[str] = OWN
    old: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Somebody else's. All sessions of that user end."""

    label: ClassVar[Text] = Text("重设密码", "Set a password")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DisableUser:
    label: ClassVar[Text] = Text("停用用户", "Disable a user")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str


@dataclass(frozen=True, slots=True)
class EnableUser:
    label: ClassVar[Text] = Text("启用用户", "Enable a user")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str


COMMANDS: tuple[type, ...] = (
    LogIn,
    LogOut,
    EndSession,
    ContinueSession,
    ReleaseSession,
    NoteOverreach,
    CreateFirstAdministrator,
    CreateUser,
    ChangePassword,
    SetPassword,
    DisableUser,
    EnableUser,
    *entry_messages.COMMANDS,
    *account_messages.COMMANDS,
    *external_messages.COMMANDS,
    *screen_messages.COMMANDS,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoggedIn:
    user: str
    session: str


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionContinued:
    session: str


@dataclass(frozen=True, slots=True)
class SessionReleased:
    session: str


@dataclass(frozen=True, slots=True)
class UserCreated:
    user: str
    role: str


@dataclass(frozen=True, slots=True)
class PasswordSet:
    user: str


@dataclass(frozen=True, slots=True)
class UserDisabled:
    user: str


@dataclass(frozen=True, slots=True)
class UserEnabled:
    user: str
