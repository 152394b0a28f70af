"""Kinds of accounts, how they are reached, second factors, and log-ins that are half done."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # In place: on SQLite others refer to the table.
    for column in (
        sa.Column("password_forced", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("kind", sa.String(16), nullable=False, server_default="staff"),
        sa.Column("email", sa.String(254), nullable=False, server_default=""),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(16), nullable=True),
    ):
        op.add_column("users", column)
    op.create_index("ix_users_phone_index", "users", ["phone_index"])
    with op.batch_alter_table("user_sessions") as table:
        table.add_column(sa.Column("way", sa.String(80), nullable=False, server_default="password"))
    op.create_table(
        "pending_log_ins",
        sa.Column("challenge_hash", sa.String(64), primary_key=True),
        sa.Column("awaited", sa.String(16), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("way", sa.String(80), nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("code_hash", sa.String(255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_pending_log_ins_until_ns", "pending_log_ins", ["until_ns"])
    op.create_table(
        "totp_devices",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("secret_index", sa.LargeBinary(16), nullable=True),
        sa.Column("last_counter", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_ns", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_totp_devices_secret_index", "totp_devices", ["secret_index"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_ns", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "old_passwords",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
    )
    op.create_index("ix_old_passwords_user_id", "old_passwords", ["user_id"])
    op.create_table(
        "code_requests",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("time_ns", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_code_requests_subject", "code_requests", ["subject"])
    op.create_index("ix_code_requests_time_ns", "code_requests", ["time_ns"])
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


def downgrade() -> None:
    for name in (
        "outgoing_messages",
        "code_requests",
        "old_passwords",
        "recovery_codes",
        "totp_devices",
        "pending_log_ins",
    ):
        op.drop_table(name)
    with op.batch_alter_table("user_sessions") as table:
        table.drop_column("way")
    op.drop_index("ix_users_phone_index", "users")
    for column in ("phone_index", "phone", "email", "kind", "password_forced"):
        op.drop_column("users", column)
