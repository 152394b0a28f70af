"""What a property holds as value and quality of a point, and a written value as a property holds it."""

import math

import pytest

from drivers.bacnet.tags import Date, Datum, ObjectId, Tag, Time
from drivers.bacnet.values import Form, quality, shown, written
from drivers.driver import Quality, Value, WriteError

DAY, NOON = Datum(Tag.DATE, Date(2026, 5, 4, 1)), Datum(Tag.TIME, Time(12, 0, 30, 50))
MIDNIGHT_S = 1777852800.0
"""Of 2026-05-04, by the clock of the device."""
FLAGS = Datum(Tag.BITS, (True, False, False, True))


@pytest.mark.parametrize(
    ("data", "form", "value"),
    [
        ([Datum(Tag.REAL, 21.5)], Form(), 21.5),
        ([Datum(Tag.BOOLEAN, True)], Form(), 1.0),
        ([Datum(Tag.ENUMERATED, 3)], Form(), 3.0),
        ([Datum(Tag.ENUMERATED, 3)], Form(one_of=frozenset((3, 4))), 1.0),
        ([Datum(Tag.ENUMERATED, 2)], Form(one_of=frozenset((3, 4))), 0.0),
        ([], Form(is_list=True), 0.0),
        ([Datum(Tag.ENUMERATED, 8), Datum(Tag.ENUMERATED, 3)], Form(is_list=True), 2.0),
        (
            [Datum(Tag.ENUMERATED, 8), Datum(Tag.ENUMERATED, 3)],
            Form(is_list=True, one_of=frozenset((3, 4))),
            1.0,
        ),
        ([Datum(Tag.ENUMERATED, 8)], Form(is_list=True, one_of=frozenset((3, 4))), 0.0),
        ([], Form(is_list=True, text=True), ""),
        ([FLAGS], Form(), 9.0),
        ([FLAGS], Form(bit=0), 1.0),
        ([FLAGS], Form(bit=1), 0.0),
        ([Datum(Tag.UNSIGNED, 6)], Form(bit=2), 1.0),
        ([Datum(Tag.TEXT, "7.25")], Form(), 7.25),
        ([DAY], Form(), MIDNIGHT_S),
        ([NOON], Form(), 43230.5),
        ([DAY, NOON], Form(), MIDNIGHT_S + 43230.5),
        ([Datum(Tag.OBJECT, ObjectId(0, 5))], Form(), 5.0),
        ([Datum(Tag.NULL, None)], Form(is_null=True), 1.0),
        ([Datum(Tag.REAL, 1.0)], Form(is_null=True), 0.0),
        ([Datum(Tag.TEXT, "冷")], Form(text=True), "冷"),
        ([Datum(Tag.REAL, 21.5)], Form(text=True), "21.5"),
        ([DAY, NOON], Form(text=True), "2026-05-04 12:00:30"),
        ([FLAGS], Form(text=True), "1001"),
    ],
)
def test_a_value_of_every_type_is_shown(data: list[Datum], form: Form, value: Value) -> None:
    assert shown(data, form) == (value, Quality.GOOD)


@pytest.mark.parametrize(
    "data",
    [
        [],
        [Datum(Tag.NULL, None)],
        [Datum(Tag.REAL, math.nan)],
        [Datum(Tag.REAL, math.inf)],
        [Datum(Tag.REAL, 1.0), Datum(Tag.REAL, 2.0)],
        [Datum(Tag.TEXT, "hot")],
        [Datum(Tag.OCTETS, b"\1")],
        [Datum(Tag.DATE, Date(2155, 255, 255))],
        [Datum(Tag.TIME, Time(255, 255, 255, 255))],
    ],
)
def test_what_is_no_number_is_bad(data: list[Datum]) -> None:
    value, how = shown(data, Form())
    assert isinstance(value, float)
    assert math.isnan(value)
    assert how is Quality.BAD_INPUT


def test_flags_and_reliability_say_how_far_to_trust_a_value() -> None:
    assert quality((), 0) is quality((True, False, False, False), 0) is Quality.GOOD
    assert quality((False, True, False, False), 0) is Quality.BAD_SENSOR_FAULT
    assert quality((False, True, False, False), 2) is Quality.BAD_OUT_OF_RANGE
    assert quality((False, True, False, False), 12) is Quality.BAD_COMM_LOSS
    assert quality((False, False, True, False), 0) is Quality.UNCERTAIN_SUBSTITUTED
    assert quality((False, True, True, True), 1) is Quality.UNCERTAIN_IN_TEST


@pytest.mark.parametrize(
    ("value", "tag", "datum"),
    [
        (21.5, Tag.REAL, 21.5),
        (21.5, Tag.DOUBLE, 21.5),
        (3.0, Tag.UNSIGNED, 3),
        (-3.0, Tag.INTEGER, -3),
        (1.0, Tag.ENUMERATED, 1),
        (0.0, Tag.BOOLEAN, False),
        (2.5, Tag.TEXT, "2.5"),
        ("冷", Tag.TEXT, "冷"),
        ("4", Tag.UNSIGNED, 4),
        ("2026-05-04", Tag.DATE, Date(2026, 5, 4, 1)),
        ("07:30:00", Tag.TIME, Time(7, 30, 0, 0)),
    ],
)
def test_a_value_is_written_as_its_property_takes_it(value: Value, tag: Tag, datum: object) -> None:
    assert written(value, tag) == (tag, datum)


@pytest.mark.parametrize("value", [math.nan, "relinquish"])
@pytest.mark.parametrize("tag", [Tag.REAL, Tag.ENUMERATED, Tag.TEXT])
def test_giving_up_command_is_written_as_null(value: Value, tag: Tag) -> None:
    assert written(value, tag) == (Tag.NULL, None)


@pytest.mark.parametrize(
    ("value", "tag", "why"),
    [
        (2.5, Tag.UNSIGNED, "no whole number"),
        (math.inf, Tag.INTEGER, "no whole number"),
        (-1.0, Tag.ENUMERATED, "not within 0 to 4294967295"),
        (1e39, Tag.REAL, "does not fit a 32-bit number"),
        (2.0, Tag.BOOLEAN, "cannot be written as boolean"),
        (1.0, Tag.BITS, "cannot be written as bits"),
        ("hot", Tag.REAL, "'hot' cannot be written as real"),
        ("tomorrow", Tag.DATE, "'tomorrow' cannot be written as date"),
    ],
)
def test_what_a_property_cannot_take_is_refused_with_the_reason(value: Value, tag: Tag, why: str) -> None:
    with pytest.raises(WriteError, match=why):
        written(value, tag)
