"""Commands of backups."""

from dataclasses import dataclass
from typing import ClassVar

from config.site import Text

MANAGE = "backup.manage"


@dataclass(frozen=True, slots=True)
class BackUpNow:
    """Queue a full backup, beside whatever is scheduled."""

    label: ClassVar[Text] = Text("立即备份", "Back up now")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "backups"


@dataclass(frozen=True, slots=True)
class RecordRestore:
    """Tell the trail of the restored database where it came from, and end the sessions that stood in it.

    Sent by `steward restore` alone: no role has its permission.
    """

    label: ClassVar[Text] = Text("还原备份", "Restore a backup")
    permission: ClassVar[str] = "backup.record"
    about: ClassVar[str] = "backups/{backup}"
    backup: str
    taken_ns: int
    reason: str


COMMANDS: tuple[type, ...] = (BackUpNow, RecordRestore)
