"""Commands and events of imports."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from config.text import Text

PERMISSION = "{entity}.import"

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartImport:
    """Try the rows of an uploaded file and write nothing. A file that was tried may be tried otherwise."""

    label: ClassVar[Text] = Text("试导入", "Try an import")
    permission: ClassVar[str] = PERMISSION
    about: ClassVar[str] = "imports/{file}"
    entity: str
    file: str
    """The name under which the upload lies on the shelf."""
    file_name: str
    """As the person calls it."""
    sheet: int
    header: int
    """Number of the row with the headings."""
    mapping: tuple[tuple[int, str], ...]
    """Pairs of a column's place, from 0, and the name of its field."""
    existing: str = "update"
    """An `Existing`."""
    scope: int | None = None
    """The project, where there are several."""
    make_missing: bool = False
    """Whether buildings and units that houses name are made where there are none."""


@dataclass(frozen=True, slots=True)
class CommitImport:
    """Import what was tried; after a cancellation go on where it stopped."""

    label: ClassVar[Text] = Text("导入", "Import")
    permission: ClassVar[str] = PERMISSION
    about: ClassVar[str] = "imports/{file}"
    entity: str
    file: str


@dataclass(frozen=True, slots=True)
class CancelImport:
    """After the chunk at which it is; what is imported stays."""

    label: ClassVar[Text] = Text("取消导入", "Cancel an import")
    permission: ClassVar[str] = PERMISSION
    about: ClassVar[str] = "imports/{file}"
    entity: str
    file: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    number: int
    """In the file."""
    cells: tuple[Any, ...]
    values: dict[str, Any] = field(repr=False)
    """What the cells mean, by field; those of another record as written."""


@dataclass(frozen=True, slots=True)
class ImportRecords:
    """One chunk of an import under way. Sent by the job alone: without a permission, no person may."""

    label: ClassVar[Text] = Text("导入档案", "Import records")
    about: ClassVar[str] = "imports/{file}"
    entity: str
    file: str
    chunk: int
    rows: tuple[ImportRow, ...]
    refused: tuple[tuple[int, tuple[Any, ...]], ...] = ()
    """Rows that could not even be read: number and errors."""


COMMANDS: tuple[type, ...] = (StartImport, CommitImport, CancelImport, ImportRecords)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordsImported:
    entity: str
    created: int
    updated: int
    failed: int
