"""Codes of administrative districts (GB/T 2260), as far as a table of past and present ones knows them."""

import re
from functools import lru_cache

from sqlalchemy import String
from stdnum import numdb

from business.fields.field_type import FieldType
from business.fields.texts import same
from business.fields.written import narrow, wrong
from config.text import Text

OVERSEAS = {"81", "82", "83"}
"""Hong Kong, Macao, Taiwan: in numbers of residence permits, with zeros behind."""


def district() -> FieldType[str]:
    """A code of six digits whose province and prefecture exist or existed."""

    def parse(value: object) -> str:
        code = narrow(value)
        if not re.fullmatch("[0-9]{6}", code):
            raise wrong(
                code,
                "不是 6 位行政区划代码；例如 110105（北京市朝阳区）",
                "is no district code of 6 digits, such as 110105 (Chaoyang, Beijing)",
            )
        if not is_place(code):
            raise wrong(
                code,
                "不是已知的行政区划代码；请核对前四位（省、地市）",
                "is the code of no known district: check the first four digits (province and prefecture)",
            )
        return code

    return FieldType("district", Text("行政区划", "District"), lambda: String(6), parse, same)


@lru_cache(maxsize=8192)
def is_place(code: str) -> bool:
    """Whether the code is known, or at least its prefecture: counties come and go faster than tables."""
    if code[:2] in OVERSEAS:
        return True
    return is_province(code[:2]) and any(_county(one) for one in (code, code[:4] + "00"))


@lru_cache(maxsize=128)
def is_province(code: str) -> bool:
    return "province" in _known(code + "0000")


def name_of(code: str) -> str:
    """The Chinese name, with its province and prefecture, of the district as it is or was last called."""
    known = _known(code)
    names = [known.get("province", "")]
    if code[2:4] != "00" and code[4:] != "00":
        names.append(_county(code[:4] + "00"))
    if code[2:] != "0000":
        names.append(_county(code))
    return "".join(dict.fromkeys(name for name in names if name != "市辖区"))


def _county(code: str) -> str:
    """The last of its names; '' for none."""
    return re.sub(r"\[[^\]]*\]", "", _known(code).get("county", "").split(",")[-1])


def _known(code: str) -> dict[str, str]:
    return {key: value for _, found in numdb.get("cn/loc").info(code) for key, value in found.items()}
