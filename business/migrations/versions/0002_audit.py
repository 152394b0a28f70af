"""The audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_records",
        sa.Column("sequence", number, primary_key=True, autoincrement=True),
        sa.Column("time_ns", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("session", sa.String(32), nullable=False),
        sa.Column("station", sa.String(64), nullable=False),
        sa.Column("permission", sa.String(64), nullable=False),
        sa.Column("object", sa.String(160), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("changes_digest", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    for column in ("time_ns", "kind", "user", "object"):
        op.create_index(f"ix_audit_records_{column}", "audit_records", [column])
    op.create_table(
        "audit_changes",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("sequence", number, sa.ForeignKey("audit_records.sequence"), nullable=False),
        sa.Column("object", sa.String(160), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    for column in ("sequence", "object"):
        op.create_index(f"ix_audit_changes_{column}", "audit_changes", [column])


def downgrade() -> None:
    op.drop_table("audit_changes")
    op.drop_table("audit_records")
