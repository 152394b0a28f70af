"""What a payload says as a point's value."""

import math
import re
from collections.abc import Mapping

from drivers.driver import Quality, Value
from drivers.plain import storable

_NUMBER = re.compile(r"[-+]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][-+]?\d{1,4})?", re.ASCII)
_WORDS: Mapping[str, float] = {"true": 1, "false": 0, "on": 1, "off": 0, "yes": 1, "no": 0}
BAD: tuple[Value, int] = (math.nan, int(Quality.BAD_SENSOR_FAULT))
BAD_TEXT: tuple[Value, int] = ("", int(Quality.BAD_SENSOR_FAULT))


class Conversion:
    """Numbers, numbers in texts, booleans and words become numbers; everything plain becomes a text."""

    __slots__ = ("is_text", "words")

    def __init__(self, *, is_text: bool = False, words: Mapping[str, float] | None = None) -> None:
        """`words` say what the words of an enumeration mean, whatever their case."""
        self.is_text = is_text
        self.words = {word.casefold(): float(number) for word, number in (words or {}).items()}

    def __call__(self, found: object) -> tuple[Value, int]:
        """The value with its quality: BAD_SENSOR_FAULT for what is nothing of the kind."""
        if self.is_text:
            plain = _plain(found)
            return BAD_TEXT if plain is None else (storable(plain), 0)
        if self.words:
            word = _plain(found)
            if word is not None and (number := self.words.get(word.strip().casefold())) is not None:
                return number, 0
        if isinstance(found, str):
            found = _number(found.strip())
        if isinstance(found, int | float):  # a bool too
            try:
                value = float(found)
            except OverflowError:
                return BAD
            if math.isfinite(value):
                return value, 0
        return BAD


def _plain(found: object) -> str | None:
    match found:
        case str():
            return found
        case bool():
            return "true" if found else "false"
        case int() if abs(found) < 10**18:
            return str(found)
        case float():
            return str(int(found)) if found.is_integer() and abs(found) < 1e15 else repr(found)
        case _:
            return None


def _number(text: str) -> float | None:
    if _NUMBER.fullmatch(text):
        return float(text)
    return _WORDS.get(text.casefold())
