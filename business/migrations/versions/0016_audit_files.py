"""Files of records that were taken out, and where the trail was cut."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_exports",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("time_ns", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("filter_user", sa.String(64), nullable=False),
        sa.Column("filter_kind", sa.String(64), nullable=False),
        sa.Column("filter_object", sa.String(160), nullable=False),
        sa.Column("filter_result", sa.String(16), nullable=False),
        sa.Column("since_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_cuts",
        sa.Column(
            "through",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("newest_ns", sa.BigInteger(), nullable=False),
        sa.Column("time_ns", sa.BigInteger(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("audit_cuts")
    op.drop_table("audit_exports")
