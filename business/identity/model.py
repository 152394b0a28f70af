"""Users, sessions and failed log-ins as tables."""

import unicodedata
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from business.audit.model import SECRET
from business.database import Base
from business.fields.phone import mobile
from business.fields.sealed import sealed_column

NAME_LENGTH = 64
"""Characters of the longest user name and display name."""


class UserKind(StrEnum):
    """Whose an account is; it decides which ways in are open to it."""

    STAFF = "staff"
    OWNER = "owner"
    TENANT = "tenant"
    SERVICE = "service"
    """Another program. It has keys instead of a password."""
    SCREEN = "screen"
    """A registered screen or terminal."""


class Place(StrEnum):
    """Where a session was opened; it decides what idleness does."""

    CONTROL = "control"
    OFFICE = "office"
    API = "api"
    """A program with a bearer token; it belongs to no site's pages."""


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    """As `plain_name` makes it: nobody can take a name that looks like another's in capitals."""
    display: Mapped[str] = mapped_column(String(NAME_LENGTH))
    password_hash: Mapped[str] = mapped_column(String(255), info=SECRET)
    """'' for a service, which no password opens."""
    disabled: Mapped[bool] = mapped_column(default=False)
    created_ns: Mapped[int] = mapped_column(BigInteger)
    password_set_ns: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(default=None)
    """Whom of the residents he is: what belongs to that person is his own."""
    company_id: Mapped[int | None] = mapped_column(default=None)
    """The company for which he acts: what belongs to it is his own."""
    password_forced: Mapped[bool] = mapped_column(default=False)
    """Somebody else chose it: it lets its user in once, to choose another."""
    kind: Mapped[str] = mapped_column(String(16), default=UserKind.STAFF)
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str | None] = sealed_column(mobile(), default=None, deferred=True)
    """Not read with the rest: whoever only asks who somebody is has no sealing keys."""


class UserSession(Base):
    __tablename__ = "user_sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Public: names the session in commands and lists."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    """SHA-256 of the token, hexadecimal. The token itself only the browser or program has."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    place: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))
    way: Mapped[str] = mapped_column(String(80), default="password")
    """How its person came in."""
    created_ns: Mapped[int] = mapped_column(BigInteger)
    seen_ns: Mapped[int] = mapped_column(BigInteger)
    """When its person last did something, to the minute."""
    ended_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    overreaches: Mapped[int] = mapped_column(default=0)
    """Commands beyond its person's permissions since it began or was released."""
    locked_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """When it was locked for overreaching: it sees, and commands nothing until it is released (S1-4.6b)."""


class FailedLogIns(Base):
    """Failures of one user name or one address; the row goes with a success or with time."""

    __tablename__ = "failed_log_ins"
    audited = False

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    """'user:NAME' (whether or not there is one) or 'address:ADDRESS'."""
    failures: Mapped[int]
    last_ns: Mapped[int] = mapped_column(BigInteger)


class AccessVersion(Base):
    """One row, counted up whenever somebody's access shrank or grew, so that readers need not read it all."""

    __tablename__ = "access_version"
    audited = False

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


_COUNTED_UP = "access.counted_up"


def count_access_up(session: Session) -> None:
    """Tell readers that what somebody may do has changed."""
    row = session.get(AccessVersion, 1)
    if row is None:
        session.add(AccessVersion(id=1, version=1))
    else:
        row.version += 1
    session.info[_COUNTED_UP] = True


def changes_access(session: Session) -> bool:
    """Whether it was counted up in this session."""
    return _COUNTED_UP in session.info


def plain_name(name: str) -> str:
    """A user name without capitals, widths and surrounding space."""
    return unicodedata.normalize("NFKC", name).strip().casefold()[:NAME_LENGTH]
