"""A service of `office` that follows another process, or tells it, with a thread of its own."""

import logging
import threading
from abc import ABC, abstractmethod

from sqlalchemy.exc import SQLAlchemyError

from actors.channels.query import QueryFailed
from actors.channels.socket_owner import Failed

logger = logging.getLogger(__name__)

PAGE = 500
PERIOD_S = 1.0
TROUBLE_S = 10.0
"""How long to wait after a page that could not be taken for another reason than that the other is away."""


class NotTaken(Exception):
    """What a row came to was not carried out; the row is taken again later."""


class Follower(ABC):
    """Takes page after page, then looks every second. Trouble is said once, and once when it is over."""

    def __init__(self, name: str, what: str, *, on_failure: Failed, trouble_s: float = PERIOD_S) -> None:
        """`what` comes later while something is wrong; for the log."""
        self._what = what
        self._on_failure = on_failure
        self._trouble_s = trouble_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._is_broken = False

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        self._stop.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @abstractmethod
    def turn(self) -> int:
        """Take one page; how many rows it held. Raises QueryFailed, SQLAlchemyError, NotTaken."""

    def _run(self) -> None:
        try:
            self._follow()
        except Exception as error:  # noqa: BLE001  # what follows no more must not stand still without a word
            self._on_failure(error)

    def _follow(self) -> None:
        while not self._stop.is_set():
            taken, pause_s = 0, PERIOD_S
            try:
                taken = self.turn()
            except (QueryFailed, SQLAlchemyError, NotTaken) as error:
                pause_s = PERIOD_S if isinstance(error, QueryFailed) else self._trouble_s
                if not self._is_broken:
                    self._is_broken = True
                    logger.warning("%s later: %s", self._what, error)
            else:
                if self._is_broken:
                    self._is_broken = False
                    logger.info("%s again", self._what)
            if taken < PAGE:
                self._stop.wait(pause_s)
