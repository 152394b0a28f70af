"""Resident identity card numbers (GB 11643), the old ones of 15 digits, and other cards of the same form."""

import re
from collections.abc import Callable
from datetime import date

from sqlalchemy import String
from stdnum.cn import ric

from business.fields.district import is_place, is_province
from business.fields.field_type import FieldError, FieldType
from business.fields.texts import same
from business.fields.written import hidden, narrow, wrong
from config.text import Text

OLDEST = 1900
_LENGTH, _OLD_LENGTH = 18, 15
_FORM = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")


def identity_card(today: Callable[[], date] = date.today) -> FieldType[str]:
    """18 digits; one of 15 digits is upgraded. Residence permits of people from Hong Kong, Macao and Taiwan
    (81, 82, 83) and of foreigners (9, province, nation) have the same form and check digit."""

    def parse(value: object) -> str:
        given = narrow(value).upper().replace("×", "X").replace("Х", "X")
        number = re.sub(r"[\s\-]", "", given)
        if not _FORM.fullmatch(number):
            raise _wrong(
                number,
                f"不是 {_LENGTH} 位身份证号（现有 {len(number)} 位）；应为 17 位数字加 1 位数字或 X，请核对",
                f"is no identity card number, it has {len(number)} characters: "
                f"{_LENGTH - 1} digits and a digit or X are needed, check it",
            )
        if len(number) == _OLD_LENGTH:
            number = number[:6] + "19" + number[6:]
            number += ric.calc_check_digit(number + "0")
        elif number[-1] != ric.calc_check_digit(number):
            raise _wrong(
                number,
                "的校验位不符，至少有一位写错或两位颠倒；请对照证件逐位核对",
                "has a wrong check digit, a digit is wrong or two are exchanged: compare it with the card",
            )
        if not _is_born(number, today()):
            raise _wrong(
                number,
                f"的第 7 至 14 位不是 {OLDEST} 年至今的出生日期；请对照证件核对",
                f"has no date of birth since {OLDEST} in digits 7 to 14: compare it with the card",
            )
        if not _is_issued_somewhere(number):
            raise _wrong(
                number,
                "的前六位不是已知的行政区划；请对照证件核对",
                "does not begin with the code of a known district: compare it with the card",
            )
        return number

    return FieldType(
        "identity_card", Text("身份证号", "Identity card number"), lambda: String(_LENGTH), parse, same, mask
    )


def mask(number: str) -> str:
    return number[:3] + "*" * 11 + number[-4:]


def birthday(number: str) -> date:
    """Of a valid number."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def is_male(number: str) -> bool:
    """By the last digit of the order number."""
    return int(number[16]) % 2 == 1


def _is_born(number: str, today: date) -> bool:
    try:
        return date(OLDEST, 1, 1) <= birthday(number) <= today
    except ValueError:
        return False


def _is_issued_somewhere(number: str) -> bool:
    if number[0] == "9":
        return is_province(number[1:3])
    return is_place(number[:6])


def _wrong(number: str, zh: str, en: str) -> FieldError:
    """An error may end in a log or in the trail, where the number has no place."""
    return wrong(hidden(number), zh, en)
