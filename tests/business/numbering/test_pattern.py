"""Patterns of numbers: what they make, and how a wrong one is refused."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.said import in_language
from business.numbering.pattern import LONGEST, PatternError, Reset, period, read
from business.numbering.queries import preview
from business.numbering.seed import SEED

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 1, 0, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("pattern", "reset", "made"),
    [
        ("WO{yyyy}{MM}{dd}-{seq:4}", Reset.DAILY, "WO20260301-0007"),
        ("{yy}/{MM}/{seq}", Reset.MONTHLY, "26/03/7"),
        ("合同〔{yyyy}〕第{seq:3}号", Reset.YEARLY, "合同〔2026〕第007号"),
        ("{seq:12}", Reset.NEVER, "000000000007"),
    ],
)
def test_a_pattern_makes_the_number(pattern: str, reset: Reset, made: str) -> None:
    assert read(pattern, reset).number(NOW, 7) == made


def test_a_number_grows_beyond_its_digits_and_is_never_cut() -> None:
    assert read("A{seq:2}", Reset.NEVER).number(NOW, 12345) == "A12345"


@pytest.mark.parametrize("rule", SEED, ids=lambda one: one.name)
def test_the_shipped_rules_make_three_different_numbers(rule: object) -> None:
    assert isinstance(rule, type(SEED[0]))
    assert len(set(preview(rule.pattern, rule.reset, NOW, per_project=rule.per_project))) == 3


@pytest.mark.parametrize(
    ("pattern", "reset", "said"),
    [
        ("", Reset.NEVER, "0 characters; give 1 to 60"),
        ("A" * (LONGEST + 1), Reset.NEVER, "61 characters"),
        ("WO{yyyy}", Reset.YEARLY, "has {seq} 0 times; write it once, as {seq:4}"),
        ("{seq}{seq:3}", Reset.NEVER, "has {seq} 2 times"),
        ("WO{mm}{seq}", Reset.NEVER, "character 3: there is no field {mm}; there are {yyyy}"),
        ("WO{mm}{seq}", Reset.NEVER, "did you mean {MM}?"),
        ("WO{seq:0}", Reset.NEVER, "character 3: the 0 digits of {seq:0} are not within 1 to 12"),
        ("WO{seq:13}", Reset.NEVER, "the 13 digits"),
        ("WO{seq:x}", Reset.NEVER, "there is no field {seq:x}"),
        ("WO{seq:-1}", Reset.NEVER, "there is no field {seq:-1}"),
        ("WO{seq", Reset.NEVER, "character 3: { has no partner"),
        ("WO}{seq}", Reset.NEVER, "character 3: } has no partner"),
        ("WO{{seq}}", Reset.NEVER, "character 3: { has no partner"),
        ("WO {seq}", Reset.NEVER, "character 3 is a space or control character (U+0020)"),
        ("WO\u202e{seq}", Reset.NEVER, "(U+202E)"),
        ("WO{MM}{seq}", Reset.YEARLY, "would repeat without {yyyy}"),
        ("WO{yyyy}{seq}", Reset.MONTHLY, "would repeat without {MM}"),
        ("WO{yyyy}{MM}{seq}", Reset.DAILY, "begin anew every day would repeat without {dd}"),
        ("{project}-{seq}", Reset.NEVER, "character 1: global numbers have no {project}"),
    ],
)
def test_a_wrong_pattern_is_refused_with_its_place_and_the_way_out(
    pattern: str, reset: Reset, said: str
) -> None:
    with pytest.raises(PatternError) as error:
        read(pattern, reset)
    assert said in in_language(str(error.value), "en")
    assert in_language(str(error.value), "zh") != in_language(str(error.value), "en")


@pytest.mark.parametrize("pattern", ["{project}{seq}", "{seq}{project}", "{seq:3}A1{project}"])
def test_a_project_does_not_run_into_the_count(pattern: str) -> None:
    with pytest.raises(PatternError, match="put - or / between them"):
        read(pattern, Reset.NEVER, per_project=True)


def test_a_period_follows_the_site_s_day_and_not_the_one_of_greenwich() -> None:
    assert period(Reset.DAILY, NOW) == "20260301"
    assert period(Reset.DAILY, NOW.astimezone(ZoneInfo("UTC"))) == "20260228"


@given(st.text(max_size=70), st.sampled_from(list(Reset)), st.booleans())
def test_whatever_is_typed_makes_numbers_or_is_refused(pattern: str, reset: Reset, per_project: bool) -> None:
    try:
        made = read(pattern, reset, per_project=per_project)
    except PatternError:
        return
    numbers = [made.number(NOW, sequence, "P1") for sequence in range(1, 30)]
    assert len(set(numbers)) == len(numbers)
