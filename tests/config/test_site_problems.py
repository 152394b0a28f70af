"""Every way a site can be wrong: said once, with the thing, the value and the way out."""
# ruff: noqa: E501, a case is a line

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.driver_schema import DriverSchema
from config.editing import read_text
from config.load import load_site, read
from config.problems import Problem, Problems, SiteError
from config.resolve import build

Check = Callable[..., list[Problem]]

DEVICE = """
[[device]]
id = "ahu-2"
name = { zh = "2号机组", en = "Unit 2" }
profile = "ahu"
subsystem = "hvac"
zone = "building-a"
connection = { host = "10.0.0.2" }
"""
RULE = 'kind = "high"\nlimit = 30'

CASES = {
    # what: (old, new, words of the message and of the way out)
    "unknown key": ('zone = "building-a"', 'zone = "building-a"\ntagg = "1"', ["device[0] ahu-1 .tagg", "'tagg'", "Did you mean 'tag'?"]),
    "unknown key at the top": ("[[user]]", "[[usr]]", ["unknown key 'usr'", "Did you mean 'user'?"]),
    "unknown key of the driver": ('host = "10.0.0.1"', 'host = "10.0.0.1", prot = 1', [".connection.prot", "'prot'", "Did you mean 'port'?"]),
    "unknown key in a rule": ("limit = 30", "limit = 30\non_delay = 3", ["rule[0].on_delay", "Did you mean 'on_delay_s'?"]),
    "password in an address": ('zone = "building-a"', 'zone = "building-a"\npicture = { address = "http://me:secret@camera/now.jpg" }', ["device[0] ahu-1 .picture.address", "http://me:secret@camera/now.jpg"]),
    "address of a file": ('zone = "building-a"', 'zone = "building-a"\npicture = { address = "file:///etc/passwd" }', ["device[0] ahu-1 .picture.address"]),
    "port too large": ('host = "10.0.0.1"', 'host = "10.0.0.1", port = 70000', ["device[0] ahu-1 .connection.port", "70000", "65535"]),
    "unknown driver": ('driver = "plain"', 'driver = "plane"', ["unknown driver 'plane'", "Did you mean 'plain'?"]),
    "unknown profile": ('profile = "ahu"', 'profile = "ahuu"', ["unknown profile 'ahuu'", "Did you mean 'ahu'?"]),
    "unknown parent profile": ('driver = "plain"', 'driver = "plain"\nextends = "fan"', ["unknown profile 'fan'", "Known: "]),
    "unknown zone": ('zone = "building-a"', 'zone = "bilding-a"', ["unknown zone 'bilding-a'", "Did you mean 'building-a'?"]),
    "unknown parent zone": ('parent = "campus"', 'parent = "campos"', ["zone[1] building-a .parent", "'campos'", "Did you mean 'campus'?"]),
    "zone loop": ('kind = "site"', 'kind = "site"\nparent = "building-a"', ["zone loop campus -> building-a -> campus", "parent outside"]),
    "unknown subsystem": ('subsystem = "hvac"', 'subsystem = "hvak"', ["unknown subsystem 'hvak'", "Did you mean 'hvac'?"]),
    "unknown subsystem kind": ('kind = "hvac"', 'kind = "havc"', ["unknown kind 'havc'", "Did you mean 'hvac'?"]),
    "no role name": ('role = "operator"', 'role = "Ober Operator"', ["user[0] admin .role", "Ober Operator"]),
    "register range": ("source = { address = 1 }", "source = { address = 100 }", ["address 100 is beyond register 99", "choose an address inside"]),
    "limit out of range": (RULE, 'kind = "high"\nlimit = 60', ["limit 60 of rule 'high'", "0 to 50 °C", "widen"]),
    "set's limit out of range": ("night = 35", "night = 351", ["limit of set 'night' 351", "0 to 50 °C", "widen"]),
    "unknown limit set": ("night = 35", "nihgt = 35", ["unknown limit set 'nihgt'", "Did you mean 'night'?"]),
    "negative deadband": ("deadband = 1", "deadband = -1", ["deadband -1", "0 to 50 °C", "smaller"]),
    "wide deadband": ("deadband = 0.2", "deadband = 51", ["deadband 51", "0 to 50 °C", "smaller"]),
    "unfitting rule": (RULE, 'kind = "state"\nlimit = 1', ["'state' does not fit analogue point 'temperature'", "high-high, high"]),
    "no limit": (RULE, 'kind = "high"', ["'limit' is missing", "rule 'high'", "Add limit"]),
    "no state": ('source = { address = 2 }', 'source = { address = 2 }\nrule = [{ kind = "state" }]', ["'limit' is missing", "rule 'state'", "the state that alarms"]),
    "several states, one unknown": ('source = { address = 2 }', 'source = { address = 2 }\nrule = [{ kind = "state", states = [1, 2] }]', ["states[1]", "state 2 of rule 'state' is no state", "States: 0, 1"]),
    "states of a limit": (RULE, 'kind = "high"\nlimit = 30\nstates = [1]', ["states means nothing to rule 'high'", "Remove it"]),
    "no reference": (RULE, 'kind = "deviation"\nlimit = 3', ["does not say what it compares with", "setpoint's point"]),
    "no command": (RULE, 'kind = "mismatch"', ["does not say what it compares with", "command's point"]),
    "unknown reference": (RULE, 'kind = "deviation"\nlimit = 3\nreference = "setpont"', ["reference point 'setpont'", "Did you mean 'setpoint'?"]),
    "reference to itself": (RULE, 'kind = "deviation"\nlimit = 3\nreference = "temperature"', ["compares it with itself", "Name a point"]),
    "reference of another kind": (RULE, 'kind = "deviation"\nlimit = 3\nreference = "remote"', ["compares analogue with discrete point 'remote'", "Name a point"]),
    "needless reference": (RULE, 'kind = "high"\nlimit = 30\nreference = "setpoint"', ["reference means nothing to rule 'high'", "Remove it"]),
    "deviation of nothing": (RULE, 'kind = "deviation"\nlimit = 0\nreference = "setpoint"', ["limit 0 of rule 'deviation' is not above 0", "°C, above 0"]),
    "rate of nothing": (RULE, 'kind = "rate"\nlimit = 0', ["is not above 0", "°C/s, above 0"]),
    "no time to stand": (RULE, 'kind = "unmoved"', ["for how long", "within_s"]),
    "needless time": (RULE, 'kind = "high"\nlimit = 30\nwithin_s = 3', ["within_s means nothing", "Remove it"]),
    "limit of a quality": (RULE, 'kind = "quality"\nlimit = 30', ["limit means nothing to rule 'quality'", "Remove it"]),
    "leap backwards": (RULE, 'kind = "leap"\nlimit = -1', ["limit -1 of rule 'leap' is not above 0", "°C, above 0"]),
    "less than equal": (RULE, 'kind = "mismatch"\nlimit = -1\nreference = "setpoint"', ["limit -1 of rule 'mismatch' is below 0", "still equal"]),
    "unknown rule kind": (RULE, 'kind = "hihg"\nlimit = 30', ["unknown kind 'hihg'", "Did you mean 'high'?"]),
    "time zone": ("Asia/Shanghai", "Asia/Shangai", ["time zone 'Asia/Shangai'", "Did you mean 'Asia/Shanghai'?"]),
    "time zone that is a folder": ("Asia/Shanghai", "Asia", ["time zone 'Asia'"]),
    "fire without approval": ('subsystem = "hvac"', 'subsystem = "fire"', ["'setpoint' is writable in subsystem 'fire'", "approval = the name"]),
    "feedback missing": (', feedback = "temperature"', "", ["verify is 'feedback' and 'feedback' is missing", "read-back"]),
    "unknown feedback": ('feedback = "temperature"', 'feedback = "temprature"', ["feedback point 'temprature'", "Did you mean 'temperature'?"]),
    "unknown remote point": ('remote_point = "remote"', 'remote_point = "remot"', ["remote_point 'remot'", "Did you mean 'remote'?"]),
    "remote point not discrete": ('remote_point = "remote"', 'remote_point = "setpoint"', ["'setpoint' is analogue, not discrete"]),
    "unknown point read": ("source = { address = 1 }", 'source = { reads = "ahu-1/temprature" }', ["point 'ahu-1/temprature'", "Did you mean 'ahu-1/temperature'?"]),
    "unknown device read": ("source = { address = 1 }", 'source = { reads = "ahu-9/remote" }', ["unknown device 'ahu-9'", "Did you mean 'ahu-1'?"]),
    "point that reads itself": ("source = { address = 1 }", 'source = { reads = "ahu-1/temperature" }', ["reads itself", "another point"]),
    "device id with slash": ('id = "ahu-1"', 'id = "ahu/1"', ["id is 'ahu/1'", "lower-case letters"]),
    "point id in capitals": ('id = "setpoint"', 'id = "Setpoint"', ["id is 'Setpoint'", "lower-case letters"]),
    "profile id": ("[profile.ahu]", '[profile.Pump]\nname = { zh = "泵", en = "Pump" }\ndriver = "plain"\n[profile.ahu]', ["'Pump' is no profile id", "lower-case letters"]),
    "not a number": ("limit = 30", "limit = nan", ["nan is not a finite number", "Write a number"]),
    "infinite": ("high = 50", "high = inf", ["inf is not a finite number", "Write a number"]),
    "infinite for the driver": ('host = "10.0.0.1"', 'host = "10.0.0.1", port = inf', ["inf is not a finite number"]),
    "empty name": ('zh = "1号机组"', 'zh = " "', ["device[0] ahu-1 .name.zh", "' '", "in Chinese"]),
    "missing zh": ('zh = "1号机组", ', "", ["'zh' is missing", "in Chinese"]),
    "missing en": (', en = "Unit 1"', "", ["'en' is missing", "in English"]),
    "missing key": ('zone = "building-a"\n', "", ["'zone' is missing", "id of the zone"]),
    "no high": ("high = 50\n", "", ["analogue point 'temperature' has no high", "Add low"]),
    "low above high": ("low = 0\nhigh = 50", "low = 60\nhigh = 50", ["low 60 is not below high 50", "Swap"]),
    "write outside the range": ('feedback = "temperature"', 'feedback = "temperature", high = 99', ["write.high 99", "16 to 30 °C", "widen"]),
    "unknown parameter": ('zone = "building-a"', 'zone = "building-a"\nparameters = { base = 1 }', ["unknown parameter 'base'"]),
    "unknown parameter in a profile": ("address = 1 }", 'address = "{bse}" }', ["unknown parameter 'bse'"]),
    "no arithmetic": ("address = 1 }", 'address = "one" }', ["'one' is neither a number nor arithmetic", "+ - *"]),
    "text for a number": ("limit = 30", "limit = true", ["rule[0].limit", "True"]),
    "list for a table": ('name = { zh = "1号机组", en = "Unit 1" }', "name = [1]", ["device[0] ahu-1 .name", "[1]"]),
    "remove unknown": ('driver = "plain"', 'driver = "plain"\nremove = ["humidity"]', ["unknown point 'humidity'"]),
    "equal ports": ("[[user]]", "[settings]\ncontrol.port = 80\noffice.port = 80\n[[user]]", ["share port 80", "port of its own"]),
    "no database server": ("[[user]]", '[settings]\ndatabase = "mysql://db/steward"\n[[user]]', ["database is '***'", "postgresql://USER@HOST/NAME"]),
    "no database name": ("[[user]]", '[settings]\ndatabase = "postgresql://steward@db"\n[[user]]', ["postgresql://USER@HOST/NAME"]),
    "database password": ("[[user]]", '[settings]\ndatabase = "postgresql://steward:12345678@db/steward"\n[[user]]', ["should not hold a password", "STEWARD_DATABASE_PASSWORD"]),
    "database password beside": ("[[user]]", '[settings]\ndatabase = "postgresql://db/steward?password=12345678"\n[[user]]', ["should not hold a password"]),
    "backup folder": ("[[user]]", "[settings.backup]\nfolder = 'backups'\n[[user]]", ["settings.backup.folder", "'backups'", "full path, from /"]),
    "backup folders in one another": ("[[user]]", "[settings.backup]\nfolder = '/b'\nsecond_folder = '/b/../b/c'\n[[user]]", ["settings.backup.second_folder", "lie in one another", "another disk"]),
    "backup retention": ("[[user]]", "[settings.backup]\ndaily = 0\n[[user]]", ["settings.backup.daily", "is 0", "1 to 366"]),
    "provider without TLS": ("[[user]]", '[[settings.security.providers]]\nid = "corp"\nname = { zh = "集团", en = "Group" }\nissuer = "http://id.example.com"\nclient_id = "steward"\n[[user]]', ["providers", "issuer", "http://id.example.com", "https address"]),
    "provider twice": ("[[user]]", '[[settings.security.providers]]\nid = "corp"\nname = { zh = "集团", en = "Group" }\nissuer = "https://id.example.com"\nclient_id = "steward"\n[[settings.security.providers]]\nid = "corp"\nname = { zh = "集团", en = "Group" }\nissuer = "https://id.example.com"\nclient_id = "steward"\n[[user]]', ["providers", "each id once", "corp"]),
    "inside network": ("[[user]]", '[settings.security]\ninside_networks = ["10.0.0.0/40"]\n[[user]]', ["settings.security.inside_networks", "10.0.0.0/40"]),
    "setting port": ("[[user]]", "[settings]\ncontrol = { port = 0 }\n[[user]]", ["settings.control.port", "is 0", "1 to 65535"]),
    "one table for a list": ("[[user]]", "[user]", ["user is a list of tables", "[[user]]"]),
    "the time zone of Beijing": ("Asia/Shanghai", "Asia/Beijing", ["time zone 'Asia/Beijing'", "Known: Asia/Shanghai"]),
    "text for a table": ('name = { zh = "1号机组", en = "Unit 1" }', 'name = "1号机组"', ["name is '1号机组'", "should be a table: { zh = ..., en = ... }"]),
    "profile without a driver": ('driver = "plain"\n', "", ["profile 'ahu' is only for other profiles to extend", "steward profile list"]),
    "no time zone": ('timezone = "Asia/Shanghai"', "", ["'timezone' is missing", "IANA"]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), CASES.values(), ids=CASES)
