"""Consents of people, and what was erased of them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(64), nullable=True),
        sa.Column("papers", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("scope_id", sa.Integer(), sa.ForeignKey("scopes.id"), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consents_external_id", "consents", ["external_id", "scope_id"], unique=True)
    for column in ("person_id", "scope_id", "created_ns", "changed_ns"):
        op.create_index(f"ix_consents_{column}", "consents", [column])
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("entity", sa.String(32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("erased_ns", sa.BigInteger(), nullable=False),
        sa.Column("traces", sa.LargeBinary(), nullable=True),
        sa.Column("finished_ns", sa.BigInteger(), nullable=True),
        sa.Column("traces_index", sa.LargeBinary(16), nullable=True),
        sqlite_autoincrement=True,
    )
    for column in ("record_id", "erased_ns", "traces_index"):
        op.create_index(f"ix_erasures_{column}", "erasures", [column])


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("consents")
