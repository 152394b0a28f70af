"""How many records hold a code of a dictionary: what is used is disabled, never removed."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from business.registry.columns import column_of
from business.registry.custom import fields_of
from business.registry.entity import Entities


def uses_in(entities: Entities) -> Callable[[Session, str, str], int]:
    """For the dictionaries: those in the recycle bin count too, they may come back."""

    def uses(session: Session, dictionary: str, code: str) -> int:
        found = 0
        for entity in entities:
            for field in fields_of(session, entity).values():
                if field.dictionary == dictionary:
                    query = select(func.count()).where(column_of(entity, field) == code)
                    found += session.scalar(query.select_from(entity.model)) or 0
        return found

    return uses
