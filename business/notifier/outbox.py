"""The way of messages out of the office: each task is kept with what causes it, until the notifier has it."""

import base64
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import BigInteger, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from business.database import Base
from business.fields.sealed import sealed_column
from business.identity.hidden_text import hidden_text
from business.notifier.messages import TASKS, CheckReachable, SayProgress, SendMessage

MINUTE_NS: Final = 60 * 10**9
Task = SendMessage | SayProgress | CheckReachable
VALID_NS: Final[Mapping[type, int]] = {
    SendMessage: 24 * 60 * MINUTE_NS,
    SayProgress: 60 * MINUTE_NS,
    CheckReachable: 10 * MINUTE_NS,
}
"""How long a task is worth something that does not say it itself. A test call asked for by day is not made at
night."""


class OutgoingTask(Base):
    """A task that waits for the notifier."""

    __tablename__ = "outgoing_tasks"
    __table_args__ = ({"sqlite_autoincrement": True},)
    audited = False

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    """In the order in which they are handed over."""
    id: Mapped[str] = mapped_column(String(32), unique=True)
    """The notifier takes it once."""
    body: Mapped[str] = sealed_column(hidden_text())
    """Of `messages.TASKS`, in Base64: it may hold numbers, and codes that open doors."""
    created_ns: Mapped[int] = mapped_column(BigInteger)
    until_ns: Mapped[int] = mapped_column(BigInteger)
    """Later it is worth nothing."""


class Outbox:
    """Tasks wait in the business database."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def put(self, session: Session, task: Task) -> str:
        """Keep it in the caller's transaction: what is rolled back is never sent. Its id."""
        now_ns = self._wall_ns()
        until_ns = now_ns + VALID_NS[type(task)]
        if isinstance(task, SendMessage):
            until_ns = task.until_ns or until_ns
            task = replace(task, until_ns=until_ns)
        row = OutgoingTask(
            id=secrets.token_hex(16),
            body=base64.b64encode(TASKS.encode(task)).decode(),
            created_ns=now_ns,
            until_ns=until_ns,
        )
        session.add(row)
        return row.id


def waiting(session: Session, limit: int) -> tuple[tuple[int, str, int], ...]:
    """Number, id and until when, of those that came first."""
    columns = (OutgoingTask.number, OutgoingTask.id, OutgoingTask.until_ns)
    query = select(*columns).order_by(OutgoingTask.number).limit(limit)
    return tuple((number, id_, until_ns) for number, id_, until_ns in session.execute(query))


def read(session: Session, number: int) -> Task:
    """Raises SealError when its key is lost, WireError for a task of another version."""
    body = session.scalars(select(OutgoingTask.body).where(OutgoingTask.number == number)).one()
    task: Task = TASKS.decode(base64.b64decode(body))
    return task


def remove(session: Session, numbers: Iterable[int]) -> None:
    """The notifier has them, or they are worth nothing any more."""
    session.execute(delete(OutgoingTask).where(OutgoingTask.number.in_(tuple(numbers))))
