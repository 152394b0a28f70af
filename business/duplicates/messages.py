"""Commands and events about records that may be one thing twice; merging them is the registry's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import MANAGING, STEWARD
from config.text import Text

READ = "duplicate.read"
"""The permission for the page; to merge takes that of removing the entity, to dismiss that of writing it."""
PERMISSIONS: Mapping[str, Text] = {READ: Text("查看疑似重复档案", "See what may be registered twice")}
DEFAULTS: Mapping[str, frozenset[str]] = {READ: MANAGING | {STEWARD}}


@dataclass(frozen=True, slots=True)
class DismissDuplicate:
    """They are two; the pair comes again only when one of them has changed."""

    label: ClassVar[Text] = Text("排除疑似重复", "Dismiss a possible duplicate")
    permission: ClassVar[str] = "{entity}.write"
    about: ClassVar[str] = "duplicates/{pair}/{entity}"
    entity: str
    pair: int
    reason: str


COMMANDS: tuple[type, ...] = (DismissDuplicate,)


@dataclass(frozen=True, slots=True)
class DuplicateDismissed:
    pair: int
