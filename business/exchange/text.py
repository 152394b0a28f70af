"""Text as a file can hold it: no character that breaks a format, no cell that a spreadsheet would run."""

import re
import unicodedata

DANGEROUS = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")
"""Beginnings that some spreadsheet takes for a formula; Chinese and Japanese ones take the wide signs too."""

_ESCAPED = re.compile(r"'+(?:['\s]*[=+\-@＝＋－＠]|[\t\r\n])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold or advises against, and halves of characters."""


def writable(text: str) -> tuple[str, int]:
    """The text with line ends as '\\n', without control characters and half characters, and how many went."""
    if text.isprintable():
        return text, 0
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWRITABLE.subn("", text)


def escaped(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet might run it. `unescaped` takes it away."""
    if DANGEROUS.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def unescaped(text: str) -> str:
    return text[1:] if text[:1] == "'" and _ESCAPED.match(text) and not _NUMBER.fullmatch(text[1:]) else text


def meant(cell: str) -> str | None:
    """The text of a cell that was read; None for a blank one."""
    text = unescaped(cell)
    return text if text.strip() else None


def width(text: str) -> int:
    """Columns of a fixed-width screen: two for a Chinese character, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most that many screen columns, broken anywhere: nothing of it is lost."""
    lines = []
    for line in text.split("\n"):
        start = used = 0
        for at, character in enumerate(line):
            more = _columns(character)
            if used + more > columns:
                lines.append(line[start:at])
                start, used = at, 0
            used += more
        lines.append(line[start:])
    return lines


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
