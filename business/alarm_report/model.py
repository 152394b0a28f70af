"""Alarm reports and their files as tables; they stay, and go with every backup."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base

STATION_LENGTH = 64


class AlarmReport(Base):
    __tablename__ = "alarm_reports"
    __table_args__ = (UniqueConstraint("station", "since", "until"), {"sqlite_autoincrement": True})
    audited = False

    id: Mapped[int] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(STATION_LENGTH))
    """'' for the whole site."""
    since: Mapped[str] = mapped_column(String(10))
    """The first day, as ISO 8601 writes it."""
    until: Mapped[str] = mapped_column(String(10))
    """The last day."""
    asked_by: Mapped[str] = mapped_column(String(64))
    """'' for the one of every month."""
    made_ns: Mapped[int] = mapped_column(BigInteger)
    met: Mapped[int]
    """Targets that were met."""
    missed: Mapped[int]


class AlarmReportFile(Base):
    __tablename__ = "alarm_report_files"
    audited = False

    report_id: Mapped[int] = mapped_column(ForeignKey("alarm_reports.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    """Language and format: "zh.pdf"."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
