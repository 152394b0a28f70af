"""Numbers and texts out of what databases and JSON documents hold."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from drivers.driver import Quality

LONGEST_TEXT = 1000
"""Characters; a longer text is cut."""

_WORDS = {"true": 1.0, "false": 0.0}


def number(value: object, words: Mapping[str, float] | None = None) -> tuple[float, Quality]:
    """The value as a number; NaN with its reason where it is none. `words` gives the numbers of texts."""
    if words:
        word = text(value)
        if word in words:
            return words[word], Quality.GOOD
    try:
        match value:
            case bool() | int() | float() | Decimal():
                found = float(value)
            case timedelta():
                found = value.total_seconds()
            case str():
                found = _of_text(value)
            case _:
                return math.nan, Quality.BAD_SENSOR_FAULT
    except ValueError:
        return math.nan, Quality.BAD_OUT_OF_RANGE if words else Quality.BAD_SENSOR_FAULT
    except OverflowError:
        return math.nan, Quality.BAD_OUT_OF_RANGE
    if not math.isfinite(found):
        return math.nan, Quality.BAD_SENSOR_FAULT
    return found, Quality.GOOD


def text(value: object) -> str:
    """The value as people read it, at most `LONGEST_TEXT` characters; empty for null."""
    match value:
        case None:
            return ""
        case str():
            found = value
        case bool():
            found = "true" if value else "false"
        case float():
            found = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        case Decimal() if value.is_finite() and abs(value) < 10**30:
            found = f"{value:f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))
        case int():
            found = str(value) if abs(value) < 10**100 else "?"  # its digits would take their time
        case datetime():
            found = value.isoformat(" ")
        case date():
            found = value.isoformat()
        case dict() | list():
            found = _written(value)
        case _:
            found = str(value)
    return storable(found).strip()


def storable(text: str) -> str:
    """At most `LONGEST_TEXT` characters, without what cannot be sent and stored."""
    text = text[:LONGEST_TEXT]
    if not text.isascii():  # it may hold half of a character that JSON escaped in two
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\0", "")


def _of_text(written: str) -> float:
    written = written.strip()
    if (known := _WORDS.get(written.lower())) is not None:
        return known
    if len(written) > 100 or "_" in written:
        raise ValueError(written[:100])
    return float(written)


def _written(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError, TypeError):
        return "?"
