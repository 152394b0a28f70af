"""Work orders of alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_ = sa.text("closed_ns IS NULL")
    op.create_table(
        "alarm_orders",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("device", sa.String(200), nullable=False),
        sa.Column("point", sa.String(200), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("alarm_class", sa.String(200), nullable=False),
        sa.Column("plan", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(200), nullable=False),
        sa.Column("team", sa.String(200), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("first_row", sa.BigInteger(), nullable=False),
        sa.Column("last_row", sa.BigInteger(), nullable=False),
        sa.Column("opened_ns", sa.BigInteger(), nullable=False),
        sa.Column("last_ns", sa.BigInteger(), nullable=False),
        sa.Column("cleared_ns", sa.BigInteger(), nullable=True),
        sa.Column("closed_ns", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("result", sa.String(400), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alarm_orders_number", "alarm_orders", ["number"])
    op.create_index("ix_alarm_orders_closed", "alarm_orders", ["closed_ns", "id"])
    op.create_index("ix_alarm_orders_device", "alarm_orders", ["device", "id"])
    op.create_index(
        "ux_alarm_orders_open",
        "alarm_orders",
        ["subject"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_table(
        "alarm_orders_followed",
        sa.Column("source", sa.String(16), primary_key=True),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("began_ns", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("alarm_orders_followed")
    op.drop_table("alarm_orders")