def test_a_mistake_is_named_with_its_value_and_the_way_out(
    wrong: Check, old: str, new: str, words: list[str]
) -> None:
    problems = wrong(old, new)
    problems = [problem for problem in problems if words[0] in str(problem)]
    assert len(problems) == 1, "\n".join(map(str, problems))
    for word in words:
        assert word in str(problems[0])
    assert problems[0].file == "site.toml"
    assert problems[0].line


RULES = [
    name for name, (old, new, _) in CASES.items() if old == RULE and "hihg" not in new and "sets" not in name
]


@pytest.mark.parametrize("name", [name for name in RULES if name != "unknown reference"])
def test_what_is_wrong_with_a_rule_is_said_in_chinese_too(wrong: Check, name: str) -> None:
    old, new, words = CASES[name]
    (problem,) = (each for each in wrong(old, new) if words[0] in str(each))
    assert "规则" in problem.zh


DUPLICATES = {
    "device": DEVICE.replace("ahu-2", "ahu-1"),
    "zone": '[[zone]]\nid = "campus"\nkind = "site"\nname = { zh = "园", en = "C" }',
    "subsystem": '[[subsystem]]\nid = "hvac"\nkind = "hvac"\nname = { zh = "暖", en = "H" }',
    "user": '[[user]]\nname = "admin"\ndisplay = "A"\nrole = "viewer"',
    "profile": '[profile.ahu]\nname = { zh = "机", en = "A" }\ndriver = "plain"',
    "table": '[site]\nid = "c"\nname = { zh = "园", en = "C" }\ntimezone = "UTC"',
}


