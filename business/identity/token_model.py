"""Refresh tokens of programs and keys of services as tables."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from business.audit.model import SECRET
from business.database import Base

KEY_NAME_LENGTH = 64


class ServiceKey(Base):
    """A key with which a program opens sessions of its service account."""

    __tablename__ = "service_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(KEY_NAME_LENGTH))
    """What it is for and where it lies, for whoever must revoke it."""
    key_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    """Fingerprint of the key. The key itself was shown once."""
    created_ns: Mapped[int] = mapped_column(BigInteger)
    expires_ns: Mapped[int | None] = mapped_column(BigInteger)
    """From then on it opens nothing; None for never."""
    revoked_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)


class RefreshToken(Base):
    """A link of a session's chain of refresh tokens: good for one use; a second one betrays a theft."""

    __tablename__ = "refresh_tokens"
    audited = False

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("user_sessions.id"), index=True)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("service_keys.id"), index=True, default=None)
    """The key that opened the session; None after a password."""
    issued_ns: Mapped[int] = mapped_column(BigInteger)
    used_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
