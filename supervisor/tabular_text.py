"""Tables for a terminal, in which a Chinese character is two columns wide."""

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

_GAP = 2
_LEAST = 8


def columns(text: str) -> int:
    """How wide a terminal draws it."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, shrinking: Sequence[int] = ()
) -> Iterator[str]:
    """Lines of at most `width` columns: those in `shrinking` are cut, the first of them first."""
    widths = [max(columns(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    excess = sum(widths) + _GAP * (len(widths) - 1) - width
    for at in shrinking:
        cut = min(max(excess, 0), max(widths[at] - _LEAST, 0))
        widths[at] -= cut
        excess -= cut
    for row in (heads, *rows):
        cells = [_fitted(cell, wide) for cell, wide in zip(row, widths, strict=True)]
        yield (" " * _GAP).join(cells).rstrip()


def _fitted(text: str, width: int) -> str:
    if columns(text) > width:
        while columns(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - columns(text))