@pytest.mark.parametrize("what", DUPLICATES)
def test_a_duplicate_is_named_with_both_places(wrong: Check, what: str) -> None:
    problem = next(each for each in wrong("", "", more=DUPLICATES[what]) if "twice" in each.message)
    assert f"{what} " in problem.message
    assert "is defined twice" in problem.message
    assert "more.toml" in problem.message
    assert "site.toml" in problem.message
    assert "Rename or remove one" in problem.suggestion


def test_a_point_and_a_rule_defined_twice_in_a_profile_are_named(wrong: Check) -> None:
    (point,) = wrong('id = "setpoint"', 'id = "temperature"')
    assert "point 'temperature' is defined twice" in point.message
    assert "profile.ahu.point[0]" in point.message
    (rule,) = wrong(
        "[[profile.ahu.point.rule]]",
        '[[profile.ahu.point.rule]]\nkind="high"\nlimit=2\n[[profile.ahu.point.rule]]',
    )
    assert "rule 'high' is defined twice" in rule.message


def test_a_profile_loop_names_the_ring(wrong: Check) -> None:
    problems = wrong(
        'driver = "plain"', 'driver = "plain"\nextends = "b"', more='[profile.b]\nextends = "ahu"'
    )
    assert "profile loop ahu -> b -> ahu" in str(problems[0])
    assert "extend another" in problems[0].suggestion


