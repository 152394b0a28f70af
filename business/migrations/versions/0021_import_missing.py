"""Imports that make the buildings and units which their rows name; indexes for what imports look for."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

RECORDS = (
    "areas", "buildings", "companies", "contractors", "floors", "house_states", "houses", "keys", "merchants",
    "ownerships", "parking_spaces", "payers", "persons", "pets", "stays", "units", "utility_accounts",
    "vehicles",
)  # fmt: skip
UNIQUE = (
    ("areas", "code"), ("companies", "credit_code"), ("contractors", "credit_code"),
    ("houses", "certificate"), ("keys", "code"), ("merchants", "number"), ("pets", "tag_number"),
)  # fmt: skip


def upgrade() -> None:
    # Not in a batch: that makes the table anew, and the rows that point at it would go with the old one.
    op.add_column(
        "imports", sa.Column("make_missing", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name in RECORDS:
        op.drop_index(f"ix_{name}_external_id", name)
        op.create_index(f"ix_{name}_external_id", name, ["external_id", "scope_id"], unique=True)
    for name, column in UNIQUE:
        op.create_index(f"ix_{name}_{column}", name, [column])


def downgrade() -> None:
    for name, column in UNIQUE:
        op.drop_index(f"ix_{name}_{column}", name)
    for name in RECORDS:
        op.drop_index(f"ix_{name}_external_id", name)
        op.create_index(f"ix_{name}_external_id", name, ["scope_id", "external_id"], unique=True)
    op.drop_column("imports", "make_missing")
