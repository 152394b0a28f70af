"""Commands and events of dictionaries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import SYSTEM
from config.text import Text

MANAGE = "dictionary.manage"
PERMISSIONS: Mapping[str, Text] = {MANAGE: Text("管理字典", "Manage dictionaries")}
DEFAULTS: Mapping[str, frozenset[str]] = {MANAGE: frozenset({SYSTEM})}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateDictionary:
    label: ClassVar[Text] = Text("新建字典", "Create a dictionary")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}"
    dictionary: str
    label_zh: str
    label_en: str


@dataclass(frozen=True, slots=True)
class RelabelDictionary:
    label: ClassVar[Text] = Text("修改字典名称", "Relabel a dictionary")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}"
    dictionary: str
    label_zh: str
    label_en: str


@dataclass(frozen=True, slots=True)
class RemoveDictionary:
    """One of one's own, with all its entries, when no record uses them."""

    label: ClassVar[Text] = Text("删除字典", "Remove a dictionary")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}"
    dictionary: str


@dataclass(frozen=True, slots=True)
class CreateDictionaryEntry:
    """It becomes the last of its siblings."""

    label: ClassVar[Text] = Text("新建字典项", "Create a dictionary entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}/{code}"
    dictionary: str
    code: str
    label_zh: str
    label_en: str
    colour: str = ""
    """A `Colour`."""
    parent: str = ""
    """Code of the entry above it; '' at the top."""


@dataclass(frozen=True, slots=True)
class ChangeDictionaryEntry:
    """All of it but its code, which records hold."""

    label: ClassVar[Text] = Text("修改字典项", "Change a dictionary entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}/{code}"
    dictionary: str
    code: str
    label_zh: str
    label_en: str
    colour: str
    parent: str


@dataclass(frozen=True, slots=True)
class MoveDictionaryEntry:
    """Among its siblings."""

    label: ClassVar[Text] = Text("调整字典项顺序", "Move a dictionary entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}/{code}"
    dictionary: str
    code: str
    before: str
    """Code of the sibling that it is to stand before; '' for the last place."""


@dataclass(frozen=True, slots=True)
class DisableDictionaryEntry:
    """Records keep it, and nobody can choose it any more."""

    label: ClassVar[Text] = Text("停用字典项", "Disable a dictionary entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}/{code}"
    dictionary: str
    code: str


@dataclass(frozen=True, slots=True)
class EnableDictionaryEntry:
    label: ClassVar[Text] = Text("恢复字典项", "Enable a dictionary entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}/{code}"
    dictionary: str
    code: str


@dataclass(frozen=True, slots=True)
class RemoveDictionaryEntry:
    """One of one's own that no record uses."""

    label: ClassVar[Text] = Text("删除字典项", "Remove a dictionary entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries/{dictionary}/{code}"
    dictionary: str
    code: str


@dataclass(frozen=True, slots=True)
class AddShippedEntries:
    """Write the dictionaries and entries of this program that are not there; what is there stays as it is."""

    label: ClassVar[Text] = Text("补充随附字典", "Add shipped dictionary entries")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "dictionaries"


COMMANDS: tuple[type, ...] = (
    CreateDictionary,
    RelabelDictionary,
    RemoveDictionary,
    CreateDictionaryEntry,
    ChangeDictionaryEntry,
    MoveDictionaryEntry,
    DisableDictionaryEntry,
    EnableDictionaryEntry,
    RemoveDictionaryEntry,
    AddShippedEntries,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DictionaryChanged:
    dictionary: str
