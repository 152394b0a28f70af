"""Dictionaries and their entries as tables."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.wording import CODE_LENGTH, LABEL_LENGTH


class Colour(StrEnum):
    """A colour by its meaning-free name; the theme knows how it looks by day and by night."""

    NONE = ""
    GREY = "grey"
    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    PURPLE = "purple"


class Dictionary(Base):
    __tablename__ = "dictionaries"

    name: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    label_zh: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    label_en: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    built_in: Mapped[bool]
    """Came with the program, which relies on it: it can be relabelled, and not removed."""


class DictionaryEntry(Base):
    __tablename__ = "dictionary_entries"
    __table_args__ = (UniqueConstraint("dictionary", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dictionary: Mapped[str] = mapped_column(ForeignKey("dictionaries.name"))
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    """What records hold; it never changes."""
    label_zh: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    label_en: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    parent: Mapped[str] = mapped_column(String(CODE_LENGTH))
    """Code of the entry above it; '' at the top."""
    position: Mapped[int]
    """Place among its siblings, from 0."""
    colour: Mapped[str] = mapped_column(String(16))
    disabled: Mapped[bool]
    """Old records keep it and show it; nobody can choose it any more."""
    built_in: Mapped[bool]


class DictionaryMark(Base):
    """Drawn anew at every change of a dictionary, so that readers need not read its entries again.

    A random mark and not a count: the mark of a transaction that was rolled back never comes again.
    """

    __tablename__ = "dictionary_marks"
    audited = False

    dictionary: Mapped[str] = mapped_column(ForeignKey("dictionaries.name"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(16))
