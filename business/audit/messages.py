"""Commands and events of the trail itself, and who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from business.access.model import Duty
from business.access.roles import AUDITOR
from config.text import Text

READ: Final = "audit.read"
"""The permission for the trail. It goes to auditors, and not to those whose deeds it tells."""
EXPORT: Final = "audit.export"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看审计记录", "Read the audit trail"),
    EXPORT: Text("导出审计记录", "Export the audit trail"),
}
DEFAULTS: Mapping[str, frozenset[str]] = dict.fromkeys(PERMISSIONS, frozenset({AUDITOR}))
DUTIES: Mapping[str, Duty] = dict.fromkeys(PERMISSIONS, Duty.AUDIT)

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExportTrail:
    """Take what a search finds out of the house as a file; '' and 0 leave a field open."""

    label: ClassVar[Text] = Text("导出审计记录", "Export the audit trail")
    permission: ClassVar[str] = EXPORT
    format: str
    """'xlsx' or 'csv'."""
    user: str
    kind: str
    object: str
    result: str
    since_ns: int
    until_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class CutTrail:
    """Give up the beginning of the trail, which is older than it has to be kept.

    Sent by the job alone: without a permission, no person may send it.
    """

    label: ClassVar[Text] = Text("清理过期审计记录", "Give up what is old of the audit trail")
    through: int
    """Sequence of the last record that goes."""
    seal: str
    """Of that record: what stays follows from it."""
    keep_days: int


COMMANDS: tuple[type, ...] = (ExportTrail, CutTrail)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrailExported:
    rows: int


@dataclass(frozen=True, slots=True)
class TrailCut:
    through: int
