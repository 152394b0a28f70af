"""How each person is reached, as tables. Who is in none of them is reached as `reach.USUAL` says."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from business.audit.model import SECRET
from business.database import Base


class MessageReach(Base):
    """What somebody has said about being reached."""

    __tablename__ = "message_reach"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    """zh or en"""
    rest_start: Mapped[int | None]
    """Minutes of the day, on the site's clock; None for no rest."""
    rest_end: Mapped[int | None]
    """Not after `rest_start`: on the day that follows."""
    opted_out: Mapped[str] = mapped_column(String(400))
    """Events of which he wants to hear nothing, with commas between."""
    wishes: Mapped[list["MessageWish"]] = relationship(
        cascade="all, delete-orphan", order_by="MessageWish.id"
    )


class MessageWish(Base):
    """A row of his matrix."""

    __tablename__ = "message_wishes"
    __table_args__ = (UniqueConstraint("user_id", "medium"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("message_reach.user_id"))
    medium: Mapped[str] = mapped_column(String(16))
    priorities: Mapped[str] = mapped_column(String(16))
    """1 critical to 4 low, with commas between."""
    start: Mapped[int]
    """Minutes of the day, on the site's clock."""
    end: Mapped[int]
    """Not after `start`: on the day that follows."""


class MessagePin(Base):
    """What somebody enters in a call before his answer counts."""

    __tablename__ = "message_pins"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(255), info=SECRET)
    """As of a password."""
