"""What somebody who answers an alarm may say next. Pure."""

from collections.abc import Iterator
from typing import Final

from config.notification import Progress

STAGES: Final = tuple(Progress)


def offered(progress: Progress) -> Iterator[Progress]:
    """The later stages; while nobody has answered also CALLING, which passes it on."""
    yield from STAGES[STAGES.index(progress) + 1 :]
    if progress is Progress.CALLING:
        yield Progress.CALLING
