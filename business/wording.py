"""What persons write, names above all: checked in one way, refused in both languages."""

import re
import unicodedata
from datetime import date

from actors.said import said
from business.gate import Refused
from config.text import Text

LABEL_LENGTH = 64
"""Characters of the longest label and name."""
CODE_LENGTH = 64
_CODE = re.compile(r"\w[\w.-]*")


def name(text: str, what: Text, longest: int = LABEL_LENGTH) -> str:
    """The text without surrounding space. Raises Refused when it is empty, too long or no plain line."""
    plain = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(plain) <= longest:
        raise Refused(
            said(
                f"{what.zh}有 {len(plain)} 个字；请填写 1 到 {longest} 个字",
                f"{what.en} has {len(plain)} characters; give 1 to {longest}",
            )
        )
    return _line(plain, what)


def note(text: str, what: Text, longest: int) -> str:
    """As `name`, and it may be empty."""
    return name(text, what, longest) if text.strip() else ""


def code(text: str, what: Text) -> str:
    """A code: letters, digits, '_', '.', '-'. Raises Refused for another character, by its place."""
    plain = name(unicodedata.normalize("NFKC", text), what, CODE_LENGTH)
    if not _CODE.fullmatch(plain):
        at = next(
            (
                place
                for place, one in enumerate(plain)
                if not (one.isalnum() or one == "_" or (place and one in ".-"))
            ),
            0,
        )
        raise Refused(
            said(
                f"{what.zh}“{plain}”的第 {at + 1} 个字符 {plain[at]!r} 不可用；"
                "请只用字母、数字、汉字和 _ . -，并以字母、数字或汉字开头",
                f"character {at + 1} of {what.en} {plain!r} is {plain[at]!r}; "
                "use letters, digits, _ . - only, and begin with a letter or digit",
            )
        )
    return plain


def day(text: str) -> date:
    """Written as 2026-03-01. Raises Refused."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            said(
                f"“{text[:40]}”不是日期，请写成 2026-03-01",
                f"{text[:40]!r} is no date; write it as 2026-03-01",
            )
        ) from error


def _line(plain: str, what: Text) -> str:
    for at, one in enumerate(plain, start=1):
        if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            raise Refused(
                said(
                    f"{what.zh}的第 {at} 个字符（U+{ord(one):04X}）不可见；请删去换行和控制字符",
                    f"character {at} of {what.en} (U+{ord(one):04X}) is invisible; "
                    "leave out line breaks and control characters",
                )
            )
    return plain


ZH = Text("中文名称", "the Chinese label")
EN = Text("英文名称", "the English label")
CODE = Text("代码", "the code")
