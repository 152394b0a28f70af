"""Departments, posts and memberships as tables."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base
from business.wording import LABEL_LENGTH

PATH_LENGTH = 200
"""Characters of the longest path of ids."""


class Department(Base):
    __tablename__ = "departments"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    """Never given again."""
    name: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    path: Mapped[str] = mapped_column(String(PATH_LENGTH), index=True)
    """Ids from the top down to its own, such as '/1/4/': all below it begin with it."""
    position: Mapped[int]
    """Place among its siblings."""
    disabled: Mapped[bool] = mapped_column(default=False)


class Post(Base):
    """What somebody is employed as (岗位)."""

    __tablename__ = "posts"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LABEL_LENGTH), unique=True)
    certificates: Mapped[str] = mapped_column(Text)
    """What its holder must have, such as the certificate of a fire-control operator; '' for nothing."""
    disabled: Mapped[bool] = mapped_column(default=False)


class Membership(Base):
    """That a user belongs to a department, and in which post, from a day to a day."""

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_user_id", "user_id", "since"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), index=True)
    since: Mapped[date]
    """The first day."""
    until: Mapped[date | None]
    """The last day, itself included; None as long as it is open."""
