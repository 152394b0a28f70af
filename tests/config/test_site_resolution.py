"""From files to the resolved site: inheritance, parameters, rows of devices, shared templates."""

import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.driver_schema import DriverSchema
from config.load import load_site, read
from config.parameters import ParameterError, filled_text
from config.problems import SiteError
from config.schema import json_schema
from config.site import Picture, Site, Verify

Drivers = Mapping[str, DriverSchema]

METERS = """
[profile.meter]
name = { zh = "电表", en = "Meter" }
driver = "plain"
required = ["base"]
parameters = { limit = 80 }
options = { registers = 1000 }

[[profile.meter.point]]
id = "power"
name = { zh = "功率", en = "Power" }
kind = "analogue"
high = 100
source = { address = "{base} + 10" }
rule = [
  { kind = "high", limit = "{limit}" },
  { kind = "high-high", limit = "{limit + 10}", priority = "high" },
]

[[profile.meter.point]]
id = "energy"
name = { zh = "电量", en = "Energy" }
kind = "counter"
source = { address = 5 }

[profile.big-meter]
extends = "meter"
parameters = { base = 100 }
remove = ["energy", "power/high"]

[[profile.big-meter.point]]
id = "power"
high = 1000
source = { width = 2 }

[[profile.big-meter.point.rule]]
kind = "high-high"
limit = 900

[[profile.big-meter.point]]
id = "tariff"
name = { zh = "费率", en = "Tariff" }
kind = "discrete"
states = { 1 = { zh = "峰", en = "Peak" }, 2 = { zh = "谷", en = "Valley" } }
write = {}
"""

ROW = """
[[devices]]
{which}
id = "meter-{{n:03}}"
name = {{ zh = "{{n}}号电表", en = "Meter {{n}}" }}
tag = "EM-{{n}}"
profile = "meter"
subsystem = "hvac"
zone = "building-a"
connection = {{ host = "10.0.0.{{n}}", port = "{{n}} + 500" }}
parameters = {{ base = "{{n * 100}}" }}
"""


def with_files(site: Path, drivers: Drivers, **files: str) -> Site:
    for name, text in files.items():
        (site / f"{name}.toml").write_text(text, "utf-8")
    return load_site(site, drivers)


def device(profile: str, name: str, more: str = "") -> str:
    return (
        f'[[device]]\nid = "{name}"\nname = {{ zh = "表", en = "M" }}\nprofile = "{profile}"\n'
        f'subsystem = "hvac"\nzone = "building-a"\nconnection = {{ host = "{name}" }}\n{more}\n'
    )


def test_a_good_site_is_resolved(site: Path, drivers: Drivers) -> None:
    ahu = load_site(site, drivers, 7).devices["ahu-1"]
    temperature = ahu.template.points[ahu.template.index["temperature"]]
    assert temperature.rules[0].name == "high"
    assert temperature.rules[0].text.zh == "温度偏高"
    assert temperature.rules[0].sets == {"night": 35}
    write = ahu.template.points[2].write
    assert write is not None
    assert (write.low, write.high, write.verify, write.tolerance) == (16, 30, Verify.FEEDBACK, 0.05)


def test_one_file_alone_is_a_site(site: Path, drivers: Drivers) -> None:
    assert list(load_site(site / "site.toml", drivers).devices) == ["ahu-1"]


def test_a_profile_of_another_protocol_keeps_names_and_alarms_and_says_where_values_lie_anew(
    site: Path, drivers: Drivers
) -> None:
    text = (
        METERS
        + """
[profile.other-meter]
extends = "meter"
driver = "other"
point = [{ id = "power", source = { address = 7 } }]
"""
    )
    text = text.replace('kind = "analogue"', 'kind = "analogue"\nscale = 0.1\nfault_codes = [-1]', 1)
    for profile, name in (("meter", "m"), ("other-meter", "o")):
        text += device(profile, name, "parameters = { base = 3 }")
    built = with_files(site, {**drivers, "other": drivers["plain"]}, more=text)
    (point,) = built.devices["o"].template.points
    assert (point.scale, point.fault_codes) == (1, ())
    assert getattr(point.source, "address", None) == 7
    assert [rule.name for rule in point.rules] == ["high", "high-high"]
    assert len(built.devices["m"].template.points) == 2


def test_profiles_of_a_folder_and_tables_of_all_files_are_joined(site: Path, drivers: Drivers) -> None:
    (site / "profiles").mkdir()
    (site / "profiles" / "meters.toml").write_text(METERS, "utf-8")
    built = with_files(site, drivers, more=device("meter", "m", "parameters = { base = 3 }"))
    assert set(read(site)) == {"site.toml", "more.toml", "profiles/meters.toml"}
    assert set(built.devices) == {"ahu-1", "m"}


