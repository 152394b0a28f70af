"""Unified social credit codes of organisations (GB 32100)."""

import re

from sqlalchemy import String
from stdnum.cn import uscc

from business.fields.field_type import FieldType
from business.fields.texts import same
from business.fields.written import narrow, wrong
from config.text import Text

_LENGTH = 18
_NEVER = re.compile("[IOSVZ]")
_FORM = re.compile("[1-9ANY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
"""Of the registering authorities, A (army), N (rural collectives) and Y (others) are letters."""


def credit_code() -> FieldType[str]:
    def parse(value: object) -> str:
        code = re.sub(r"[\s\-]", "", narrow(value)).upper()
        if len(code) != _LENGTH:
            raise wrong(
                code,
                f"不是 {_LENGTH} 位统一社会信用代码（现有 {len(code)} 位）；请对照营业执照核对",
                f"is no unified social credit code of {_LENGTH} characters, it has {len(code)}: "
                "compare it with the licence",
            )
        never = _NEVER.search(code)
        if never:
            raise wrong(
                code,
                f"含有不使用的字母 {never[0]}（代码中没有 I、O、S、V、Z）；可能是数字 1、0、5、2，请核对",
                f"holds the letter {never[0]}, and the codes have no I, O, S, V, Z: it may be 1, 0, 5 or 2",
            )
        if not _FORM.fullmatch(code):
            raise wrong(
                code,
                "的结构不符（登记机关、机构类别、6 位区划数字、10 位数字或字母）；请对照营业执照核对",
                "is not built of authority, kind, 6 digits of the district and 10 characters: "
                "compare it with the licence",
            )
        if code[-1] != uscc.calc_check_digit(code[:-1]):
            raise wrong(
                code,
                "的校验码不符，至少有一位写错；请对照营业执照逐位核对",
                "has a wrong check character, so one is wrong: compare it with the licence",
            )
        return code

    label = Text("统一社会信用代码", "Unified social credit code")
    return FieldType("credit_code", label, lambda: String(_LENGTH), parse, same)
