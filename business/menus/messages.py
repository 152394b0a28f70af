"""Commands and events of menus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import SYSTEM
from config.text import Text

MANAGE = "menu.manage"
PERMISSIONS: Mapping[str, Text] = {MANAGE: Text("管理菜单", "Manage the menu")}
DEFAULTS: Mapping[str, frozenset[str]] = {MANAGE: frozenset({SYSTEM})}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeMenuEntry:
    """How a page or an own link stands in the menu."""

    label: ClassVar[Text] = Text("修改菜单项", "Change a menu entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "menu_entries/{path}"
    path: str
    label_zh: str
    """'' for the label that the page comes with."""
    label_en: str
    section: str | None
    """Name of the heading it stands under; '' for none, None for the one it comes with."""
    hidden: bool
    roles: tuple[str, ...]
    """Names of the roles that see it; none for all."""


@dataclass(frozen=True, slots=True)
class AddMenuLink:
    """To a page of this site, or to another site by https."""

    label: ClassVar[Text] = Text("新建菜单链接", "Add a link to the menu")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "menu_entries/{path}"
    path: str
    label_zh: str
    label_en: str
    section: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResetMenuEntry:
    """An own link goes; a page stands as it came."""

    label: ClassVar[Text] = Text("还原菜单项", "Reset a menu entry")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "menu_entries/{path}"
    path: str


@dataclass(frozen=True, slots=True)
class OrderMenu:
    """All entries in their order, as a page shows them; what is not named comes where it came."""

    label: ClassVar[Text] = Text("调整菜单顺序", "Order the menu")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "menu_entries"
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateMenuSection:
    label: ClassVar[Text] = Text("新建菜单分组", "Create a menu section")
    permission: ClassVar[str] = MANAGE
    label_zh: str
    label_en: str


@dataclass(frozen=True, slots=True)
class RelabelMenuSection:
    label: ClassVar[Text] = Text("修改菜单分组名称", "Relabel a menu section")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "menu_sections/{section}"
    section: str
    label_zh: str
    """'' for the label that the section comes with."""
    label_en: str


@dataclass(frozen=True, slots=True)
class OrderMenuSections:
    """All headings in their order."""

    label: ClassVar[Text] = Text("调整菜单分组顺序", "Order the menu sections")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "menu_sections"
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResetMenuSection:
    """An own section goes, and its entries stand where they came; one of the program's stands as it came."""

    label: ClassVar[Text] = Text("还原菜单分组", "Reset a menu section")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "menu_sections/{section}"
    section: str


COMMANDS: tuple[type, ...] = (
    ChangeMenuEntry,
    AddMenuLink,
    ResetMenuEntry,
    OrderMenu,
    CreateMenuSection,
    RelabelMenuSection,
    OrderMenuSections,
    ResetMenuSection,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MenuChanged:
    pass
