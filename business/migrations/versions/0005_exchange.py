"""How the columns of imported files were mapped."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_layouts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("entity", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("used_ns", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("entity", "fingerprint", name="uq_import_layouts"),
    )


def downgrade() -> None:
    op.drop_table("import_layouts")
