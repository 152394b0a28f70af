"""What devices show of the models that play them, in the words of their profiles."""

import re
from collections import defaultdict
from collections.abc import Callable

import pytest

from config.site import Site
from drivers.simulators import Campus
from drivers.simulators.electrical import Meter
from drivers.simulators.model import Model
from drivers.simulators.sensors import WirelessRoomSensor
from drivers.simulators.shows import Face, read_shows
from drivers.simulators.valve_meters import ValveMeter

NewCampus = Callable[..., Campus]


def test_every_point_of_the_demo_is_told_and_no_model_tells_what_no_point_shows(
    new_campus: NewCampus,
) -> None:
    campus = new_campus()
    campus.step(1)
    shows = read_shows()
    told: dict[str, set[str]] = defaultdict(set)
    shown: dict[str, set[str]] = defaultdict(set)
    for device, readings in campus.readings():
        ids = {point.id for point in device.template.points}
        assert set(readings) == ids, device.id
        formulas = shows.get(device.template.profile, {})
        told[device.template.model] |= set(campus.models[device.id].readings(campus.world))
        words = " ".join(formulas.values()).replace("_", "-")
        shown[device.template.model] |= (ids - formulas.keys()) | set(re.findall(r"[a-z][a-z0-9-]*", words))
    for model in told:
        if not isinstance(_of(campus, model), Meter | ValveMeter | WirelessRoomSensor):  # more than one shows
            assert told[model] <= shown[model], model


def _of(campus: Campus, model: str) -> Model:
    return next(one for one in campus.models.values() if one.device.template.model == model)


def test_what_shows_names_of_a_profile_is_there(demo: Site) -> None:
    points = {template.profile: template.index for template in demo.templates.values()}
    for profile, formulas in read_shows().items():
        assert formulas.keys() - {"*"} <= points[profile].keys(), profile


def test_a_point_that_no_model_tells_is_named_with_the_way_out(demo: Site) -> None:
    face = Face(demo.devices["ups-b"], {"nut-ups": {"on-line": "mains_okay"}})
    with pytest.raises(ValueError, match=r"nut-ups/on-line shows .*'mains_okay' is not an input"):
        face.readings({"on-line": 1.0, "mains-ok": 1.0})
    with pytest.raises(
        ValueError, match=r"'ups' does not tell 'on-line'; say in shows.toml, under \[nut-ups\]"
    ):
        Face(demo.devices["ups-b"], {}).readings({"mains-ok": 1.0})


def test_what_needs_a_broken_reading_is_broken_too(demo: Site) -> None:
    formulas = {"*": "0", "on-line": "a + b"}
    shown = Face(demo.devices["ups-b"], {"nut-ups": formulas}).readings({"a": 1.0, "b": None})
    assert (shown["on-line"], shown["on-battery"]) == (None, 0)
