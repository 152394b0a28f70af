"""Postal codes and bank cards: digits with little in them."""

import re

from sqlalchemy import String
from stdnum import luhn

from business.fields.field_type import FieldType
from business.fields.texts import same
from business.fields.written import hidden, narrow, wrong
from config.text import Text


def postal_code() -> FieldType[str]:
    def parse(value: object) -> str:
        code = narrow(value)
        if re.fullmatch("[1-9][0-9]{4}", code):
            raise wrong(
                code,
                f"只有 5 位，开头的 0 可能已丢失；请写成 0{code}，并将该列设为文本格式",
                f"has 5 digits only, a leading 0 may be lost: write 0{code}, and format the column as text",
            )
        if not re.fullmatch("[0-8][0-9]{5}", code) or code.startswith("00"):
            raise wrong(
                code,
                "不是 6 位邮政编码；例如 100020，请核对",
                "is no postal code of 6 digits, such as 100020: check it",
            )
        return code

    return FieldType("postal_code", Text("邮政编码", "Postal code"), lambda: String(6), parse, same)


def bank_card() -> FieldType[str]:
    """The number of a card, which has a check digit. Accounts of firms have none: they are text."""

    def parse(value: object) -> str:
        number = re.sub(r"[\s\-]", "", narrow(value))
        if not re.fullmatch("[1-9][0-9]{11,18}", number):
            raise wrong(
                hidden(number),
                f"不是银行卡号（12 至 19 位数字，现有 {len(number)} 位）；请对照卡面核对",
                f"is no card number of 12 to 19 digits, it has {len(number)}: compare it with the card",
            )
        if not luhn.is_valid(number):
            raise wrong(
                hidden(number),
                "的校验位不符，至少有一位写错或两位颠倒；请对照卡面逐位核对",
                "has a wrong check digit, a digit is wrong or two are exchanged: compare it with the card",
            )
        return number

    def show(number: str, _language: str) -> str:
        return re.sub(r"(.{4})(?=.)", r"\1 ", number)

    def mask(number: str) -> str:
        return f"**** {number[-4:]}"

    return FieldType("bank_card", Text("银行卡号", "Bank card"), lambda: String(19), parse, show, mask)
