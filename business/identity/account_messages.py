"""Commands about how somebody logs in: one's own second factor, and what an administrator sets."""

from dataclasses import dataclass, field
from typing import ClassVar

from business.access import OWN
from business.access.messages import USERS
from config.text import Text


@dataclass(frozen=True, slots=True)
class EnrolSecondFactor:
    """One's own, with its first code; one that was there before is replaced."""

    label: ClassVar[Text] = Text("启用两步验证", "Enrol a second factor")
    permission: ClassVar[str] = OWN
    password: str = field(repr=False)
    secret: str = field(repr=False)
    code: str = field(repr=False)
    recovery_hashes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenewRecoveryCodes:
    label: ClassVar[Text] = Text("更换恢复码", "Renew recovery codes")
    permission: ClassVar[str] = OWN
    password: str = field(repr=False)
    recovery_hashes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DisableSecondFactor:
    label: ClassVar[Text] = Text("停用两步验证", "Disable one's second factor")
    permission: ClassVar[str] = OWN
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResetSecondFactor:
    """Somebody else's, who lost it. All sessions of that user end."""

    label: ClassVar[Text] = Text("重置两步验证", "Reset a second factor")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str


@dataclass(frozen=True, slots=True)
class SetContact:
    """Where somebody is reached. To a phone number codes are sent that log its owner in."""

    label: ClassVar[Text] = Text("设置联系方式", "Set contact details")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    phone: str | None = field(repr=False)
    """None leaves it as it is, '' removes it."""
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetUserKind:
    label: ClassVar[Text] = Text("改变账号类别", "Change the kind of an account")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    kind: str


@dataclass(frozen=True, slots=True)
class UnlockUser:
    """Forget the failures of a user name, so that its person need not wait."""

    label: ClassVar[Text] = Text("解除用户锁定", "Unlock a user")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str


@dataclass(frozen=True, slots=True)
class UnlockAddress:
    label: ClassVar[Text] = Text("解除地址锁定", "Unlock an address")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "addresses/{address}"
    address: str


COMMANDS: tuple[type, ...] = (
    EnrolSecondFactor,
    RenewRecoveryCodes,
    DisableSecondFactor,
    ResetSecondFactor,
    SetContact,
    SetUserKind,
    UnlockUser,
    UnlockAddress,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SecondFactorSet:
    user: str
    enrolled: bool


@dataclass(frozen=True, slots=True)
class ContactSet:
    user: str


@dataclass(frozen=True, slots=True)
class UserKindSet:
    user: str
    kind: str


@dataclass(frozen=True, slots=True)
class Unlocked:
    subject: str
