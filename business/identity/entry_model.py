"""What stands between a password and a session, as tables."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.audit.model import SECRET
from business.database import Base
from business.fields.sealed import sealed_column
from business.identity.hidden_text import hidden_text

SUBJECT_LENGTH = 255
"""ASCII characters of the longest subject that OpenID Connect allows."""


class Awaited(StrEnum):
    """What the next step of a log-in must bring."""

    NOTHING = "nothing"
    """The first step was wrong already; the second is asked for all the same, and is wrong too (S-04)."""
    CODE = "code"
    PHONE_CODE = "phone-code"
    ENROLMENT = "enrolment"
    PASSWORD = "password"  # noqa: S105  # a step


class PendingLogIn(Base):
    """One log-in that is half done, bound to one browser; it ends with its last step or with time."""

    __tablename__ = "pending_log_ins"
    audited = False

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the cookie that this browser was given for this log-in."""
    awaited: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    subject: Mapped[str] = mapped_column(String(80))
    """Whose failures wrong codes count as, as `FailedLogIns.subject`."""
    way: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(16))
    code_hash: Mapped[str] = mapped_column(String(255))
    tries: Mapped[int]
    until_ns: Mapped[int] = mapped_column(BigInteger, index=True)


class TotpDevice(Base):
    """A user's authenticator."""

    __tablename__ = "totp_devices"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    secret: Mapped[str] = sealed_column(hidden_text())
    last_counter: Mapped[int] = mapped_column(BigInteger)
    """Time step of the last code accepted: neither it nor an older one is accepted again (S-06)."""
    enrolled_ns: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code on paper, for one log-in without the authenticator."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), info=SECRET)
    used_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)


class ExternalIdentity(Base):
    """Somebody as a provider of single sign-on knows him, and which user that is."""

    __tablename__ = "external_identities"
    __table_args__ = (UniqueConstraint("provider", "subject"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    """What the provider never gives to anybody else, unlike names and addresses."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    """None as long as nobody has consented."""
    name: Mapped[str] = mapped_column(String(254))
    email: Mapped[str] = mapped_column(String(254))
    """What the provider called him when he first came."""
    asked_ns: Mapped[int] = mapped_column(BigInteger)
    linked_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)


class ScreenCode(Base):
    """The one-time code with which a screen logs in for good."""

    __tablename__ = "screen_codes"
    audited = False

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    until_ns: Mapped[int] = mapped_column(BigInteger)


class OldPassword(Base):
    """A password that its user had; the latest few are not used again (S-02)."""

    __tablename__ = "old_passwords"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(255), info=SECRET)


class CodeRequest(Base):
    """That somebody asked for a code, for the limits on how often."""

    __tablename__ = "code_requests"
    audited = False

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    subject: Mapped[str] = mapped_column(String(80), index=True)
    time_ns: Mapped[int] = mapped_column(BigInteger, index=True)
