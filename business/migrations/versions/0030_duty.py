"""Teams, their rosters, absences, and who has said to be reachable."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("zh", sa.String(64), nullable=False),
        sa.Column("en", sa.String(64), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_teams_phone_index", "teams", ["phone_index"])
    op.create_table(
        "team_members",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("team_id", sa.String(64), sa.ForeignKey("teams.id"), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("rank", sa.String(16), nullable=False),
        sa.UniqueConstraint("team_id", "user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_team_members_user_id", "team_members", ["user_id"])
    op.create_table(
        "rosters",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("team_id", sa.String(64), sa.ForeignKey("teams.id"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rosters_team_id", "rosters", ["team_id"])
    op.create_table(
        "roster_shifts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("roster_id", sa.Integer(), sa.ForeignKey("rosters.id"), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("days", sa.String(120), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_roster_shifts_roster_id", "roster_shifts", ["roster_id"])
    op.create_index("ix_roster_shifts_user_id", "roster_shifts", ["user_id"])
    op.create_table(
        "duty_absences",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("substitute_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("since_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duty_absences_until", "duty_absences", ["until_ns"])
    op.create_index("ix_duty_absences_user_id", "duty_absences", ["user_id"])
    op.create_table(
        "duty_reachable",
        sa.Column("team_id", sa.String(64), sa.ForeignKey("teams.id"), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("shift_ns", sa.BigInteger(), primary_key=True),
        sa.Column("said_ns", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    for table in ("duty_reachable", "duty_absences", "roster_shifts", "rosters", "team_members", "teams"):
        op.drop_table(table)
