"""What of a scan is worth keeping: every change beyond the deadband or of quality, every scan, or nothing."""

from collections.abc import Sequence

import numpy as np

from actors.quality import Flags, Floats, Indices, Qualities
from config.site import HistoryPolicy, PointKind, Template

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

    def keep(self, rows: Indices, values: Floats, quality: Qualities) -> Flags:
        """Which numbers of m distinct devices to keep, shape (m, p); they count as kept from now on.

        `values` and `quality` are (m, p). The deadband is measured from the value last kept, so that a slow
        drift is not lost.
        """
        last = self._value[rows]
        changed: Flags = ~(np.abs(values - last) <= self._deadband)
        changed &= ~(np.isnan(values) & np.isnan(last))
        changed |= quality != self._quality[rows]
        changed |= self._always
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
