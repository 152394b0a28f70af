"""An explanation in both languages, as one string.

Whoever refuses knows the reason; whoever shows it knows the language; between them lie channels and a journal
that carry one text. So the reason is said in both, and the reader picks.
"""

from typing import Final

from config.names import in_chinese as in_chinese

SEPARATOR: Final = "\u001e"


def said(zh: str, en: str) -> str:
    return f"{zh}{SEPARATOR}{en}"


def in_language(text: str, language: str) -> str:
    """The half in that language, 'zh' or 'en'; a text that was said in one language only is left as it is."""
    zh, separator, en = text.partition(SEPARATOR)
    return en if separator and language == "en" else zh


def in_both(text: str) -> str:
    """For a log, which has readers of both."""
    return text.replace(SEPARATOR, " / ")
