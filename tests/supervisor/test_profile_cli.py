"""`steward profile`: what there is, what one says, and what is wrong with one that somebody writes."""
# ruff: noqa: E501, a case is a line

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.problems import Problems
from config.profile_catalogue import Catalogue
from config.profile_check import check_profiles
from config.profile_schema import CATEGORIES, Category
from config.resolve import built_in_profiles
from drivers import SCHEMAS
from supervisor.cli import app
from supervisor.tabular_text import columns, table

METER = """
[profile.our-meter]
name = { zh = "我们的电表", en = "Our meter" }
category = "power-meter"
symbol = "meter"
manufacturer = { zh = "某厂", en = "A maker" }
source = [{ title = "The maker's manual", edition = "3" }]
driver = "modbus"
parameters = { rated_a = 100 }

[[profile.our-meter.point]]
id = "voltage"
name = { zh = "电压", en = "Voltage" }
kind = "analogue"
unit = "V"
low = 0
high = 300
scale = 0.1
source = { address = 0 }

[[profile.our-meter.point.rule]]
kind = "low"
limit = 198
text = { zh = "电压低", en = "Voltage low" }
cause = { zh = "断相", en = "A lost phase" }
consequence = { zh = "电动机烧毁", en = "Motors burn" }
action = { zh = "检查熔断器", en = "Check the fuses" }

[[profile.our-meter.point]]
id = "energy"
name = { zh = "电能", en = "Energy" }
kind = "counter"
unit = "kWh"
source = { address = 2, type = "uint32" }
"""


def steward(*arguments: object, columns: int = 200, language: str = "en_GB.UTF-8") -> Result:
    environment = {"COLUMNS": str(columns), "LC_ALL": language}
    return CliRunner().invoke(app, ["profile", *map(str, arguments)], env=environment)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    file = tmp_path / "our.toml"
    file.write_text(METER, "utf-8")
    return file


def test_every_built_in_profile_passes_the_check() -> None:
    """Of those whose driver this build has."""
    problems = Problems()
    known = built_in_profiles()
    catalogue = Catalogue(SCHEMAS)
    bases = {name for name in known if (one := catalogue.profile(name)) and one.family.is_base}
    spoken = {one.family.id for one in catalogue.all() if one.family.body["driver"] in SCHEMAS}
    check_profiles({name: known[name] for name in (*bases, *spoken)}, known, SCHEMAS, problems)
    assert [str(problem) for problem in problems.all()] == []
    assert len(spoken) > 60


def test_every_built_in_profile_has_its_symbol_and_both_languages() -> None:
    for one in Catalogue(SCHEMAS).all():
        assert one.description.symbol is not None, one.family.id
        assert one.description.category is not None, one.family.id
        assert one.name.zh, one.family.id
        assert one.name.en, one.family.id


def test_a_profile_that_is_right_passes(written: Path) -> None:
    said = steward("check", written)
    assert (said.exit_code, said.output) == (0, "1 profiles, no problems\n")
    assert steward("check", written.parent, language="zh_CN.UTF-8").output == "1 个模板，没有问题\n"


