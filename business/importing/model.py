"""Imports and the rows that they refused, as tables: bookkeeping, which goes when its file goes."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.registry.model import ENTITY_LENGTH

TOKEN_LENGTH = 32
FILE_NAME_LENGTH = 120


class Phase(StrEnum):
    TRIAL = "trial"
    """Nothing is written."""
    COMMIT = "commit"


class Existing(StrEnum):
    """What becomes of a row whose record is there already."""

    UPDATE = "update"
    SKIP = "skip"
    REFUSE = "refuse"


class Import(Base):
    """One file on its way into one entity."""

    __tablename__ = "imports"
    __table_args__ = ({"sqlite_autoincrement": True},)
    audited = False

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(String(TOKEN_LENGTH), unique=True)
    """Under which the uploaded file lies on the shelf."""
    file_name: Mapped[str] = mapped_column(String(FILE_NAME_LENGTH))
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    user: Mapped[str] = mapped_column(String(64), index=True)
    station: Mapped[str] = mapped_column(String(64))
    sheet: Mapped[int]
    header: Mapped[int]
    """Number of the row with the headings."""
    mapping: Mapped[list[list[int | str]]] = mapped_column(JSON)
    """Pairs of a column's place and its field."""
    existing: Mapped[str] = mapped_column(String(8))
    scope_id: Mapped[int | None] = mapped_column(ForeignKey("scopes.id"))
    """The project in which records are looked for, and new ones belong; None: wherever they may."""
    make_missing: Mapped[bool] = mapped_column(default=False)
    """Whether what a row is within is made where there is none."""
    phase: Mapped[str] = mapped_column(String(8))
    run: Mapped[int | None] = mapped_column(BigInteger)
    """Of the job that is at it or was last."""
    chunks: Mapped[int] = mapped_column(default=0)
    """How many are committed."""
    total: Mapped[int | None] = mapped_column(default=None)
    """Rows of the file, once somebody has counted them."""
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    started_ns: Mapped[int] = mapped_column(BigInteger)


class ImportFailure(Base):
    """A row that was refused."""

    __tablename__ = "import_failures"
    audited = False

    import_id: Mapped[int] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Its number in the file."""
    errors: Mapped[list[Any]] = mapped_column(JSON)
    """As `failure.Error`s say them."""
