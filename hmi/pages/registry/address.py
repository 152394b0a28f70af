"""The address of a list: what it says is what is shown, so that a list can be kept, sent and gone back to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from business.registry.conditions import MOST, Condition, Operator
from business.registry.paging import cursor
from business.registry.queries import PAGE, Wanted

_PART = "\x1f"
TEXT_LENGTH = 200
COUNTS = (20, PAGE, 100, 200)
"""How many records a page may show (S1-1.8a)."""


@dataclass(frozen=True, slots=True)
class Address:
    """The query part of a list's address."""

    text: str = ""
    conditions: tuple[Condition, ...] = ()
    tag: str = ""
    sort: str = ""
    """The field; after '-' descending."""
    columns: tuple[str, ...] = ()
    """Those of the entity when empty."""
    after: str = ""
    removed: bool = False
    count: int = PAGE
    """Records of one page."""

    @classmethod
    def read(cls, query: QueryParams) -> Self:
        """Whatever is in it; what makes no sense is left out."""
        return cls(
            text=query.get("q", "")[:TEXT_LENGTH],
            conditions=tuple(_conditions(query.getlist("f")[:MOST])),
            tag=query.get("tag", "")[:TEXT_LENGTH],
            sort=query.get("sort", "")[:TEXT_LENGTH],
            columns=tuple(one[:TEXT_LENGTH] for one in query.getlist("column")[:60]),
            after=query.get("after", "")[:2_000],
            removed=query.get("removed", "") == "1",
            count=next((one for one in COUNTS if str(one) == query.get("count")), PAGE),
        )

    def query(self, *, without_page: bool = True) -> str:
        pairs = self.pairs()
        if self.after and not without_page:
            pairs.append(("after", self.after))
        return urlencode(pairs)

    def pairs(self) -> list[tuple[str, str]]:
        """All but the place within the list."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [("f", _PART.join((one.field, one.operator, one.value))) for one in self.conditions]
        pairs += [("tag", self.tag)] if self.tag else []
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("column", one) for one in self.columns]
        pairs += [("removed", "1")] if self.removed else []
        pairs += [("count", str(self.count))] if self.count != PAGE else []
        return pairs

    def wanted(self, limit: int = 0) -> Wanted:
        """Raises CursorRefused."""
        return Wanted(
            conditions=self.conditions,
            text=self.text,
            tags=(self.tag,) if self.tag else (),
            removed=self.removed,
            sort=self.sort.removeprefix("-"),
            descending=self.sort.startswith("-") if self.sort else None,
            after=cursor(self.after) if self.after else None,
            limit=limit or self.count,
        )

    def with_condition(self, condition: Condition) -> "Address":
        others = tuple(one for one in self.conditions if one != condition)
        return replace(self, conditions=(*others, condition), after="")

    def without(self, condition: Condition) -> "Address":
        return replace(self, conditions=tuple(one for one in self.conditions if one != condition), after="")

    def with_tag(self, tag: str) -> "Address":
        return replace(self, tag=tag, after="")

    def without_tag(self) -> "Address":
        return replace(self, tag="", after="")

    def with_columns(self, columns: tuple[str, ...]) -> "Address":
        return replace(self, columns=columns, after="")

    def ordered(self, sort: str, count: int) -> "Address":
        return replace(self, sort=sort, count=count, after="")

    def sorted_by(self, field: str) -> "Address":
        """By the field; a second time the other way round."""
        return replace(self, sort=f"-{field}" if self.sort == field else field, after="")

    def at(self, after: str) -> "Address":
        return replace(self, after=after)


def _conditions(texts: Iterable[str]) -> Iterable[Condition]:
    for text in texts:
        parts = text.split(_PART)
        if len(parts) == 3 and parts[1] in set(Operator):
            yield Condition(parts[0][:64], Operator(parts[1]), parts[2][:TEXT_LENGTH])
