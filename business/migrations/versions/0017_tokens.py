"""Refresh tokens, service accounts and their keys."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_keys",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("expires_ns", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ns", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_service_keys_user_id", "service_keys", ["user_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("session_id", sa.String(32), sa.ForeignKey("user_sessions.id"), nullable=False),
        sa.Column("key_id", sa.Integer(), sa.ForeignKey("service_keys.id"), nullable=True),
        sa.Column("issued_ns", sa.BigInteger(), nullable=False),
        sa.Column("used_ns", sa.BigInteger(), nullable=True),
    )
    for column in ("session_id", "key_id"):
        op.create_index(f"ix_refresh_tokens_{column}", "refresh_tokens", [column])


def downgrade() -> None:
    op.drop_table("refresh_tokens")
    op.drop_table("service_keys")
