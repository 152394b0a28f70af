"""What the answers of meters bring, for the fuzzing of both of their protocols."""

import numpy as np

from config.text import Text
from drivers.questions import Read
from drivers.readings import Readings, ReadingsDecoder

_DECODER = ReadingsDecoder()


def decode(read: Read, data: bytes) -> None:
    """Whatever stands behind an identifier becomes values, or is no answer."""
    found = read.found(data)
    if isinstance(found, Text):
        return
    seen = found.values()
    values, qualities = [value for value, _, _ in seen], [quality for _, _, quality in seen]
    columns = _DECODER.decode([Readings(values, qualities)])
    assert not np.isinf(columns.values).any()
