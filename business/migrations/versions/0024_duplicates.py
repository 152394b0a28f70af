"""Pairs of records that may be one thing twice."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicates",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("entity", sa.String(32), nullable=False),
        sa.Column("older_id", sa.Integer(), nullable=False),
        sa.Column("newer_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.String(200), nullable=False),
        sa.Column("found_ns", sa.BigInteger(), nullable=False),
        sa.Column("older_version", sa.Integer(), nullable=False),
        sa.Column("newer_version", sa.Integer(), nullable=False),
        sa.Column("dismissed_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("dismissed_ns", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.UniqueConstraint("entity", "older_id", "newer_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("duplicates")
