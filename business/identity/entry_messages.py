"""Commands of those who are not in yet: the second step of a log-in, and the ways beside the password."""

from dataclasses import dataclass, field
from typing import ClassVar

from business.access import EVERYBODY
from config.text import Text


@dataclass(frozen=True, slots=True)
class Visit:
    """The browser before the door. Its tokens never leave the web process; these are their fingerprints."""

    token_hash: str = field(repr=False)
    """Of the session that opens if all goes well."""
    challenge_hash: str = field(repr=False)
    """Of the cookie that holds the steps of one log-in together."""
    place: str
    address: str
    browser: str
    previous: str = ""
    """The session that the same browser held until now: it ends."""
    refresh_hash: str = field(default="", repr=False)
    """Of the refresh token, for a session of a program; '' for a browser's."""


@dataclass(frozen=True, slots=True)
class GiveCode:
    """The second step: a code of the authenticator, one from paper, or the one sent to a phone."""

    label: ClassVar[Text] = Text("输入验证码登录", "Log in with a code")
    permission: ClassVar[str] = EVERYBODY
    visit: Visit
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolAtLogIn:
    """For whom the site demands a second factor and who has none yet."""

    label: ClassVar[Text] = Text("登录时启用两步验证", "Enrol a second factor at log-in")
    permission: ClassVar[str] = EVERYBODY
    visit: Visit
    secret: str = field(repr=False)
    code: str = field(repr=False)
    recovery_hashes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenewPassword:
    """For whom the old password was right and is over: expired, or set by an administrator."""

    label: ClassVar[Text] = Text("登录时更换密码", "Renew a password at log-in")
    permission: ClassVar[str] = EVERYBODY
    visit: Visit
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestPhoneCode:
    """Done whether or not the number is anybody's."""

    label: ClassVar[Text] = Text("索取短信验证码", "Request a code by phone")
    permission: ClassVar[str] = EVERYBODY
    visit: Visit
    phone: str = field(repr=False)


COMMANDS: tuple[type, ...] = (GiveCode, EnrolAtLogIn, RenewPassword, RequestPhoneCode)
