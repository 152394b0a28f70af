"""What is new in the search is found by the index itself, not by reading through a list of what is pending."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Such a list would be read through at every search until the next vacuum.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_terms SET (fastupdate = off)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_terms RESET (fastupdate)")