def test_parameters_fill_numbers_and_texts(site: Path, drivers: Drivers) -> None:
    more = METERS + device("meter", "m", "parameters = { base = 7, limit = 60 }")
    power = with_files(site, drivers, more=more).devices["m"].template.points[0]
    assert getattr(power.source, "address") == 17  # noqa: B009, the model is the driver's
    assert [rule.limit for rule in power.rules] == [60, 70]


def test_a_child_changes_adds_and_removes(site: Path, drivers: Drivers) -> None:
    template = with_files(site, drivers, more=METERS + device("big-meter", "b")).devices["b"].template
    assert template.name.en == "Meter"
    assert list(template.index) == ["power", "tariff"]
    power, tariff = template.points
    assert (power.high, power.name.en) == (1000, "Power")
    assert power.source.model_dump() == {"address": 110, "width": 2, "reads": ""}
    assert [(rule.name, rule.limit, rule.priority) for rule in power.rules] == [("high-high", 900, "high")]
    assert tariff.write is not None
    assert (tariff.write.low, tariff.write.high) == (1, 2)


def test_devices_with_equal_parameters_share_their_template(site: Path, drivers: Drivers) -> None:
    more = METERS + "".join(device("meter", f"m{n}", f"parameters = {{ base = {n // 2} }}") for n in range(4))
    devices = with_files(site, drivers, more=more).devices
    assert devices["m0"].template is devices["m1"].template
    assert devices["m1"].template is not devices["m2"].template
    assert devices["m1"].template.points[1] is devices["m2"].template.points[1]
    assert devices["m0"].digest != devices["m1"].digest


def test_a_device_written_down_twice_is_told_and_others_behind_its_address_are_not(
    site: Path, drivers: Drivers
) -> None:
    """The same registers would be two devices, with two alarms of each fault."""
    first = device("meter", "m1", "parameters = { base = 0 }")
    again, channel = first.replace('id = "m1"', 'id = "m2"'), first.replace("base = 0", "base = 50")
    with_files(site, drivers, more=METERS + first + channel.replace('id = "m1"', 'id = "m3"'))
    with pytest.raises(SiteError) as raised:
        with_files(site, drivers, more=METERS + first + again)
    (problem,) = raised.value.problems
    assert "m2" in str(problem)
    assert "in the same way as device 'm1'. Correct its connection or its parameters" in str(problem)
    assert "与设备 m1 的连接、模板和参数完全相同" in problem.zh


@pytest.mark.parametrize(
    ("which", "ids"),
    [
        ("count = 2", ["meter-001", "meter-002"]),
        ("range = [3, 4]", ["meter-003", "meter-004"]),
        ("ids = [7, 9]", ["meter-007", "meter-009"]),
    ],
)
def test_a_row_is_many_devices(site: Path, drivers: Drivers, which: str, ids: list[str]) -> None:
    devices = with_files(site, drivers, more=METERS + ROW.format(which=which)).devices
    assert [name for name in devices if name != "ahu-1"] == ids
    first, n = devices[ids[0]], int(ids[0][-3:])
    assert (first.name.zh, first.tag) == (f"{n}号电表", f"EM-{n}")
    assert first.connection.model_dump(exclude_defaults=True) == {"host": f"10.0.0.{n}", "port": 500 + n}
    assert first.template.points[0].source.model_dump()["address"] == n * 100 + 10


def test_each_camera_of_a_row_has_its_own_picture_which_is_none_of_its_actors_business(
    site: Path, drivers: Drivers
) -> None:
    row = ROW.format(which="count = 2")
    plain = with_files(site, drivers, more=METERS + row).devices
    picture = 'picture = { address = "http://10.0.0.{n}/now.jpg?size=1", user = "steward" }\n'
    devices = with_files(site, drivers, more=METERS + row + picture).devices
    assert devices["meter-002"].picture == Picture("http://10.0.0.2/now.jpg?size=1", "steward")
    assert plain["meter-002"].picture is None
    assert devices["meter-002"].digest == plain["meter-002"].digest


@pytest.mark.parametrize("which", ["", "count = 2\nids = [1]", "range = [4, 3]", "count = 0"])
def test_a_row_needs_exactly_one_way_to_count(site: Path, drivers: Drivers, which: str) -> None:
    with pytest.raises(SiteError, match=r"more.toml:\d+: devices\[0\]"):
        with_files(site, drivers, more=METERS + ROW.format(which=which))


