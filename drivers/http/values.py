"""Values out of a device's item, and the request that writes one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template as Filled
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from config.site import PointKind, Template
from drivers import plain
from drivers.driver import Quality, Value
from drivers.http.schema import Options, Source
from drivers.jsonpath import MISSING, Path, path
from drivers.readings import Readings
from drivers.stamps import stamp_ns


@dataclass(frozen=True, slots=True)
class Wanted:
    path: Path
    is_text: bool
    words: Mapping[str, float]


class Plan:
    """What the points of a template want of an item; one for all its devices."""

    def __init__(self, template: Template) -> None:
        assert isinstance(template.options, Options)
        self.options = template.options
        self.sources: list[Source] = []
        self._points: list[Wanted] = []
        for point in template.points:
            assert isinstance(point.source, Source)
            source, is_text = point.source, point.kind is PointKind.TEXT
            self.sources.append(source)
            self._points.append(Wanted(path(source.path), is_text or source.text, source.map))
        self.paths = [point.path for point in self._points]
        self.texts = frozenset(at for at, point in enumerate(self._points) if point.is_text)
        self._time = None if self.options.time is None else path(self.options.time)
        self._zone = ZoneInfo(self.options.zone)

    def readings(self, item: object, now_ns: int) -> tuple[Readings, int | None]:
        """The values, and their own time where they have one."""
        values, qualities = [], []
        texts: dict[int, str] = {}
        for at, point in enumerate(self._points):
            found = point.path.get(item)
            value, quality = float("nan"), Quality.BAD_ADDRESS
            if point.is_text:
                texts[at] = "" if found is MISSING else plain.text(found)
                quality = Quality.BAD_ADDRESS if found is MISSING else Quality.GOOD
            elif found is not MISSING:
                value, quality = plain.number(found, point.words)
            values.append(value)
            qualities.append(int(quality))
        time_ns = None if self._time is None else stamp_ns(self._time.get(item), self._zone)
        if self.options.stale_s and (time_ns is None or now_ns - time_ns > self.options.stale_s * 1e9):
            qualities = [Quality.UNCERTAIN_STALE if quality == 0 else quality for quality in qualities]
        return Readings(values, qualities, texts), time_ns


def filled(body: object, value: Value, match: Mapping[str, str]) -> object:
    """The body of a write: `$value` alone is the value as it is, elsewhere its text."""
    match body:
        case "$value":
            return _plain(value)
        case str():
            return Filled(body).safe_substitute(_words(value, match))
        case Mapping():
            return {str(key): filled(inner, value, match) for key, inner in body.items()}
        case Sequence():
            return [filled(inner, value, match) for inner in body]
        case _:
            return body


def filled_path(text: str, value: Value, match: Mapping[str, str]) -> str:
    words = {name: quote(word, safe="") for name, word in _words(value, match).items()}
    return Filled(text).safe_substitute(words)


def payload(body: Mapping[str, Any], value: Value, match: Mapping[str, str]) -> bytes:
    return json.dumps(filled(body, value, match), ensure_ascii=False).encode()


def _words(value: Value, match: Mapping[str, str]) -> dict[str, str]:
    return {**match, "value": str(_plain(value))}


def _plain(value: Value) -> int | float | str:
    """A whole number without a decimal point: not every platform takes 1.0 for 1."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
