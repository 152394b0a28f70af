"""Several values in one cell, with their shares: 张三(60%)、李四(40%)."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from actors.said import said
from business.fields.field_type import FieldError

SEPARATORS = "、;；,，\n"
"""Between values, outside of brackets and quotation marks. '/' is none: 1/2 is a share."""
JOINT = "、"

_OPENING, _CLOSING = "(（[【", ")）]】"
_MARKS = frozenset(SEPARATORS + _OPENING + _CLOSING)
_SHARE = re.compile(
    r"""^(?P<text>.*?)\s*(?:
        [(（]\s*(?P<a>\d+(?:\.\d+)?\s*[%％]|\d+\s*/\s*\d+)\s*[)）]
        |(?:[:：]\s*|\s+)(?P<b>\d+(?:\.\d+)?\s*[%％]|\d+\s*/\s*\d+)
    )$""",
    re.VERBOSE | re.DOTALL,
)


def split(text: str) -> list[tuple[str, Fraction | None]]:
    """The values as written, and the share of each that bears one. Raises FieldError for one out of (0, 1].

    A value in double quotation marks is taken as it is, a mark in it written twice.
    """
    return [_with_share(piece) for piece in _pieces(text) if piece.strip()]


def joined(parts: Iterable[tuple[str, Fraction | None]]) -> str:
    """The text that `split` takes apart again."""
    return JOINT.join(_quoted(text) + _written(share) for text, share in parts)


def _pieces(text: str) -> Iterator[str]:
    start, depth, quoted = 0, 0, False
    for at, character in enumerate(text):
        if character == '"' and (quoted or not text[start:at].strip()):
            quoted = not quoted
        elif character == '"' and text[start:at].lstrip().startswith('"'):
            quoted = True
        elif quoted:
            continue
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        elif character == "\n" or (character in SEPARATORS and not depth):
            yield text[start:at]
            start, depth = at + 1, 0
    yield text[start:]


def _with_share(piece: str) -> tuple[str, Fraction | None]:
    piece = piece.strip()
    if piece.startswith('"') and (end := _closing_mark(piece)) is not None:
        text = piece[1:end].replace('""', '"')
        rest = piece[end + 1 :]
        if not rest:
            return text, None
        found = _SHARE.match(rest)
        if found and not found["text"]:
            return text, _share(found)
    found = _SHARE.match(piece)
    if found and found["text"]:
        return found["text"], _share(found)
    return piece, None


def _closing_mark(piece: str) -> int | None:
    """Where the quotation that begins the piece ends."""
    at = 1
    while (at := piece.find('"', at)) >= 0:
        if piece[at : at + 2] != '""':
            return at
        at += 2
    return None


def _share(found: re.Match[str]) -> Fraction:
    written = "".join((found["a"] or found["b"]).split())
    percent = written.rstrip("%％")
    above, _, below = percent.partition("/")
    share = Fraction(above) / int(below or 1) if below != "0" * len(below) or not below else Fraction(0)
    if percent != written:
        share /= 100
    if not 0 < share <= 1:
        raise FieldError(
            said(
                f"份额 {written} 不在 0 到 100% 之间，请更正",
                f"the share {written} is not between 0 and 100%: correct it",
            )
        )
    return share


def _quoted(text: str) -> str:
    plain = text == text.strip() and text and not text.startswith('"')
    if plain and not _SHARE.match(text) and not _MARKS & set(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _written(share: Fraction | None) -> str:
    if share is None:
        return ""
    percent = share * 100
    tenths = percent.denominator
    while tenths % 2 == 0:
        tenths //= 2
    while tenths % 5 == 0:
        tenths //= 5
    if tenths == 1 and percent.denominator <= 10**4:
        return f"({format(percent.numerator / percent.denominator, '.10g')}%)"
    return f"({share.numerator}/{share.denominator})"
