"""Pages by keyset: every row once, in order, whatever is empty or equal, in both directions."""

import contextlib
import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, select

from business.registry.paging import Cursor, CursorRefused, beyond, cursor

VALUES = st.lists(st.one_of(st.none(), st.integers(-3, 3)), max_size=25)


@given(values=VALUES, size=st.integers(1, 7), ascending=st.booleans())
def test_every_row_comes_once_and_in_order(values: list[int | None], size: int, ascending: bool) -> None:
    engine = create_engine("sqlite://")
    table = Table("t", MetaData(), Column("id", Integer, primary_key=True), Column("v", Integer))
    table.create(engine)
    keys = (table.c.v, table.c.id)
    ordering = [key.asc() if ascending else key.desc() for key in keys]
    with engine.begin() as connection:
        for id_, value in enumerate(values, 1):
            connection.execute(table.insert().values(id=id_, v=value))
        whole = connection.execute(select(table.c.v, table.c.id).order_by(*ordering)).all()
        found: list[Any] = []
        after: Cursor | None = None
        while True:
            query = select(table.c.v, table.c.id).order_by(*ordering).limit(size)
            if after is not None:
                query = query.where(beyond(table.c.v, table.c.id, after, ascending=ascending, nulls_low=True))
            rows = connection.execute(query).all()
            found.extend(rows)
            if len(rows) < size:
                break
            after = cursor(Cursor(*rows[-1]).text())
    assert found == whole


@pytest.mark.parametrize("value", [None, "张三", 3, 2.5, True, Decimal("12.50"), datetime.date(2026, 2, 28)])
def test_a_cursor_travels_through_an_address(value: Any) -> None:
    assert cursor(Cursor(value, 7).text()) == Cursor(value, 7)


@pytest.mark.parametrize("text", ["", "!!!", "e30", "W10", "x" * 5000, "WyJ4IiwgMV0", "W1siYSIsIDFdLCAieCJd"])
def test_a_foreign_cursor_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(CursorRefused, match="第一页"):
        cursor(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    with contextlib.suppress(CursorRefused):
        cursor(text)
