"""Print templates and their versions as tables."""

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.wording import CODE_LENGTH, LABEL_LENGTH

NOTE_LENGTH = 200
"""Characters of the longest note on a version."""
AUTHOR_LENGTH = 64


class PrintTemplate(Base):
    __tablename__ = "print_templates"

    name: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    """By which the modules ask for it."""
    label_zh: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    label_en: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    sample: Mapped[str] = mapped_column(Text)
    """A JSON object: its names are the placeholders that whoever prints must give."""
    version: Mapped[int]
    """The number of the version that is printed."""
    disabled: Mapped[bool]
    built_in: Mapped[bool]


class PrintVersion(Base):
    """What a template once was stays: a printed paper can be printed again as it was."""

    __tablename__ = "print_versions"
    __table_args__ = (UniqueConstraint("template", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template: Mapped[str] = mapped_column(ForeignKey("print_templates.name"))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    """Typst markup; what is printed comes to it as data, never as markup."""
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH))
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    """'' for one that came with the program."""
    created_ns: Mapped[int] = mapped_column(BigInteger)
