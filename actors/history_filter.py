"""What of a scan is worth keeping: every change beyond the deadband or of quality, every scan, or nothing."""

from collections.abc import Sequence

import numpy as np

from actors.quality import Flags, Floats, Indices, Qualities
from config.site import HistoryPolicy, PointKind, Template

REFRESH_S = 600.0
"""What does not change is kept all the same this often, so that no trend has to look back further."""
_NEVER_STORED = 0xFF
"""A quality that no value has."""


class HistoryFilter:
    """Remembers, for n devices of one template with p points, what was last kept of each."""

    def __init__(self, template: Template, devices: int) -> None:
        points = template.points
        numeric = np.array([point.kind is not PointKind.TEXT for point in points], np.bool_)
        policy = [point.history for point in points]
        self._deadband = np.array([point.deadband for point in points])
        self._always: Flags = numeric & [each is HistoryPolicy.SCAN for each in policy]
        self._never = ~numeric | [each is HistoryPolicy.NONE for each in policy]
        self._texts_always = {at for at, each in enumerate(policy) if each is HistoryPolicy.SCAN}
        self._texts_never = {at for at, each in enumerate(policy) if each is HistoryPolicy.NONE}
        self._value = np.full((devices, len(points)), np.nan)
        self._quality = np.full((devices, len(points)), _NEVER_STORED, np.uint8)
        self._texts: dict[tuple[int, int], tuple[str, int]] = {}
        self._refresh = np.zeros(devices)
        """When a device's unchanged points are kept next, monotonic seconds; 0 before its first scan."""
        self._spread = REFRESH_S * (0.5 + np.arange(devices) / max(1, devices) / 2)
        """How long a device waits for its first refresh: not all at once."""

    def keep(self, rows: Indices, values: Floats, quality: Qualities, now: float) -> Flags:
        """Which numbers of m distinct devices to keep, shape (m, p); they count as kept from now on.

        `values` and `quality` are (m, p), `now` is monotonic seconds. The deadband is measured from the value
        last kept, so that a slow drift is not lost.
        """
        last = self._value[rows]
        changed: Flags = ~(np.abs(values - last) <= self._deadband)
        changed &= ~(np.isnan(values) & np.isnan(last))
        changed |= quality != self._quality[rows]
        changed |= self._always
        due = self._refresh[rows] <= now
        if due.any():
            changed[due] = True
            fresh = self._refresh[rows] == 0
            self._refresh[rows[due]] = now + np.where(fresh, self._spread[rows], REFRESH_S)[due]
        changed &= ~self._never
        self._value[rows] = np.where(changed, values, last)
        self._quality[rows] = np.where(changed, quality, self._quality[rows])
        return changed

    def keep_texts(self, rows: Indices, column: int, texts: Sequence[str], quality: Qualities) -> Flags:
        """Which texts of one column to keep, shape (m,); `quality` is (m, p)."""
        kept = np.zeros(len(rows), np.bool_)
        if column in self._texts_never:
            return kept
        for at, (row, text) in enumerate(zip(rows.tolist(), texts, strict=True)):
            seen = text, int(quality[at, column])
            kept[at] = column in self._texts_always or self._texts.get((row, column)) != seen
            self._texts[row, column] = seen
        return kept
