"""How texts become the terms of the search index, the same when they are indexed and when they are sought.

Chinese has no spaces: a run of it becomes its pairs of neighbours (bigrams) and its last character, so that
a word of one character is the beginning of a term and a longer one all of its pairs. Change anything here and
count `VERSION` up: what was indexed under another one is indexed again.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

VERSION = 2
LONGEST_TEXT = 400
"""Characters of a text that are indexed."""
LONGEST_TERM = 48
"""Characters of a run without Chinese, and of a code, that count."""
WHOLE = "="
"""Begins a term that stands for all of a title or a code."""
SYLLABLES = 6
"""As many syllables from anywhere in a text may be written in pinyin."""
READINGS = 8
"""Of one stretch of syllables: the usual one, then those in which one character is read otherwise."""
PART = 3
"""Characters of the shortest part of a code by which it is found."""


def normalised(text: str, longest: int = LONGEST_TEXT) -> str:
    """Without widths, capitals and surplus space; bounded twice, for one sign may become eighteen."""
    plain = unicodedata.normalize("NFKC", text[:longest]).casefold()
    return " ".join(plain[:longest].split())


@lru_cache(maxsize=10_000)
def runs(text: str) -> tuple[str, ...]:
    """Stretches of letters and digits of a normalised text, Chinese ones apart from the others."""
    found: list[str] = []
    run = ""
    for sign in text:
        if not sign.isalnum():
            found.append(run)
            run = ""
        elif run and is_chinese(sign) != is_chinese(run[0]):
            found.append(run)
            run = sign
        else:
            run += sign
    return tuple(filter(None, (*found, run)))


def is_chinese(sign: str) -> bool:
    """Also Japanese and Korean, which have no spaces to rely on either."""
    return sign >= "\u2e80"


def bigrams(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


@lru_cache(maxsize=10_000)
def word_terms(text: str) -> tuple[str, ...]:
    """Of a normalised text."""
    terms: dict[str, None] = {}
    for run in runs(text):
        terms |= dict.fromkeys([*bigrams(run), run[-1]] if is_chinese(run[0]) else [run[:LONGEST_TERM]])
    return tuple(terms)


def whole(text: str) -> str:
    """The term for all of a normalised title, or the beginning of it."""
    return WHOLE + "".join(runs(text))[:LONGEST_TERM]


# -- pinyin


@lru_cache(maxsize=50_000)
def readings(sign: str) -> tuple[str, ...]:
    """The syllables of a character without tones, at most three: 单 is dan, chan and shan; ü is v."""
    from pypinyin import Style, pinyin  # 45 MB that a process needs only where texts are indexed

    (found,) = pinyin(sign, heteronym=True, style=Style.NORMAL)
    return tuple(dict.fromkeys(one for one in found if one.isascii() and one.isalpha()))[:3]


@lru_cache(maxsize=50_000)
def usual_reading(run: str) -> tuple[str, ...]:
    """A syllable for each character, as its neighbours suggest: 重庆 is chong qing; '' where it has none."""
    from pypinyin import lazy_pinyin

    found = [one if one.isascii() and one.isalpha() else "" for one in lazy_pinyin(run)]
    if len(found) != len(run):  # what has no reading comes in one piece
        found = [next(iter(readings(sign)), "") for sign in run]
    return tuple(found)


@lru_cache(maxsize=10_000)
def pinyin_terms(text: str, *, variants: bool) -> tuple[str, ...]:
    """Of a normalised text: from each character on, its syllables and initials: zhangsan, zs, san, s.

    `variants` adds the readings in which one character is read otherwise: who knows how a name is spoken?
    """
    found = (
        _stretches(run, at, variants=variants)
        for run in runs(text)
        if is_chinese(run[0])
        for at in range(len(run))
    )
    return tuple(dict.fromkeys(term for terms in found for term in terms))


def whole_pinyin(text: str) -> list[str]:
    """The terms for the beginning of a normalised title: =zhangsan, =zs."""
    first = next(iter(runs(text)), "")
    if not first or not is_chinese(first[0]):
        return []
    return list(dict.fromkeys(WHOLE + term for term in _stretches(first, 0, variants=True)))


def _stretches(run: str, at: int, *, variants: bool) -> Iterator[str]:
    usual = usual_reading(run)[at : at + SYLLABLES]
    usual = usual[: usual.index("")] if "" in usual else usual
    if not usual:
        return
    others = (
        (*usual[:place], other, *usual[place + 1 :])
        for place in range(len(usual))
        for other in readings(run[at + place])
        if other != usual[place]
    )
    for reading in (usual, *islice(others, READINGS - 1 if variants else 0)):
        yield "".join(reading)
        yield "".join(syllable[0] for syllable in reading)


def as_pinyin(run: str) -> str:
    """A run of a query as it would stand among the pinyin terms; '' when it cannot."""
    plain = run.replace("ü", "v")
    return plain[:LONGEST_TERM] if plain.isascii() and plain.isalpha() else ""


# -- codes


_NUMBER = r"[0-9]{1,6}|[零〇一二三四五六七八九十百]{1,5}"
_HOUSE = re.compile(
    rf"(?:({_NUMBER}|(?<![a-z])[a-z])\s*(?:号楼|#\s*楼?|栋|幢|座)\s*-?\s*(?:({_NUMBER})\s*(?:单元|-)\s*)?"
    rf"|({_NUMBER})\s*单元\s*-?\s*)"
    rf"(?:({_NUMBER})\s*(?:号房|室|号|房|户)?)?"
)
_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {"〇": "0"}


def with_house_codes(text: str) -> str:
    """A normalised text with spoken houses as codes: 翠湖苑3栋2单元501室 is 翠湖苑 3-2-501.

    What goes on ends in a hyphen: 3栋 is 3-, the beginning of all its houses.
    """

    def coded(found: re.Match[str]) -> str:
        building, unit, alone, room = found.groups()
        parts = [part for part in (building, unit or alone) if part]
        return " " + "".join(f"{_arabic(part)}-" for part in parts) + (_room(room) if room else "") + " "

    return " ".join(_HOUSE.sub(coded, text).split())


def code_form(text: str) -> str:
    """A normalised code as it is compared: separators count between two digits only, where they are hyphens.

    'NAME:VALUE', an opaque code, stays as it is.
    """
    if ":" in text:
        return "".join(sign for sign in text if sign.isalnum() or sign == ":")[:LONGEST_TERM]
    spoken = with_house_codes(text)
    form = re.sub(r"(?<=[0-9])[^\w]+(?=[0-9])", "-", spoken.replace("_", "-"))
    kept = "".join(
        sign
        for at, sign in enumerate(form)
        if sign.isalnum() or (sign == "-" and at and form[at - 1].isalnum() and _goes_on(form, at))
    )
    return kept[:LONGEST_TERM]


def _goes_on(form: str, at: int) -> bool:
    """A hyphen at the end, which says that more follows, counts as one between digits."""
    return at + 1 == len(form) or (form[at - 1].isdigit() and form[at + 1].isdigit())


def code_terms(text: str) -> list[str]:
    """Of a normalised code: all of it, and what one may know of it: the end of a plate, unit and room."""
    form = code_form(text)
    if not form:
        return []
    if ":" in form:
        return [WHOLE + form]
    ends = [form[at:] for at in range(len(form) - PART + 1) if form[at] != "-"] or [form]
    plain = form.replace("-", "")
    # Digits alone would be mistaken: 3-25-01 is not 32-5-01.
    joined = [WHOLE + plain, plain] if plain != form and not plain.isdecimal() else []
    return [WHOLE + form, *ends, *joined]


def _arabic(number: str) -> str:
    """3 for 03 and for 三, 12 for 十二; a letter stays."""
    if number.isascii():
        return number.lstrip("0") or "0" if number.isdecimal() else number
    if not set(number) & {"十", "百"}:
        return "".join(_DIGITS[digit] for digit in number)
    value = 0
    for factor, sign in ((100, "百"), (10, "十")):
        before, found, after = number.partition(sign)
        if found:
            value += factor * (int(_DIGITS.get(before[-1:], "1")) if before.strip("零〇") else 1)
            number = after
    rest = number.strip("零〇")
    return str(value + int(_DIGITS.get(rest[-1:], "0")))


def _room(number: str) -> str:
    return number if number.isascii() else _arabic(number)
