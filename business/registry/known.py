"""What dictionaries and other records say of a value: each asked once a command, however long it is."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.dictionaries.queries import choices
from business.fields.field_type import FieldError
from business.registry.declare import RECORD_ID, Field
from business.registry.entity import Entities
from business.registry.finding import absent
from business.registry.messages import Raws
from business.registry.record import Record


class Known:
    """Call it with a field and a canonical value: None, or why the value cannot be."""

    def __init__(self, session: Session, entities: Entities) -> None:
        self._session = session
        self._entities = entities
        self._codes: dict[str, frozenset[str]] = {}
        self._records: dict[tuple[str, Any], Record | None] = {}
        """Held, so that the session finds them again."""

    def look_up(self, fields: Iterable[Field], rows: Iterable[Raws]) -> None:
        """Fetch at once all that the rows refer to."""
        rows = tuple(rows)
        for field in fields:
            if field.reference:
                model = self._entities[field.reference].model
                ids = {id_ for row in rows if (id_ := _id(row.get(field.name))) is not None}
                ids -= {id_ for entity, id_ in self._records if entity == field.reference}
                for record in self._session.scalars(select(model).where(model.id.in_(ids))) if ids else ():
                    self._records[field.reference, record.id] = record

    def __call__(self, field: Field, value: Any) -> str | None:
        if field.dictionary and value not in self._choices(field.dictionary):
            return said(
                f"字典 {field.dictionary} 中没有“{value}”",
                f"dictionary {field.dictionary} has no {value!r}",
            )
        if field.reference:
            record = self._record(field.reference, value)
            if record is None or record.removed_ns is not None:
                return absent(self._entities[field.reference], value)
        return None

    def _choices(self, dictionary: str) -> frozenset[str]:
        if dictionary not in self._codes:
            self._codes[dictionary] = frozenset(row.code for row in choices(self._session, dictionary))
        return self._codes[dictionary]

    def _record(self, entity: str, id_: Any) -> Record | None:
        key = entity, id_
        if key not in self._records:
            self._records[key] = self._session.get(self._entities[entity].model, id_)
        return self._records[key]


def _id(raw: object) -> int | None:
    """What cannot be one is told where the row is read."""
    try:
        return RECORD_ID.parse(raw)
    except FieldError:
        return None
