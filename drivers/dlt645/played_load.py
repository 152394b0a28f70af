"""The load profile of one played DL/T 645-2007 meter."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from drivers import layout
from drivers.dlt645.edition import Edition
from drivers.dlt645.load_profile import END, GIVEN, NEWEST, PROFILE, SECTIONS, SEPARATOR, START

_WHEN = layout.fields("YYMMDDhhmm")[0]
_BLANK = 0xFF


@dataclass(slots=True)
class PlayedLoad:
    sections: dict[datetime, tuple[bytes, ...]] = field(default_factory=dict)
    """By minute; a class of which it keeps nothing is empty."""
    exact: bool = False
    """Answers only for the very minute of a record."""

    def keep(self, when: datetime, held: Callable[[int], bytes], edition: Edition) -> None:
        found = []
        for section in SECTIONS:
            sizes = [layout.size_of(edition.layout_of(at) or "") for at in section]
            parts = [held(at) for at in section]
            blank = (part or bytes([_BLANK]) * size for part, size in zip(parts, sizes, strict=True))
            found.append(b"".join(blank) if any(parts) else b"")
        self.sections[when.replace(second=0, microsecond=0)] = tuple(found)

    def found(self, identifier: int, about: bytes) -> bytes:
        """The records that a question is about, one after the other; b"" where there are none."""
        if not about:
            return b""
        kind, which = (identifier - PROFILE) >> 16, identifier & 0xFF
        times = [when for when, sections in sorted(self.sections.items()) if not kind or sections[kind - 1]]
        if which == NEWEST:
            times = times[-1:]
        elif which == GIVEN:
            since = layout.moment(_WHEN, about[1:])
            times = [when for when in times if when >= since and (when == since or not self.exact)]
        return b"".join(record(when, self.sections[when], kind) for when in times[: about[0]])


def record(when: datetime, sections: tuple[bytes, ...], kind: int = 0) -> bytes:
    """As it travels, with one class or all of them (0)."""
    kept = (one if kind in (0, at) else b"" for at, one in enumerate(sections, start=1))
    body = layout.timed(_WHEN, when) + b"".join(one + SEPARATOR for one in kept)
    data = START + bytes([len(body)]) + body
    return data + bytes((sum(data) & 0xFF, END))
