"""What was erased, as a table: it proves the deed, and says what is still to be taken out of files."""

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.fields.sealed import sealed_column
from business.fields.texts import papers
from business.registry.model import ENTITY_LENGTH
from config.text import Text as Said

REASON_LENGTH = 200


class Erasure(Base):
    """One record of which something was erased, or all."""

    __tablename__ = "erasures"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    record_id: Mapped[int] = mapped_column(index=True)
    fields: Mapped[str] = mapped_column(Text)
    """Names of the fields, with commas between; '' for the whole record."""
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    """Why somebody asked for it; '' when its time was over."""
    erased_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    traces: Mapped[str | None] = sealed_column(
        papers("traces", Said("待清除的内容", "What is to be cleared")), default=None
    )
    """JSON: the texts and the attached files that are to be found in files; None once they are gone."""
    finished_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """When nothing was left of it outside of backups."""
