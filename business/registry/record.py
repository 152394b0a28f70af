"""What every record of the registry has, whatever it is a record of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ColumnElement, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from business.access.person import Reach
from business.database import Base
from config.text import Text

EXTERNAL_ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Kind:
    """What an entity is called, and how one of its records is."""

    name: str
    """Identifier: in permissions, addresses and files."""
    label: Text
    title: tuple[str, ...]
    """The fields that name a record, in this order."""
    order: str
    """The field by which lists are sorted until somebody sorts them otherwise."""
    descending: bool = False
    within: str = ""
    """The field with the record within which it is, and whose scope is its own."""
    together: tuple[str, ...] = ()
    """The fields that together no two records outside the recycle bin share, the most telling first."""
    known_by: tuple[tuple[str, ...], ...] = ()
    """Further fields by which a file means a record that is there, the surest first."""
    called: tuple[str, ...] = ()
    """The fields by which files mention it where others refer to it; its title when empty."""
    called_openly: tuple[str, ...] = ()
    """The same in files that show personal numbers."""
    tells_of: str = ""
    """The field with the record whose subtitle in the search follows from this one."""
    until: str = ""
    """The field with the day from which on it no longer holds; '' for what holds until it is removed."""
    has_page: bool = True
    """Whether the menu leads to its list; others are met inside the records that they belong to."""


class Record(Base):
    """The columns that all entities share. Who writes them is the registry's service alone."""

    __abstract__ = True
    kind: ClassVar[Kind]

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("scopes.id"), index=True)
    """The project or building to which it belongs: who may see it follows from that."""
    external_id: Mapped[str | None] = mapped_column(String(EXTERNAL_ID_LENGTH), default=None)
    """Its name in the system from which it was imported: a second import finds it again."""
    version: Mapped[int]
    created_ns: Mapped[int] = mapped_column(BigInteger)
    changed_ns: Mapped[int] = mapped_column(BigInteger)
    removed_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Since when it lies in the recycle bin."""
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The fields that the site has added, by name."""

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return record_indexes(cls.__tablename__)

    def settle(self, session: Session) -> None:
        """Fill in what follows from the other fields, and refuse what cannot be. Raises Refused."""

    def left(self, session: Session) -> None:
        """Set right what followed from it, now that it lies in the recycle bin."""

    @classmethod
    def subtitles(cls, session: Session, ids: Sequence[int]) -> Mapping[int, str]:
        """What tells records from others with the same title, in the search."""
        del session, ids
        return {}

    @classmethod
    def meant(cls, text: str) -> Iterable[Mapping[str, Any]]:
        """What somebody may mean who writes this text in place of a record: values of fields, the surest
        first. Nothing stands for: what the fields by which it is called make of the text."""
        del text
        return ()

    def hand_over(self, session: Session, successor: int | None) -> None:
        """Let what is no record, and refers to it, follow to the record it is merged with, or let it go."""

    def codes(self, session: Session) -> tuple[str, ...]:
        """Identifiers by which it is found as a whole or by their beginning: plates, house codes, numbers."""
        del session
        return ()

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        """The records that somebody with access to his own alone may see: none, unless the entity says so."""
        del reach
        return false()


def record_indexes(table: str) -> tuple[Any, ...]:
    """The indexes that every entity's table has; a class with indexes of its own adds them to these."""
    return (
        Index(f"ix_{table}_external_id", "external_id", "scope_id", unique=True),
        Index(f"ix_{table}_created_ns", "created_ns"),
        Index(f"ix_{table}_changed_ns", "changed_ns"),
        {"sqlite_autoincrement": True},
    )
