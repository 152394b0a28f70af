"""An explanation in both languages, as one string.

Whoever refuses knows the reason; whoever shows it knows the language; between them lie channels and a journal
that carry one text. So the reason is said in both, and the reader picks.
"""

from typing import Final

from config.site import Device

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


def in_chinese(device: Device, point: str = "") -> str:
    """The Chinese name of a device, or of one of its points, with the id that can be searched for."""
    if not point:
        return f"{device.name.zh}（{device.id}）"
    at = device.template.index.get(point)
    name = "" if at is None else device.template.points[at].name.zh
    return f"{device.name.zh} {name}（{device.id}/{point}）"
