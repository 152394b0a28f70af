"""Print templates and their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "print_templates",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("label_zh", sa.String(64), nullable=False),
        sa.Column("label_en", sa.String(64), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "print_versions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("template", sa.String(64), sa.ForeignKey("print_templates.name"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("template", "number"),
    )


def downgrade() -> None:
    op.drop_table("print_versions")
    op.drop_table("print_templates")
