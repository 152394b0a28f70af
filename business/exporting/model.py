"""Exports, as a table: bookkeeping, which goes when its file goes."""

from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.registry.model import ENTITY_LENGTH


class Export(Base):
    __tablename__ = "exports"
    __table_args__ = ({"sqlite_autoincrement": True},)
    audited = False

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(String(32), unique=True)
    """Under which it lies on the shelf."""
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    user: Mapped[str] = mapped_column(String(64), index=True)
    format: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(2))
    columns: Mapped[list[str]] = mapped_column(JSON)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Text, conditions, tags, removed and sort of the command."""
    open: Mapped[bool]
    run: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[int | None] = mapped_column(default=None)
    """None until it is written."""
    trouble: Mapped[str] = mapped_column(Text, default="")
    """Why it was not written, said in both languages."""
    started_ns: Mapped[int] = mapped_column(BigInteger)
