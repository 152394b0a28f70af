"""What the commands of backups do, each in one transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.backup.kinds import BACKUP
from business.backup.messages import BackUpNow, RecordRestore
from business.gate import Module
from business.identity.model import UserSession, count_access_up
from business.jobs.messages import RunJobNow


class Backups:
    """The module of `BusinessActor` that owns backups."""

    def __init__(self, jobs: Module, wall_ns: Callable[[], int]) -> None:
        """`jobs` is the module that queues runs."""
        self._jobs = jobs
        self._wall_ns = wall_ns

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case BackUpNow():
                return self._jobs.handle(session, issuer, RunJobNow(BACKUP))
            case RecordRestore():
                end_sessions(session, self._wall_ns())
                return ()
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of backups")


def end_sessions(session: Session, now_ns: int) -> None:
    """Everybody logs in again: who has logged out since the backup must not be in again."""
    for seat in session.scalars(select(UserSession).where(UserSession.ended_ns.is_(None))):
        seat.ended_ns = now_ns
    count_access_up(session)