def test_missing_parameters_are_named_with_how_to_give_them(wrong: Check) -> None:
    (problem,) = wrong('remote_point = "remote"', 'required = ["base"]')
    assert "parameters of profile 'ahu' are missing: base" in str(problem)
    assert "parameters = {base = ...}" in problem.suggestion


def test_all_problems_come_at_once_with_their_lines(site: Path, drivers: Mapping[str, DriverSchema]) -> None:
    text = (site / "site.toml").read_text("utf-8")
    text = text.replace("Asia/Shanghai", "Mars/Base").replace("limit = 30", "limit = 99")
    text = text.replace('zone = "building-a"', 'zone = "nowhere"')
    (site / "site.toml").write_text(text, "utf-8")
    (site / "more.toml").write_text('[[device]]\nid = "x"\n', "utf-8")
    with pytest.raises(SiteError) as caught:
        load_site(site, drivers)
    said = str(caught.value)
    for number, line in enumerate(text.splitlines(), 1):
        if "Mars/Base" in line or "limit = 99" in line or "nowhere" in line:
            assert f"site.toml:{number}: " in said
    assert "more.toml:1: device[0] x .profile: 'profile' is missing" in said


def test_entries_of_inline_arrays_are_found_by_their_id(
    site: Path, drivers: Mapping[str, DriverSchema]
) -> None:
    (site / "more.toml").write_text(
        '[profile.pump]\nname = { zh = "泵", en = "Pump" }\ndriver = "plain"\npoint = [\n'
        '  { id = "run", name = { zh = "运", en = "Run" }, kind = "discrete" },\n'
        '  { id = "flow", name = { zh = "流", en = "Flow" }, kind = "analogue", high = 1, deadband = 2 },\n]\n',
        "utf-8",
    )
    with pytest.raises(SiteError, match=r"more.toml:6: profile.pump.point\[1\] flow .deadband: deadband 2"):
        load_site(site, drivers)


