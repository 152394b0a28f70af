"""Commands and events of numbering."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import SYSTEM
from config.text import Text

MANAGE = "numbering.manage"
PERMISSIONS: Mapping[str, Text] = {MANAGE: Text("管理编号规则", "Manage numbering rules")}
DEFAULTS: Mapping[str, frozenset[str]] = {MANAGE: frozenset({SYSTEM})}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateNumberingRule:
    label: ClassVar[Text] = Text("新建编号规则", "Create a numbering rule")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "numbering_rules/{rule}"
    rule: str
    label_zh: str
    label_en: str
    pattern: str
    reset: str
    """A `Reset`."""
    per_project: bool = False


@dataclass(frozen=True, slots=True)
class ChangeNumberingRule:
    """From the next number on; numbers already given stay as they are and do not come again."""

    label: ClassVar[Text] = Text("修改编号规则", "Change a numbering rule")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "numbering_rules/{rule}"
    rule: str
    label_zh: str
    label_en: str
    pattern: str
    reset: str
    per_project: bool


@dataclass(frozen=True, slots=True)
class RemoveNumberingRule:
    """One of one's own that has given no number yet."""

    label: ClassVar[Text] = Text("删除编号规则", "Remove a numbering rule")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "numbering_rules/{rule}"
    rule: str


@dataclass(frozen=True, slots=True)
class AddShippedRules:
    """Write the rules of this program that are not there; what is there stays as it is."""

    label: ClassVar[Text] = Text("补充随附编号规则", "Add shipped numbering rules")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "numbering_rules"


COMMANDS: tuple[type, ...] = (CreateNumberingRule, ChangeNumberingRule, RemoveNumberingRule, AddShippedRules)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NumberingRuleChanged:
    rule: str
