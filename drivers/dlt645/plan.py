"""Which questions bring what the points of a template need, and where in the answers it stands. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.text import Text
from drivers import layout
from drivers.dlt645.edition import Edition
from drivers.driver import Quality
from drivers.questions import Found

BLOCK_END = 0xAA
"""Closes a block in the edition of 1997."""


@dataclass(frozen=True, slots=True)
class Item:
    """One point: behind which identifier it stands, and how it is read."""

    column: int
    identifier: int
    form: str
    field: int = 0
    bit: int | None = None
    bits: int = 1
    inverted: bool = False
    text: bool = False

    @property
    def size(self) -> int:
        return layout.size_of(self.form)

    def found(self, data: bytes, utc_offset_s: float) -> Found:
        """In the bytes behind the identifier, of which there are enough."""
        fields = layout.fields(self.form)
        at = sum(field.size for field in fields[: self.field])
        field = fields[self.field]
        part = data[at : at + field.size]
        try:
            if self.text:
                return math.nan, layout.text(field, part), Quality.GOOD
            value = layout.number(field, part, utc_offset_s)
        except layout.Unset:
            return math.nan, "", Quality.GOOD if self.text else Quality.BAD_NOT_READ
        except ValueError:
            return math.nan, "", Quality.BAD_SENSOR_FAULT
        if self.bit is not None:
            value = float(int(value) >> self.bit & (1 << self.bits) - 1)
            if self.inverted:
                value = 1.0 - value
        return value, "", Quality.GOOD


@dataclass(frozen=True, slots=True)
class Read:
    """One question. `parts` ask one by one for what it brings together; () where it is one already."""

    identifier: int
    items: tuple[tuple[int, Item], ...]
    """Where in the answer each of them begins."""
    utc_offset_s: float
    every_s: float = 0.0
    parts: tuple["Read", ...] = ()
    member: int = 0
    """Of a block: bytes of each of its members."""

    @property
    def columns(self) -> tuple[int, ...]:
        return tuple(item.column for _, item in self.items)

    def found(self, data: bytes) -> dict[int, Found] | Text:
        """A block may be shorter than asked for: a meter with two tariffs does not fill four."""
        if self.member:
            if len(data) % self.member == 1 and data[-1] == BLOCK_END:
                data = data[:-1]
            if not data or len(data) % self.member:
                return Text(
                    f"{len(data)} 字节不是每项 {self.member} 字节的整数倍",
                    f"{len(data)} bytes are no whole number of items of {self.member} bytes",
                )
        found: dict[int, Found] = {}
        for start, item in self.items:
            part = data[start : start + item.size]
            if len(part) >= item.size:
                found[item.column] = item.found(part, self.utc_offset_s)
            elif self.member:
                found[item.column] = math.nan, "", Quality.BAD_ADDRESS
            else:
                return Text(
                    f"{len(data)} 字节不足 {item.form} 所需的 {item.size} 字节",
                    f"{len(data)} bytes are too few for {item.form}, which takes {item.size}",
                )
        return found

    def shifted(self, steps: int) -> "Read":
        """The same question for other identifiers, so much further on; of a block its members too."""
        parts = tuple(part.shifted(steps) for part in self.parts)
        return replace(self, identifier=self.identifier + steps, parts=parts)


def plan(
    items: Sequence[Item],
    every_s: Sequence[float],
    edition: Edition,
    utc_offset_s: float,
    *,
    blocks: bool,
) -> tuple[Read, ...]:
    """In the order of the points; `every_s` belongs to the items, and each question is asked as often as the
    most impatient of its points wants."""
    asked: dict[int, list[tuple[Item, float]]] = {}
    for item, every in zip(items, every_s, strict=True):
        asked.setdefault(item.identifier, []).append((item, every))
    singles = {
        identifier: Read(
            identifier, tuple((0, item) for item, _ in wanted), utc_offset_s, min(s for _, s in wanted)
        )
        for identifier, wanted in asked.items()
    }
    families: dict[tuple[int, int], list[tuple[int, Read]]] = {}
    for identifier, single in singles.items():
        family = edition.family_of(identifier) if blocks else None
        size = layout.size_of(edition.layout_of(identifier) or "") if family is not None else 0
        if family is not None and all(item.size <= size for _, item in single.items):
            families.setdefault((family.block, size), []).append((family.index * size, single))
    joined: dict[int, Read] = {}
    for (block, size), members in families.items():
        if len(members) > 1:
            found = tuple((start, item) for start, part in members for _, item in part.items)
            parts = tuple(part for _, part in members)
            read = Read(block, found, utc_offset_s, min(part.every_s for part in parts), parts, size)
            joined |= dict.fromkeys((part.identifier for part in parts), read)
    return tuple(dict.fromkeys(joined.get(single.identifier, single) for single in singles.values()))
