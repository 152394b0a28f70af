"""The values that one field takes: what is offered, and how an entered one is read."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from business.dictionaries.queries import choices
from business.registry.declare import Field
from hmi import words as common
from hmi.view import View

Offered = Mapping[str, tuple[tuple[str, str], ...]]
"""By field: the codes that may be chosen, with their labels."""


def offered(session: Session, view: View, fields: Mapping[str, Field]) -> Offered:
    """Of every field that has a fixed set of values."""
    known: dict[str, tuple[tuple[str, str], ...]] = {}
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, field in fields.items():
        if field.type.name == "boolean":
            found[name] = (("1", view.say(common.YES)), ("0", view.say(common.NO)))
        elif field.dictionary:
            if field.dictionary not in known:
                known[field.dictionary] = tuple(
                    (row.code, "　" * row.depth + row.label.in_language(view.language))
                    for row in choices(session, field.dictionary)
                )
            found[name] = known[field.dictionary]
    return found
