"""Records as the data of print templates: a card of one, a list of many; personal numbers stay masked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from business.access import Reach
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.queries import Wanted, page, related, titles
from business.registry.record import Record
from business.registry.texts import Texts, texts

CARD, LIST = "register_card", "list"
"""Names of the shipped templates."""
MOST_ROWS = 1_000
"""Records of one printed list."""
RELATED_ROWS = 20
_NUMBERS = frozenset({"integer", "decimal", "money", "area", "percent"})
_NOT_PRINTED = frozenset({"files"})


def card(
    session: Session,
    entities: Entities,
    entity: Entity,
    record: Record,
    reaches: Mapping[str, Reach],
    language: str,
    printed: str,
) -> dict[str, Any]:
    """One record with what refers to it, as far as `reaches` says by entity."""
    fields = [one for one in fields_of(session, entity).values() if one.type.name not in _NOT_PRINTED]
    held = texts(session, entities, fields, [record], language)
    remark = next((one for one in fields if one.name == "remark"), None)
    tables = []
    for found in related(session, entities, entity, reaches, record.id, RELATED_ROWS):
        if found.page.rows:
            columns = [one for one in found.entity.fields if one.listed and one is not found.field]
            rows = texts(session, entities, columns, found.page.rows, language)
            tables.append(
                {
                    "title": found.entity.label.in_language(language),
                    "columns": [one.label.in_language(language) for one in columns],
                    "rows": _rows(rows, found.page.rows, columns),
                }
            )
    return {
        "title": titles(session, entity, [record.id])[record.id],
        "subtitle": entity.label.in_language(language),
        "code": {"qr": f"{entity.name}/{record.id}"},
        "fields": [
            {"label": one.label.in_language(language), "value": text}
            for one in fields
            if one is not remark and (text := _told(held, record, one))
        ],
        "tables": tables,
        "note": held.text(record, remark) if remark is not None else "",
        "printed": printed,
    }


def listed(
    session: Session,
    entities: Entities,
    entity: Entity,
    reach: Reach,
    wanted: Wanted,
    columns: Sequence[str],
    language: str,
    printed: str,
) -> dict[str, Any]:
    """The records wanted, at most `wanted.limit`. Raises ConditionRefused."""
    fields = fields_of(session, entity)
    shown = [fields[one] for one in columns if one in fields] or [
        one for one in fields.values() if one.listed
    ]
    shown = [one for one in shown if one.type.name not in _NOT_PRINTED]
    rows = page(session, entity, reach, wanted).rows
    held = texts(session, entities, shown, rows, language)
    return {
        "title": entity.label.in_language(language),
        "columns": [
            {
                "label": f"{one.label.in_language(language)}{f'（{one.unit}）' if one.unit else ''}",
                "width": 1 if one.type.name in _NUMBERS else 2,
                "right": one.type.name in _NUMBERS,
            }
            for one in shown
        ],
        "rows": _rows(held, rows, shown),
        "printed": printed,
    }


def _rows(held: Texts, rows: Iterable[Record], fields: Sequence[Field]) -> list[list[str]]:
    return [[held.text(row, one) for one in fields] for row in rows]


def _told(held: Texts, record: Record, field: Field) -> str:
    text = held.text(record, field)
    return f"{text} {field.unit}" if text and field.unit else text
