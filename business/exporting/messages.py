"""Commands and events of exports."""

from dataclasses import dataclass
from typing import ClassVar

from business.registry.conditions import Condition
from config.text import Text

PERMISSION = "{entity}.export"

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExportRecords:
    """Write the records of a list, as far as its reader may export them, to a file that he then fetches."""

    label: ClassVar[Text] = Text("导出档案", "Export records")
    permission: ClassVar[str] = PERMISSION
    about: ClassVar[str] = "exports/{entity}/{file}"
    entity: str
    file: str
    """A token of the sender's, by which he finds the file."""
    format: str
    """One of `formats.FORMATS`."""
    columns: tuple[str, ...]
    language: str = "zh"
    text: str = ""
    conditions: tuple[Condition, ...] = ()
    tags: tuple[str, ...] = ()
    removed: bool = False
    sort: str = ""
    """The field; after '-' descending."""
    open: bool = False
    """With personal numbers as they are: needs the permission to see them, and a reason."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CancelExport:
    label: ClassVar[Text] = Text("取消导出", "Cancel an export")
    permission: ClassVar[str] = PERMISSION
    about: ClassVar[str] = "exports/{entity}/{file}"
    entity: str
    file: str


COMMANDS: tuple[type, ...] = (ExportRecords, CancelExport)
