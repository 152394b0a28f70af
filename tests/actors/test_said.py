"""One string carries an explanation in both languages."""

from hypothesis import given
from hypothesis import strategies as st

from actors.said import SEPARATOR, in_both, in_chinese, in_language, said
from tests.actors.small_site import point, site

WORDS = st.text().filter(lambda text: SEPARATOR not in text)


@given(WORDS, WORDS)
def test_each_reader_gets_the_own_half(zh: str, en: str) -> None:
    assert in_language(said(zh, en), "zh") == zh
    assert in_language(said(zh, en), "en") == en


@given(WORDS)
def test_a_text_in_one_language_is_left_as_it_is(text: str) -> None:
    assert in_language(text, "zh") == in_language(text, "en") == in_both(text) == text


def test_a_log_shows_both() -> None:
    assert in_both(said("没有发送", "not sent")) == "没有发送 / not sent"


def test_chinese_names_come_with_the_id_that_can_be_searched_for() -> None:
    device = site(point("t")).devices["ahu-1"]
    assert in_chinese(device) == f"{device.name.zh}（ahu-1）"
    assert in_chinese(device, "t") == f"{device.name.zh} {device.template.points[0].name.zh}（ahu-1/t）"
    assert in_chinese(device, "gone").endswith("（ahu-1/gone）")
