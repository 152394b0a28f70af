"""The cards of the registry: of every entity, what refers to the people and houses of a hit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from business.access import Reach
from business.property.around import Around, Card, Line, Told
from business.registry.entity import Entities, Entity
from business.registry.queries import visible
from business.registry.record import Record
from business.registry.texts import Texts, texts
from config.text import Text

SUBJECTS = ("house", "person", "company")
FACTS = 4
"""Fields of a record that a card tells beside its title."""


@dataclass(frozen=True)
class RegistryCard:
    entities: Entities
    entity: Entity

    @property
    def name(self) -> str:
        return self.entity.name

    @property
    def label(self) -> Text:
        return self.entity.label

    @property
    def permission(self) -> str:
        return self.entity.permission("read")

    def told(self, session: Session, reach: Reach, around: Around, language: str, most: int) -> Told:
        model = self.entity.model
        query = select(model).where(
            or_(*self._concerning(around)), visible(self.entity, reach), model.removed_ns.is_(None)
        )
        total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        kind = self.entity.kind
        column = self.entity.column(kind.order)
        query = query.order_by(column.desc() if kind.descending else column.asc(), model.id)
        rows = session.scalars(query.limit(most)).all()
        fields = self.entity.fields
        held = texts(session, self.entities, fields, rows, language)
        return Told(total, tuple(self._line(held, row) for row in rows))

    def _concerning(self, around: Around) -> Iterator[ColumnElement[bool]]:
        yield self.entity.model.id.in_(around.ids(self.entity.name))
        for field in self.entity.fields:
            if around.ids(field.reference):
                yield self.entity.column(field.name).in_(around.ids(field.reference))

    def _line(self, held: Texts, row: Record) -> Line:
        kind = self.entity.kind
        title = [self.entity.by_name[name] for name in kind.title]
        listed = [one for one in self.entity.fields if one.listed and (one not in title or not kind.has_page)]
        facts = [(one.label, f"{text} {one.unit}".strip()) for one in listed if (text := held.text(row, one))]
        if kind.has_page:
            own = " ".join(held.text(row, one) for one in title)
        else:  # a span of days is called by whom and what it is about, not by its first day
            own = " ".join(text for _, text in facts[:TOLD_IN_TITLE])
            del facts[:TOLD_IN_TITLE]
        until: Any = getattr(row, "until", None)
        over = isinstance(until, date)
        return Line(own, f"/{self.entity.name}/{row.id}", tuple(facts[:FACTS]), over)


TOLD_IN_TITLE = 2
"""Facts that make the title of a record without one of its own."""


def registry_cards(entities: Entities) -> tuple[Card, ...]:
    """Of every entity that is a person, a house or a company, or refers to one."""
    subjects = [entities[name] for name in SUBJECTS]
    others = [
        entity
        for entity in entities
        if entity not in subjects and any(field.reference in SUBJECTS for field in entity.fields)
    ]
    others.sort(key=lambda entity: entity.kind.has_page)
    return tuple(RegistryCard(entities, entity) for entity in (*subjects, *others))
