"""Sessions that are locked for overreaching."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_sessions") as table:
        table.add_column(sa.Column("overreaches", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("locked_ns", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("user_sessions") as table:
        table.drop_column("locked_ns")
        table.drop_column("overreaches")
