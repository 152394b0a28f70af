"""Alarm reports and their files."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_reports",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("station", sa.String(64), nullable=False),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("made_ns", sa.BigInteger(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.UniqueConstraint("station", "since", "until"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alarm_report_files",
        sa.Column("report_id", sa.Integer(), sa.ForeignKey("alarm_reports.id"), primary_key=True),
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("alarm_report_files")
    op.drop_table("alarm_reports")
