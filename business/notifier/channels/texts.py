"""What channels do to texts: cut them to a provider's limit, and hide what a journal may not hold."""

import re
from collections.abc import Callable
from typing import TypeVar

from config.text import Text

Built = TypeVar("Built", str, bytes)
CUT = Text("……（已截断）", "... (cut)")
_LONG_NUMBER = re.compile(r"\+?\d{7,15}(?!\d)")


def cut(text: str, most: int, language: str) -> str:
    """At most `most` bytes of UTF-8 from the beginning, with a mark where something was left out."""
    whole = text.encode()
    if len(whole) <= most:
        return text
    mark = CUT.in_language(language)
    return whole[: max(0, most - len(mark.encode()))].decode(errors="ignore") + mark


def cut_characters(text: str, most: int, language: str) -> str:
    """The same by characters."""
    if len(text) <= most:
        return text
    mark = CUT.in_language(language)
    return text[: max(0, most - len(mark))] + mark


def fitted(build: Callable[[str], Built], text: str, most: int, language: str) -> Built:
    """What `build` makes of as much of the text as lets it have a length of `most`."""
    room = len(text)
    built = build(text)
    while len(built) > most and room > 0:
        # A character is at most six when it is escaped or encoded, so this never leaves out too many.
        room -= max(1, (len(built) - most) // 6)
        built = build(cut_characters(text, room, language))
    return built


def with_line(text: str, line: str) -> str:
    """The text with a line more, unless it says that already."""
    return text if not line or line in text else f"{text}\n{line}"


def one_line(text: str) -> bool:
    """Whether it can stand in a header: no character that ends a line, and no other that controls."""
    return not any(character < " " or character in "\x7f\x85\u2028\u2029" for character in text)


def hide_numbers(words: str) -> str:
    """Numbers as long as those of phones keep their last four digits only."""
    return _LONG_NUMBER.sub(lambda found: f"***{found[0][-4:]}", words)


def discreet(words: str) -> str:
    """A provider's words as a journal may hold them: at most 200 characters, numbers hidden."""
    return hide_numbers(words)[:200]


def hide_mail(address: str) -> str:
    """z***@example.com"""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
