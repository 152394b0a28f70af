"""How people are reached, and tasks for the notifier in the place of messages.

Messages that wait go: they are codes that were valid for five minutes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("outgoing_messages")
    op.create_table(
        "outgoing_tasks",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_index", sa.LargeBinary(16), nullable=True),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outgoing_tasks_body_index", "outgoing_tasks", ["body_index"])
    op.create_table(
        "message_reach",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("rest_start", sa.Integer(), nullable=True),
        sa.Column("rest_end", sa.Integer(), nullable=True),
        sa.Column("opted_out", sa.String(400), nullable=False),
    )
    op.create_table(
        "message_wishes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("message_reach.user_id"), nullable=False),
        sa.Column("medium", sa.String(16), nullable=False),
        sa.Column("priorities", sa.String(16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.UniqueConstraint("user_id", "medium"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "message_pins",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("pin_hash", sa.String(255), nullable=False),
    )


def downgrade() -> None:
    for table in ("message_pins", "message_wishes", "message_reach", "outgoing_tasks"):
        op.drop_table(table)
    op.create_table(
        "outgoing_messages",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_index", sa.LargeBinary(16), nullable=True),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_outgoing_messages_body_index", "outgoing_messages", ["body_index"])
    op.create_index("ix_outgoing_messages_created_ns", "outgoing_messages", ["created_ns"])
