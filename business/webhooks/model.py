"""Webhooks and what was sent to them, as tables."""

from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.fields.sealed import sealed_column
from business.identity.hidden_text import hidden_text

NAME_LENGTH = 64
URL_LENGTH = 500

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """For its first attempt or its next one."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up after the last attempt; somebody may send it again."""


class Webhook(Base):
    """An address that wants to hear of some events."""

    __tablename__ = "webhooks"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    types: Mapped[list[str]] = mapped_column(JSON)
    """Of events; none for all there are."""
    prefix: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    """Only events about objects whose name begins so."""
    enabled: Mapped[bool] = mapped_column(default=True)
    secret: Mapped[str] = sealed_column(hidden_text())
    old_secret: Mapped[str | None] = sealed_column(hidden_text(), default=None)
    """The one before, which signs too until its receiver had time to take the new one over."""
    renewed_ns: Mapped[int] = mapped_column(BigInteger)
    created_ns: Mapped[int] = mapped_column(BigInteger)
    after: Mapped[int] = mapped_column(BigInteger)
    """Sequence of the newest record of the trail when it was last enabled: it hears of what came later."""


class Delivery(Base):
    """One event on its way to one webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_due", "state", "next_ns"),
        Index("ix_webhook_deliveries_of", "webhook_id", "id"),
        {"sqlite_autoincrement": True},
    )
    audited = False

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    event: Mapped[str] = mapped_column(String(64))
    """Id of the event: the same whenever it is sent."""
    type: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    """Since it was made, or somebody sent it again."""
    next_ns: Mapped[int] = mapped_column(BigInteger)
    created_ns: Mapped[int] = mapped_column(BigInteger)
    tried_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    status: Mapped[int | None] = mapped_column(default=None)
    """HTTP status of the last answer; None when there was none."""
    trouble: Mapped[str] = mapped_column(String(500), default="")
    """Of the last attempt, said in both languages; '' when it went well."""


class WebhookCursor(Base):
    """One row: how far the trail has been read for events."""

    __tablename__ = "webhook_cursor"
    audited = False

    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
