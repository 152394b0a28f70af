"""Values of records as a person reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from business.dictionaries.queries import labels
from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.entity import Entities
from business.registry.queries import referred
from business.registry.record import Record


@dataclass(frozen=True, slots=True)
class Texts:
    """What values need to be told, read once for many rows."""

    language: str
    labels: Mapping[str, Mapping[str, str]]
    """By dictionary and code."""
    titles: Mapping[str, Mapping[int, str]]
    """By entity and id."""

    def text(self, record: Record, field: Field, *, open_: bool = False) -> str:
        """The value as text, masked unless `open_`; '' where there is none."""
        value = value_of(record, field)
        if value is None:
            return ""
        if field.masked and field.type.mask is not None and not open_:
            return field.type.mask(value)
        return self.shown(field, value)

    def shown(self, field: Field, value: Any) -> str:
        if field.dictionary:
            return self.labels.get(field.dictionary, {}).get(value, str(value))
        if field.reference:
            return self.titles.get(field.reference, {}).get(value, f"#{value}")
        return field.type.show(value, self.language)


def texts(
    session: Session, entities: Entities, fields: Iterable[Field], rows: Iterable[Record], language: str
) -> Texts:
    fields = tuple(fields)
    dictionaries = {field.dictionary for field in fields if field.dictionary}
    return Texts(
        language,
        {name: labels(session, name, language) for name in dictionaries},
        referred(session, entities, fields, rows),
    )
