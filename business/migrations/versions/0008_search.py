"""What the search box finds."""

import sqlite3

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("entity", sa.String(64), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_search_entries_record", "search_entries", ["entity", "record_id"], unique=True)
    op.create_index("ix_search_entries_scope_id", "search_entries", ["scope_id"])
    op.create_index("ix_search_entries_version", "search_entries", ["version"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_table(
            "search_terms",
            sa.Column("entry_id", sa.BigInteger(), primary_key=True, autoincrement=False),
            sa.Column("terms", TSVECTOR(), nullable=False),
        )
        op.create_index("ix_search_terms", "search_terms", ["terms"], postgresql_using="gin")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE search_terms USING fts5(codes, title, words, pinyin,"
            " tokenize = \"ascii tokenchars '=-:'\", detail = column, columnsize = 0, prefix = '1 2 3')"
        )
        if sqlite3.sqlite_version_info >= (3, 42):
            op.execute("INSERT INTO search_terms(search_terms, rank) VALUES ('secure-delete', 1)")


def downgrade() -> None:
    op.drop_table("search_terms")
    op.drop_table("search_entries")
