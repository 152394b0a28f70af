"""Commands and events of the registry, the same for every entity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access import OWN
from config.text import Text

Raw = str | int | float | bool | tuple[str, ...] | None
"""A value as a form, a file or a JSON body gives it; the field's type makes it canonical."""
Raws = dict[str, Raw]

MANY = 1_000
"""The most records that one command changes."""

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateRecord:
    label: ClassVar[Text] = Text("新建档案", "Create a record")
    permission: ClassVar[str] = "{entity}.write"
    entity: str
    values: Raws
    """By field; those of the site begin with 'custom.'."""
    scope: int | None = None
    """Where it belongs, unless that follows from what it refers to, or there is one project only."""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class NewRecord:
    values: Raws
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class CreateRecords:
    """Many of one entity, all or none, as a list that is taken over brings them."""

    label: ClassVar[Text] = Text("批量新建档案", "Create many records")
    permission: ClassVar[str] = "{entity}.write"
    entity: str
    records: tuple[NewRecord, ...]
    scope: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    label: ClassVar[Text] = Text("修改档案", "Change a record")
    permission: ClassVar[str] = "{entity}.write"
    about: ClassVar[str] = "{entity}/{record}"
    entity: str
    record: int
    version: int
    """As it was read: who changed it meanwhile is not overwritten."""
    values: Raws


@dataclass(frozen=True, slots=True)
class ChangeRecords:
    """The same values for many records, all or none."""

    label: ClassVar[Text] = Text("批量修改档案", "Change many records")
    permission: ClassVar[str] = "{entity}.write"
    entity: str
    records: tuple[int, ...]
    values: Raws


@dataclass(frozen=True, slots=True)
class RemoveRecords:
    """Into the recycle bin."""

    label: ClassVar[Text] = Text("删除档案", "Remove records")
    permission: ClassVar[str] = "{entity}.remove"
    entity: str
    records: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RestoreRecords:
    """Out of the recycle bin."""

    label: ClassVar[Text] = Text("恢复档案", "Restore records")
    permission: ClassVar[str] = "{entity}.remove"
    entity: str
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EraseRecords:
    """For good, out of the recycle bin: rows, search, tags. The audit trail keeps masked values."""

    label: ClassVar[Text] = Text("彻底清除档案", "Erase records")
    permission: ClassVar[str] = "{entity}.remove"
    entity: str
    records: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class MergeRecords:
    """Two records of the same thing: what refers to `other` refers to `kept` from now on.

    What `kept` does not say it takes from `other`.
    """

    label: ClassVar[Text] = Text("合并档案", "Merge two records")
    permission: ClassVar[str] = "{entity}.remove"
    about: ClassVar[str] = "{entity}/{kept}"
    entity: str
    kept: int
    other: int
    taken: tuple[str, ...] = ()
    """The fields whose values those of `other` replace."""
    kept_version: int = 0
    """As it was read when the two were compared; 0 where nobody compared them."""
    other_version: int = 0


@dataclass(frozen=True, slots=True)
class TagRecords:
    label: ClassVar[Text] = Text("设置标签", "Tag records")
    permission: ClassVar[str] = "{entity}.write"
    entity: str
    records: tuple[int, ...]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RevealFields:
    """Look at personal numbers unmasked; the person concerned can be told who did."""

    label: ClassVar[Text] = Text("查看隐私信息", "See personal numbers")
    permission: ClassVar[str] = "{entity}.unmask"
    about: ClassVar[str] = "{entity}/{record}"
    entity: str
    record: int
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SetCustomField:
    """Add a field to an entity, or change one; its type stays what it was."""

    label: ClassVar[Text] = Text("设置自定义字段", "Set a field of the site")
    permission: ClassVar[str] = "{entity}.configure"
    about: ClassVar[str] = "custom_fields/{entity}.{field}"
    entity: str
    field: str
    zh: str
    en: str
    type: str
    dictionary: str = ""
    unit: str = ""
    required: bool = False
    listed: bool = False
    position: int = 0
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class SaveView:
    label: ClassVar[Text] = Text("保存视图", "Save a view")
    permission: ClassVar[str] = "{entity}.read"
    about: ClassVar[str] = "saved_views/{entity}"
    entity: str
    name: str
    query: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class RemoveView:
    label: ClassVar[Text] = Text("删除视图", "Remove a view")
    permission: ClassVar[str] = OWN
    about: ClassVar[str] = "saved_views/{view}"
    view: int


COMMANDS: tuple[type, ...] = (
    CreateRecord,
    CreateRecords,
    ChangeRecord,
    ChangeRecords,
    RemoveRecords,
    RestoreRecords,
    EraseRecords,
    MergeRecords,
    TagRecords,
    RevealFields,
    SetCustomField,
    SaveView,
    RemoveView,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordCreated:
    entity: str
    record: int

    @property
    def answer(self) -> str:
        return str(self.record)


@dataclass(frozen=True, slots=True)
class RecordChanged:
    entity: str
    record: int


@dataclass(frozen=True, slots=True)
class RecordRemoved:
    entity: str
    record: int


@dataclass(frozen=True, slots=True)
class RecordRestored:
    entity: str
    record: int


@dataclass(frozen=True, slots=True)
class RecordErased:
    entity: str
    record: int


@dataclass(frozen=True, slots=True)
class RecordsMerged:
    entity: str
    kept: int
    other: int


@dataclass(frozen=True, slots=True)
class CustomFieldSet:
    entity: str
    field: str


@dataclass(frozen=True, slots=True)
class ViewsChanged:
    entity: str


Values = Mapping[str, object]
"""Canonical values, by field."""


def made(events: tuple[object, ...]) -> str | None:
    """The id of the record that a command has made, for whoever sent it."""
    created = [event for event in events if isinstance(event, RecordCreated)]
    return str(created[0].record) if len(created) == 1 else None
