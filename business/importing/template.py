"""An empty file to fill in: the columns of an entity, as text, with its dictionaries to choose from."""

from collections.abc import Iterable
from typing import Any, BinaryIO, Final

from sqlalchemy.orm import Session
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from business.dictionaries.queries import choices
from business.exchange.columns import Column
from business.exchange.xlsx_file import sheet_name
from business.importing.columns import columns
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from config.text import Text

ROWS: Final = 2_000
"""Rows beneath the heading that offer the entries of dictionaries."""
WIDTH: Final = 18
LIST_LENGTH: Final = 255
"""Characters of the longest list that Excel offers in a cell."""
NOTES = Text("填写说明", "Notes")
COLUMN = Text("列", "Column")
REQUIRED = Text("必填", "Required")
WRITE = Text("怎样填写", "What to write")
YES = Text("是", "yes")
SEVERAL = Text("可写多个，用顿号分隔，如 张三(60%)、李四(40%)", "several, as in Zhang San(60%)、Li Si(40%)")
RECORD = Text(
    "已登记的{what}：名称或编号；重名时写姓名和手机号",
    "a record of {what}: its name or number; with a telephone number where names are alike",
)


def write_template(
    target: BinaryIO,
    session: Session,
    entities: Entities,
    entity: Entity,
    special: Iterable[Column],
    language: str,
) -> None:
    """A sheet with the headings, and one that says what may stand beneath them."""
    fields = fields_of(session, entity)
    with Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(sheet_name(entity.label.in_language(language)))
        notes = book.add_worksheet(sheet_name(NOTES.in_language(language)))
        heading = book.add_format({"bold": True, "bg_color": "#E8E8E8", "border": 1})
        text = book.add_format({"num_format": "@"})
        notes.write_row(0, 0, [one.in_language(language) for one in (COLUMN, REQUIRED, WRITE)], heading)
        notes.set_column(0, 1, WIDTH)
        notes.set_column(2, 2, 4 * WIDTH)
        for place, column in enumerate(columns(session, entity, special)):
            field = fields.get(column.name)
            label = column.label.in_language(language)
            must = field is not None and field.required
            sheet.write_string(0, place, f"{label}*" if must else label, heading)
            options = _options(session, field, language)
            if options and len(",".join(options)) <= LIST_LENGTH:
                sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": options})
            said = _said(entities, column, field, options, language)
            notes.write_row(place + 1, 0, [label, YES.in_language(language) if must else "", said])
            sheet.set_column(place, place, WIDTH, text)
        sheet.freeze_panes(1, 0)


def _options(session: Session, field: Field | None, language: str) -> list[str]:
    if field is None or not field.dictionary:
        return []
    return [one.label.in_language(language) for one in choices(session, field.dictionary)]


def _said(entities: Entities, column: Column, field: Field | None, options: list[str], language: str) -> str:
    if column.many:
        return SEVERAL.in_language(language)
    if options:
        return "、".join(options)
    if field is not None and field.reference:
        what: Any = entities[field.reference].label.in_language(language)
        return RECORD.in_language(language).format(what=what)
    unit = f" {field.unit}" if field is not None and field.unit else ""
    hint = f"，{field.hint.in_language(language)}" if field is not None and field.hint else ""
    return f"{column.type.label.in_language(language)}{unit}{hint}"