def test_a_syntax_error_is_told_with_its_line_and_hides_no_other_mistake(wrong: Check) -> None:
    problems = wrong("limit = 30", "limit = 99", more="[[zone]]\nid = \n")
    assert [(problem.file, bool(problem.line)) for problem in problems] == [
        ("more.toml", True),
        ("site.toml", True),
    ]
    assert problems[0].line == 2
    assert "TOML syntax" in problems[0].message


@pytest.mark.parametrize(
    ("line", "way_out"),
    [
        ('id = "a"，b = 1', "'，' (U+FF0C) may only stand within quotes; write ','"),
        ("id = “a”", "'“' (U+201C) may only stand within quotes; write '\"'"),
        ('id\u3000= "a"', "'\\u3000' (U+3000) may only stand within quotes; write ' '"),
        ("id = １", "'１' (U+FF11) may only stand within quotes; write '1'"),
        ('name = "，" 总表', "'总' (U+603B) may only stand within quotes"),
        ('name = "总表', "Correct it there"),
        ('id = "a" b  # ，', "Correct it there"),
    ],
)
def test_a_wide_character_outside_quotes_is_named_with_what_to_write(
    wrong: Check, line: str, way_out: str
) -> None:
    (problem,) = wrong("limit = 30", "limit = 30", more=f"[[zone]]\n{line}\n")
    assert problem.line == 2
    assert problem.suggestion.startswith(f"{way_out}; names of other files")
    problems = Problems()
    assert read_text("more.toml", f"[[zone]]\n{line}\n", problems) is None
    assert problems.all()[0].suggestion == way_out
    assert ("只能写在引号里" in problems.all()[0].zh) == ("U+" in way_out)


