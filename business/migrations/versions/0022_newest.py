"""The newest records, and those changed last, are found without sorting all."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = (
    "areas",
    "buildings",
    "companies",
    "contractors",
    "floors",
    "house_states",
    "houses",
    "keys",
    "merchants",
    "ownerships",
    "parking_spaces",
    "payers",
    "persons",
    "pets",
    "stays",
    "units",
    "utility_accounts",
    "vehicles",
)


def upgrade() -> None:
    for table in TABLES:
        for column in ("created_ns", "changed_ns"):
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in TABLES:
        for column in ("created_ns", "changed_ns"):
            op.drop_index(f"ix_{table}_{column}", table)
