"""Which questions bring what the points of a template need, and where in the answers it stands. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from config.text import Text
from drivers import layout
from drivers.cjt188.layouts import (
    SETTLED,
    SETTLES,
    VALVE_BITS,
    VALVE_OUT_OF_ORDER,
    VALVE_STATES,
    Place,
    Quantity,
)
from drivers.cjt188.units import Unit, converted
from drivers.driver import Quality
from drivers.questions import Found


class As(StrEnum):
    """How a point reads its place."""

    VALUE = "value"
    TEXT = "text"
    VALVE = "valve"
    DRIFT = "drift"
    """Of a clock: how far it is ahead of ours, in seconds."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What all items of a template share."""

    utc_offset_s: float
    unit_first: bool
    wall_ns: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Item:
    """One point."""

    column: int
    place: Place
    target: Unit | None = None
    """The point's own unit, of an amount."""
    assumed: Unit | None = None
    bit: int | None = None
    bits: int = 1
    read_as: As = As.VALUE

    @property
    def end(self) -> int:
        return self.place.at + self.field.size + (self.target is not None)

    @property
    def field(self) -> layout.Field:
        return layout.fields(self.place.form)[0]

    def found(self, data: bytes, reader: Reader) -> Found:
        """In the bytes behind the serial number, of which there are enough."""
        try:
            return self._found(data[self.place.at : self.end], reader)
        except layout.Unset:
            return math.nan, "", Quality.BAD_NOT_READ
        except ValueError:
            return math.nan, "", Quality.BAD_SENSOR_FAULT

    def _found(self, part: bytes, reader: Reader) -> Found:
        field = self.field
        if self.read_as is As.TEXT:
            return math.nan, layout.text(field, part), Quality.GOOD
        if self.target is not None:
            code, amount = (part[0], part[1:]) if reader.unit_first else (part[-1], part[:-1])
            value = layout.number(field, amount, reader.utc_offset_s)
            return converted(value, code, self.target, self.assumed), "", Quality.GOOD
        value = layout.number(field, part, reader.utc_offset_s)
        if self.read_as is As.DRIFT:
            value = round(value - reader.wall_ns() / 1e9, 1)
        if self.bit is not None:
            value = float(int(value) >> self.bit & (1 << self.bits) - 1)
        if self.read_as is As.VALVE:
            value = VALVE_STATES.get(int(value) & (1 << VALVE_BITS[1]) - 1, VALVE_OUT_OF_ORDER)
        return value, "", Quality.GOOD


@dataclass(frozen=True, slots=True)
class Read:
    """One question."""

    identifier: int
    items: tuple[Item, ...]
    reader: Reader
    every_s: float = 0.0
    parts: tuple["Read", ...] = ()

    @property
    def columns(self) -> tuple[int, ...]:
        return tuple(item.column for item in self.items)

    def found(self, data: bytes) -> dict[int, Found] | Text:
        """Makers leave the last values out, which is well; an answer that ends within one is none."""
        found: dict[int, Found] = {}
        for item in self.items:
            if len(data) >= item.end:
                found[item.column] = item.found(data, self.reader)
            elif len(data) > item.place.at:
                return Text(
                    f"应答只有 {len(data)} 字节，止于自第 {item.place.at} 字节起的 {item.place.form} 之中；"
                    "若此型表计就是如此，请去掉该测点，或用 at 另给位置",
                    f"it ends after {len(data)} bytes, within {item.place.form} from {item.place.at} on; "
                    "if this meter is made so, leave that point out or give it a place with at",
                )
            else:
                found[item.column] = math.nan, "", Quality.BAD_ADDRESS
        if all(quality == Quality.BAD_ADDRESS for _, _, quality in found.values()):
            return Text(
                f"只有 {len(data)} 字节，不足以给出任何一个测点",
                f"it has {len(data)} bytes, too few for any of the points",
            )
        return found


def plan(items: Sequence[Item], every_s: Sequence[float], reader: Reader) -> tuple[Read, ...]:
    """One question for each identifier, asked as often as the most impatient of its points wants."""
    asked: dict[int, list[tuple[Item, float]]] = {}
    for item, every in zip(items, every_s, strict=True):
        asked.setdefault(item.place.identifier, []).append((item, every))
    return tuple(
        Read(identifier, tuple(item for item, _ in wanted), reader, min(s for _, s in wanted))
        for identifier, wanted in asked.items()
    )


def settled_read(items: Sequence[Item], quantities: Sequence[Quantity | None], reader: Reader) -> Read | None:
    """The question for what the meter showed at its last settlement, of which it keeps one amount."""
    found = []
    for item, quantity in zip(items, quantities, strict=True):
        dimension = SETTLES.get(quantity) if quantity is not None else None
        if dimension is not None:
            found.append(replace(item, place=Place(SETTLED, 0, item.place.form, dimension)))
    return Read(SETTLED, tuple(found), reader) if found else None
