"""Commands of backups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.model import Duty
from business.access.roles import SYSTEM
from config.text import Text

MANAGE = "backup.manage"
PERMISSIONS: Mapping[str, Text] = {MANAGE: Text("管理备份", "Manage backups")}
DEFAULTS: Mapping[str, frozenset[str]] = {MANAGE: frozenset({SYSTEM})}
DUTIES: Mapping[str, Duty] = {MANAGE: Duty.SYSTEM}


@dataclass(frozen=True, slots=True)
class BackUpNow:
    """Queue a full backup, beside whatever is scheduled."""

    label: ClassVar[Text] = Text("立即备份", "Back up now")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "backups"


@dataclass(frozen=True, slots=True)
class RecordRestore:
    """Tell the trail of the restored database where it came from, and end the sessions that stood in it.

    Sent by `steward restore` alone: without a permission, no person may send it.
    """

    label: ClassVar[Text] = Text("还原备份", "Restore a backup")
    about: ClassVar[str] = "backups/{backup}"
    backup: str
    taken_ns: int
    reason: str


COMMANDS: tuple[type, ...] = (BackUpNow, RecordRestore)
