"""Work orders of alarms as tables, and how far `core` has been followed."""

from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base

ID_LENGTH = 200
"""Characters of the longest id of the configuration that is kept."""
RESULT_LENGTH = 400


class Source(StrEnum):
    """What is followed in `core`."""

    JOURNAL = "journal"
    REQUESTS = "requests"


class AlarmOrder(Base):
    __tablename__ = "alarm_orders"
    __table_args__ = (
        # Whatever is sent at the same time, or twice: one open order for one subject.
        Index(
            "ux_alarm_orders_open",
            "subject",
            unique=True,
            sqlite_where=text("closed_ns IS NULL"),
            postgresql_where=text("closed_ns IS NULL"),
        ),
        Index("ix_alarm_orders_closed", "closed_ns", "id"),
        Index("ix_alarm_orders_device", "device", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(Text)
    """What it is about, as one key: the alarm, or the device and team that a plan named."""
    device: Mapped[str] = mapped_column(String(ID_LENGTH))
    point: Mapped[str] = mapped_column(String(ID_LENGTH))
    rule: Mapped[str] = mapped_column(String(ID_LENGTH))
    """'' for the order of a plan."""
    alarm_class: Mapped[str] = mapped_column(String(ID_LENGTH))
    plan: Mapped[str] = mapped_column(String(ID_LENGTH))
    """'' for the order of an alarm."""
    zone: Mapped[str] = mapped_column(String(ID_LENGTH))
    team: Mapped[str] = mapped_column(String(ID_LENGTH))
    priority: Mapped[int]
    """The most urgent so far: 1 critical to 4 low."""
    text: Mapped[str] = mapped_column(Text)
    """Said in both languages."""
    first_event: Mapped[int]
    last_event: Mapped[int]
    """Occurrences of the alarm; 0 for a plan."""
    joined: Mapped[int]
    """How many came while it was open, the first included."""
    first_row: Mapped[int] = mapped_column(BigInteger)
    last_row: Mapped[int] = mapped_column(BigInteger)
    """Of the alarm journal, or of the requests of plans."""
    opened_ns: Mapped[int] = mapped_column(BigInteger)
    last_ns: Mapped[int] = mapped_column(BigInteger)
    """When the last came."""
    cleared_ns: Mapped[int | None] = mapped_column(BigInteger)
    """Since when the alarm is over and nobody waits for it; None while it stands."""
    closed_ns: Mapped[int | None] = mapped_column(BigInteger)
    closed_by: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16))
    """Of the alarm, where that closed it: false, test, drill or works."""
    result: Mapped[str] = mapped_column(String(RESULT_LENGTH))
    """What was done, as who closed it says."""


class AwaitedAlarmOrder(Base):
    """An alarm whose class wants an order only when it still stands later. It goes as soon as the alarm does
    not stand any more, and with the order that it becomes."""

    __tablename__ = "alarm_orders_awaited"
    audited = False

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    due_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    event: Mapped[int]
    row: Mapped[int] = mapped_column(BigInteger)
    """Of the alarm journal, as what follows."""
    time_ns: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str] = mapped_column(String(ID_LENGTH))
    point: Mapped[str] = mapped_column(String(ID_LENGTH))
    rule: Mapped[str] = mapped_column(String(ID_LENGTH))
    alarm_class: Mapped[str] = mapped_column(String(ID_LENGTH))
    zone: Mapped[str] = mapped_column(String(ID_LENGTH))
    priority: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    """Said in both languages."""


class AlarmOrdersFollowed(Base):
    """The last row that counts in orders: it moves in the transaction of what the row came to."""

    __tablename__ = "alarm_orders_followed"
    audited = False

    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    """A `Source`."""
    row: Mapped[int] = mapped_column(BigInteger)
    began_ns: Mapped[int] = mapped_column(BigInteger)
    """When this was first looked at: what is much older opens no orders."""
