"""The way of a message out of the house: it is queued with what causes it, and sent by the notifier."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from business.database import Base
from business.fields.sealed import sealed_column
from business.identity.hidden_text import hidden_text


@dataclass(frozen=True, slots=True)
class Message:
    """To one receiver. SMS services want a template and its parameters, not a text."""

    channel: str
    """'sms' or 'email'."""
    receiver: str = field(repr=False)
    template: str
    parameters: Mapping[str, str] = field(repr=False)
    until_ns: int
    """Later it is worth nothing and is not sent."""


class Messenger(Protocol):
    def send(self, session: Session, message: Message) -> None:
        """Queue it in the caller's transaction: what is rolled back is never sent."""


class OutgoingMessage(Base):
    """A message that waits for the notifier, which deletes it when it is sent."""

    __tablename__ = "outgoing_messages"
    audited = False

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    template: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = sealed_column(hidden_text())
    """Receiver and parameters, which may be codes that open doors."""
    created_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    until_ns: Mapped[int] = mapped_column(BigInteger)


class Outbox:
    """Messages wait in the business database."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def send(self, session: Session, message: Message) -> None:
        body = json.dumps([message.receiver, dict(message.parameters)], ensure_ascii=False)
        session.add(
            OutgoingMessage(
                id=secrets.token_hex(16),
                channel=message.channel,
                template=message.template,
                body=body,
                created_ns=self._wall_ns(),
                until_ns=message.until_ns,
            )
        )

    def waiting(self, session: Session, limit: int) -> tuple[tuple[str, Message], ...]:
        """Ids and messages, the oldest first, of those that are still worth sending."""
        rows = session.scalars(
            select(OutgoingMessage)
            .where(OutgoingMessage.until_ns > self._wall_ns())
            .order_by(OutgoingMessage.created_ns, OutgoingMessage.id)
            .limit(limit)
        )
        return tuple((row.id, self._read(row)) for row in rows)

    def remove(self, session: Session, message: str) -> None:
        """It is sent, or worth nothing any more."""
        row = session.get(OutgoingMessage, message)
        if row is not None:
            session.delete(row)

    def _read(self, row: OutgoingMessage) -> Message:
        receiver, parameters = json.loads(row.body)
        return Message(row.channel, receiver, row.template, parameters, row.until_ns)
