"""Submissions as a table."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from business.audit.model import SECRET
from business.database import Base
from business.fields.sealed import sealed_column
from business.fields.texts import papers
from business.registry.model import ENTITY_LENGTH
from config.text import Text as Said

CONTENT_LENGTH = 20_000
"""Characters of the longest proposal."""
REASON_LENGTH = 500


class State(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Submission(Base):
    """A record that somebody would have, or values that he would have a record take."""

    __tablename__ = "submissions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    record_id: Mapped[int | None]
    """None for a new one, until it is accepted."""
    version: Mapped[int]
    """Of the record as its submitter read it; 0 for a new one."""
    scope_id: Mapped[int] = mapped_column(ForeignKey("scopes.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    submitted_ns: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(REASON_LENGTH), default="", info=SECRET)
    content: Mapped[str | None] = sealed_column(
        papers("proposal", Said("提交内容", "Proposal")), default=None
    )
    """JSON: `values` as proposed, `before` as they were. Gone once accepted or withdrawn: no copy is kept."""
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    reviewed_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    """Why it was returned."""
