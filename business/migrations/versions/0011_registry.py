"""The registry: estates, houses, people and what belongs to them; fields, tags and views that sites add."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("label_zh", sa.String(length=64), nullable=False),
        sa.Column("label_en", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("dictionary", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entity", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "record_tags",
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "tag", "record_id"),
    )
    op.create_index("ix_record_tags_record", "record_tags", ["entity", "record_id"], unique=False)
    op.create_table(
        "areas",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("ground", sa.Numeric(12, 2), nullable=True),
        sa.Column("green", sa.Numeric(12, 2), nullable=True),
        sa.Column("pictures", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_areas_external_id", "areas", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_areas_scope_id", "areas", ["scope_id"], unique=False)
    op.create_table(
        "companies",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("company_kind", sa.String(length=64), nullable=True),
        sa.Column("representative", sa.String(length=60), nullable=True),
        sa.Column("contact", sa.String(length=60), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("mail", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("invoice_title", sa.String(length=100), nullable=True),
        sa.Column("bank", sa.String(length=120), nullable=True),
        sa.Column("papers", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_companies_external_id", "companies", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_companies_name", "companies", ["name"], unique=False)
    op.create_index("ix_companies_scope_id", "companies", ["scope_id"], unique=False)
    op.create_table(
        "contractors",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("contractor_kind", sa.String(length=64), nullable=True),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("contact", sa.String(length=60), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("qualification", sa.String(length=200), nullable=True),
        sa.Column("qualified_until", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contractors_external_id", "contractors", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_contractors_name", "contractors", ["name"], unique=False)
    op.create_index("ix_contractors_scope_id", "contractors", ["scope_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entity", "user_id", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "buildings",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("use", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("floors_above", sa.BigInteger(), nullable=True),
        sa.Column("floors_below", sa.BigInteger(), nullable=True),
        sa.Column("built_area", sa.Numeric(12, 2), nullable=True),
        sa.Column("built_on", sa.Date(), nullable=True),
        sa.Column("developer_id", sa.Integer(), nullable=True),
        sa.Column("builder_id", sa.Integer(), nullable=True),
        sa.Column("pictures", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"]),
        sa.ForeignKeyConstraint(["builder_id"], ["contractors.id"]),
        sa.ForeignKeyConstraint(["developer_id"], ["contractors.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_buildings_area_id", "buildings", ["area_id"], unique=False)
    op.create_index("ix_buildings_builder_id", "buildings", ["builder_id"], unique=False)
    op.create_index("ix_buildings_code", "buildings", ["code"], unique=False)
    op.create_index("ix_buildings_developer_id", "buildings", ["developer_id"], unique=False)
    op.create_index("ix_buildings_external_id", "buildings", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_buildings_scope_id", "buildings", ["scope_id"], unique=False)
    op.create_table(
        "persons",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("gender", sa.String(length=64), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("certificate_kind", sa.String(length=64), nullable=True),
        sa.Column("identity_number", sa.LargeBinary(), nullable=True),
        sa.Column("identity_number_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_tail", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_2", sa.LargeBinary(), nullable=True),
        sa.Column("phone_2_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_2_tail", sa.LargeBinary(length=16), nullable=True),
        sa.Column("mail", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("level", sa.String(length=64), nullable=True),
        sa.Column("employer_id", sa.Integer(), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("photo", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["companies.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_persons_employer_id", "persons", ["employer_id"], unique=False)
    op.create_index("ix_persons_external_id", "persons", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_persons_identity_number_index", "persons", ["identity_number_index"], unique=False)
    op.create_index("ix_persons_name", "persons", ["name"], unique=False)
    op.create_index("ix_persons_phone_2_index", "persons", ["phone_2_index"], unique=False)
    op.create_index("ix_persons_phone_2_tail", "persons", ["phone_2_tail"], unique=False)
    op.create_index("ix_persons_phone_index", "persons", ["phone_index"], unique=False)
    op.create_index("ix_persons_phone_tail", "persons", ["phone_tail"], unique=False)
    op.create_index("ix_persons_scope_id", "persons", ["scope_id"], unique=False)
    op.create_table(
        "floors",
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("use", sa.String(length=64), nullable=True),
        sa.Column("built_area", sa.Numeric(12, 2), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_floors_building_id", "floors", ["building_id"], unique=False)
    op.create_index("ix_floors_external_id", "floors", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_floors_scope_id", "floors", ["scope_id"], unique=False)
    op.create_table(
        "units",
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("building_code", sa.String(length=20), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("lifts", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_units_building_id", "units", ["building_id"], unique=False)
    op.create_index("ix_units_external_id", "units", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_units_scope_id", "units", ["scope_id"], unique=False)
    op.create_table(
        "houses",
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=12), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.Column("door", sa.String(length=60), nullable=True),
        sa.Column("type", sa.String(length=64), nullable=True),
        sa.Column("layout", sa.String(length=64), nullable=True),
        sa.Column("orientation", sa.String(length=64), nullable=True),
        sa.Column("decoration", sa.String(length=64), nullable=True),
        sa.Column("built_area", sa.Numeric(12, 2), nullable=True),
        sa.Column("usable_area", sa.Numeric(12, 2), nullable=True),
        sa.Column("shared_area", sa.Numeric(12, 2), nullable=True),
        sa.Column("right", sa.String(length=64), nullable=True),
        sa.Column("certificate", sa.String(length=60), nullable=True),
        sa.Column("certified_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=True),
        sa.Column("status_since", sa.Date(), nullable=True),
        sa.Column("use", sa.String(length=64), nullable=True),
        sa.Column("built_on", sa.Date(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("pictures", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_houses_building_id", "houses", ["building_id"], unique=False)
    op.create_index("ix_houses_built_area", "houses", ["built_area"], unique=False)
    op.create_index("ix_houses_built_on", "houses", ["built_on"], unique=False)
    op.create_index("ix_houses_code", "houses", ["code"], unique=False)
    op.create_index("ix_houses_contact_id", "houses", ["contact_id"], unique=False)
    op.create_index("ix_houses_external_id", "houses", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_houses_floor", "houses", ["floor"], unique=False)
    op.create_index("ix_houses_scope_id", "houses", ["scope_id"], unique=False)
    op.create_index("ix_houses_status", "houses", ["status"], unique=False)
    op.create_index("ix_houses_unit_id", "houses", ["unit_id"], unique=False)
    op.create_table(
        "house_states",
        sa.Column("house_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("use", sa.String(length=64), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_house_states_external_id", "house_states", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_house_states_house_id", "house_states", ["house_id"], unique=False)
    op.create_index("ix_house_states_scope_id", "house_states", ["scope_id"], unique=False)
    op.create_table(
        "keys",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("key_kind", sa.String(length=64), nullable=True),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.String(length=60), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("back_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_keys_external_id", "keys", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_keys_holder_id", "keys", ["holder_id"], unique=False)
    op.create_index("ix_keys_house_id", "keys", ["house_id"], unique=False)
    op.create_index("ix_keys_scope_id", "keys", ["scope_id"], unique=False)
    op.create_table(
        "merchants",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("trade", sa.String(length=64), nullable=True),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("keeper_id", sa.Integer(), nullable=True),
        sa.Column("licence", sa.String(length=40), nullable=True),
        sa.Column("licensed_until", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.String(length=60), nullable=True),
        sa.Column("pictures", sa.Text(), nullable=True),
        sa.Column("papers", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"]),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["keeper_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_merchants_company_id", "merchants", ["company_id"], unique=False)
    op.create_index("ix_merchants_external_id", "merchants", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_merchants_house_id", "merchants", ["house_id"], unique=False)
    op.create_index("ix_merchants_keeper_id", "merchants", ["keeper_id"], unique=False)
    op.create_index("ix_merchants_name", "merchants", ["name"], unique=False)
    op.create_index("ix_merchants_scope_id", "merchants", ["scope_id"], unique=False)
    op.create_table(
        "ownerships",
        sa.Column("house_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("share", sa.Numeric(7, 4), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("contract", sa.String(length=60), nullable=True),
        sa.Column("papers", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"]),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ownerships_company_id", "ownerships", ["company_id"], unique=False)
    op.create_index("ix_ownerships_external_id", "ownerships", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_ownerships_house_id", "ownerships", ["house_id"], unique=False)
    op.create_index("ix_ownerships_person_id", "ownerships", ["person_id"], unique=False)
    op.create_index("ix_ownerships_scope_id", "ownerships", ["scope_id"], unique=False)
    op.create_table(
        "parking_spaces",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("car_park", sa.String(length=60), nullable=True),
        sa.Column("space_kind", sa.String(length=64), nullable=True),
        sa.Column("ground", sa.Numeric(12, 2), nullable=True),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("charger", sa.Numeric(12, 1), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["persons.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_parking_spaces_code", "parking_spaces", ["code"], unique=False)
    op.create_index(
        "ix_parking_spaces_external_id", "parking_spaces", ["scope_id", "external_id"], unique=True
    )
    op.create_index("ix_parking_spaces_house_id", "parking_spaces", ["house_id"], unique=False)
    op.create_index("ix_parking_spaces_owner_id", "parking_spaces", ["owner_id"], unique=False)
    op.create_index("ix_parking_spaces_scope_id", "parking_spaces", ["scope_id"], unique=False)
    op.create_index("ix_parking_spaces_user_id", "parking_spaces", ["user_id"], unique=False)
    op.create_table(
        "payers",
        sa.Column("house_id", sa.Integer(), nullable=False),
        sa.Column("fee", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"]),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_payers_company_id", "payers", ["company_id"], unique=False)
    op.create_index("ix_payers_external_id", "payers", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_payers_house_id", "payers", ["house_id"], unique=False)
    op.create_index("ix_payers_person_id", "payers", ["person_id"], unique=False)
    op.create_index("ix_payers_scope_id", "payers", ["scope_id"], unique=False)
    op.create_table(
        "pets",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("tag_number", sa.String(length=40), nullable=True),
        sa.Column("pet_kind", sa.String(length=64), nullable=True),
        sa.Column("breed", sa.String(length=64), nullable=True),
        sa.Column("colour", sa.String(length=20), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("kept_since", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("vaccinated_until", sa.Date(), nullable=True),
        sa.Column("lost_on", sa.Date(), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("pictures", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pets_external_id", "pets", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_pets_house_id", "pets", ["house_id"], unique=False)
    op.create_index("ix_pets_name", "pets", ["name"], unique=False)
    op.create_index("ix_pets_owner_id", "pets", ["owner_id"], unique=False)
    op.create_index("ix_pets_scope_id", "pets", ["scope_id"], unique=False)
    op.create_table(
        "stays",
        sa.Column("house_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("relation", sa.String(length=64), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lease", sa.String(length=60), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stays_external_id", "stays", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_stays_house_id", "stays", ["house_id"], unique=False)
    op.create_index("ix_stays_person_id", "stays", ["person_id"], unique=False)
    op.create_index("ix_stays_scope_id", "stays", ["scope_id"], unique=False)
    op.create_table(
        "utility_accounts",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("utility", sa.String(length=64), nullable=False),
        sa.Column("house_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=True),
        sa.Column("supplier", sa.String(length=60), nullable=True),
        sa.Column("meter", sa.String(length=40), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_utility_accounts_external_id", "utility_accounts", ["scope_id", "external_id"], unique=True
    )
    op.create_index("ix_utility_accounts_house_id", "utility_accounts", ["house_id"], unique=False)
    op.create_index("ix_utility_accounts_number", "utility_accounts", ["number"], unique=False)
    op.create_index("ix_utility_accounts_scope_id", "utility_accounts", ["scope_id"], unique=False)
    op.create_table(
        "vehicles",
        sa.Column("plate", sa.String(length=10), nullable=False),
        sa.Column("vehicle_class", sa.String(length=64), nullable=True),
        sa.Column("colour", sa.String(length=64), nullable=True),
        sa.Column("brand", sa.String(length=40), nullable=True),
        sa.Column("model", sa.String(length=40), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("lost_on", sa.Date(), nullable=True),
        sa.Column("scrapped_on", sa.Date(), nullable=True),
        sa.Column("pictures", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"]),
        sa.ForeignKeyConstraint(["house_id"], ["houses.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["persons.id"]),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"]),
        sa.ForeignKeyConstraint(["space_id"], ["parking_spaces.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_vehicles_company_id", "vehicles", ["company_id"], unique=False)
    op.create_index("ix_vehicles_external_id", "vehicles", ["scope_id", "external_id"], unique=True)
    op.create_index("ix_vehicles_house_id", "vehicles", ["house_id"], unique=False)
    op.create_index("ix_vehicles_owner_id", "vehicles", ["owner_id"], unique=False)
    op.create_index("ix_vehicles_plate", "vehicles", ["plate"], unique=False)
    op.create_index("ix_vehicles_scope_id", "vehicles", ["scope_id"], unique=False)
    op.create_index("ix_vehicles_space_id", "vehicles", ["space_id"], unique=False)


def downgrade() -> None:
    op.drop_table("vehicles")
    op.drop_table("utility_accounts")
    op.drop_table("stays")
    op.drop_table("pets")
    op.drop_table("payers")
    op.drop_table("parking_spaces")
    op.drop_table("ownerships")
    op.drop_table("merchants")
    op.drop_table("keys")
    op.drop_table("house_states")
    op.drop_table("houses")
    op.drop_table("units")
    op.drop_table("floors")
    op.drop_table("persons")
    op.drop_table("buildings")
    op.drop_table("saved_views")
    op.drop_table("contractors")
    op.drop_table("companies")
    op.drop_table("areas")
    op.drop_table("record_tags")
    op.drop_table("custom_fields")
