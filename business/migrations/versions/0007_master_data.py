"""Master data: dictionaries, numbering rules, departments, posts and memberships."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dictionaries",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("label_zh", sa.String(64), nullable=False),
        sa.Column("label_en", sa.String(64), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "dictionary_entries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("dictionary", sa.String(64), sa.ForeignKey("dictionaries.name"), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("label_zh", sa.String(64), nullable=False),
        sa.Column("label_en", sa.String(64), nullable=False),
        sa.Column("parent", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("colour", sa.String(16), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("dictionary", "code"),
    )
    op.create_table(
        "dictionary_marks",
        sa.Column("dictionary", sa.String(64), sa.ForeignKey("dictionaries.name"), primary_key=True),
        sa.Column("mark", sa.String(16), nullable=False),
    )
    op.create_table(
        "numbering_rules",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("label_zh", sa.String(64), nullable=False),
        sa.Column("label_en", sa.String(64), nullable=False),
        sa.Column("pattern", sa.String(64), nullable=False),
        sa.Column("reset", sa.String(8), nullable=False),
        sa.Column("per_project", sa.Boolean(), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("floor_period", sa.String(8), nullable=False),
    )
    op.create_table(
        "numbering_counts",
        sa.Column("rule", sa.String(64), sa.ForeignKey("numbering_rules.name"), primary_key=True),
        sa.Column("scope", sa.String(64), primary_key=True),
        sa.Column("period", sa.String(8), primary_key=True),
        sa.Column("last", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "departments",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("departments.id"), nullable=True),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_departments_parent_id", "departments", ["parent_id"])
    op.create_index("ix_departments_path", "departments", ["path"])
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("certificates", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("department_id", sa.Integer(), sa.ForeignKey("departments.id"), nullable=False),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("posts.id"), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id", "since"])
    op.create_index("ix_memberships_department_id", "memberships", ["department_id"])
    op.create_index("ix_memberships_post_id", "memberships", ["post_id"])


def downgrade() -> None:
    for table in (
        "memberships",
        "posts",
        "departments",
        "numbering_counts",
        "numbering_rules",
        "dictionary_marks",
        "dictionary_entries",
        "dictionaries",
    ):
        op.drop_table(table)
