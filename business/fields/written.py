"""What people write, made plain: full-width signs, invisible characters; and how a value is refused."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from actors.said import said
from business.fields.field_type import FieldError

SHOWN: Final = 40
"""Characters of a value that an error repeats."""
LONGEST: Final = 4000
"""Characters of what may be a number or a code: what is longer is not looked at."""
SAFE_DIGITS: Final = 15
"""A float keeps as many."""

_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Soft hyphens, zero widths and direction marks, which come along when text is copied. The joiners stay:
emoji and several scripts are written with them."""
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_UNKEEPABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NARROW: dict[int, int | str] = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F), " "),
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE63), "-"),
    0xFFE5: "¥",
}
"""Full-width letters, digits and signs, spaces and dashes, as they stand on a keyboard."""


def wrong(value: object, zh: str, en: str) -> FieldError:
    """The error that names the value; `zh` and `en` go on with the rule and the way out."""
    text = "".join(c if c.isprintable() else "�" for c in str(value)[: SHOWN + 1])
    if len(text) > SHOWN:
        text = text[: SHOWN - 1] + "…"
    return FieldError(said(f"“{text}”{zh}", f"'{text}' {en}"))


def hidden(text: str) -> str:
    """A personal number for an error or a trail: enough to find it on the paper, too little to use it."""
    if len(text) < 8:  # nothing to be recognised by
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 5) + text[-2:]


def as_text(value: object) -> str:
    """Whatever a form, a JSON body or a cell holds, as the text that stands there."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        if abs(value) >= 10**SAFE_DIGITS:
            raise wrong(
                hidden(f"{value:.0f}"),
                f"是超过 {SAFE_DIGITS} 位的数字，后面几位可能已丢失；请以文本填写",
                f"is a number of more than {SAFE_DIGITS} digits and may have lost some: write it as text",
            )
        return str(int(value))
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    raise wrong(
        type(value).__name__,
        "不是文本、数字或日期；请填写一个值",
        "is neither text nor number nor date: give one value",
    )


def narrow(value: object) -> str:
    """For numbers and codes: half-width, without invisible characters and outer blanks."""
    text = as_text(value)
    if len(text) > LONGEST:
        short(hidden(text), LONGEST)
    if not text.isascii():
        text = _INVISIBLE.sub("", text).translate(_NARROW)
    return text.strip()


def line(text: str) -> str:
    """One line of proper text: NFC, line breaks and tabs as blanks. Raises FieldError."""
    return _clean(_BREAKS.sub(" ", text))


def lines(text: str) -> str:
    """Proper text whose lines end with '\\n'. Raises FieldError."""
    return _clean(re.sub("\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\t", "    "))


def _clean(text: str) -> str:
    found = _UNKEEPABLE.search(text)
    if found:
        raise wrong(
            text,
            f"含有不可保存的控制字符 U+{ord(found[0]):04X}；请删去或重新输入",
            f"holds the control character U+{ord(found[0]):04X}: delete it or type the text again",
        )
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).strip()
    if not text:
        raise wrong(
            text,
            "只有不可见字符；请填写内容，或将其留空",
            "holds invisible characters only: write something, or leave it empty",
        )
    return text


def short(text: str, most: int) -> str:
    """The text, of no more than `most` characters. Raises FieldError."""
    if len(text) > most:
        raise wrong(
            text,
            f"有 {len(text)} 个字符，最多 {most} 个；请缩短",
            f"has {len(text)} characters, at most {most} are kept: shorten it",
        )
    return text
