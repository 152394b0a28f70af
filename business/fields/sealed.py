"""Columns of personal numbers that are encrypted at rest, and found by blind index (S-51).

    identity_number: Mapped[str | None] = sealed_column(identity_card())
    mobile: Mapped[str] = sealed_column(phone(), tail=last_four)

makes the columns `identity_number` and `identity_number_index`, `mobile`, `mobile_index` and `mobile_tail`.
Reads and writes of the attribute are plain text; the siblings follow by themselves. Comparing the attribute
would find nothing and is refused: queries say `where(equals(session, Person.mobile, "+8613800138000"))`.
A migration makes `mobile` a LargeBinary() and its siblings LargeBinary(16), each with an index. The siblings
follow the objects of a session; who inserts past those writes `indexes()` himself. The table has a primary
key of one column.

AES-256-GCM with the place of the column as associated data: a value does not open in another column, but one
row's value may be copied to another row by who can write the database. An index tells who cannot open the
values which rows hold the same value; a tail puts all rows in 10,000 classes, whose sizes show.
"""

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Dialect, Engine, LargeBinary, event
from sqlalchemy.orm import InstrumentedAttribute, MappedColumn, Mapper, Session, mapped_column
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from business.audit.changes import HIDDEN
from business.audit.model import DERIVED
from business.fields.field_type import FieldError, FieldType
from business.fields.keyring import INDEX_BYTES, Keyring, SealError

INDEX, TAIL = "index", "tail"
_keyrings: weakref.WeakKeyDictionary[Dialect, Keyring] = weakref.WeakKeyDictionary()


class KeyringMissing(SealError):
    """Raised when a sealed column is read or written in a process that was given no keys."""


def supply(engine: Engine, keyring: Keyring) -> None:
    """Let the sessions of the engine read and write sealed columns."""
    _keyrings[engine.dialect] = keyring


def keyring_of(bind: Engine | Connection | Dialect) -> Keyring:
    """The keys that were supplied. Raises KeyringMissing."""
    dialect = bind if isinstance(bind, Dialect) else bind.dialect
    try:
        return _keyrings[dialect]
    except KeyError:
        raise KeyringMissing(
            "sealed columns need the sealing keys, and this process was given none; "
            "supply(engine, keyring) once it is opened"
        ) from None


class Sealed(TypeDecorator[str]):
    """Text, sealed under the place of its column."""

    impl = LargeBinary
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Sealed values differ even where they are equal: all that can be asked is whether there is one."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            absent = op in {operators.is_, operators.is_not, operators.eq, operators.ne} and other == (None,)
            if not absent:
                raise TypeError(
                    "a sealed column can be compared with nothing but None: use equals() or ends()"
                )
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).seal(value, self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).open(bytes(value), self.place)


def sealed_column(
    kind: FieldType[str], *, tail: Callable[[str], str] | None = None, **column: Any
) -> MappedColumn[Any]:
    """The column of a sensitive type, and its siblings. `tail` takes the part that is searched alone."""
    info = {"audit": _masked(kind), "tail": tail}
    made = mapped_column(Sealed(), info=info, **column)
    event.listen(made.column, "after_parent_attach", _attached, propagate=True)
    return made


def _masked(kind: FieldType[str]) -> Callable[[str], str]:
    """What the trail shows. The mask knows canonical values only; anything else is hidden whole."""
    mask = kind.mask
    if mask is None:
        raise ValueError(f"{kind.name} has no mask, by which the trail could show it")

    def shown(text: str) -> str:
        try:
            return mask(text) if kind.parse(text) == text else HIDDEN
        except FieldError:
            return HIDDEN

    return shown


def _attached(column: Column[Any], table: Any) -> None:
    assert isinstance(column.type, Sealed)
    column.type.place = f"{table.name}.{column.name}"
    if column.info.get("siblings"):
        return  # a copy of a whole table, which brings them along
    column.info = {**column.info, "siblings": True}
    for part in (INDEX, TAIL) if column.info["tail"] else (INDEX,):
        sibling = Column(f"{column.name}_{part}", LargeBinary(INDEX_BYTES), index=True, info=DERIVED)
        table.append_column(sibling)


def indexes(column: Column[Any], text: str | None, keyring: Keyring) -> dict[str, bytes | None]:
    """What the siblings of a sealed column hold beside the text, by their names."""
    found: dict[str, bytes | None] = {}
    for part, cut in ((INDEX, _whole), (TAIL, column.info["tail"])):
        if cut:
            place = f"{_place(column)} {part}"
            found[f"{column.name}_{part}"] = None if text is None else keyring.index(cut(text), place)
    return found


def opened(column: Column[Any], sealed: bytes, keyring: Keyring) -> str:
    return keyring.open(sealed, _place(column))


def equals(session: Session, attribute: InstrumentedAttribute[Any], *texts: str) -> ColumnElement[bool]:
    """Rows whose sealed attribute holds one of these canonical texts."""
    return _found(session, attribute, texts, INDEX)


def ends(session: Session, attribute: InstrumentedAttribute[Any], tail: str) -> ColumnElement[bool]:
    """Rows whose sealed attribute has this tail, such as the last four digits of a telephone number."""
    return _found(session, attribute, (tail,), TAIL)


def _found(
    session: Session, attribute: InstrumentedAttribute[Any], texts: Sequence[str], part: str
) -> ColumnElement[bool]:
    column = attribute.property.columns[0]
    sibling = getattr(attribute.parent.entity, f"{column.name}_{part}")
    keyring = keyring_of(session.get_bind())
    purpose = f"{_place(column)} {part}"
    wanted: ColumnElement[bool] = sibling.in_(
        [one for text in texts for one in keyring.indexes(text, purpose)]
    )
    return wanted


def _place(column: Column[Any]) -> str:
    assert isinstance(column.type, Sealed)
    return column.type.place


def _whole(text: str) -> str:
    return text


def sealed_columns(columns: Any) -> list[Column[Any]]:
    return [column for column in columns if isinstance(column.type, Sealed)]


@event.listens_for(Mapper, "after_mapper_constructed")
def _follow(mapper: Mapper[Any], class_: type) -> None:
    """Siblings are written with the attribute."""
    if columns := sealed_columns(mapper.columns):

        def fill(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
            for column in columns:
                key = mapper.get_property_by_column(column).key
                if get_history(row, key, PASSIVE_NO_INITIALIZE).has_changes():
                    found = indexes(column, getattr(row, key), keyring_of(connection))
                    for name, value in found.items():
                        setattr(row, name, value)

        event.listen(class_, "before_insert", fill)
        event.listen(class_, "before_update", fill)
