"""Scopes, roles and grants as tables."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base

NAME_LENGTH = 80
"""Characters of the longest name of a scope or a role."""
CODE_LENGTH = 64


class ScopeKind(StrEnum):
    """From the top down; each stands directly below the one before."""

    GROUP = "group"
    COMPANY = "company"
    """A legal entity."""
    PROJECT = "project"
    """A site with its own field and core; its code is the site's id."""
    BUILDING = "building"


class Scope(Base):
    """A part of the group: where a grant holds, and where a row belongs."""

    __tablename__ = "scopes"
    __table_args__ = (UniqueConstraint("parent_id", "code"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    """Never given again: what was granted at a removed scope holds nowhere."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("scopes.id"), index=True)
    """None for the group, of which there is one."""
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    name_zh: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_en: Mapped[str] = mapped_column(String(NAME_LENGTH))
    path: Mapped[str] = mapped_column(String(200), index=True)
    """Ids from the top, such as '/1/4/9/'."""


class Duty(StrEnum):
    """Offices that no two of lie in one hand (三员分立, S-21)."""

    NONE = ""
    SYSTEM = "system"
    """Configuration, jobs, backups."""
    SECURITY = "security"
    """Users, roles, scopes."""
    AUDIT = "audit"


class Role(Base):
    """A named set of permissions."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    label_zh: Mapped[str] = mapped_column(String(NAME_LENGTH))
    label_en: Mapped[str] = mapped_column(String(NAME_LENGTH))
    built_in: Mapped[bool] = mapped_column(default=False)
    """Came with the program: may be changed, not removed."""
    duty: Mapped[str] = mapped_column(String(16), default=Duty.NONE)
    """A `Duty`: the one that its permissions belong to."""


class RolePermission(Base):
    __tablename__ = "role_permissions"

    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"), primary_key=True)
    permission: Mapped[str] = mapped_column(String(64), primary_key=True)


class Grant(Base):
    """A role for a user at a scope and everything below it."""

    __tablename__ = "grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"), index=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("scopes.id"), index=True)
    own: Mapped[bool] = mapped_column(default=False)
    """Only over what belongs to the person whom the user is linked to."""
    since_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    until_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)


class Shipped(Base):
    """What of the default roles was written once, so that what an administrator changes stays changed."""

    __tablename__ = "access_shipped"
    audited = False

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    """'role:NAME' or 'permission:NAME'."""
