"""What somebody means who writes back or presses keys. Pure."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from config.notification import Progress

CODE_DIGITS: Final = 4
MOST_DIGITS: Final = 6
_DRAWN: Final = 20
"""Codes of one length, before longer ones."""
PASS_ON: Final = Progress.CALLING
"""Whoever was called cannot."""
_WORDS: Final[Mapping[Progress, tuple[str, ...]]] = {
    Progress.DONE: ("完成", "办结", "解决", "done", "solved"),
    Progress.ON_SITE: ("到场", "到达", "现场", "on site", "onsite", "here"),
    Progress.ON_THE_WAY: ("在途", "出发", "路上", "on the way", "onway"),
    PASS_ON: ("转交", "转派", "拒绝", "不能", "pass", "refuse"),
    Progress.ACKNOWLEDGED: ("确认", "收到", "知道", "ack", "ok", "yes", "y"),
}
_KEYS: Final = {"1": Progress.ACKNOWLEDGED, "2": PASS_ON}
_CODE: Final = re.compile(rf"(?<!\d)\d{{{CODE_DIGITS},{MOST_DIGITS}}}(?!\d)")
_KEY: Final = re.compile(r"(?<!\d)[12](?!\d)")


@dataclass(frozen=True, slots=True)
class Reply:
    code: str
    progress: Progress


def new_codes() -> Iterator[str]:
    """Short, to be typed on a phone at night; whoever guesses is locked out soon. Longer ones come where the
    short ones of a number are given away, as in a storm of alarms."""
    for digits in range(CODE_DIGITS, MOST_DIGITS):
        for _ in range(_DRAWN):
            yield f"{secrets.randbelow(10**digits):0{digits}}"
    while True:
        yield f"{secrets.randbelow(10**MOST_DIGITS):0{MOST_DIGITS}}"


def new_token() -> str:
    """Of a link: too long to be guessed."""
    return secrets.token_urlsafe(24)


def written(text: str) -> Reply | None:
    """The code of a reply and what it says: the code alone acknowledges, `2 CODE` or a word says otherwise.
    None for one without a code, or with two."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    codes = _CODE.findall(plain)
    if len(codes) != 1:
        return None
    rest = _CODE.sub(" ", plain)
    for progress, words in _WORDS.items():
        if any(re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", rest) for word in words):
            return Reply(codes[0], progress)
    keys = set(_KEY.findall(rest))
    return Reply(codes[0], _KEYS[keys.pop()] if len(keys) == 1 else Progress.ACKNOWLEDGED)


def pressed(keys: str, pin_fits: Callable[[str], bool] | None) -> Progress | str:
    """What keys in a call mean; else why nothing: 'again' for 3, 'pin', 'keys'. With a PIN, that comes first:
    1234 then 1. The newest key counts: somebody may have heard it again first."""
    digits = re.sub(r"\D", "", keys)
    if digits.endswith("3"):
        return "again"
    progress = _KEYS.get(digits[-1:])
    if progress is None:
        return "keys"
    if pin_fits is not None and not pin_fits(digits[:-1].lstrip("3")):
        return "pin"
    return progress


def wants_again(keys: str) -> bool:
    return keys.endswith("3")
