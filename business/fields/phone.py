"""Telephone numbers: kept as +86…, shown as they are read aloud."""

import re
from contextlib import suppress

import phonenumbers
from sqlalchemy import String

from business.fields.field_type import FieldError, FieldType
from business.fields.written import hidden, narrow, wrong
from config.text import Text

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|ext\.?|;ext=|x|#|(?<=[0-9]{7})-)\s*([0-9]{1,6})", re.IGNORECASE)
_SIGNS = re.compile(r"[\s\-().·/]")
_WRITTEN = re.compile(r"[(（]?\+?[0-9\s\-().·/]+")
_CHINA = "+86"
_LABEL = Text("电话", "Phone")
KEPT = 32
"""Characters of the longest: + and 15 digits (E.164), ';ext=' and an extension."""


def phone(area: str = "") -> FieldType[str]:
    """Any number, mobile or not. `area` is put before local numbers without one, such as '021'."""

    def parse(value: object) -> str:
        text = narrow(value)
        mobile = _MOBILE.fullmatch(_SIGNS.sub("", text))
        return _CHINA + mobile[1] if mobile else _other(text, area)

    return FieldType("phone", _LABEL, lambda: String(KEPT), parse, _show, mask)


def mobile() -> FieldType[str]:
    """A mobile number of the mainland, which gets text messages."""

    def parse(value: object) -> str:
        text = narrow(value)
        found = _MOBILE.fullmatch(_SIGNS.sub("", text))
        if not found:
            digits = sum(c.isdigit() for c in text)
            raise _wrong(
                text,
                f"不是 11 位手机号（现有 {digits} 位数字）；手机号以 13 至 19 开头，请核对",
                f"is no mobile number of 11 digits, it has {digits}: they begin with 13 to 19, check it",
            )
        return _CHINA + found[1]

    return FieldType("mobile", Text("手机号", "Mobile number"), lambda: String(KEPT), parse, _show, mask)


def last_four(number: str) -> str:
    """Of the number itself, without its extension: what people say to be found by."""
    return number.partition(";")[0][-4:]


def mask(number: str) -> str:
    """138****8000, 021-****4567, +1******0000."""
    main, _, _ = number.partition(";")
    national = main.removeprefix(_CHINA)
    if national == main:
        return main[:2] + "*" * (len(main) - 6) + main[-4:]
    if _MOBILE.fullmatch(national):
        return f"{national[:3]}****{national[-4:]}"
    code, local = _split(national)
    return f"{code}-****{local[-4:]}" if code else f"****{local[-4:]}"


def _other(text: str, area: str) -> str:
    match = _EXTENSION.search(text)
    main, extension = (text[: match.start()], match[1]) if match and match.end() == len(text) else (text, "")
    if extension and (mobile := _MOBILE.fullmatch(_SIGNS.sub("", main))):
        return f"{_CHINA}{mobile[1]};ext={extension}"
    if area and re.fullmatch("[2-9][0-9]{6,7}", _SIGNS.sub("", main)):
        main = area + main
    number = phonenumbers.PhoneNumber()
    if _WRITTEN.fullmatch(main):  # what follows a name or stands in letters is found as well, and not meant
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(main, "CN")
    if not phonenumbers.is_valid_number(number):
        local = re.fullmatch("[2-9][0-9]{6,7}", _SIGNS.sub("", main))
        if local:
            raise _wrong(
                text, "缺少区号；请写成 021-61234567", "has no area code: write it as in 021-61234567"
            )
        raise _wrong(
            text,
            "不是有效的电话号码；手机写 11 位，座机写区号和号码（021-61234567），境外号码以 + 和国家代码开头",
            "is no valid telephone number: 11 digits for a mobile, area code and number for a landline "
            "(021-61234567), + and the country code for one abroad",
        )
    kept = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{kept};ext={extension}" if extension else kept


def _show(number: str, language: str) -> str:
    main, _, extension = number.partition(";ext=")
    national = main.removeprefix(_CHINA)
    if national == main:
        form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        shown = phonenumbers.format_number(phonenumbers.parse(main), form)
    elif _MOBILE.fullmatch(national):
        shown = f"{national[:3]} {national[3:7]} {national[7:]}"
    else:
        shown = "-".join(part for part in _split(national) if part)
    if extension:
        shown += f" 转 {extension}" if language == "zh" else f" ext. {extension}"
    return shown


def _split(national: str) -> tuple[str, str]:
    """Area code and local number; no area code for 400 and 800 numbers."""
    if national[:3] in {"400", "800"}:
        return "", f"{national[:3]}-{national[3:6]}-{national[6:]}"
    length = 2 if national[0] == "2" or national[:2] == "10" else 3
    return "0" + national[:length], national[length:]


def _wrong(text: str, zh: str, en: str) -> FieldError:
    return wrong(hidden(text), zh, en)
