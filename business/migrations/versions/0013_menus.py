"""What an administrator changes of the navigation."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "menu_sections",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("label_zh", sa.String(64), nullable=False),
        sa.Column("label_en", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
    )
    op.create_table(
        "menu_entries",
        sa.Column("path", sa.String(120), primary_key=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("label_zh", sa.String(64), nullable=False),
        sa.Column("label_en", sa.String(64), nullable=False),
        sa.Column("section", sa.String(32), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("menu_entries")
    op.drop_table("menu_sections")
