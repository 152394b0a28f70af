"""What is remembered of imports: how the columns of a layout were mapped."""

from sqlalchemy import JSON, BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base


class ImportLayout(Base):
    """One form of file that was imported into one table."""

    __tablename__ = "import_layouts"
    __table_args__ = (UniqueConstraint("entity", "fingerprint", name="uq_import_layouts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(64))
    """What was imported, such as 'house'."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of its heading, see `layout.Header`."""
    mapping: Mapped[list[list[int | str]]] = mapped_column(JSON)
    """Pairs of a column's place and its field; a dictionary in JSON would turn places into texts."""
    used_ns: Mapped[int] = mapped_column(BigInteger)
