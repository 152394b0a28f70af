"""Commands and events of erasing what is known of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import MANAGING
from config.text import Text

READ = "privacy.read"
ERASE = "privacy.erase"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看个人信息保留情况", "See how long personal information is kept"),
    ERASE: Text("应请求清除个人信息", "Erase personal information on request"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {READ: MANAGING, ERASE: MANAGING}


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """On request: what is known of somebody goes for good; a name that tells nothing takes its place."""

    label: ClassVar[Text] = Text("应请求清除个人信息", "Erase a person on request")
    permission: ClassVar[str] = ERASE
    about: ClassVar[str] = "persons/{person}"
    person: int
    version: int
    """As it was read with the preview."""
    reason: str


@dataclass(frozen=True, slots=True)
class Expired:
    record: int
    fields: tuple[str, ...]
    """Empty for the whole record."""


@dataclass(frozen=True, slots=True)
class EraseExpired:
    """The program's own: what was kept as long as it may be, or the consent to which was withdrawn."""

    label: ClassVar[Text] = Text("清除到期个人信息", "Erase what was kept long enough")
    expired: tuple[Expired, ...]


COMMANDS: tuple[type, ...] = (ErasePerson,)


@dataclass(frozen=True, slots=True)
class PersonErased:
    person: int
