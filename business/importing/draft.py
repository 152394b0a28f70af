"""One row on its way to a record."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from business.importing.messages import ImportRow
from business.registry.record import Record


class Fate(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(slots=True)
class Draft:
    row: ImportRow
    values: dict[str, Any]
    """Canonical values by field, as far as they are known by now."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Column, and the reason, said in both languages. A draft with problems goes no further."""
    record: Record | None = None
    """The record that is there, or the new one."""
    fate: Fate = Fate.CREATED

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append((column, reason))

    @property
    def is_new(self) -> bool:
        return self.fate is Fate.CREATED
