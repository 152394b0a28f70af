"""Scans whose values come one by one, already as numbers and texts: the raw form of most protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from drivers.driver import Columns


@dataclass(frozen=True, slots=True)
class Readings:
    """One pass over one device, in the order of the template's points."""

    values: Sequence[float]
    """NaN where the quality is bad, and of a text point."""
    quality: Sequence[int]
    """See `drivers.driver.Quality`."""
    texts: Mapping[int, str] = field(default_factory=dict)
    """Column of a text point -> its text; every text point of the template, in every scan."""


class ReadingsDecoder:
    def decode(self, raws: Sequence[Readings]) -> Columns:
        texts: dict[int, Sequence[str]] = {
            column: [raw.texts[column] for raw in raws] for column in raws[0].texts
        }
        return Columns(
            np.array([raw.values for raw in raws], np.float64),
            np.array([raw.quality for raw in raws], np.uint8),
            texts,
        )
