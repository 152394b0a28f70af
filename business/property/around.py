"""What one hit concerns: the people, houses and companies around it, and what others know of them (B16)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from business.access import Reach
from business.property.living import Ownership, Stay
from business.registry.entity import Entity
from business.registry.record import Record
from config.text import Text


@dataclass(frozen=True, slots=True)
class Around:
    """Ids; the houses of somebody are those in which he lives or that he owns, now."""

    persons: frozenset[int] = field(default_factory=frozenset)
    houses: frozenset[int] = field(default_factory=frozenset)
    companies: frozenset[int] = field(default_factory=frozenset)

    def ids(self, entity: str) -> frozenset[int]:
        of = {"person": self.persons, "house": self.houses, "company": self.companies}
        return of.get(entity, frozenset())


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a card tells: what it is called, what else is to be said, and where more stands."""

    title: str
    path: str
    facts: tuple[tuple[Text, str], ...] = ()
    is_over: bool = False
    """It no longer counts: an ended stay, a settled complaint."""


@dataclass(frozen=True, slots=True)
class Told:
    total: int
    lines: tuple[Line, ...]


class Card(Protocol):
    """What a module tells about somebody or a house. It is named in `business.cards: CARDS`, nothing else."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> Text: ...

    @property
    def permission(self) -> str:
        """Who may not do this is not shown the card."""

    def told(self, session: Session, reach: Reach, around: Around, language: str, most: int) -> Told:
        """At most `most` lines, the latest first; `reach` is how far the reader has the permission."""


def around(session: Session, entity: Entity, record: Record) -> Around:
    """What a record is about, and who and what belongs together through that."""
    named: dict[str, set[int]] = {"person": set(), "house": set(), "company": set()}
    if entity.name in named:
        named[entity.name].add(record.id)
    for one in entity.fields:
        if one.reference in named and (id_ := getattr(record, one.name)) is not None:
            named[one.reference].add(id_)
    if named["house"]:
        for row in _links(session, house_ids=named["house"]):
            for name in ("person", "company"):
                if (id_ := getattr(row, f"{name}_id", None)) is not None:
                    named[name].add(id_)
    elif named["person"] or named["company"]:
        rows = _links(session, person_ids=named["person"], company_ids=named["company"])
        named["house"] = {row.house_id for row in rows}
    return Around(frozenset(named["person"]), frozenset(named["house"]), frozenset(named["company"]))


def _links(
    session: Session,
    *,
    house_ids: Iterable[int] = (),
    person_ids: Iterable[int] = (),
    company_ids: Iterable[int] = (),
) -> list[Any]:
    """Ownerships and stays that last."""
    found: list[Any] = []
    for model in (Ownership, Stay):
        ways = [model.house_id.in_(house_ids), model.person_id.in_(person_ids)]
        if model is Ownership:
            ways.append(Ownership.company_id.in_(company_ids))
        query = select(model).where(or_(*ways), model.until.is_(None), model.removed_ns.is_(None))
        found.extend(session.scalars(query.limit(LINKS)))
    return found


LINKS = 100
"""Owners and residents of one hit: a collective household has many, a company may own a whole estate."""
