"""Numbers of Chinese offices: examples of the norms, check digits, habits of writing (B14, S-51)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.said import SEPARATOR, in_language
from business.fields.district import name_of
from business.fields.field_type import FieldError
from business.fields.identity_card import birthday, is_male
from business.fields.plate import PlateKind, kind_of
from business.fields.registry import made
from tests.business.fields.numbers_of_nobody import TODAY, bank_cards, cards, credit_codes

CARD = "11010519491231002X"
"""The example of GB 11643."""
CREDIT = "91350100M000100Y43"
"""The example of GB 32100."""
LUHN = "79927398713"
"""The example of ISO/IEC 7812, of 11 digits."""


def card(body: str) -> str:
    """A number of 18 digits with its check digit, worked out by the weights of the norm."""
    weights = [pow(2, 17 - at, 11) for at in range(17)]
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


READ: list[tuple[str, Any, str]] = [
    ("identity_card", CARD, CARD),
    ("identity_card", "11010519491231002x", CARD),
    ("identity_card", " １１０１０５ 19491231 002Ｘ ", CARD),
    ("identity_card", "110105-19491231-002×", CARD),
    ("identity_card", "110105491231002", CARD),
    ("identity_card", card("81000019900101001"), card("81000019900101001")),
    ("identity_card", card("93101519900101001"), card("93101519900101001")),
    ("credit_code", CREDIT, CREDIT),
    ("credit_code", "9135 0100 m000 100y 43", CREDIT),
    ("credit_code", "９１350100M000100Y43", CREDIT),
    *(
        ("phone", written, "+8613800138000")
        for written in ("13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "8613800138000",
                        "008613800138000", "１３８００１３８０００", "\u202d13800138000\u202c", 13800138000,
                        13800138000.0, "(+86)138-0013-8000")
    ),
    *(
        ("phone", written, "+862161234567")
        for written in ("021-61234567", "02161234567", "(021)61234567", "021 6123 4567", "+86 21 6123 4567",
                        "０２１－６１２３４５６７")
    ),
    *(
        ("phone", written, "+862161234567;ext=801")
        for written in ("021-61234567-801", "021-61234567转801", "02161234567 ext. 801",
        "021-61234567 分机801")
    ),
    ("phone", "0755-82345678", "+8675582345678"),
    ("phone", "400-800-1234", "+864008001234"),
    ("phone", "+1 650-253-0000", "+16502530000"),
    ("phone", "+852 9123 4567", "+85291234567"),
    ("mobile", "138 0013 8000", "+8613800138000"),
    ("plate", "粤B12345", "粤B12345"),
    ("plate", "粤B·12345", "粤B12345"),
    ("plate", "粤ｂ １２３４５", "粤B12345"),
    ("plate", "粤b-d12345", "粤BD12345"),
    ("plate", "粵B.12345", "粤B12345"),
    ("district", "110105", "110105"),
    ("district", 440300, "440300"),
    ("bank_card", "4111 1111 1111 1111", "4111111111111111"),
    ("postal_code", "１０００２０", "100020"),
    ("postal_code", "010010", "010010"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "value"), READ, ids=[f"{n}-{g!r}" for n, g, _ in READ])
def test_habits_of_writing_are_understood(name: str, given: Any, value: str) -> None:
    assert made(name).parse(given) == value


REFUSED: list[tuple[str, Any, str, str]] = [
    ("identity_card", "110105194912310021", "的校验位不符", "wrong check digit"),
    ("identity_card", "11010519491321002X", "的校验位不符", "wrong check digit"),
    (
        "identity_card",
        card("11010519491331002"),
        "的第 7 至 14 位不是 1900 年至今的出生日期",
        "no date of birth",
    ),
    ("identity_card", card("11010519000229001"), "出生日期", "no date of birth"),
    ("identity_card", card("11010518991231001"), "出生日期", "no date of birth"),
    ("identity_card", card("11010520261122001"), "出生日期", "no date of birth"),
    ("identity_card", card("99010519491231002"), "不是已知的行政区划", "known district"),
    ("identity_card", card("11990519491231002"), "不是已知的行政区划", "known district"),
    ("identity_card", "1101051949123100", "现有 16 位", "it has 16 characters"),
    ("identity_card", "1101051949123100X2", "应为 17 位数字加 1 位数字或 X", "17 digits and a digit or X"),
    ("identity_card", 1.10105194912310e17, "请以文本填写", "write it as text"),
    ("credit_code", "91350100M000100Y44", "的校验码不符", "wrong check character"),
    ("credit_code", "9135O100M000100Y43", "没有 I、O、S、V、Z", "no I, O, S, V, Z"),
    ("credit_code", "91350100M000100Y4", "现有 17 位", "it has 17"),
    ("credit_code", "X1350100M000100Y43", "的结构不符", "is not built of"),
    ("phone", "61234567", "缺少区号；请写成 021-61234567", "has no area code"),
    ("phone", "1380013800", "不是有效的电话号码", "no valid telephone number"),
    ("phone", "12345678901", "手机写 11 位", "11 digits for a mobile"),
    ("phone", "110", "不是有效的电话号码", "no valid telephone number"),
    ("phone", "张三 13800138000", "不是有效的电话号码", "no valid telephone number"),
    ("phone", "021-CALLNOWX", "不是有效的电话号码", "no valid telephone number"),
    ("phone", "13800138000/13912340001", "不是有效的电话号码", "no valid telephone number"),
    ("phone", "电话", "不是有效的电话号码", "no valid telephone number"),
    ("phone", "1" + " " * 100_000 + "1", "最多 4000 个", "at most 4000"),
    ("mobile", "021-61234567", "不是 11 位手机号", "no mobile number"),
    ("mobile", "1380013800", "现有 10 位数字", "it has 10"),
    ("plate", "B12345", "的首字不是省", "sign of a province"),
    ("plate", "粤BO1234", "可能是数字 1 或 0", "may be the digit 1 or 0"),
    ("plate", "粤B1234", "现有 6 位", "it has 6 characters"),
    ("plate", "粤BL12345", "不符合新能源号牌规则", "no new-energy plate"),
    ("plate", "粤BDD123D", "不符合新能源号牌规则", "no new-energy plate"),
    ("plate", "粤B1234D5", "不符合新能源号牌规则", "no new-energy plate"),
    ("plate", "粤A1234港", "现有 7 位", "it has 7 characters"),
    ("district", "999999", "请核对前四位", "check the first four digits"),
    ("district", "11010", "不是 6 位行政区划代码", "no district code of 6 digits"),
    ("bank_card", "4111111111111112", "的校验位不符", "wrong check digit"),
    ("bank_card", LUHN, "12 至 19 位", "12 to 19 digits"),
    ("postal_code", "10010", "开头的 0 可能已丢失；请写成 010010", "write 010010"),
    ("postal_code", "99999", "开头的 0 可能已丢失", "leading 0"),
    ("postal_code", "990000", "不是 6 位邮政编码", "no postal code"),
]


@pytest.mark.parametrize(
    ("name", "given", "zh", "en"), REFUSED, ids=[f"{n}-{g!r:.40}" for n, g, _, _ in REFUSED]
)
def test_what_breaks_a_rule_is_refused_with_value_rule_and_way_out(
    name: str, given: Any, zh: str, en: str
) -> None:
    kind = made(name, today=lambda: TODAY) if name == "identity_card" else made(name)
    with pytest.raises(FieldError) as caught:
        kind.parse(given)
    text = str(caught.value)
    assert zh in in_language(text, "zh")
    assert en in in_language(text, "en")
    assert text.count(SEPARATOR) == 1
    assert "；" in in_language(text, "zh") or "，" in in_language(text, "zh"), "rule and way out"


@pytest.mark.parametrize(
    ("name", "given"),
    [("identity_card", "110105194912310021"), ("phone", "138001380001"), ("bank_card", "4111111111111112"),
     ("bank_card", 4.111111111111112e18), ("mobile", "138001380001")],
)  # fmt: skip
def test_the_error_of_a_personal_number_does_not_repeat_it(name: str, given: Any) -> None:
    """It may end in a log, or as the reason of a refusal in the trail."""
    with pytest.raises(FieldError) as caught:
        made(name).parse(given)
    assert "***" in str(caught.value)
    assert str(given)[4:10] not in str(caught.value)


@given(cards(), st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_of_a_card_is_found(number: str, at: int, by: int) -> None:
    digits = "0123456789X" if at == 17 else "0123456789"
    wrong = number[:at] + digits[(digits.index(number[at]) + by) % len(digits)] + number[at + 1 :]
    with pytest.raises(FieldError):
        made("identity_card").parse(wrong)


@given(cards(), st.integers(0, 16))
def test_two_exchanged_digits_of_a_card_are_found(number: str, at: int) -> None:
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if wrong != number:
        with pytest.raises(FieldError):
            made("identity_card").parse(wrong)


@given(credit_codes(), st.integers(8, 17), st.integers(1, 30))
def test_every_single_wrong_sign_of_a_credit_code_is_found(code: str, at: int, by: int) -> None:
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    wrong = code[:at] + signs[(signs.index(code[at]) + by) % 31] + code[at + 1 :]
    with pytest.raises(FieldError):
        made("credit_code").parse(wrong)


@given(bank_cards(), st.integers(0, 10), st.integers(1, 9))
def test_every_single_wrong_digit_of_a_bank_card_is_found(number: str, at: int, by: int) -> None:
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    with pytest.raises(FieldError):
        made("bank_card").parse(wrong)


def test_a_card_tells_birthday_and_sex() -> None:
    assert birthday(CARD) == date(1949, 12, 31)
    assert not is_male(CARD)
    assert is_male(card("11010519491231001"))


def test_numbers_are_shown_as_they_are_read_aloud() -> None:
    for name, kept, zh, en in [
        ("phone", "+8613800138000", "138 0013 8000", "138 0013 8000"),
        ("phone", "+862161234567", "021-61234567", "021-61234567"),
        ("phone", "+862161234567;ext=801", "021-61234567 转 801", "021-61234567 ext. 801"),
        ("phone", "+8675582345678", "0755-82345678", "0755-82345678"),
        ("phone", "+864008001234", "400-800-1234", "400-800-1234"),
        ("phone", "+16502530000", "+1 650-253-0000", "+1 650-253-0000"),
        ("plate", "粤BD12345", "粤B·D12345", "粤B·D12345"),
        ("bank_card", "4111111111111111", "4111 1111 1111 1111", "4111 1111 1111 1111"),
    ]:
        kind = made(name)
        assert (kind.show(kept, "zh"), kind.show(kept, "en")) == (zh, en)


def test_masks_follow_the_habit() -> None:
    for name, kept, masked in [
        ("identity_card", CARD, "110***********002X"),
        ("phone", "+8613800138000", "138****8000"),
        ("mobile", "+8613800138000", "138****8000"),
        ("phone", "+862161234567", "021-****4567"),
        ("phone", "+862161234567;ext=801", "021-****4567"),
        ("phone", "+16502530000", "+1******0000"),
        ("bank_card", "4111111111111111", "**** 1111"),
        ("person_name", "张三", "张*"),
        ("person_name", "欧阳娜娜", "欧**"),
        ("person_name", "Anna Berg", "A***"),
        ("email", "anna@example.com", "a***@example.com"),
        ("plate", "粤B12345", "粤B***45"),
    ]:
        mask = made(name).mask
        assert mask is not None
        assert mask(kept) == masked


def test_an_area_code_is_added_where_the_site_has_one() -> None:
    assert made("phone", area="021").parse("6123-4567") == "+862161234567"
    assert made("phone", area="021").parse("61234567转801") == "+862161234567;ext=801"


def test_the_kind_of_a_plate_is_told() -> None:
    for written, kind in [
        ("粤B12345", PlateKind.ORDINARY),
        ("京A12345", PlateKind.ORDINARY),
        ("粤BD12345", PlateKind.NEW_ENERGY_SMALL),
        ("粤BFA1234", PlateKind.NEW_ENERGY_SMALL),
        ("粤B12345D", PlateKind.NEW_ENERGY_LARGE),
        ("粤B12345F", PlateKind.NEW_ENERGY_LARGE),
        ("粤B1234挂", PlateKind.TRAILER),
        ("粤B1234学", PlateKind.DRIVING_SCHOOL),
        ("粤B1234警", PlateKind.POLICE),
        ("粤Z1234港", PlateKind.HONG_KONG),
        ("粤ZF023澳", PlateKind.MACAO),
        ("使014578", PlateKind.EMBASSY),
        ("沪A0023领", PlateKind.CONSULATE),
        ("京X1234应急", PlateKind.EMERGENCY),
        ("WJ京12345", PlateKind.ARMED_POLICE),
    ]:
        assert kind_of(made("plate").parse(written)) is kind


def test_a_district_has_its_name() -> None:
    assert name_of("110105") == "北京市朝阳区"
    assert name_of("440305") == "广东省深圳市南山区"
    assert name_of("440300") == "广东省深圳市"
    assert name_of("110000") == "北京市"
