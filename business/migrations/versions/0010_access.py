"""Scopes, roles and grants; who had a role gets the grant that stands for it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROLES = {
    "viewer": "viewer",
    "operator": "operator",
    "administrator": "security-administrator",
    "auditor": "auditor",
}
"""Roles as they were and as they are called now. Administrators keep what gives them the rest: the users."""


def upgrade() -> None:
    scopes = op.create_table(
        "scopes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("scopes.id"), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.UniqueConstraint("parent_id", "code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_scopes_parent_id", "scopes", ["parent_id"])
    op.create_index("ix_scopes_path", "scopes", ["path"])
    roles = op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("label_zh", sa.String(80), nullable=False),
        sa.Column("label_en", sa.String(80), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.Column("duty", sa.String(16), nullable=False),
    )
    op.create_table(
        "role_permissions",
        sa.Column("role_id", sa.Integer(), sa.ForeignKey("roles.id"), primary_key=True),
        sa.Column("permission", sa.String(64), primary_key=True),
    )
    grants = op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("role_id", sa.Integer(), sa.ForeignKey("roles.id"), nullable=False),
        sa.Column("scope_id", sa.Integer(), sa.ForeignKey("scopes.id"), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("since_ns", sa.BigInteger(), nullable=True),
        sa.Column("until_ns", sa.BigInteger(), nullable=True),
    )
    for column in ("user_id", "role_id", "scope_id"):
        op.create_index(f"ix_grants_{column}", "grants", [column])
    op.create_table("access_shipped", sa.Column("name", sa.String(80), primary_key=True))
    _carry_over(scopes, roles, grants)
    # Not in a batch, which would build the table anew under the rows that refer to it.
    op.drop_column("users", "role")
    op.add_column("users", sa.Column("person_id", sa.Integer(), nullable=True))


def _carry_over(scopes: sa.Table, roles: sa.Table, grants: sa.Table) -> None:
    """The program writes labels and permissions of these roles when it starts."""
    bind = op.get_bind()
    users = bind.execute(sa.text("SELECT id, role FROM users")).all()
    if not users:
        return
    group = {"id": 1, "kind": "group", "code": "group", "name_zh": "集团", "name_en": "Group", "path": "/1/"}
    bind.execute(scopes.insert().values(**group))
    made = {}
    for number, (old, new) in enumerate(ROLES.items(), start=1):
        made[old] = number
        role = {"id": number, "name": new, "label_zh": new, "label_en": new, "built_in": True, "duty": ""}
        bind.execute(roles.insert().values(**role))
    for user, role in users:
        if role in made:  # who had none that there was has none now
            bind.execute(grants.insert().values(user_id=user, role_id=made[role], scope_id=1, own=False))
    _count_on(bind)


def downgrade() -> None:
    op.add_column("users", sa.Column("role", sa.String(16), nullable=False, server_default="viewer"))
    bind = op.get_bind()
    query = sa.text("SELECT user_id, name FROM grants JOIN roles ON roles.id = role_id ORDER BY user_id")
    old = {new: old for old, new in ROLES.items()}
    for user, role in bind.execute(query).all():
        if role in old:
            bind.execute(
                sa.text("UPDATE users SET role = :role WHERE id = :user"), {"role": old[role], "user": user}
            )
    op.drop_column("users", "person_id")
    for table_ in ("access_shipped", "grants", "role_permissions", "roles", "scopes"):
        op.drop_table(table_)


def _count_on(bind: sa.Connection) -> None:
    """PostgreSQL counts its ids apart from those that were given here."""
    if bind.dialect.name == "postgresql":
        bind.execute(sa.text("SELECT setval(pg_get_serial_sequence('scopes', 'id'), 1)"))
        bind.execute(sa.text("SELECT setval(pg_get_serial_sequence('roles', 'id'), 4)"))
