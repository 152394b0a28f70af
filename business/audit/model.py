"""The audit trail as tables. Only `trail.py` appends to them, and nothing changes what is there."""

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from business.database import Base

SECRET = {"audit": "secret"}
"""`info` of a column whose values the trail never holds: it only tells that they changed."""
DERIVED = {"audit": "derived"}
"""`info` of a column that follows from another one: the trail leaves it out."""


class AuditRecord(Base):
    """One command, carried out or not."""

    __tablename__ = "audit_records"
    __table_args__ = ({"sqlite_autoincrement": True},)
    audited = False

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    time_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    command: Mapped[str] = mapped_column(String(64), unique=True)
    """Id of the command: a second one with the same id is not carried out."""
    kind: Mapped[str] = mapped_column(String(64), index=True)
    """Class of the command."""
    user: Mapped[str] = mapped_column(String(64), index=True)
    session: Mapped[str] = mapped_column(String(32))
    station: Mapped[str] = mapped_column(String(64))
    """Address of the terminal."""
    permission: Mapped[str] = mapped_column(String(64))
    object: Mapped[str] = mapped_column(String(160), index=True)
    """What it is about, such as 'users/anna'."""
    reason: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(16))
    """A final `Stage`: done, refused, failed."""
    detail: Mapped[str] = mapped_column(Text)
    body_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the command without its secrets: tells a repeated command from another of the same id."""
    changes_digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    """Seal of the record before."""
    seal: Mapped[str] = mapped_column(String(64))

    changes: Mapped[list["AuditChange"]] = relationship(order_by="AuditChange.id", cascade="save-update")


class AuditChange(Base):
    """What one command did to one object."""

    __tablename__ = "audit_changes"
    __table_args__ = ({"sqlite_autoincrement": True},)
    audited = False

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    sequence: Mapped[int] = mapped_column(ForeignKey("audit_records.sequence"), index=True)
    object: Mapped[str] = mapped_column(String(160), index=True)
    before: Mapped[str | None] = mapped_column(Text)
    """JSON of the columns that changed; None where there was nothing before."""
    after: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))
    """Random: from a digest alone nobody can guess a value."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of object, before, after and salt, as first written."""


class AuditExport(Base):
    """A file of records that somebody took out of the house."""

    __tablename__ = "audit_exports"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    time_ns: Mapped[int] = mapped_column(BigInteger)
    user: Mapped[str] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(8))
    filter_user: Mapped[str] = mapped_column(String(64))
    """What was looked for; '' and 0 for everything."""
    filter_kind: Mapped[str] = mapped_column(String(64))
    filter_object: Mapped[str] = mapped_column(String(160))
    filter_result: Mapped[str] = mapped_column(String(16))
    since_ns: Mapped[int] = mapped_column(BigInteger)
    until_ns: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)


class AuditCut(Base):
    """The beginning of the trail was given up when it was old enough; the trail itself tells of it."""

    __tablename__ = "audit_cuts"

    through: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    """Sequence of the last record that went."""
    seal: Mapped[str] = mapped_column(String(64))
    """Of that record: the first one that stays follows from it."""
    newest_ns: Mapped[int] = mapped_column(BigInteger)
    """Time of the newest record that went."""
    time_ns: Mapped[int] = mapped_column(BigInteger)
    keep_days: Mapped[int]


class AuditFollowed(Base):
    """How far the commands of a process that keeps its own record have been taken over."""

    __tablename__ = "audit_followed"
    audited = False

    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended: Mapped[int] = mapped_column(BigInteger)
    """The last end of a command that stands in the trail."""