def test_names_that_a_broken_file_may_define_are_not_called_unknown(wrong: Check) -> None:
    problems = wrong('zone = "building-a"', 'zone = "tower"', more="[[zone]\n")
    assert [problem.file for problem in problems] == ["more.toml"]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="does not exist"):
        read(tmp_path / "nowhere")
    with pytest.raises(SiteError, match=r"has no \*.toml file"):
        read(tmp_path)
    (tmp_path / "site.toml").write_bytes(b'a = "\xff"')
    with pytest.raises(SiteError, match="is not UTF-8"):
        read(tmp_path)
    for encoding, told in (
        ("gbk", r"toml:2: byte 13 is not UTF-8, the file seems to be GBK"),
        ("utf-16", "UTF-16"),
    ):
        (tmp_path / "site.toml").write_bytes('a = "b"\nb = "总表"'.encode(encoding))
        with pytest.raises(SiteError, match=told):
            read(tmp_path)


def test_a_file_without_site_is_told_so(tmp_path: Path, drivers: Mapping[str, DriverSchema]) -> None:
    (tmp_path / "site.toml").write_text("", "utf-8")
    with pytest.raises(SiteError, match=r"\[site\] is missing. Add \[site\] with id"):
        load_site(tmp_path, drivers)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('host = "10.0.0.1"', 'host = "10.0.0.1", password = 12345678'),
        ("[[user]]", '[settings]\ndatabase = "postgresql://steward:12345678@db/steward"\n[[user]]'),
    ],
)
def test_a_password_in_a_file_is_not_repeated(wrong: Check, old: str, new: str) -> None:
    (problem,) = wrong(old, new)
    assert "12345678" not in str(problem)
    assert "12345678" not in problem.value


def test_a_mistake_in_a_profile_is_told_once_for_all_its_devices(wrong: Check) -> None:
    (problem,) = wrong("limit = 30", "limit = 99", more=DEVICE)
    assert "limit 99" in problem.message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["{x}", "{n", "1/0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.data(), value=JSON)
def test_nothing_but_a_site_error_is_raised_whatever_stands_anywhere(
    site: Path, drivers: Mapping[str, DriverSchema], choices: st.DataObject, value: object
) -> None:
    documents: Any = json.loads(json.dumps(read(site)))
    place: Any = documents["site.toml"]
    while True:
        key = choices.draw(
            st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place))))
        )
        if not isinstance(place[key], (dict, list)) or not place[key] or choices.draw(st.integers(0, 3)) == 0:
            break
        place = place[key]
    place[key] = value
    try:
        build(documents, drivers)
    except SiteError as error:
        assert error.problems
