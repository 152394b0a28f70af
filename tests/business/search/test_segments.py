"""How texts, houses and codes are cut into terms."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business.search.segments import (
    LONGEST_TERM,
    READINGS,
    SYLLABLES,
    code_form,
    code_terms,
    normalised,
    pinyin_terms,
    runs,
    usual_reading,
    whole,
    whole_pinyin,
    with_house_codes,
    word_terms,
)

SPOKEN = {
    "3栋2单元501": "3-2-501",
    "3号楼2单元501室": "3-2-501",
    "３号楼２单元５０１室": "3-2-501",
    "三栋二单元五零一": "3-2-501",
    "3 栋 2 单元 501": "3-2-501",
    "3栋2-501": "3-2-501",
    "03栋02单元501": "3-2-501",
    "3#楼501": "3-501",
    "十二幢501": "12-501",
    "二十栋": "20-",
    "一百零二栋": "102-",
    "A座1201": "a-1201",
    "A座-1201户": "a-1201",
    "2单元501": "2-501",
    "3栋": "3-",
    "3栋2单元": "3-2-",
    "翠湖苑3栋2单元501室": "翠湖苑 3-2-501",
    "3楼": "3楼",
    "张三": "张三",
}


@pytest.mark.parametrize(("spoken", "code"), SPOKEN.items())
def test_a_spoken_house_is_its_code(spoken: str, code: str) -> None:
    assert with_house_codes(normalised(spoken)) == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("粤B·12345", "粤b12345"),
        ("粤B 12345", "粤Ｂ－12345"),
        ("AHU-B2-01", "ahu_b2_01"),
        ("3-2-501", "3 2 501"),
        ("3-2-501", "3栋2单元501室"),
    ],
)
def test_codes_are_equal_however_they_are_written(one: str, other: str) -> None:
    assert code_form(normalised(one)) == code_form(normalised(other))


def test_houses_that_differ_by_their_hyphens_differ() -> None:
    assert len({code_form(code) for code in ("3-2-501", "32-501", "3-25-01", "32501")}) == 4


def test_an_opaque_code_is_found_as_a_whole_only() -> None:
    assert code_terms("tail:0a1b2c") == ["=tail:0a1b2c"]


def test_a_run_of_chinese_is_its_bigrams_and_its_last_character() -> None:
    assert word_terms("翠湖苑abc湖") == ("翠湖", "湖苑", "苑", "abc", "湖")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("张三", {"zhangsan", "zs", "san", "s"}),
        ("单雄信", {"shanxiongxin", "danxiongxin", "sxx", "dxx"}),
        ("曾国藩", {"zengguofan", "cengguofan", "zgf"}),
        ("仇英", {"qiuying", "chouying"}),
        ("解缙", {"xiejin", "jiejin"}),
        ("重庆", {"chongqing", "zhongqing", "cq"}),
        ("吕布", {"lvbu", "lb"}),
    ],
)
def test_both_readings_of_a_name_are_offered(name: str, wanted: set[str]) -> None:
    assert wanted <= set(pinyin_terms(name, variants=True))


def test_a_title_is_found_by_the_beginning_of_its_pinyin() -> None:
    assert whole_pinyin("张三") == ["=zhangsan", "=zs"]
    assert whole_pinyin("abc张三") == []


@given(st.text(max_size=300))
def test_whatever_is_written_the_terms_are_few_and_plain(text: str) -> None:
    """Plain: letters, digits and the three signs that both databases take as they are."""
    plain = normalised(text)
    terms = [
        *word_terms(plain),
        *pinyin_terms(plain, variants=True),
        *code_terms(plain),
        *whole_pinyin(plain),
        whole(plain),
    ]
    assert all(sign.isalnum() or sign in "=-:" for term in terms for sign in term)
    assert all(0 < len(term) <= 2 * LONGEST_TERM for term in terms)
    assert len(pinyin_terms(plain, variants=True)) <= 2 * READINGS * max(1, len(plain))


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12))
def test_every_stretch_of_a_text_is_found_by_its_usual_pinyin(text: str) -> None:
    terms = set(pinyin_terms(text, variants=False))
    usual = usual_reading(text)
    assert len(usual) == len(text)
    for at in range(len(text)):
        stretch = list(itertools.takewhile(bool, usual[at : at + SYLLABLES]))
        assert not stretch or {"".join(stretch), "".join(one[0] for one in stretch)} <= terms


def test_neighbours_tell_how_a_word_is_read() -> None:
    assert "chongqing" in pinyin_terms("重庆", variants=False)
    assert "yinhang" in pinyin_terms("建设银行", variants=False)


@given(st.text(max_size=100))
def test_runs_lose_no_letter_and_no_digit(text: str) -> None:
    plain = normalised(text)
    assert "".join(runs(plain)) == "".join(sign for sign in plain if sign.isalnum())
