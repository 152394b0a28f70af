"""Hands the office's tasks to the notifier, in their order, each once."""

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from actors.channels.socket_owner import Failed
from actors.messages import CommandResult, Stage
from actors.said import in_both
from actors.wire import WireError
from business.fields.keyring import SealError
from business.follower import PAGE, Follower, NotTaken
from business.notifier.outbox import Task, read, remove, waiting

logger = logging.getLogger(__name__)

Tell = Callable[[Any, str], CommandResult]


class HandingOver(Follower):
    """A task goes when the notifier has it, will never take it, or it is worth nothing any more.

    Whoever is cut off between the two hands it over again: the notifier takes an id once.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        tell: Tell,
        wall_ns: Callable[[], int],
        *,
        on_failure: Failed,
    ) -> None:
        """`tell(task, id)` gives the notifier the command with this id and waits for its end."""
        super().__init__("messages", "messages reach the notifier", on_failure=on_failure)
        self._sessions = sessions
        self._tell = tell
        self._wall_ns = wall_ns

    def turn(self) -> int:
        with self._sessions() as session:
            rows = waiting(session, PAGE)
        gone: list[int] = []
        try:
            for number, id_, until_ns in rows:
                if self._wall_ns() >= until_ns:
                    logger.warning("message %s was not sent in time and is dropped", id_)
                elif (task := self._read(number, id_)) is not None:
                    self._hand_over(task, id_)
                gone.append(number)
        finally:
            if gone:
                with self._sessions.begin() as session:
                    remove(session, gone)
        return len(rows)

    def _read(self, number: int, id_: str) -> Task | None:
        try:
            with self._sessions() as session:
                return read(session, number)
        except (SealError, WireError) as error:
            logger.warning("message %s cannot be read and is dropped: %s", id_, error)
            return None

    def _hand_over(self, task: Task, id_: str) -> None:
        """Raises NotTaken while the notifier does not take it."""
        result = self._tell(task, id_)
        if result.stage is Stage.REFUSED:
            logger.error("message %s was refused: %s", id_, in_both(result.detail))
        elif result.stage is not Stage.DONE:
            raise NotTaken(in_both(result.detail))
