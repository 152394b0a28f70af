"""What the pages of the control room tell the notifier."""

from dataclasses import dataclass

from actors.wire import Codec


@dataclass(frozen=True, slots=True)
class NoticePlayed:
    """A browser of the station has begun to read a notice out."""

    id: str
    station: str
    """'' for a browser that stands at none, and hears all."""


TO_NOTIFIER = Codec(NoticePlayed)
"""Commands, the control room to the notifier."""
