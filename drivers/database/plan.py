"""What the points of a template want of a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal
from zoneinfo import ZoneInfo

from config.site import PointKind, Template
from drivers import plain
from drivers.database.schema import Condition, Fact, Options, Source
from drivers.driver import Quality, Value

Cells = Mapping[str, object]
"""A row: column -> value; texts are decoded."""


@dataclass(frozen=True, slots=True)
class Row:
    mark: float
    """Its watermark."""
    time_ns: int | None
    """Its own time, UTC; None where it has none, or none that can be read."""
    cells: Cells


@dataclass(frozen=True, slots=True)
class Wanted:
    """One point."""

    id: str
    kind: Literal["value", "count", "sum", "fact"]
    column: str
    is_text: bool
    words: Mapping[str, float]
    where: Sequence[tuple[str, frozenset[str]]]
    fact: Fact | None

    @classmethod
    def of(cls, id_: str, source: Source, *, is_text: bool) -> "Wanted":
        column = source.column or source.text or source.sum or ""
        kind: Literal["value", "count", "sum", "fact"] = "value"
        if source.fact is not None:
            kind = "fact"
        elif source.count or source.sum:
            kind = "count" if source.count else "sum"
        text = is_text or source.text is not None
        return cls(id_, kind, column, text, source.map, tuple(map(_held, source.where)), source.fact)

    @property
    def columns(self) -> Iterable[str]:
        return [*([self.column] if self.column else []), *(column for column, _ in self.where)]

    def concerns(self, cells: Cells) -> bool:
        return all(plain.text(cells.get(column)) in held for column, held in self.where)

    def value(self, cells: Cells) -> tuple[Value, int]:
        if self.is_text:
            return plain.text(cells.get(self.column)), Quality.GOOD
        return plain.number(cells.get(self.column), self.words)


class Plan:
    """One for all devices of a template."""

    def __init__(self, template: Template) -> None:
        assert isinstance(template.options, Options)
        self.options = template.options
        self.zone = ZoneInfo(template.options.zone)
        self.points: list[Wanted] = []
        for point in template.points:
            assert isinstance(point.source, Source)
            self.points.append(Wanted.of(point.id, point.source, is_text=point.kind is PointKind.TEXT))
        self.texts = frozenset(at for at, point in enumerate(self.points) if point.is_text)
        wanted = {column for point in self.points for column in point.columns}
        self.columns = frozenset(wanted)
        """What the points need, besides what makes a row."""
        options = self.options
        self.table = float(_hash([options.table or options.query, options.watermark, options.by]) >> 8)
        """Another number for another table, exact as a float."""
        self._telling = sorted({*wanted, *self.options.key, *filter(None, (self.options.time,))})

    def identity(self, row: Row) -> int:
        """Equal for a row that is the same one: by its key, by its watermark where it has none."""
        if self.options.key:
            return _hash([plain.text(row.cells.get(column)) for column in self.options.key])
        return _hash([repr(row.mark)])

    def fingerprint(self, row: Row) -> int:
        """Equal for a row that has not changed."""
        return _hash([repr(row.mark), *(plain.text(row.cells.get(column)) for column in self._telling)])


def _held(condition: Condition) -> tuple[str, frozenset[str]]:
    return condition.column, frozenset(map(plain.text, condition.one_of))


def _hash(parts: Iterable[str]) -> int:
    return int.from_bytes(blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=7).digest(), "big")
