"""Columns over time, drawn (S4-7.5a)."""

import re

from hypothesis import given
from hypothesis import strategies as st

from hmi.bars import HEIGHT, MOST_COLUMNS, Column, columns


def drawn(*values: float, target: float | None = None) -> str:
    made = [Column(str(at), value, f"<{at}>") for at, value in enumerate(values)]
    return str(columns(made, target=target, title="x"))


def test_what_is_above_the_target_looks_otherwise() -> None:
    svg = drawn(1, 2, 3, target=2)
    assert re.findall('rect class="([a-z]+)"', svg) == ["within", "within", "over"]
    assert "<title>&lt;2&gt;</title>" in svg


def test_an_empty_chart_is_still_one() -> None:
    assert drawn().startswith("<svg")
    assert "<rect" not in drawn(0, 0)


@given(
    st.lists(st.integers(0, 10**6), max_size=2 * MOST_COLUMNS + 50),
    st.one_of(st.none(), st.integers(0, 10**6)),
)
def test_every_column_stands_within_the_chart_and_the_highest_is_kept(
    values: list[int], target: int | None
) -> None:
    svg = drawn(*values, target=target)
    places = [
        (float(y), float(height))
        for y, height in re.findall(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', svg)
    ]
    assert len(places) <= MOST_COLUMNS
    assert all(y >= 0 and y + height <= HEIGHT for y, height in places)
    if any(values):
        assert f"<title>&lt;{values.index(max(values))}&gt;</title>" in svg
