"""How far the commands of `core` stand in the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_followed",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("ended", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("audit_followed")
