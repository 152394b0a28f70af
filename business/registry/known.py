"""What dictionaries and other records say of a value: each asked once a command, however long it is."""

from typing import Any

from sqlalchemy.orm import Session

from actors.said import said
from business.dictionaries.queries import choices
from business.registry.declare import Field
from business.registry.entity import Entities
from business.registry.finding import absent
from business.registry.record import Record


class Known:
    """Call it with a field and a canonical value: None, or why the value cannot be."""

    def __init__(self, session: Session, entities: Entities) -> None:
        self._session = session
        self._entities = entities
        self._codes: dict[str, frozenset[str]] = {}
        self._records: dict[tuple[str, Any], Record | None] = {}
        """Held, so that the session finds them again."""

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
