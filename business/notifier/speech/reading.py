"""How a text is read aloud: numbers, units, times and codes of devices written out in words. Pure."""

import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Final

from business.notifier.speech.units import UNITS
from config.text import Text

_DIGITS = "零一二三四五六七八九"
_WITHIN = ("", "十", "百", "千")
_MYRIADS = ("", "万", "亿")
_SAID_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_SHORT_WORDS: Final = frozenset({"ON", "OFF", "NO", "YES", "LOW", "AND", "OR", "NOT", "FAN", "OIL", "AIR"})
"""Words in capitals that are no abbreviations."""

_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_AMOUNT = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_TOKEN = re.compile(
    rf"""
    (?P<date>(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d))
    | (?P<time>(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d))
    | (?P<ordinal>(?<![\dA-Za-z.])\d+\#|\#\d+|\b[Nn]o\.\s?\d+)
    | (?P<quantity>(?<![\dA-Za-z.])(?:(?<![\d)\]℃%~-])[-−+])?(?:{_AMOUNT})(?:\s?(?:{_UNIT}))(?![A-Za-z0-9²³]))
    | (?P<code>(?=[A-Za-z0-9_.-]*[A-Za-z])(?=[A-Za-z0-9_.-]*\d)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*)
    | (?P<numbers>(?<![\d.])\d+(?:-\d+)+(?![\d.]))
    | (?P<number>(?:(?<![\d)\]℃%~-])[-−+])?(?:{_AMOUNT}))
    | (?P<capitals>(?<![A-Za-z])[A-Z]{{2,6}}(?![A-Za-z]))
    | (?P<sign>[~～≥≤><=±])
    """,
    re.VERBOSE,
)
_SIGNS: Final[dict[str, Text]] = {
    "~": Text("至", " to "),
    "～": Text("至", " to "),
    "≥": Text("不低于", " at least "),
    "≤": Text("不高于", " at most "),
    ">": Text("高于", " above "),
    "<": Text("低于", " below "),
    "=": Text("等于", " is "),
    "±": Text("正负", " plus or minus "),
}
_UNSPOKEN = re.compile(r"[\x00-\x20\x7f\[\]{}|\\^`*_]+")
"""The brackets too: in them the synthesiser takes phonemes."""


def readable(text: str, language: str) -> str:
    """The text as it is said; nothing in it means anything special to the synthesiser any more."""
    words = _chinese if language == "zh" else _english
    said = _TOKEN.sub(lambda found: words(str(found.lastgroup), found[0]), text)
    return re.sub(r"\s+", " ", _UNSPOKEN.sub(" ", said)).strip()


def _chinese(kind: str, found: str) -> str:
    match kind:
        case "date":
            year, month, day = found.split("-")
            return f"{_each(year)}年{_whole(month)}月{_whole(day)}日"
        case "time":
            hour, minute, *second = found.split(":")
            if minute == "00" and not second:
                return f"{_whole(hour)}点整"
            zero = "零" if "01" <= minute <= "09" else ""
            seconds = f"{_whole(second[0])}秒" if second else ""
            return f"{_whole(hour)}点{zero}{_whole(minute)}分{seconds}"
        case "ordinal":
            return f"{_whole(_only_digits(found))}号"
        case "quantity":
            amount, unit = _split(found)
            said = UNITS[unit].zh
            return said.format(_amount(amount)) if "{" in said else f"{_amount(amount)}{said}"
        case "code" | "numbers":
            return f" {' '.join(_pieces(found, _each))} "
        case "number":
            return _amount(found)
        case "capitals":
            return _spelled(found)
        case _:
            return _SIGNS[found].zh


def _english(kind: str, found: str) -> str:
    match kind:
        case "date":
            year, month, day = found.split("-")
            return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"
        case "ordinal":
            return f"number {_only_digits(found)}"
        case "quantity":
            amount, unit = _split(found)
            return f"{_signed(amount)} {UNITS[unit].en}"
        case "code" | "numbers":
            return f" {' '.join(_pieces(found, _each_said))} "
        case "number":
            return _signed(found)
        case "capitals":
            return _spelled(found)
        case "sign":
            return _SIGNS[found].en
        case _:
            return found  # the synthesiser reads times itself


def _split(quantity: str) -> tuple[str, str]:
    """Amount and unit."""
    unit = next(one for one in sorted(UNITS, key=len, reverse=True) if quantity.endswith(one))
    return quantity.removesuffix(unit).strip(), unit


def _only_digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


def _signed(amount: str) -> str:
    plain = amount.lstrip("+-−").replace(",", "")
    return f"minus {plain}" if amount[0] in "-−" else plain


def _amount(amount: str) -> str:
    whole, _, part = amount.lstrip("+-−").replace(",", "").partition(".")
    said = _whole(whole) + (f"点{_each(part)}" if part else "")
    return f"负{said}" if amount[0] in "-−" else said


def _each(digits: str) -> str:
    return "".join(_DIGITS[int(one)] for one in digits)


def _each_said(digits: str) -> str:
    return " ".join(_SAID_DIGITS[int(one)] for one in digits)


def _whole(digits: str) -> str:
    """八千零五 of 8005; what is too long for a number is read digit by digit."""
    number = int(digits)
    if number >= 10 ** (4 * len(_MYRIADS)):
        return _each(digits)
    groups: list[str] = []
    below = False  # whether the group below wants a 零 before it
    for place, name in enumerate(_MYRIADS):
        group = number // 10 ** (4 * place) % 10_000
        if group:
            groups.append(_below_myriad(group) + name + ("零" if below and groups else ""))
        below = group < 1_000 and bool(groups)
    said = "".join(reversed(groups)) or "零"
    return said.removeprefix("一") if said.startswith("一十") else said


def _below_myriad(number: int) -> str:
    said = ""
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            said += _DIGITS[digit] + _WITHIN[place]
        elif said and not said.endswith("零"):
            said += "零"
    return said.removesuffix("零")


def _pieces(code: str, digits: Callable[[str], str]) -> Iterable[str]:
    """Of a device's code: its digits one by one, its capitals as letters, short words as words."""
    for part in re.split(r"[-_]", code):
        for kind, run in groupby(part, key=_kind):
            piece = "".join(run)
            if kind == "digit":
                yield digits(piece)
            elif kind == "dot":
                yield "点" if digits is _each else "point"
            elif piece.islower() and len(piece) > 2:
                yield piece
            else:
                yield " ".join(piece.upper())


def _kind(character: str) -> str:
    return "digit" if character.isdigit() else "dot" if character == "." else "letter"


def _spelled(word: str) -> str:
    if word in _SHORT_WORDS or (len(word) > 3 and set(word) & set("AEIOU")):
        return word
    return f" {' '.join(word)} "
