"""The port of what finds devices and what they have, for whoever writes a site: nothing of it runs in one."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from pydantic import BaseModel

from drivers.driver import Surroundings

Row = Mapping[str, str]
"""What was found, by the words in which a site file names it."""


class Explorer(Protocol):
    """One row of `drivers.explorers.EXPLORERS`."""

    where: type[BaseModel]
    """What must be said to find anything: a line, a server, an interface."""

    def explore(self, where: Any, surroundings: Surroundings) -> AsyncIterator[Row]:
        """Everything there, as it is found; `where` is a `self.where`. Raises LinkError."""