def test_a_mistake_in_a_row_is_told_once(site: Path, drivers: Drivers) -> None:
    with pytest.raises(SiteError, match="1 problem in the site") as caught:
        with_files(
            site, drivers, more=METERS + ROW.format(which="count = 5").replace("building-a", "nowhere")
        )
    assert "unknown zone 'nowhere'" in str(caught.value)


def test_only_what_changed_changes_its_digest(site: Path, drivers: Drivers, site_text: str) -> None:
    before = with_files(site, drivers, more=METERS + device("big-meter", "b")).devices
    changed = site_text.replace("limit = 30", "limit = 31")
    (site / "site.toml").write_text(changed, "utf-8")
    after = load_site(site, drivers).devices
    assert before["ahu-1"].digest != after["ahu-1"].digest
    assert before["b"].digest == after["b"].digest


@pytest.mark.parametrize(
    ("text", "annotation", "result"),
    [
        ("{a} + 10", int, 13),
        ("({a} + 1) * 2 // 3", int, 2),
        ("-{a} % 2", int, 1),
        ("{a}", str, "3"),
        ("{a}-1", str, "3-1"),
        ("{a:03}/{{x}}", str, "003/{x}"),
        ("{a * 2}", object, 6),
        ("{t}", float, 9),
    ],
)
def test_texts_are_filled(text: str, annotation: type, result: object) -> None:
    assert filled_text(text, annotation, {"a": 3, "t": "4 + 5"}) == result


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "{a",
        "{b}",
        "{a} / 0",
        "{a}.real",
        "{a} ** 9",
        "9" * 300,
        "().__class__",
        "(" * 150,
        "1e999",
        "",
        "{f} + 1",
    ],
)
def test_anything_but_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ParameterError):
        filled_text(text, int, {"a": 3, "f": False})


def test_the_schema_describes_every_key_and_the_drivers(drivers: Drivers) -> None:
    schema = json_schema(drivers)
    assert "plain.source" in schema["$defs"]
    for name, table in schema["$defs"].items():
        if name.endswith("Table"):
            for key, field in table["properties"].items():
                assert field.get("description"), f"{name}.{key}"
                assert field.get("title") or "$ref" in field, f"{name}.{key}"


def test_rules_of_every_kind_are_resolved_with_their_own_words_and_defaults(
    site: Path, drivers: Mapping[str, DriverSchema]
) -> None:
    """S0-2.9; and what is loaded twice is equal, so that nothing restarts for it."""
    text = (site / "site.toml").read_text("utf-8")
    rules = """
[[profile.ahu.point.rule]]
kind = "deviation"
reference = "setpoint"
limit = 3
[[profile.ahu.point.rule]]
kind = "quality"
[[profile.ahu.point.rule]]
kind = "unmoved"
within_s = 600
[[profile.ahu.point.rule]]
kind = "leap"
limit = 5
[[profile.ahu.point]]
id = "valve"
name = { zh = "阀门", en = "Valve" }
kind = "discrete"
states = { 0 = { zh = "关", en = "Shut" }, 1 = { zh = "开", en = "Open" }, 2 = { zh = "卡滞", en = "Stuck" } }
source = { address = 7 }
rule = [{ kind = "mismatch", reference = "remote" }, { kind = "state", states = [1, 2] }]

[[profile.ahu.point]]
id = "remote"
"""
    (site / "site.toml").write_text(text.replace('\n[[profile.ahu.point]]\nid = "remote"\n', rules), "utf-8")
    loaded, again = load_site(site, drivers), load_site(site, drivers)
    template = loaded.devices["ahu-1"].template
    told = {
        rule.name: (rule.limit, rule.reference, rule.states, rule.within_s, rule.text.zh, rule.text.en)
        for point in template.points
        for rule in point.rules
    }
    assert told["deviation"] == (3, "setpoint", (), 0, "温度偏离设定值", "Temperature is off its setpoint")
    assert math.isnan(told["quality"][0])
    assert told["quality"][4:] == ("温度数据无效", "Temperature has no valid value")
    assert told["unmoved"] == (0, "", (), 600, "温度长时间不变", "Temperature does not move")
    assert told["leap"] == (5, "", (), 0, "温度读数跳变", "Temperature leaps")
    assert told["mismatch"] == (0.5, "remote", (), 0, "阀门与指令不一致", "Valve does not follow its command")
    assert told["state"][2:] == ((1, 2), 0, "阀门：开、卡滞", "Valve: Open or Stuck")
    assert again.devices["ahu-1"].template == template
    assert again.devices["ahu-1"].digest == loaded.devices["ahu-1"].digest
