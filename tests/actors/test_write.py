"""What may be written, as which raw value, and when it counts as confirmed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.write import confirming_point, confirms, refusal, unscaled
from config.site import Device, PointKind, Verify, Write
from tests.actors.small_site import point, site, text, writable

SETPOINT = point("setpoint", scale=0.1, offset=-5.0, write=writable(10, 40))
FAN = point(
    "fan",
    kind=PointKind.DISCRETE,
    states={0: text("停"), 2: text("高")},
    write=replace(writable(0, 2), verify=Verify.FEEDBACK, feedback="temperature"),
)
NAME = point("name", kind=PointKind.TEXT, write=replace(writable(0, 0), verify=Verify.NONE))


def device() -> Device:
    return site(point("temperature"), SETPOINT, FAN, NAME).devices["ahu-1"]


@pytest.mark.parametrize(
    ("point_id", "value", "said"),
    [
        ("nothing", 1.0, "ahu-1 has no point 'nothing'"),
        ("temperature", 1.0, "ahu-1/temperature is read only; declare `write` in profile ahu"),
        ("setpoint", 41.0, "41 °C is outside 10 to 40 °C, what may be written to ahu-1/setpoint"),
        ("setpoint", 9.99, "9.99 °C is outside 10 to 40 °C"),
        ("setpoint", float("nan"), "ahu-1/setpoint takes a number, not nan"),
        ("setpoint", float("inf"), "ahu-1/setpoint takes a number, not inf"),
        ("setpoint", "20", "ahu-1/setpoint takes a number, not '20'"),
        ("name", 1.0, "ahu-1/name takes a text, not 1.0"),
        ("fan", 1.0, "1 is not a state of ahu-1/fan; the states are"),
    ],
)
def test_a_refusal_names_value_limit_unit_and_way_out(point_id: str, value: float | str, said: str) -> None:
    assert said in (refusal(device(), point_id, value) or "")


@pytest.mark.parametrize(
    ("point_id", "value"), [("setpoint", 10.0), ("setpoint", 40.0), ("fan", 2.0), ("name", "A")]
)
def test_what_is_inside_the_limits_may_be_written(point_id: str, value: float | str) -> None:
    assert refusal(device(), point_id, value) is None


@given(value=st.floats(-1e6, 1e6), scale=st.floats(0.001, 1000), offset=st.floats(-1e3, 1e3))
def test_what_is_written_raw_reads_back_as_what_was_asked(value: float, scale: float, offset: float) -> None:
    scaled = replace(SETPOINT, scale=scale, offset=offset)
    raw = unscaled(scaled, value)
    assert isinstance(raw, float)
    assert confirms(scaled, value, raw * scale + offset)


@given(value=st.floats(10, 40))
def test_half_a_raw_step_is_confirmed_and_a_whole_one_is_not(value: float) -> None:
    assert confirms(SETPOINT, value, value + 0.049)
    assert not confirms(SETPOINT, value, value + 0.1)


def test_the_tolerance_of_the_write_widens_what_is_confirmed() -> None:
    write = SETPOINT.write
    assert write is not None
    wide = replace(SETPOINT, write=replace(write, tolerance=1.0))
    assert confirms(wide, 20.0, 20.9)
    assert not confirms(wide, 20.0, 21.1)


def test_a_text_is_confirmed_by_the_very_text() -> None:
    assert confirms(NAME, "A", "A")
    assert not confirms(NAME, "A", "a")
    assert not confirms(NAME, "1", 1.0)


def test_what_confirms_is_the_point_itself_its_feedback_or_nothing() -> None:
    template = device().template
    points = {each.id: each for each in template.points}
    assert confirming_point(device(), points["setpoint"]) == points["setpoint"]
    assert confirming_point(device(), points["fan"]) == points["temperature"]
    assert confirming_point(device(), points["name"]) is None
    assert isinstance(points["name"].write, Write)
