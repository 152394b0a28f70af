"""Commands and events of printing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import SYSTEM
from config.text import Text

MANAGE = "printing.manage"
PERMISSIONS: Mapping[str, Text] = {MANAGE: Text("管理打印模板", "Manage print templates")}
DEFAULTS: Mapping[str, frozenset[str]] = {MANAGE: frozenset({SYSTEM})}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreatePrintTemplate:
    """With its first version, which must print its sample."""

    label: ClassVar[Text] = Text("新建打印模板", "Create a print template")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates/{template}"
    template: str
    label_zh: str
    label_en: str
    sample: str
    """A JSON object: its names are the placeholders."""
    source: str


@dataclass(frozen=True, slots=True)
class DescribePrintTemplate:
    """Its labels and its sample, which the version in use must print."""

    label: ClassVar[Text] = Text("修改打印模板说明", "Describe a print template")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates/{template}"
    template: str
    label_zh: str
    label_en: str
    sample: str


@dataclass(frozen=True, slots=True)
class SavePrintVersion:
    """A new version, from now on the one in use; it must print the sample."""

    label: ClassVar[Text] = Text("保存打印模板新版本", "Save a version of a print template")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates/{template}"
    template: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class UsePrintVersion:
    """An older version, or a newer one again; it must print the sample."""

    label: ClassVar[Text] = Text("切换打印模板版本", "Use a version of a print template")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates/{template}"
    template: str
    number: int


@dataclass(frozen=True, slots=True)
class DisablePrintTemplate:
    """Nothing is printed by it any more."""

    label: ClassVar[Text] = Text("停用打印模板", "Disable a print template")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates/{template}"
    template: str


@dataclass(frozen=True, slots=True)
class EnablePrintTemplate:
    label: ClassVar[Text] = Text("恢复打印模板", "Enable a print template")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates/{template}"
    template: str


@dataclass(frozen=True, slots=True)
class RemovePrintTemplate:
    """One of one's own, with all its versions."""

    label: ClassVar[Text] = Text("删除打印模板", "Remove a print template")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates/{template}"
    template: str


@dataclass(frozen=True, slots=True)
class AddShippedTemplates:
    """Write the templates of this program that are not there, and newer versions of those that are.

    A newer version comes into use unless a version of one's own is in use.
    """

    label: ClassVar[Text] = Text("补充随附打印模板", "Add shipped print templates")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "print_templates"


COMMANDS: tuple[type, ...] = (
    CreatePrintTemplate,
    DescribePrintTemplate,
    SavePrintVersion,
    UsePrintVersion,
    DisablePrintTemplate,
    EnablePrintTemplate,
    RemovePrintTemplate,
    AddShippedTemplates,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrintTemplateChanged:
    template: str
