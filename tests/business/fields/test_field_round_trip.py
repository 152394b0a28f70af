"""What a type shows it reads back; what is canonical it leaves alone; what it is given it never breaks on."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, Column, Connection, Integer, MetaData, Table, insert, select

from actors.said import SEPARATOR
from business.database import open_writer
from business.fields.field_type import FieldError, FieldType
from business.fields.registry import TYPES as REGISTERED
from tests.business.fields.numbers_of_nobody import TYPES

CALM = settings(max_examples=120)
GIVEN = (
    st.text()
    | st.text("0123456789.,-+/%￥¥元 年月日:０１２３#栋单元室TZXx()（）", max_size=24)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.decimals()
    | st.dates()
    | st.datetimes()
    | st.lists(st.text(max_size=3), max_size=3)
    | st.sampled_from([b"x", {"a": 1}, object, ()])
)


def test_every_registered_type_is_tried_under_its_name() -> None:
    assert set(TYPES) == set(REGISTERED)
    assert all(kind.name == name for name, (kind, _) in TYPES.items())


@pytest.mark.parametrize("name", TYPES)
@CALM
@given(data=st.data())
def test_what_is_shown_reads_back_and_what_is_canonical_stays(name: str, data: st.DataObject) -> None:
    kind, values = TYPES[name]
    value = data.draw(values)
    assert kind.parse(value) == value
    assert type(kind.parse(value)) is type(value)
    for language in ("zh", "en"):
        shown = kind.show(value, language)
        assert kind.parse(shown) == value, shown
        assert SEPARATOR not in shown


@pytest.mark.parametrize("name", TYPES)
@CALM
@given(given=GIVEN)
def test_anything_is_read_or_refused_in_both_languages(name: str, given: Any) -> None:
    kind, _ = TYPES[name]
    try:
        value = kind.parse(given)
    except FieldError as error:
        zh, en = str(error).split(SEPARATOR)
        assert zh and en and zh != en
    else:
        assert kind.parse(value) == value
        for language in ("zh", "en"):
            assert kind.parse(kind.show(value, language)) == value


@pytest.mark.parametrize("name", TYPES)
@CALM
@given(data=st.data())
def test_a_mask_hides_the_middle(name: str, data: st.DataObject) -> None:
    kind, values = TYPES[name]
    if kind.mask is None:
        return
    value = data.draw(values)
    masked = kind.mask(value)
    assert "*" in masked
    assert value not in masked


def test_sensitive_types_bear_a_mask() -> None:
    masked = {name for name, (kind, _) in TYPES.items() if kind.mask}
    assert masked == {"person_name", "email", "identity_card", "phone", "mobile", "plate", "bank_card"}


@pytest.mark.both_databases
def test_columns_give_back_what_they_were_given(database: URL) -> None:
    engine = open_writer(database)
    metadata = MetaData()
    for name, (kind, values) in TYPES.items():
        numbered = Column("id", Integer, primary_key=True)
        table = Table(f"of_{name}", metadata, numbered, Column("value", kind.column()))
        table.create(engine)
        with engine.connect() as connection:
            _check_column(connection, table, kind, values)
            connection.rollback()
    engine.dispose()


def _check_column(connection: Connection, table: Table, kind: FieldType[Any], values: Any) -> None:
    @settings(max_examples=25)
    @given(value=values)
    def check(value: Any) -> None:
        made = connection.execute(insert(table).values(value=value)).inserted_primary_key
        assert made is not None
        same = table.c.id == made[0]
        back = connection.execute(select(table.c.value).where(same)).scalar_one()
        assert back == value
        assert type(back) is type(value)
        assert kind.show(back, "en") == kind.show(kind.parse(value), "en")
        found = connection.execute(select(table.c.id).where(same, table.c.value == value)).all()
        assert found, "the database finds it by its value"

    check()


def test_dates_and_times_of_a_file_are_read_as_they_come() -> None:
    assert TYPES["date"][0].parse(datetime(2026, 3, 1, 12)) == date(2026, 3, 1)  # noqa: DTZ001  # as cells are
    assert TYPES["area"][0].parse(Decimal("85.50")) == Decimal("85.5")
