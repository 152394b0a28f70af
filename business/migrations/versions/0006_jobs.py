"""Schedules of jobs, when they are due, and their runs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_schedules",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("trigger", sa.String(80), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("catch_up", sa.String(16), nullable=False),
        sa.Column("catch_up_limit", sa.Integer(), nullable=False),
        sa.Column("window_s", sa.Integer(), nullable=False),
        sa.Column("anchor_ns", sa.BigInteger(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job_dues",
        sa.Column("schedule_id", sa.Integer(), sa.ForeignKey("job_schedules.id"), primary_key=True),
        sa.Column("next_fire_ns", sa.BigInteger(), nullable=True),
        sa.Column("last_fire_ns", sa.BigInteger(), nullable=True),
        sa.Column("planned_ns", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_job_dues_next_fire_ns", "job_dues", ["next_fire_ns"])
    op.create_table(
        "job_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("due_ns", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("not_before_ns", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("started_ns", sa.BigInteger(), nullable=True),
        sa.Column("ended_ns", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.UniqueConstraint("schedule_id", "due_ns"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_runs_state", "job_runs", ["state", "not_before_ns"])
    op.create_index("ix_job_runs_ended_ns", "job_runs", ["ended_ns"])


def downgrade() -> None:
    op.drop_table("job_runs")
    op.drop_table("job_dues")
    op.drop_table("job_schedules")
