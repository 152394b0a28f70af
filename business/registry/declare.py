"""How an entity is declared: a mapped class whose columns say what they mean."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import MappedColumn, mapped_column

from actors.said import said
from business.audit.model import SECRET
from business.fields.field_type import FieldError, FieldType
from business.fields.sealed import sealed_column
from config.text import Text

FIELD = "field"
"""The key of a column's `info` under which its declaration stands."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Why a personal value is kept, on what ground, and how long (PIPL 17, 19, 28, 47).

    When it is erased, a required field is replaced by a name that tells nothing, any other is emptied.
    """

    purpose: Text
    consent: str = ""
    """The purpose, in the dictionary `consent_purpose`, to which the person has to agree apart from the
    contract; '' where the contract or the law is the ground."""
    keep_days: int | None = None
    """Days after the last dealing with the person until it is erased; None as long as the record is kept."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity."""

    name: str
    label: Text
    type: FieldType[Any]
    required: bool = False
    unique: bool = False
    """No two records outside the recycle bin have the same value."""
    distinct: bool = False
    """Two records that have the same one may be one thing twice, and are offered for merging."""
    searchable: bool = False
    """Found by the one search box."""
    listed: bool = False
    """A column of the list until somebody chooses others."""
    dictionary: str = ""
    """Its values are the codes of this dictionary."""
    reference: str = ""
    """Its values are the ids of records of this entity."""
    unit: str = ""
    sensitive: Sensitive | None = None
    masked: bool = False
    """Shown only in part until somebody with the permission asks for it and says why."""
    belongs: bool = False
    """Of a reference: the record goes when the one to which it refers is erased."""
    sealed: bool = False
    """Encrypted at rest: found by its whole value only."""
    derived: bool = False
    """Set by the program: shown and searched, never entered."""
    custom: bool = False
    """Added by the site."""
    group: Text | None = None
    """The heading of the form under which it stands."""
    hint: Text | None = None
    synonyms: tuple[str, ...] = ()
    """Other headings under which files keep it."""


def attribute(
    label: Text,
    kind: FieldType[Any],
    *,
    required: bool = False,
    index: bool = False,
    default: Any = None,
    **what: Any,
) -> MappedColumn[Any]:
    """A column of a mapped class that is a field of its entity; `what` are further members of `Field`."""
    declared = Field("", label, kind, required=required, **what)
    info: dict[str, Any] = {FIELD: declared}
    if declared.sensitive is not None:
        # What is erased one day must not stand in a trail that nobody may change.
        info["audit"] = kind.mask or SECRET["audit"]
    # What no two records share is looked for whenever one is written.
    index = index or declared.unique
    return mapped_column(kind.column(), nullable=not required, index=index, default=default, info=info)


def sealed(
    label: Text,
    kind: FieldType[str],
    sensitive: Sensitive,
    *,
    tail: Callable[[str], str] | None = None,
    **what: Any,
) -> MappedColumn[Any]:
    """A column of personal numbers, encrypted at rest, masked on screens."""
    column = sealed_column(kind, tail=tail)
    declared = Field("", label, kind, sensitive=sensitive, masked=True, sealed=True, **what)
    column.column.info[FIELD] = declared
    return column


def reference(
    label: Text, entity: str, table: str, *, required: bool = False, **what: Any
) -> MappedColumn[Any]:
    """A column with the id of another record."""
    declared = Field("", label, RECORD_ID, required=required, reference=entity, **what)
    return mapped_column(ForeignKey(f"{table}.id"), nullable=not required, index=True, info={FIELD: declared})


def coded(label: Text, dictionary: str, **what: Any) -> MappedColumn[Any]:
    """A column with the code of an entry of a dictionary."""
    return attribute(label, CODE, dictionary=dictionary, **what)


def _parse_code(value: object) -> str:
    if isinstance(value, str) and 0 < len(value.strip()) <= CODE_LENGTH:
        return value.strip()
    raise FieldError(
        said(
            f"“{value}” 不是字典项，请从列表中选择", f"{value!r} is no entry's code; choose one from the list"
        )
    )


def _parse_id(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and value.isascii() and value.isdecimal() and 0 < len(value) < 10:
        return int(value)
    raise FieldError(
        said(
            f"“{value}” 不是记录编号，请从列表中选择",
            f"{value!r} is no record's id; choose one from the list",
        )
    )


CODE_LENGTH = 64
CODE: FieldType[str] = FieldType(
    name="dictionary",
    label=Text("字典项", "Entry"),
    column=lambda: String(CODE_LENGTH),
    parse=_parse_code,
    show=lambda value, _language: value,
)
RECORD_ID: FieldType[int] = FieldType(
    name="reference",
    label=Text("关联记录", "Record"),
    column=Integer,
    parse=_parse_id,
    show=lambda value, _language: str(value),
)
