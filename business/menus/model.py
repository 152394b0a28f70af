"""What was changed of the navigation, as tables; what was not changed has no row."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.wording import LABEL_LENGTH

PATH_LENGTH = 120
"""Characters of the longest link."""
SECTION_LENGTH = 32


class MenuSection(Base):
    """A heading of one's own, or one of the program's that was renamed or moved."""

    __tablename__ = "menu_sections"

    name: Mapped[str] = mapped_column(String(SECTION_LENGTH), primary_key=True)
    own: Mapped[bool]
    label_zh: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    """'' for the label that it comes with."""
    label_en: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    position: Mapped[int | None]
    """Place among all headings; None for the one that it comes with."""


class MenuEntry(Base):
    """A page that was moved, renamed or hidden, or a link of one's own."""

    __tablename__ = "menu_entries"

    path: Mapped[str] = mapped_column(String(PATH_LENGTH), primary_key=True)
    own: Mapped[bool]
    label_zh: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    """'' for the label that the page comes with."""
    label_en: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    section: Mapped[str | None] = mapped_column(String(SECTION_LENGTH))
    """Name of its heading, '' for none; None for the one that the page comes with."""
    position: Mapped[int | None]
    """Place among all entries; None for the one that the page comes with."""
    hidden: Mapped[bool]
    roles: Mapped[str] = mapped_column(Text)
    """Names of the roles that see it, separated by spaces; '' for all."""
