"""What sites and persons add to the registry: fields, tags, saved views."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.audit.model import SECRET
from business.database import Base

ENTITY_LENGTH = 32
TAG_LENGTH = 32
NAME_LENGTH = 64


class CustomField(Base):
    """A field that a site has added to an entity. Its values stand in the records' `custom`."""

    __tablename__ = "custom_fields"
    __table_args__ = (UniqueConstraint("entity", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    name: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    label_zh: Mapped[str] = mapped_column(String(NAME_LENGTH))
    label_en: Mapped[str] = mapped_column(String(NAME_LENGTH))
    type: Mapped[str] = mapped_column(String(16))
    """One of `custom.TYPES`."""
    dictionary: Mapped[str] = mapped_column(String(ENTITY_LENGTH), default="")
    unit: Mapped[str] = mapped_column(String(16), default="")
    required: Mapped[bool] = mapped_column(default=False)
    listed: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    disabled: Mapped[bool] = mapped_column(default=False)
    """No longer shown or entered; what records hold of it stays."""


class RecordTag(Base):
    """A word that somebody has put on a record."""

    __tablename__ = "record_tags"
    __table_args__ = (Index("ix_record_tags_record", "entity", "record_id"),)

    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH), primary_key=True)
    tag: Mapped[str] = mapped_column(String(TAG_LENGTH), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class SavedView(Base):
    """A list as somebody wants to meet it again: conditions, sorting, columns."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("entity", "user_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), info=SECRET)
    """Somebody's own words, and what they look for may be a person: the trail holds neither."""
    shared: Mapped[bool] = mapped_column(default=False)
    """Whether everybody who may read the entity is offered it."""
    query: Mapped[str] = mapped_column(Text, info=SECRET)
    """The query part of the list's address."""
