"""Subscriptions of browsers to push messages, as a table."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from business.audit.model import SECRET
from business.database import Base
from business.fields.sealed import sealed_column
from business.identity.hidden_text import hidden_text

DEVICE_LENGTH = 80


class PushSubscription(Base):
    """One browser in which somebody has asked for messages."""

    __tablename__ = "push_subscriptions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    endpoint: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    """SHA-256 of its address, hexadecimal: a browser is subscribed once, for whoever did so last."""
    body: Mapped[str] = sealed_column(hidden_text())
    """What the browser gave, as JSON: whoever has it can ask the push service to bother that browser."""
    device: Mapped[str] = mapped_column(String(DEVICE_LENGTH))
    """Browser and system, as people call them."""
    created_ns: Mapped[int] = mapped_column(BigInteger)
