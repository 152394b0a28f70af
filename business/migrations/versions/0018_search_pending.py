"""What is new in the search is found by its index, not by reading through what is pending."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Such a list would be read through at every search until the next vacuum.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_terms SET (fastupdate = off)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_terms RESET (fastupdate)")