WRONG = {
    # what: (old, new, line, words of the message and way out, words of the Chinese one)
    "no category": ('category = "power-meter"\n', "", 2, ["no category", 'Add category = "power-meter"'], "没有说明设备类别"),
    "unknown category": ('"power-meter"', '"power-metre"', 4, ["unknown category 'power-metre'", "Did you mean 'power-meter'?"], "power-metre"),
    "unknown symbol": ('symbol = "meter"', 'symbol = "mete"', 5, ["unknown symbol 'mete'", "Did you mean 'meter'?"], "mete"),
    "no source": ("source = [{ title = \"The maker's manual\", edition = \"3\" }]\n", "", 2, ["without a source of its facts", "Add source = ["], "资料来源"),
    "missing language": ('name = { zh = "电压", en = "Voltage" }', 'name = { zh = "电压" }', 13, ["'en' is missing"], "en"),
    "no cause": ('cause = { zh = "断相", en = "A lost phase" }\n', "", 20, ["rule 'low' of point 'voltage' does not say its cause", "Add them in both languages"], "没有写明原因"),
    "no cause, no action": ('cause = { zh = "断相", en = "A lost phase" }\nconsequence', 'consequence', 20, ["does not say its cause"], "原因"),
    "counter without unit": ('unit = "kWh"\n', "", 28, ["counter 'energy' has no unit", 'Add unit = "kWh"'], "没有单位"),
    "duplicate address": ("{ address = 2, type", "{ address = 0, type", 34, ["point 'energy' reads holding 0, which point 'voltage' reads already", "Correct the address"], "读同一地址"),
    "overlapping words": ("{ address = 0 }", "{ address = 3 }", 34, ["reads holding 3, which point 'voltage' reads already"], "holding 3"),
    "unreachable range": ("high = 300\nscale = 0.1", "high = 30000\nscale = 0.1", 17, ["high 30000 of point 'voltage' is outside 0 to 6553.5 V", "Correct the type, the scale or the range"], "超出寄存器"),
    "unreachable low": ("low = 0", "low = -50", 16, ["low -50 of point 'voltage' is outside 0 to 6553.5 V"], "low = -50"),
    "driver's own": ("{ address = 2, type", "{ address = 65535, type", 34, ["address 65535 with 2 registers ends at 65536"], "65536"),
    "limit out of range": ("limit = 198", "limit = 400", 22, ["limit 400 of rule 'low' is outside the point's range 0 to 300 V"], "400"),
    "unknown driver": ('driver = "modbus"', 'driver = "modbas"', 8, ["unknown driver 'modbas'", "Did you mean 'modbus'?"], "modbas"),
    "syntax": ("[[profile.our-meter.point.rule]]", "[[profile.our-meter.point.rule]", 20, ["TOML syntax"], "TOML"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_line_value_and_way_out(what: str, written: Path) -> None:
    old, new, line, words, chinese = WRONG[what]
    assert old in METER
    written.write_text(METER.replace(old, new, 1), "utf-8")
    said = steward("check", written)
    assert said.exit_code == 1
    first = said.output.splitlines()[0]
    for word in words:
        assert word in first, first
    assert int(first.removeprefix(f"{written}:").split(":")[0]) == pytest.approx(line, abs=1), first
    assert chinese in steward("check", written, language="zh_CN.UTF-8").output


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    said = steward("check", tmp_path / "nowhere.toml")
    assert said.exit_code == 1
    assert "nowhere.toml" in said.output


def test_required_parameters_are_given_or_taken_as_1(written: Path) -> None:
    text = METER.replace("parameters = { rated_a = 100 }", 'required = ["ratio"]').replace(
        "scale = 0.1", 'scale = "{ratio}"'
    )
    written.write_text(text, "utf-8")
    assert steward("check", written).exit_code == 0
    said = steward("check", written, "--parameter", "ratio=0.0001")
    assert said.exit_code == 1
    assert "0 to 6.5535 V" in said.output


def test_a_base_offers_points_and_its_heir_has_those_that_it_places(written: Path) -> None:
    heir = """
[profile.small-meter]
name = { zh = "小电表", en = "Small meter" }
extends = "power-meter"
driver = "modbus"
point = [
  { id = "voltage", scale = 0.1, source = { address = 0 } },
  { id = "power", source = { address = 1, type = "float32" } },
]
"""
    written.write_text(heir, "utf-8")
    assert steward("check", written).exit_code == 0
    shown = steward("show", "small-meter", "--site", written).output
    assert "points: 2\n" in shown
    assert "extends: power-meter" in shown
    assert "Voltage lost" in shown
    written.write_text(heir.replace(", source = { address = 0 }", ""), "utf-8")
    said = steward("check", written)
    assert said.exit_code == 1
    assert "'address' is missing" in said.output


def test_the_list_fits_the_terminal_and_speaks_its_language() -> None:
    for width in (80, 120):
        lines = steward("list", columns=width).output.splitlines()
        assert max(map(columns, lines)) <= width
    english, chinese = steward("list").output, steward("list", language="zh_CN.UTF-8").output
    assert "Schneider iEM3000 meter" in english
    assert "施耐德iEM3000电表" in chinese
    assert steward("list", "--language", "zh").output == chinese
    assert "power-meter " not in english.splitlines()[1]


def test_the_list_can_be_of_one_category() -> None:
    lines = steward("list", "--category", "generator").output.splitlines()
    assert {line.split()[0] for line in lines[1:-1]} >= {"dse-gencomm", "comap-intelilite", "generator"}
    assert "abb-b23" not in "".join(lines)
    said = steward("list", "--category", "generators")
    assert said.exit_code == 1
    assert "no category 'generators'" in said.output


def test_the_list_for_programs_has_products_and_sources() -> None:
    found = {one["id"]: one for one in json.loads(steward("list", "--json").output)}
    meter = found["abb-b23"]
    assert meter["products"][0] == "B23"
    assert meter["manufacturer"] == {"zh": "ABB", "en": "ABB"}
    assert meter["source"][0]["licence"] == "BSD-3-Clause"
    assert (meter["category"], meter["symbol"], meter["driver"]) == ("power-meter", "meter", "modbus")
    assert meter["points"] == 23
    assert "power-meter" not in found


def test_a_site_brings_its_own_and_counts_instead(written: Path) -> None:
    own = METER.replace("our-meter", "abb-b23")
    written.write_text(own, "utf-8")
    found = {one["id"]: one for one in json.loads(steward("list", "--json", "--site", written).output)}
    assert (found["abb-b23"]["points"], found["abb-b23"]["name"]["en"]) == (2, "Our meter")


def test_what_is_shown_is_resolved() -> None:
    shown = steward("show", "abb-b23", "--parameter", "rated_a=200").output
    assert "parameters: rated_a = 200 (100)" in shown
    assert "source: volkszaehler/mbmd meters/rs485/abb.go, commit 13a3019e, BSD-3-Clause" in shown
    assert "modbus: address = 23312, type = uint32 × 0.01" in shown.replace("table = holding, ", "")
    assert "alarm high (high 200 A, equipment, low)" in shown
    assert "action: " in shown
    chinese = steward("show", "abb-b23", "--language", "zh").output
    assert "处置：" in chinese or "处置: " in chinese


def test_a_base_says_that_it_is_one() -> None:
    shown = steward("show", "generating-set").output
    assert "no device uses it as it is" in shown
    assert "oil-pressure" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["abb-b32"], "Did you mean 'abb-b23'?"),
        (["abb-b23", "--parameter", "rated=3"], "unknown parameter 'rated'"),
        (["abb-b23", "--parameter", "rated_a"], "'rated_a' is not name=value"),
        (["abb-b23", "--site", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: list[str], words: str) -> None:
    said = steward("show", *arguments)
    assert said.exit_code == 1
    assert words in said.output


def test_every_category_has_a_title() -> None:
    assert list(CATEGORIES) == list(Category)


def test_a_table_counts_chinese_characters_as_two_columns() -> None:
    lines = list(table(["编号", "b"], [["温度传感器的名称", "1"]], 16, shrinking=[0]))
    assert lines == ["编号           b", "温度传感器的…  1"]
    assert [columns(line) for line in lines] == [16, 16]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_of_the_manual_is_right(language: str, tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "manual" / language / "integrator.md").read_text("utf-8")
    example = manual.split("```toml\n")[1].split("```")[0]
    (tmp_path / "example.toml").write_text(example, "utf-8")
    assert steward("check", tmp_path / "example.toml").output == "2 profiles, no problems\n"
