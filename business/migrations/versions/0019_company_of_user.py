"""Users who act for a company."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch, which would build the table anew under the rows that refer to it.
    op.add_column("users", sa.Column("company_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "company_id")
