"""Numbering rules and how far they have counted, as tables."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.wording import CODE_LENGTH, LABEL_LENGTH


class NumberingRule(Base):
    __tablename__ = "numbering_rules"

    name: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    """By which the modules ask for the next number."""
    label_zh: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    label_en: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    pattern: Mapped[str] = mapped_column(String(64))
    reset: Mapped[str] = mapped_column(String(8))
    """A `Reset`."""
    per_project: Mapped[bool]
    """Whether every project counts for itself."""
    built_in: Mapped[bool]
    floor: Mapped[int] = mapped_column(BigInteger)
    """The highest count before the rule was last changed: within `floor_period` counting goes on above it."""
    floor_period: Mapped[str] = mapped_column(String(8))


class NumberingCount(Base):
    """How far a rule has counted in a period. The numbers themselves stand on the records that bear them."""

    __tablename__ = "numbering_counts"
    audited = False

    rule: Mapped[str] = mapped_column(ForeignKey("numbering_rules.name"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    """Id of the project; '' for a rule that counts globally."""
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    """Such as '2026', '202611', '20261121'; '' for a rule that never begins anew."""
    last: Mapped[int] = mapped_column(BigInteger)
