"""Numbers and texts out of what databases and JSON documents hold."""

import math
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import plain
from drivers.driver import Quality

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "words", "found"),
    [
        (5, {}, 5.0),
        (True, {}, 1.0),
        (Decimal("5.50"), {}, 5.5),
        (" 7.5 ", {}, 7.5),
        ("True", {}, 1.0),
        (timedelta(minutes=1), {}, 60.0),
        ("入场", {"入场": 3}, 3.0),
        (2, {"2": 7}, 7.0),
        ("8", {"入场": 3}, 8.0),
    ],
)
def test_a_number_is_found(value: object, words: dict[str, float], found: float) -> None:
    assert plain.number(value, words) == (found, Quality.GOOD)


@pytest.mark.parametrize(
    ("value", "words", "quality"),
    [
        (None, {}, Quality.BAD_SENSOR_FAULT),
        ("--", {}, Quality.BAD_SENSOR_FAULT),
        ("1_000", {}, Quality.BAD_SENSOR_FAULT),
        (float("inf"), {}, Quality.BAD_SENSOR_FAULT),
        ([1], {}, Quality.BAD_SENSOR_FAULT),
        (10**400, {}, Quality.BAD_OUT_OF_RANGE),
        ("离开", {"入场": 3}, Quality.BAD_OUT_OF_RANGE),
    ],
)
def test_what_is_no_number_says_why(value: object, words: dict[str, float], quality: Quality) -> None:
    found, why = plain.number(value, words)
    assert math.isnan(found)
    assert why == quality


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (5, "5"),
        (5.0, "5"),
        (5.25, "5.25"),
        (Decimal("5.000"), "5"),
        (Decimal("5.250"), "5.25"),
        (Decimal(500), "500"),
        (" A-101  ", "A-101"),
        ("a\0b", "ab"),
        ("\ud83d", "?"),
        ({"a": "京"}, '{"a": "京"}'),
    ],
)
def test_a_text_is_as_people_read_it(value: object, text: str) -> None:
    assert plain.text(value) == text


@given(JSON)
def test_anything_has_a_text_and_a_number_or_a_reason(value: object) -> None:
    assert len(plain.text(value).encode()) <= 4 * plain.LONGEST_TEXT
    found, quality = plain.number(value)
    assert math.isfinite(found) == (quality == Quality.GOOD)
