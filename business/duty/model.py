"""Teams, their members, rosters, absences, and who has said to be reachable, as tables."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from business.database import Base
from business.fields.phone import phone
from business.fields.sealed import sealed_column
from business.wording import LABEL_LENGTH

ID_LENGTH = 64
REASON_LENGTH = 200
"""Characters."""


class Rank(StrEnum):
    """What somebody is in a team. An escalation goes from the first to the last."""

    MEMBER = "member"
    LEADER = "leader"
    MANAGER = "manager"


class Team(Base):
    """Who answers for something, such as the guards; linkage plans and alarm classes name it by its id."""

    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    zh: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    en: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    phone: Mapped[str | None] = sealed_column(phone(), default=None)
    """The duty phone: a device of the post, which whoever is on duty carries."""


class TeamMember(Base):
    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("team_id", "user_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    rank: Mapped[str] = mapped_column(String(16))


class Roster(Base):
    """A cycle of days with its shifts; several of one team add up."""

    __tablename__ = "rosters"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    length: Mapped[int]
    """Days of the cycle."""
    shifts: Mapped[list["RosterShift"]] = relationship(
        cascade="all, delete-orphan", order_by="(RosterShift.day, RosterShift.start, RosterShift.id)"
    )


class RosterShift(Base):
    __tablename__ = "roster_shifts"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id"), index=True)
    day: Mapped[int]
    start: Mapped[int]
    """Minutes of the day, on the site's clock."""
    end: Mapped[int]
    """Not after `start`: on the day that follows."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    days: Mapped[str] = mapped_column(String(120))
    """Kinds of days on which it takes place, with commas between; '' for every day."""


class DutyAbsence(Base):
    """Somebody does none of his shifts; perhaps another does them."""

    __tablename__ = "duty_absences"
    __table_args__ = (Index("ix_duty_absences_until", "until_ns"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    since_ns: Mapped[int] = mapped_column(BigInteger)
    until_ns: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))


class Reachable(Base):
    """Whoever began a shift has said that his phone is on and with him."""

    __tablename__ = "duty_reachable"

    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    shift_ns: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """The beginning of the shift."""
    said_ns: Mapped[int] = mapped_column(BigInteger)
