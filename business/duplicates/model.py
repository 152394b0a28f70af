"""Pairs of records that may be one thing twice, as a table: bookkeeping, made anew every night."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.registry.model import ENTITY_LENGTH

REASON_LENGTH = 200


class Duplicate(Base):
    """Two records outside the recycle bin with the same value in some fields."""

    __tablename__ = "duplicates"
    __table_args__ = (UniqueConstraint("entity", "older_id", "newer_id"), {"sqlite_autoincrement": True})
    audited = False

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    older_id: Mapped[int]
    newer_id: Mapped[int]
    fields: Mapped[str] = mapped_column(String(REASON_LENGTH))
    """Names of the fields in which they are alike, with commas between."""
    found_ns: Mapped[int] = mapped_column(BigInteger)
    older_version: Mapped[int] = mapped_column(default=0)
    """Of the record when the pair was dismissed: it comes again once one of the two has changed."""
    newer_version: Mapped[int] = mapped_column(default=0)
    dismissed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    dismissed_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """None while it waits for somebody to look at it."""
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
