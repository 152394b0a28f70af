"""What can be found, as a table. Beside it stands `search_terms`, in the form that its database searches."""

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base


class SearchEntry(Base):
    """One record of some module, as the search box knows it: bookkeeping, made from the record."""

    __tablename__ = "search_entries"
    __table_args__ = (
        Index("ix_search_entries_record", "entity", "record_id", unique=True),
        Index("ix_search_entries_version", "version"),
    )
    audited = False

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    entity: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int] = mapped_column(BigInteger)
    scope_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """Where it belongs; who may see that is the reader's matter."""
    title: Mapped[str] = mapped_column(Text)
    subtitle: Mapped[str] = mapped_column(Text)
    words: Mapped[list[str]] = mapped_column(JSON)
    codes: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int]
    """Of the segmenter that made its terms."""
